"""Steps are told from noise and from learning: how often wrongly, and how small a regression is still found."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import exp, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.archiving import Step, steps

NIGHTS = 30
Noise = Callable[[random.Random], float]


def normal(chance: random.Random) -> float:
    return chance.gauss(0, 1)


def heavy(chance: random.Random) -> float:
    """Student's t of 5 degrees of freedom."""
    return chance.gauss(0, 1) / sqrt(sum(chance.gauss(0, 1) ** 2 for _ in range(5)) / 5)


def learning(night: int) -> float:
    return 60 * (1 - exp(-night / 5))


def flat(night: int) -> float:
    return 30.0


def series(curve: Callable[[int], float], noise: Noise, seed: int, count: int = NIGHTS) -> list[float]:
    chance = random.Random(seed)
    return [curve(night) + noise(chance) for night in range(count)]


@pytest.mark.parametrize(("noise", "most"), [(normal, 0.03), (heavy, 0.10)])
def test_a_flat_series_seldom_has_a_step(noise: Noise, most: float) -> None:
    """docs/archive.md has the rates of 2,000 series; of 200 a rate of 1 % is below 3 % in 98 cases of 100."""
    false = sum(bool(steps(series(flat, noise, seed))) for seed in range(200))
    assert false / 200 <= most


@pytest.mark.parametrize("sign", [1, -1])
def test_learning_is_no_step_for_the_worse(sign: int) -> None:
    """Nor is a measure a regression that becomes steadily worse, as the rate of a kind of flag may while BLEU rises."""
    for seed in range(100):
        found = steps([sign * value for value in series(learning, normal, seed)])
        assert not [step for step in found if step.size * sign < 0]


def test_a_bend_is_no_step() -> None:
    for kind in (lambda night: 2.0 * night, lambda night: min(night, 12) * 3.0, lambda night: 20 * sqrt(night)):
        assert not [step for step in steps(series(kind, lambda chance: chance.gauss(0, 0.3), 1)) if step.leap]


@pytest.mark.parametrize("curve", [flat, learning])
def test_one_bad_night_is_found_on_its_night_and_nowhere_else(curve: Callable[[int], float]) -> None:
    for seed in range(25):
        values = series(curve, normal, seed)
        values[20] -= 20
        (found,) = [step for step in steps(values) if step.size < 0]
        assert (found.night, found.lasts, found.leap) == (20, False, True)
        assert found.size == pytest.approx(-20, abs=5)


def test_a_drop_that_lasts_is_found_once() -> None:
    for seed in range(25):
        values = [value - (20 if night >= 17 else 0) for night, value in enumerate(series(flat, normal, seed))]
        found = steps(values)
        assert [(step.night, step.lasts) for step in found] == [(17, True)]
        assert [found[0].before, found[0].after] == pytest.approx([30, 10], abs=3)


def test_a_small_shift_is_found_by_its_length() -> None:
    found = [
        [(step.night, step.leap) for step in steps(values)]
        for seed in range(40)
        if (values := [v - (3.5 if n >= 15 else 0) for n, v in enumerate(series(flat, normal, seed))])
    ]
    near = sum(len(one) == 1 and abs(one[0][0] - 15) <= 1 for one in found)
    assert near >= 20
    assert any(one == [(15, False)] for one in found), "some are too small for one night"


def test_the_last_night_is_told_at_once() -> None:
    values = [*series(flat, normal, 3), 10.0]
    assert [(step.night, step.lasts) for step in steps(values)] == [(NIGHTS, None)]


def test_what_is_above_the_level_after_a_bad_night_is_not_a_step() -> None:
    values = series(flat, normal, 5)
    values[12] = 0.0
    assert [(step.night, step.size < 0) for step in steps(values)] == [(12, True)]


def test_a_series_without_noise_has_steps_of_any_size_but_for_a_floor() -> None:
    values = [10.0] * 10 + [9.9] * 10
    assert [step.night for step in steps(values)] == [10]
    assert steps(values, 0.1) == ()
    assert steps([5.0] * 40) == ()


def test_counts_of_hardly_anything_are_not_steps() -> None:
    """One flag where there was none before is no step, by the floor that counting has."""
    assert steps([0.0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1], 1.0) == ()
    assert [step.night for step in steps([0.0] * 8 + [12] + [0.0] * 3, 1.0)] == [8]


@pytest.mark.parametrize("count", range(5))
def test_few_nights_say_nothing(count: int) -> None:
    assert steps([30.0, 30.0, 30.0, -500.0][:count]) == ()


@given(st.lists(st.floats(-1e6, 1e6), max_size=40), st.floats(0, 10))
def test_any_series_has_an_answer(values: list[float], floor: float) -> None:
    found = steps(values, floor)
    assert all(0 < step.night < len(values) and isinstance(step, Step) for step in found)
    assert [step.night for step in found] == sorted({step.night for step in found})
    assert all(step.lasts is not None or step.night == len(values) - 1 for step in found)


@given(st.lists(st.floats(-100, 100), min_size=5, max_size=30), st.sampled_from([0.5, 2.0, 4.0]))
def test_units_do_not_matter(values: list[float], factor: float) -> None:
    scaled = steps([factor * value for value in values], factor)
    assert [step.night for step in scaled] == [step.night for step in steps(values, 1.0)]
