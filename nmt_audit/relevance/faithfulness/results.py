"""What a measurement found: sums per segment, and the figures with bootstrap intervals that are made of them.

L maps (probes, random, best), O operators, M measures; two sides, the source and the prefix (earlier target words).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nmt_audit.records import Array, Explanation
from nmt_audit.relevance.faithfulness.orders import MEASURES
from nmt_audit.relevance.faithfulness.probes import BEST, Probe
from nmt_audit.relevance.faithfulness.samples import SIDES

BASELINES = ("gradient_x_input", "attention")  # the methods that every map is compared with
LEVEL = (0.025, 0.975)
RESAMPLES_AT_ONCE = 200
TOO_LARGE = 100.0  # a map blew up where |R| or an account is over so many times max(1, |value|)
DROP, CORRELATION = MEASURES.index("drop_1"), MEASURES.index("correlation")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and its 95 % interval; None where there is but one segment."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """How faithful one map is on one side, by one operator."""

    probe: Probe
    side: str
    operator: str
    positions: int
    share: Estimate | None  # of the best possible fall for one word; None where there is no such fall
    measures: Mapping[str, Estimate]  # those of MEASURES that were measured
    differences: Mapping[str, Mapping[str, Estimate]]  # baseline → measure → this map's minus the baseline's, paired


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the maps of a probe grow, in units of max(1, |value|), and how well their ledgers close.

    None where the method has no ledger.
    """

    maps: int = 0
    largest: float | None = None  # |R| of a word
    largest_account: float | None = None
    residual: float | None = None  # |value − the sum of the rest|
    too_large: int = 0  # maps of which a word or an account is over TOO_LARGE

    def with_maps(self, found: Sequence[Explanation]) -> Sizes:
        """These and those."""
        largest, accounts, residual, too_large = self.largest, self.largest_account, self.residual, self.too_large
        for one in found:
            if one.ledger is None:
                continue
            value, kept = one.ledger["value"], ("initial", "bias", "stabiliser")
            unit = max(1.0, abs(value))
            word = _largest([*one.source_relevance, *one.target_relevance]) / unit
            account = _largest([*(one.ledger[name] for name in kept), *one.offsets.values()]) / unit
            gap = _largest([value - sum(part for name, part in one.ledger.items() if name != "value")]) / unit
            largest, accounts, residual = (
                max(largest or 0.0, word),
                max(accounts or 0.0, account),
                max(residual or 0.0, gap),
            )
            too_large += max(word, account) > TOO_LARGE
        return Sizes(self.maps + len(found), largest, accounts, residual, too_large)


