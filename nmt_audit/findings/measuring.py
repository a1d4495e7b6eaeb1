"""Reads a run part by part and measures each explained position: a few numbers a state.

K states, S source tokens, W source words; words, not pieces, as a reader sees them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmt_audit.controls import END, Stratum, stratum
from nmt_audit.language.pieces import merge
from nmt_audit.records import CATEGORIES, Array, Token
from nmt_audit.store import Run

MOST_SEGMENTS = 1_000  # with flags; more would tell little more, and take long
BLOWN_UP = 100.0  # times the value explained (1 at least), from which on shares and order mean little
LEAST_WORDS = 3  # that a rank correlation needs
ACCOUNTS = ("initial", "bias", "offset", "stabiliser")  # of the ledger, beside the words
LOGIT = "logit"

SEGMENT_COLUMNS = (
    "id", "status", "source", "hypothesis", "src_lang", "tgt_lang", "attention",
    *(f"{side}_{part}" for side in ("source", "target") for part in ("pieces", "starts", "ends")),
)  # fmt: skip
ROW_COLUMNS = (
    "segment_id", "position", "state", "method", "rules", "against", "purpose", "value", *ACCOUNTS,
    "source_relevance", "target_relevance",
)  # fmt: skip
FLAG_COLUMNS = ("segment_id", "category", "positions", "dismissed")
READ = {"segments": SEGMENT_COLUMNS, "flags": FLAG_COLUMNS, "explanations": ROW_COLUMNS}
FEWEST = {"segments": ("id",), "flags": FLAG_COLUMNS, "explanations": ("segment_id",)}  # where flags are enough


@dataclass(frozen=True, slots=True)
class Measured:
    """N explained positions. Numbers are [N,K], NaN where there is none; consecutive states [N,K−1].

    `segment`: a number for each segment. `categories` [N,C]: those of the flags that stand and point at the position,
    in the order of CATEGORIES; none at a control. `margin` [N]: by how much the logit of `</s>` is above the best
    other.
    """

    states: tuple[str, ...]
    segment: NDArray[np.int64]
    strata: tuple[Stratum, ...]
    control: NDArray[np.bool_]
    categories: NDArray[np.bool_]
    blown_up: NDArray[np.bool_]
    explained: NDArray[np.bool_]
    numbers: Mapping[str, Array]
    margin: Array
    segment_categories: tuple[frozenset[str], ...]  # of every checked segment of the run, for what occurs together
    sampled_of: int | None  # flagged segments of the run, where not all of them were measured

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """The positions that any category's flags point at: [N]."""
        return np.asarray(self.categories.any(1))


def measured(run: Run, rules: str, seed: int) -> Measured:
    """Every position that a standing flag points at, and every control. Memory holds one part at a time.

    Of more than MOST_SEGMENTS flagged segments so many are drawn by seed.
    """
    controls = _chosen(run.further_explanations, rules, ("control",), None)
    sample, sampled_of = _sample(run, seed)
    gathered = _Gathered()
    for part in run.parts(READ):
        flagged = _flagged(part.flags)
        explained = _chosen(part.explanations, rules, ("flag", None), sample)
        _categories_of_segments(part.segments, flagged, gathered)
        wanted = (explained.keys() & flagged.keys()) | controls.keys()
        for segment in _segments(part.segments, wanted):
            of_positions = flagged.get(segment["id"], {})
            _measure(gathered, segment, explained.get(segment["id"], {}), of_positions, control=False)
            _measure(gathered, segment, controls.get(segment["id"], {}), {}, control=True)
    return gathered.together(sampled_of)


# --- reading ----------------------------------------------------------------------------------------------------------

Rows = dict[str, dict[int, list[dict[str, Any]]]]  # segment → position → explanations


def _sample(run: Run, seed: int) -> tuple[set[str] | None, int | None]:
    """The flagged segments to measure, and of how many they are drawn; None for all."""
    rows = (row for part in run.parts(FEWEST) for row in part.flags.to_pylist())
    flagged = sorted({row["segment_id"] for row in rows if row["positions"] and not row["dismissed"]})
    if len(flagged) <= MOST_SEGMENTS:
        return None, None
    drawn = np.random.default_rng(seed).choice(len(flagged), MOST_SEGMENTS, replace=False)
    return {flagged[number] for number in drawn.tolist()}, len(flagged)


