"""Each rule agrees with its formula, one loop per index, and neither makes nor loses relevance. Nothing is rescaled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import Tensor

from nmt_audit.relevance.operators import OPERATORS, ROUTING
from nmt_audit.relevance.rules import RULE_SETS, RuleSet, Shares, fit, per_unit

ROWS = 2
Slow = tuple[list[Tensor | None], dict[str, float]]


@dataclass(frozen=True, slots=True)
class Case:
    """One call of an operator, and its formula: relevance R of the output → that of each activation, and leaks.

    The formulas are in relevance for both kinds of rule sets: a coefficient γ is compared as x·γ, with R = y·γ.
    """

    slow: Callable[[Case, Tensor, float], Slow]
    activations: tuple[Tensor, ...]
    output: Tensor
    constants: Mapping[str, Any] = field(default_factory=dict)


def rand(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def places(tensor: Tensor) -> Iterator[tuple[int, ...]]:
    return product(*map(range, tensor.shape))


def away_from_zero(total: float, epsilon: float) -> float:
    return total + epsilon if total >= 0 else total - epsilon


def slow_linear(case: Case, relevance: Tensor, epsilon: float, with_bias: bool) -> Slow:
    """r_i = Σ_j w_ji x_i / z_j r_j, where z_j = Σ_i' w_ji' x_i', and b_j too where the rule set says so."""
    (x,), weight, bias = case.activations, case.constants["weight"], case.constants["bias"]
    shares, leaks = torch.zeros_like(x), {"bias": 0.0, "stabiliser": 0.0}
    for n, j in places(relevance):
        total = sum(float(weight[j, i] * x[n, i]) for i in range(x.shape[1]))
        own = float(bias[j]) if with_bias and bias is not None else 0.0
        safe = away_from_zero(total + own, epsilon)
        for i in range(x.shape[1]):
            shares[n, i] += weight[j, i] * x[n, i] / safe * relevance[n, j]
        leaks["bias"] += own / safe * float(relevance[n, j])
        leaks["stabiliser"] += (safe - total - own) / safe * float(relevance[n, j])
    return [shares], leaks


def slow_attend(case: Case, relevance: Tensor, epsilon: float) -> Slow:
    """r_i = Σ_j α_ji h_i / (Σ_i' α_ji' h_i') r_j; the weights get nothing."""
    weights, states = case.activations
    shares, leak = torch.zeros_like(states), 0.0
    for n, j, m in places(relevance):
        total = sum(float(weights[n, j, i] * states[n, i, m]) for i in range(states.shape[1]))
        safe = away_from_zero(total, epsilon)
        for i in range(states.shape[1]):
            shares[n, i, m] += weights[n, j, i] * states[n, i, m] / safe * relevance[n, j, m]
        leak += (safe - total) / safe * float(relevance[n, j, m])
    return [None, shares], {"stabiliser": leak}


def slow_split(case: Case, relevance: Tensor, epsilon: float) -> Slow:
    """r_a = a / (a + b) r and r_b = b / (a + b) r. An operand of width 1 gets the sum over what it was used for."""
    a, b = case.activations
    shares, leak = [torch.zeros_like(a), torch.zeros_like(b)], 0.0
    for place in places(relevance):
        at_a, at_b = ([min(k, size - 1) for k, size in zip(place, like.shape, strict=True)] for like in (a, b))
        total = float(a[*at_a] + b[*at_b])
        safe = away_from_zero(total, epsilon)
        shares[0][*at_a] += a[*at_a] / safe * relevance[place]
        shares[1][*at_b] += b[*at_b] / safe * relevance[place]
        leak += (safe - total) / safe * float(relevance[place])
    return [*shares], {"stabiliser": leak}


def slow_gated(case: Case, relevance: Tensor, epsilon: float) -> Slow:
    """The signal takes all."""
    signal = case.activations[1 - case.constants["gate"]]
    share = torch.zeros_like(signal)
    for place in places(relevance):
        share[*(min(k, size - 1) for k, size in zip(place, signal.shape, strict=True))] += relevance[place]
    return ([None, share] if case.constants["gate"] == 0 else [share, None]), {}


def slow_passing(case: Case, relevance: Tensor, epsilon: float) -> Slow:
    share = torch.zeros_like(relevance)
    for place in places(relevance):
        share[place] = relevance[place]
    return [share], {}


def linear(with_bias: bool, has_bias: bool = True) -> Case:
    x, weight, bias = rand(ROWS, 3), rand(4, 3), rand(4) if has_bias else None
    output = torch.nn.functional.linear(x, weight, bias)

    def slow(case: Case, relevance: Tensor, epsilon: float) -> Slow:
        return slow_linear(case, relevance, epsilon, with_bias)

    return Case(slow, (x,), output, {"weight": weight, "bias": bias})


def attend() -> Case:
    weights, states = torch.softmax(rand(ROWS, 2, 3), -1), rand(ROWS, 3, 4)
    return Case(slow_attend, (weights, states), weights @ states)


