"""Explanations: contextual sets, the ledger, batches, contrasts, and what may not be asked."""

from __future__ import annotations

import random
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from explanations import assert_same, contextual
from tiny import pairs, tiny_model

from nmt_audit.errors import RequestError
from nmt_audit.models.batches import pad
from nmt_audit.models.protocol import Model
from nmt_audit.records import Explanation, Translation
from nmt_audit.relevance import METHODS, coefficients, explain, explain_batch, ratios
from nmt_audit.relevance.packing import BATCH_ROWS
from nmt_audit.relevance.passes import STARTS_AT_ONCE
from nmt_audit.relevance.propagation import propagation
from nmt_audit.relevance.rules import RULE_SETS, Rule, RuleSet, Start
from nmt_audit.relevance.shares import Shares

MODEL = tiny_model(3)
SHUFFLED = random.Random(0).sample(pairs(), 120)
SOURCE, TARGET = "das kind mag ein buch nicht .", "the child likes a book ."
STATES = (*MODEL.states, "logit")
CLOSED = 1e-9


# --- contextual sets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("rules", RULE_SETS)
def test_words_outside_the_contextual_set_get_exactly_nothing(rules: str, state: str) -> None:
    """In a batch with padding on both sides; words inside get something."""
    side = MODEL.states.get(state, "target")
    asked: list[dict[str, Any]] = []
    for source, target in (
        ("die frau", "the woman sees a dog"),
        (SOURCE, "a dog"),
        ("das kind mag ein buch .", TARGET),
    ):
        count = len(MODEL.tokenize(source if side == "source" else target))
        asked += [{"source": source, "target": target, "position": j, "state": state} for j in range(count)]
    for found in explain_batch(MODEL, [{**one, "rules": rules} for one in asked]):
        sources, targets = contextual(state, found.positions[0], len(found.source_tokens), side)
        assert (found.source_relevance != 0).tolist() == sources
        assert len(found.target_relevance) == len(targets)
        if state != "context":
            assert (found.target_relevance != 0).all()
        elif rules != "stable":  # the others count attention as a weight: the prefix has no way into a context
            assert not found.target_relevance.any()
        assert found.ledger is not None
        # Nothing on padding, nor on later target words: what is shown is all that there is.
        assert found.ledger["source"] == pytest.approx(found.source_relevance.sum(), rel=1e-12, abs=1e-15)
        assert found.ledger["target"] == pytest.approx(found.target_relevance.sum(), rel=1e-12, abs=1e-15)


def test_later_target_words_do_not_matter() -> None:
    for state in ("context", "target", "output", "logit"):
        here = [explain(MODEL, source=SOURCE, target=text, position=2, state=state)
                for text in ("the child likes a book", "the child likes .")]  # fmt: skip
        assert_same(replace(here[0], target_tokens=()), replace(here[1], target_tokens=()))


# --- the ledger -----------------------------------------------------------------------------------------------------


def gap(found: Explanation) -> float:
    assert found.ledger is not None
    return found.ledger["value"] - sum(share for entry, share in found.ledger.items() if entry != "value")


@pytest.mark.parametrize("rules", RULE_SETS)
def test_the_ledger_closes_on_a_hundred_sentences(rules: str) -> None:
    asked = [{"source": s, "target": t, "rules": rules, "state": state} for s, t in SHUFFLED[:100] for state in STATES]
    for found in explain_batch(MODEL, asked):
        assert found.ledger is not None
        scale = max(1.0, abs(found.ledger["value"]))
        if RULE_SETS[rules].carries == "relevance":  # relevances of 1e26 cancel to a value near 1
            scale = max(scale, *np.abs(found.source_relevance), *map(abs, found.ledger.values()))
        assert abs(gap(found)) <= CLOSED * scale


def without_leak(linear: Any) -> Any:
    return lambda *activations, **arguments: Shares(linear(*activations, **arguments).inputs)


