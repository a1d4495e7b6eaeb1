"""Numbers in steps: the error stays within the promise whatever the numbers are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from data_scripts import unpacked
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.report.packing import FINEST, Ragged, packed, quantised, weights

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64)
ROWS = st.lists(st.tuples(st.lists(NUMBERS, max_size=6), st.lists(NUMBERS, max_size=6)), min_size=1, max_size=5)


def ragged(rows: list[list[float]]) -> Ragged:
    lengths = np.array([len(row) for row in rows], np.int64)
    return Ragged(np.array([value for row in rows for value in row], float), lengths)


@given(ROWS)
def test_the_error_is_half_a_step_of_the_largest_of_both_sides(rows: list[tuple[list[float], list[float]]]) -> None:
    found = quantised(ragged([row[0] for row in rows]), ragged([row[1] for row in rows]))
    for place, row in enumerate(rows):
        scale = found.scales[place]
        assert scale == max((abs(value) for side in row for value in side), default=0.0)
        for side, values in enumerate(row):
            text = found.columns[side][place]
            assert text is not None
            steps = unpacked(text, "i2").astype(float)
            assert len(steps) == len(values)
            # Divided first: the product of the largest numbers there are would overflow.
            error = np.abs(steps / FINEST - np.array(values) / (scale or 1.0))
            assert (error <= 0.5 / FINEST * (1 + 1e-9)).all()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("side", [0, 1])
def test_a_row_with_a_number_that_is_not_finite_has_none_and_spoils_no_other(bad: float, side: int) -> None:
    rows = [[[1.0, -2.0], [4.0]], [[3.0, 1.0], [2.0]], [[0.0], []]]
    rows[1][side][0] = bad
    found = quantised(ragged([row[0] for row in rows]), ragged([row[1] for row in rows]))
    assert found.scales == (4.0, None, 0.0)
    assert [column[1] for column in found.columns] == [None, None]
    first, last = found.columns[0][0], found.columns[0][2]
    assert first is not None and unpacked(first, "i2").tolist() == [round(FINEST / 4), -round(FINEST / 2)]
    assert last is not None and unpacked(last, "i2").tolist() == [0]


def test_no_rows_give_none() -> None:
    found = quantised(ragged([]), ragged([]))
    assert found.scales == () and found.columns == ((), ())


@given(st.lists(st.floats(0, 1), max_size=30))
def test_weights_are_true_to_half_a_step(values: list[float]) -> None:
    text = weights(np.array(values, float))
    assert text is not None
    assert np.abs(unpacked(text, "u2") / 65535 - np.array(values)).max(initial=0.0) <= 0.5 / 65535 * (1 + 1e-9)


def test_weights_that_are_not_finite_are_none() -> None:
    assert weights(np.array([0.5, math.nan])) is None


@pytest.mark.parametrize(("kind", "values"), [("u1", [0, 255]), ("u4", [0, 2**32 - 1]), ("i4", [-1, 7]), ("f4", [0.5])])
def test_packed_numbers_come_back(kind: str, values: list[float]) -> None:
    assert unpacked(packed(values, kind), kind).tolist() == values
