"""Which torch function is which operator, and which ones only route.

An operand that requires grad is an activation, one that does not is a constant. A function that is in neither table
has no rule: its result is poisoned, and relevance that reaches it raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

# Relevance goes through these as the gradient does. max is among them: the winner takes all (eq. 17).
ROUTING: frozenset[Callable[..., Any]] = frozenset(
    {
        torch.cat, torch.stack, torch.where, torch.max, torch.unbind, torch.chunk, torch.split, torch.flatten,
        torch.transpose, torch.permute, torch.diagonal, torch.squeeze, torch.unsqueeze, torch.narrow,
        F.pad, F.dropout,
        Tensor.unbind, Tensor.chunk, Tensor.split, Tensor.unsqueeze, Tensor.squeeze, Tensor.unflatten, Tensor.flatten,
        Tensor.view, Tensor.reshape, Tensor.transpose, Tensor.permute, Tensor.expand, Tensor.masked_fill,
        Tensor.__getitem__, Tensor.index_select, Tensor.contiguous, Tensor.diagonal, Tensor.narrow,
        Tensor.to, Tensor.float, Tensor.double, Tensor.type_as, Tensor.mT.__get__,  # type: ignore[attr-defined]
    }
)  # fmt: skip

OPERATORS: Mapping[Callable[..., Any], str] = {
    F.linear: "linear",
    F.layer_norm: "layer_norm",
    torch.layer_norm: "layer_norm",
    torch.bmm: "matmul",
    torch.matmul: "matmul",
    Tensor.matmul: "matmul",
    Tensor.bmm: "matmul",
    Tensor.__matmul__: "matmul",
    torch.mul: "product",
    Tensor.mul: "product",
    Tensor.__mul__: "product",
    Tensor.__rmul__: "product",
    torch.div: "quotient",
    Tensor.div: "quotient",
    Tensor.__truediv__: "quotient",
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
    torch.relu: "activation",
    Tensor.relu: "activation",
    F.relu: "activation",
    F.silu: "activation",
    F.gelu: "activation",
    torch.rsqrt: "statistic",
    Tensor.rsqrt: "statistic",
}

ELEMENTWISE = frozenset({"tanh", "sigmoid", "activation"})


class Role(Flag):
    """What a tensor is in the products that it enters."""

    SIGNAL = 0
    GATE = auto()  # from a sigmoid or a softmax: it weighs signals
    ACTIVATED = auto()  # from another activation: it weighs a signal that is no gate, as in gated linear units
    STATISTIC = auto()  # of a normalisation: as a factor it counts as constant, and no rule lets it be anything else


ROLES: Mapping[str, Role] = {
    "sigmoid": Role.GATE, "softmax": Role.GATE, "activation": Role.ACTIVATED, "statistic": Role.STATISTIC,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One operator's call, taken apart: its activations, and the constants that its rule needs by name."""

    operator: str
    activations: tuple[Tensor, ...]
    constants: Mapping[str, Any] = field(default_factory=dict)


def is_activation(value: object) -> bool:
    """Whether relevance can flow into it."""
    return isinstance(value, Tensor) and value.requires_grad


