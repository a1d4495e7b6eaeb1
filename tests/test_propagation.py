"""The pass: it computes what the model computes, goes back through it by the rules, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from strange import SOURCE, TARGET, explained, gap, hooks_and_modes, model_with
from tiny import tiny_luong, tiny_model
from torch import Tensor

from nmt_audit.errors import UnknownOperator
from nmt_audit.models.batches import pad
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.relevance import coefficients, explain, explain_batch
from nmt_audit.relevance.propagation import propagation
from nmt_audit.relevance.rules import RULE_SETS, STABLE, Rule, RuleSet

MODELS: Mapping[str, Callable[[], RecurrentModel]] = {
    "rnnsearch": lambda: tiny_model(3),
    **{f"luong, {score}": partial(tiny_luong, 3, score=score) for score in ("dot", "general", "concat", "none")},
}
PAIRS = [(SOURCE, TARGET), ("die frau", "the woman sees a dog in the rain ."), ("das haus nie wieder", "the house")]
Batch = tuple[Tensor, Tensor, Tensor]


def batch_of(model: RecurrentModel) -> Batch:
    source, target = ([[token.id for token in model.tokenize(pair[side])] for pair in PAIRS] for side in (0, 1))
    return *pad(source), pad(target)[0]


# --- the forward pass -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", MODELS)
def test_the_explained_pass_computes_what_the_plain_one_does(name: str, rules: str) -> None:
    model = MODELS[name]()
    batch = batch_of(model)
    with propagation(RULE_SETS[rules], len(PAIRS)):
        found = model.trace(*batch)
    plain = model.trace(*batch)
    assert found.states.keys() == plain.states.keys() == model.states.keys()
    for state, values in plain.states.items():
        assert found.states[state].equal(values), state
    for inner in ("gates", "scores"):
        for gate, values in getattr(plain, inner).items():
            assert getattr(found, inner)[gate].equal(values), gate
    with torch.no_grad():
        logits = model.network(*batch)
    assert model.network.logits(found.states["output"]).equal(logits)


# --- the way back -----------------------------------------------------------------------------------------------------


def all_tangents() -> RuleSet:
    """The set "stable" with the whole of every tangent: attention weights and activations take all of their slope."""
    rules = {
        **STABLE,
        "attend": Rule(coefficients.attend_share(1.0), ("attention",)),
        "tanh": Rule(coefficients.tangent("tanh"), ("tanh",)),
    }
    return replace(RULE_SETS["stable"], rules=rules)


@pytest.mark.parametrize("name", MODELS)
def test_with_the_whole_of_every_tangent_the_coefficient_is_the_gradient(name: str) -> None:
    """Nothing is lost or counted twice on the way through cells, gates, attention and padding."""
    model = MODELS[name]()
    batch = batch_of(model)
    with propagation(all_tangents(), len(PAIRS)):
        swapped = model.trace(*batch)
    plain = model.trace(*batch)
    torch.manual_seed(0)
    for state, values in plain.states.items():
        carried = torch.randn_like(values)
        found, gradient = (
            torch.autograd.grad(trace.states[state], (trace.source, trace.target, *trace.initial), carried,
                                retain_graph=True, allow_unused=True, materialize_grads=True)
            for trace in (swapped, plain)
        )  # fmt: skip
        assert any(part.any() for part in gradient), state
        for one, other in zip(found, gradient, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-12, msg=state)


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("name", MODELS)
def test_a_batch_is_the_single_calls_and_the_ledger_closes(name: str, rules: str) -> None:
    model = MODELS[name]()
    asked: list[dict[str, Any]] = [
        {"source": source, "target": target, "position": (number + row) % 3, "state": state, "rules": rules}
        for row, (source, target) in enumerate(PAIRS)
        for number, state in enumerate((*model.states, "logit"))
    ]
    for found, one in zip(explain_batch(model, asked), asked, strict=True):
        single = explain(model, **one)
        assert gap(found) < 1e-9 and found.ledger is not None and single.ledger is not None
        assert found.ledger.keys() == single.ledger.keys() and found.offsets.keys() == single.offsets.keys()
        got, wanted = (
            np.array([*e.source_relevance, *e.target_relevance, *(e.ledger or {}).values(), *e.offsets.values()])
            for e in (found, single)
        )
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-9 * max(1.0, np.abs(wanted).max()), err_msg=str(one))


# --- the start --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["plain", "centred", "rivals"])
@pytest.mark.parametrize("carries", ["relevance", "coefficient"])
def test_what_is_left_out_at_a_logit_is_the_same_for_every_token(
    start: Any, carries: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All logits alike are left out of the start; the value stays the model's own logit. For any kind of rules."""
    base = RULE_SETS["stable" if carries == "coefficient" else "paper-eps"]
    monkeypatch.setitem(RULE_SETS, "started", replace(base, name="started", start=start))
    model = tiny_model(3)
    source, mask, target = (part[:1] for part in batch_of(model))
    logits = model.network(source, mask, target)[0]
    for position, token in enumerate(target[0, :4].tolist()):
        asked: dict[str, Any] = {"source": SOURCE, "target": TARGET, "position": position, "state": "logit"}
        found = explain(model, **asked, rules="started")
        assert found.ledger is not None and gap(found) < 1e-9
        assert found.ledger["value"] == pytest.approx(float(logits[position, token]), abs=1e-12)
        rest = logits[position].clone()
        rest[token] = -torch.inf
        common = {"plain": 0.0, "centred": logits[position].mean(), "rivals": rest.softmax(0) @ logits[position]}
        assert found.offsets.get("vocabulary", 0.0) == pytest.approx(float(common[start]), abs=1e-12)
        contrast = explain(model, **asked, rules="started", against="▁dog")
        plain = explain(model, **asked, rules=base.name, against="▁dog")
        np.testing.assert_allclose(contrast.source_relevance, plain.source_relevance, rtol=1e-12)
        assert "vocabulary" not in contrast.offsets


