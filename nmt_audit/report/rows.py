"""The numbers of one figure: what each method says of one target word, over the words of both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from nmt_audit.records import Array
from nmt_audit.report.reading import ExplanationRow, SegmentRow
from nmt_audit.report.wording import METHOD, STATES, State, method, state
from nmt_audit.report.words import Words

ATTENTION, RELEVANCE, LOGIT = "attention", "lrp", "logit"
PATH = ("context", "target", "output", LOGIT)  # from the source to the choice of the word
BLOWN_UP = 100.0  # times the value, from which on relevance is noise: the largest seen on a sane map is about 20
Kind: TypeAlias = tuple[str, str, str | None]  # method, state, the other word of a contrast


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a number per source word and per earlier target word (None: these words cannot matter here).

    `offsets` are the parts of the ledger's offset, where the run names them.
    """

    method: str
    state: str
    against: str | None
    source: Array  # [source words]
    prefix: Array | None  # [earlier target words]
    value: float | None = None
    ledger: tuple[tuple[str, float], ...] = ()
    offsets: tuple[tuple[str, float], ...] = ()
    rules: str | None = None
    pieces: int = 1

    @property
    def stage(self) -> str:
        """The state without its layer: "context" for "context.3"."""
        return self.state.partition(".")[0]

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
    def accounts(self) -> tuple[tuple[str, float], ...]:
        """The ledger without the words: what of the value belongs to none of them."""
        own = tuple((name, part) for name, part in self.ledger if name in ("initial", "bias", "stabiliser"))
        return own + (self.offsets or tuple((name, part) for name, part in self.ledger if name == "offset"))

    @property
    def excess(self) -> tuple[str | None, float] | None:
        """What is so much larger than the value that shares and order mean little: words (None) or an account.

        None where nothing is.
        """
        if self.value is None:
            return None
        sizes: list[tuple[str | None, float]] = [(None, self.largest), *self.accounts]
        limit = BLOWN_UP * max(1.0, abs(self.value))
        return next(((name, size) for name, size in sizes if not abs(size) <= limit), None)

    @property
    def blown_up(self) -> bool:
        """Whether relevance, or what belongs to no word, is far larger than the value that they explain."""
        return self.excess is not None


@dataclass(frozen=True, slots=True)
class Focus:
    """One explained target word with its rows, in the order of the computation."""

    word: int  # index into the target words
    last: int  # its last explained token: what stands before it is the prefix
    prefix_words: int
    rows: tuple[Row, ...]

    @property
    def attention(self) -> Row | None:
        """What attention says, where the model has any."""
        return next((row for row in self.rows if row.method == ATTENTION), None)

    @property
    def path(self) -> tuple[Row, ...]:
        """Relevance of the stages from the source to the choice of the word."""
        return tuple(row for row in self.rows if row.method == RELEVANCE and row.stage in PATH and not row.against)

    @property
    def contrasts(self) -> tuple[Row, ...]:
        """Relevance of the choice of the word rather than another."""
        return tuple(row for row in self.rows if row.method == RELEVANCE and row.against)


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
            *_explained(source, target, here, prefix_words, len(segment.source_tokens)),
        )
        found.append(Focus(word, max(places), prefix_words, rows))
    return tuple(found)


def _attention(segment: SegmentRow, source: Words, places: Sequence[int]) -> Iterator[Row]:
    """The mean over the pieces of the word, so that the weights still add up to 1."""
    if segment.attention.size:
        weights = segment.attention[list(places)].mean(axis=0)
        yield Row(ATTENTION, LOGIT, None, source.sums(weights), None, pieces=len(places))


def _explained(
    source: Words, target: Words, explained: Sequence[ExplanationRow], prefix_words: int, source_tokens: int
) -> Iterator[Row]:
    """A row for each method, state and contrast; the segment has attention's own."""
    kinds: dict[Kind, dict[int, ExplanationRow]] = {}
    for item in explained:
        drawable = state(item.state) is not None and len(item.source_relevance) == source_tokens
        if drawable and item.method != ATTENTION:
            kinds.setdefault((item.method, item.state, item.against), {}).setdefault(item.position, item)
    for kind in sorted(kinds, key=_order):
        yield _row(kind, list(kinds[kind].values()), source, target, prefix_words)


def _order(kind: Kind) -> tuple[int, str, int, int, str]:
    """Relevance first, along the path; then the other methods."""
    known, stages = list(METHOD), list(STATES)
    place = known.index(kind[0]) if kind[0] in known else len(known)
    stage, _, layer = kind[1].partition(".")
    return place, kind[0], stages.index(stage), int(layer) if layer.isdecimal() else 0, kind[2] or ""


def _row(kind: Kind, items: Sequence[ExplanationRow], source: Words, target: Words, prefix_words: int) -> Row:
    """One kind of explanation over all pieces of the explained word. items: one per piece."""
    wording = method(kind[0])
    of_source = _merged(source, [item.source_relevance for item in items], wording.adds)
    of_target = _merged(target, [item.target_relevance for item in items], wording.adds)
    values = [item.value for item in items]
    return Row(
        *kind,
        source=of_source,
        prefix=of_target[:prefix_words] if prefix_words and wording.prefix else None,
        value=None if None in values else float(sum(value for value in values if value is not None)),
        ledger=tuple(_added(item.ledger for item in items).items()),
        offsets=tuple(_added(item.offsets for item in items).items()),
        rules=items[0].rules, pieces=len(items),
    )  # fmt: skip


def _merged(words: Words, values: Sequence[Array], adds: bool) -> Array:
    """Per word the sum, or the mean, over its pieces and the pieces of the explained word."""
    totals = sum((words.sums(one) for one in values), np.zeros(len(words.groups)))
    if adds:
        return totals
    counts = sum((words.sums(np.ones(len(one))) for one in values), np.zeros(len(words.groups)))
    return np.divide(totals, counts, out=np.zeros_like(totals), where=counts > 0)


def _added(ledgers: Iterator[tuple[tuple[str, float], ...]]) -> Mapping[str, float]:
    totals: dict[str, float] = {}
    for ledger in ledgers:
        for name, part in ledger:
            totals[name] = totals.get(name, 0.0) + part
    return totals


def top(row: Row, count: int = 2) -> list[int]:
    """The words with the largest |R|, largest first, source words before earlier target words among equals."""
    sizes = np.abs(row.numbers)
    order = np.argsort(-sizes, kind="stable")[:count]
    return [int(place) for place in order if sizes[place] > 0]


def parting(focus: Focus) -> State | None:
    """The first stage whose most relevant word is not the one that attention looks at most; None: all agree."""
    attention = focus.attention
    if attention is None:
        return None
    looked_at = top(attention, 1)
    return next((state(row.state) for row in focus.path if not row.blown_up and top(row, 1) != looked_at), None)
