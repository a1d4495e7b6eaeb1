"""Relevance agrees with the slow twin: every state, position and contextual word of small sentence pairs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch
from tiny import tiny_model
from twin import Builder, Graph, Neuron, Ratios, Twin, paper, signal

from nmt_audit.records import Explanation
from nmt_audit.relevance import explain_batch

AGREE = 1e-9
AGAINST = "▁the"
# Three and four tokens on either side, `</s>` included; the widths of the states differ from those of the embeddings.
PAIRS = {
    "3 to 4": (0, 4, "die frau", "a dog the"),
    "4 to 3": (1, 3, "das kind .", "the man"),
    "twice the same word": (2, 4, "das das kind", "a a dog"),
}
RATIOS: dict[str, Callable[[Neuron], Ratios]] = {"paper": paper(), "paper-eps": paper(0.4), "signal": signal()}
STATES = ("source_forward", "source_backward", "source", "context", "target", "output", "logit", "contrast")


@cache
def twin_of(pair: str, rules: str) -> Twin:
    seed, hidden, source, target = PAIRS[pair]
    model = tiny_model(seed, hidden=hidden)
    source_ids, target_ids = ([token.id for token in model.tokenize(text)] for text in (source, target))
    twin = Builder(model.network).build(source_ids, target_ids, model.piece_id(AGAINST))
    twin.graph.weigh(RATIOS[rules])
    return twin


def explanations(pair: str, rules: str, state: str) -> list[Explanation]:
    """What the package says about every position of a state."""
    seed, hidden, source, target = PAIRS[pair]
    asked = {"source": source, "target": target, "rules": rules, "state": state}
    if state == "contrast":
        asked |= {"state": "logit", "against": AGAINST}
    count = len(twin_of(pair, rules).states[state])
    return explain_batch(tiny_model(seed, hidden=hidden), [{**asked, "position": j} for j in range(count)])


@pytest.mark.parametrize("pair", PAIRS)
def test_the_twin_computes_the_same_network(pair: str) -> None:
    seed, hidden, source, target = PAIRS[pair]
    model, twin = tiny_model(seed, hidden=hidden), twin_of(pair, "paper")
    ids = [torch.tensor([[token.id for token in model.tokenize(text)]]) for text in (source, target)]
    assert sorted(map(len, (*ids[0], *ids[1]))) in ([3, 4], [4, 4])
    trace = model.trace(ids[0], ids[0] > 0, ids[1])
    logits = model.network(ids[0], ids[0] > 0, ids[1])[0]
    own = torch.gather(logits, 1, ids[1].mT)
    fast = {**trace.states, "logit": own, "contrast": own - logits[:, [model.piece_id(AGAINST)]]}
    assert twin.states.keys() == fast.keys() == set(STATES)
    for state, vectors in twin.states.items():
        slow = torch.tensor([[neuron.value for neuron in vector] for vector in vectors], dtype=torch.float64)
        torch.testing.assert_close(fast[state].detach().reshape(slow.shape), slow, rtol=0, atol=1e-12, msg=state)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("rules", RATIOS)
@pytest.mark.parametrize("pair", PAIRS)
def test_relevance_is_that_of_the_twin(pair: str, rules: str, state: str) -> None:
    twin = twin_of(pair, rules)
    for position, fast in enumerate(explanations(pair, rules, state)):
        slow = twin.explain(state, position)
        prefix = len(fast.target_relevance)
        assert slow.target[prefix:] == [0.0] * (len(slow.target) - prefix)
        assert fast.ledger is not None
        ledger = [fast.ledger[entry] for entry in ("value", "initial", "bias", "stabiliser")]
        got = np.array([*fast.source_relevance, *fast.target_relevance, *ledger])
        wanted = [*slow.source, *slow.target[:prefix], slow.value, slow.initial, slow.bias, slow.stabiliser]
        largest = max(1.0, *map(abs, wanted))
        np.testing.assert_allclose(got / largest, np.array(wanted) / largest, rtol=0, atol=AGREE, err_msg=str(position))


@pytest.mark.parametrize("rules", RATIOS)
@pytest.mark.parametrize("pair", PAIRS)
def test_the_twins_own_ledger_closes(pair: str, rules: str) -> None:
    """Definition 2 (eq. 8), with what the biases and the stabiliser keep."""
    twin = twin_of(pair, rules)
    for state, vectors in twin.states.items():
        for position in range(len(vectors)):
            slow = twin.explain(state, position)
            parts = [*slow.source, *slow.target, slow.initial, slow.bias, slow.stabiliser]
            assert abs(sum(parts) - slow.value) <= 1e-12 * max(1.0, *map(abs, parts)), (state, position)


def test_the_twin_reproduces_the_papers_example() -> None:
    """Figure 3: two inputs, two hidden neurons, one output; eq. 11–14."""
    graph = Graph()
    u = graph.leaves([0.5, -2.0])
    w1, w2 = [[1.0, 0.25], [-3.0, 0.5]], [2.0, 0.75]  # w1[n][m]: from u_n to z_m
    z = [graph.linear(u, [w1[0][m], w1[1][m]]) for m in range(2)]
    v = graph.linear(z, w2)
    graph.weigh(paper())
    r = graph.relevance(v)
    for m in range(2):
        assert r[z[m]] == pytest.approx(w2[m] * z[m].value / (w2[0] * z[0].value + w2[1] * z[1].value) * v.value)
    for n in range(2):
        ratios = [w1[n][m] * u[n].value / (w1[0][m] * u[0].value + w1[1][m] * u[1].value) for m in range(2)]
        assert r[u[n]] == pytest.approx(ratios[0] * r[z[0]] + ratios[1] * r[z[1]])
    assert r[u[0]] + r[u[1]] == pytest.approx(v.value)