def multiply(gate: int | None, slow: Callable[[Case, Tensor, float], Slow], wide: bool = False) -> Case:
    """`wide`: the first operand stands for every column of the second."""
    a, b = torch.sigmoid(rand(ROWS, 1 if wide else 3)), rand(ROWS, 3)
    if gate == 1:
        a, b = b, a
    return Case(slow, (a, b), a * b, {"gate": gate})


def plus(wide: bool = False) -> Case:
    a, b = rand(ROWS, 1, 3), rand(ROWS, 2 if wide else 1, 3)
    return Case(slow_split, (a, b), a + b)


def unary(function: Callable[[Tensor], Tensor]) -> Case:
    x = rand(ROWS, 3)
    return Case(slow_passing, (x,), function(x))


# (operator, rule) → its cases. A rule that serves several operators has cases for each.
CASES: Mapping[tuple[str, str], tuple[Callable[[], Case], ...]] = {
    ("linear", "linear_ratio"): (lambda: linear(False), lambda: linear(False, has_bias=False)),
    ("linear", "linear_coefficient"): (lambda: linear(True), lambda: linear(True, has_bias=False)),
    ("attend", "attend_ratio"): (attend,),
    ("attend", "attend_signal"): (attend,),
    ("product", "product_ratio"): (
        lambda: multiply(0, slow_split),
        lambda: multiply(1, slow_split),
        lambda: multiply(None, slow_split),
        lambda: multiply(0, slow_split, wide=True),
        lambda: multiply(1, slow_split, wide=True),
    ),
    ("product", "product_signal"): (
        lambda: multiply(0, slow_gated),
        lambda: multiply(1, slow_gated),
        lambda: multiply(0, slow_gated, wide=True),
        lambda: multiply(1, slow_gated, wide=True),
    ),
    ("sum", "sum_ratio"): (plus, lambda: plus(wide=True)),
    ("sum", "sum_coefficient"): (plus, lambda: plus(wide=True)),
    ("complement", "pass_on"): (lambda: unary(lambda x: 1 - x),),
    ("tanh", "pass_on"): (lambda: unary(torch.tanh),),
    ("sigmoid", "pass_on"): (lambda: unary(torch.sigmoid),),
    ("softmax", "pass_on"): (lambda: unary(lambda x: torch.softmax(x, -1)),),
    ("tanh", "activation_slope"): (lambda: unary(torch.tanh),),
}

RULES = [
    pytest.param(rules, operator, number, id=f"{rules.name}-{operator}-{number}")
    for rules in RULE_SETS.values()
    for operator, rule in rules.rules.items()
    for number in range(len(CASES.get((operator, rule.__name__), ())))
]


def apply(rules: RuleSet, operator: str, case: Case, carried: Tensor) -> Shares:
    return rules.rules[operator](
        *case.activations, **case.constants, output=case.output, carried=carried, epsilon=rules.epsilon
    )


def as_relevance(rules: RuleSet, neurons: Tensor, carried: Tensor) -> Tensor:
    return carried if rules.carries == "relevance" else neurons * carried


def test_each_rule_of_each_rule_set_has_a_case() -> None:
    rules = {(operator, rule.__name__) for rules in RULE_SETS.values() for operator, rule in rules.rules.items()}
    assert rules == CASES.keys()
    assert all(CASES.values())


def test_each_rule_is_for_an_operator_that_exists() -> None:
    for rules in RULE_SETS.values():
        assert rules.rules.keys() <= set(OPERATORS.values()), rules.name
    assert not OPERATORS.keys() & ROUTING


@pytest.mark.parametrize("seed", [0xC0FFEE, 0xBEEF, 0xFACADE], ids=hex)
@pytest.mark.parametrize(("rules", "operator", "number"), RULES)
def test_a_rule_agrees_with_its_formula(rules: RuleSet, operator: str, number: int, seed: int) -> None:
    torch.manual_seed(seed)
    case = CASES[operator, rules.rules[operator].__name__][number]()
    carried = rand(*case.output.shape)
    shares = apply(rules, operator, case, carried)
    slow, leaks = case.slow(case, as_relevance(rules, case.output, carried), rules.epsilon)
    for neurons, got, wanted in zip(case.activations, shares.inputs, slow, strict=True):
        assert (got is None) == (wanted is None)
        if got is not None and wanted is not None:
            torch.testing.assert_close(as_relevance(rules, neurons, got), wanted, rtol=1e-9, atol=1e-9)
    for account in shares.leaks.keys() | leaks.keys():
        got_leak = shares.leaks.get(account, torch.zeros(ROWS)).sum()
        assert float(got_leak) == pytest.approx(leaks.get(account, 0.0), rel=1e-9, abs=1e-9), account


