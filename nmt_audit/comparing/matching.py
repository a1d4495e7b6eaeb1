"""Pairs the segments of two runs by what they say, not by where they stand.

Lines are inserted, moved and renumbered between two nights. A segment of B is paired with the segment of A that has the
same source (NFC, blanks as one) in the same languages and the same document, and among equal ones with the one of the
same ordinal; what is left over is paired without regard to documents, since older runs know none. Identifiers are not
looked at.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from nmt_audit.comparing.records import Matched, Pair, StoredFlag, Version
from nmt_audit.errors import InputError
from nmt_audit.language.words import primary
from nmt_audit.store import Run

SEGMENT_COLUMNS = (
    "id", "source", "hypothesis", "reference", "further_references", "src_lang", "tgt_lang", "status", "document",
    "chrf", "not_checked",
)  # fmt: skip
FLAG_COLUMNS = (
    "id", "segment_id", "category", "side", "start", "end", "score", "rule", "threshold", "value", "message",
    "dismissed",
)  # fmt: skip
COLUMNS = {"segments": SEGMENT_COLUMNS, "flags": FLAG_COLUMNS, "explanations": ("segment_id",)}


def match(a: Run, b: Run) -> Matched:
    """The segments of both runs, and those of one alone.

    Raises InputError where they have no segment in common, or where a run cannot be read.
    """
    first, second = list(_versions(a)), list(_versions(b))
    pairs, rest_a, rest_b = _paired(first, second, _with_document)
    more, rest_a, rest_b = _paired(rest_a, rest_b, _without_document)
    if not pairs and not more:
        raise InputError(_nothing_shared(a, b, first, second))
    together = sorted([*pairs, *more], key=lambda pair: pair.b.index)
    return Matched(tuple(together), tuple(rest_a), tuple(rest_b))


def _paired(
    first: Sequence[Version], second: Sequence[Version], key: Callable[[Version], Hashable]
) -> tuple[list[Pair], list[Version], list[Version]]:
    """Pairs equal keys in order; what is left of both sides keeps its order."""
    waiting: dict[Hashable, list[Version]] = defaultdict(list)
    for version in reversed(first):
        waiting[key(version)].append(version)
    pairs, rest = [], []
    for version in second:
        like = waiting.get(key(version))
        if like:
            pairs.append(Pair(like.pop(), version))
        else:
            rest.append(version)
    taken = {pair.a.index for pair in pairs}
    return pairs, [version for version in first if version.index not in taken], rest


def _without_document(version: Version) -> Hashable:
    source = " ".join(unicodedata.normalize("NFC", version.source).split())
    return source, primary(version.src_lang), primary(version.tgt_lang)


def _with_document(version: Version) -> Hashable:
    return _without_document(version), version.document


def _nothing_shared(a: Run, b: Run, first: Sequence[Version], second: Sequence[Version]) -> str:
    directions = [
        " and ".join(sorted({f"{one.src_lang} → {one.tgt_lang}" for one in side})) or "nothing"
        for side in (first, second)
    ]
    if directions[0] != directions[1]:
        return (
            f"{a.directory} is of {directions[0]} and {b.directory} of {directions[1]}: nothing to compare; give two "
            "runs of the same languages"
        )
    return (
        f"{a.directory} and {b.directory} have no source segment in common: they are of different test sets; give two "
        "runs of the same one"
    )


# --- reading a run ----------------------------------------------------------------------------------------------------


def _versions(run: Run) -> Iterator[Version]:
    """The segments of a run with their flags, a part at a time, without what the model computed."""
    index = 0
    for part in run.parts(COLUMNS):
        flags: dict[str, list[StoredFlag]] = defaultdict(list)
        for row in _rows(part.flags, FLAG_COLUMNS):
            flags[row["segment_id"]].append(_flag(row))
        for row in _rows(part.segments, SEGMENT_COLUMNS):
            yield _version(index, row, flags.get(row["id"], []))
            index += 1


def _rows(table: Any, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    columns: Iterable[tuple[Any, ...]] = zip(*(table.column(name).to_pylist() for name in names), strict=True)
    return (dict(zip(names, values, strict=True)) for values in columns)


def _flag(row: dict[str, Any]) -> StoredFlag:
    return StoredFlag(
        row["id"], row["category"], row["side"], row["start"], row["end"], row["score"], row["rule"], row["threshold"],
        row["value"], row["message"] or "", bool(row["dismissed"]),
    )  # fmt: skip


def _version(index: int, row: dict[str, Any], flags: Sequence[StoredFlag]) -> Version:
    first = row["reference"]
    return Version(
        index, row["id"], row["source"] or "", row["hypothesis"] or "",
        () if first is None else (first, *(row["further_references"] or ())), row["src_lang"] or "und",
        row["tgt_lang"] or "und", row["status"] or "ok", row["document"], row["chrf"], tuple(row["not_checked"] or ()),
        tuple(flags),
    )  # fmt: skip
