"""Means of flagged positions beside those of like controls, with intervals by bootstrap over segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nmt_audit.controls import Stratum
from nmt_audit.findings.results import Estimate
from nmt_audit.records import Array

RESAMPLES = 1_000
LEAST_POSITIONS = 10
LEAST_SEGMENTS = 10  # below, an interval by resampling them is far too narrow
KEPT = 4  # matrices of resampled counts: several megabytes each

Mask = NDArray[np.bool_]


def matched(flagged: Counter[Stratum], controls: Counter[Stratum]) -> tuple[dict[Stratum, float], int]:
    """Stratum of controls → how much each of its controls counts, and how many flagged positions no control is like.

    Each flagged position is set beside the controls of its own stratum, or where there are none of the nearest in
    length, of two as near the shorter, at the same place of the sentence.
    """
    counts: dict[Stratum, float] = {}
    unmatched = 0
    for wanted, count in flagged.items():
        near = [found for found in controls if found.place == wanted.place]
        if near:
            nearest = min(near, key=lambda one: (abs(one.length - wanted.length), one.length))
            counts[nearest] = counts.get(nearest, 0.0) + count
        else:
            unmatched += count
    return {found: count / controls[found] for found, count in counts.items()}, unmatched


@dataclass(slots=True)
class Bootstrap:
    """Means with intervals. The same seed gives the same intervals, in whatever order they are asked for."""

    seed: int
    resamples: int = RESAMPLES
    _drawn: dict[tuple[int, int], NDArray[np.float32]] = field(default_factory=dict)

    def mean(self, values: Array, weights: Array, segment: NDArray[np.int64], group: int) -> tuple[Estimate, Array]:
        """The weighted mean of values [n], and that of each resample; segments of different groups are drawn apart."""
        _, number = np.unique(segment, return_inverse=True)
        sums = np.bincount(number, weights * values)
        totals = np.bincount(number, weights)
        times = self._times(len(sums), group)
        resampled = (times @ sums) / (times @ totals)
        low, high = self.interval(resampled, len(sums))
        return Estimate(_plain(weights @ values / weights.sum()), low, high, len(values), len(sums)), resampled

    def interval(self, resampled: Array, segments: int) -> tuple[float | None, float | None]:
        """95 % percentiles of resampled numbers; none for few segments."""
        if segments < LEAST_SEGMENTS:
            return None, None
        low, high = np.quantile(resampled, (0.025, 0.975))
        return _plain(low), _plain(high)

    def _times(self, segments: int, group: int) -> NDArray[np.float32]:
        """How often each segment is drawn in each resample: [resamples,segments]."""
        key = (segments, group)
        if key not in self._drawn:
            generator = np.random.default_rng([self.seed, group, segments])
            shares = np.full(segments, 1 / segments)
            while len(self._drawn) >= KEPT:
                self._drawn.pop(next(iter(self._drawn)))
            self._drawn[key] = generator.multinomial(segments, shares, self.resamples).astype(np.float32)
        return self._drawn[key]


@dataclass(frozen=True, slots=True)
class Positions:
    """Where N positions are, for all that is compared between them."""

    segment: NDArray[np.int64]
    strata: Sequence[Stratum]
    control: Mask


@dataclass(frozen=True, slots=True)
class Compared:
    """Flagged positions, like controls and their difference, each None where there are too few; and the unmatched."""

    flagged: Estimate | None
    control: Estimate | None
    difference: Estimate | None
    unmatched: int


def compared(values: Array, group: Mask, positions: Positions, bootstrap: Bootstrap) -> Compared:
    """One measure [N] (NaN where there is none) for a group of flagged positions beside all controls."""
    known = np.isfinite(values)
    flagged, controls = group & known, positions.control & known
    weight_of, unmatched = matched(_strata(positions, flagged), _strata(positions, controls))
    weights = np.array([weight_of.get(found, 0.0) for found in positions.strata]) * controls
    places = {found.place for found in weight_of}
    like = flagged & np.array([found.place in places for found in positions.strata], bool)
    enough = min(int((weights > 0).sum()), int(like.sum())) >= LEAST_POSITIONS
    chosen = like if enough else flagged
    if int(chosen.sum()) < LEAST_POSITIONS:
        return Compared(None, None, None, unmatched)
    of_flagged, resampled = bootstrap.mean(values[chosen], np.ones(chosen.sum()), positions.segment[chosen], 0)
    if not enough:
        return Compared(of_flagged, None, None, unmatched)
    used = weights > 0
    of_control, beside = bootstrap.mean(values[used], weights[used], positions.segment[used], 1)
    low, high = bootstrap.interval(resampled - beside, min(of_flagged.segments, of_control.segments))
    difference = Estimate(
        _plain(of_flagged.value - of_control.value), low, high, of_flagged.positions + of_control.positions,
        of_flagged.segments + of_control.segments,
    )  # fmt: skip
    return Compared(of_flagged, of_control, difference, unmatched)


def _plain(value: float) -> float:
    """Without the last digits, which differ between machines, and without a minus before zero."""
    return round(float(value), 9) + 0.0


def _strata(positions: Positions, mask: Mask) -> Counter[Stratum]:
    return Counter(positions.strata[number] for number in np.flatnonzero(mask).tolist())
