"""Halving lists until they fit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.halving import Halved, is_out_of_memory


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40), st.integers(5, 60))
def test_every_item_is_worked_on_once_and_in_order(sizes: list[int], memory: int) -> None:
    """Items take memory; those that fit alone get their answer, whatever else is in the list."""

    def work(some: Sequence[int]) -> list[int]:
        if sum(some) > memory:
            raise MemoryError
        return [10 * size for size in some]

    halved = Halved()
    assert halved.run("work", work, sizes) == [10 * size if size <= memory else None for size in sizes]
    assert bool(halved.retried) == (sum(sizes) > memory and len(sizes) > 1)
    assert halved.given_up.get("work", 0) == sum(size > memory for size in sizes)


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    def work(some: Sequence[int]) -> list[int]:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        Halved().run("work", work, [1, 2])


def test_how_torch_says_it() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
