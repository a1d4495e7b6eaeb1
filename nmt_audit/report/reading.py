"""Plain rows out of a run's frames, with missing values as None: the only report module that touches pandas rows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nmt_audit.records import Array, Token
from nmt_audit.store import Run

LEDGER = ("source", "target", "initial", "bias", "offset", "stabiliser")


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment. `attention` is [T,S]; it and the tokens are empty where no model was used."""

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
    """One suspicion."""

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


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """Relevance of the words for one state at one position. `ledger` is empty where the method has none."""

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


def segment_rows(run: Run) -> Iterator[SegmentRow]:
    """The segments in corpus order, one at a time: token lists of a large run do not stand in memory twice."""
    for index, row in enumerate(run.segments.itertuples(index=False)):
        yield _segment(index, row)


def flag_rows(run: Run) -> dict[str, list[FlagRow]]:
    """The flags by segment, in corpus order."""
    found: dict[str, list[FlagRow]] = defaultdict(list)
    for row in run.flags.itertuples(index=False):
        flag = _flag(row)
        found[flag.segment_id].append(flag)
    return dict(found)


class Explanations:
    """The explanations of a run by flag. Rows become Python objects only when their flag is asked for."""

    def __init__(self, run: Run) -> None:
        self._frame = run.explanations
        ids = self._frame["flag_id"]
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(ids.tolist()):
            if isinstance(name, str):
                self._places[name].append(place)

    def of(self, flag_id: str) -> tuple[ExplanationRow, ...]:
        """The explained states of a flag."""
        places = self._places.get(flag_id)
        if not places:
            return ()
        return tuple(_explanation(row) for row in self._frame.iloc[places].itertuples(index=False))


def _segment(index: int, row: Any) -> SegmentRow:
    source_tokens, target_tokens = _tokens(row, "source"), _tokens(row, "target")
    weights = _array(row.attention)
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


def _flag(row: Any) -> FlagRow:
    return FlagRow(
        id=row.id, segment_id=row.segment_id, category=row.category, side=row.side, start=_whole(row.start),
        end=_whole(row.end), score=float(row.score), rule=row.rule, threshold=float(row.threshold),
        value=float(row.value), positions=tuple(int(place) for place in _list(row.positions)), message=row.message,
        counterpart_side=_text(row.counterpart_side), counterpart_start=_whole(row.counterpart_start),
        counterpart_end=_whole(row.counterpart_end),
    )  # fmt: skip


def _explanation(row: Any) -> ExplanationRow:
    parts = ((name, _number(getattr(row, name))) for name in LEDGER)
    return ExplanationRow(
        position=int(row.position), state=row.state, method=row.method, rules=_text(row.rules),
        epsilon=_number(row.epsilon), against=_text(row.against), source_relevance=_array(row.source_relevance),
        target_relevance=_array(row.target_relevance), value=_number(row.value),
        ledger=tuple((name, part) for name, part in parts if part is not None),
    )  # fmt: skip


def _tokens(row: Any, side: str) -> tuple[Token, ...]:
    columns = (_list(getattr(row, f"{side}_{part}")) for part in ("pieces", "ids", "starts", "ends"))
    return tuple(
        Token(piece, int(number), int(start), int(end)) for piece, number, start, end in zip(*columns, strict=True)
    )


def _list(value: Any) -> Sequence[Any]:
    return () if value is None or isinstance(value, float) else value  # type: ignore[no-any-return]


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
