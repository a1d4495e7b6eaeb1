"""The pass: runs a model's own code, with every operator swapped for one whose backward is a relevance rule.

Algorithm 1 of Ding et al. 2017 for one state is one backward pass, because propagation is linear in r: the sum over
the state's neurons in eq. 9 is taken by starting at all of them. The forward values are those of the plain operators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode, resolve_name

from nmt_audit.errors import UnknownOperator
from nmt_audit.relevance.operators import MAKES_GATES, OPERATORS, ROUTING, Call, is_activation, take_apart
from nmt_audit.relevance.rules import RuleSet

ACCOUNTS = ("bias", "stabiliser")


class _Swapped(torch.autograd.Function):
    """An operator whose backward is a rule. The accounts are inputs, so that leaks arrive as their gradients."""

    generate_vmap_rule = True

    @staticmethod
    def forward(run: Callable[[], Tensor], call: Call, rules: RuleSet, *tensors: Tensor) -> Tensor:
        return run()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        _, ctx.call, ctx.rules, *tensors = inputs
        ctx.set_materialize_grads(False)  # so that None says: nothing arrives here
        ctx.save_for_backward(*tensors[len(ACCOUNTS) :], output)

    @staticmethod
    def backward(ctx: Any, carried: Tensor | None) -> tuple[Tensor | None, ...]:
        *activations, output = ctx.saved_tensors
        if carried is None:
            return (None,) * (3 + len(ACCOUNTS) + len(activations))
        call: Call = ctx.call
        rules: RuleSet = ctx.rules
        shares = rules.rules[call.operator](
            *activations, **call.constants, output=output, carried=carried, epsilon=rules.epsilon
        )
        leaks = [shares.leaks.get(account) for account in ACCOUNTS]
        per_row = [None if leak is None else leak.sum(tuple(range(1, leak.dim()))) for leak in leaks]
        return (None, None, None, *per_row, *shares.inputs)


class _Poisoned(torch.autograd.Function):
    """A result whose making no rule covers: harmless until relevance reaches it."""

    generate_vmap_rule = True

    @staticmethod
    def forward(message: str, value: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.message = inputs[0]
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(ctx: Any, carried: Tensor | None) -> tuple[None, None]:
        if carried is not None:
            raise UnknownOperator(ctx.message)
        return None, None


class Propagation(TorchFunctionMode):
    """Within the block, operators on activations are swapped. `accounts`: a zero leaf [B] for each leak."""

    def __init__(self, rules: RuleSet, rows: int, dtype: torch.dtype = torch.float64) -> None:
        super().__init__()
        self.rules = rules
        self.accounts: Mapping[str, Tensor] = {
            name: torch.zeros(rows, dtype=dtype, requires_grad=True) for name in ACCOUNTS
        }
        self._gates: dict[int, Tensor] = {}  # holds the tensors, so that an id cannot be reused
        self._modules: list[str] = []

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        inputs = [value for value in _flat((args, tuple(kwargs.values()))) if is_activation(value)]
        if not inputs:
            return func(*args, **kwargs)
        if func in ROUTING:
            result = func(*args, **kwargs)
            if all(map(self._is_gate, inputs)):
                self._mark(result)
            return result
        call = take_apart(func, args, kwargs, self._is_gate) if func in OPERATORS else None
        # A product of two signals is no gate × signal; only rules that treat both alike may split it.
        lost = call and call.operator == "product" and call.constants["gate"] is None
        if call is None or call.operator not in self.rules.rules or (lost and self.rules.carries == "coefficient"):
            return self._unknown(func, call, args, kwargs)
        result = _Swapped.apply(  # type: ignore[no-untyped-call]
            lambda: func(*args, **kwargs), call, self.rules, *self.accounts.values(), *call.activations
        )
        if call.operator in MAKES_GATES or (call.operator == "complement" and self._is_gate(inputs[0])):
            self._mark(result)
        return result

    def _unknown(
        self, func: Callable[..., Any], call: Call | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        """The function's results, poisoned: tensors alone or in a tuple, as nn.GRU and sort give them."""
        name = resolve_name(func) or getattr(func, "__name__", str(func))
        where = " in " + " › ".join(self._modules) if self._modules else ""
        message = f"no rule for {name}{where} in the rule set “{self.rules.name}”: relevance must not pass it silently"
        if _works_in_place(func):
            raise UnknownOperator(f"{message}; it works in place, where relevance cannot be followed")

        def poison(value: Any) -> Any:
            if isinstance(value, (tuple, list)):
                return type(value)([poison(item) for item in value])
            if not is_activation(value):
                return value  # a shape, a comparison, … : nothing flows through it
            poisoned = _Poisoned.apply(message, value)  # type: ignore[no-untyped-call]
            if call and (call.operator in MAKES_GATES or self._is_gate(call.activations[0])):
                self._mark(poisoned)
            return poisoned

        return poison(func(*args, **kwargs))

    def _is_gate(self, tensor: Tensor) -> bool:
        return id(tensor) in self._gates

    def _mark(self, result: Any) -> None:
        for tensor in _flat(result):
            if isinstance(tensor, Tensor):
                self._gates[id(tensor)] = tensor

    def entered(self, module: torch.nn.Module, inputs: Any) -> None:
        """A module's forward begins."""
        self._modules.append(type(module).__name__)

    def left(self, module: torch.nn.Module, inputs: Any, output: Any) -> None:
        """A module's forward has ended."""
        self._modules.pop()


@contextmanager
def propagation(rules: RuleSet, rows: int) -> Iterator[Propagation]:
    """A forward pass within the block can be gone back through by `rules`. Hooks and swaps end with the block."""
    mode = Propagation(rules, rows)
    hooks = (register_module_forward_pre_hook(mode.entered), register_module_forward_hook(mode.left))
    try:
        with torch.enable_grad(), mode:
            yield mode
    finally:
        for hook in hooks:
            hook.remove()


def _works_in_place(func: Callable[..., Any]) -> bool:
    """Whether it changes its argument, which others may hold already: relu_, __setitem__, and += too, which is add_."""
    name = getattr(func, "__name__", "")
    return name == "__setitem__" or (name.endswith("_") and not name.endswith("__"))


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from _flat(item)
    else:
        yield value