def _largest(values: Sequence[float]) -> float:
    """The largest |value|; infinite where one is not a number."""
    sizes = np.abs(np.array(values, dtype=np.float64))
    return float(np.where(np.isnan(sizes), np.inf, sizes).max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """A measurement."""

    segments: int
    positions: int
    seed: int
    resamples: int
    rows: tuple[Row, ...]
    sizes: Mapping[Probe, Sizes]
    refused: Mapping[Probe, str]  # why it does not apply

    def row(self, probe: Probe, side: str, operator: str) -> Row:
        """One row. Raises KeyError where it was not measured."""
        for row in self.rows:
            if (row.probe, row.side, row.operator) == (probe, side, operator):
                return row
        raise KeyError((probe, side, operator))

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what is infinite is text."""
        plain = {
            "segments": self.segments, "positions": self.positions, "seed": self.seed, "resamples": self.resamples,
            "rows": [asdict(row) for row in self.rows],
            "sizes": [{**asdict(probe), **asdict(sizes)} for probe, sizes in self.sizes.items()],
            "does_not_apply": [{**asdict(probe), "reason": reason} for probe, reason in self.refused.items()],
        }  # fmt: skip
        return {key: _finite(value) for key, value in plain.items()}


def _finite(value: Any) -> Any:
    """JSON has no infinity."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return str(value) if isinstance(value, float) and not np.isfinite(value) else value


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over the positions of each segment, and over how many: [segments,L,2,O,M]."""

    maps: tuple[Probe, ...]  # [L]
    operators: tuple[str, ...]  # [O]
    totals: Array
    counts: Array

    @classmethod
    def of(cls, segments: int, maps: Sequence[Probe], operators: Sequence[str]) -> Sums:
        """Nothing yet."""
        shape = (segments, len(maps), len(SIDES), len(operators), len(MEASURES))
        return cls(tuple(maps), tuple(operators), np.zeros(shape), np.zeros(shape))

    def add(self, segment: int, probe: Probe, side: str, operator: str, measured: Sequence[float | None]) -> None:
        """One position's measures [M]; None where one is undefined."""
        place = (segment, self.maps.index(probe), SIDES.index(side), self.operators.index(operator))
        self.totals[place] += [value or 0.0 for value in measured]
        self.counts[place] += [value is not None for value in measured]


def summarise(
    sums: Sums, sizes: Mapping[Probe, Sizes], refused: Mapping[Probe, str], *, positions: int, seed: int, resamples: int
) -> Faithfulness:
    """Means over all positions, with 95 % percentile intervals over resampled segments; paired where two are compared.

    A mean is the sum of the totals over the sum of the counts, so a segment weighs as much as it has positions.
    """
    means, resampled = _means(sums, seed, resamples)
    rows = [
        _row(sums, means, resampled, (i, s, o))
        for i in range(len(sums.maps))
        for s in range(len(SIDES))
        for o in range(len(sums.operators))
        if sums.counts[:, i, s, o, DROP].any()
    ]
    return Faithfulness(len(sums.totals), positions, seed, resamples, tuple(rows), dict(sizes), dict(refused))


def _means(sums: Sums, seed: int, resamples: int) -> tuple[Array, Array]:
    """Means [L,2,O,M], and those of each resample of the segments [R,L,2,O,M]; NaN where nothing is counted."""
    segments, *shape = sums.totals.shape
    totals, counts = (part.reshape(segments, -1) for part in (sums.totals, sums.counts))
    generator = np.random.default_rng(seed)
    parts = [np.zeros((0, totals.shape[1]))]
    with np.errstate(invalid="ignore", divide="ignore"):
        for first in range(0, resamples if segments > 1 else 0, RESAMPLES_AT_ONCE):
            rows = min(RESAMPLES_AT_ONCE, resamples - first)
            times = generator.multinomial(segments, np.full(segments, 1 / segments), size=rows).astype(np.float64)
            parts.append((times @ totals) / (times @ counts))
        means = totals.sum(0) / counts.sum(0)
    return means.reshape(shape), np.concatenate(parts).reshape(-1, *shape)


def _row(sums: Sums, means: Array, resampled: Array, at: tuple[int, int, int]) -> Row:
    probe, side, operator = sums.maps[at[0]], SIDES[at[1]], sums.operators[at[2]]
    best = (sums.maps.index(BEST), *at[1:], DROP)
    share = None
    if means[best] > 0:
        with np.errstate(invalid="ignore", divide="ignore"):
            of_best = resampled[(slice(None), *at, DROP)] / resampled[(slice(None), *best)]
        share = _estimate(means[(*at, DROP)] / means[best], of_best)
    differences = {}
    for i, other in enumerate(sums.maps):
        if other.method in BASELINES and other != probe and np.isfinite(means[(i, *at[1:], DROP)]):
            drawn = resampled[(slice(None), *at)] - resampled[(slice(None), i, *at[1:])]
            differences[other.name] = _estimates(means[at] - means[(i, *at[1:])], drawn)
    positions = int(sums.counts[(slice(None), *at, DROP)].sum())
    return Row(
        probe, side, operator, positions, share, _estimates(means[at], resampled[(slice(None), *at)]), differences
    )


def _estimates(values: Array, resampled: Array) -> dict[str, Estimate]:
    """By measure, those that are defined: values [M], resampled [R,M]."""
    return {
        name: _estimate(value, resampled[:, m])
        for m, (name, value) in enumerate(zip(MEASURES, values, strict=True))
        if np.isfinite(value)
    }


def _estimate(value: float, resampled: Array) -> Estimate:
    """With the middle 95 % of the resamples in which it is defined."""
    there = resampled[np.isfinite(resampled)]
    low, high = map(float, np.quantile(there, LEVEL)) if len(there) else (None, None)
    return Estimate(float(value), low, high)
