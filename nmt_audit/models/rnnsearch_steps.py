"""RNNsearch one word after the other, fast: the function of `RNNsearch.decode`, with what no step changes made before.

Of each pre-activation W [y; c; s] the part of the word is looked up in a table that is made once for the model, and
that of the context once for each source position: c_j = Σ_i α_ji h_i, hence C c_j = Σ_i α_ji C h_i. A step then
multiplies the state with two matrices and the output layer with a third. Nothing here has a derivative.

Shapes: B sentences, S source tokens, N hypotheses, as many of each sentence; widths E, H, A as in `RNNsearch`; and
P = 2H + 2E + H: gates, readout before its maxout, candidate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional as F

from nmt_audit.models.rnnsearch_network import Cell, RNNsearch
from nmt_audit.models.vocabulary import PAD

TABLE = 32_000_000  # at most so many numbers of words in advance: 256 MB


@dataclass(frozen=True, slots=True)
class Source:
    """The encoded sources of a batch, as steps need them."""

    keys: Tensor  # [B,1,S,A], e^2k with k = U_a h_i
    parts: Tensor  # [B,S,P], C h_i
    padding: Tensor  # [B,1,S], −∞ at padding, else 0

    def select(self, sentences: Tensor) -> Source:
        """Of these sentences alone."""
        return Source(self.keys[sentences], self.parts[sentences], self.padding[sentences])


@dataclass(frozen=True, slots=True)
class StepState:
    """One row per hypothesis: s_j [N,H]; and the source, once per sentence."""

    hidden: Tensor
    source: Source

    def select(self, rows: Tensor, sentences: Tensor | None) -> Self:
        """See `search.State`."""
        return type(self)(self.hidden[rows], self.source if sentences is None else self.source.select(sentences))


class RNNsearchSteps:
    """The steps of a trained network, whose weights must not change any more."""

    def __init__(self, network: RNNsearch) -> None:
        self.network, sizes, decoder = network, network.sizes, network.decoder
        words, contexts, hidden = sizes.embedding, 2 * sizes.hidden, sizes.hidden
        where = network.bias.device
        gates = torch.split(decoder.cell.gates.weight, [words, contexts, hidden], 1)
        candidate = torch.split(decoder.cell.candidate.weight, [words, contexts, hidden], 1)
        # Maxout takes the larger of two neighbours: here the first of all pairs stand before the second of all pairs.
        halves = torch.arange(2 * sizes.embedding, device=where).view(-1, 2).t().flatten()
        readout = torch.split(decoder.readout.weight[halves], [hidden, words, contexts], 1)
        self._of_word = torch.cat([gates[0], readout[1], candidate[0]])
        self._of_context = torch.cat([gates[1], readout[2], candidate[1]])
        self._of_state = torch.cat([gates[2], readout[0], decoder.attention.query.weight])
        self._of_reset_state = candidate[2].t()
        no_bias = gates[0].new_zeros(2 * hidden)
        self._bias = torch.cat([no_bias, decoder.readout.bias[halves], decoder.cell.candidate.bias])
        self._widths = [2 * hidden, 2 * words, hidden]
        self._before_candidate = 2 * hidden + 2 * words
        small = sizes.vocabulary * len(self._bias) <= TABLE
        self._table = self._project(torch.arange(sizes.vocabulary, device=where)) if small else None

    def begin(self, ids: Tensor, mask: Tensor) -> StepState:
        """ids [B,S], mask [B,S] → the state before the first word."""
        network, encoder = self.network, self.network.encoder
        words = network.embedding(ids)
        ahead = _run(encoder.forwards, words, mask)
        back = _run(encoder.backwards, words.flip(1), mask.flip(1)).flip(1)
        joint = torch.cat([ahead, back], -1)
        keys = _squared_powers(encoder.keys(joint)).unsqueeze(1)
        padding = torch.zeros_like(joint[:, None, :, 0]).masked_fill(~mask.unsqueeze(1), -torch.inf)
        start = torch.tanh(network.decoder.start(back[:, 0])).to(words.dtype)
        return StepState(start, Source(keys, F.linear(joint, self._of_context), padding))

    def advance(self, tokens: Tensor, state: StepState) -> tuple[Tensor, StepState]:
        """Last tokens [N] (PAD: none yet, y_0 = 0) → readout [N,E] and the next state."""
        hidden, source = state.hidden, state.source
        of_state = F.linear(hidden, self._of_state)
        parts = self._project(tokens) if self._table is None else self._table[tokens]
        parts += self._contexts(of_state[:, self._before_candidate :], source)
        parts[:, : self._before_candidate] += of_state[:, : self._before_candidate]
        gates, readout, candidate = torch.split(parts, self._widths, 1)
        reset, update = gates.sigmoid_().chunk(2, 1)
        candidate = torch.addmm(candidate, reset * hidden, self._of_reset_state).tanh_()
        return torch.maximum(*readout.chunk(2, 1)), StepState(_between(hidden, candidate, update), source)

    def _project(self, tokens: Tensor) -> Tensor:
        """What words [N] add to the pre-activations [N,P], the biases with it."""
        words = self.network.embedding(tokens) * (tokens != PAD).unsqueeze(1)
        return F.linear(words, self._of_word, self._bias)

    def _contexts(self, query: Tensor, source: Source) -> Tensor:
        """W_a s [N,A] → what the contexts add to the pre-activations [N,P].

        tanh(q + k) = 1 − 2/(e^2q e^2k + 1), without the 1, which is the same at all positions: softmax drops it.
        """
        sentences, width = len(source.keys), source.keys.shape[-1]
        powers = _squared_powers(query).view(sentences, -1, 1, width)
        share = (powers * source.keys).add_(1).reciprocal_()
        energies = torch.matmul(share, self.network.decoder.attention.energy.weight[0]).mul_(-2).add_(source.padding)
        return torch.bmm(torch.softmax(energies, -1), source.parts).flatten(0, 1)


def _squared_powers(values: Tensor) -> Tensor:
    """e^2v, kept from 0 and ∞, whose product is no number. tanh is 1 long before: in float32 v is cut at ±43."""
    most = math.log(torch.finfo(values.dtype).max) // 2 - 1
    return values.clamp(-most, most).mul_(2).exp_()


def _between(state: Tensor, candidate: Tensor, update: Tensor) -> Tensor:
    """(1 − u) ∘ s + u ∘ s̃, as exact as s: products of matrices may be less so."""
    return torch.lerp(state, candidate.to(state.dtype), update.to(state.dtype))


def _run(cell: Cell, words: Tensor, mask: Tensor) -> Tensor:
    """words [B,S,E] → all states [B,S,H] of a cell that starts from zero and stands still at padding."""
    hidden, width = cell.candidate.out_features, words.shape[-1]
    weights = torch.cat([cell.gates.weight, cell.candidate.weight])
    of_words = F.linear(words, weights[:, :width])
    of_words[..., 2 * hidden :] += cell.candidate.bias
    gates, again = cell.gates.weight[:, width:].t(), cell.candidate.weight[:, width:].t()
    state = words.new_zeros(len(words), hidden)
    states = []
    for word, there in zip(of_words.unbind(1), mask.unsqueeze(-1).unbind(1), strict=True):
        reset, update = torch.addmm(word[:, : 2 * hidden], state, gates).sigmoid_().chunk(2, 1)
        candidate = torch.addmm(word[:, 2 * hidden :], reset * state, again).tanh_()
        state = torch.where(there, _between(state, candidate, update), state)
        states.append(state)
    return torch.stack(states, 1)
