"""All that the audit may ask of a model. An extra ability is an extra protocol.

B sentences, S source tokens, T target tokens; both token lists end in `</s>`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nmt_audit.records import Array, Token, Translation

if TYPE_CHECKING:  # an audit without a model does without torch: seconds, and 200 MB
    import torch
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Forced:
    """What a model says about one given target, token by token."""

    logprobs: Array  # [T], natural logarithm
    entropies: Array  # [T], nats
    ranks: NDArray[np.int64]  # [T], 0 is the first choice
    gaps: Array  # [T], log p of the best token − log p of the given one
    rivals: NDArray[np.int64]  # [T], the best token but for the given one
    end_margins: Array  # [T], logit of `</s>` − the best other logit
    attention: Array | None  # [T,S], rows sum to 1; None: the model has no attention


class Model(Protocol):
    """Translates and scores. All arithmetic is float64 unless a model says otherwise; the search's may be less exact.

    Arrays of numpy are on the CPU, tensors on the model's device.
    """

    @property
    def device(self) -> torch.device:
        """Where it computes."""

    @property
    def name(self) -> str:
        """The name or directory that it was loaded by."""

    @property
    def directory(self) -> Path | None:
        """Where it was loaded from, with what belongs to it (thresholds, a card); None where it was made in memory."""

    @property
    def precision(self) -> torch.dtype:
        """What its search computes in."""

    @property
    def fingerprint(self) -> str:
        """sha256 over weights, vocabulary and configuration."""

    @property
    def max_length(self) -> int:
        """The longest source, in tokens, that it translates."""

    @property
    def longest_target(self) -> int:
        """The longest target, in tokens, that it can be forced through."""

    @property
    def end_id(self) -> int:
        """The id of `</s>`."""

    @property
    def unknown_id(self) -> int:
        """The id of `<unk>`, which stands for what is blanked."""

    def tokenize(self, text: str) -> tuple[Token, ...]:
        """The tokens of a source text, `</s>` last."""

    def tokenize_target(self, text: str) -> tuple[Token, ...]:
        """The tokens of a target text, `</s>` last."""

    def piece(self, id: int) -> str:
        """The piece of an id, as it is spelt in the target vocabulary."""

    def piece_id(self, piece: str) -> int:
        """The id of a piece of the target vocabulary. Raises RequestError where there is none."""

    def translate(self, sources: Sequence[str], *, beam: int = 5) -> list[Translation]:
        """Beam search; in the order of `sources`. Raises RequestError for a source over `max_length`."""

    def search(self, sources: Sequence[Sequence[int]], *, beam: int) -> list[list[int]]:
        """The target ids that a beam search finds for source ids, `</s>` last where the limit did not cut it off.

        In the order given. Raises RequestError for a source over `max_length`, and for a beam of nothing.
        """

    def translation(self, source: tuple[Token, ...], target: Sequence[int], forced: Forced) -> Translation:
        """What a search found, as text, with the log-probabilities of forced decoding."""

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[Array]:
        """Token log-probabilities [T] of each target, `</s>` included."""

    def force(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[Forced]:
        """Forced decoding of target ids, `</s>` included."""

    def logprobs(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[Array]:
        """The log-probabilities of `force` alone: cheaper where many sources are tried."""

    def resume(self, sources: Sequence[Sequence[int]], prefixes: Sequence[Sequence[int]]) -> list[str]:
        """What the model says after each prefix when it may not stop at once: greedy, `</s>` forbidden first."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One forward pass that relevance and derivatives can go back through.

    `states`: name → [B,N,width], N states of the sentence; "output" is what the output layer reads.
    `initial`: leaves for what is neither a source nor a target word (h_0, y_0, the start symbol of a decoder).
    `scores` and `heads` name one attention each, by kind and layer from 1: "cross.1", "encoder.1", "decoder.1".
    `steps`: where a recurrent network computed a tensor of `scores` or `gates` one position after the other, the very
    tensors that it went on with. Their stack is a copy that nothing was computed from, so it has no derivative.
    """

    source: Tensor  # [B,S,E], leaf: the embedded words, times `source_scale`
    target: Tensor  # [B,T−1,E], leaf: y_1 … y_{T−1}, times `target_scale`
    initial: tuple[Tensor, ...]  # leaves [B,…]
    states: Mapping[str, Tensor]
    attention: Tensor | None  # [B,T,S], what `Forced.attention` is; None: the model has no attention
    scores: Mapping[str, Tensor] = field(default_factory=dict)  # [B,heads,N,M], attention before its softmax
    heads: Mapping[str, Tensor] = field(default_factory=dict)  # [B,N,heads,width], what each head gives out
    gates: Mapping[str, Tensor] = field(default_factory=dict)  # [B,N,H] in 0 … 1, as in "encoder.forward.reset"
    steps: Mapping[str, tuple[Tensor, ...]] = field(default_factory=dict)  # N of them each: scores [B,M], gates [B,H]


@runtime_checkable
class Traceable(Protocol):
    """A model whose hidden states can be explained. It takes tensors of any device, and gives those of its own."""

    @property
    def device(self) -> torch.device:
        """Where it computes."""

    @property
    def states(self) -> Mapping[str, str]:
        """The names of its states and what they index: "source" or "target" positions."""

    @property
    def path(self) -> tuple[str, ...]:
        """The states on the way from the source to a produced word that a reader is shown, "output" last."""

    def trace(
        self, source: Tensor, mask: Tensor, target: Tensor, *,
        source_scale: Tensor | None = None, target_scale: Tensor | None = None,
    ) -> Trace:  # fmt: skip
        """Ids [B,S], mask [B,S] (True at tokens), ids [B,T] → every state. Parameters count as constants.

        `source_scale` [B,S] and `target_scale` [B,T−1] multiply the embedded words: 0 blanks one, a number between
        0 and 1 for all is a point on the way from nothing to the sentence. Works with gradients on and off.
        """

    def output_layer(self) -> tuple[Tensor, Tensor | None]:
        """The weights [V,width] and the bias [V] that make logits of the state "output"."""
