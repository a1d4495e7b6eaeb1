"""What relevance may not pass in silence, and that the pass leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
import pytest
import torch
from tiny import tiny_model
from torch import Tensor, nn
from torch.nn.modules import module as modules

from nmt_audit.errors import UnknownOperator
from nmt_audit.models.protocol import Trace
from nmt_audit.models.rnnsearch import RNNsearchModel
from nmt_audit.relevance import explain
from nmt_audit.relevance.propagation import propagation
from nmt_audit.relevance.rules import RULE_SETS, Rule, RuleSet, pass_on

SOURCE, TARGET = "das kind mag ein buch nicht .", "the child likes a book ."
SIGNAL = RULE_SETS["signal"]


class Strange(nn.Module):
    """A module with an operator of one's choice in it."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, states: Tensor) -> Tensor:
        """[B,N,width] → the same."""
        return self.function(states)


class Feedforward(RNNsearchModel):
    """Another traceable model: "plain" reads each source word beside a vector of ones, "strange" goes on from there."""

    strange: Callable[[Tensor], Tensor] = staticmethod(torch.tanh)

    @cached_property
    def states(self) -> Mapping[str, str]:
        """Both have as many positions as the source."""
        return {"plain": "source", "strange": "source"}

    def trace(self, source: Tensor, mask: Tensor, target: Tensor) -> Trace:
        """Ids [B,S], mask [B,S], ids [B,T] → both states."""
        words = self.network.embedding(source).requires_grad_()
        ones = words.new_ones(*words.shape[:2], 4).requires_grad_()
        weight = self.network.decoder.start.weight
        plain = torch.tanh(nn.functional.linear(torch.cat([words, ones], -1), torch.cat([weight, weight.T], 1)))
        later = self.network.embedding(target[:, :-1]).requires_grad_()
        states = {"plain": plain, "strange": nn.Sequential(Strange(self.strange))(plain)}
        return Trace(words, later, (ones,), states, words.new_zeros(*target.shape, source.shape[1]))


def model_with(strange: Callable[[Tensor], Tensor]) -> Feedforward:
    tiny = tiny_model(3)
    model = Feedforward(tiny.network, tiny.vocabulary, name="feedforward", fingerprint="0")
    model.strange = strange
    return model


def hooks_and_modes() -> tuple[int, int, int]:
    return (
        len(modules._global_forward_hooks),
        len(modules._global_forward_pre_hooks),
        torch._C._len_torch_function_stack(),
    )


# --- operators without a rule ---------------------------------------------------------------------------------------

