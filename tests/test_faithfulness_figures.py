"""What is made of the falls: orders, rank correlations, sums, intervals, sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from tiny import tiny_model

from nmt_audit.relevance.faithfulness import BEST, RANDOM, Estimate, Probe, samples
from nmt_audit.relevance.faithfulness.orders import PERCENTS, order, plan, rank_correlation, ranks
from nmt_audit.relevance.faithfulness.results import Sizes, Sums, summarise

MODEL = tiny_model()
GRADIENT, SIGNAL = Probe("gradient_x_input"), Probe("lrp", "signal")

# --- orders and correlations ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20, 41])
def test_a_plan_erases_what_it_says(count: int) -> None:
    """Of falls that are the number of erased words, the measures can be told beforehand."""
    words = [3 * i + 1 for i in range(count)]
    made = plan(count)
    sizes = np.array([bin(some).count("1") for some in made.sets(words)])
    counts = [math.ceil(count * percent / 100) for percent in PERCENTS]
    wanted = [1, min(2, count), min(3, count), sum(counts) / 7, count - sum(counts) / 7]
    np.testing.assert_allclose(made.weights @ sizes, wanted, rtol=0, atol=1e-12)
    firsts = made.sets(words)[: len(made.erased)]
    assert all(small & large == small for small, large in pairwise(firsts))
    assert firsts[0] == 1 << words[0]


def test_an_order_is_by_signed_value_and_ties_stay_as_they_stand() -> None:
    assert order([2, 4, 5, 7], np.array([-3.0, 1.0, 2.0, 1.0])) == (5, 4, 7, 2)
    assert order([0, 1, 2], np.array([np.nan, -1.0, np.inf])) == (2, 1, 0)


def slow_correlation(left: list[float], right: list[float]) -> float:
    """Pearson's correlation of ranks, ties at the mean of their places."""

    def placed(values: list[float]) -> list[float]:
        places = sorted(values)
        return [sum(i for i, v in enumerate(places) if v == value) / places.count(value) for value in values]

    a, b = placed(left), placed(right)
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    covariance = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    return covariance / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


def test_ranks_and_their_correlation() -> None:
    np.testing.assert_array_equal(ranks(np.array([4.0, 1.0, 4.0, 9.0])), [1.5, 0, 1.5, 3])
    generator = np.random.default_rng(2)
    for _ in range(20):
        left, right = generator.integers(0, 5, 9).astype(float), generator.integers(0, 5, 9).astype(float)
        assert rank_correlation(left, right) == pytest.approx(slow_correlation(list(left), list(right)), abs=1e-12)
    rising = np.array([1.0, 2.0, 40.0])
    assert rank_correlation(rising, rising**3) == 1 and rank_correlation(rising, -rising) == -1
    for undefined in (np.ones(3), np.array([1.0, 2.0, np.inf])):
        assert rank_correlation(undefined, rising) is None
        assert rank_correlation(rising, undefined) is None
    assert rank_correlation(rising[:2], rising[:2]) is None


def sums(segments: int, fill: Callable[[Sums, int], None]) -> Sums:
    made = Sums.of(segments, (GRADIENT, SIGNAL, RANDOM, BEST), ("zero",))
    for segment in range(segments):
        fill(made, segment)
    return made


