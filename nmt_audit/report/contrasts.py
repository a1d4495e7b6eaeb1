"""Scores of flagged and unflagged segments side by side: quartiles, and the difference of means with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from nmt_audit.records import Array
from nmt_audit.report.tally import SEED, Tally
from nmt_audit.report.wording import count, fixed

LEAST = 5  # segments on either side, to say anything
RESAMPLES = 2000
CELLS = 400  # for the bootstrap, larger sets are summed up in as many cells of equal size


@dataclass(frozen=True, slots=True)
class Compared:
    """A number per segment that is compared. `better`: which way is good, in words."""

    name: str
    label: str
    help: str
    decimals: int


COMPARED = (
    Compared("chrf", "chrF", "Overlap with the reference in runs of letters, 0 to 100; more is better.", 1),
    Compared("bleu", "BLEU", "Overlap with the reference in runs of words, 0 to 100; more is better.", 1),
    Compared("ter", "TER", "Edits that would lead to the reference, per 100 of its words; less is better.", 1),
    Compared("log-probability", "log-probability", "Mean natural log-probability per token; 0 is certain.", 2),
    Compared("source-length", "source length", "Characters of the source.", 0),
    Compared("translation-length", "translation length", "Characters of the translation.", 0),
    Compared("length-ratio", "length ratio", "Characters of the translation per character of the source.", 2),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quartiles:
    """10 %, 25 %, 50 %, 75 % and 90 % of the segments lie below these."""

    marks: tuple[float, ...]
    segments: int


@dataclass(frozen=True, slots=True)
class Contrast:
    """One score on both sides. `difference`: flagged minus unflagged, means, with a 95 % interval."""

    compared: Compared
    flagged: Quartiles
    clear: Quartiles
    difference: float
    low: float
    high: float

    @property
    def says(self) -> str:
        """The difference in words."""
        decimals = max(self.compared.decimals, 1)
        if self.low <= 0 <= self.high:
            return "no difference that these segments could show"
        way = "lower" if self.difference < 0 else "higher"
        return f"flagged ones are {way}, by {fixed(abs(self.difference), decimals)} in the mean"

    @property
    def alt(self) -> str:
        """What the chart of the score shows, in words."""
        there, elsewhere = (fixed(side.marks[2], self.compared.decimals) for side in (self.flagged, self.clear))
        return f"Median {self.compared.label} with a flag {there}, without {elsewhere}: {self.says}."

    @property
    def cells(self) -> tuple[str, ...]:
        """As the table has it: segments, median and middle half of either side, difference and interval."""
        decimals = self.compared.decimals
        return (
            *_side(self.flagged, decimals), *_side(self.clear, decimals), fixed(self.difference, max(decimals, 1)),
            f"{fixed(self.low, max(decimals, 1))} to {fixed(self.high, max(decimals, 1))}",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contrasts:
    """The section. `empty` says why there is nothing to compare."""

    empty: str | None
    rows: tuple[Contrast, ...] = ()


def contrasts(tally: Tally) -> Contrasts:
    """All scores that enough segments of both kinds have."""
    flagged = tally.masks > 0
    found, random = [], np.random.default_rng(SEED)
    for compared in COMPARED:
        values = tally.column(compared.name)
        with_flag, without = (values[side & np.isfinite(values)] for side in (flagged, ~flagged))
        if min(with_flag.size, without.size) >= LEAST:
            found.append(_contrast(compared, with_flag, without, random))
    if not found:
        return Contrasts(
            f"Too little to say: at least {LEAST} segments with a flag and as many without must have the same score."
        )
    return Contrasts(None, tuple(found))


def _contrast(compared: Compared, flagged: Array, clear: Array, random: Generator) -> Contrast:
    means = _resampled(flagged, random) - _resampled(clear, random)
    low, high = np.quantile(means, [0.025, 0.975])
    difference = float(flagged.mean() - clear.mean())
    return Contrast(compared, _quartiles(flagged), _quartiles(clear), difference, float(low), float(high))


def _quartiles(values: Array) -> Quartiles:
    return Quartiles(tuple(np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9]).tolist()), values.size)


def _resampled(values: Array, random: Generator) -> Array:
    """Means of resamples [RESAMPLES]. Drawing cells of like values instead of values costs the same for any size."""
    cells = np.array_split(np.sort(values), min(CELLS, values.size))
    sizes = np.array([cell.size for cell in cells])
    means = np.array([cell.mean() for cell in cells])
    shares = sizes / sizes.sum()
    drawn = (random.multinomial(values.size, shares) @ means for _ in range(RESAMPLES))  # one at a time in memory
    return np.fromiter(drawn, np.float64, RESAMPLES) / values.size


def _side(quartiles: Quartiles, decimals: int) -> tuple[str, str, str]:
    _, low, middle, high, _ = (fixed(mark, decimals) for mark in quartiles.marks)
    return count(quartiles.segments), middle, f"{low} to {high}"
