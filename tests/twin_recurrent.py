"""Neurons of the recurrent networks, for the slow twin. They read weights, nothing else of the package.

RNNsearch by the equations of Bahdanau et al. 2015, appendix A (GroundHog), stacked LSTMs by those of Luong et al. 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn
from twin import Graph, Neuron, Twin, Vector, logits

Rows = Sequence[Sequence[float]]


def _weights(network: nn.Module) -> dict[str, Any]:
    return {name: tensor.tolist() for name, tensor in network.state_dict().items()}


@dataclass(frozen=True, slots=True)
class Gru:
    """r = σ(Wr x + Ur h), z = σ(Wz x + Uz h), n = tanh(W x + U (r∘h) + b), h' = z∘n + (1−z)∘h."""

    reset: Rows  # rows of [Wr, Ur]
    update: Rows  # rows of [Wz, Uz]
    candidate: Rows  # rows of [W, U]
    bias: Sequence[float]

    def __call__(self, graph: Graph, x: Vector, h: Vector) -> Vector:
        r = graph.sigmoid(graph.layer([*x, *h], self.reset))
        z = graph.sigmoid(graph.layer([*x, *h], self.update))
        n = graph.tanh(graph.layer([*x, *graph.gated(r, h)], self.candidate, self.bias))
        return graph.sum(graph.gated(z, n), graph.gated(graph.complement(z), h))


@dataclass(frozen=True, slots=True)
class Lstm:
    """i, f, o = σ(W_ifo [x; h] + b_ifo), n = tanh(W_n [x; h] + b_n), c' = f∘c + i∘n, h' = o∘tanh(c')."""

    rows: Rows  # of i, f, o and n
    bias: Sequence[float]

    def __call__(self, graph: Graph, x: Vector, h: Vector, c: Vector) -> tuple[Vector, Vector]:
        width = len(h)
        before = graph.layer([*x, *h], self.rows, self.bias)
        i, f, o = (graph.sigmoid(before[place * width : (place + 1) * width]) for place in range(3))
        n = graph.tanh(before[3 * width :])
        cell = graph.sum(graph.gated(f, c), graph.gated(i, n))
        return graph.gated(o, graph.tanh(cell)), cell


def additive(graph: Graph, query: Rows, key: Rows, energy: Sequence[float], state: Vector,
             memory: Sequence[Vector]) -> list[Neuron]:  # fmt: skip
    """e_i = v·tanh(W_a s + U_a h_i)."""
    asked = graph.layer(state, query)
    return [graph.linear(graph.tanh(graph.sum(asked, graph.layer(h, key))), energy) for h in memory]


def build_rnnsearch(network: nn.Module, source: Sequence[int], target: Sequence[int], against: int,
                    start: str) -> Twin:  # fmt: skip
    """States of every position; "logit" of the target's own tokens, "contrast" of those over `against`."""
    graph, w = Graph(), _weights(network)
    table = w["embedding.weight"]
    x, y = ([graph.leaves(table[word]) for word in words] for words in (source, target[:-1]))
    hidden, width = len(w["decoder.start.bias"]), len(table[0])
    first, last, y_0 = (graph.leaves([0.0] * size) for size in (hidden, hidden, width))

    def gru(name: str) -> Gru:
        gates = w[f"{name}.gates.weight"]
        return Gru(gates[:hidden], gates[hidden:], w[f"{name}.candidate.weight"], w[f"{name}.candidate.bias"])

    forward, backward = [first], [last]
    for word in x:
        forward.append(gru("encoder.forwards")(graph, word, forward[-1]))
    for word in reversed(x):
        backward.insert(0, gru("encoder.backwards")(graph, word, backward[0]))
    forward, backward = forward[1:], backward[:-1]
    memory = [[*f, *b] for f, b in zip(forward, backward, strict=True)]
    state = graph.tanh(graph.layer(backward[0], w["decoder.start.weight"], w["decoder.start.bias"]))
    states: dict[str, list[Vector]] = {
        "source_forward": forward, "source_backward": backward, "source": memory,
        "context": [], "target": [], "output": [],
    }  # fmt: skip
    query, keys, [energy] = (
        w["decoder.attention.query.weight"], w["encoder.keys.weight"], w["decoder.attention.energy.weight"],
    )  # fmt: skip
    # s_j = GRU(s_{j−1}; y_{j−1}, c_j), t_j = maxout2(U_o s_{j−1} + V_o y_{j−1} + C_o c_j + b_o)
    for previous in [y_0, *y]:
        context = graph.attend(graph.softmax(additive(graph, query, keys, energy, state, memory)), memory)
        pre = graph.layer([*state, *previous, *context], w["decoder.readout.weight"], w["decoder.readout.bias"])
        states["output"].append([graph.maximum(a, b) for a, b in zip(pre[::2], pre[1::2], strict=True)])
        state = gru("decoder.cell")(graph, [*previous, *context], state)
        states["context"].append(context)
        states["target"].append(state)
    of_logits, left_out = logits(graph, states["output"], table, w["bias"], target, against, start)
    return Twin(graph, x, y, [*first, *last, *y_0], {**states, **of_logits}, left_out)