@pytest.mark.parametrize("start", ["centred", "rivals"])
def test_a_token_that_is_forbidden_has_no_part_in_the_mean(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its logit is −∞, as some models have it for padding."""
    monkeypatch.setitem(RULE_SETS, "started", replace(RULE_SETS["stable"], start=start))
    asked: dict[str, Any] = {"source": SOURCE, "target": TARGET, "state": "logit", "rules": "started"}
    model = tiny_model(3)
    before = explain(model, **asked)
    forbidden = model.piece_id("▁dog")
    model.network.bias.data[forbidden] = -torch.inf
    found = explain(model, **asked)
    assert gap(found) < 1e-9 and np.isfinite(found.source_relevance).all()
    assert np.abs(found.source_relevance - before.source_relevance).max() > 1e-6
    logits = model.network(*(part[:1] for part in batch_of(model)))[0, len(found.target_tokens) - 1]
    allowed = torch.isfinite(logits)
    if start == "centred":
        assert found.offsets["vocabulary"] == pytest.approx(float(logits[allowed].mean()))


# --- the ledger -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_SETS)
def test_what_is_no_word_has_its_own_entry(rules: str) -> None:
    """RNNsearch starts from zeros, to which nothing goes; this model starts from ones."""
    found = explained(torch.tanh, rules)
    assert found.ledger is not None
    assert abs(found.ledger["initial"]) > 1e-3
    assert gap(found) < 1e-9


def test_a_leak_stays_in_its_row_whatever_the_shape() -> None:
    """The operator's output has the batch as its first axis and any others, or none."""
    for shape in ((3,), (3, 2), (3, 2, 4, 5)):
        x = torch.arange(1.0, 4.0, dtype=torch.float64).view(3, *[1] * (len(shape) - 1)).expand(shape).clone()
        with propagation(RULE_SETS["signal"], 3) as mode:
            y = x.requires_grad_() + 2.0
        [leak] = torch.autograd.grad(y, mode.accounts["positions"], x.detach())
        assert leak.tolist() == [2.0 * (row + 1) * x[0].numel() for row in range(3)]


def test_a_parameter_that_is_not_frozen_stops_the_pass() -> None:
    """It counts as an activation, and would take relevance that no entry of the ledger shows."""
    model = tiny_model(3)
    model.network.get_parameter("decoder.readout.weight").requires_grad_()
    with pytest.raises(UnknownOperator, match=r"no rule for .*linear in Linear"):
        explain(model, source=SOURCE, target=TARGET)


# --- nothing stays behind ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_SETS.values(), ids=lambda rules: rules.name)
def test_hooks_and_modes_end_with_the_block(rules: RuleSet) -> None:
    before = hooks_and_modes()
    with propagation(rules, 1):
        assert hooks_and_modes() == tuple(count + 1 for count in before)
    assert hooks_and_modes() == before


def test_hooks_and_modes_end_with_an_exception_too() -> None:
    before = hooks_and_modes()
    with pytest.raises(KeyError), propagation(RULE_SETS["signal"], 1):
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
@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_as_it_was_before(name: str, rules: str) -> None:
    model = MODELS[name]()
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
