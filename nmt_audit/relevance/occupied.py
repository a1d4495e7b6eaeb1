"""A matrix product that leaves out the rows of zeros.

Relevance starts at one position of a sentence, and only what comes before it has a part in it: many rows of what goes
back through a layer are empty, those of padding too.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

WORTH = 0.75  # with more rows than this occupied, picking them out costs more than it saves


def occupied_matmul(rows: Tensor, weight: Tensor) -> Tensor:
    """rows [...,O] @ weight [O,I] → [...,I]; also within `vmap`, where what is in `rows` could not be looked at."""
    product: Tensor = _Product.apply(rows, weight)  # type: ignore[no-untyped-call]
    return product


class _Product(torch.autograd.Function):
    """Has no derivative of its own: it is used on the way back."""

    @staticmethod
    def forward(rows: Tensor, weight: Tensor) -> Tensor:
        return _product(rows, weight)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        pass

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], rows: Tensor, weight: Tensor) -> tuple[Tensor, int]:
        at, of_weight = in_dims
        assert at is not None and of_weight is None  # weights are constants
        return _product(rows.movedim(at, 0), weight), 0


def _product(rows: Tensor, weight: Tensor) -> Tensor:
    flat = rows.reshape(-1, rows.shape[-1])
    [places] = flat.abs().sum(1).nonzero(as_tuple=True)
    if len(places) > WORTH * len(flat):
        return rows @ weight
    found = flat.new_zeros(len(flat), weight.shape[-1])
    found[places] = flat[places] @ weight
    return found.view(*rows.shape[:-1], -1)
