"""The recurrent networks as the audit sees them: translation, forced decoding and states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nmt_audit.errors import RequestError
from nmt_audit.models.batches import buckets, pad
from nmt_audit.models.device import lowered, mixed, search_precision, unmixed
from nmt_audit.models.protocol import Forced, Trace
from nmt_audit.models.recurrent_network import Decoded, RecurrentNetwork
from nmt_audit.models.search import State, beam_search
from nmt_audit.models.statistics import given_logprobs, token_statistics
from nmt_audit.models.steps import Steps, steps_of
from nmt_audit.models.translating import refuse, translate
from nmt_audit.models.vocabulary import END, PAD, UNKNOWN, Vocabulary
from nmt_audit.records import Array, Token, Translation

BATCH_TOKENS, BATCH_ROWS = 4_000, 64  # of forced decoding
SEARCH_TOKENS, SEARCH_ROWS = 8_000, 128  # of a search: source tokens of all hypotheses, sentences
LOGITS = 8_000_000  # at most so many numbers at once in a search: 64 MB


class RecurrentModel:
    """A trained recurrent network with its vocabulary, in float64, where the network is.

    The search is float32, twice as fast: the differences that batching makes (1e-6) are below those between nearly all
    hypotheses, so that a sentence alone gets the translation that it gets in a batch. In float64 they are 1e-15.
    """

    def __init__(
        self, network: RecurrentNetwork[Any], vocabulary: Vocabulary, *, name: str, fingerprint: str,
        max_length: int = 512, length_penalty: float = 1.0, directory: Path | None = None,
        precision: torch.dtype | None = None,
    ) -> None:  # fmt: skip
        self.network = network.double().eval().requires_grad_(False)
        self.precision = precision or search_precision(self.device, on_cpu=torch.float32)
        self.vocabulary = vocabulary
        self.name = name
        self.directory = directory
        self.fingerprint = fingerprint
        self.max_length = max_length
        self.longest_target = self.limit(max_length)
        self.length_penalty = length_penalty
        self.end_id = END
        self.unknown_id = UNKNOWN

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.network.bias.device

    # --- text ---------------------------------------------------------------------------------------------------

    def tokenize(self, text: str) -> tuple[Token, ...]:
        """The tokens of a source text, `</s>` last."""
        return self.vocabulary.encode(text)

    def tokenize_target(self, text: str) -> tuple[Token, ...]:
        """The tokens of a target text, `</s>` last: the vocabulary is a joint one."""
        return self.vocabulary.encode(text)

    def piece(self, id: int) -> str:
        """The piece of an id, as it is spelt in the vocabulary."""
        return self.vocabulary.piece(id)

    def piece_id(self, piece: str) -> int:
        """The id of a piece. Raises RequestError where the vocabulary does not have it."""
        id = self.vocabulary.id(piece)
        if id is None:
            raise RequestError(f"{self.name} has no token “{piece}”; word-initial pieces begin with ▁, as in ▁not")
        return id

    # --- translation --------------------------------------------------------------------------------------------

    def translate(self, sources: Sequence[str], *, beam: int = 5) -> list[Translation]:
        """Beam search over length-bucketed batches; answers in the order of `sources`."""
        return [found.translation for found in translate(self, sources, beam=beam)]

    def translation(self, source: tuple[Token, ...], target: Sequence[int], forced: Forced) -> Translation:
        """See `Model`. The score is the one that the search ranked by: Σ log p over the length to the penalty."""
        text, words = self.vocabulary.decode(target)
        score = float(forced.logprobs.sum() / len(target) ** self.length_penalty)
        return Translation(text, source, words, forced.logprobs, score, target[-1] == END)

    @torch.no_grad()
    def search(self, sources: Sequence[Sequence[int]], *, beam: int) -> list[list[int]]:
        """The best target ids for each source. At most twice the source's length plus ten."""
        refuse(sources, beam=beam, max_length=self.max_length)
        rows = max(1, min(SEARCH_ROWS, LOGITS // (beam * len(self.vocabulary))))
        found: dict[int, list[int]] = {}
        with mixed(self.device, self.precision):
            for batch in buckets([len(ids) for ids in sources], tokens=SEARCH_TOKENS // beam, rows=rows):
                state = self.begin([sources[i] for i in batch])
                limits = [self.limit(len(sources[i])) for i in batch]
                best = beam_search(self, state, limits, beam=beam, length_penalty=self.length_penalty)
                found.update((i, list(hypothesis.ids)) for i, hypothesis in zip(batch, best, strict=True))
        return [found[i] for i in range(len(sources))]

    def limit(self, length: int) -> int:
        """The most tokens that a search says of a source of `length` tokens."""
        return 2 * length + 10

    @torch.no_grad()
    def resume(self, sources: Sequence[Sequence[int]], prefixes: Sequence[Sequence[int]]) -> list[str]:
        """What the model says after each prefix when it may not stop there: greedy, `</s>` forbidden first."""
        texts = []
        with mixed(self.device, self.precision):
            for source, prefix in zip(sources, prefixes, strict=True):
                # One at a time: prefixes differ in length, and a state must stand exactly before its prefix's last.
                state, last = self.begin([source]), torch.tensor([PAD], device=self.device)
                for id in prefix:
                    _, state = self._steps.advance(last, state)
                    last = torch.tensor([id], device=self.device)
                limit = self.limit(len(source))
                [found] = beam_search(self, state, [limit], beam=1, last=last, end_allowed_at=1)
                texts.append(self.vocabulary.decode(found.ids)[0])
        return texts

    @cached_property
    def _searched(self) -> RecurrentNetwork[Any]:
        """The network that searches compute with."""
        return self.network if self.precision == torch.float64 else lowered(self.network)

    @cached_property
    def _steps(self) -> Steps[Any]:
        """Made when the first search begins: what it computes in advance is of no use elsewhere."""
        with torch.no_grad(), unmixed(self.device):
            return steps_of(self._searched)

    @torch.no_grad()
    def begin(self, sources: Sequence[Sequence[int]]) -> State:
        """The state of a search before the first word, one row per source (ids)."""
        state: State = self._steps.begin(*pad(sources, self.device))
        return state

    @torch.no_grad()
    def step(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """Last tokens [N] (PAD: none yet, y_0 = 0) → log-probabilities [N,V] and the next state."""
        readout, after = self._steps.advance(tokens, state)
        with unmixed(self.device):  # see `Unmixed`
            logits = self._searched.logits(readout.to(self._searched.bias.dtype))
        return torch.log_softmax(logits, -1), after

    # --- forced decoding ----------------------------------------------------------------------------------------

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[Array]:
        """Token log-probabilities of each target, `</s>` included."""
        source_ids = [[t.id for t in self.tokenize(text)] for text in sources]
        target_ids = [[t.id for t in self.tokenize_target(text)] for text in targets]
        return self.logprobs(source_ids, target_ids)

    @torch.no_grad()
    def logprobs(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[Array]:
        """The log-probabilities of `force`, at half its price."""
        found: dict[int, Array] = {}
        for batch, target, decoded in self._forced(sources, targets):
            values = given_logprobs(self.network.logits(decoded.readout), target).cpu()
            found.update((i, values[row, : len(targets[i])].numpy().copy()) for row, i in enumerate(batch))
        return [found[i] for i in range(len(sources))]

    @torch.no_grad()
    def force(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[Forced]:
        """Forced decoding, batched by length; in the order given."""
        found: dict[int, Forced] = {}
        for batch, target, decoded in self._forced(sources, targets):
            statistics = token_statistics(self.network.logits(decoded.readout), target, self.end_id)
            statistics = {name: values.cpu() for name, values in statistics.items()}
            attention = None if decoded.attention is None else decoded.attention.cpu()
            for row, i in enumerate(batch):
                length, width = len(targets[i]), len(sources[i])
                weights = None if attention is None else attention[row, :length, :width].numpy().copy()
                of_row = {name: values[row, :length].numpy().copy() for name, values in statistics.items()}
                found[i] = Forced(attention=weights, **of_row)
        return [found[i] for i in range(len(sources))]

    def _forced(
        self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]
    ) -> Iterator[tuple[Sequence[int], Tensor, Decoded[Any]]]:
        """The decoder's states over given targets, batch by batch: indices, target ids [B,T], states."""
        lengths = [max(len(s), len(t)) for s, t in zip(sources, targets, strict=True)]
        for batch in buckets(lengths, tokens=BATCH_TOKENS, rows=BATCH_ROWS):
            # Many targets may have one source (a word of the target left out in turn): it is read once.
            places: dict[tuple[int, ...], int] = {}
            rows = torch.tensor([places.setdefault(tuple(sources[i]), len(places)) for i in batch], device=self.device)
            ids, mask = pad(list(places), self.device)
            state = self.network.begin(self.network.embed(ids), mask)
            if len(places) < len(batch):
                state = state.select(rows, rows)
            target, _ = pad([targets[i] for i in batch], self.device)
            yield batch, target, self.network.decode(self.network.shift(target), state)

    # --- states -------------------------------------------------------------------------------------------------

    @property
    def states(self) -> Mapping[str, str]:
        """The names of the network's states and what they index: "source" or "target" positions."""
        return self.network.states

    @property
    def path(self) -> tuple[str, ...]:
        """The states on the way from the source to a produced word, "output" last."""
        return self.network.path

    def trace(
        self, source: Tensor, mask: Tensor, target: Tensor, *,
        source_scale: Tensor | None = None, target_scale: Tensor | None = None,
    ) -> Trace:  # fmt: skip
        """Ids [B,S], mask [B,S], ids [B,T] → every state, with gradient where that is on.

        `source_scale` [B,S] and `target_scale` [B,T−1] multiply the embedded words.
        """
        words, earlier = self._leaf(source, source_scale), self._leaf(target[:, :-1], target_scale)
        return self.network.trace(words, mask.to(self.device), earlier)

    def _leaf(self, ids: Tensor, scale: Tensor | None) -> Tensor:
        """ids [B,N] → [B,N,E]. A leaf, because the embedding table is constant."""
        words: Tensor = self.network.embedding(ids.to(self.device))
        return (words if scale is None else words * scale.to(words).unsqueeze(-1)).requires_grad_()

    def output_layer(self) -> tuple[Tensor, Tensor]:
        """The output layer's weights [V,E] (the embedding table) and bias [V]."""
        return self.network.embedding.weight, self.network.bias
