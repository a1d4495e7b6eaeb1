"""Erasure against slow loops: one word at a time, one sentence at a time, through the model's plain interface."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from families import load_family
from tiny import tiny_luong, tiny_model

from nmt_audit import explain, explain_batch
from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.records import Array
from nmt_audit.relevance.erasing import OPERATORS, operators

RECURRENT = {"rnnsearch": tiny_model, "luong": tiny_luong, "no attention": lambda: tiny_luong(score="none")}
FAMILIES = ("marian", "nllb", "t5")
SOURCE, TARGET = "der mann sieht", "the man sees"


def ids(model: Model) -> tuple[list[int], list[int]]:
    return [t.id for t in model.tokenize(SOURCE)], [t.id for t in model.tokenize_target(TARGET)]


def said(model: Model, source: list[int], target: list[int], step: int) -> float:
    """The log-probability of the target token at a step, by forced decoding of this pair alone."""
    return float(model.force([source], [target])[0].logprobs[step])


def slow(model: Model, operator: str, side: str, position: int) -> Array:
    """What log p(y_j) loses by each word, the formula: one model call per word."""
    source, target = ids(model)
    whole = said(model, source, target, position)
    lost = []
    for i in range(len(source) if side == "source" else position):
        words, step = list(source if side == "source" else target), position
        if operator == "unknown":
            words[i] = model.unknown_id
        else:
            del words[i]
            step -= side == "target"
        pair = (words, target) if side == "source" else (source, words)
        lost.append(whole - said(model, *pair, step))
    return np.array(lost)


def slow_zero(model: RecurrentModel, side: str, position: int) -> Array:
    """The same with the word's embedding set to 0 by hand, step by step through the network."""
    source, target = (torch.tensor([row]) for row in ids(model))
    network = model.network

    def logprob(source_word: int | None, target_word: int | None) -> float:
        words, earlier = network.embed(source), network.shift(target)
        if source_word is not None:
            words[0, source_word] = 0
        if target_word is not None:
            earlier[0, target_word + 1] = 0  # y_0 stands before it
        state = network.begin(words, torch.ones(source.shape, dtype=torch.bool))
        logits = network.logits(network.decode(earlier, state).readout)
        return float(torch.log_softmax(logits[0, position], -1)[target[0, position]])

    whole = logprob(None, None)
    if side == "source":
        return np.array([whole - logprob(i, None) for i in range(source.shape[1])])
    return np.array([whole - logprob(None, i) for i in range(position)])


def erased(model: Model, position: int | range, state: str = "logprob", **more: Any) -> dict[str, Array]:
    found = explain(
        model, source=SOURCE, target=TARGET, position=position, state=state, method="erasure", **more
    )  # fmt: skip
    np.testing.assert_array_equal(found.source_relevance, found.details["source_zero"])
    np.testing.assert_array_equal(found.target_relevance, found.details["target_zero"])
    return dict(found.details)


