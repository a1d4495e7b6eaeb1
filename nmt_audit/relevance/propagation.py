"""The pass: runs a model's own code, with every operator swapped for one whose backward is a relevance rule.

Algorithm 1 of Ding et al. 2017 for one state is one backward pass, because propagation is linear in r: the sum over
the state's neurons in eq. 9 is taken by starting at all of them. The forward values are those of the plain operators.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode, resolve_name

from nmt_audit.errors import UnknownOperator
from nmt_audit.relevance.operators import (
    OPERATORS,
    ROLES,
    ROUTING,
    Call,
    Role,
    brings_constants,
    constant_slope,
    is_activation,
    take_apart,
)
from nmt_audit.relevance.rules import ACCOUNTS, Rule, RuleSet

# Modules that are activation functions of one tensor, whatever they are made of inside; and a package of such.
ACTIVATION_MODULES = (nn.ReLU, nn.GELU, nn.SiLU, nn.Tanh, nn.Sigmoid)
ACTIVATION_PACKAGE = "transformers.activations"


class _Swapped(torch.autograd.Function):
    """An operator whose backward is a rule. The rule's accounts are inputs: leaks arrive as their gradients.

    Without `setup_context`, which would have the signature of `forward` looked up again at every call.
    """

    @staticmethod
    def forward(
        ctx: Any, run: Callable[[], Tensor], call: Call, rule: Rule, epsilon: float, *tensors: Tensor
    ) -> Tensor:
        output = run()
        ctx.call, ctx.rule, ctx.epsilon = call, rule, epsilon
        ctx.set_materialize_grads(False)  # so that None says: nothing arrives here
        ctx.save_for_backward(*tensors[len(rule.leaks) :], output)
        return output

    @staticmethod
    def backward(ctx: Any, carried: Tensor | None) -> tuple[Tensor | None, ...]:
        *activations, output = ctx.saved_tensors
        rule: Rule = ctx.rule
        if carried is None:
            return (None,) * (4 + len(rule.leaks) + len(activations))
        shares = rule.propagate(*activations, **ctx.call.constants, output=output, carried=carried, epsilon=ctx.epsilon)
        leaks = [shares.leaks.get(account) for account in rule.leaks]
        per_row = [None if leak is None else leak.reshape(len(leak), -1).sum(1) for leak in leaks]
        return (None, None, None, None, *per_row, *shares.inputs)


class _Poisoned(torch.autograd.Function):
    """A result whose making no rule covers: harmless until relevance reaches it."""

    @staticmethod
    def forward(ctx: Any, message: str, value: Tensor) -> Tensor:
        ctx.message = message
        ctx.set_materialize_grads(False)
        return value.clone()

    @staticmethod
    def backward(ctx: Any, carried: Tensor | None) -> tuple[None, None]:
        if carried is not None:
            raise UnknownOperator(ctx.message)
        return None, None


class Propagation(TorchFunctionMode):
    """Within the block, operators on activations are swapped. `accounts`: a zero leaf [B] for each leak."""

    def __init__(
        self, rules: RuleSet, rows: int, device: torch.device | None, dtype: torch.dtype = torch.float64
    ) -> None:
        super().__init__()
        self.rules = rules
        self.accounts: Mapping[str, Tensor] = {
            name: torch.zeros(rows, dtype=dtype, device=device, requires_grad=True) for name in ACCOUNTS
        }
        self._roles: dict[int, tuple[Tensor, Role]] = {}  # holds the tensors, so that an id cannot be reused
        self._modules: list[str] = []
        self._in_activation = False
        self._thread = threading.get_ident()  # a module's hooks are called in all threads, and others may decode

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        inputs = [value for value in _flat((args, tuple(kwargs.values()))) if is_activation(value)]
        if not inputs or self._in_activation:
            return func(*args, **kwargs)
        if func in ROUTING and not brings_constants(func, args):
            result = func(*args, **kwargs)
            common = self._role(inputs[0])
            for other in inputs[1:]:
                common &= self._role(other)
            self._give(result, common)
            return result
        call = take_apart(func, args, kwargs, self._role) if func in OPERATORS else None
        if call is None:
            return self._unknown(func, None, args, kwargs)
        rule = self.rules.rules.get(call.operator)
        if rule is None:
            return self._unknown(func, call, args, kwargs)
        return self._swap(lambda: func(*args, **kwargs), call, rule)

    def _swap(self, run: Callable[[], Tensor], call: Call, rule: Rule) -> Tensor:
        accounts = [self.accounts[name] for name in rule.leaks]
        result: Tensor = _Swapped.apply(run, call, rule, self.rules.epsilon, *accounts, *call.activations)  # type: ignore[no-untyped-call]
        self._give(result, self._role_after(call))
        return result

    def _role_after(self, call: Call) -> Role:
        if call.operator in ("complement", "factor"):  # 1 − a gate, and a scaled one, is a gate
            return self._role(call.activations[0])
        return ROLES.get(call.operator, Role.SIGNAL)

    def _unknown(
        self, func: Callable[..., Any], call: Call | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        """The function's results, poisoned: tensors alone or in a tuple, as nn.GRU and sort give them."""
        name = resolve_name(func) or getattr(func, "__name__", str(func))
        where = " in " + " › ".join(self._modules) if self._modules else ""
        message = f"no rule for {name}{where} in the rule set “{self.rules.name}”: relevance must not pass it silently"
        if _works_in_place(func) or kwargs.get("inplace"):
            raise UnknownOperator(f"{message}; it works in place, where relevance cannot be followed")
        return self._poison(func(*args, **kwargs), message, call)

    def _poison(self, value: Any, message: str, call: Call | None) -> Any:
        if isinstance(value, (tuple, list)):
            return type(value)([self._poison(item, message, call) for item in value])
        if not is_activation(value):
            return value  # a shape, a comparison, … : nothing flows through it
        poisoned = _Poisoned.apply(message, value)  # type: ignore[no-untyped-call]
        if call is not None:
            self._give(poisoned, self._role_after(call))
        return poisoned

    # --- what weighs what -------------------------------------------------------------------------------------------

    def _role(self, tensor: Tensor) -> Role:
        return self._roles[id(tensor)][1] if id(tensor) in self._roles else Role.SIGNAL

    def _give(self, result: Any, role: Role) -> None:
        for tensor in _flat(result) if role else ():
            if isinstance(tensor, Tensor):
                self._roles[id(tensor)] = tensor, role

    # --- modules ----------------------------------------------------------------------------------------------------

    def entered(self, module: nn.Module, inputs: Any) -> None:
        """A module's forward begins."""
        if threading.get_ident() != self._thread:
            return
        self._modules.append(type(module).__name__)
        if _is_activation_module(module) and is_activation(inputs[0]):
            self._in_activation = True

    def left(self, module: nn.Module, inputs: Any, output: Any) -> Any:
        """A module's forward has ended. What an activation module made becomes the result of one operator."""
        if threading.get_ident() != self._thread:
            return None
        result = None
        if _is_activation_module(module) and self._in_activation:
            (slope,) = torch.autograd.grad(output.sum(), inputs[0], retain_graph=True)
            self._in_activation = False
            kind = type(module).__name__.lower()
            operator = kind if kind in ("tanh", "sigmoid") else "activation"
            call = Call(operator, (inputs[0],), {"slope": constant_slope(slope)})
            rule = self.rules.rules.get(call.operator)
            if rule is not None:
                result = self._swap(output.detach, call, rule)
            else:
                result = self._poison(output, f"no rule for {type(module).__name__} in “{self.rules.name}”", call)
        self._modules.pop()
        return result


@contextmanager
def propagation(rules: RuleSet, rows: int, device: torch.device | None = None) -> Iterator[Propagation]:
    """A forward pass within the block can be gone back through by `rules`. Hooks and swaps end with the block.

    `device`: where the pass is made; None: on the CPU.
    """
    mode = Propagation(rules, rows, device)
    hooks = (register_module_forward_pre_hook(mode.entered), register_module_forward_hook(mode.left))
    try:
        with torch.enable_grad(), mode:
            yield mode
    finally:
        for hook in hooks:
            hook.remove()


def _is_activation_module(module: nn.Module) -> bool:
    known = isinstance(module, ACTIVATION_MODULES) or type(module).__module__ == ACTIVATION_PACKAGE
    return known and not getattr(module, "inplace", False)


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
