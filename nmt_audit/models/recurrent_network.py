"""What the recurrent networks have in common: one embedding table for source, target and output layer.

Shapes: B sentences (or hypotheses), S source tokens, T target tokens; widths E of embeddings, H hidden; V vocabulary.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nmt_audit.models.protocol import Trace
from nmt_audit.models.search import State

S = TypeVar("S", bound=State)
Steps = tuple[Tensor, ...]  # what was computed one position after the other, [B,…] each


@dataclass(frozen=True, slots=True)
class Decoded(Generic[S]):
    """What a decoder says when it is led through T words."""

    readout: Tensor  # [B,T,E], before the output layer
    attention: Tensor | None  # [B,T,S], rows sum to 1; None: the network has no attention
    state: S  # after the last of the words


class RecurrentNetwork(nn.Module, ABC, Generic[S]):
    """An encoder and a decoder that read one word after the other, over a joint vocabulary.

    The decoder's word before the first is y_0 = 0.
    """

    def __init__(self, vocabulary: int, embedding: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.dropout = nn.Dropout(dropout)

    @property
    @abstractmethod
    def states(self) -> Mapping[str, str]:
        """The names of its states and what they index: "source" or "target" positions."""

    @property
    @abstractmethod
    def path(self) -> tuple[str, ...]:
        """The states on the way from the source to a produced word, "output" last."""

    @abstractmethod
    def begin(self, source: Tensor, mask: Tensor) -> S:
        """source [B,S,E] embedded, mask [B,S] (True at tokens) → the decoder's state before the first word."""

    @abstractmethod
    def decode(self, previous: Tensor, state: S) -> Decoded[S]:
        """previous [B,T,E]: the embedded words that T steps read, the first of them right after `state`."""

    @abstractmethod
    def trace(self, source: Tensor, mask: Tensor, target: Tensor) -> Trace:
        """source [B,S,E] and target [B,T−1,E], embedded leaves, and mask [B,S] → every state of T steps."""

    def embed(self, ids: Tensor) -> Tensor:
        """ids [B,N] → [B,N,E]."""
        embedded: Tensor = self.dropout(self.embedding(ids))
        return embedded

    def shift(self, target: Tensor) -> Tensor:
        """Target ids y_1 … y_T [B,T] → embedded y_0 … y_{T−1} [B,T,E]."""
        return F.pad(self.embed(target[:, :-1]), (0, 0, 1, 0))

    def logits(self, readout: Tensor) -> Tensor:
        """readout [...,E] → [...,V]."""
        return F.linear(self.dropout(readout), self.embedding.weight, self.bias)

    def forward(self, source: Tensor, mask: Tensor, target: Tensor) -> Tensor:
        """Ids: source [B,S], mask [B,S], target [B,T] → logits [B,T,V] for each target position."""
        state = self.begin(self.embed(source), mask)
        return self.logits(self.decode(self.shift(target), state).readout)