def test_intervals_are_quantiles_of_resampled_segments_and_differences_are_paired() -> None:
    """The slow twin of the bootstrap: segments of one to five positions, drawn again and again."""
    generator = np.random.default_rng(0)
    values = generator.normal(10, 1, (30, 5, 2)) + 3 * generator.normal(0, 1, (30, 1, 1))  # segment, position, map
    best = values.max(-1) + 5
    positions = generator.integers(1, 6, 30)

    def fill(made: Sums, segment: int) -> None:
        for position in range(positions[segment]):
            for probe, value in zip((GRADIENT, SIGNAL), values[segment, position], strict=True):
                made.add(segment, probe, "source", "zero", [value, None, None, None, None, None])
            made.add(segment, BEST, "source", "zero", [best[segment, position], None, None, None, None, None])

    found = summarise(sums(30, fill), {}, {}, positions=int(positions.sum()), seed=3, resamples=4000)
    row = found.row(SIGNAL, "source", "zero")
    there = np.arange(5) < positions[:, None]
    slow = []
    for _ in range(4000):
        again = generator.integers(0, 30, 30)
        of_signal, of_gradient = (values[again][..., k][there[again]] for k in (1, 0))
        slow.append(
            (of_signal.mean(), of_signal.mean() - of_gradient.mean(), of_signal.sum() / best[again][there[again]].sum())
        )
    widths: list[float] = []
    estimates = (row.measures["drop_1"], row.differences["gradient_x_input"]["drop_1"], row.share)
    for estimate, resampled in zip(estimates, np.array(slow).T, strict=True):
        assert estimate is not None and estimate.low is not None and estimate.high is not None
        low, high = np.quantile(resampled, (0.025, 0.975))
        assert estimate.low == pytest.approx(low, abs=0.1 * (high - low))
        assert estimate.high == pytest.approx(high, abs=0.1 * (high - low))
        assert estimate.low < estimate.value < estimate.high
        widths.append(estimate.high - estimate.low)
    assert row.measures["drop_1"].value == pytest.approx(values[..., 1][there].mean())
    assert widths[1] < widths[0] / 2, "what both maps share in a segment must cancel"
    assert row.measures.keys() == {"drop_1"} and row.positions == positions.sum()


def test_one_segment_has_no_interval_and_no_fall_has_no_share() -> None:
    def fill(made: Sums, segment: int) -> None:
        for probe in (GRADIENT, BEST):
            made.add(segment, probe, "prefix", "zero", [0.0, 1.0, None, None, None, 0.5])

    found = summarise(sums(1, fill), {}, {}, positions=1, seed=1, resamples=100)
    row = found.row(GRADIENT, "prefix", "zero")
    assert row.share is None
    assert row.measures == {"drop_1": Estimate(0, None, None), "drop_2": Estimate(1, None, None),
                            "correlation": Estimate(0.5, None, None)}  # fmt: skip
    with pytest.raises(KeyError):
        found.row(GRADIENT, "source", "zero")


def test_sizes_are_in_units_of_the_value() -> None:
    [sample] = samples([(MODEL.tokenize("ein hund"), MODEL.tokenize_target("a dog"))])
    request = sample.request(2, "logit", "signal")
    base = {"source": 1.0, "target": 0.0, "initial": 0.0, "bias": -7.0, "stabiliser": 0.0}
    source = np.array([3.0, -8.0, 6.0])
    good = request.explained("lrp", source, np.zeros(2), ledger={"value": -4.0, "offset": 2.0, **base},
                             offsets={"tanh": 5.0, "gate": -3.0})  # fmt: skip
    sizes = Sizes().with_maps([good])
    assert (sizes.largest, sizes.largest_account, sizes.residual, sizes.too_large) == (2.0, 1.75, 0.0, 0)
    blown = request.explained("lrp", source, np.zeros(2), ledger={"value": 0.01, "offset": 900.0, **base},
                              offsets={"tanh": 900.0})  # fmt: skip
    sizes = sizes.with_maps([blown])
    assert (sizes.maps, sizes.largest, sizes.largest_account, sizes.too_large) == (2, 8.0, 900.0, 1)
    assert sizes.residual == pytest.approx(893.99)
    nowhere = request.explained("lrp", np.array([np.nan]), np.zeros(2), ledger={"value": 1.0, "offset": 0.0, **base})
    assert Sizes().with_maps([nowhere]).largest == math.inf
    assert Sizes().with_maps([request.explained("attention", source, np.zeros(2))]) == Sizes(maps=1)


def test_positions_are_drawn_by_seed() -> None:
    pairs = [(MODEL.tokenize(text), MODEL.tokenize_target(text)) for text in ("ein hund sieht das haus", "das kind")]
    assert [sample.positions for sample in samples(pairs)] == [tuple(range(len(target))) for _, target in pairs]
    few = [sample.positions for sample in samples(pairs, positions=2)]
    assert all(len(positions) == 2 and positions[0] < positions[1] for positions in few)
    assert few == [sample.positions for sample in samples(pairs, positions=2)]
    assert len({tuple(s.positions for s in samples(pairs, positions=2, seed=seed)) for seed in range(5)}) > 1
    assert len({sample.positions for sample in samples(pairs[:1] * 9, positions=2)}) > 1, "each sample has its own"