@pytest.mark.parametrize("name", [*RECURRENT, *FAMILIES])
def test_unknown_words_and_deleted_ones_are_what_forced_decoding_says(name: str) -> None:
    model: Model = RECURRENT[name]() if name in RECURRENT else load_family(name)
    for position in (0, 1, len(ids(model)[1]) - 1):
        found = erased(model, position)
        for operator in ("unknown", "deletion"):
            for side in ("source", "target"):
                wanted = slow(model, operator, side, position)
                np.testing.assert_allclose(found[f"{side}_{operator}"], wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", RECURRENT)
def test_a_zero_embedding_is_one_that_was_set_to_zero(name: str) -> None:
    model = RECURRENT[name]()
    for position in (0, 2, len(ids(model)[1]) - 1):
        found = erased(model, position)
        for side in ("source", "target"):
            np.testing.assert_allclose(found[f"{side}_zero"], slow_zero(model, side, position), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_transformer_without_a_word_is_another_and_the_last_of_its_words_counts(name: str) -> None:
    model = load_family(name)
    position = len(ids(model)[1]) - 1
    found = erased(model, position)
    for operator in OPERATORS:
        assert np.abs(found[f"source_{operator}"]).min() > 0
        assert np.abs(found[f"target_{operator}"][-1]) > 0
    assert not np.allclose(found["source_zero"], found["source_unknown"])


def test_a_contrast_is_the_difference_of_two_log_probabilities() -> None:
    model = tiny_model()
    source, target = ids(model)
    other = model.piece_id("▁dog")

    def margin(words: list[int]) -> float:
        return said(model, words, target, 2) - said(model, words, [*target[:2], other], 2)

    wanted = [margin(source) - margin([*source[:i], *source[i + 1 :]]) for i in range(len(source))]
    for state in ("logit", "logprob"):
        found = erased(model, 2, state, against="▁dog")
        np.testing.assert_allclose(found["source_deletion"], wanted, rtol=0, atol=1e-12)


def test_a_range_is_the_sum_of_its_positions_and_its_own_words_may_go_too() -> None:
    """y_1 is explained, and is context of y_2; without it y_2 is said by the step that said y_1."""
    model = tiny_model()
    source, target = ids(model)
    found = erased(model, range(1, 3))
    without = said(model, source, target, 1) + said(model, source, [target[0], target[2]], 1)
    whole = said(model, source, target, 1) + said(model, source, target, 2)
    assert found["target_deletion"].shape == (2,)
    assert found["target_deletion"][1] == pytest.approx(whole - without, abs=1e-12)
    one, two = erased(model, 1), erased(model, 2)
    np.testing.assert_allclose(found["source_zero"], one["source_zero"] + two["source_zero"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("operator", ["zero", "unknown"])
def test_words_that_a_state_does_not_see_lose_it_nothing(operator: str) -> None:
    model = tiny_model()
    forward, backward = (erased(model, 1, f"source_{way}")[f"source_{operator}"] for way in ("forward", "backward"))
    assert not forward[2:].any() and forward[:2].all()
    assert not backward[:1].any() and backward[1:].all()


def test_a_state_that_is_deleted_with_its_word_loses_all() -> None:
    model = tiny_model()
    value = explain(model, source=SOURCE, target=TARGET, position=1, state="source_forward", rules="signal").ledger
    assert value is not None
    found = erased(model, 1, "source_forward")
    assert found["source_deletion"][1] == pytest.approx(value["value"], abs=1e-12)
    assert not found["source_deletion"][2:].any()
    assert found["target_deletion"].shape == (0,)


def test_where_the_only_word_is_deleted_all_is_lost() -> None:
    model = tiny_model()
    found = explain(model, source="", target=TARGET, position=0, state="logprob", method="erasure")
    [forced] = model.force([[model.end_id]], [ids(model)[1]])
    np.testing.assert_allclose(found.details["source_deletion"], forced.logprobs[:1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["rnnsearch", "marian"])
def test_many_at_once_are_each_alone(name: str) -> None:
    model: Model = tiny_model() if name == "rnnsearch" else load_family(name)
    states = [state for state, side in model.states.items() if side == "target"]  # type: ignore[attr-defined]
    asked: list[dict[str, Any]] = [
        {"source": source, "target": target, "position": j, "state": state, "method": "erasure"}
        for source, target in ((SOURCE, TARGET), ("das kind", "the child"))
        for j in (0, 1, 2)
        for state in ("logit", "logprob", states[0])
    ]
    for keywords, together in zip(asked, explain_batch(model, asked), strict=True):
        alone = explain(model, **keywords)
        assert together.details.keys() == alone.details.keys() and len(alone.details) == 6
        for key, values in alone.details.items():
            np.testing.assert_allclose(together.details[key], values, rtol=0, atol=1e-9)


def test_an_operator_has_a_name_that_is_known() -> None:
    assert operators() == OPERATORS
    assert operators(["deletion", "zero"]) == ("zero", "deletion")
    with pytest.raises(RequestError, match="no operator “blank”; there are zero, unknown, deletion"):
        operators(["blank"])