@pytest.mark.parametrize(("rules", "linear"), [("signal", coefficients.linear), ("paper-eps", ratios.linear)])
def test_no_entry_of_the_ledger_is_what_the_others_leave(
    rules: str, linear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that is not fed leaves a gap; were it computed as a difference, it would not."""
    whole = RULE_SETS[rules]
    leaky = replace(whole, name="leaky", rules={**whole.rules, "linear": Rule(without_leak(linear))})
    monkeypatch.setitem(cast(dict[str, RuleSet], RULE_SETS), "leaky", leaky)
    for state in ("source", "target", "logit"):
        asked: dict[str, Any] = {"source": SOURCE, "target": TARGET, "state": state}
        assert abs(gap(explain(MODEL, **asked, rules=rules))) < 1e-9
        assert abs(gap(explain(MODEL, **asked, rules="leaky"))) > 1e-3


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("rules", RULE_SETS)
def test_an_empty_sentence_has_an_explanation(rules: str, state: str) -> None:
    found = explain(MODEL, source="", target="", state=state, rules=rules)
    assert (len(found.source_relevance), len(found.target_relevance)) == (1, 0)
    assert abs(gap(found)) < CLOSED


# --- the forward pass -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_SETS)
def test_the_explained_pass_computes_what_plain_decoding_does(rules: str) -> None:
    network = MODEL.network
    some = [(SOURCE, TARGET), ("die frau", "the woman sees a dog in the rain ."), *SHUFFLED[:6]]
    (source, mask), (target, there) = (
        pad([[t.id for t in MODEL.tokenize(pair[side])] for pair in some]) for side in (0, 1)
    )
    assert not mask.all() and not there.all()
    with propagation(RULE_SETS[rules], len(some)):
        trace = MODEL.trace(source, mask, target)
        logits = network.logits(trace.states["output"])
    with torch.no_grad():
        plain = MODEL.trace(source, mask, target)
        assert trace.states.keys() == plain.states.keys() == MODEL.states.keys()
        for state, values in plain.states.items():
            assert trace.states[state].equal(values), state
        assert trace.attention is not None and plain.attention is not None
        assert trace.attention.equal(plain.attention)
        assert logits.equal(network(source, mask, target))


@pytest.mark.parametrize("rules", RULE_SETS)
def test_the_value_of_a_logit_is_the_models(rules: str) -> None:
    (source, mask), (target, _) = (pad([[token.id for token in MODEL.tokenize(text)]]) for text in (SOURCE, TARGET))
    logits = MODEL.network(source, mask, target)[0]
    for position, token in enumerate(target[0]):
        ledger = explain(MODEL, source=SOURCE, target=TARGET, position=position, state="logit", rules=rules).ledger
        assert ledger is not None
        assert ledger["value"] == pytest.approx(float(logits[position, token]), abs=1e-12)


# --- batches and ranges ---------------------------------------------------------------------------------------------


def many_requests() -> list[dict[str, Any]]:
    """Of all kinds; for one rule set more of one pair than go back at once, and more pairs than make a batch."""
    asked: list[dict[str, Any]] = []
    for number, (source, target) in enumerate(SHUFFLED[: BATCH_ROWS + 8]):
        for k in range(STARTS_AT_ONCE + 3 if number == 0 else 1):
            state, rules = STATES[(number + k) % len(STATES)], "paper-eps" if number % 4 == 3 else "signal"
            asked.append({"source": source, "target": target, "position": k % 3, "state": state, "rules": rules})
    asked[3] |= {"state": "logit", "against": "▁a"}
    asked[5] |= {"method": "attention", "state": "context"}
    asked.insert(9, dict(asked[2]))
    return asked


@pytest.mark.parametrize("rules", RULE_SETS)
def test_sixteen_requests_equal_the_single_calls(rules: str) -> None:
    some = [("die frau", "a"), (SOURCE, TARGET), ("das haus im regen nie wieder", "the"), *SHUFFLED[:5]]
    asked: list[dict[str, Any]] = [
        {"source": source, "target": target, "state": state, "rules": rules, "position": len(target) % 2}
        for source, target in some
        for state in ("output", "source")
    ]
    assert len(asked) == 16
    for found, one in zip(explain_batch(MODEL, asked), asked, strict=True):
        assert_same(found, explain(MODEL, **one))


def test_requests_of_all_kinds_are_answered_in_their_order() -> None:
    asked = many_requests()
    for found, one in zip(explain_batch(MODEL, asked), asked, strict=True):
        assert_same(found, explain(MODEL, **one))
    assert explain_batch(MODEL, []) == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("rules", RULE_SETS)
def test_a_range_is_the_sum_of_its_positions(rules: str, state: str) -> None:
    """Propagation is linear in what it starts with, for relevance and for coefficients."""
    asked: dict[str, Any] = {"source": SOURCE, "target": TARGET, "state": state, "rules": rules}
    whole = explain(MODEL, **asked, position=range(1, 6, 2))
    single = [explain(MODEL, **asked, position=j) for j in (1, 3, 5)]
    assert whole.positions == (1, 3, 5)
    prefix = np.zeros(len(whole.target_relevance))
    for one in single:
        prefix[: len(one.target_relevance)] += one.target_relevance
    ledgers = [one.ledger or {} for one in single]
    total = {entry: sum(ledger[entry] for ledger in ledgers) for entry in ledgers[0]}
    source = np.sum([one.source_relevance for one in single], axis=0)
    assert_same(whole, replace(whole, source_relevance=source, target_relevance=prefix, ledger=total))


# --- contrasts ------------------------------------------------------------------------------------------------------


def forced(target: str, last: str | None = None) -> Translation:
    """A target given as tokens, with another last one if wanted."""
    tokens = MODEL.tokenize_target(target)
    if last is not None:
        tokens = (*tokens[:-1], replace(tokens[-1], piece=last, id=MODEL.piece_id(last)))
    return Translation(target, MODEL.tokenize(SOURCE), tokens, np.zeros(len(tokens)), 0.0, True)


def test_a_contrast_is_the_difference_of_two_logits() -> None:
    """By linearity where coefficients are carried; under eq. 15 it is one neuron with weights of its own."""
    asked: dict[str, Any] = {"source": SOURCE, "state": "logit", "rules": "signal"}
    contrast = explain(MODEL, **asked, target=forced(TARGET), against="▁dog")
    a, b = (explain(MODEL, **asked, target=forced(TARGET, last)) for last in (None, "▁dog"))
    assert a.ledger is not None and b.ledger is not None
    wanted = replace(
        contrast,
        source_relevance=a.source_relevance - b.source_relevance,
        target_relevance=a.target_relevance - b.target_relevance,
        ledger={entry: a.ledger[entry] - b.ledger[entry] for entry in a.ledger},
    )
    assert_same(contrast, wanted)
    assert np.abs(contrast.source_relevance - a.source_relevance).max() > 1e-3


@pytest.mark.parametrize("start", ["centred", "rivals"])
def test_a_start_leaves_out_what_all_tokens_share(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow twin: every token of the vocabulary explained in the place of the produced one."""
    rules = replace(RULE_SETS["signal"], name="other", start=start)
    monkeypatch.setitem(cast(dict[str, RuleSet], RULE_SETS), "other", rules)
    asked: dict[str, Any] = {"source": SOURCE, "state": "logit"}
    found = explain(MODEL, **asked, target=forced(TARGET), rules="other")
    assert found.ledger is not None
    produced, size = found.target_tokens[-1].id, len(MODEL.vocabulary)
    every = explain_batch(
        MODEL, [{**asked, "target": forced(TARGET, MODEL.piece(v)), "rules": "signal"} for v in range(size)]
    )
    logits = np.array([one.ledger["value"] for one in every if one.ledger])
    shares = np.full(size, 1 / size)
    if start == "rivals":
        shares = np.exp(logits) * (np.arange(size) != produced)
        shares /= shares.sum()
    assert found.ledger["value"] == pytest.approx(logits[produced], abs=1e-12)
    assert found.offsets["vocabulary"] == pytest.approx(shares @ logits, abs=1e-12)
    assert abs(gap(found)) < CLOSED
    for side in ("source_relevance", "target_relevance"):
        relevance = np.array([getattr(one, side) for one in every])
        np.testing.assert_allclose(getattr(found, side), relevance[produced] - shares @ relevance, rtol=0, atol=1e-12)


@pytest.mark.parametrize("rules", RULE_SETS)
def test_a_token_against_itself_is_nothing(rules: str) -> None:
    found = explain(MODEL, source=SOURCE, target=TARGET, state="logit", against="</s>", rules=rules)
    assert not found.source_relevance.any() and not found.target_relevance.any()
    assert found.ledger is not None and not any(found.ledger.values())


# --- what may be asked ----------------------------------------------------------------------------------------------


def test_the_last_position_of_the_models_own_translation_is_the_default() -> None:
    [own] = MODEL.translate([SOURCE])
    last = len(own.target_tokens) - 1
    assert_same(explain(MODEL, source=SOURCE), explain(MODEL, source=SOURCE, target=own, position=last))
    assert explain(MODEL, source=SOURCE, state="source").positions == (len(MODEL.tokenize(SOURCE)) - 1,)


def test_a_text_is_its_tokens_and_a_translation_keeps_its_own() -> None:
    assert_same(explain(MODEL, source=SOURCE, target=TARGET), explain(MODEL, source=SOURCE, target=forced(TARGET)))
    letters = [replace(token, piece=piece, id=MODEL.piece_id(piece)) for token, piece in
               zip(forced("a dog d o g").target_tokens, ("▁a", "▁d", "o", "g", "</s>"), strict=False)]  # fmt: skip
    spelt_out = replace(forced("a dog"), target_tokens=tuple(letters))
    found = [explain(MODEL, source=SOURCE, target=target) for target in (spelt_out, "a dog")]
    assert found[0].target_tokens == spelt_out.target_tokens
    assert [len(one.target_relevance) for one in found] == [4, 2]


def test_attention_is_that_of_forced_decoding() -> None:
    ids = ([token.id for token in MODEL.tokenize(text)] for text in (SOURCE, TARGET))
    [wanted] = MODEL.force(*([one] for one in ids))
    assert wanted.attention is not None
    asked: dict[str, Any] = {"source": SOURCE, "target": TARGET, "method": "attention"}
    for position in (0, 3, 5):
        found = explain(MODEL, **asked, position=position)
        np.testing.assert_allclose(found.source_relevance, wanted.attention[position], rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.details["map"], wanted.attention, rtol=0, atol=1e-12)
        assert found.source_relevance.sum() == pytest.approx(1)
        assert found.target_relevance.tolist() == [0.0] * position
        assert (found.ledger, found.rules, found.epsilon) == (None, None, None)
    both = explain(MODEL, **asked, position=range(2, 4))
    np.testing.assert_allclose(both.source_relevance, wanted.attention[2] + wanted.attention[3], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"state": "memory"}, "no state “memory”; it has source_forward, .*logit"),
        ({"method": "guess"}, "no method “guess”; there are attention, lrp"),
        ({"rules": "epsilon"}, "no rule set “epsilon”; there are paper, "),
        ({"rules": "epsilon", "method": "gradient"}, "no rule set “epsilon”; there are paper, "),
        ({"position": 9}, "position 9 is outside of the 9 tokens"),
        ({"position": -1}, "position -1 is outside"),
        ({"position": range(7, 10)}, "is outside of the 9 tokens"),
        ({"position": range(3, 3)}, "is outside of the 9 tokens"),
        ({"position": 10, "state": "source"}, "position 10 is outside of the 10 tokens"),
        ({"against": "▁zebra", "state": "logit"}, "no token “▁zebra”"),
        ({"against": "▁dog"}, "ask for state “logit” or “logprob”"),
        ({"state": "logprob"}, "a log-probability is not: ask for state “logit”"),
        ({"state": "logprob", "method": "heads"}, "a log-probability is not: ask for state “logit”"),
        ({"positions": 3}, "no keyword positions; it has against, "),
        ({"method": "attention", "state": "source"}, "“source” is a state of the source"),
        ({"source": "das haus " * 600}, r"a source of 1\d\d\d tokens is over the model's 512"),
    ],
)
def test_what_does_not_exist_cannot_be_asked(wrong: dict[str, Any], message: str) -> None:
    good = {"source": "das kind mag ein buch nicht", "target": TARGET}
    assert len(explain_batch(MODEL, [good, good])) == 2
    with pytest.raises(RequestError, match=message):
        explain_batch(MODEL, [good, {**good, **wrong}])


