"""Each rule agrees with its formula, one loop per index, and neither makes nor loses relevance. Nothing is rescaled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rule_cases import CASES, ROWS, Case, at, places, rand
from rule_formulas import FORMULAS, Account, as_relevance, numbers
from torch import Tensor
from torch.nn import functional as F

from nmt_audit.relevance import coefficients
from nmt_audit.relevance.operators import OPERATORS, ROUTING, SLOPES, constant_slope, take_apart
from nmt_audit.relevance.ratios import per_unit
from nmt_audit.relevance.rules import ACCOUNTS, RULE_SETS, RuleSet
from nmt_audit.relevance.shares import Shares, fit

SEEDS = [0xC0FFEE, 0xBEEF, 0xFACADE]
RULES = [
    pytest.param(rules, operator, case, id=f"{rules.name}-{operator}-{case}")
    for rules in RULE_SETS.values()
    for operator in rules.rules
    for case in CASES.get(operator, {})
]


def apply(rules: RuleSet, case: Case, carried: Tensor) -> Shares:
    return rules.rules[case.operator].propagate(
        *case.activations, **case.constants, output=case.output, carried=carried, epsilon=rules.epsilon
    )


def prepared(operator: str, case: str, seed: int) -> tuple[Case, Tensor]:
    """A call, and what arrives at its output."""
    torch.manual_seed(seed)
    made = CASES[operator][case]()
    assert made.operator == operator
    return made, rand(*made.output.shape)


def per_row(leak: Tensor) -> Tensor:
    return leak.sum(tuple(range(1, leak.dim())))


def test_each_rule_of_each_rule_set_has_a_case_and_a_formula() -> None:
    rules = {(rules.name, operator) for rules in RULE_SETS.values() for operator in rules.rules}
    assert rules == {(name, operator) for name, formulas in FORMULAS.items() for operator in formulas}
    assert {operator for _, operator in rules} == CASES.keys()
    assert all(CASES.values())


def test_no_torch_function_is_in_both_tables() -> None:
    assert not OPERATORS.keys() & ROUTING


@pytest.mark.parametrize("seed", SEEDS, ids=hex)
@pytest.mark.parametrize(("rules", "operator", "name"), RULES)
def test_a_rule_agrees_with_its_formula(rules: RuleSet, operator: str, name: str, seed: int) -> None:
    case, carried = prepared(operator, name, seed)
    shares = apply(rules, case, carried)
    slow = Account([torch.zeros_like(activation) for activation in case.activations])
    FORMULAS[rules.name][operator](case, as_relevance(rules, case.output, carried), rules.epsilon, slow)
    for neurons, got, wanted in zip(case.activations, shares.inputs, slow.shares, strict=True):
        if got is None:
            assert not wanted.any()
        else:
            assert got.shape == neurons.shape
            torch.testing.assert_close(as_relevance(rules, neurons, got), wanted, rtol=1e-9, atol=1e-9)
    for account in shares.leaks.keys() | slow.leaks.keys():
        leak = shares.leaks.get(account)
        wanted = torch.tensor(slow.leaks.get(account, [0.0] * ROWS), dtype=torch.float64)
        torch.testing.assert_close(
            torch.zeros_like(wanted) if leak is None else per_row(leak), wanted, rtol=1e-9, atol=1e-9, msg=account
        )


@pytest.mark.parametrize("seed", SEEDS, ids=hex)
@pytest.mark.parametrize(("rules", "operator", "name"), RULES)
def test_relevance_is_neither_made_nor_lost(rules: RuleSet, operator: str, name: str, seed: int) -> None:
    case, carried = prepared(operator, name, seed)
    shares = apply(rules, case, carried)
    parts = [as_relevance(rules, x, share) for x, share in zip(case.activations, shares.inputs, strict=True)
             if share is not None]  # fmt: skip
    # Per row: relevance must not wander from one sentence of a batch to another.
    given_out = sum(per_row(part) for part in (*parts, *shares.leaks.values()))
    torch.testing.assert_close(given_out, per_row(as_relevance(rules, case.output, carried)))


@pytest.mark.parametrize("rules", RULE_SETS.values(), ids=lambda rules: rules.name)
def test_a_rule_leaks_to_the_accounts_that_the_table_names(rules: RuleSet) -> None:
    """The pass reads no other account: what went there would be lost."""
    for operator, rule in rules.rules.items():
        found = [apply(rules, *prepared(operator, name, 1)).leaks for name in CASES[operator]]
        assert {account for leaks in found for account in leaks} == set(rule.leaks), operator
        assert set(rule.leaks) <= set(ACCOUNTS)


# --- zeros, signs and large numbers -----------------------------------------------------------------------------------

# Up to where the arithmetic itself ends: relevance / total must not overflow.
anything = st.one_of(st.just(0.0), st.just(-0.0), st.floats(1e-3, 1e100), st.floats(-1e100, -1e-3))
epsilons = st.sampled_from([0.0, 1e-6, 0.4])
SPLIT: dict[str, dict[str, Any]] = {"sum": {}, "product": {"gate": 0}, "product of equals": {"gate": None}}


def one(value: float) -> Tensor:
    return torch.tensor([[value]], dtype=torch.float64)


@given(anything, anything, epsilons)
@example(1.0, 0.0, 0.0)
@example(1.0, 0.0, 0.4)  # sgn 0 is 1: a neuron that is exactly 0 is stabilised too
@example(1.0, -0.3, 0.4)  # the sign of the neuron: pushed away from 0, never over it
def test_a_unit_and_the_stabiliser_make_up_the_relevance(relevance: float, total: float, epsilon: float) -> None:
    unit, kept = (float(part) for part in per_unit(one(relevance), one(total), epsilon))
    if total == 0 and epsilon == 0:
        assert (unit, kept) == (0.0, relevance)
    else:
        # By ε exactly: in the tensor's own precision.
        safe = total + epsilon if total >= 0 else total - epsilon
        assert unit == pytest.approx(relevance / safe, rel=1e-15)
        assert unit * total + kept == pytest.approx(relevance, rel=1e-12)


@given(anything, anything, anything, epsilons, st.sampled_from(sorted(SPLIT)))
def test_sums_and_products_conserve_whatever_the_numbers(
    a: float, b: float, relevance: float, epsilon: float, operator: str
) -> None:
    shares = RULE_SETS["paper"].rules[operator].propagate(
        one(a), one(b), **SPLIT[operator], output=one(a + b if operator == "sum" else a * b),
        carried=one(relevance), epsilon=epsilon,
    )  # fmt: skip
    parts = [float(part) for part in (*shares.inputs, shares.leaks["stabiliser"]) if part is not None]
    assert sum(parts) == pytest.approx(relevance, rel=1e-12, abs=1e-12 * max(map(abs, parts)))


@given(anything, st.sampled_from(sorted(SPLIT)))
def test_nothing_over_nothing_is_nothing_and_the_stabiliser_keeps_it(relevance: float, operator: str) -> None:
    for a in (0.0, 2.5):  # no terms at all, or terms that cancel
        shares = RULE_SETS["paper"].rules[operator].propagate(
            one(a), one(-a), **SPLIT[operator], output=one(0.0), carried=one(relevance), epsilon=0.0
        )  # fmt: skip
        assert [float(share) for share in shares.inputs if share is not None] == [0.0, 0.0]
        assert float(shares.leaks["stabiliser"]) == relevance


def test_neurons_without_input_give_nothing_and_the_stabiliser_keeps_it() -> None:
    """The first step of a GRU: h_0 and y_0 are zero, the bias is not an incoming neuron. And positions of zero."""
    rules = RULE_SETS["paper"].rules
    nothing, bias, carried = torch.zeros(ROWS, 3, dtype=torch.float64), rand(4), rand(ROWS, 4)
    of_linear = rules["linear"].propagate(
        nothing, weight=rand(4, 3), bias=bias, output=bias.expand(ROWS, 4), carried=carried, epsilon=0.0
    )
    of_shift = rules["shift"].propagate(nothing, constant=0.0, output=nothing, carried=carried[:, :3], epsilon=0.0)
    weights = torch.full((ROWS, 3, 3), 1 / 3, dtype=torch.float64)
    states = torch.zeros(ROWS, 3, 4, dtype=torch.float64)
    of_attend = rules["attend"].propagate(weights, states, output=states, carried=rand(ROWS, 3, 4), epsilon=0.0)
    for shares, arrived in ((of_linear, carried), (of_shift, carried[:, :3]), (of_attend, None)):
        share = shares.inputs[-1]
        assert share is not None and not share.any()
        if arrived is not None:
            assert shares.leaks["stabiliser"].equal(arrived)


ACTIVATIONS: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {
    "tanh": (torch.tanh, 1.0),
    "relu": (F.relu, 0.0),
    "silu": (F.silu, 0.5),
    "gelu": (F.gelu, 0.5),
}


@pytest.mark.parametrize("rules", ["signal", "stable"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_slope_of_an_activation_at_zero_is_its_limit(name: str, rules: str) -> None:
    function, derivative = ACTIVATIONS[name]
    x = torch.tensor([[0.0, -0.0, 1e-9, -2.0]], dtype=torch.float64, requires_grad=True)
    call = take_apart(function, (x,), {}, lambda tensor: pytest.fail("an activation asks for no role"))
    assert call is not None
    rule = RULE_SETS[rules].rules[call.operator]
    shares = rule.propagate(
        x.detach(), **call.constants, output=function(x).detach(), carried=torch.ones_like(x), epsilon=0.0
    )
    [slope] = shares.inputs
    assert slope is not None
    at_small = 1.0 if name == "relu" else derivative
    torch.testing.assert_close(slope[0, :3], torch.tensor([derivative, derivative, at_small]).double())
    assert torch.isfinite(slope).all() and all(torch.isfinite(leak).all() for leak in shares.leaks.values())


# --- tangents ---------------------------------------------------------------------------------------------------------

# What share of ∂y/∂x each operand gets in the set "stable"; the others are no multiple of it.
TANGENT: dict[str, tuple[float, ...]] = {
    "linear": (1.0,),
    "sum": (1.0, 1.0),
    "shift": (1.0,),
    "factor": (1.0,),
    "complement": (1.0,),
    "sigmoid": (1.0,),
    "softmax": (1.0,),
    "scores": (1.0, 1.0),
    "product": (1.0, 1.0),
    "product of equals": (1.0, 1.0),
    "attend": (numbers(RULE_SETS["stable"].rules["attend"])["share"], 1.0),
}
FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "linear": lambda x, weight, bias: F.linear(x, weight, bias),
    "sum": torch.add,
    "shift": lambda x, constant: x + constant,
    "factor": lambda x, constant: x * constant,
    "complement": lambda x: 1 - x,
    "sigmoid": lambda x, slope: torch.sigmoid(x),
    "softmax": lambda x: torch.softmax(x, -1),
    "scores": torch.matmul,
    "product": lambda a, b, gate: a * b,
    "product of equals": lambda a, b, gate: a * b,
    "attend": torch.matmul,
}


@pytest.mark.parametrize(("operator", "name"), [(operator, name) for operator in TANGENT for name in CASES[operator]])
def test_where_a_rule_takes_the_tangent_it_is_the_gradient(operator: str, name: str) -> None:
    case, carried = prepared(operator, name, 7)
    shares = apply(RULE_SETS["stable"], case, carried)
    leaves = [activation.requires_grad_() for activation in case.activations]
    gradients = torch.autograd.grad(FUNCTIONS[operator](*leaves, **case.constants), leaves, carried)
    for share, gradient, part in zip(shares.inputs, gradients, TANGENT[operator], strict=True):
        assert share is not None
        torch.testing.assert_close(share, part * gradient)


@pytest.mark.parametrize("function", [torch.tanh, torch.sigmoid, F.silu, F.gelu], ids=lambda f: f.__name__)
@pytest.mark.parametrize("part", [1.0, 0.3, 0.0])
def test_a_part_of_the_tangent_is_mixed_with_the_rest_of_the_secant(
    function: Callable[[Tensor], Tensor], part: float
) -> None:
    x, carried = rand(ROWS, 3).requires_grad_(), rand(ROWS, 3)
    output = function(x)
    [gradient] = torch.autograd.grad(output, x, carried, retain_graph=True)
    [slope] = torch.autograd.grad(output.sum(), x)
    x, output = x.detach(), output.detach()
    shares = coefficients.tangent("here", part)(
        x, output=output, carried=carried, epsilon=0.0, slope=constant_slope(slope)
    )
    [share] = shares.inputs
    assert share is not None
    torch.testing.assert_close(share, part * gradient + (1 - part) * output / x * carried)
    torch.testing.assert_close(x * share + shares.leaks["here"], output * carried)


@pytest.mark.parametrize(
    ("function", "options"),
    [*((getattr(torch, name), {}) for name in SLOPES), (F.gelu, {}), (F.gelu, {"approximate": "tanh"}), (F.silu, {})],
)
def test_the_slope_that_rules_are_given_is_the_derivative(
    function: Callable[..., Tensor], options: dict[str, Any]
) -> None:
    x = rand(5).requires_grad_()
    output = function(x, **options)
    [derivative] = torch.autograd.grad(output.sum(), x)
    call = take_apart(function, (x,), options, lambda tensor: pytest.fail("an activation asks for no role"))
    assert call is not None
    torch.testing.assert_close(
        call.constants["slope"](x.detach(), output.detach()), derivative, rtol=1e-12, atol=1e-12
    )  # fmt: skip


def test_layer_norm_is_the_gradient_with_its_deviation_held() -> None:
    """Ali et al. 2022: the mean is taken part in, σ is not."""
    case, carried = prepared("layer_norm", "words", 3)
    [x] = case.activations
    [share] = apply(RULE_SETS["stable"], case, carried).inputs
    held = torch.sqrt(x.var(-1, correction=0, keepdim=True) + case.constants["eps"])
    leaf = x.clone().requires_grad_()
    output = (leaf - leaf.mean(-1, keepdim=True)) / held * case.constants["weight"] + case.constants["bias"]
    torch.testing.assert_close(output.detach(), case.output)
    torch.testing.assert_close(share, torch.autograd.grad(output, leaf, carried)[0])


# --- broadcasting -----------------------------------------------------------------------------------------------------


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), st.integers(0, 99))
def test_what_was_broadcast_is_summed(shapes: hnp.BroadcastableShapes, seed: int) -> None:
    """The slow way: each number of the share goes to the one that it was made of."""
    torch.manual_seed(seed)
    shape, share = shapes.input_shapes[0], rand(*shapes.result_shape)
    slow = torch.zeros(shape, dtype=torch.float64)
    for place in places(share):
        slow[*at(slow, place)] += share[place]
    torch.testing.assert_close(fit(share, slow), slow)
