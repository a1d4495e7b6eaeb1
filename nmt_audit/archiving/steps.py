"""Nights on which a series of measurements took a step, told from noise and from learning.

Two kinds are looked for. A *leap* is a night that is far from what the nights before let expect; it may last or be gone
the next night. A *shift* is too small to show on one night, and is found because it lasts: ruptures proposes where the
mean changes (least squares, solved exactly as in PELT, Killick et al. 2012, with Schwarz's penalty of 2 σ² ln n per
change, Yao 1988), and a proposal counts if it is significant, came at once, and explains the nights better than a
parabola, so that the bend of a learning curve is none.

A model that learns moves all the time, and that is no step. So a fall counts only below the recent level *and* below
where the recent line leads, a rise only above both; and the noise of a night is measured where the night is: from
second differences, which a steady slope does not touch and a bend makes larger.

The thresholds are set by simulation: of flat series of 30 nights with normal noise, 1 in 100 has a false step; with
heavy tails (Student's t of 5 degrees) 1 in 20. docs/archive.md has the table, and a test computes it again.

What it does not see: a slow decline, which has no night; a change within the first three nights; and, in less than five
nights, anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log, sqrt
from statistics import fmean, median

FEWEST = 5  # nights below which nothing is said
SETTLED = 3  # nights before a leap can be told
RECENT = 3  # nights that the level is the median of
LINE = 5  # nights that the line goes through
ENOUGH = 4  # second differences for an estimate
FEW = 2.0  # by which noise is taken for more, as a share, where it rests on one second difference
LOUDER = 2.0  # times as loud as the whole series, nights around are taken for themselves
AROUND = 6  # nights to either side that noise is measured from
LEAP = 5.0  # standard deviations
SHIFT = 5.0  # standard errors
SHORTEST = 5  # nights on either side of a shift
LONGEST = 30  # nights on either side of a shift that its means are of
AT_ONCE = 0.6  # share of a shift that has come within three nights
BETTER = 6.0  # by how many variances a step has to explain more than a parabola does
PER_DEVIATION = 1.4826  # median absolute deviation → standard deviation, of a normal distribution


@dataclass(frozen=True, slots=True)
class Step:
    """A change at `night`, a place in the series from 0, which is the first night that differs.

    `before`, `after`: the level on either side: of a leap, of up to three nights; of a shift, of up to thirty. `lasts`:
    whether the next night still had it; None where there was no next night. Of what was gone the next night, `after` is
    the value of the one night. `leap`: whether it showed on one night; otherwise it is a shift.
    """

    night: int
    before: float
    after: float
    lasts: bool | None
    leap: bool = True

    @property
    def size(self) -> float:
        """By how much it went up, below 0: down."""
        return self.after - self.before


def steps(values: Sequence[float], floor: float | Sequence[float] = 0.0) -> tuple[Step, ...]:
    """The steps in a series, one value per night, in their order; none in fewer than five nights.

    `floor`: a standard deviation that the noise of a night is at least, where something is known of it (what counting
    brings along, rounding); one for all nights or one each. Without it, any change in a series without noise is a step.

    The whole series is looked at: when more nights have come, a step that turned out to be noise is withdrawn, and a
    shift that has lasted long enough is added on the night on which it began.
    """
    if len(values) < FEWEST:
        return ()
    floors = [floor] * len(values) if isinstance(floor, (int, float)) else list(floor)
    sigma = [max(found, least, 1e-12) for found, least in zip(noise(values), floors, strict=True)]
    leaps = _leaps(values, sigma)
    return tuple(sorted([*leaps, *_shifts(values, sigma, leaps)], key=lambda step: step.night))


def noise(values: Sequence[float]) -> list[float]:
    """For each night the standard deviation of the noise: over the whole series, or around a night that is louder.

    Robust, from second differences x(t-1) - 2 x(t) + x(t+1), whose variance is six times that of white noise. Those
    that the night itself is in are left out, where enough others are there.
    """
    bends = [abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False)]
    scale = PER_DEVIATION / sqrt(6)
    found = []
    for night in range(len(values)):
        others = bends[: max(0, night - 2)] + bends[night + 1 :]
        near = bends[max(0, night - 1 - AROUND) : max(0, night - 2)] + bends[night + 1 : night + AROUND]
        if len(others) < ENOUGH:
            others = bends
        everywhere, around = median(others), median(near) if len(near) >= ENOUGH else 0.0
        found.append(scale * (1 + FEW / len(others)) * (around if around > LOUDER * everywhere else everywhere))
    return found


def _leaps(values: Sequence[float], sigma: Sequence[float]) -> list[Step]:
    """Walks through the nights with a memory of the present level, which begins anew after a step that lasts."""
    found: list[Step] = []
    memory: list[int] = []
    for night, value in enumerate(values):
        if len(memory) < SETTLED and not found:
            memory.append(night)
            continue
        recent = [values[place] for place in memory]
        level = median(recent[-RECENT:])
        low, high = _expected(memory[-LINE:], values, night, level)
        spread = sigma[night] * sqrt(1 + 1 / min(len(memory), RECENT))
        if low - LEAP * spread <= value <= high + LEAP * spread:
            memory.append(night)
            continue
        lasts = _lasts(values, night, level)
        found.append(Step(night, level, value, lasts))
        if lasts is not False:
            memory = [night]
    return [_with_means(step, found, values) for step in found]


def _expected(places: Sequence[int], values: Sequence[float], night: int, level: float) -> tuple[float, float]:
    """The level and where the line through these nights leads (Theil-Sen), the lower one first."""
    if len(places) < SETTLED:
        return level, level
    slopes = [(values[b] - values[a]) / (b - a) for n, a in enumerate(places) for b in places[n + 1 :]]
    slope = median(slopes)
    ahead = median(values[place] + slope * (night - place) for place in places)
    return min(level, ahead), max(level, ahead)


def _lasts(values: Sequence[float], night: int, level: float) -> bool | None:
    """Whether the night after is nearer to this night than to the level before."""
    if night + 1 == len(values):
        return None
    return abs(values[night + 1] - values[night]) < abs(values[night + 1] - level)


def _with_means(step: Step, leaps: Sequence[Step], values: Sequence[float]) -> Step:
    """The step with the mean of the nights from it on, in the place of its night's value alone.

    Of few nights, and of none after the next leap. Where the model learns so fast that they make up for the step, the
    value of its night stays.
    """
    if not step.lasts:
        return step
    end = min([step.night + RECENT, len(values), *(other.night for other in leaps if other.night > step.night)])
    after = fmean(values[step.night : end])
    made_up = (after - step.before) * step.size <= 0
    return step if made_up else replace(step, after=after)


def _shifts(values: Sequence[float], sigma: Sequence[float], leaps: Sequence[Step]) -> list[Step]:
    """The shifts within each stretch between leaps that last, single nights left out."""
    single = {step.night for step in leaps if step.lasts is False}
    cuts = [0, *(step.night for step in leaps if step.lasts is not False), len(values)]
    found = []
    for begin, end in pairwise(cuts):
        places = [night for night in range(begin, end) if night not in single]
        if len(places) >= 2 * SHORTEST:
            found += _shifts_of([values[n] for n in places], [sigma[n] for n in places], places)
    return found


def _shifts_of(values: Sequence[float], sigma: Sequence[float], places: Sequence[int]) -> list[Step]:
    import numpy as np
    from ruptures import KernelCPD

    scaled = np.asarray(values) / median(sigma)
    changes: list[int] = KernelCPD(kernel="linear", min_size=SHORTEST).fit(scaled).predict(pen=2 * log(len(values)))
    found = []
    for before, here, after in zip([0, *changes], changes, changes[1:], strict=False):
        left = slice(max(before, here - LONGEST), here)
        right = slice(here, min(after, here + LONGEST))
        if _significant(values, sigma, left, right):
            found.append(Step(places[here], fmean(values[left]), fmean(values[right]), lasts=True, leap=False))
    return found


def _significant(values: Sequence[float], sigma: Sequence[float], left: slice, right: slice) -> bool:
    """Whether two neighbouring stretches differ in level, and not because a line or a bend runs through both."""
    ones, others = values[left], values[right]
    difference = fmean(others) - fmean(ones)
    variance = max(median(sigma[left.start : right.stop]) ** 2, _wandering(ones, others))
    if abs(difference) < SHIFT * sqrt(variance * (1 / len(ones) + 1 / len(others))):
        return False
    at_once = fmean(others[:RECENT]) - fmean(ones[-RECENT:])
    if at_once / difference < AT_ONCE:
        return False
    rest = _around_mean(ones) + _around_mean(others)
    return _around_parabola(values[left.start : right.stop]) - rest > BETTER * variance


def _wandering(*stretches: Sequence[float]) -> float:
    """The variance that a mean of these nights has, times their number, where a night is like the night before.

    That of noise which hands on a share φ of itself (first-order autoregression): s² (1 + φ) / (1 - φ).
    """
    rest = [[value - fmean(stretch) for value in stretch] for stretch in stretches]
    squares = sum(value**2 for stretch in rest for value in stretch)
    nights = sum(map(len, stretches)) - len(stretches)
    if squares == 0:
        return 0.0
    share = sum(a * b for stretch in rest for a, b in pairwise(stretch)) / squares
    share = min(max(share + 2 / nights, 0.0), 0.9)  # the means are estimated, which hides about so much of it
    return squares / nights * (1 + share) / (1 - share)


def _around_mean(values: Sequence[float]) -> float:
    mean = fmean(values)
    return sum((value - mean) ** 2 for value in values)


def _around_parabola(values: Sequence[float]) -> float:
    """The sum of squares around the least-squares parabola."""
    import numpy as np

    places = np.linspace(-1, 1, len(values))
    rest = np.asarray(values) - np.polyval(np.polyfit(places, values, 2), places)
    return float(rest @ rest)
