"""The columns of the tables that are exported: names, kinds, what they hold. JSONL, CSV, Excel and Parquet share them.

Offsets are code points into the text of their side, from 0, end exclusive. What does not apply is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from nmt_audit.exporting.units import Export, Unit
from nmt_audit.report.reading import FlagRow
from nmt_audit.report.wording import category

Kind = Literal["text", "texts", "number", "whole", "wholes", "truth"]


class Place(NamedTuple):
    """What a row is about. A row of a segment has no flag."""

    export: Export
    unit: Unit
    flag: FlagRow | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `about` is for the user: it stands in the workbook, in the Parquet file and in docs/export.md."""

    name: str
    kind: Kind
    about: str
    value: Callable[[Place], Any]


def _of_flag(name: str, kind: Kind, about: str, value: Callable[[Unit, FlagRow], Any]) -> Column:
    """A column of tables of flags."""

    def of(place: Place) -> Any:
        assert place.flag is not None
        return value(place.unit, place.flag)

    return Column(name, kind, about, of)


def _of_segment(name: str, kind: Kind, about: str, value: Callable[[Unit], Any]) -> Column:
    return Column(name, kind, about, lambda place: value(place.unit))


def _counterpart(unit: Unit, flag: FlagRow) -> str | None:
    if flag.counterpart_side is None or flag.counterpart_start is None:
        return None
    return unit.text(flag.counterpart_side)[flag.counterpart_start : flag.counterpart_end]


FLAG = (
    _of_flag("flag", "text", "the flag's id, made from its content: the same every night", lambda _, flag: flag.id),
    _of_flag("category", "text", "OMISSION, REPETITION, UNRELATED, NEGATION, EARLY_EOS", lambda _, flag: flag.category),
    _of_flag("suspected", "text", "the category in words", lambda _, flag: category(flag.category).label),
    _of_flag("score", "number", "0 to 1: how far the value is past its threshold", lambda _, flag: flag.score),
    _of_flag("rule", "text", "what saw it (docs/checks.md)", lambda _, flag: flag.rule),
    _of_flag("value", "number", "what the rule measured, in the rule's own unit", lambda _, flag: flag.value),
    _of_flag("threshold", "number", "from which value on the rule flags", lambda _, flag: flag.threshold),
    _of_flag("message", "text", "why, in words", lambda _, flag: flag.message),
    _of_flag("side", "text", "where it points: src or tgt", lambda _, flag: flag.side),
    _of_flag("start", "whole", "first code point of the suspected words; none: the whole side", lambda _, f: f.start),
    _of_flag("end", "whole", "code point after the last", lambda _, flag: flag.end),
    _of_flag("span", "text", "the suspected words", lambda unit, flag: unit.span(flag)),
    _of_flag("counterpart_side", "text", "the other side of it, where known", lambda _, f: f.counterpart_side),
    _of_flag("counterpart_start", "whole", "as start", lambda _, flag: flag.counterpart_start),
    _of_flag("counterpart_end", "whole", "as end", lambda _, flag: flag.counterpart_end),
    _of_flag("counterpart", "text", "its words", _counterpart),
    _of_flag("positions", "wholes", "target tokens that are explained, from 0", lambda _, flag: list(flag.positions)),
    _of_flag("dismissed", "truth", "reviewers rejected it; it counts no more", lambda _, flag: flag.dismissed),
    _of_flag("dismissed_by", "text", "who, where known", lambda _, flag: flag.dismissed_by or None),
)

SUMMARY = (
    _of_segment("flags", "whole", "how many flags stand", lambda unit: len(unit.standing)),
    _of_segment("dismissed", "whole", "how many flags were dismissed", lambda u: len(u.flags) - len(u.standing)),
    _of_segment("categories", "texts", "categories of the flags that stand", lambda unit: _categories(unit)),
    _of_segment("suspicion", "number", "the highest score of these flags", lambda unit: _suspicion(unit)),
    _of_segment("not_checked", "texts", "categories that could not be checked", lambda u: list(u.segment.not_checked)),
)

SEGMENT = (
    _of_segment(
        "number", "whole", "place in the corpus, from 1: the line, where a line is a segment", lambda u: u.number
    ),
    _of_segment("segment", "text", "the segment's id", lambda unit: unit.segment.id),
    _of_segment("document", "text", "the document it is part of", lambda unit: unit.segment.document),
    _of_segment("src_lang", "text", "language of the source", lambda unit: unit.segment.src_lang),
    _of_segment("tgt_lang", "text", "language of the translation", lambda unit: unit.segment.tgt_lang),
    _of_segment("source", "text", "the source", lambda unit: unit.segment.source),
    _of_segment("hypothesis", "text", "the translation; none: not translated", lambda unit: _hypothesis(unit)),
    _of_segment("reference", "text", "the first reference", lambda unit: unit.segment.reference),
    _of_segment(
        "further_references", "texts", "the other references", lambda unit: list(unit.segment.further_references)
    ),
    _of_segment("status", "text", "ok, empty, too_long, not_finite or out_of_memory", lambda unit: unit.segment.status),
    _of_segment("logprob", "number", "mean log-probability of the target tokens, nats", lambda u: u.segment.logprob),
    _of_segment("bleu", "number", "sentence BLEU, 0 to 100 (a sorting aid)", lambda unit: unit.segment.bleu),
    _of_segment("chrf", "number", "sentence chrF, 0 to 100", lambda unit: unit.segment.chrf),
    _of_segment("ter", "number", "sentence TER, 0 is best", lambda unit: unit.segment.ter),
)

RUN = (
    Column("run", "text", "the run's name", lambda place: place.export.facts.name),
    Column("date", "text", "its date", lambda place: place.export.facts.date),
    Column("model", "text", "the model, by the name that trends have for it", lambda place: place.export.series.model),
    Column("test_set", "text", "the test set, likewise", lambda place: place.export.series.test_set),
    Column("state", "text", "complete, or partial: of the segments that were seen", lambda place: _state(place)),
    Column("signature", "text", "what the numbers rest on, as on every page", lambda p: p.export.facts.signature),
)

COLUMNS = {"flags": (*FLAG, *SEGMENT, *RUN), "segments": (*SEGMENT, *SUMMARY, *RUN)}


def _categories(unit: Unit) -> list[str]:
    return sorted({flag.category for flag in unit.standing})


def _suspicion(unit: Unit) -> float | None:
    return max((flag.score for flag in unit.standing), default=None)


def _hypothesis(unit: Unit) -> str | None:
    return unit.segment.hypothesis if unit.translated else None


def _state(place: Place) -> str:
    return "partial" if place.export.run.partial else "complete"


def rows(export: Export) -> Iterator[dict[str, Any]]:
    """The rows of the table that the options ask for: column → value, None where there is none."""
    columns = COLUMNS[export.options.rows]
    for unit in export.units():
        flags: tuple[FlagRow | None, ...] = unit.flags if export.options.rows == "flags" else (None,)
        for flag in flags:
            place = Place(export, unit, flag)
            yield {column.name: _finite(column.value(place)) for column in columns}


def _finite(value: Any) -> Any:
    """No JSON and no spreadsheet has a number that is none."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
