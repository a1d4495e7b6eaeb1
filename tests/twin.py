"""The slow twin: Algorithm 1 of Ding et al. 2017, neuron by neuron, in plain floats.

Every number of RNNsearch is a neuron with its incoming set IN(v); weight ratios w_{u→v} stand on the edges to OUT(u);
relevance is pulled along them in backward topological order, once for each neuron of the explained state. Nothing is
shared with the package: the equations are those of the paper and of Bahdanau et al. 2015, appendix A (GroundHog).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from torch import nn

# v's incoming neurons each get a ratio; what no neuron gets goes to an account.
Ratios = tuple[list[float], dict[str, float]]


@dataclass(eq=False, slots=True)
class Neuron:
    """One number of the network, and the edges in and out of it."""

    value: float
    kind: str = "leaf"
    incoming: tuple[Neuron, ...] = ()
    weights: tuple[float, ...] = ()  # of the incoming neurons, where the kind has weights
    bias: float = 0.0
    outgoing: list[tuple[Neuron, float]] = field(default_factory=list)  # OUT(u) with w_{u→z}
    leaks: dict[str, float] = field(default_factory=dict)


Vector = list[Neuron]


def _values(neurons: Sequence[Neuron]) -> list[float]:
    return [neuron.value for neuron in neurons]


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


class Graph:
    """Neurons in the order of their making, which is a topological order."""

    def __init__(self) -> None:
        self.neurons: list[Neuron] = []

    def _add(self, neuron: Neuron) -> Neuron:
        self.neurons.append(neuron)
        return neuron

    def leaves(self, values: Sequence[float]) -> Vector:
        return [self._add(Neuron(value)) for value in values]

    def linear(self, incoming: Sequence[Neuron], weights: Sequence[float], bias: float = 0.0) -> Neuron:
        assert len(incoming) == len(weights)
        value = sum(w * u.value for w, u in zip(weights, incoming, strict=True)) + bias
        return self._add(Neuron(value, "linear", tuple(incoming), tuple(weights), bias))

    def layer(self, incoming: Sequence[Neuron], rows: Sequence[Sequence[float]], bias: Sequence[float] = ()) -> Vector:
        return [self.linear(incoming, row, bias[m] if bias else 0.0) for m, row in enumerate(rows)]

    def activation(self, function: Callable[[float], float], incoming: Sequence[Neuron]) -> Vector:
        return [self._add(Neuron(function(u.value), "activation", (u,))) for u in incoming]

    def gated(self, gate: Sequence[Neuron], signal: Sequence[Neuron]) -> Vector:
        """Element-wise multiplication; the gate is the first of IN(v)."""
        return [self._add(Neuron(g.value * s.value, "product", (g, s))) for g, s in zip(gate, signal, strict=True)]

    def complement(self, incoming: Sequence[Neuron]) -> Vector:
        return [self._add(Neuron(1 - u.value, "complement", (u,))) for u in incoming]

    def sum(self, a: Sequence[Neuron], b: Sequence[Neuron]) -> Vector:
        return [self.linear((u, v), (1.0, 1.0)) for u, v in zip(a, b, strict=True)]

    def maximum(self, a: Neuron, b: Neuron) -> Neuron:
        return self._add(Neuron(max(a.value, b.value), "maximum", (a, b)))

    def weigh(self, ratios: Callable[[Neuron], Ratios]) -> None:
        """Lines 1–5: the ratio of every edge."""
        for neuron in self.neurons:
            neuron.outgoing.clear()
        for v in self.neurons:
            if v.incoming:
                shares, v.leaks = ratios(v)
                for u, share in zip(v.incoming, shares, strict=True):
                    u.outgoing.append((v, share))

    def relevance(self, v: Neuron) -> dict[Neuron, float]:
        """Lines 8–12: r_{u←v} of every neuron u."""
        r: dict[Neuron, float] = {}
        for u in reversed(self.neurons):
            r[u] = v.value if u is v else sum(ratio * r[z] for z, ratio in u.outgoing)
        return r


def _divided(parts: Sequence[float], extra: float, epsilon: float) -> tuple[list[float], float, float]:
    """Each part / (Σ parts + extra ± ε), the share of `extra`, and that of ±ε. 0/0 is 0: ±ε then keeps everything."""
    total = sum(parts) + extra
    away = epsilon if total >= 0 else -epsilon
    if total + away == 0:
        return [0.0] * len(parts), 0.0, 1.0
    return [part / (total + away) for part in parts], extra / (total + away), away / (total + away)


def paper(epsilon: float = 0.0) -> Callable[[Neuron], Ratios]:
    """Eq. 15–17. The bias is no incoming neuron; activations and 1 − z pass everything."""

    def ratios(v: Neuron) -> Ratios:
        if v.kind in ("activation", "complement"):
            return [1.0], {}
        if v.kind == "maximum":
            return [1.0 if u.value == v.value else 0.0 for u in v.incoming], {}
        parts = [u.value for u in v.incoming]  # eq. 16
        if v.kind == "linear":  # eq. 15
            parts = [w * u.value for w, u in zip(v.weights, v.incoming, strict=True)]
        shares, _, kept = _divided(parts, 0.0, epsilon)
        return shares, {"stabiliser": kept}

    return ratios


def signal() -> Callable[[Neuron], Ratios]:
    """Arras et al. 2017: the bias takes its share, and of gate × signal the signal takes all."""

    def ratios(v: Neuron) -> Ratios:
        if v.kind == "product":
            return [0.0, 1.0], {}
        if v.kind == "linear":
            parts = [w * u.value for w, u in zip(v.weights, v.incoming, strict=True)]
            shares, bias, kept = _divided(parts, v.bias, 0.0)
            return shares, {"bias": bias, "stabiliser": kept}
        return paper()(v)

    return ratios


@dataclass(frozen=True, slots=True)
class Account:
    """R_{u←v} of every word, and what went elsewhere."""

    value: float
    source: list[float]
    target: list[float]
    initial: float
    bias: float
    stabiliser: float


@dataclass(frozen=True, slots=True)
class Twin:
    """The neurons of one sentence pair. `states`: name → position → vector."""

    graph: Graph
    source: list[Vector]  # x_1 … x_S
    target: list[Vector]  # y_1 … y_{T−1}
    initial: Vector  # →h_0, ←h_{S+1}, y_0
    states: dict[str, list[Vector]]

    def explain(self, state: str, position: int) -> Account:
        """Lines 6–16, after `graph.weigh`."""
        source, target = [0.0] * len(self.source), [0.0] * len(self.target)
        elsewhere = {"initial": 0.0, "bias": 0.0, "stabiliser": 0.0}
        for v in self.states[state][position]:
            r = self.graph.relevance(v)
            for words, sums in ((self.source, source), (self.target, target)):
                for place, word in enumerate(words):
                    sums[place] += sum(r[u] for u in word)
            elsewhere["initial"] += sum(r[u] for u in self.initial)
            for z in self.graph.neurons:
                for account, share in z.leaks.items():
                    elsewhere[account] += share * r[z]
        return Account(sum(_values(self.states[state][position])), source, target, **elsewhere)


@dataclass(frozen=True, slots=True)
class _Gru:
    """r = σ(Wr x + Ur h), z = σ(Wz x + Uz h), n = tanh(W x + U (r∘h) + b), h' = z∘n + (1−z)∘h."""

    reset: list[list[float]]  # rows of [Wr, Ur]
    update: list[list[float]]  # rows of [Wz, Uz]
    candidate: list[list[float]]  # rows of [W, U]
    bias: list[float]

    def __call__(self, graph: Graph, x: Vector, h: Vector) -> Vector:
        r = graph.activation(_sigmoid, graph.layer([*x, *h], self.reset))
        z = graph.activation(_sigmoid, graph.layer([*x, *h], self.update))
        n = graph.activation(math.tanh, graph.layer([*x, *graph.gated(r, h)], self.candidate, self.bias))
        return graph.sum(graph.gated(z, n), graph.gated(graph.complement(z), h))


