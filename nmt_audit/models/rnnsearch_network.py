"""RNNsearch: a bidirectional GRU encoder and a GRU decoder with Bahdanau attention, in its GroundHog form.

Bahdanau, Cho and Bengio 2015, appendix A. Every pre-activation is one `linear` over the concatenation of what comes in,
so that it is one neuron with one set of incoming neurons for layer-wise relevance propagation too.

Shapes: B sentences, S source tokens, T target tokens; widths E of embeddings, H hidden, A of attention; V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from nmt_audit.models.protocol import Trace
from nmt_audit.models.recurrent_network import Decoded, RecurrentNetwork, Steps

GATES = ("reset", "update")


@dataclass(frozen=True, slots=True)
class Sizes:
    """The widths of an RNNsearch network."""

    vocabulary: int
    embedding: int = 256
    hidden: int = 256
    attention: int = 256
    dropout: float = 0.1


class Cell(nn.Module):
    """GroundHog's GRU cell.

    r = σ(Wr x + Ur h), z = σ(Wz x + Uz h), n = tanh(W x + U (r∘h) + b), h' = z∘n + (1−z)∘h.
    `torch.nn.GRU` is another function: it resets after the matrix product, and its z keeps where this one renews.
    """

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.gates = nn.Linear(inputs + hidden, 2 * hidden, bias=False)
        self.candidate = nn.Linear(inputs + hidden, hidden)
        nn.init.xavier_uniform_(self.gates.weight)
        nn.init.xavier_uniform_(self.candidate.weight[:, :inputs])
        nn.init.orthogonal_(self.candidate.weight[:, inputs:])
        nn.init.zeros_(self.candidate.bias)

    def forward(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Steps]:
        """inputs [B,I], state [B,H] → the next state and the gates r and z, [B,H] each."""
        gates = torch.sigmoid(self.gates(torch.cat([inputs, state], -1)))
        reset, update = gates.chunk(2, -1)
        candidate = torch.tanh(self.candidate(torch.cat([inputs, reset * state], -1)))
        return update * candidate + (1 - update) * state, (reset, update)


@dataclass(frozen=True, slots=True)
class Encoded:
    """All states of the encoder, h_i = [→h_i; ←h_i]."""

    forward: Tensor  # [B,S,H]
    backward: Tensor  # [B,S,H]
    joint: Tensor  # [B,S,2H]
    gates: Mapping[str, Steps]  # "forward.reset" → S tensors [B,H]


class Encoder(nn.Module):
    """Two GRUs over the source, one from each end: h_i = [→h_i; ←h_i]."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.forwards = Cell(sizes.embedding, sizes.hidden)
        self.backwards = Cell(sizes.embedding, sizes.hidden)
        self.keys = nn.Linear(2 * sizes.hidden, sizes.attention, bias=False)

    def forward(self, source: Tensor, mask: Tensor, first: Tensor, last: Tensor) -> Encoded:
        """source [B,S,E] embedded, mask [B,S]; first and last [B,H]: →h_0 and ←h_{S+1}, zeros.

        They are given rather than made here so that their relevance can be measured.
        """
        tokens = source.unbind(1)
        there = mask.unsqueeze(-1).unbind(1)
        ahead, ahead_gates, state = [], [], first
        for token in tokens:
            state, gates = self.forwards(token, state)
            ahead.append(state)
            ahead_gates.append(gates)
        back, back_gates, state = [], [], last
        for token, is_token in zip(reversed(tokens), reversed(there), strict=True):
            # Padding stands after the last token, so the backward GRU may start only behind it.
            after, gates = self.backwards(token, state)
            state = torch.where(is_token, after, state)
            back.append(state)
            back_gates.append(gates)
        forward, backward = torch.stack(ahead, 1), torch.stack(back[::-1], 1)
        of_gates = {**_by_name("forward", ahead_gates), **_by_name("backward", back_gates[::-1])}
        return Encoded(forward, backward, torch.cat([forward, backward], -1), of_gates)


