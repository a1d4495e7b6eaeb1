"""RNNsearch: a bidirectional GRU encoder and a GRU decoder with Bahdanau attention, in its GroundHog form.

Bahdanau, Cho and Bengio 2015, appendix A. Every pre-activation is one `linear` over the concatenation of what comes in,
so that it is one neuron with one set of incoming neurons for layer-wise relevance propagation too.

Shapes: B sentences, S source tokens, T target tokens; widths E of embeddings, H hidden, A of attention; V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, slots=True)
class Sizes:
    """The widths of an RNNsearch network."""

    vocabulary: int
    embedding: int = 256
    hidden: int = 256
    attention: int = 256
    dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decoder may look at: the encoded source of a batch."""

    forward: Tensor  # [B,S,H]
    backward: Tensor  # [B,S,H]
    joint: Tensor  # [B,S,2H]
    keys: Tensor  # [B,S,A], U_a h_i
    mask: Tensor  # [B,S], True at tokens

    def select(self, rows: Tensor) -> Memory:
        """The memory of some rows, in the order given; rows [N] of indices into B."""
        return Memory(self.forward[rows], self.backward[rows], self.joint[rows], self.keys[rows], self.mask[rows])


@dataclass(frozen=True, slots=True)
class Decoded:
    """All states of a decoder that was forced through T target tokens."""

    hidden: Tensor  # [B,T+1,H]: s_0 … s_T
    context: Tensor  # [B,T,2H]: c_1 … c_T
    attention: Tensor  # [B,T,S], each row sums to 1
    energies: Tensor  # [B,T,S], attention before its softmax
    readout: Tensor  # [B,T,E]: t_1 … t_T, before the output layer


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

    def forward(self, inputs: Tensor, state: Tensor) -> Tensor:
        """inputs [B,I], state [B,H] → the next state [B,H]."""
        gates = torch.sigmoid(self.gates(torch.cat([inputs, state], -1)))
        reset, update = gates.chunk(2, -1)
        candidate = torch.tanh(self.candidate(torch.cat([inputs, reset * state], -1)))
        return update * candidate + (1 - update) * state


class Encoder(nn.Module):
    """Two GRUs over the source, one from each end: h_i = [→h_i; ←h_i]."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.forwards = Cell(sizes.embedding, sizes.hidden)
        self.backwards = Cell(sizes.embedding, sizes.hidden)
        self.keys = nn.Linear(2 * sizes.hidden, sizes.attention, bias=False)

    def forward(self, source: Tensor, mask: Tensor, first: Tensor, last: Tensor) -> Memory:
        """source [B,S,E] embedded, mask [B,S]; first and last [B,H]: →h_0 and ←h_{S+1}, zeros.

        They are given rather than made here so that their relevance can be measured.
        """
        tokens = source.unbind(1)
        there = mask.unsqueeze(-1).unbind(1)
        ahead, state = [], first
        for token in tokens:
            state = self.forwards(token, state)
            ahead.append(state)
        back, state = [], last
        for token, is_token in zip(reversed(tokens), reversed(there), strict=True):
            # Padding stands after the last token, so the backward GRU may start only behind it.
            state = torch.where(is_token, self.backwards(token, state), state)
            back.append(state)
        forward, backward = torch.stack(ahead, 1), torch.stack(back[::-1], 1)
        joint = torch.cat([forward, backward], -1)
        return Memory(forward, backward, joint, self.keys(joint), mask)


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
        context = torch.bmm(attention.unsqueeze(1), memory.joint).squeeze(1)
        return context, attention, energies


class Decoder(nn.Module):
    """s_j = GRU(s_{j−1}; y_{j−1}, c_j), t_j = maxout2(U_o s_{j−1} + V_o y_{j−1} + C_o c_j + b_o)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.start = nn.Linear(sizes.hidden, sizes.hidden)
        self.attention = BahdanauAttention(sizes)
        self.cell = Cell(sizes.embedding + 2 * sizes.hidden, sizes.hidden)
        self.readout = nn.Linear(sizes.hidden + sizes.embedding + 2 * sizes.hidden, 2 * sizes.embedding)

    def initial(self, memory: Memory) -> Tensor:
        """s_0 = tanh(W_s ←h_1 + b_s), [B,H]."""
        return torch.tanh(self.start(memory.backward[:, 0]))

    def read_out(self, state: Tensor, previous: Tensor, context: Tensor) -> Tensor:
        """Maxout over pairs: [...,H], [...,E], [...,2H] → [...,E]."""
        pairs = self.readout(torch.cat([state, previous, context], -1)).unflatten(-1, (-1, 2))
        return torch.max(pairs, -1).values


class RNNsearch(nn.Module):
    """The network. One embedding table serves source, target and output layer (a joint vocabulary)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.embedding = nn.Embedding(sizes.vocabulary, sizes.embedding)
        self.encoder = Encoder(sizes)
        self.decoder = Decoder(sizes)
        self.bias = nn.Parameter(torch.zeros(sizes.vocabulary))
        self.dropout = nn.Dropout(sizes.dropout)
        nn.init.normal_(self.embedding.weight, std=sizes.embedding**-0.5)

    def embed(self, ids: Tensor) -> Tensor:
        """ids [B,N] → [B,N,E]."""
        embedded: Tensor = self.dropout(self.embedding(ids))
        return embedded

    def encode(self, source: Tensor, mask: Tensor) -> Memory:
        """source [B,S,E] embedded, mask [B,S] → memory."""
        zeros = source.new_zeros(source.shape[0], self.sizes.hidden)
        memory: Memory = self.encoder(source, mask, zeros, zeros)
        return memory

    def step(self, previous: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One decoder step: y_{j−1} [B,E], s_{j−1} [B,H] → s_j [B,H], t_j [B,E], α_j [B,S], c_j [B,2H]."""
        context, attention, _ = self.decoder.attention(state, memory)
        after = self.decoder.cell(torch.cat([previous, context], -1), state)
        return after, self.decoder.read_out(state, previous, context), attention, context

    def decode(self, previous: Tensor, memory: Memory) -> Decoded:
        """Forced decoding. previous [B,T,E]: y_0 (zeros) … y_{T−1} → every state of T steps."""
        state = self.decoder.initial(memory)
        states, contexts, attentions, energies = [state], [], [], []
        for word in previous.unbind(1):
            context, attention, energy = self.decoder.attention(state, memory)
            state = self.decoder.cell(torch.cat([word, context], -1), state)
            states.append(state)
            contexts.append(context)
            attentions.append(attention)
            energies.append(energy)
        hidden, context = torch.stack(states, 1), torch.stack(contexts, 1)
        readout = self.decoder.read_out(hidden[:, :-1], previous, context)
        return Decoded(hidden, context, torch.stack(attentions, 1), torch.stack(energies, 1), readout)

    def logits(self, readout: Tensor) -> Tensor:
        """t_j [...,E] → [...,V]."""
        return F.linear(self.dropout(readout), self.embedding.weight, self.bias)

    def shift(self, target: Tensor) -> Tensor:
        """Target ids y_1 … y_T [B,T] → embedded y_0 … y_{T−1} [B,T,E], where y_0 = 0."""
        return F.pad(self.embed(target[:, :-1]), (0, 0, 1, 0))

    def forward(self, source: Tensor, mask: Tensor, target: Tensor) -> Tensor:
        """Ids: source [B,S], mask [B,S], target [B,T] → logits [B,T,V] for each target position."""
        memory = self.encode(self.embed(source), mask)
        return self.logits(self.decode(self.shift(target), memory).readout)