def brings_constants(function: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Whether a routing function puts constants other than 0 among activations: no entry of the ledger has their share.

    Not looked at is what masked_fill and pad write: before a softmax, where the smallest float gets 0.
    """
    if function in (torch.cat, torch.stack):
        joined = args[0]
    elif function in (torch.where, torch.max):  # max(x, dim) compares nothing else
        joined = [value for value in args[1:] if function is torch.where or isinstance(value, Tensor)]
    else:
        return False
    return any(not is_activation(value) and bool((torch.as_tensor(value) != 0).any()) for value in joined)


def take_apart(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any],
               role: Callable[[Tensor], Role]) -> Call | None:  # fmt: skip
    """The call as its rule sees it; None where the operator is used in a way that no rule covers."""
    operator = OPERATORS[function]
    if not args or (operator not in ELEMENTWISE | {"softmax", "statistic", "layer_norm"} and len(args) < 2):
        return None  # operands by keyword
    if operator == "linear":
        return _linear(*args, **kwargs)
    if operator == "layer_norm":
        return _layer_norm(*args, **kwargs)
    if operator in ELEMENTWISE:
        if len(args) > 1 or kwargs.get("inplace"):
            return None
        return Call(operator, (args[0],), {"slope": SLOPES.get(operator) or _slope_of(function, args[0], kwargs)})
    if operator == "softmax":
        return Call(operator, (args[0],)) if _is_last(args, kwargs, args[0].dim()) else None
    if operator == "statistic":
        return Call(operator, (args[0],))
    if kwargs:
        return None
    return _BINARY[operator](args[0], args[1], role)


SLOPES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "tanh": lambda x, output: 1 - output * output,
    "sigmoid": lambda x, output: output * (1 - output),
}


def constant_slope(slope: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """The derivative of an activation where it was evaluated, as rules ask for it."""
    return lambda x, output: slope


def _slope_of(function: Callable[..., Any], x: Tensor, kwargs: Mapping[str, Any]) -> Callable[[Tensor, Tensor], Tensor]:
    with torch._C.DisableTorchFunctionSubclass(), torch.enable_grad():
        inner = x.detach().requires_grad_()
        (slope,) = torch.autograd.grad(function(inner, **kwargs).sum(), inner)
    return constant_slope(slope)


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Call | None:
    if is_activation(weight) or is_activation(bias):
        return None
    return Call("linear", (x,), {"weight": weight, "bias": bias})


def _layer_norm(x: Tensor, shape: Any, weight: Tensor | None = None, bias: Tensor | None = None,
                eps: float = 1e-5, cudnn_enable: bool = True) -> Call | None:  # fmt: skip
    if is_activation(weight) or is_activation(bias) or len(shape) != 1:
        return None
    return Call("layer_norm", (x,), {"weight": weight, "bias": bias, "eps": eps})


def _is_last(args: tuple[Any, ...], kwargs: Mapping[str, Any], dimensions: int) -> bool:
    dim = kwargs.get("dim", args[1] if len(args) > 1 else None)
    return dim is not None and dim % dimensions == dimensions - 1


def _matmul(first: Any, second: Any, role: Callable[[Tensor], Role]) -> Call | None:
    if not (is_activation(first) and is_activation(second)):
        return None
    if role(second) & Role.GATE:
        return None
    return Call("attend" if role(first) & Role.GATE else "scores", (first, second))


def _product(first: Any, second: Any, role: Callable[[Tensor], Role]) -> Call | None:
    for x, other in ((first, second), (second, first)):
        if not is_activation(other) or role(other) & Role.STATISTIC:
            constant = other.detach() if isinstance(other, Tensor) else other
            return Call("factor", (x,), {"constant": constant}) if is_activation(x) else None
    for kind in (Role.GATE, Role.ACTIVATED):
        weighing = [place for place, operand in enumerate((first, second)) if role(operand) & kind]
        if len(weighing) == 1:
            return Call("product", (first, second), {"gate": weighing[0]})
    return Call("product of equals", (first, second), {"gate": None})


def _quotient(first: Any, second: Any, role: Callable[[Tensor], Role]) -> Call | None:
    return None if is_activation(second) else Call("factor", (first,), {"constant": 1 / second})


def _sum(first: Any, second: Any, role: Callable[[Tensor], Role]) -> Call | None:
    if is_activation(first) and is_activation(second):
        return Call("sum", (first, second))
    x, constant = (first, second) if is_activation(first) else (second, first)
    return Call("shift", (x,), {"constant": constant})


def _complement(first: Any, second: Any, role: Callable[[Tensor], Role]) -> Call | None:
    """`1 − x` arrives as rsub(x, 1)."""
    one = isinstance(second, int | float) and second == 1
    return Call("complement", (first,)) if one and is_activation(first) else None


_BINARY: Mapping[str, Callable[[Any, Any, Callable[[Tensor], Role]], Call | None]] = {
    "matmul": _matmul, "product": _product, "quotient": _quotient, "sum": _sum, "complement": _complement,
}  # fmt: skip