def _chosen(table: Any, rules: str, purposes: Collection[str | None], segments: Collection[str] | None) -> Rows:
    """The explanations by relevance with these rules that were made for the purposes, of all segments or of some."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = table.select(ROW_COLUMNS)
    known = [purpose for purpose in purposes if purpose is not None]
    right = pc.and_(pc.equal(table["method"], "lrp"), pc.equal(table["rules"], rules))
    meant = pc.is_in(table["purpose"], pa.array(known, pa.string()))
    if None in purposes:
        meant = pc.or_(meant, pc.is_null(table["purpose"]))
    table = table.filter(pc.and_(right, meant))
    if segments is not None:
        table = table.filter(pc.is_in(table["segment_id"], pa.array(sorted(segments), pa.string())))
    lists = {name: list(_arrays(table[name])) for name in ("source_relevance", "target_relevance")}
    found: Rows = defaultdict(lambda: defaultdict(list))
    for number, row in enumerate(table.drop_columns(list(lists)).to_pylist()):
        arrays = {name: values[number] for name, values in lists.items()}
        found[row["segment_id"]][row["position"]].append({**row, **arrays})
    return found


def _arrays(column: Any) -> Iterator[Array]:
    """The lists of a column of numbers, without a Python number for each of them."""
    for chunk in column.chunks:
        offsets, values = chunk.offsets.to_numpy(), chunk.values.to_numpy(zero_copy_only=False)
        yield from (values[start:end] for start, end in pairwise(offsets))


def _flagged(table: Any) -> dict[str, dict[int, set[str]]]:
    """Segment → position → the categories of the flags that stand and point at it; a flag may point at no position."""
    found: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in table.select(FLAG_COLUMNS).to_pylist():
        if not row["dismissed"]:
            found[row["segment_id"]][-1].add(row["category"])
            for position in row["positions"] or ():
                found[row["segment_id"]][position].add(row["category"])
    return found


def _categories_of_segments(table: Any, flagged: Mapping[str, Mapping[int, set[str]]], gathered: _Gathered) -> None:
    for row in table.select(["id", "status"]).to_pylist():
        if row["status"] == "ok":
            gathered.segment_categories.append(frozenset(flagged.get(row["id"], {}).get(-1, ())))


def _segments(table: Any, wanted: Collection[str]) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    table = table.select(SEGMENT_COLUMNS)
    table = table.filter(pc.is_in(table["id"], pa.array(sorted(wanted), pa.string())))
    attention = _arrays(table["attention"])
    for row, weights in zip(table.drop_columns(["attention"]).to_pylist(), attention, strict=True):
        yield {**row, "attention": weights}


# --- measuring --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Gathered:
    """What has been measured so far; a list entry for each position."""

    states: list[str] = field(default_factory=list)
    segments: int = 0
    segment: list[int] = field(default_factory=list)
    strata: list[Stratum] = field(default_factory=list)
    control: list[bool] = field(default_factory=list)
    categories: list[list[bool]] = field(default_factory=list)
    numbers: list[dict[tuple[str, str], float]] = field(default_factory=list)  # measure and state
    blown_up: list[set[str]] = field(default_factory=list)
    explained: list[set[str]] = field(default_factory=list)
    margin: list[float] = field(default_factory=list)
    segment_categories: list[frozenset[str]] = field(default_factory=list)

    def together(self, sampled_of: int | None) -> Measured:
        """All of it as arrays, the logit as the last state."""
        states = sorted(self.states, key=lambda state: state == LOGIT)
        measures = sorted({measure for numbers in self.numbers for measure, _ in numbers})
        grids = {
            measure: np.array(
                [[numbers.get((measure, state), np.nan) for state in states] for numbers in self.numbers]
            ).reshape(len(self.numbers), len(states))
            for measure in measures
        }

        def marked(sets: Sequence[set[str]]) -> NDArray[np.bool_]:
            return np.array([[state in some for state in states] for some in sets], bool).reshape(
                len(sets), len(states)
            )

        return Measured(
            tuple(states), np.array(self.segment, np.int64), tuple(self.strata), np.array(self.control, bool),
            np.array(self.categories, bool).reshape(len(self.categories), len(CATEGORIES)), marked(self.blown_up),
            marked(self.explained), grids, np.array(self.margin, float), tuple(self.segment_categories),
            sampled_of,
        )  # fmt: skip


def _measure(
    gathered: _Gathered,
    segment: Mapping[str, Any],
    positions: Mapping[int, list[dict[str, Any]]],
    flagged: Mapping[int, set[str]],
    *,
    control: bool,
) -> None:
    """Adds the positions of a segment that are flagged, or all of them where they are controls."""
    words = None
    for position in sorted(position for position in positions if control or position in flagged):
        rows: dict[str, dict[str, Any]] = {}
        for row in positions[position]:
            if row["against"] is None:
                rows.setdefault(row["state"], row)  # several flags may have asked the same
        if not rows:
            continue
        words = words or _words(segment)
        gathered.states += [state for state in rows if state not in gathered.states]  # in the order of the computation
        blown = {state for state, row in rows.items() if _blown_up(row, words)}
        numbers = _of_position(words, position, rows, blown)
        place = stratum(position, words.targets, words.sources)
        margins = [
            row["value"] for row in positions[position] if row["against"] is not None and row["value"] is not None
        ]
        gathered.segment.append(gathered.segments)
        gathered.strata.append(place)
        gathered.control.append(control)
        gathered.categories.append([category in flagged.get(position, ()) for category in CATEGORIES])
        gathered.numbers.append(numbers)
        gathered.blown_up.append(blown)
        gathered.explained.append(set(rows))
        # Held against a negation word too, where a negation was lost: the best other token is the nearest one.
        gathered.margin.append(min(margins) if margins and place.place == END else np.nan)
    gathered.segments += words is not None


@dataclass(frozen=True, slots=True)
class _Words:
    """Where the words of both sides begin, in tokens. `attention`: [T,W], or None."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    sources: int  # tokens
    targets: int
    end: bool  # whether the last source word is `</s>`
    attention: Array | None