def build_luong(network: nn.Module, source: Sequence[int], target: Sequence[int], against: int, start: str) -> Twin:
    """Stacked LSTMs with the kind of score that the weights tell of, and the readout tanh(W [h_j; c_j])."""
    graph, w = Graph(), _weights(network)
    table = w["embedding.weight"]
    count = sum(name.startswith("encoder.layers.") and name.endswith(".bias") for name in w)
    hidden = len(w["encoder.layers.0.linear.bias"]) // 4
    x, y = ([graph.leaves(table[word]) for word in words] for words in (source, target[:-1]))
    y_0 = graph.leaves([0.0] * len(table[0]))
    zeros = [(graph.leaves([0.0] * hidden), graph.leaves([0.0] * hidden)) for _ in range(count)]

    def run(side: str, words: list[Vector], begin: list[tuple[Vector, Vector]]) -> list[list[tuple[Vector, Vector]]]:
        """h and c of each layer after each word."""
        found = []
        for number, state in enumerate(begin):
            weights = w[f"{side}.layers.{number}.linear.weight"], w[f"{side}.layers.{number}.linear.bias"]
            states = []
            for word in words:
                state = Lstm(*weights)(graph, word, *state)
                states.append(state)
            found.append(states)
            words = [h for h, _ in states]
        return found

    encoded = run("encoder", x, zeros)
    decoded = run("decoder", [y_0, *y], [of_layer[-1] for of_layer in encoded])
    states = {"source": [h for h, _ in encoded[-1]], "target": [h for h, _ in decoded[-1]], "output": []}
    for number in range(count) if count > 1 else ():
        states[f"source.{number + 1}"] = [h for h, _ in encoded[number]]
        states[f"target.{number + 1}"] = [h for h, _ in decoded[number]]
    attends = len(w["readout.weight"][0]) > hidden
    states |= {"context": []} if attends else {}
    for h in states["target"]:
        context: Vector = []
        if attends:
            context = graph.attend(graph.softmax(_luong_scores(graph, w, h, states["source"])), states["source"])
            states["context"].append(context)
        states["output"].append(graph.tanh(graph.layer([*h, *context], w["readout.weight"], w["readout.bias"])))
    of_logits, left_out = logits(graph, states["output"], table, w["bias"], target, against, start)
    initial = [neuron for pair in zeros for vector in pair for neuron in vector]
    return Twin(graph, x, y, [*initial, *y_0], {**states, **of_logits}, left_out)


def _luong_scores(graph: Graph, w: dict[str, Any], h: Vector, memory: Sequence[Vector]) -> list[Neuron]:
    """dot: h_j·h_i; general: h_j·W h_i; concat: v·tanh(W [h_j; h_i])."""
    if "attention.score.energy.weight" in w:
        query, key, [energy] = (w[f"attention.score.{name}.weight"] for name in ("query", "key", "energy"))
        return additive(graph, query, key, energy, h, memory)
    if "attention.score.key.weight" in w:
        return [graph.dot(h, graph.layer(other, w["attention.score.key.weight"])) for other in memory]
    return [graph.dot(h, other) for other in memory]
