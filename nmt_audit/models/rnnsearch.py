"""RNNsearch as the audit sees it: translation, forced decoding and the states of the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from nmt_audit.errors import RequestError
from nmt_audit.models.batches import buckets, pad
from nmt_audit.models.protocol import Forced, Trace
from nmt_audit.models.rnnsearch_network import Memory, RNNsearch
from nmt_audit.models.search import Hypothesis, beam_search
from nmt_audit.models.vocabulary import END, PAD, Vocabulary
from nmt_audit.records import Array, Token, Translation

BATCH_TOKENS, BATCH_ROWS = 4_000, 64


@dataclass(frozen=True, slots=True)
class DecoderState:
    """One row per hypothesis: s_{j−1} [N,H] and what it attends to."""

    hidden: Tensor
    memory: Memory

    def select(self, rows: Tensor) -> Self:
        """Rows [M] of the N."""
        return type(self)(self.hidden[rows], self.memory.select(rows))


class RNNsearchModel:
    """A trained RNNsearch with its vocabulary, in float64.

    float64 rather than float32: a sentence then gets the same translation alone and in any batch, because the
    differences that batching makes (1e-15) are far below those between hypotheses.
    """

    def __init__(
        self, network: RNNsearch, vocabulary: Vocabulary, *, name: str, fingerprint: str, max_length: int = 512,
        length_penalty: float = 1.0, directory: Path | None = None,
    ) -> None:  # fmt: skip
        self.network = network.double().eval().requires_grad_(False)
        self.vocabulary = vocabulary
        self.name = name
        self.directory = directory
        self.fingerprint = fingerprint
        self.max_length = max_length
        self.length_penalty = length_penalty

    # --- text ---------------------------------------------------------------------------------------------------

    def tokenize(self, text: str) -> tuple[Token, ...]:
        """The tokens of a source text, `</s>` last."""
        return self.vocabulary.encode(text)

    def tokenize_target(self, text: str) -> tuple[Token, ...]:
        """The tokens of a target text, `</s>` last: the vocabulary is a joint one."""
        return self.vocabulary.encode(text)

    def piece_id(self, piece: str) -> int:
        """The id of a piece. Raises RequestError where the vocabulary does not have it."""
        id = self.vocabulary.id(piece)
        if id is None:
            raise RequestError(f"{self.name} has no token “{piece}”; word-initial pieces begin with ▁, as in ▁not")
        return id

    # --- translation --------------------------------------------------------------------------------------------

    @torch.no_grad()
    def translate(self, sources: Sequence[str], *, beam: int = 5) -> list[Translation]:
        """Beam search over length-bucketed batches; answers in the order of `sources`."""
        tokens = [self.tokenize(source) for source in sources]
        ids = [[token.id for token in row] for row in tokens]
        found = self.search(ids, beam=beam)
        forced = self.force(ids, [hypothesis.ids for hypothesis in found])
        translations = []
        for row, hypothesis, scores in zip(tokens, found, forced, strict=True):
            text, target = self.vocabulary.decode(hypothesis.ids)
            translations.append(
                Translation(text, row, target, scores.logprobs, hypothesis.score, hypothesis.finished)
            )  # fmt: skip
        return translations

    @torch.no_grad()
    def search(self, sources: Sequence[Sequence[int]], *, beam: int) -> list[Hypothesis]:
        """The best hypothesis for each source (ids, `</s>` last). At most twice the source's length plus ten."""
        if beam < 1:
            raise RequestError(f"a beam of {beam}: at least one hypothesis is needed")
        for ids in sources:
            if len(ids) > self.max_length:
                raise RequestError(
                    f"a source of {len(ids)} tokens is over the model's {self.max_length}; split it or leave it out"
                )
        found: dict[int, Hypothesis] = {}
        for batch in buckets([len(ids) for ids in sources], tokens=BATCH_TOKENS // max(beam, 1), rows=BATCH_ROWS):
            state = self._encode([sources[i] for i in batch])
            limits = [2 * len(sources[i]) + 10 for i in batch]
            best = beam_search(self, state, limits, beam=beam, length_penalty=self.length_penalty)
            found.update(zip(batch, best, strict=True))
        return [found[i] for i in range(len(sources))]

    @torch.no_grad()
    def resume(self, sources: Sequence[Sequence[int]], prefixes: Sequence[Sequence[int]]) -> list[str]:
        """What the model says after each prefix when it may not stop there: greedy, `</s>` forbidden first."""
        texts: dict[int, str] = {}
        for batch in buckets([len(s) + len(p) for s, p in zip(sources, prefixes, strict=True)],
                             tokens=BATCH_TOKENS, rows=BATCH_ROWS):  # fmt: skip
            for i in batch:  # prefixes differ in length, and a state must stand exactly at its prefix's end
                memory = self._encode([sources[i]]).memory
                prefix = torch.tensor([[*prefixes[i], PAD]])
                hidden = self.network.decode(self.network.shift(prefix), memory).hidden[:, -2]
                last = prefix[:, -2] if len(prefixes[i]) else None
                [found] = beam_search(
                    self, DecoderState(hidden, memory), [2 * len(sources[i]) + 10], beam=1, last=last, end_allowed_at=1
                )
                texts[i] = self.vocabulary.decode(found.ids)[0]
        return [texts[i] for i in range(len(sources))]

    def step(self, tokens: Tensor, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """Last tokens [N] (PAD: none yet, y_0 = 0) → log-probabilities [N,V] and the next state."""
        previous = self.network.embed(tokens) * (tokens != PAD).unsqueeze(-1)
        hidden, readout, _, _ = self.network.step(previous, state.hidden, state.memory)
        return torch.log_softmax(self.network.logits(readout), -1), DecoderState(hidden, state.memory)

    def _encode(self, sources: Sequence[Sequence[int]]) -> DecoderState:
        ids = pad(sources)
        memory = self.network.encode(self.network.embed(ids), ids != PAD)
        return DecoderState(self.network.decoder.initial(memory), memory)

    # --- forced decoding ----------------------------------------------------------------------------------------

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[Array]:
        """Token log-probabilities of each target, `</s>` included."""
        source_ids = [[t.id for t in self.tokenize(text)] for text in sources]
        target_ids = [[t.id for t in self.tokenize_target(text)] for text in targets]
        return [forced.logprobs for forced in self.force(source_ids, target_ids)]

    @torch.no_grad()
    def force(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[Forced]:
        """Forced decoding, batched by length; in the order given."""
        found: dict[int, Forced] = {}
        lengths = [max(len(s), len(t)) for s, t in zip(sources, targets, strict=True)]
        for batch in buckets(lengths, tokens=BATCH_TOKENS, rows=BATCH_ROWS):
            source, target = pad([sources[i] for i in batch]), pad([targets[i] for i in batch])
            memory = self.network.encode(self.network.embed(source), source != PAD)
            decoded = self.network.decode(self.network.shift(target), memory)
            logits = self.network.logits(decoded.readout)
            statistics = _statistics(logits, target)
            for row, i in enumerate(batch):
                length, width = len(targets[i]), len(sources[i])
                attention = decoded.attention[row, :length, :width].numpy().copy()
                of_row = {name: values[row, :length].copy() for name, values in statistics.items()}
                found[i] = Forced(attention=attention, **of_row)
        return [found[i] for i in range(len(sources))]

    # --- states -------------------------------------------------------------------------------------------------

    @cached_property
    def states(self) -> Mapping[str, str]:
        """The states of the paper (section 3.1) and which positions they have."""
        return {
            "source_forward": "source",
            "source_backward": "source",
            "source": "source",
            "context": "target",
            "target": "target",
            "output": "target",
        }

    def trace(self, source: Tensor, mask: Tensor, target: Tensor) -> Trace:
        """Ids [B,S], mask [B,S], ids [B,T] → every state of the paper, `target` at T positions."""
        rows = source.shape[0]
        sizes = self.network.sizes
        source_leaf = self.network.embedding(source).requires_grad_()
        target_leaf = self.network.embedding(target[:, :-1]).requires_grad_()
        h_forward, h_backward, y_0 = (
            source_leaf.new_zeros(rows, *shape).requires_grad_()
            for shape in ((sizes.hidden,), (sizes.hidden,), (1, sizes.embedding))
        )
        memory = self.network.encoder(source_leaf, mask, h_forward, h_backward)
        decoded = self.network.decode(torch.cat([y_0, target_leaf], 1), memory)
        states = {
            "source_forward": memory.forward,
            "source_backward": memory.backward,
            "source": memory.joint,
            "context": decoded.context,
            "target": decoded.hidden[:, 1:],
            "output": decoded.readout,
        }
        return Trace(source_leaf, target_leaf, (h_forward, h_backward, y_0), states, decoded.attention)

    def output_layer(self) -> tuple[Tensor, Tensor]:
        """The output layer's weights [V,E] (the embedding table) and bias [V]."""
        return self.network.embedding.weight, self.network.bias


def _statistics(logits: Tensor, target: Tensor) -> dict[str, NDArray[Any]]:
    """logits [B,T,V], target [B,T] → the fields of Forced by name, each [B,T]."""
    logprobs = torch.log_softmax(logits, -1)
    given = logprobs.gather(-1, target.unsqueeze(-1))
    entropy = -(logprobs.exp() * logprobs).sum(-1)
    rank = (logprobs > given).sum(-1)
    gap = logprobs.max(-1).values - given.squeeze(-1)
    others = logits.masked_fill(F.one_hot(torch.tensor(END), logits.shape[-1]).bool(), -torch.inf)
    margin = logits[..., END] - others.max(-1).values
    return {
        "logprobs": given.squeeze(-1).numpy(),
        "entropies": entropy.numpy(),
        "ranks": rank.numpy(),
        "gaps": gap.numpy(),
        "end_margins": margin.numpy(),
    }