@pytest.mark.parametrize("seed", [0xC0FFEE, 0xBEEF, 0xFACADE], ids=hex)
@pytest.mark.parametrize(("rules", "operator", "number"), RULES)
def test_relevance_is_neither_made_nor_lost(rules: RuleSet, operator: str, number: int, seed: int) -> None:
    torch.manual_seed(seed)
    case = CASES[operator, rules.rules[operator].__name__][number]()
    carried = rand(*case.output.shape)
    shares = apply(rules, operator, case, carried)
    parts = [as_relevance(rules, x, share) for x, share in zip(case.activations, shares.inputs, strict=True)
             if share is not None]  # fmt: skip
    # Per row: relevance must not wander from one sentence of a batch to another.
    given_out = sum(part.flatten(1).sum(1) for part in (*parts, *shares.leaks.values()))
    torch.testing.assert_close(given_out, as_relevance(rules, case.output, carried).flatten(1).sum(1))


# --- zeros, signs and large numbers ---------------------------------------------------------------------------------

# Up to where the arithmetic itself ends: relevance / total must not overflow.
numbers = st.one_of(st.just(0.0), st.just(-0.0), st.floats(1e-3, 1e100), st.floats(-1e100, -1e-3))
epsilons = st.sampled_from([0.0, 1e-6, 0.4])


def one(value: float) -> Tensor:
    return torch.tensor([[value]], dtype=torch.float64)


@given(numbers, numbers, epsilons)
@example(1.0, 0.0, 0.0)
@example(1.0, 0.0, 0.4)  # sgn 0 is 1: a neuron that is exactly 0 is stabilised too
def test_a_unit_and_the_stabiliser_make_up_the_relevance(relevance: float, total: float, epsilon: float) -> None:
    unit, kept = (float(part) for part in per_unit(one(relevance), one(total), epsilon))
    if total == 0 and epsilon == 0:
        assert (unit, kept) == (0.0, relevance)
    else:
        # The divisor is pushed away from 0, never over it, and by ε exactly: in the tensor's own precision.
        assert unit == pytest.approx(relevance / away_from_zero(total, epsilon), rel=1e-15)
        assert unit * total + kept == pytest.approx(relevance, rel=1e-12)


@given(numbers, numbers, numbers, epsilons)
def test_sums_and_products_conserve_whatever_the_numbers(a: float, b: float, relevance: float, epsilon: float) -> None:
    for operator, constants, output in (("sum", {}, a + b), ("product", {"gate": None}, a * b)):
        shares = RULE_SETS["paper"].rules[operator](
            one(a), one(b), **constants, output=one(output), carried=one(relevance), epsilon=epsilon
        )
        parts = [float(part) for part in (*shares.inputs, shares.leaks["stabiliser"]) if part is not None]
        assert sum(parts) == pytest.approx(relevance, rel=1e-12, abs=1e-12 * max(map(abs, parts)))


@given(numbers, st.sampled_from(["sum", "product"]))
def test_nothing_over_nothing_is_nothing_and_the_stabiliser_keeps_it(relevance: float, operator: str) -> None:
    constants = {"gate": None} if operator == "product" else {}
    for a in (0.0, 2.5):  # no terms at all, or terms that cancel
        shares = RULE_SETS["paper"].rules[operator](
            one(a), one(-a), **constants, output=one(0.0), carried=one(relevance), epsilon=0.0
        )
        assert [float(share) for share in shares.inputs if share is not None] == [0.0, 0.0]
        assert float(shares.leaks["stabiliser"]) == relevance


def test_a_linear_neuron_without_input_gives_nothing_and_the_stabiliser_keeps_it() -> None:
    """The first step of a GRU: h_0 and y_0 are zero, the bias is not an incoming neuron."""
    nothing, bias, carried = torch.zeros(ROWS, 3, dtype=torch.float64), rand(4), rand(ROWS, 4)
    shares = RULE_SETS["paper"].rules["linear"](
        nothing, weight=rand(4, 3), bias=bias, output=bias.expand(ROWS, 4), carried=carried, epsilon=0.0
    )
    [share] = shares.inputs
    assert share is not None and not share.any()
    assert shares.leaks["stabiliser"].equal(carried)


def test_the_slope_of_an_activation_at_zero_is_its_limit() -> None:
    x = torch.tensor([[0.0, 1e-9, -2.0]], dtype=torch.float64)
    shares = RULE_SETS["signal"].rules["tanh"](x, output=torch.tanh(x), carried=torch.ones_like(x), epsilon=0.0)
    [slope] = shares.inputs
    assert slope is not None
    torch.testing.assert_close(slope, torch.tensor([[1.0, 1.0, torch.tanh(torch.tensor(2.0)).item() / 2]]).double())


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), st.integers(0, 99))
def test_what_was_broadcast_is_summed(shapes: hnp.BroadcastableShapes, seed: int) -> None:
    """The slow way: each number of the share goes to the one that it was made of."""
    torch.manual_seed(seed)
    shape, share = shapes.input_shapes[0], rand(*shapes.result_shape)
    slow = torch.zeros(shape, dtype=torch.float64)
    for place in places(share):
        at = [min(k, size - 1) for k, size in zip(place[len(place) - len(shape) :], shape, strict=True)]
        slow[*at] += share[place]
    torch.testing.assert_close(fit(share, slow), slow)
