"""The slow twin: Algorithm 1 of Ding et al. 2017, neuron by neuron, in plain floats.

Every number of a network is a neuron with its incoming set IN(v); a number w_{u→v} stands on each edge to OUT(u); what
is carried goes along them in backward topological order, once for each neuron of the explained state. Nothing is shared
with the package. The networks are laid out in `twin_recurrent` and `twin_transformer`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

# The numbers on the edges from v's incoming neurons; and what no neuron gets, by account.
Weighed = tuple[Sequence[float], dict[str, float]]


@dataclass(eq=False, slots=True)
class Neuron:
    """One number of the network, and how it was made."""

    place: int  # in the order of their making
    value: float
    kind: str = "leaf"
    incoming: tuple[Neuron, ...] = ()
    weights: Sequence[float] = ()  # linear, norm, factor: of the incoming neurons; of an activation: its derivative
    bias: float = 0.0  # of a shift: the constant
    own: int = 0  # softmax and norm: which of the incoming neurons it is made of
    edges: tuple[tuple[Neuron, float], ...] = ()  # to IN(v), with w_{u→v}
    leaks: dict[str, float] = field(default_factory=dict)


Vector = list[Neuron]


def values(neurons: Sequence[Neuron]) -> list[float]:
    return [neuron.value for neuron in neurons]


def softmax(numbers: Sequence[float]) -> list[float]:
    odds = [math.exp(number - max(numbers)) for number in numbers]
    return [odd / sum(odds) for odd in odds]


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


class Graph:
    """Neurons in the order of their making, which is a topological order."""

    def __init__(self) -> None:
        self.neurons: list[Neuron] = []

    def add(self, value: float, kind: str = "leaf", incoming: Sequence[Neuron] = (), weights: Sequence[float] = (),
            bias: float = 0.0, own: int = 0) -> Neuron:  # fmt: skip
        neuron = Neuron(len(self.neurons), value, kind, tuple(incoming), weights, bias, own)
        self.neurons.append(neuron)
        return neuron

    def leaves(self, numbers: Sequence[float]) -> Vector:
        return [self.add(number) for number in numbers]

    def linear(self, incoming: Sequence[Neuron], weights: Sequence[float], bias: float = 0.0) -> Neuron:
        value = sum(w * u.value for w, u in zip(weights, incoming, strict=True)) + bias
        return self.add(value, "linear", incoming, tuple(weights), bias)

    def layer(self, incoming: Sequence[Neuron], rows: Sequence[Sequence[float]], bias: Sequence[float] = ()) -> Vector:
        return [self.linear(incoming, row, bias[m] if bias else 0.0) for m, row in enumerate(rows)]

    def sum(self, a: Sequence[Neuron], b: Sequence[Neuron]) -> Vector:
        return [self.linear((u, v), (1.0, 1.0)) for u, v in zip(a, b, strict=True)]

    def shift(self, incoming: Sequence[Neuron], constants: Sequence[float]) -> Vector:
        return [self.add(u.value + c, "shift", (u,), bias=c) for u, c in zip(incoming, constants, strict=True)]

    def factor(self, incoming: Sequence[Neuron], constant: float) -> Vector:
        return [self.add(u.value * constant, "factor", (u,), (constant,)) for u in incoming]

    def tanh(self, incoming: Sequence[Neuron]) -> Vector:
        return [self.add(math.tanh(u.value), "tanh", (u,), (1 - math.tanh(u.value) ** 2,)) for u in incoming]

    def sigmoid(self, incoming: Sequence[Neuron]) -> Vector:
        return [
            self.add(sigmoid(u.value), "sigmoid", (u,), (sigmoid(u.value) * sigmoid(-u.value),)) for u in incoming
        ]  # fmt: skip

    def silu(self, incoming: Sequence[Neuron]) -> Vector:
        """x σ(x), of which nothing is a gate: it is one activation function."""
        slopes = [sigmoid(u.value) * (1 + u.value * sigmoid(-u.value)) for u in incoming]
        return [
            self.add(u.value * sigmoid(u.value), "activation", (u,), (slope,))
            for u, slope in zip(incoming, slopes, strict=True)
        ]

    def gated(self, gate: Sequence[Neuron], signal: Sequence[Neuron]) -> Vector:
        """Element-wise multiplication; the gate is the first of IN(v)."""
        return [self.add(g.value * s.value, "product", (g, s)) for g, s in zip(gate, signal, strict=True)]

    def complement(self, incoming: Sequence[Neuron]) -> Vector:
        return [self.add(1 - u.value, "complement", (u,)) for u in incoming]

    def maximum(self, a: Neuron, b: Neuron) -> Neuron:
        return self.add(max(a.value, b.value), "maximum", (a, b))

    def softmax(self, energies: Sequence[Neuron]) -> Vector:
        return [self.add(value, "softmax", energies, own=i) for i, value in enumerate(softmax(values(energies)))]

    def dot(self, query: Sequence[Neuron], key: Sequence[Neuron]) -> Neuron:
        value = sum(q.value * k.value for q, k in zip(query, key, strict=True))
        return self.add(value, "dot", (*query, *key))

    def attend(self, alpha: Sequence[Neuron], states: Sequence[Vector]) -> Vector:
        """c_m = Σ_i α_i h_im; the attention weights are the first half of IN(v)."""
        columns = zip(*states, strict=True)
        return [
            self.add(sum(a.value * h.value for a, h in zip(alpha, column, strict=True)), "attend", (*alpha, *column))
            for column in columns
        ]

    def norm(self, incoming: Sequence[Neuron], scale: Sequence[float], bias: Sequence[float], eps: float) -> Vector:
        """(x − mean x)/σ·w + b, with σ a constant."""
        numbers, width = values(incoming), len(incoming)
        mean = sum(numbers) / width
        sigma = math.sqrt(sum((number - mean) ** 2 for number in numbers) / width + eps)
        return [
            self.add(
                (numbers[m] - mean) / sigma * scale[m] + bias[m], "norm", incoming,
                [((i == m) - 1 / width) * scale[m] / sigma for i in range(width)], bias[m], m,
            )
            for m in range(width)
        ]  # fmt: skip

    def weigh(self, rules: Rules) -> None:
        """Lines 1–5: the number on every edge."""
        for v in self.neurons:
            if v.incoming:
                numbers, v.leaks = rules.weigh(v)
                v.edges = tuple(zip(v.incoming, numbers, strict=True))

    def carry(self, v: Neuron, start: float) -> list[float]:
        """Lines 8–12: what arrives at every neuron, by its place, when v has `start`."""
        carried = [0.0] * len(self.neurons)
        carried[v.place] = start
        for z in reversed(self.neurons[: v.place + 1]):
            if carried[z.place] != 0:
                for u, number in z.edges:
                    carried[u.place] += number * carried[z.place]
        return carried


# --- rules ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """What stands on the edges. Where coefficients are carried, the relevance of a neuron is its value times that."""

    weigh: Callable[[Neuron], Weighed]
    coefficients: bool = False


def _divided(parts: Sequence[float], extra: float, epsilon: float) -> tuple[list[float], float, float]:
    """Each part / (Σ parts + extra ± ε), the share of `extra`, and that of ±ε. 0/0 is 0: ±ε then keeps everything."""
    total = sum(parts) + extra
    away = epsilon if total >= 0 else -epsilon
    if total + away == 0:
        return [0.0] * len(parts), 0.0, 1.0
    return [part / (total + away) for part in parts], extra / (total + away), away / (total + away)


def _terms(v: Neuron) -> list[float]:
    """What each of IN(v) adds to it, by eq. 15; the attention weights are weights, not neurons."""
    if v.kind == "attend":
        half = len(v.incoming) // 2
        weights = [0.0] * half + values(v.incoming[:half])
    else:
        weights = list(v.weights) or [1.0] * len(v.incoming)
    return [w * u.value for w, u in zip(weights, v.incoming, strict=True)]


def paper(epsilon: float = 0.0) -> Rules:
    """Eq. 15–17. The bias is no incoming neuron; activations, 1 − z, normalisation and constant factors pass all."""

    def weigh(v: Neuron) -> Weighed:
        if v.kind in ("tanh", "sigmoid", "activation", "complement", "factor"):
            return [1.0], {}
        if v.kind in ("norm", "softmax"):
            return [float(i == v.own) for i in range(len(v.incoming))], {}
        if v.kind == "maximum":
            return [float(u.value == v.value) for u in v.incoming], {}
        if v.kind == "dot":  # nothing goes to the attention weights, so that nothing comes here
            return [0.0] * len(v.incoming), {}
        if v.kind == "product":
            shares, _, kept = _divided(values(v.incoming), 0.0, epsilon)  # eq. 16
            return shares, {"stabiliser": kept}
        constant = v.bias if v.kind == "shift" else 0.0
        shares, of_constant, kept = _divided(_terms(v), constant, epsilon)
        return shares, {"stabiliser": kept, "positions": of_constant}

    return Rules(weigh)


def signal() -> Rules:
    """Arras et al. 2017: the bias takes its share, and of gate × signal the signal takes all."""

    def weigh(v: Neuron) -> Weighed:
        if v.kind == "product":
            return [0.0, 1.0], {}
        if v.kind in ("linear", "norm"):
            shares, bias, kept = _divided(_terms(v), v.bias, 0.0)
            return shares, {"bias": bias, "stabiliser": kept}
        return paper().weigh(v)

    return Rules(weigh)


def stable(tangents: Mapping[str, float], share: float) -> Rules:
    """v = Σ coefficient·u + offset. `tangents`: how much of f′ an activation takes, the rest of f(x)/x; `share`: how
    much of their tangent attention weights take."""

    def weigh(v: Neuron) -> Weighed:
        inputs, half = values(v.incoming), len(v.incoming) // 2
        if v.kind in tangents:
            [x], [slope] = inputs, v.weights
            slope = tangents[v.kind] * slope + (1 - tangents[v.kind]) * (slope if x == 0 else v.value / x)
            return [slope], {"gate" if v.kind == "sigmoid" else v.kind: v.value - slope * x}
        if v.kind == "product":
            return [inputs[1], inputs[0]], {"gate": -v.value}
        if v.kind == "complement":
            return [-1.0], {"gate": 1.0}
        if v.kind == "softmax":
            alpha = softmax(inputs)
            slopes = [alpha[v.own] * ((i == v.own) - alpha[i]) for i in range(len(alpha))]
            return slopes, {"attention": v.value - sum(s * e for s, e in zip(slopes, inputs, strict=True))}
        if v.kind == "dot":
            return [*inputs[half:], *inputs[:half]], {"attention": -v.value}
        if v.kind == "attend":
            return [*(share * h for h in inputs[half:]), *inputs[:half]], {"attention": -share * v.value}
        if v.kind == "maximum":
            return [float(x == v.value) for x in inputs], {}
        if v.kind == "shift":
            return [1.0], {"positions": v.bias}
        return v.weights, {"bias": v.bias}  # linear, norm, factor

    return Rules(weigh, coefficients=True)


# --- explanations -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """R_{u←v} of every word, and what went elsewhere: "initial" and the ledger's accounts by name."""

    value: float
    source: list[float]
    target: list[float]
    elsewhere: dict[str, float]


