"""Plain rows out of a run's frames, with missing values as None: the only report module that touches pandas rows."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nmt_audit.records import Array, Token
from nmt_audit.store import Run

LEDGER = ("source", "target", "initial", "bias", "offset", "stabiliser")


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment. `attention` is [T,S]; it and the tokens are empty where no model was used or nobody asks."""

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
    continuation: str | None
    not_checked: tuple[str, ...]
    source_tokens: tuple[Token, ...]
    target_tokens: tuple[Token, ...]
    attention: Array


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


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """Relevance of the words for one state at one position. `ledger` is empty where the method has none.

    `offsets`: the parts of the ledger's offset; empty in runs that are older than them.
    """

    position: int
    state: str
    method: str
    rules: str | None
    epsilon: float | None
    against: str | None
    source_relevance: Array
    target_relevance: Array
    value: float | None
    ledger: tuple[tuple[str, float], ...]
    offsets: tuple[tuple[str, float], ...] = ()


def segment_rows(run: Run, explained: Container[str]) -> Iterator[SegmentRow]:
    """The segments in corpus order, one at a time. Only those in `explained` get their tokens and attention."""
    for index, row in enumerate(run.segments.itertuples(index=False)):
        yield _segment(index, row, row.id in explained)


def flag_rows(run: Run) -> dict[str, list[FlagRow]]:
    """The flags by segment, in corpus order."""
    found: dict[str, list[FlagRow]] = defaultdict(list)
    reviewers = run.manifest.get("dismissed_by") or {}
    for row in run.flags.itertuples(index=False):
        flag = _flag(row, reviewers)
        found[flag.segment_id].append(flag)
    return dict(found)


class Explanations:
    """The explanations of a run by flag. Rows become Python objects only when their flag is asked for."""

    def __init__(self, run: Run) -> None:
        # Columns as arrays: taking a few rows out of a frame again and again costs more than all the rest of a page.
        self._columns = {str(name): column.to_numpy() for name, column in run.explanations.items()}
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self._columns["flag_id"].tolist()):
            if isinstance(name, str):  # controls belong to no flag
                self._places[name].append(place)

    def of(self, flag_id: str) -> tuple[ExplanationRow, ...]:
        """The explained states of a flag."""
        return tuple(self._row(place) for place in self._places.get(flag_id, ()))

    def _row(self, place: int) -> ExplanationRow:
        value = {name: column[place] for name, column in self._columns.items()}
        parts = ((name, _number(value[name])) for name in LEDGER)
        return ExplanationRow(
            position=int(value["position"]), state=value["state"], method=value["method"], rules=_text(value["rules"]),
            epsilon=_number(value["epsilon"]), against=_text(value["against"]),
            source_relevance=_array(value["source_relevance"]), target_relevance=_array(value["target_relevance"]),
            value=_number(value["value"]), ledger=tuple((name, part) for name, part in parts if part is not None),
            offsets=_named_parts(_text(value["offsets"])),
        )  # fmt: skip


def _named_parts(text: str | None) -> tuple[tuple[str, float], ...]:
    """The offsets of a row, which a run holds as the JSON text of a name → number object."""
    return tuple((str(name), float(part)) for name, part in json.loads(text or "{}").items())


def _segment(index: int, row: Any, explained: bool) -> SegmentRow:
    source_tokens, target_tokens = (_tokens(row, side) if explained else () for side in ("source", "target"))
    weights = _array(row.attention if explained else None)
    shape = (len(target_tokens), len(source_tokens))
    if weights.size != shape[0] * shape[1]:
        weights = np.zeros(0)
    return SegmentRow(
        index=index, id=row.id, source=_text(row.source) or "", hypothesis=_text(row.hypothesis) or "",
        reference=_text(row.reference), src_lang=_text(row.src_lang) or "und", tgt_lang=_text(row.tgt_lang) or "und",
        status=_text(row.status) or "ok", logprob=_number(row.logprob), bleu=_number(row.bleu), chrf=_number(row.chrf),
        continuation=_text(row.continuation), not_checked=tuple(_list(row.not_checked)),
        source_tokens=source_tokens, target_tokens=target_tokens,
        attention=weights.reshape(shape) if weights.size else np.zeros((0, 0)),
    )  # fmt: skip


def _flag(row: Any, reviewers: Mapping[str, str]) -> FlagRow:
    return FlagRow(
        id=row.id, segment_id=row.segment_id, category=row.category, side=row.side, start=_whole(row.start),
        end=_whole(row.end), score=float(row.score), rule=row.rule, threshold=float(row.threshold),
        value=float(row.value), positions=tuple(int(place) for place in _list(row.positions)), message=row.message,
        counterpart_side=_text(row.counterpart_side), counterpart_start=_whole(row.counterpart_start),
        counterpart_end=_whole(row.counterpart_end), dismissed=bool(row.dismissed),
        dismissed_by=reviewers.get(row.id) or "",
    )  # fmt: skip


def _tokens(row: Any, side: str) -> tuple[Token, ...]:
    columns = (_list(getattr(row, f"{side}_{part}")) for part in ("pieces", "ids", "starts", "ends"))
    return tuple(
        Token(piece, int(number), int(start), int(end)) for piece, number, start, end in zip(*columns, strict=True)
    )


def _list(value: Any) -> Sequence[Any]:
    return () if value is None or isinstance(value, float) else value


def _array(value: Any) -> Array:
    return np.asarray(_list(value), dtype=np.float64)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    """A float, or None where the table has none. pandas shows a missing number as NaN."""
    return None if value is None or math.isnan(value) else float(value)


def _whole(value: Any) -> int | None:
    found = _number(value)
    return None if found is None else int(found)