def _words(segment: Mapping[str, Any]) -> _Words:
    sides = []
    for side, text, language in (("source", "source", "src_lang"), ("target", "hypothesis", "tgt_lang")):
        columns = zip(segment[f"{side}_pieces"], segment[f"{side}_starts"], segment[f"{side}_ends"], strict=True)
        tokens = [Token(piece, 0, start, end) for piece, start, end in columns]
        groups = merge(tokens, segment[text] or "", segment[language])
        sides.append((len(tokens), np.array([group.tokens[0] for group in groups]), groups[-1].is_end))
    (sources, source, end), (targets, target, _) = sides
    attention = segment["attention"].reshape(targets, sources) if len(segment["attention"]) else None
    summed = None if attention is None else np.add.reduceat(attention, source, axis=1)
    return _Words(source, target, sources, targets, end, summed)


def _by_word(values: Array, starts: NDArray[np.int64]) -> Array:
    """[tokens] → [words] that begin within them; the last may be cut short."""
    begun = starts[starts < len(values)]
    return np.abs(np.add.reduceat(values, begun)) if len(begun) else np.zeros(0)


def _blown_up(row: Mapping[str, Any], words: _Words) -> bool:
    """Whether relevance, or what belongs to no word, is far larger than the value explained, or not a number."""
    sizes = [
        *_by_word(row["source_relevance"], words.source), *_by_word(row["target_relevance"], words.target),
        *(abs(row[name]) for name in ACCOUNTS if row[name] is not None),
    ]  # fmt: skip
    value = row["value"]
    limit = BLOWN_UP * max(1.0, abs(value)) if value is not None and np.isfinite(value) else BLOWN_UP
    return not max(sizes, default=0.0) <= limit or not np.isfinite(sizes).all()


def _of_position(
    words: _Words, position: int, rows: Mapping[str, Mapping[str, Any]], blown: Collection[str]
) -> dict[tuple[str, str], float]:
    """Measure and state → number, but for what blew up. What compares two states belongs to the first of them."""
    found: dict[tuple[str, str], float] = {}
    source = np.stack([_by_word(row["source_relevance"], words.source) for row in rows.values()])
    prefix = np.array([_by_word(row["target_relevance"], words.target).sum() for row in rows.values()])
    looked = None if words.attention is None else words.attention[position]
    ranks = centred_ranks(source if looked is None else np.vstack([source, looked]))
    total = source.sum(1) + prefix
    states = list(rows)
    for k, state in enumerate(states):
        if state in blown:
            continue
        if total[k] > 0:
            of_end = source[k, -1] / total[k] if words.end else 0.0
            found["source", state] = source[k].sum() / total[k] - of_end
            found["end", state] = of_end
            found["prefix", state] = prefix[k] / total[k]
        if looked is not None:
            found["differs", state] = float(source[k].argmax() != looked.argmax())
            found["attention_correlation", state] = _correlation(ranks[k], ranks[-1])
        if k + 1 < len(states) and states[k + 1] not in blown:
            found["same", state] = float(source[k].argmax() == source[k + 1].argmax())
            found["layer_correlation", state] = _correlation(ranks[k], ranks[k + 1])
    return found


def centred_ranks(values: Array) -> Array:
    """[K,W] → [K,W]: the rank of each value in its row minus their mean; equals share the mean of their ranks."""
    above = values[:, :, None] - values[:, None, :]
    return np.asarray(0.5 * np.sign(above).sum(2))


def _correlation(left: Array, right: Array) -> float:
    """Spearman's of two rows of centred ranks; NaN for few words, and where all are equal."""
    size = float(np.sqrt((left @ left) * (right @ right)))
    return float(left @ right) / size if len(left) >= LEAST_WORDS and size > 0 else np.nan
