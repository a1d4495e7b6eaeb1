"""Matrix products on the way back, told what `vmap` hides: that many passes go through one set of activations.

Relevance starts at one position of a sentence, and only what comes before it has a part in it: many rows of what goes
back through a layer are empty, those of padding too. They are left out.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

WORTH = 0.75  # with more rows than this occupied, picking them out costs more than it saves


def through_layer(carried: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """carried [...,O] @ weight [O,I] → [...,I], and carried · bias [...,1]; None without a bias."""
    back, kept = _Layer.apply(carried, weight, bias)  # type: ignore[no-untyped-call]
    return back, None if bias is None else kept


def with_each(carried: Tensor, states: Tensor) -> Tensor:
    """carried [...,T,H] · states [...,S,H] → [...,T,S]. The states are not copied for every pass."""
    product: Tensor = _Each.apply(carried, states)  # type: ignore[no-untyped-call]
    return product


class _OnTheWay(torch.autograd.Function):
    """Has no derivative of its own: it is used on the way back."""

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        pass


class _Layer(_OnTheWay):
    @staticmethod
    def forward(carried: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
        return _through_layer(carried, weight, bias)

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[int | None, ...], carried: Tensor, weight: Tensor, bias: Tensor | None
    ) -> tuple[tuple[Tensor, Tensor], tuple[int, int]]:
        at, *of_constants = in_dims
        assert at is not None and of_constants == [None, None]
        return _through_layer(carried.movedim(at, 0), weight, bias), (0, 0)


def _through_layer(carried: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
    rows = carried.reshape(-1, carried.shape[-1])
    [places] = ((rows.amax(1) != 0) | (rows.amin(1) != 0)).nonzero(as_tuple=True)  # not a number is something
    if len(places) > WORTH * len(rows):
        back = rows @ weight
    else:
        back = rows.new_zeros(len(rows), weight.shape[-1])
        back[places] = rows[places] @ weight
    kept = rows.new_zeros(len(rows)) if bias is None else rows @ bias
    return back.view(*carried.shape[:-1], -1), kept.view(*carried.shape[:-1], 1)


class _Each(_OnTheWay):
    @staticmethod
    def forward(carried: Tensor, states: Tensor) -> Tensor:
        return carried @ states.mT

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], carried: Tensor, states: Tensor) -> tuple[Tensor, int]:
        at, of_states = in_dims
        assert at is not None and of_states is None
        passes = carried.movedim(at, -3)  # [...,P,T,H]
        product = passes.flatten(-3, -2) @ states.mT
        return product.view(*passes.shape[:-1], -1), product.dim() - 2