@dataclass(frozen=True, slots=True)
class Twin:
    """The neurons of one sentence pair. `states`: name → position → vector."""

    graph: Graph
    source: list[Vector]  # x_1 … x_S
    target: list[Vector]  # y_1 … y_{T−1}
    initial: Vector  # what is no word: →h_0, y_0, the start symbol
    states: dict[str, list[Vector]]
    vocabulary: dict[str, list[float]]  # by state and position: what was taken from a logit before the start

    def value(self, state: str, position: int) -> float:
        return sum(values(self.states[state][position])) + self._left_out(state, position)

    def _left_out(self, state: str, position: int) -> float:
        return self.vocabulary[state][position] if state in self.vocabulary else 0.0

    def explain(self, state: str, position: int, rules: Rules) -> Account:
        """Lines 6–16, after `graph.weigh(rules)`."""
        source, target = [0.0] * len(self.source), [0.0] * len(self.target)
        elsewhere = {"initial": 0.0, "vocabulary": self._left_out(state, position)}
        for v in self.states[state][position]:
            carried = self.graph.carry(v, 1.0 if rules.coefficients else v.value)

            def relevance(u: Neuron, carried: list[float] = carried) -> float:
                return carried[u.place] * (u.value if rules.coefficients else 1.0)

            for words, sums in ((self.source, source), (self.target, target)):
                for place, word in enumerate(words):
                    sums[place] += sum(map(relevance, word))
            elsewhere["initial"] += sum(map(relevance, self.initial))
            for z in self.graph.neurons[: v.place + 1]:
                for account, leak in z.leaks.items():
                    elsewhere[account] = elsewhere.get(account, 0.0) + leak * carried[z.place]
        return Account(self.value(state, position), source, target, elsewhere)


