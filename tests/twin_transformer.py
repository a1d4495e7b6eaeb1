"""Neurons of a Marian Transformer, for the slow twin: post-norm layers, swish, a scaled joint embedding table.

The equations are those of Vaswani et al. 2017, section 3; the weights are read by their names in the saved files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from torch import nn
from twin import Graph, Twin, Vector, logits

EPS = 1e-5  # of layer normalisation


class _Layers:
    """Reads weights by name and lays out the parts of a layer."""

    def __init__(self, network: nn.Module, heads: int) -> None:
        self.graph, self.heads = Graph(), heads
        self.weights: dict[str, Any] = {name: tensor.tolist() for name, tensor in network.state_dict().items()}

    def linear(self, name: str, x: Vector) -> Vector:
        return self.graph.layer(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def normed_sum(self, name: str, x: Vector, y: Vector) -> Vector:
        """LayerNorm(x + y)."""
        scale, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return self.graph.norm(self.graph.sum(x, y), scale, bias, EPS)

    def attention(self, name: str, x: list[Vector], memory: list[Vector], *, causal: bool) -> list[Vector]:
        """Multi-head attention from each x to the memory; when causal, to what is not after it."""
        graph = self.graph
        queries = [self.linear(f"{name}.q_proj", one) for one in x]
        keys = [self.linear(f"{name}.k_proj", one) for one in memory]
        states = [self.linear(f"{name}.v_proj", one) for one in memory]
        width = len(x[0]) // self.heads
        found = []
        for place, query in enumerate(queries):
            seen = range(place + 1 if causal else len(memory))
            joined: Vector = []
            for head in range(self.heads):
                part = slice(head * width, (head + 1) * width)
                dots = [graph.dot(query[part], keys[i][part]) for i in seen]
                alpha = graph.softmax(graph.factor(dots, 1 / math.sqrt(width)))
                joined += graph.attend(alpha, [states[i][part] for i in seen])
            found.append(self.linear(f"{name}.out_proj", joined))
        return found

    def feed_forward(self, name: str, x: Vector) -> Vector:
        inner = self.graph.silu(self.linear(f"{name}.fc1", x))
        return self.normed_sum(f"{name}.final_layer_norm", x, self.linear(f"{name}.fc2", inner))

    def embedded(self, side: str, leaves: list[Vector]) -> list[Vector]:
        """√width times the words, plus the vectors of their positions."""
        positions = self.weights[f"model.{side}.embed_positions.weight"]
        scale = math.sqrt(len(leaves[0]))
        return [self.graph.shift(self.graph.factor(leaf, scale), positions[i]) for i, leaf in enumerate(leaves)]


def build_marian(
    network: nn.Module, heads: int, layers: int, begin: int, source: Sequence[int], target: Sequence[int],
    against: int, start: str,
) -> Twin:  # fmt: skip
    """States of every position. `begin`: the id of the start symbol; `start`: of relevance at a logit."""
    made = _Layers(network, heads)
    graph, table = made.graph, made.weights["model.shared.weight"]
    x, y = ([graph.leaves(table[word]) for word in words] for words in (source, target[:-1]))
    first = graph.leaves(table[begin])
    states: dict[str, list[Vector]] = {}
    encoded = made.embedded("encoder", x)
    for number in range(layers):
        name = f"model.encoder.layers.{number}"
        looked = made.attention(f"{name}.self_attn", encoded, encoded, causal=False)
        mixed = [made.normed_sum(f"{name}.self_attn_layer_norm", *pair) for pair in zip(encoded, looked, strict=True)]
        encoded = states[f"source.{number + 1}"] = [made.feed_forward(name, one) for one in mixed]
    decoded = made.embedded("decoder", [first, *y])
    for number in range(layers):
        name = f"model.decoder.layers.{number}"
        looked = made.attention(f"{name}.self_attn", decoded, decoded, causal=True)
        mixed = [made.normed_sum(f"{name}.self_attn_layer_norm", *pair) for pair in zip(decoded, looked, strict=True)]
        context = states[f"context.{number + 1}"] = made.attention(f"{name}.encoder_attn", mixed, encoded, causal=False)
        mixed = [made.normed_sum(f"{name}.encoder_attn_layer_norm", *pair) for pair in zip(mixed, context, strict=True)]
        decoded = states[f"target.{number + 1}"] = [made.feed_forward(name, one) for one in mixed]
    states["output"] = decoded
    [bias] = made.weights["final_logits_bias"]
    of_logits, left_out = logits(graph, decoded, table, bias, target, against, start)
    return Twin(graph, x, y, first, {**states, **of_logits}, left_out)
