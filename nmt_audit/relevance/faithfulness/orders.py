"""What is erased when words are erased in an order, and the measures made of it. Sets of words are bits of an int."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from operator import or_

import numpy as np
from numpy.typing import NDArray

from nmt_audit.records import Array

TOP = (1, 2, 3)  # words
PERCENTS = (1, 2, 3, 5, 10, 20, 50)
FALLS = (*(f"drop_{k}" for k in TOP), "comprehensiveness", "sufficiency")  # of the word's log-probability, nats
MEASURES = (*FALLS, "correlation")
LEAST_WORDS = 3  # that a rank correlation needs


@dataclass(frozen=True, slots=True)
class Plan:
    """For n words: how many are erased from the top, how many are kept, and what the falls make."""

    erased: tuple[int, ...]
    kept: tuple[int, ...]
    weights: Array  # [FALLS, erased + kept]

    @property
    def measured(self) -> tuple[bool, ...]:
        """Which of FALLS it measures."""
        return tuple(bool(row.any()) for row in self.weights)

    def sets(self, order: Sequence[int]) -> list[int]:
        """Which words are erased, for words [n], the most relevant first; one set per column of `weights`."""
        firsts = list(accumulate((1 << word for word in order), or_))
        return [*(firsts[k - 1] for k in self.erased), *(firsts[-1] ^ firsts[k - 1] for k in self.kept)]


@cache
def plan(count: int) -> Plan:
    """The plan for `count` ≥ 1 words: the k first for k of TOP, or all where there are fewer; each share of PERCENTS,
    rounded up, erased (comprehensiveness) or kept (sufficiency)."""
    tops = [min(k, count) for k in TOP]
    shares = [-(-percent * count // 100) for percent in PERCENTS]
    erased, kept = tuple(sorted({*tops, *shares})), tuple(sorted(set(shares)))
    weights = np.zeros((len(FALLS), len(erased) + len(kept)))
    for row, k in enumerate(tops):
        weights[row, erased.index(k)] = 1.0
    for k in shares:
        weights[FALLS.index("comprehensiveness"), erased.index(k)] += 1 / len(shares)
        weights[FALLS.index("sufficiency"), len(erased) + kept.index(k)] += 1 / len(shares)
    return Plan(erased, kept, weights)


FIRST_WORD = Plan((1,), (), np.eye(len(FALLS), 1))  # drop_1 alone


def order(words: Sequence[int], values: Array) -> tuple[int, ...]:
    """Words by value, the largest first; among equals the first in the sentence, and last what is not a number."""
    return tuple(words[i] for i in np.argsort(-values, kind="stable"))


def ranks(values: Array) -> Array:
    """[n] → [n], from 0; equals share the mean of their ranks."""
    smaller = (values[:, None] > values).sum(1)
    return np.asarray(smaller + ((values[:, None] == values).sum(1) - 1) / 2)


def rank_correlation(left: NDArray[np.float64], right: NDArray[np.float64]) -> float | None:
    """Spearman's ρ; None where fewer than three words, a constant or something infinite leave it undefined."""
    if len(left) < LEAST_WORDS or not (np.isfinite(left).all() and np.isfinite(right).all()):
        return None
    a, b = (one - one.mean() for one in (ranks(left), ranks(right)))
    norm = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / norm) if norm > 0 else None