def _by_name(prefix: str, gates: Sequence[Steps]) -> dict[str, Steps]:
    """The (r, z) of each step → {"prefix.reset": all r, "prefix.update": all z}."""
    return {f"{prefix}.{name}": steps for name, steps in zip(GATES, zip(*gates, strict=True), strict=True)}


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decoder may look at: the encoded source of a batch."""

    states: Tensor  # [B,S,2H], h_i
    keys: Tensor  # [B,S,A], U_a h_i
    mask: Tensor  # [B,S], True at tokens

    def select(self, sentences: Tensor) -> Memory:
        """Of these sentences alone."""
        return Memory(self.states[sentences], self.keys[sentences], self.mask[sentences])


class BahdanauAttention(nn.Module):
    """e_ji = v·tanh(W_a s_{j−1} + U_a h_i); α_j = softmax(e_j); c_j = Σ_i α_ji h_i."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.query = nn.Linear(sizes.hidden, sizes.attention, bias=False)
        self.energy = nn.Linear(sizes.attention, 1, bias=False)

    def forward(self, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """state [B,H] → context [B,2H], attention [B,S], energies [B,S] (padding: the smallest float)."""
        query = self.query(state).unsqueeze(1)
        energies = self.energy(torch.tanh(query + memory.keys)).squeeze(-1)
        energies = energies.masked_fill(~memory.mask, torch.finfo(energies.dtype).min)
        attention = torch.softmax(energies, -1)
        context = torch.bmm(attention.unsqueeze(1), memory.states).squeeze(1)
        return context, attention, energies


class Decoder(nn.Module):
    """s_j = GRU(s_{j−1}; y_{j−1}, c_j), t_j = maxout2(U_o s_{j−1} + V_o y_{j−1} + C_o c_j + b_o)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.start = nn.Linear(sizes.hidden, sizes.hidden)
        self.attention = BahdanauAttention(sizes)
        self.cell = Cell(sizes.embedding + 2 * sizes.hidden, sizes.hidden)
        self.readout = nn.Linear(sizes.hidden + sizes.embedding + 2 * sizes.hidden, 2 * sizes.embedding)

    def initial(self, encoded: Encoded) -> Tensor:
        """s_0 = tanh(W_s ←h_1 + b_s), [B,H]."""
        return torch.tanh(self.start(encoded.backward[:, 0]))

    def read_out(self, state: Tensor, previous: Tensor, context: Tensor) -> Tensor:
        """Maxout over pairs: [...,H], [...,E], [...,2H] → [...,E]."""
        pairs = self.readout(torch.cat([state, previous, context], -1)).unflatten(-1, (-1, 2))
        return torch.max(pairs, -1).values


@dataclass(frozen=True, slots=True)
class RNNsearchState:
    """One row per sentence: s_j [B,H], and what attention may look at. (A search has `StepState`.)"""

    hidden: Tensor
    memory: Memory

    def select(self, rows: Tensor, sentences: Tensor | None) -> Self:
        """See `search.State`."""
        return type(self)(self.hidden[rows], self.memory if sentences is None else self.memory.select(sentences))


@dataclass(frozen=True, slots=True)
class RNNsearchDecoded(Decoded[RNNsearchState]):
    """All states of a decoder that was led through T words."""

    hidden: Tensor  # [B,T+1,H]: s_0 … s_T
    context: Tensor  # [B,T,2H]: c_1 … c_T
    energies: Steps  # T tensors [B,S], attention before its softmax
    gates: Mapping[str, Steps]  # "decoder.reset" → T tensors [B,H]


class RNNsearch(RecurrentNetwork[RNNsearchState]):
    """The network."""

    states = {
        "source_forward": "source",
        "source_backward": "source",
        "source": "source",
        "context": "target",
        "target": "target",
        "output": "target",
    }  # the states of Ding et al. 2017, section 3.1
    path = ("context", "target", "output")

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes.vocabulary, sizes.embedding, sizes.dropout)
        self.sizes = sizes
        self.encoder = Encoder(sizes)
        self.decoder = Decoder(sizes)
        nn.init.normal_(self.embedding.weight, std=sizes.embedding**-0.5)

    def begin(self, source: Tensor, mask: Tensor) -> RNNsearchState:
        """source [B,S,E] embedded, mask [B,S] → s_0 and what the decoder may look at."""
        zeros = source.new_zeros(source.shape[0], self.sizes.hidden)
        return self._start(self.encoder(source, mask, zeros, zeros), mask)

    def _start(self, encoded: Encoded, mask: Tensor) -> RNNsearchState:
        memory = Memory(encoded.joint, self.encoder.keys(encoded.joint), mask)
        return RNNsearchState(self.decoder.initial(encoded), memory)

    def decode(self, previous: Tensor, state: RNNsearchState) -> RNNsearchDecoded:
        """previous [B,T,E] → every state of T steps; t_j comes from the state before the step, as in GroundHog."""
        memory, hidden = state.memory, state.hidden
        states, contexts, attentions, energies, opened = [hidden], [], [], [], []
        for word in previous.unbind(1):
            context, attention, energy = self.decoder.attention(hidden, memory)
            hidden, gates = self.decoder.cell(torch.cat([word, context], -1), hidden)
            states.append(hidden)
            contexts.append(context)
            attentions.append(attention)
            energies.append(energy)
            opened.append(gates)
        every, context = torch.stack(states, 1), torch.stack(contexts, 1)
        readout = self.decoder.read_out(every[:, :-1], previous, context)
        after = RNNsearchState(hidden, memory)
        of_gates = _by_name("decoder", opened)
        return RNNsearchDecoded(readout, torch.stack(attentions, 1), after, every, context, tuple(energies), of_gates)

    def trace(self, source: Tensor, mask: Tensor, target: Tensor) -> Trace:
        """Embedded leaves [B,S,E] and [B,T−1,E], mask [B,S] → every state; initial: →h_0, ←h_{S+1} and y_0."""
        rows, sizes = source.shape[0], self.sizes
        h_forward, h_backward, y_0 = (
            source.new_zeros(rows, *shape).requires_grad_()
            for shape in ((sizes.hidden,), (sizes.hidden,), (1, sizes.embedding))
        )
        encoded: Encoded = self.encoder(source, mask, h_forward, h_backward)
        decoded = self.decode(torch.cat([y_0, target], 1), self._start(encoded, mask))
        states = {
            "source_forward": encoded.forward,
            "source_backward": encoded.backward,
            "source": encoded.joint,
            "context": decoded.context,
            "target": decoded.hidden[:, 1:],
            "output": decoded.readout,
        }
        gates = {**{f"encoder.{name}": steps for name, steps in encoded.gates.items()}, **decoded.gates}
        return Trace(
            source, target, (h_forward, h_backward, y_0), states, decoded.attention,
            scores={"cross.1": torch.stack(decoded.energies, 1).unsqueeze(1)},
            gates={name: torch.stack(steps, 1) for name, steps in gates.items()},
            steps={**gates, "cross.1": decoded.energies},
        )  # fmt: skip