def test_the_source_must_be_there() -> None:
    with pytest.raises(RequestError, match="needs the keyword source"):
        explain_batch(MODEL, [{"source": SOURCE, "target": TARGET}, {"target": TARGET}])


def test_own_translations_are_those_of_the_single_calls() -> None:
    asked: list[dict[str, Any]] = [{"source": s, "position": 0} for s in (SOURCE, "die frau", SOURCE, "ein hund")]
    asked[2]["target"] = TARGET
    for found, one in zip(explain_batch(MODEL, asked), asked, strict=True):
        assert_same(found, explain(MODEL, **one))


def test_a_model_that_hides_its_states_has_attention_at_most() -> None:
    shown = (
        "name",
        "fingerprint",
        "max_length",
        "tokenize",
        "tokenize_target",
        "piece_id",
        "translate",
        "score",
        "force",
    )
    hidden = cast(Model, SimpleNamespace(**{name: getattr(MODEL, name) for name in shown}))
    with pytest.raises(RequestError, match="no state “output”; it has logit, logprob"):
        explain(hidden, source=SOURCE, target=TARGET)
    for method in METHODS.keys() - {"attention"}:
        with pytest.raises(RequestError, match="does not show its states"):
            explain(hidden, source=SOURCE, target=TARGET, state="logit", method=method)
    found = explain(hidden, source=SOURCE, target=TARGET, state="logit", method="attention")
    assert found.source_relevance.sum() == pytest.approx(1)
