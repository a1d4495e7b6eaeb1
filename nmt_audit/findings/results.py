"""What the explanations of a run say together, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over positions with its 95 % interval by bootstrap over segments; no interval below LEAST_SEGMENTS.

    `positions` and `segments`: what it is a mean over; of a difference, those of both groups together.
    """

    value: float
    low: float | None
    high: float | None
    positions: int
    segments: int


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of flagged positions beside controls.

    `category`: None is all flagged positions. `next_state`: of two consecutive states; else None. `flagged` is None
    where there are fewer than LEAST_POSITIONS, `control` and `difference` (flagged − control) where there are fewer of
    either. Controls are weighted to the places and lengths of the flagged positions; where they are compared, the
    `unmatched` flagged positions, which no control is like, are left out of `flagged` and `difference`.
    """

    measure: str
    state: str
    next_state: str | None
    category: str | None
    flagged: Estimate | None
    control: Estimate | None
    difference: Estimate | None
    unmatched: int


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total` segments with Wilson's 95 % interval."""

    hits: int
    total: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Together:
    """How many segments have a flag of `category`: of those that are suspected to end early, and of the others.

    None where there are no such segments.
    """

    category: str
    with_early: Share | None
    without_early: Share | None


@dataclass(frozen=True, slots=True)
class Findings:
    """The four findings of Ding et al. 2017, section 4.5, as numbers for one model and corpus.

    `states` in the order of the computation. `categories`: those with explained positions. `blown_up` of `excluded_of`
    explanations (a position and a state each) were left out because relevance is far larger than what it explains.
    `sampled_of`: flagged segments of the run, where `flagged_segments` were drawn of them by seed; None: all are in.

    attention: 1. "differs", share of positions where the source word with the largest |R| is not the one that attention
        is largest for; "correlation", Spearman's between the two over the source words. Empty without attention.
    layers: 2. "same", share of positions where two consecutive states have the same source word first; "correlation",
        Spearman's of |R| over the source words.
    context: 3. shares of Σ|R|: "source" (its words), "end" (its `</s>`), "prefix" (earlier target words).
    ends: 4. at flagged final `</s>`: "end" as above, and "margin", the logit of `</s>` minus the best other one.
    """

    rules: str
    states: tuple[str, ...]
    categories: tuple[str, ...]
    flagged_positions: int
    flagged_segments: int
    control_positions: int
    control_segments: int
    blown_up: int
    excluded_of: int
    seed: int
    resamples: int
    attention: tuple[Row, ...]
    layers: tuple[Row, ...]
    context: tuple[Row, ...]
    ends: tuple[Row, ...]
    together: tuple[Together, ...]
    sampled_of: int | None = None