def logits(
    graph: Graph, readouts: Sequence[Vector], table: Sequence[Sequence[float]], bias: Sequence[float],
    target: Sequence[int], against: int, start: str,
) -> tuple[dict[str, list[Vector]], dict[str, list[float]]]:  # fmt: skip
    """The states "logit", of the target's tokens, and "contrast", of those over `against`; and what is left out.

    A logit, what sets it apart from others and the difference of two are each one neuron of an output layer of its own.
    `start` "centred": apart from the mean of all; "rivals": from Σ_{v≠a} p_v/(1−p_a) of each other.
    """
    neurons: dict[str, list[Vector]] = {"logit": [], "contrast": []}
    left_out: list[float] = []
    for word, readout in zip(target, readouts, strict=True):
        shares = [0.0] * len(table)
        if start == "centred":
            shares = [1 / len(table)] * len(table)
        elif start == "rivals":
            all_of_them = [sum(w * t.value for w, t in zip(row, readout, strict=True)) + b
                           for row, b in zip(table, bias, strict=True)]  # fmt: skip
            p = softmax(all_of_them)
            shares = [0.0 if v == word else p[v] / (1 - p[word]) for v in range(len(table))]
        common = [sum(share * row[m] for share, row in zip(shares, table, strict=True)) for m in range(len(readout))]
        common_bias = sum(share * b for share, b in zip(shares, bias, strict=True))
        row = [w - c for w, c in zip(table[word], common, strict=True)]
        neurons["logit"].append([graph.linear(readout, row, bias[word] - common_bias)])
        left_out.append(sum(c * t.value for c, t in zip(common, readout, strict=True)) + common_bias)
        row = [a - b for a, b in zip(table[word], table[against], strict=True)]
        neurons["contrast"].append([graph.linear(readout, row, bias[word] - bias[against])])
    return neurons, {"logit": left_out}
