"""Calls of every operator, as the pass takes them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nmt_audit.relevance.operators import Role, take_apart

ROWS = 2
Place = tuple[int, ...]


def rand(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def places(tensor: Tensor) -> Iterator[Place]:
    return product(*map(range, tensor.shape))


def at(tensor: Tensor, place: Place) -> Place:
    """Where in a tensor that was broadcast its number for a place of the result is."""
    own = place[len(place) - tensor.dim() :]
    return tuple(min(k, size - 1) for k, size in zip(own, tensor.shape, strict=True))


# --- cases ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """One call, as `take_apart` gives it to the rules."""

    operator: str
    activations: tuple[Tensor, ...]
    output: Tensor
    constants: Mapping[str, Any]


def call(function: Callable[..., Tensor], *args: Any, gates: Sequence[Tensor] = (), **kwargs: Any) -> Case:
    """What `function(*args)` is an operator of, when its activations ask for a gradient and `gates` are gates."""
    known = {id(gate): Role.GATE for gate in gates}
    found = take_apart(function, args, kwargs, lambda tensor: known.get(id(tensor), Role.SIGNAL))
    assert found is not None, function
    activations = tuple(activation.detach() for activation in found.activations)
    return Case(found.operator, activations, function(*args, **kwargs).detach(), found.constants)


def active(*shape: int) -> Tensor:
    return rand(*shape).requires_grad_()


def gate(*shape: int) -> Tensor:
    return torch.sigmoid(rand(*shape)).requires_grad_()


def attention(*shape: int) -> Tensor:
    return torch.softmax(rand(*shape), -1).requires_grad_()


def linear(*shape: int, bias: bool = True) -> Case:
    return call(F.linear, active(*shape), rand(5, shape[-1]), rand(5) if bias else None)


def attend(weights: Place, states: Place, function: Callable[..., Tensor]) -> Case:
    alpha = attention(*weights)
    return call(function, alpha, active(*states), gates=[alpha])


def scores(query: Place, key: Place, function: Callable[..., Tensor]) -> Case:
    return call(function, active(*query), active(*key))


def weighed(gates: Place, signals: Place, first: bool) -> Case:
    weight, signal = gate(*gates), active(*signals)
    return call(torch.mul, *((weight, signal) if first else (signal, weight)), gates=[weight])


def equals(a: Place, b: Place) -> Case:
    return call(torch.mul, active(*a), active(*b))


def two_gates() -> Case:
    first, second = gate(ROWS, 3), gate(ROWS, 3)
    return call(torch.mul, first, second, gates=[first, second])


def norm(*shape: int, weight: bool = True, bias: bool = True) -> Case:
    width = shape[-1]
    return call(
        F.layer_norm, active(*shape), (width,), weight=rand(width) if weight else None,
        bias=rand(width) if bias else None, eps=1e-3,
    )  # fmt: skip


Make = Callable[[], Case]
CASES: Mapping[str, Mapping[str, Make]] = {
    "linear": {
        "rows": lambda: linear(ROWS, 3),
        "no bias": lambda: linear(ROWS, 3, bias=False),
        "words": lambda: linear(ROWS, 4, 3),
        "four axes": lambda: linear(ROWS, 2, 4, 3),
    },
    "attend": {
        "one head": lambda: attend((ROWS, 2, 3), (ROWS, 3, 4), torch.bmm),
        "heads": lambda: attend((ROWS, 2, 4, 3), (ROWS, 2, 3, 5), torch.matmul),
    },
    "scores": {
        "one head": lambda: scores((ROWS, 2, 3), (ROWS, 3, 4), torch.bmm),
        "heads": lambda: scores((ROWS, 2, 4, 3), (ROWS, 2, 3, 5), Tensor.matmul),
    },
    "softmax": {
        "one head": lambda: call(torch.softmax, active(ROWS, 3), -1),
        "heads": lambda: call(F.softmax, active(ROWS, 2, 4, 3), dim=3),
    },
    "product": {
        "gate first": lambda: weighed((ROWS, 3), (ROWS, 3), True),
        "gate second": lambda: weighed((ROWS, 3), (ROWS, 3), False),
        "one gate for a row": lambda: weighed((ROWS, 1), (ROWS, 3), True),
        "one signal for a row": lambda: weighed((ROWS, 3), (ROWS, 1), False),
        "one gate for all words": lambda: weighed((ROWS, 1, 3), (ROWS, 4, 3), False),
    },
    "product of equals": {
        "signals": lambda: equals((ROWS, 3), (ROWS, 3)),
        "one for all words": lambda: equals((ROWS, 4, 3), (ROWS, 1, 3)),
        "heads": lambda: equals((ROWS, 2, 1, 3), (ROWS, 2, 4, 1)),
        "gates": two_gates,
    },
    "sum": {
        "rows": lambda: call(torch.add, active(ROWS, 3), active(ROWS, 3)),
        "one for all words": lambda: call(Tensor.add, active(ROWS, 1, 3), active(ROWS, 4, 3)),
        "every pair": lambda: call(torch.add, active(ROWS, 3, 1, 4), active(ROWS, 1, 2, 4)),
    },
    "shift": {
        "number": lambda: call(torch.add, active(ROWS, 3), 2.5),
        "positions": lambda: call(torch.add, active(ROWS, 4, 3), rand(4, 3)),
        "constant first": lambda: call(torch.add, rand(1, 4, 3), active(ROWS, 4, 3)),
        "more positions": lambda: call(torch.add, active(ROWS, 1, 3), rand(4, 3)),
    },
    "factor": {
        "number": lambda: call(torch.mul, active(ROWS, 3), 2.5),
        "number first": lambda: call(Tensor.mul, rand(3), active(ROWS, 4, 3)),
        "wider": lambda: call(torch.mul, active(ROWS, 1, 3), rand(ROWS, 4, 1)),
        "quotient": lambda: call(torch.div, active(ROWS, 4, 3), -0.4),
        "quotient of vectors": lambda: call(Tensor.div, active(ROWS, 4, 3), rand(4, 1)),
    },
    "complement": {
        "rows": lambda: call(Tensor.__rsub__, active(ROWS, 3), 1),
        "words": lambda: call(torch.rsub, active(ROWS, 4, 3), 1.0),
    },
    "layer_norm": {
        "rows": lambda: norm(ROWS, 3),
        "words": lambda: norm(ROWS, 4, 3),
        "bare": lambda: norm(ROWS, 4, 3, weight=False, bias=False),
        "no bias": lambda: norm(ROWS, 3, bias=False),
    },
    "tanh": {"rows": lambda: call(torch.tanh, active(ROWS, 3)), "words": lambda: call(Tensor.tanh, active(ROWS, 4, 3))},
    "sigmoid": {
        "rows": lambda: call(torch.sigmoid, active(ROWS, 3)),
        "heads": lambda: call(Tensor.sigmoid, active(ROWS, 2, 4, 3)),
    },
    "activation": {
        "relu": lambda: call(F.relu, active(ROWS, 3)),
        "silu": lambda: call(F.silu, active(ROWS, 4, 3)),
        "gelu": lambda: call(F.gelu, active(ROWS, 2, 4, 3)),
        "gelu by tanh": lambda: call(F.gelu, active(ROWS, 3), approximate="tanh"),
    },
}  # fmt: skip
