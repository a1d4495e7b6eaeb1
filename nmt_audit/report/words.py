"""Subword pieces as the words that a reader sees, with their numbers added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nmt_audit.language.pieces import TokenGroup, merge
from nmt_audit.records import Array, Token


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one side. `group_of[i]` is the word that token i belongs to."""

    groups: tuple[TokenGroup, ...]
    group_of: NDArray[np.int64]

    def sums(self, values: Array) -> Array:
        """Per word the sum over its tokens. `values` may stop early: tokens after its end count nothing."""
        totals = np.zeros(len(self.groups))
        np.add.at(totals, self.group_of[: len(values)], values)
        return totals

    def reached(self, tokens: int) -> int:
        """How many words the first `tokens` tokens touch."""
        return int(self.group_of[:tokens].max()) + 1 if tokens else 0


def gather(tokens: Sequence[Token], text: str, language: str) -> Words:
    """The words of a text that was cut into `tokens`. Every token belongs to exactly one."""
    groups = merge(tokens, text, language)
    group_of = np.zeros(len(tokens), dtype=np.int64)
    for number, group in enumerate(groups):
        group_of[list(group.tokens)] = number
    return Words(groups, group_of)
