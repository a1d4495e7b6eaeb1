"""The numbers of one figure: attention and relevance for one target word, over the words of both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nmt_audit.records import Array
from nmt_audit.report.reading import ExplanationRow, SegmentRow
from nmt_audit.report.wording import STATES
from nmt_audit.report.words import Words

ORDER = ("attention", "context", "target", "output", "logit")
BLOWN_UP = 100.0  # times the value, from which on relevance is noise: the largest seen on a sane map is about 20


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a number per source word and per earlier target word (None: these words cannot matter here)."""

    state: str
    against: str | None
    source: Array  # [source words]
    prefix: Array | None  # [earlier target words]
    value: float | None = None
    ledger: tuple[tuple[str, float], ...] = ()
    method: str = "attention"
    rules: str | None = None
    pieces: int = 1

    @property
    def numbers(self) -> Array:
        """Source words, then earlier target words."""
        return self.source if self.prefix is None else np.concatenate([self.source, self.prefix])

    @property
    def largest(self) -> float:
        """The largest |R|, by which the bars are scaled."""
        return float(np.abs(self.numbers).max(initial=0.0))

    @property
    def shares(self) -> Array:
        """Each word's part of Σ|R|; all zero where the sum is zero or not finite."""
        sizes = np.abs(self.numbers)
        largest = sizes.max(initial=0.0)
        if not np.isfinite(largest) or largest == 0:
            return np.zeros_like(sizes)
        scaled = sizes / largest  # Σ|R| of a map that blew up may overflow
        return np.asarray(scaled / scaled.sum())

    @property
    def blown_up(self) -> bool:
        """Whether relevance is so much larger than the value it explains that shares and order mean little."""
        if self.value is None:
            return False
        return not self.largest <= BLOWN_UP * max(1.0, abs(self.value))


@dataclass(frozen=True, slots=True)
class Focus:
    """One explained target word with its rows, in the order of the computation."""

    word: int  # index into the target words
    last: int  # its last explained token: what stands before it is the prefix
    prefix_words: int
    rows: tuple[Row, ...]

    def row(self, state: str) -> Row | None:
        """The first row for a state."""
        return next((row for row in self.rows if row.state == state), None)


def focuses(
    segment: SegmentRow, source: Words, target: Words, positions: Sequence[int], explained: Sequence[ExplanationRow]
) -> tuple[Focus, ...]:
    """One focus per target word that has a position among `positions` or was explained, in text order."""
    tokens = len(target.group_of)
    wanted = sorted({p for p in (*positions, *(e.position for e in explained)) if 0 <= p < tokens})
    words: dict[int, list[int]] = {}
    for position in wanted:
        words.setdefault(int(target.group_of[position]), []).append(position)
    found = []
    for word, places in words.items():
        prefix_words = target.reached(max(places))
        here = [item for item in explained if item.position in places]
        rows = (
            *_attention(segment, source, places),
            *_relevance(source, target, here, prefix_words, len(segment.source_tokens)),
        )
        found.append(Focus(word, max(places), prefix_words, rows))
    return tuple(found)


def _attention(segment: SegmentRow, source: Words, places: Sequence[int]) -> Iterator[Row]:
    """The mean over the pieces of the word, so that the weights still add up to 1."""
    if segment.attention.size:
        weights = segment.attention[list(places)].mean(axis=0)
        yield Row("attention", None, source.sums(weights), None, pieces=len(places))


def _relevance(
    source: Words, target: Words, explained: Sequence[ExplanationRow], prefix_words: int, source_tokens: int
) -> Iterator[Row]:
    kinds: dict[tuple[str, str | None], dict[int, ExplanationRow]] = {}
    for item in explained:
        if item.state in ORDER and len(item.source_relevance) == source_tokens:
            kinds.setdefault((item.state, item.against), {}).setdefault(item.position, item)
    for state, against in sorted(kinds, key=lambda kind: (ORDER.index(kind[0]), kind[1] or "")):
        items = list(kinds[state, against].values())
        prefix = sum((target.sums(item.target_relevance) for item in items), np.zeros(len(target.groups)))
        yield Row(
            state, against,
            source=sum((source.sums(item.source_relevance) for item in items), np.zeros(len(source.groups))),
            prefix=prefix[:prefix_words] if prefix_words else None,
            value=_total(item.value for item in items),
            ledger=_ledger(items), method=items[0].method, rules=items[0].rules, pieces=len(items),
        )  # fmt: skip


def _total(values: Iterator[float | None]) -> float | None:
    found = list(values)
    return None if None in found else float(sum(value for value in found if value is not None))


def _ledger(items: Sequence[ExplanationRow]) -> tuple[tuple[str, float], ...]:
    totals: dict[str, float] = {}
    for item in items:
        for name, part in item.ledger:
            totals[name] = totals.get(name, 0.0) + part
    return tuple(totals.items())


def top(row: Row, count: int = 2) -> list[int]:
    """The words with the largest |R|, largest first, source words before earlier target words among equals."""
    sizes = np.abs(row.numbers)
    order = np.argsort(-sizes, kind="stable")[:count]
    return [int(place) for place in order if sizes[place] > 0]


def parting(focus: Focus) -> str | None:
    """The first state whose most relevant word is not the one that attention looks at most; None: all agree."""
    attention = focus.row("attention")
    if attention is None:
        return None
    looked_at = top(attention, 1)
    for state in ("context", "target", "output"):
        row = focus.row(state)
        if row is not None and not row.blown_up and top(row, 1) != looked_at:
            return STATES[state].label
    return None
