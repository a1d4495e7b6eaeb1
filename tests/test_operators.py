"""Which torch function is which operator, whatever it is written like; and what relevance may not pass in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
from rule_formulas import numbers
from strange import Function, explained, gap
from torch import Tensor, nn
from torch.nn import functional as F
from transformers.activations import ACT2FN, NewGELUActivation
from transformers.models.t5.modeling_t5 import T5LayerNorm

from nmt_audit.errors import UnknownOperator
from nmt_audit.relevance.propagation import propagation
from nmt_audit.relevance.ratios import pass_on
from nmt_audit.relevance.rules import RULE_SETS, Rule

SIGNAL, STABLE = RULE_SETS["signal"], RULE_SETS["stable"]
CLOSED = 1e-9
VECTOR = torch.tensor([0.5, -1.5, 2.0, 0.25], dtype=torch.float64)


def plain(x: Tensor) -> Tensor:
    return x


# --- operators without a rule -----------------------------------------------------------------------------------------

GRU = nn.GRU(4, 4, batch_first=True, dtype=torch.float64).requires_grad_(False)
UNKNOWN: Mapping[str, Function] = {
    "exp": torch.exp,
    "sin": torch.sin,
    "mean": lambda x: x.mean(1, keepdim=True).expand(x.shape),
    "sub": lambda x: x - x.flip(-1),
    "__pow__": lambda x: x**2,
    "einsum": lambda x: torch.einsum("bnd,d->bn", x, VECTOR).unsqueeze(-1),
    # These give tuples.
    "sort": lambda x: torch.sort(x, -1).values,
    "gru": lambda x: GRU(x)[0],
    # These have rules, but not for this.
    "softmax": lambda x: torch.softmax(x, 1),
    "__rsub__": lambda x: 2 - x,
    "div": lambda x: x / x.flip(-1),
    "matmul": lambda x: x @ torch.diag(VECTOR),
    "matmul by weights": lambda x: x @ torch.softmax(x.mT @ x, -1),  # of what is it a mean?
    "layer_norm": lambda x: F.layer_norm(x, x.shape[-2:]),
    "linear": lambda x: F.linear(torch.ones_like(x), x[0]),
    "cat": lambda x: torch.cat([x, torch.ones_like(x)], -1),
    "stack": lambda x: torch.stack([x, torch.ones_like(x)], -1).flatten(2),
    "where": lambda x: torch.where(x > 0, x, 1.0),
    "max": lambda x: torch.max(x, torch.full_like(x, 0.1)),
    "add": lambda x: torch.add(x, x.flip(-1), alpha=2),
    "rsqrt": lambda x: x + torch.rsqrt(x * x + 1),  # a statistic of nothing
}


def multiplied_in_place(x: Tensor) -> Tensor:
    """Nobody looks at what mul_ returns."""
    doubled = torch.cat([x, x], -1)
    doubled.mul_(3)
    return doubled


def added_in_place(x: Tensor) -> Tensor:
    """As residual connections are often written."""
    sum = torch.cat([x, x], -1)
    sum += 3
    return sum


def partly_replaced(x: Tensor) -> Tensor:
    """As a model fills a buffer."""
    copy = torch.cat([x, x], -1)
    copy[:, 0] = torch.cat([x, x], -1)[:, 1]
    return copy


IN_PLACE: Mapping[str, Function] = {
    "mul_": multiplied_in_place,
    "__setitem__": partly_replaced,
    "add_": added_in_place,
    "relu": lambda x: F.relu(torch.cat([x, x], -1), inplace=True),
    "silu": lambda x: nn.SiLU(inplace=True)(torch.cat([x, x], -1)),
}


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", UNKNOWN)
def test_relevance_that_reaches_an_operator_without_a_rule_stops(name: str, rules: str) -> None:
    module = "Sequential › Strange › GRU" if name == "gru" else "Sequential › Strange"
    with pytest.raises(UnknownOperator, match=rf"no rule for .*{name.split()[0]}\b.* in {module} .*“{rules}”"):
        explained(UNKNOWN[name], rules)


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", UNKNOWN)
def test_an_operator_that_relevance_does_not_reach_does_no_harm(name: str, rules: str) -> None:
    found, wanted = (explained(function, rules, "plain") for function in (UNKNOWN[name], torch.tanh))
    assert found.source_relevance.any()
    np.testing.assert_array_equal(found.source_relevance, wanted.source_relevance)


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", IN_PLACE)
def test_an_operator_that_works_in_place_stops_at_once(name: str, rules: str) -> None:
    """Its result is the argument, which others hold already: it cannot be marked as what has no rule."""
    with pytest.raises(UnknownOperator, match=rf"no rule for .*{name} in Sequential › Strange.*in place"):
        explained(IN_PLACE[name], rules, "plain")


SIGNALS: Mapping[str, Function] = {
    "two signals": lambda x: x * torch.tanh(x),
    "two gates": lambda x: torch.sigmoid(x) * torch.softmax(x, -1),
    "two activations": lambda x: F.relu(x) * F.gelu(x),
}


@pytest.mark.parametrize("name", SIGNALS)
def test_a_product_of_equals_has_a_rule_where_no_operand_takes_all(name: str) -> None:
    """Eq. 16 splits any product; which of two signals should take all, nobody can say."""
    for rules in ("paper", "stable"):
        found = explained(SIGNALS[name], rules)
        assert found.source_relevance.any() and gap(found) < CLOSED
    with pytest.raises(UnknownOperator, match=r"no rule for .*mul.* in Sequential › Strange"):
        explained(SIGNALS[name], "signal")


# --- operators with rules, however they are written -------------------------------------------------------------------

KNOWN: Mapping[str, Function] = {
    "relu": F.relu,
    "relu of a tensor": lambda x: x.relu(),
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "layer_norm": lambda x: F.layer_norm(x, x.shape[-1:], weight=VECTOR, bias=VECTOR + 1),
    "residual": lambda x: x + torch.tanh(x),
    "position": lambda x: x + VECTOR,
    "position first": lambda x: VECTOR + x,
    "number": lambda x: x + 2,
    "number first": lambda x: 2 + x,
    "attention": lambda x: torch.softmax(x @ x.mT, -1) @ x,
    "attention by bmm": lambda x: torch.bmm(torch.bmm(x, x.transpose(1, 2)).softmax(-1), x),
    "scaled attention": lambda x: torch.matmul(0.5 * F.softmax(x.matmul(x.mT), dim=-1), x),
    "gated": lambda x: torch.sigmoid(x) * torch.tanh(x),
    "gated by the rest": lambda x: x * (1 - x.sigmoid()),
    "gated linear unit": lambda x: F.silu(x) * torch.tanh(x),
    "heads": lambda x: x.unflatten(-1, (2, 2)).transpose(1, 2).permute(0, 2, 1, 3).flatten(2),  # type: ignore[no-untyped-call]
    "halves": lambda x: torch.cat([part.contiguous() for part in x.chunk(2, -1)][::-1], -1),
    "steps": lambda x: torch.stack([step.squeeze(1) for step in x.split(1, 1)], 1),  # type: ignore[no-untyped-call]
    "larger": lambda x: torch.max(x, torch.tanh(2 * x)),
    "winner": lambda x: torch.max(x.unflatten(-1, (2, 2)), -1).values,  # type: ignore[no-untyped-call]
    "mask": lambda x: torch.where(x > 0, x, 0.0) + x.masked_fill(x > 0, 0.0),
    "padding": lambda x: F.pad(F.dropout(x, training=False), (0, 1)).narrow(-1, 0, 4),
    "every pair": lambda x: (x.unsqueeze(1) + torch.tanh(x).unsqueeze(2)).reshape(*x.shape[:2], -1),
}


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", KNOWN)
def test_the_ledger_closes_over_every_known_operator(name: str, rules: str) -> None:
    found = explained(KNOWN[name], rules)
    assert found.source_relevance.any()
    assert gap(found) < CLOSED


FACTORS: Mapping[str, tuple[Function, float]] = {
    "number": (lambda x: x * 3, 3.0),
    "number first": (lambda x: 3 * x, 3.0),
    "vector": (lambda x: x * torch.full_like(VECTOR, -2.0), -2.0),
    "vector first": (lambda x: torch.full_like(VECTOR, -2.0) * x, -2.0),
    "mul": (lambda x: torch.mul(x, 0.5), 0.5),
    "quotient": (lambda x: x / 4, 0.25),
    "vector below": (lambda x: torch.div(x, torch.full_like(VECTOR, 4.0)), 0.25),
}


@pytest.mark.parametrize("rules", [name for name, rules in RULE_SETS.items() if rules.epsilon == 0])
@pytest.mark.parametrize("name", FACTORS)
def test_a_constant_factor_multiplies_value_and_relevance(name: str, rules: str) -> None:
    function, factor = FACTORS[name]
    found, wanted = explained(function, rules), explained(plain, rules)
    np.testing.assert_allclose(found.source_relevance, factor * wanted.source_relevance, rtol=1e-9)
    assert gap(found) < CLOSED


def test_what_a_constant_vector_adds_is_in_its_account() -> None:
    for function in (KNOWN["position"], KNOWN["position first"]):
        for rules in ("signal", "stable"):
            found, without = explained(function, rules), explained(plain, rules)
            assert found.offsets["positions"] == pytest.approx(float(VECTOR.sum()))
            np.testing.assert_allclose(found.source_relevance, without.source_relevance, rtol=1e-12)


# --- activation modules -----------------------------------------------------------------------------------------------

MODULES: Mapping[str, tuple[nn.Module, Function]] = {
    "NewGELUActivation, of primitive operators": (NewGELUActivation(), lambda x: F.gelu(x, approximate="tanh")),
    "gelu of transformers": (ACT2FN["gelu"], F.gelu),
    "gelu": (nn.GELU(), F.gelu),
    "swish": (nn.SiLU(), F.silu),
    "relu": (nn.ReLU(), F.relu),
    "tanh": (nn.Tanh(), torch.tanh),
}


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", MODULES)
def test_an_activation_module_is_one_operator(name: str, rules: str) -> None:
    module, function = MODULES[name]
    found, wanted = explained(module, rules), explained(function, rules)
    np.testing.assert_allclose(found.source_relevance, wanted.source_relevance, rtol=1e-9, atol=1e-12)
    assert found.offsets.keys() == wanted.offsets.keys()
    assert gap(found) < CLOSED
    x = torch.randn(2, 3, 4, dtype=torch.float64)
    with propagation(RULE_SETS[rules], 2):
        swapped = module(x.clone().requires_grad_())
    assert swapped.detach().equal(module(x))


def test_a_gate_that_is_a_module_is_a_gate() -> None:
    sigmoid = nn.Sigmoid()
    for rules in RULE_SETS:
        found, wanted = (explained(lambda x, f=f: f(x) * x, rules) for f in (sigmoid, torch.sigmoid))  # type: ignore[misc]
        np.testing.assert_allclose(found.source_relevance, wanted.source_relevance, rtol=1e-12)
    with pytest.raises(UnknownOperator, match="no rule for Sigmoid"):
        explained(sigmoid, "signal")


@pytest.mark.parametrize(
    "module", [nn.Softmax(1), nn.Softplus(), nn.Hardsigmoid(), nn.MultiheadAttention(4, 1)], ids=repr
)
def test_a_module_that_is_no_function_of_single_numbers_through_0_is_unknown(module: nn.Module) -> None:
    """Its parts are looked at one by one."""
    module = module.double().requires_grad_(False)
    function = (lambda x: module(x, x, x)[0]) if isinstance(module, nn.MultiheadAttention) else module
    with pytest.raises(UnknownOperator, match=r"no rule for .*(softmax|softplus|hardsigmoid|multi_head)"):
        explained(function, "stable")


# --- what weighs what -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gate_first", [True, False])
@pytest.mark.parametrize("also", [{}, {"sigmoid": Rule(pass_on), "complement": Rule(pass_on)}], ids=["cut", "passing"])
def test_the_gate_is_known_on_either_side_of_a_product(also: Mapping[str, Rule], gate_first: bool) -> None:
    """A gate stays one through 1 − z, a factor and cutting, with a rule for what makes it or without."""
    torch.manual_seed(0)
    x = torch.randn(2, 6, dtype=torch.float64)
    signal = torch.randn(2, 3, dtype=torch.float64).requires_grad_()
    with propagation(replace(SIGNAL, rules={**SIGNAL.rules, **also}), 2):
        gate = 0.5 * (1 - torch.sigmoid(x.requires_grad_()).chunk(2, -1)[1])
        product = gate * signal if gate_first else signal * gate
    of_gate, of_signal = torch.autograd.grad(product, (x, signal), torch.ones_like(product), allow_unused=True)
    assert of_gate is None
    assert of_signal.equal(gate)


def test_what_a_gate_is_joined_with_decides_whether_the_whole_is_one() -> None:
    x, y = (torch.randn(2, 3, dtype=torch.float64).requires_grad_() for _ in range(2))
    with propagation(SIGNAL, 2):
        gates = torch.cat([torch.sigmoid(x), torch.sigmoid(y)], -1)
        mixed = torch.cat([torch.sigmoid(x), y], -1)
        signal = torch.cat([x, y], -1)
        fine, unclear = gates * signal, mixed * signal
    torch.autograd.grad(fine.sum(), (x, y))
    with pytest.raises(UnknownOperator, match="mul"):
        torch.autograd.grad(unclear.sum(), (x, y))


def test_in_a_gated_linear_unit_the_activation_weighs_and_the_linear_part_takes_all() -> None:
    x, y = (torch.randn(2, 3, dtype=torch.float64).requires_grad_() for _ in range(2))
    for activation in (F.silu, nn.GELU(), NewGELUActivation()):
        with propagation(SIGNAL, 2):
            weight = activation(x)
            product = y * weight
        of_x, of_y = torch.autograd.grad(product.sum(), (x, y), allow_unused=True)
        assert of_x is None and of_y.equal(weight)


def test_a_gate_weighs_what_an_activation_made() -> None:
    """And not the other way round, on whichever side it stands."""
    for gate_first in (True, False):
        x, y = (torch.randn(2, 3, dtype=torch.float64).requires_grad_() for _ in range(2))
        with propagation(SIGNAL, 2):
            gate, signal = torch.sigmoid(x), F.silu(y)
            product = gate * signal if gate_first else signal * gate
        of_x, of_y = torch.autograd.grad(product.sum(), (x, y), allow_unused=True)
        assert of_x is None
        torch.testing.assert_close(of_y, (gate * signal / y).detach())


def test_attention_weights_are_cut_or_take_their_share() -> None:
    """And the scores before them are products, of which nothing is a gate."""
    query, key, states = (torch.randn(2, n, 3, dtype=torch.float64).requires_grad_() for n in (2, 4, 4))

    def carried(rules: str) -> tuple[Tensor | None, ...]:
        with propagation(RULE_SETS[rules], 2):
            context = F.dropout(torch.softmax(query @ key.mT, -1), training=False).to(torch.float64) @ states
        return torch.autograd.grad(context.sum(), (query, key, states), allow_unused=True)

    gradient = torch.autograd.grad((torch.softmax(query @ key.mT, -1) @ states).sum(), (query, key, states))
    for rules in ("paper", "signal"):
        assert carried(rules)[:2] == (None, None)
    share = numbers(STABLE.rules["attend"])["share"]
    for found, true, part in zip(carried("stable"), gradient, (share, share, 1.0), strict=True):
        assert found is not None
        torch.testing.assert_close(found, part * true)


# --- statistics -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_SETS)
def test_the_root_mean_square_of_t5_is_a_constant(rules: str) -> None:
    norm: nn.Module = T5LayerNorm(4)  # type: ignore[no-untyped-call]
    norm = norm.double().requires_grad_(False)
    norm.get_parameter("weight").copy_(VECTOR)
    found = explained(norm, rules)
    assert gap(found) < CLOSED and not found.offsets.get("gate")
    x = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    with propagation(RULE_SETS[rules], 2):
        y = norm(x)
    assert y.detach().equal(norm(x).detach())
    carried = torch.randn_like(x)
    [got] = torch.autograd.grad(y, x, carried)
    scale = torch.rsqrt(x.detach().float().pow(2).mean(-1, keepdim=True) + 1e-6)
    torch.testing.assert_close(got, carried if RULE_SETS[rules].carries == "relevance" else carried * scale * VECTOR)
