"""Relevance agrees with the slow twin: every state, position and contextual word of small sentence pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import torch
from families import family_directory
from rule_formulas import numbers
from tiny import tiny_luong, tiny_model
from twin import Graph, Rules, Twin, paper, signal, stable, values
from twin_recurrent import build_luong, build_rnnsearch
from twin_transformer import build_marian

import nmt_audit
from nmt_audit.models.batches import pad
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.relevance import explain_batch
from nmt_audit.relevance.rules import RULE_SETS, Rule

AGREE = 1e-9
STABLE: Mapping[str, Rule] = RULE_SETS["stable"].rules
TANGENTS = {name: numbers(STABLE[name]).get("part", 0.0) for name in ("tanh", "sigmoid", "activation")}
RULES: Mapping[str, Rules] = {
    "paper": paper(),
    "paper-eps": paper(0.4),
    "signal": signal(),
    "stable": stable(TANGENTS, numbers(STABLE["attend"])["share"]),
}
Audited = RecurrentModel | HuggingFaceModel


@dataclass(frozen=True, slots=True)
class Pair:
    """A model and a sentence pair, of three or four tokens on either side, `</s>` included; and a token to contrast."""

    model: Callable[[], Audited]
    source: str
    target: str
    against: str = "▁the"

    def ids(self) -> tuple[list[int], list[int]]:
        model = self.model()
        source, target = model.tokenize(self.source), model.tokenize_target(self.target)
        assert {len(source), len(target)} <= {3, 4}
        return [token.id for token in source], [token.id for token in target]

    def twin(self, start: str) -> Twin:
        model, ids = self.model(), self.ids()
        against = model.piece_id(self.against)
        if isinstance(model, HuggingFaceModel):
            config, [begin] = model.network.config, model.direction.prompt
            return build_marian(
                model.network, config.encoder_attention_heads, config.encoder_layers, begin, *ids, against, start
            )
        build = build_rnnsearch if "source_forward" in model.states else build_luong
        return build(model.network, *ids, against, start)


@cache
def marian() -> HuggingFaceModel:
    model = nmt_audit.load_model(str(family_directory("marian")))
    assert isinstance(model, HuggingFaceModel)
    return model


# The widths of the states differ from those of the embeddings; words come twice.
PAIRS = {
    "rnnsearch, 3 to 4": Pair(lambda: tiny_model(0), "die frau", "a dog the"),
    "rnnsearch, 4 to 3": Pair(lambda: tiny_model(1, hidden=3), "das kind .", "the man"),
    "rnnsearch, a word twice": Pair(lambda: tiny_model(2), "das das kind", "a a dog"),
    "luong, dot": Pair(lambda: tiny_luong(0, score="dot", hidden=3), "die frau", "a dog the"),
    "luong, general": Pair(lambda: tiny_luong(1, score="general"), "das das kind", "a a dog"),
    "luong, concat": Pair(lambda: tiny_luong(2, score="concat", hidden=3, layers=1), "das kind .", "the man"),
    "luong, no attention": Pair(lambda: tiny_luong(3, score="none", hidden=3), "die frau", "a dog the"),
    "marian": Pair(marian, "die", "the dog", "▁a"),
}


@cache
def twin_of(pair: str, rules: str) -> Twin:
    twin = PAIRS[pair].twin(RULE_SETS[rules].start)
    twin.graph.weigh(RULES[rules])
    return twin


@pytest.mark.parametrize("pair", PAIRS)
def test_the_twin_computes_the_same_network(pair: str) -> None:
    model, twin = PAIRS[pair].model(), twin_of(pair, "paper")
    (source, mask), (target, _) = (pad([ids]) for ids in PAIRS[pair].ids())
    trace = model.trace(source, mask, target)
    assert twin.states.keys() == {*model.states, "logit", "contrast"}
    weight, bias = model.output_layer()
    logits = torch.nn.functional.linear(trace.states["output"][0], weight, bias)
    own = torch.gather(logits, 1, target.mT)
    against = model.piece_id(PAIRS[pair].against)
    fast = {**trace.states, "logit": own, "contrast": own - logits[:, [against]]}
    for state, vectors in twin.states.items():
        slow = torch.tensor([values(vector) for vector in vectors], dtype=torch.float64)
        torch.testing.assert_close(fast[state].detach().reshape(slow.shape), slow, rtol=0, atol=1e-12, msg=state)


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("pair", PAIRS)
def test_relevance_is_that_of_the_twin(pair: str, rules: str) -> None:
    """Every state and position, the contrast of two logits too; every account of the ledger by its name."""
    twin, of = twin_of(pair, rules), PAIRS[pair]
    places = [(state, position) for state, vectors in twin.states.items() for position in range(len(vectors))]
    about = {"source": of.source, "target": of.target, "rules": rules}
    asked = [
        {**about, "position": position}
        | ({"state": "logit", "against": of.against} if state == "contrast" else {"state": state})
        for state, position in places
    ]
    for (state, position), fast in zip(places, explain_batch(of.model(), asked), strict=True):
        slow = twin.explain(state, position, RULES[rules])
        prefix = len(fast.target_relevance)
        assert slow.target[prefix:] == [0.0] * (len(slow.target) - prefix)
        assert fast.ledger is not None
        found = {**fast.offsets, **{name: fast.ledger[name] for name in ("initial", "bias", "stabiliser")}}
        accounts = sorted(found.keys() | slow.elsewhere.keys())
        got = [*fast.source_relevance, *fast.target_relevance, fast.ledger["value"],
               *(found.get(name, 0.0) for name in accounts)]  # fmt: skip
        wanted = [*slow.source, *slow.target[:prefix], slow.value,
                  *(slow.elsewhere.get(name, 0.0) for name in accounts)]  # fmt: skip
        largest = max(1.0, *map(abs, wanted))
        np.testing.assert_allclose(
            np.array(got) / largest, np.array(wanted) / largest, rtol=0, atol=AGREE, err_msg=f"{state} {position}"
        )


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("pair", PAIRS)
def test_the_twins_own_ledger_closes(pair: str, rules: str) -> None:
    """Definition 2 (eq. 8), with what went elsewhere."""
    twin = twin_of(pair, rules)
    for state, vectors in twin.states.items():
        for position in range(len(vectors)):
            slow = twin.explain(state, position, RULES[rules])
            parts = [*slow.source, *slow.target, *slow.elsewhere.values()]
            assert abs(sum(parts) - slow.value) <= 1e-12 * max(1.0, *map(abs, parts)), (state, position)


def test_the_twin_reproduces_the_papers_example() -> None:
    """Figure 3: two inputs, two hidden neurons, one output; eq. 11–14."""
    graph = Graph()
    u = graph.leaves([0.5, -2.0])
    w1, w2 = [[1.0, 0.25], [-3.0, 0.5]], [2.0, 0.75]  # w1[n][m]: from u_n to z_m
    z = [graph.linear(u, [w1[0][m], w1[1][m]]) for m in range(2)]
    v = graph.linear(z, w2)
    graph.weigh(paper())
    r = graph.carry(v, v.value)
    for m in range(2):
        share = w2[m] * z[m].value / (w2[0] * z[0].value + w2[1] * z[1].value)
        assert r[z[m].place] == pytest.approx(share * v.value)
    for n in range(2):
        ratios = [w1[n][m] * u[n].value / (w1[0][m] * u[0].value + w1[1][m] * u[1].value) for m in range(2)]
        assert r[u[n].place] == pytest.approx(ratios[0] * r[z[0].place] + ratios[1] * r[z[1].place])
    assert r[u[0].place] + r[u[1].place] == pytest.approx(v.value)
