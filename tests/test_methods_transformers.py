"""The methods beside lrp on small random Transformers of every family."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from explanations import assert_close, assert_same
from families import FAMILIES, SOURCES, TARGETS, load_family
from perturbing import nudged, scalar, scaled, shapes
from torch import Tensor
from transformers.models.mt5.modeling_mt5 import MT5LayerNorm
from transformers.models.t5.modeling_t5 import T5LayerNorm

from nmt_audit.errors import RequestError
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.relevance import METHODS, explain, explain_batch
from nmt_audit.relevance.request import Request, request

SOURCE, TARGET = SOURCES[5], TARGETS[5]
POSITION = 3
LAYERS, HEADS = 2, 2
GATED = ("gates", "gate_saliency")

every_family = pytest.mark.parametrize("family", FAMILIES)


def asking(model: HuggingFaceModel, state: str) -> Request:
    return request(model, source=SOURCE, target=TARGET, position=POSITION, state=state)


def in_float64(self: Any, states: Tensor) -> Tensor:
    """T5's normalisation; its own takes the variance in float32, whose steps are as large as the changes made here."""
    scaled: Tensor = self.weight * states * torch.rsqrt(states.square().mean(-1, keepdim=True) + self.variance_epsilon)
    return scaled


@pytest.fixture(autouse=True)
def _precise(monkeypatch: pytest.MonkeyPatch) -> None:
    for norm in (T5LayerNorm, MT5LayerNorm):
        monkeypatch.setattr(norm, "forward", in_float64)


@every_family
@pytest.mark.parametrize("method", [method for method in METHODS if method not in GATED])
def test_every_method_works_on_every_family(family: str, method: str) -> None:
    model = load_family(family)
    state = "source.1" if method in ("gradient", "integrated_gradients", "variance") else "context.2"
    asked: list[dict[str, Any]] = [
        {"source": SOURCE, "target": TARGET, "position": POSITION, "state": "logit"},
        {"source": SOURCES[0], "target": TARGETS[0], "position": 0, "state": state},
        {"source": SOURCES[40], "target": TARGETS[40], "position": range(1, 6), "state": "output"},
        {"source": SOURCE, "target": TARGET, "position": 5, "state": "logit", "against": model.piece(7)},
    ]
    if method not in ("lrp", "heads"):
        asked.append({"source": SOURCE, "target": TARGET, "position": POSITION, "state": "logprob"})
    asked = [{**one, "method": method} for one in asked]
    for found, one in zip(explain_batch(model, asked), asked, strict=True):
        assert np.isfinite(found.source_relevance).all() and found.source_relevance.any()
        assert len(found.source_relevance) == len(model.tokenize(one["source"]))
        assert_same(found, explain(model, **one))


@every_family
@pytest.mark.parametrize("method", GATED)
def test_a_transformer_has_no_gates(family: str, method: str) -> None:
    with pytest.raises(RequestError, match=f"{family} has no gates; they belong to recurrent models"):
        explain(load_family(family), source=SOURCE, target=TARGET, method=method)


@every_family
@pytest.mark.parametrize("state", ["logit", "logprob", "context.1", "source.2"])
def test_gradient_x_input_is_what_scaling_a_word_does(family: str, state: str) -> None:
    model = load_family(family)
    found = explain(
        model, source=SOURCE, target=TARGET, position=POSITION, state=state, method="gradient_x_input"
    )  # fmt: skip
    source, target = scaled(model, asking(model, state))
    words = np.concatenate([found.source_relevance, found.target_relevance])
    slow = np.concatenate([source, target[: len(found.target_relevance)]])
    np.testing.assert_allclose(words, slow, rtol=1e-5, atol=1e-5 * np.abs(slow).max())


@every_family
def test_integrated_gradients_begin_without_words_and_end_with_all(family: str) -> None:
    model = load_family(family)
    asked = asking(model, "logit")
    nothing = [torch.zeros(1, count, dtype=torch.float64) for count in (len(asked.key[0]), asked.steps - 1)]
    for state in ("logit", "context.1"):
        found = explain(
            model, source=SOURCE, target=TARGET, position=POSITION, state=state, method="integrated_gradients"
        )  # fmt: skip
        ledger = found.ledger
        assert ledger is not None and found.offsets.keys() == {"baseline", "completeness_gap"}
        assert sum(ledger.values()) - 2 * ledger["value"] == pytest.approx(0, abs=1e-9)
        without = scalar(model, asking(model, state), source_scale=nothing[0], target_scale=nothing[1])
        assert found.offsets["baseline"] == pytest.approx(without, abs=1e-12)


@every_family
def test_attention_is_shown_for_every_head(family: str) -> None:
    model = load_family(family)
    found = explain(model, source=SOURCE, target=TARGET, position=POSITION, method="attention")
    steps, width = len(model.tokenize_target(TARGET)), len(model.tokenize(SOURCE))
    heads = found.details["heads"]
    assert heads.shape == (LAYERS, HEADS, steps, width)
    np.testing.assert_allclose(heads.sum(-1), 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(heads[-1].mean(0), found.details["map"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.source_relevance, found.details["map"][POSITION], rtol=0, atol=0)
    [forced] = model.force(*([ids] for ids in asking(model, "logit").key))
    assert forced.attention is not None
    assert_close(found.details["map"], forced.attention)
    assert np.abs(heads[0, 0] - heads[0, 1]).max() > 1e-3


@every_family
def test_attention_saliency_is_what_changing_a_score_does(family: str) -> None:
    """Layer by layer and head by head. The prompt's steps come before the first word's."""
    model = load_family(family)
    found = explain(
        model, source=SOURCE, target=TARGET, position=POSITION, state="logit", method="attention_saliency"
    )  # fmt: skip
    asked = asking(model, "logit")
    calls = shapes(model, asked, "softmax")
    width, steps = len(asked.key[0]), calls[-1][2]
    # The encoder's layers, then self-attention and cross-attention of each layer of the decoder.
    assert len(calls) == 3 * LAYERS and calls[-1] == (1, HEADS, steps, width)
    layers = found.details["layers"]
    assert layers.shape == (LAYERS, HEADS, width)
    for layer in range(LAYERS):
        for head in range(HEADS):
            for i in (0, 2, width - 1):
                at = (0, head, steps - asked.steps + POSITION, i)
                slow = abs(nudged(model, asked, "softmax", LAYERS + 2 * layer + 1, at))
                assert layers[layer, head, i] == pytest.approx(slow, rel=1e-5, abs=1e-8)
    np.testing.assert_allclose(found.source_relevance, layers[-1].sum(0), rtol=0, atol=1e-15)
    weights = explain(model, source=SOURCE, target=TARGET, position=POSITION, method="attention").source_relevance
    assert_close(found.details["attention"], weights)


@every_family
@pytest.mark.parametrize("method", ["gradient", "integrated_gradients", "attention_saliency", "erasure"])
def test_later_target_words_do_not_matter(family: str, method: str) -> None:
    model = load_family(family)
    target = TARGET.split()
    for state in ("logit", "context.2"):
        asked: dict[str, Any] = {"source": SOURCE, "position": 1, "state": state, "method": method}
        one, other = (explain(model, **asked, target=" ".join(words)) for words in (target, [*target[:3], "sister"]))
        assert one.target_tokens != other.target_tokens and one.target_tokens[1] == other.target_tokens[1]
        assert_close(one.source_relevance, other.source_relevance)
        assert_close(one.target_relevance, other.target_relevance)
