"""Derivatives the slow way: one number of a forward pass is changed a little, up and down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Array
from nmt_audit.relevance.passes import ids, scalars
from nmt_audit.relevance.request import Request

STEP = 1e-5  # error about 1e-10 on networks whose third derivatives are near 1

FUNCTIONS = {
    "softmax": (torch.softmax, Tensor.softmax, F.softmax),
    "sigmoid": (torch.sigmoid, Tensor.sigmoid),
}


class Nudge(TorchFunctionMode):
    """Adds `by` to number `at` of what the n-th call of a function reads (softmax) or gives out (sigmoid).

    `shapes` are those of all calls so far.
    """

    def __init__(self, function: Literal["softmax", "sigmoid"], call: int, at: tuple[int, ...], by: float) -> None:
        super().__init__()
        self.function, self.call, self.at, self.by = function, call, at, by
        self.shapes: list[tuple[int, ...]] = []

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func not in FUNCTIONS[self.function]:
            return func(*args, **kwargs)
        self.shapes.append(tuple(args[0].shape))
        if len(self.shapes) - 1 != self.call:
            return func(*args, **kwargs)
        changed = args[0] if self.function == "softmax" else func(*args, **kwargs)
        changed = changed.clone()
        changed[self.at] += self.by
        return func(changed, *args[1:], **kwargs) if self.function == "softmax" else changed


@torch.no_grad()
def scalar(model: Model, request: Request, **scales: Tensor) -> float:
    """S of a request."""
    assert isinstance(model, Traceable)
    return float(scalars(model, model.trace(*ids([[request]]), **scales), [request]))


def shapes(model: Model, request: Request, function: Literal["softmax", "sigmoid"]) -> list[tuple[int, ...]]:
    """What the calls of a function read in a forward pass."""
    nudge = Nudge(function, -1, (), 0.0)
    with nudge:
        scalar(model, request)
    return nudge.shapes


def nudged(
    model: Model, request: Request, function: Literal["softmax", "sigmoid"], call: int, at: tuple[int, ...]
) -> float:
    """∂S with respect to one number of a call."""
    values = []
    for by in (STEP, -STEP):
        with Nudge(function, call, at, by):
            values.append(scalar(model, request))
    return (values[0] - values[1]) / (2 * STEP)


@torch.no_grad()
def scaled(model: Model, request: Request, around: float = 1.0) -> tuple[Array, Array]:
    """∂S with respect to the scale of each source word [S] and of each target word before the last step [T−1].

    At 1 that is e·∂S/∂e, summed over the embedding's dimensions.
    """
    assert isinstance(model, Traceable)
    source, mask, target = ids([[request]])
    words, earlier = source.shape[1], target.shape[1] - 1
    count = words + earlier
    change = torch.eye(count, dtype=torch.float64) * STEP
    scale = around + torch.cat([change, -change])  # a row for each word, up and down
    rows = len(scale)
    trace = model.trace(
        source.expand(rows, -1), mask.expand(rows, -1), target.expand(rows, -1),
        source_scale=scale[:, :words], target_scale=scale[:, words:],
    )  # fmt: skip
    values = scalars(model, trace, [request] * rows).numpy()
    slopes = (values[:count] - values[count:]) / (2 * STEP)
    return slopes[:words], np.asarray(slopes[words:])