GRU = nn.GRU(4, 4, batch_first=True, dtype=torch.float64).requires_grad_(False)
UNKNOWN: Mapping[str, Callable[[Tensor], Tensor]] = {
    "exp": torch.exp,
    "sin": torch.sin,
    "layer_norm": lambda x: nn.functional.layer_norm(x, x.shape[-1:]),
    "relu": lambda x: x.relu(),
    "mean": lambda x: x.mean(1, keepdim=True).expand(x.shape),
    "mul": lambda x: 3 * x,
    "sub": lambda x: x - x.flip(-1),
    # These give tuples.
    "sort": lambda x: torch.sort(x, -1).values,
    "gru": lambda x: GRU(x)[0],
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


IN_PLACE: Mapping[str, Callable[[Tensor], Tensor]] = {
    "mul_": multiplied_in_place,
    "__setitem__": partly_replaced,
    "add_": added_in_place,
}


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", UNKNOWN)
def test_relevance_that_reaches_an_operator_without_a_rule_stops(name: str, rules: str) -> None:
    model = model_with(UNKNOWN[name])
    with pytest.raises(UnknownOperator, match=rf"no rule for .*{name}\b.* in Sequential › Strange .*“{rules}”"):
        explain(model, source=SOURCE, target=TARGET, state="strange", rules=rules)


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", UNKNOWN)
def test_an_operator_that_relevance_does_not_reach_does_no_harm(name: str, rules: str) -> None:
    asked = {"source": SOURCE, "target": TARGET, "state": "plain", "rules": rules}
    found, wanted = (explain(model_with(o), **asked) for o in (UNKNOWN[name], torch.tanh))  # type: ignore[arg-type]
    assert found.source_relevance.any()
    np.testing.assert_array_equal(found.source_relevance, wanted.source_relevance)


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", IN_PLACE)
def test_an_operator_that_works_in_place_stops_at_once(name: str, rules: str) -> None:
    """Its result is the argument, which others hold already: it cannot be marked as what has no rule."""
    with pytest.raises(UnknownOperator, match=rf"no rule for .*{name} in Sequential › Strange .*in place"):
        explain(model_with(IN_PLACE[name]), source=SOURCE, target=TARGET, state="strange", rules=rules)


def test_two_signals_multiplied_have_a_rule_in_the_paper_only() -> None:
    """Eq. 16 splits any product; which of two signals should take all, nobody can say."""
    model = model_with(lambda x: x * torch.tanh(x))
    asked = {"source": SOURCE, "target": TARGET, "state": "strange"}
    assert explain(model, **asked, rules="paper").source_relevance.any()  # type: ignore[arg-type]
    with pytest.raises(UnknownOperator, match=r"no rule for .*mul.* in Sequential › Strange"):
        explain(model, **asked, rules="signal")  # type: ignore[arg-type]


@pytest.mark.parametrize("gate_first", [True, False])
@pytest.mark.parametrize("also", [{}, {"sigmoid": pass_on, "complement": pass_on}], ids=["cut", "passing"])
def test_the_gate_is_known_on_either_side_of_a_product(also: Mapping[str, Rule], gate_first: bool) -> None:
    """A gate stays one through 1 − z and through cutting, with a rule for what makes it or without."""
    torch.manual_seed(0)
    x = torch.randn(2, 6, dtype=torch.float64)
    signal = torch.randn(2, 3, dtype=torch.float64).requires_grad_()
    with propagation(replace(SIGNAL, rules={**SIGNAL.rules, **also}), 2):
        gate = 1 - torch.sigmoid(x.requires_grad_()).chunk(2, -1)[1]
        product = gate * signal if gate_first else signal * gate
    of_gate, of_signal = torch.autograd.grad(product, (x, signal), torch.ones_like(product), allow_unused=True)
    assert of_gate is None
    assert of_signal.equal(gate)


def test_a_parameter_that_is_not_frozen_stops_the_pass() -> None:
    """It counts as an activation, and would take relevance that no entry of the ledger shows."""
    model = tiny_model(3)
    model.network.decoder.readout.weight.requires_grad_()
    with pytest.raises(UnknownOperator, match=r"no rule for .*linear in Linear"):
        explain(model, source=SOURCE, target=TARGET)


# --- the ledger -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_SETS)
def test_what_is_no_word_has_its_own_entry(rules: str) -> None:
    """RNNsearch starts from zeros, to which nothing goes; this model starts from ones."""
    found = explain(model_with(torch.tanh), source=SOURCE, target=TARGET, state="strange", rules=rules)
    assert found.ledger is not None
    assert abs(found.ledger["initial"]) > 1e-3
    entries = [share for entry, share in found.ledger.items() if entry != "value"]
    assert sum(entries) == pytest.approx(found.ledger["value"], abs=1e-9 * max(1.0, *map(abs, entries)))


# --- nothing stays behind -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_SETS.values(), ids=lambda rules: rules.name)
def test_hooks_and_modes_end_with_the_block(rules: RuleSet) -> None:
    before = hooks_and_modes()
    with propagation(rules, 1):
        assert hooks_and_modes() == tuple(count + 1 for count in before)
    assert hooks_and_modes() == before


def test_hooks_and_modes_end_with_an_exception_too() -> None:
    before = hooks_and_modes()
    with pytest.raises(KeyError), propagation(SIGNAL, 1):
        raise KeyError
    with pytest.raises(UnknownOperator):
        explain(model_with(torch.exp), source=SOURCE, target=TARGET, state="strange")
    with pytest.raises(RuntimeError, match="size of tensor"):
        explain(model_with(lambda x: x + x[:, :, :3]), source=SOURCE, target=TARGET, state="plain")
    assert hooks_and_modes() == before
    x = torch.tensor(2.0, requires_grad=True)
    torch.tanh(x).backward()  # type: ignore[no-untyped-call]
    assert x.grad == pytest.approx(1 - np.tanh(2.0) ** 2)  # the plain derivative, no rule


@pytest.mark.parametrize("rules", RULE_SETS)
def test_a_model_is_as_it_was_before(rules: str) -> None:
    model = tiny_model(3)
    before = {name: parameter.clone() for name, parameter in model.network.state_dict().items()}
    scores = model.score([SOURCE], [TARGET])[0]
    with torch.no_grad():  # what surrounds the call does not matter
        found = explain(model, source=SOURCE, target=TARGET, rules=rules)
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
    for name, parameter in model.network.named_parameters():
        assert parameter.equal(before[name]) and not parameter.requires_grad and parameter.grad is None, name
    assert not model.network.training
    np.testing.assert_array_equal(model.score([SOURCE], [TARGET])[0], scores)
    again = explain(model, source=SOURCE, target=TARGET, rules=rules)
    np.testing.assert_array_equal(found.source_relevance, again.source_relevance)
