"""Plain rows out of a run's tables, with missing values as None: what the pages are made from."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

LEDGER = ("source", "target", "initial", "bias", "offset", "stabiliser")


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment. `index` counts from 0."""

    index: int
    id: str
    source: str
    hypothesis: str
    reference: str | None
    src_lang: str
    tgt_lang: str
    status: str
    logprob: float | None
    bleu: float | None
    chrf: float | None
    ter: float | None
    continuation: str | None
    not_checked: tuple[str, ...]
    document: str | None
    further_references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One suspicion. `dismissed`: reviewers of an earlier run, `dismissed_by` where it is known who, rejected it."""

    id: str
    segment_id: str
    category: str
    side: str
    start: int | None
    end: int | None
    score: float
    rule: str
    threshold: float
    value: float
    positions: tuple[int, ...]
    message: str
    counterpart_side: str | None
    counterpart_start: int | None
    counterpart_end: int | None
    dismissed: bool = False
    dismissed_by: str = ""


TEXTS = ("id", "source", "hypothesis", "reference", "src_lang", "tgt_lang", "status")
NUMBERS = ("logprob", "bleu", "chrf", "ter")
OTHERS = ("continuation", "not_checked", "document", "further_references")
FLAG_FIELDS = tuple(FlagRow.__dataclass_fields__)[:-2]


def segment_rows(table: pa.Table, first: int) -> list[SegmentRow]:
    """The segments of a part, whose first is number `first` of the run."""
    texts, numbers, rest = (_columns(table, names) for names in (TEXTS, NUMBERS, OTHERS))
    found = []
    for index, (text, scores, other) in enumerate(zip(texts, numbers, rest, strict=True), first):
        name, source, hypothesis, reference, src, tgt, status = text
        logprob, bleu, chrf, ter = map(_number, scores)
        continuation, not_checked, document, further = other
        found.append(
            SegmentRow(
                index, name, source or "", hypothesis or "", reference, src or "und", tgt or "und", status or "ok",
                logprob, bleu, chrf, ter, continuation, tuple(not_checked or ()), document,
                tuple(further or ()),
            )
        )  # fmt: skip
    return found


def _columns(table: pa.Table, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of some columns."""
    return zip(*(table.column(name).to_pylist() for name in names), strict=True)


def flag_rows(table: pa.Table, reviewers: Mapping[str, str]) -> dict[str, list[FlagRow]]:
    """The flags of a part by segment, in corpus order. `reviewers`: who dismissed a flag, where it is known."""
    found: dict[str, list[FlagRow]] = defaultdict(list)
    names = (*FLAG_FIELDS, "dismissed")
    for values in _columns(table, names):
        row = dict(zip(names, values, strict=True))
        row |= {"positions": tuple(row["positions"] or ()), "dismissed": bool(row["dismissed"])}
        flag = FlagRow(**row, dismissed_by=reviewers.get(row["id"]) or "")
        found[flag.segment_id].append(flag)
    return dict(found)


def ranked(flags: Sequence[FlagRow]) -> list[FlagRow]:
    """The flags of a segment as a reader meets them: most suspicious first, dismissed ones last."""
    return sorted(flags, key=lambda flag: (flag.dismissed, -flag.score))


def _number(value: Any) -> float | None:
    """A float, or None where the table has none or one that is no number."""
    return None if value is None or math.isnan(value) else float(value)
