"""Sequence to sequence with stacked LSTMs, with the attention of Luong, Pham and Manning 2015 or with none.

Their sections 3 and 3.1 (global attention), without input feeding. Without attention it is the encoder–decoder of
Sutskever, Vinyals and Le 2014: all that the decoder knows of the source is the encoder's last state.

Every pre-activation is one `linear` over the concatenation of what comes in, so that it is one neuron with one set of
incoming neurons for layer-wise relevance propagation too. (`torch.nn.LSTM` is one opaque call.)

Shapes: B sentences, S source tokens, T target tokens, N of either; widths E of embeddings, H hidden; V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from nmt_audit.models.protocol import Trace
from nmt_audit.models.recurrent_network import Decoded, RecurrentNetwork, Steps

GATES = ("input", "forget", "output")


@dataclass(frozen=True, slots=True)
class LuongSizes:
    """The widths of a network, and how it scores an encoder state: "dot", "general", "concat"; "none": no attention."""

    vocabulary: int
    embedding: int = 256
    hidden: int = 256
    layers: int = 2
    score: str = "general"
    dropout: float = 0.1


# --- stacked LSTM -----------------------------------------------------------------------------------------------------


class LSTMCell(nn.Module):
    """i, f, o = σ(W_ifo [x; h] + b_ifo), n = tanh(W_n [x; h] + b_n), c' = f∘c + i∘n, h' = o∘tanh(c').

    The function of `torch.nn.LSTMCell`, whose rows are in the order i, f, n, o and whose two biases add up to ours.
    """

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.linear = nn.Linear(inputs + hidden, 4 * hidden)  # rows: i, f, o, n
        for rows in self.linear.weight.detach().chunk(4):
            nn.init.xavier_uniform_(rows[:, :inputs])
            nn.init.orthogonal_(rows[:, inputs:])
        nn.init.zeros_(self.linear.bias)
        nn.init.ones_(self.linear.bias[hidden : 2 * hidden])  # a young network must remember before it can forget

    def forward(self, word: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor, Steps]:
        """x [B,I], h [B,H], c [B,H] → h', c' and the gates i, f, o, [B,H] each."""
        gates, candidate = self.linear(torch.cat([word, hidden], -1)).split([3 * self.hidden, self.hidden], -1)
        take, keep, show = torch.sigmoid(gates).chunk(3, -1)
        cell = keep * cell + take * torch.tanh(candidate)
        return show * torch.tanh(cell), cell, (take, keep, show)


@dataclass(frozen=True, slots=True)
class Layers:
    """All states of a stacked LSTM that has read N words; index 0 is the layer next to the words."""

    hidden: Steps  # [B,N,H] of each layer
    cells: Steps  # [B,N,H] of each layer
    gates: Mapping[str, Steps]  # "1.input" → N tensors [B,H]

    def at(self, positions: Tensor) -> Tensor:
        """h and c of every layer after the words at positions [B], one per row: [B,layers,2,H]."""
        rows = torch.arange(len(positions), device=positions.device)
        pairs = zip(self.hidden, self.cells, strict=True)
        return torch.stack([torch.stack([h[rows, positions], c[rows, positions]], 1) for h, c in pairs], 1)

    def last(self) -> Tensor:
        """h and c of every layer after the last word: [B,layers,2,H]."""
        pairs = zip(self.hidden, self.cells, strict=True)
        return torch.stack([torch.stack([h[:, -1], c[:, -1]], 1) for h, c in pairs], 1)


class StackedLSTM(nn.Module):
    """LSTMs of which each reads what the one below it says, with dropout in between."""

    def __init__(self, sizes: LuongSizes) -> None:
        super().__init__()
        widths = [sizes.embedding, *[sizes.hidden] * (sizes.layers - 1)]
        self.layers = nn.ModuleList(LSTMCell(width, sizes.hidden) for width in widths)
        self.dropout = nn.Dropout(sizes.dropout)

    def forward(self, words: Tensor, start: Tensor) -> Layers:
        """words [B,N,E], start [B,layers,2,H]: h and c before the first word → every state."""
        hiddens, cells = [], []
        gates: dict[str, Steps] = {}
        inputs = words
        for number, (layer, first) in enumerate(zip(self.layers, start.unbind(1), strict=True), 1):
            hidden, cell = first.unbind(1)
            run = []
            for word in (self.dropout(inputs) if number > 1 else inputs).unbind(1):
                hidden, cell, opened = layer(word, hidden, cell)
                run.append((hidden, cell, *opened))
            of_hidden, of_cell, *of_gates = zip(*run, strict=True)
            inputs = torch.stack(of_hidden, 1)
            hiddens.append(inputs)
            cells.append(torch.stack(of_cell, 1))
            gates |= {f"{number}.{name}": steps for name, steps in zip(GATES, of_gates, strict=True)}
        return Layers(tuple(hiddens), tuple(cells), gates)


# --- attention --------------------------------------------------------------------------------------------------------


class DotScore(nn.Module):
    """e_ji = h_j·h_i."""

    def keys(self, source: Tensor) -> Tensor:
        """What of the source [B,S,H] is compared: all."""
        return source

    def forward(self, target: Tensor, keys: Tensor) -> Tensor:
        """h_j [B,T,H], keys [B,S,H] → [B,T,S]."""
        return torch.matmul(target, keys.transpose(1, 2))


class GeneralScore(DotScore):
    """e_ji = h_j·W h_i."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.key = nn.Linear(hidden, hidden, bias=False)

    def keys(self, source: Tensor) -> Tensor:
        """W h_i, [B,S,H]."""
        keys: Tensor = self.key(source)
        return keys


class ConcatScore(nn.Module):
    """e_ji = v·tanh(W [h_j; h_i]), where W = [W_query, W_key]."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.query = nn.Linear(hidden, hidden, bias=False)
        self.key = nn.Linear(hidden, hidden, bias=False)
        self.energy = nn.Linear(hidden, 1, bias=False)

    def keys(self, source: Tensor) -> Tensor:
        """W_key h_i, [B,S,H]."""
        keys: Tensor = self.key(source)
        return keys

    def forward(self, target: Tensor, keys: Tensor) -> Tensor:
        """h_j [B,T,H], keys [B,S,H] → [B,T,S]."""
        joined = torch.tanh(self.query(target).unsqueeze(2) + keys.unsqueeze(1))
        energies: Tensor = self.energy(joined).squeeze(-1)
        return energies


SCORES: Mapping[str, Callable[[int], DotScore | ConcatScore]] = {
    "dot": lambda hidden: DotScore(),
    "general": GeneralScore,
    "concat": ConcatScore,
}
NO_ATTENTION = "none"


@dataclass(frozen=True, slots=True)
class Memory:
    """What attention may look at: the encoded source of a batch."""

    states: Tensor  # [B,S,H], top layer
    keys: Tensor  # [B,S,H], what of them is scored
    mask: Tensor  # [B,S], True at tokens

    def select(self, sentences: Tensor) -> Memory:
        """Of these sentences alone."""
        return Memory(self.states[sentences], self.keys[sentences], self.mask[sentences])


class LuongAttention(nn.Module):
    """α_j = softmax(e_j); c_j = Σ_i α_ji h_i, for all steps at once, because no step needs the context of another."""

    def __init__(self, score: str, hidden: int) -> None:
        super().__init__()
        self.score = SCORES[score](hidden)

    def memory(self, states: Tensor, mask: Tensor) -> Memory:
        """Encoder states [B,S,H] and their mask [B,S], ready to be looked at."""
        return Memory(states, self.score.keys(states), mask)

    def forward(self, target: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """h_j [B,T,H] → contexts [B,T,H], attention [B,T,S], energies [B,1,T,S] (padding: the smallest float).

        In a beam search a sentence has several rows, [B·K,T,H], which look at the same source, as the steps of one do.
        """
        (rows, steps, width), sentences = target.shape, len(memory.mask)
        if rows > sentences:
            found = self(target.reshape(sentences, -1, width), memory)
            return found[0].view(rows, steps, -1), found[1].view(rows, steps, -1), found[2].view(rows, 1, steps, -1)
        energies = self.score(target, memory.keys).unsqueeze(1)
        energies = energies.masked_fill(~memory.mask[:, None, None], torch.finfo(energies.dtype).min)
        attention = torch.softmax(energies, -1).squeeze(1)
        return torch.matmul(attention, memory.states), attention, energies


# --- the network ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LuongState:
    """One row per hypothesis: h and c of every layer [N,layers,2,H]; and what attention may look at, per sentence."""

    layers: Tensor
    memory: Memory | None

    def select(self, rows: Tensor, sentences: Tensor | None) -> Self:
        """See `search.State`."""
        memory = self.memory if sentences is None or self.memory is None else self.memory.select(sentences)
        return type(self)(self.layers[rows], memory)


@dataclass(frozen=True, slots=True)
class LuongDecoded(Decoded[LuongState]):
    """All states of a decoder that was led through T words. Contexts and energies are there if attention is."""

    layers: Layers
    context: Tensor | None  # [B,T,H]
    energies: Tensor | None  # [B,1,T,S], attention before its softmax


class Luong(RecurrentNetwork[LuongState]):
    """The network. Raises ValueError for a score that is not known."""

    def __init__(self, sizes: LuongSizes) -> None:
        super().__init__(sizes.vocabulary, sizes.embedding, sizes.dropout)
        if sizes.score not in (*SCORES, NO_ATTENTION):
            raise ValueError(f"score = {sizes.score!r} is not known; there is {', '.join(SCORES)} and {NO_ATTENTION}")
        self.sizes = sizes
        self.encoder = StackedLSTM(sizes)
        self.decoder = StackedLSTM(sizes)
        self.attention = None if sizes.score == NO_ATTENTION else LuongAttention(sizes.score, sizes.hidden)
        self.readout = nn.Linear(sizes.hidden * (1 if self.attention is None else 2), sizes.embedding)
        nn.init.normal_(self.embedding.weight, std=sizes.embedding**-0.5)

    @property
    def states(self) -> Mapping[str, str]:
        """Top layers "source" (h_i) and "target" (h_j), "source.1" … of each layer where there are several."""
        of_layers = [f".{number}" for number in range(1, self.sizes.layers + 1)] if self.sizes.layers > 1 else []
        source, target = ({f"{side}{layer}": side for layer in ("", *of_layers)} for side in ("source", "target"))
        return {**source, **{name: "target" for name in self.path}, **target}

    @property
    def path(self) -> tuple[str, ...]:
        """h_j comes before the context, which is looked up by it; a reader goes from the source to the word."""
        return ("target", "output") if self.attention is None else ("context", "target", "output")

    def begin(self, source: Tensor, mask: Tensor) -> LuongState:
        """source [B,S,E] embedded, mask [B,S] → the state before the first word."""
        zeros = source.new_zeros(len(source), self.sizes.layers, 2, self.sizes.hidden)
        return self._start(self.encoder(source, zeros), mask)

    def _start(self, encoded: Layers, mask: Tensor) -> LuongState:
        """The decoder starts from the encoder's states after the last token, whatever padding is behind it."""
        memory = None if self.attention is None else self.attention.memory(encoded.hidden[-1], mask)
        return LuongState(encoded.at(mask.sum(1) - 1), memory)

    def decode(self, previous: Tensor, state: LuongState) -> LuongDecoded:
        """previous [B,T,E] → every state of T steps; h̃_j = tanh(W [h_j; c_j]), without c_j where nothing attends."""
        layers: Layers = self.decoder(previous, state.layers)
        top = layers.hidden[-1]
        after = LuongState(layers.last(), state.memory)
        if self.attention is None or state.memory is None:
            return LuongDecoded(torch.tanh(self.readout(top)), None, after, layers, None, None)
        context, attention, energies = self.attention(top, state.memory)
        readout = torch.tanh(self.readout(torch.cat([top, context], -1)))
        return LuongDecoded(readout, attention, after, layers, context, energies)

    def trace(self, source: Tensor, mask: Tensor, target: Tensor) -> Trace:
        """Embedded leaves [B,S,E] and [B,T−1,E], mask [B,S] → every state; initial: h_0 and c_0 of the encoder, y_0."""
        rows, sizes = len(source), self.sizes
        start, y_0 = (
            source.new_zeros(rows, *shape).requires_grad_()
            for shape in ((sizes.layers, 2, sizes.hidden), (1, sizes.embedding))
        )
        encoded: Layers = self.encoder(source, start)
        decoded = self.decode(torch.cat([y_0, target], 1), self._start(encoded, mask))
        states = {"source": encoded.hidden[-1], "target": decoded.layers.hidden[-1], "output": decoded.readout}
        if sizes.layers > 1:
            for number, (below, above) in enumerate(zip(encoded.hidden, decoded.layers.hidden, strict=True), 1):
                states |= {f"source.{number}": below, f"target.{number}": above}
        if decoded.context is not None:
            states["context"] = decoded.context
        steps = {f"encoder.{name}": gates for name, gates in encoded.gates.items()}
        steps |= {f"decoder.{name}": gates for name, gates in decoded.layers.gates.items()}
        return Trace(
            source, target, (start, y_0), states, decoded.attention,
            scores={} if decoded.energies is None else {"cross.1": decoded.energies},
            gates={name: torch.stack(gates, 1) for name, gates in steps.items()},
            steps=steps,
        )  # fmt: skip
