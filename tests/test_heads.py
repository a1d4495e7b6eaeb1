"""Head relevance on small random Transformers of every family."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from explanations import assert_close, assert_same
from families import FAMILIES, SOURCES, TARGETS, load_family

from nmt_audit.models.batches import pad
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.records import Array
from nmt_audit.relevance import explain, explain_batch
from nmt_audit.relevance.heads import shares
from nmt_audit.relevance.rules import RULE_SETS

SOURCE, TARGET = SOURCES[5], TARGETS[5]
LAYERS, HEADS = 2, 2

every_family = pytest.mark.parametrize("family", FAMILIES)


@every_family
@pytest.mark.parametrize("rules", ["signal", "stable"])
def test_shares_are_of_a_layer_and_words_are_those_of_lrp(family: str, rules: str) -> None:
    model = load_family(family)
    asked: list[dict[str, Any]] = [
        {"source": SOURCES[n], "target": TARGETS[n], "position": position, "state": "logit", "rules": rules}
        for n, position in ((5, 3), (5, 0), (40, 6))
    ]
    found = explain_batch(model, [{**one, "method": "heads"} for one in asked])
    for one, words in zip(found, explain_batch(model, asked), strict=True):
        assert one.method == "heads" and one.details.keys() == {"encoder", "decoder", "cross"}
        for kind, of_kind in one.details.items():
            assert of_kind.shape == (LAYERS, HEADS) and of_kind.dtype == np.float64
            np.testing.assert_allclose(np.abs(of_kind).sum(1), 1, rtol=0, atol=1e-12, err_msg=kind)
        assert_close(one.source_relevance, words.source_relevance)
        assert_close(one.target_relevance, words.target_relevance)
        assert one.ledger == pytest.approx(words.ledger) and one.offsets == pytest.approx(words.offsets)


def last_cross_attention(model: HuggingFaceModel) -> Any:
    """The linear layer that joins its heads."""
    network: Any = model.network
    decoder = network.get_decoder()
    of_t5 = hasattr(decoder, "block")
    return decoder.block[-1].layer[1].EncDecAttention.o if of_t5 else decoder.layers[-1].encoder_attn.out_proj


def slow_shares(model: HuggingFaceModel, position: int, rules: str) -> Array:
    """The last cross-attention's heads [HEADS] for its own output, neuron by neuron: eq. 15 or γ·x."""
    (source, mask), (target, _) = (
        pad([[token.id for token in tokens]]) for tokens in (model.tokenize(SOURCE), model.tokenize_target(TARGET))
    )
    trace = model.trace(source, mask, target)
    step = trace.heads["cross.2"].shape[1] - target.shape[1] + position  # the prompt has steps of its own
    heads = trace.heads["cross.2"][0, step].detach().numpy()
    joined = last_cross_attention(model)
    weight = joined.weight.numpy()
    bias = np.zeros(len(weight)) if joined.bias is None else joined.bias.numpy()
    found = np.zeros(HEADS)
    width = heads.shape[1]
    for neuron, row in enumerate(weight):
        incoming = [row[h * width + d] * heads[h, d] for h in range(HEADS) for d in range(width)]
        value = sum(incoming) + bias[neuron]
        for n, part in enumerate(incoming):
            found[n // width] += part / sum(incoming) * value if rules == "paper" else part
    relevance: Array = found / np.abs(found).sum()
    return relevance


@every_family
@pytest.mark.parametrize("rules", ["paper", "signal"])
def test_heads_share_what_their_layer_takes_from_the_source(family: str, rules: str) -> None:
    model = load_family(family)
    assert RULE_SETS["paper"].carries == "relevance" and RULE_SETS["signal"].carries == "coefficient"
    for position in (0, 4):
        found = explain(
            model, source=SOURCE, target=TARGET, position=position, state="context.2", method="heads", rules=rules
        )
        np.testing.assert_allclose(found.details["cross"][1], slow_shares(model, position, rules), rtol=1e-6)
        assert not found.details["decoder"][1].any()  # under these rules nothing goes back through a query


def test_heads_of_many_requests_equal_the_single_calls() -> None:
    model = load_family("marian")
    asked: list[dict[str, Any]] = [
        {"source": SOURCES[n], "target": TARGETS[n], "position": position, "state": state, "method": "heads"}
        for n in (0, 5, 40)
        for position, state in ((2, "logit"), (range(1, 4), "output"), (0, "source.2"), (4, "logit"))
    ]
    for found, one in zip(explain_batch(model, asked), asked, strict=True):
        assert_same(found, explain(model, **one))


def test_a_share_keeps_its_sign_and_nothing_has_none() -> None:
    relevance = {
        "cross.1": np.array([[1.0, -2.0], [2.0, 1.0]]),  # heads add up to 3 and −1
        "cross.10": np.array([[0.0, 0.0]]),
        "cross.2": np.array([[0.5, -0.5]]),
        "decoder.1": np.array([[4.0, 4.0]]),
    }
    found = shares(relevance)
    assert found.keys() == {"cross", "decoder"}
    assert found["cross"].tolist() == [[0.75, -0.25], [0.5, -0.5], [0.0, 0.0]]
    assert found["decoder"].tolist() == [[0.5, 0.5]]


def test_what_a_head_is_worth_is_found() -> None:
    """A head that writes nothing has no share, wherever the relevance goes."""
    model = load_family("marian")
    network: Any = model.network
    attention = network.get_decoder().layers[0].encoder_attn
    width = attention.head_dim
    kept = attention.out_proj.weight[:, :width].clone()
    try:
        attention.out_proj.weight[:, :width] = 0
        found = explain(model, source=SOURCE, target=TARGET, state="logit", method="heads")
    finally:
        attention.out_proj.weight[:, :width] = kept
    assert found.details["cross"][0].tolist() == pytest.approx([0, np.sign(found.details["cross"][0, 1])], abs=1e-15)
    assert torch.equal(attention.out_proj.weight[:, :width], kept)
