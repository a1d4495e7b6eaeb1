"""Which torch function is which operator, and which ones only route.

An operand that requires grad is an activation, one that does not is a constant. A function that is in neither table
has no rule: its result is poisoned, and relevance that reaches it raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

# Relevance goes through these as the gradient does. max is among them: the winner takes all (eq. 17).
ROUTING: frozenset[Callable[..., Any]] = frozenset(
    {
        torch.cat, torch.stack, torch.where, torch.max, torch.unbind, torch.chunk, torch.flatten, F.pad,
        Tensor.unbind, Tensor.chunk, Tensor.unsqueeze, Tensor.squeeze, Tensor.unflatten, Tensor.flatten,
        Tensor.view, Tensor.reshape, Tensor.transpose, Tensor.expand, Tensor.masked_fill, Tensor.__getitem__,
        Tensor.index_select, Tensor.contiguous, torch.diagonal, Tensor.diagonal,
    }
)  # fmt: skip

OPERATORS: Mapping[Callable[..., Any], str] = {
    F.linear: "linear",
    torch.bmm: "attend",
    torch.matmul: "attend",
    Tensor.matmul: "attend",
    Tensor.__matmul__: "attend",
    torch.mul: "product",
    Tensor.mul: "product",
    Tensor.__mul__: "product",
    Tensor.__rmul__: "product",
    torch.add: "sum",
    Tensor.add: "sum",
    Tensor.__add__: "sum",
    Tensor.__radd__: "sum",
    Tensor.__rsub__: "complement",
    torch.rsub: "complement",
    torch.tanh: "tanh",
    Tensor.tanh: "tanh",
    torch.sigmoid: "sigmoid",
    Tensor.sigmoid: "sigmoid",
    torch.softmax: "softmax",
    Tensor.softmax: "softmax",
    F.softmax: "softmax",
}

# Their results weigh signals: gates and attention.
MAKES_GATES = frozenset({"sigmoid", "softmax"})


@dataclass(frozen=True, slots=True)
class Call:
    """One operator's call, taken apart: its activations, and the constants that its rule needs by name."""

    operator: str
    activations: tuple[Tensor, ...]
    constants: Mapping[str, Any] = field(default_factory=dict)


def is_activation(value: object) -> bool:
    """Whether relevance can flow into it."""
    return isinstance(value, Tensor) and value.requires_grad


def take_apart(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any],
               is_gate: Callable[[Tensor], bool]) -> Call | None:  # fmt: skip
    """The call as its rule sees it; None where the operator is used in a way that no rule covers."""
    operator = OPERATORS[function]
    if len(args) < (1 if operator in ("tanh", "sigmoid", "softmax") else 2):
        return None  # operands by keyword
    if operator == "linear":
        return _linear(*args, **kwargs)
    if operator in ("tanh", "sigmoid", "softmax"):
        return Call(operator, (args[0],))
    first, second = args[:2]
    if operator == "complement":
        return Call(operator, (first,)) if is_activation(first) and not is_activation(second) else None
    if not (is_activation(first) and is_activation(second)) or kwargs:
        return None
    if operator == "attend":
        return Call(operator, (first, second)) if is_gate(first) and not is_gate(second) else None
    if operator == "product":
        gates = [place for place, operand in enumerate((first, second)) if is_gate(operand)]
        return Call(operator, (first, second), {"gate": gates[0] if len(gates) == 1 else None})
    return Call(operator, (first, second))


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Call | None:
    if is_activation(weight) or is_activation(bias):
        return None
    return Call("linear", (x,), {"weight": weight, "bias": bias})
