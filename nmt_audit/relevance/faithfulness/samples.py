"""What faithfulness is measured on: sentence pairs, and the positions of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nmt_audit.records import Token
from nmt_audit.relevance.request import Request

SIDES = ("source", "prefix")
BLANK = "▁"  # SentencePiece's


@dataclass(frozen=True, slots=True)
class Sample:
    """A sentence pair and the target positions that are measured. Each is a segment of its own to the bootstrap."""

    source_tokens: tuple[Token, ...]
    target_tokens: tuple[Token, ...]
    positions: tuple[int, ...]

    @property
    def source_ids(self) -> tuple[int, ...]:
        """[S]."""
        return tuple(token.id for token in self.source_tokens)

    @property
    def target_ids(self) -> tuple[int, ...]:
        """[T]."""
        return tuple(token.id for token in self.target_tokens)

    def words(self, side: str, position: int) -> list[int]:
        """The contextual words of a position: source tokens but `</s>` and other special ones; earlier target words."""
        if side == "prefix":
            return list(range(position))
        return [i for i, token in enumerate(self.source_tokens) if not _special(token)]

    def request(self, position: int, state: str, rules: str | None) -> Request:
        """What a method is asked about a position; `state` is "logit" or "logprob"."""
        return Request(self.source_tokens, self.target_tokens, (position,), state, "target", rules or "", None, None)


def _special(token: Token) -> bool:
    """Without extent in the text; a piece that is a mere blank has none either, but is a word to the model."""
    return token.start == token.end and token.piece != BLANK


def samples(
    pairs: Sequence[tuple[tuple[Token, ...], tuple[Token, ...]]], *, positions: int | None = None, seed: int = 1
) -> list[Sample]:
    """Pairs of source and target tokens with at most `positions` positions each, drawn by seed; all by default."""
    found = []
    for number, (source, target) in enumerate(pairs):
        drawn = np.random.default_rng([seed, number]).permutation(len(target))[:positions]
        found.append(Sample(source, target, tuple(sorted(map(int, drawn)))))
    return found
