"""`bench flags`: how many labelled errors the checks find, and how often they are wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nmt_audit.bench.tables import Table
from nmt_audit.calibrating import calibrated, references_of, thresholds_for
from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError
from nmt_audit.intervals import wilson
from nmt_audit.models.protocol import Model
from nmt_audit.records import CATEGORIES, Audited, Flag, Segment, Span
from nmt_audit.stages import Standard, judge_all, learned_lexicons
from nmt_audit.trust import overlaps


@dataclass(frozen=True, slots=True)
class Labelled:
    """A segment and what is wrong with it; no labels: nothing. `spans` say where, for some of the labels."""

    segment: Segment
    labels: frozenset[str]
    spans: Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one category: `hits` of the `labelled` are flagged, and `alarms` of the `clean` segments without any label.

    `flagged` counts all flagged segments; of the `located` hits, whose label has a span, `overlapping` touch it.
    """

    labelled: int
    flagged: int
    hits: int
    clean: int
    alarms: int
    located: int
    overlapping: int


def bench_flags(
    gold: Path, *, sources: str | None = None, model: Model | None = None, clean: str | None = None, rate: float = 0.02,
    src_lang: str = "", tgt_lang: str = "",
) -> dict[str, Counts]:  # fmt: skip
    """Category → counts over the labelled segments of a JSONL file, judged as `audit` and `check` judge them.

    A line has `source`, `hypothesis`, `labels`, and perhaps `src_lang`, `tgt_lang` and `spans` as `plant` writes them;
    instead of the source `source_sha256`, 16 digits, which is looked up among the lines of `sources`. `clean`: pairs to
    set thresholds on; without, they are the model's or the shipped ones. Raises InputError.
    """
    rows = read_labelled(gold, sources, src_lang, tgt_lang)
    standard = Standard(model, thresholds_for(model), learned_lexicons([row.segment for row in rows]))
    if clean is not None:
        right = references_of(read_corpus(clean, src_lang=src_lang, tgt_lang=tgt_lang).segments)
        standard = calibrated(standard, right, rate, f"pairs of {Path(clean).name}").standard
    judged = list(judge_all(standard, [row.segment for row in rows]))
    return {category: _counts(category, rows, judged) for category in CATEGORIES}


def read_labelled(gold: Path, sources: str | None, src_lang: str, tgt_lang: str) -> list[Labelled]:
    """The labelled segments of a file. Raises InputError, with the line."""
    known = {}
    if sources is not None:
        for segment in read_corpus(sources, src_lang=src_lang, tgt_lang=tgt_lang).segments:
            known[_digest(segment.source)] = segment.source
    try:
        lines = gold.read_text("utf-8").split("\n")  # no other line end: text may hold U+2028
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{gold}: cannot be read ({error}); give a JSONL file of labelled segments") from error
    return [_labelled(f"{gold}, line {n}", line, known, src_lang, tgt_lang) for n, line in enumerate(lines, 1) if line]


def table(found: Mapping[str, Counts], title: str) -> Table:
    """As it is printed: per category precision, recall and false alarms, with 95 % intervals."""
    head = ("", "labelled", "flagged", "precision", "recall", "false alarms", "flag overlaps label")
    rows = []
    for category, one in found.items():
        rows.append((
            category, str(one.labelled), str(one.flagged), _share(one.hits, one.flagged),
            _share(one.hits, one.labelled), _share(one.alarms, one.clean), _share(one.overlapping, one.located),
        ))  # fmt: skip
    return Table(title, head, tuple(rows))


def as_dict(found: Mapping[str, Counts]) -> dict[str, Any]:
    """Plain values for programs."""
    return {category: asdict(counts) for category, counts in found.items()}


def _labelled(place: str, line: str, known: Mapping[str, str], src_lang: str, tgt_lang: str) -> Labelled:
    try:
        row = json.loads(line)
        labels = frozenset(row["labels"])
        source = row["source"] if "source" in row else known.get(row["source_sha256"])
        spans: dict[str, tuple[Span, ...]] = {}
        for span in row.get("spans", ()):
            spans[span["category"]] = (
                *spans.get(span["category"], ()), Span(span["side"], int(span["start"]), int(span["end"])),
            )  # fmt: skip
        hypothesis = str(row["hypothesis"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{place}: not a labelled segment ({error}); it needs source, hypothesis and labels"
        ) from error
    if source is None:
        raise InputError(f"{place}: its source is not among the given ones; name the corpus by --source")
    if labels - set(CATEGORIES):
        raise InputError(f"{place}: no category {', '.join(sorted(labels - set(CATEGORIES)))}")
    languages = (row.get("src_lang") or src_lang, row.get("tgt_lang") or tgt_lang)
    if not all(languages):
        raise InputError(f"{place}: its languages are not known; give --src-lang and --tgt-lang")
    return Labelled(Segment(place, source, *languages, None, hypothesis), labels, spans)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _counts(category: str, rows: Sequence[Labelled], judged: Sequence[Audited]) -> Counts:
    pairs = [
        (row, [flag for flag in item.flags if flag.category == category])
        for row, item in zip(rows, judged, strict=True)
        if category not in item.not_checked
    ]
    hits: list[tuple[Labelled, list[Flag]]] = [(row, flags) for row, flags in pairs if flags and category in row.labels]
    located = [(row.spans[category], flags) for row, flags in hits if row.spans.get(category)]
    clean = [flags for row, flags in pairs if not row.labels]
    return Counts(
        labelled=sum(category in row.labels for row, _ in pairs),
        flagged=sum(bool(flags) for _, flags in pairs),
        hits=len(hits),
        clean=len(clean),
        alarms=sum(bool(flags) for flags in clean),
        located=len(located),
        overlapping=sum(any(overlaps(flag, spans) for flag in flags) for spans, flags in located),
    )


def _share(count: int, of: int) -> str:
    if not of:
        return "–"
    low, high = wilson(count, of)
    return f"{100 * count / of:.1f} % [{100 * low:.0f}, {100 * high:.0f}]"