class Builder:
    """Reads the weights of a network, nothing else, and lays out the neurons of sentence pairs."""

    def __init__(self, network: nn.Module) -> None:
        self.weights = {name: tensor.tolist() for name, tensor in network.state_dict().items()}

    def _gru(self, name: str) -> _Gru:
        gates, bias = self.weights[f"{name}.gates.weight"], self.weights[f"{name}.candidate.bias"]
        width = len(bias)
        return _Gru(gates[:width], gates[width:], self.weights[f"{name}.candidate.weight"], bias)

    def build(self, source: Sequence[int], target: Sequence[int], against: int) -> Twin:
        """States of every position; "logit" of the target's own tokens, "contrast" of those over `against`."""
        graph, w = Graph(), self.weights
        table = w["embedding.weight"]
        x = [graph.leaves(table[word]) for word in source]
        y = [graph.leaves(table[word]) for word in target[:-1]]
        hidden, width = len(w["decoder.start.bias"]), len(table[0])
        first, last, y_0 = (graph.leaves([0.0] * size) for size in (hidden, hidden, width))
        states: dict[str, list[Vector]] = self._encode(graph, x, first, last)
        start = graph.layer(states["source_backward"][0], w["decoder.start.weight"], w["decoder.start.bias"])
        states.update(self._decode(graph, graph.activation(math.tanh, start), [y_0, *y], states["source"]))
        states.update(logit=[], contrast=[])
        for word, readout in zip(target, states["output"], strict=True):
            states["logit"].append([graph.linear(readout, table[word], w["bias"][word])])
            # The difference of two logits is one neuron of an output layer of its own.
            row = [a - b for a, b in zip(table[word], table[against], strict=True)]
            states["contrast"].append([graph.linear(readout, row, w["bias"][word] - w["bias"][against])])
        return Twin(graph, x, y, [*first, *last, *y_0], states)

    def _encode(self, graph: Graph, x: list[Vector], first: Vector, last: Vector) -> dict[str, list[Vector]]:
        ahead, back = self._gru("encoder.forwards"), self._gru("encoder.backwards")
        forward, backward = [first], [last]
        for word in x:
            forward.append(ahead(graph, word, forward[-1]))
        for word in reversed(x):
            backward.insert(0, back(graph, word, backward[0]))
        forward, backward = forward[1:], backward[:-1]
        joint = [[*f, *b] for f, b in zip(forward, backward, strict=True)]
        return {"source_forward": forward, "source_backward": backward, "source": joint}

    def _attention(self, state: Vector, memory: list[Vector]) -> list[float]:
        """α_j: weights of eq. 15, not neurons. e_ji = v·tanh(W_a s_{j−1} + U_a h_i)."""
        query, keys = self.weights["decoder.attention.query.weight"], self.weights["encoder.keys.weight"]
        [energy] = self.weights["decoder.attention.energy.weight"]
        energies = []
        for h in memory:
            inner = [
                sum(a * s for a, s in zip(from_state, _values(state), strict=True))
                + sum(b * u for b, u in zip(from_memory, _values(h), strict=True))
                for from_state, from_memory in zip(query, keys, strict=True)
            ]
            energies.append(sum(v * math.tanh(a) for v, a in zip(energy, inner, strict=True)))
        odds = [math.exp(e - max(energies)) for e in energies]
        return [odd / sum(odds) for odd in odds]

    def _decode(self, graph: Graph, state: Vector, y: list[Vector], memory: list[Vector]) -> dict[str, list[Vector]]:
        """s_j = GRU(s_{j−1}; y_{j−1}, c_j) and t_j = maxout2(U_o s_{j−1} + V_o y_{j−1} + C_o c_j + b_o)."""
        gru, w = self._gru("decoder.cell"), self.weights
        states: dict[str, list[Vector]] = {"context": [], "target": [], "output": []}
        for previous in y:
            alpha = self._attention(state, memory)
            context = [graph.linear([h[m] for h in memory], alpha) for m in range(len(memory[0]))]
            pre = graph.layer([*state, *previous, *context], w["decoder.readout.weight"], w["decoder.readout.bias"])
            states["output"].append([graph.maximum(a, b) for a, b in zip(pre[::2], pre[1::2], strict=True)])
            state = gru(graph, [*previous, *context], state)
            states["context"].append(context)
            states["target"].append(state)
        return states
