"""Controls: explained positions of unflagged segments, like the flagged ones in place and sentence length.

What is odd about the relevance of flagged positions shows only beside positions that nothing is suspected of, and only
if these are alike in what relevance depends on anyway: at the first word there is no prefix that could matter, and
forty source words share more than four do. So controls are drawn, and compared, stratum by stratum.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappush, heappushpop, nlargest
from typing import NamedTuple

from nmt_audit.records import Audited

# Source tokens, `</s>` included; each class is half as long again as the one before.
LENGTHS = (6, 9, 14, 21, 31, 47, 70)
QUARTERS = 4
END = QUARTERS  # the last token, `</s>`, is a place of its own: an early end is to be compared with ordinary ends


class Stratum(NamedTuple):
    """A class of positions: the quarter of the target (END for its last token), and the class of the source length."""

    place: int
    length: int


def stratum(position: int, target_tokens: int, source_tokens: int) -> Stratum:
    """The class of a target position, an index among `target_tokens`; both counts include `</s>`."""
    length = sum(source_tokens > most for most in LENGTHS)
    if position == target_tokens - 1:
        return Stratum(END, length)
    return Stratum(position * QUARTERS // max(target_tokens - 1, 1), length)


@dataclass(frozen=True, slots=True)
class Control:
    """One unflagged position: an index into the audited segments and one into the segment's target tokens."""

    segment: int
    position: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The controls in corpus order, and how many strata they were asked of."""

    controls: tuple[Control, ...]
    strata: int


class Pool:
    """What controls are drawn from and to be like, gathered while segments pass; at most `most` per stratum are kept.

    Segments of more than `longest` tokens on a side are left out, on both sides of the comparison.
    """

    def __init__(self, most: int, seed: int, longest: int) -> None:
        self._most, self._seed, self._longest = most, seed, longest
        self._there: Counter[Stratum] = Counter()
        self._flagged: dict[str, Counter[Stratum]] = defaultdict(Counter)
        # heaps, the last drawn first: minus key, minus place of the segment, minus position
        self._nearest: dict[Stratum, list[tuple[int, int, int]]] = defaultdict(list)

    def add(self, number: int, item: Audited) -> None:
        """The segment at place `number` of the corpus."""
        if not self._most or not _explainable(item, self._longest):
            return
        for category, position in {(flag.category, j) for flag in item.standing for j in flag.positions}:
            self._flagged[category][_stratum(item, position)] += 1
        if item.flags:
            return
        for position, key in zip(_positions(item), _keys(item, self._seed), strict=True):
            found = _stratum(item, position)
            self._there[found] += 1
            entry = (-key, -number, -position)
            if len(self._nearest[found]) < self._most:
                heappush(self._nearest[found], entry)
            else:
                heappushpop(self._nearest[found], entry)

    def drawn(self) -> Drawn:
        """At most `most` positions of segments without any flag, spread over the strata as flagged positions are.

        Each category has the same say, however many positions its flags point at. Where a stratum has too few, those
        next to it in length, at the same place of the sentence, give more. Which positions are taken hangs on the seed
        and on their own texts, not on their place in the corpus.
        """
        quotas = _filled(_quotas(_shares(self._flagged), self._most), self._there)
        taken = sorted(
            (-number, -position)
            for found, quota in quotas.items()
            for _, number, position in nlargest(quota, self._nearest[found])
        )
        return Drawn(tuple(Control(number, position) for number, position in taken), len(quotas))


def _explainable(item: Audited, longest: int) -> bool:
    known = item.evidence
    return known is not None and max(len(known.source_tokens), len(known.target_tokens)) <= longest


def _stratum(item: Audited, position: int) -> Stratum:
    assert item.evidence is not None  # _explainable
    return stratum(position, len(item.evidence.target_tokens), len(item.evidence.source_tokens))


def _positions(item: Audited) -> range:
    assert item.evidence is not None  # _explainable
    return range(len(item.evidence.target_tokens))


def _shares(flagged: Mapping[str, Counter[Stratum]]) -> dict[Stratum, float]:
    """Stratum → its share of the flagged positions, averaged over the categories. `flagged`: of each category."""
    shares: dict[Stratum, float] = defaultdict(float)
    for category in sorted(flagged):
        for found, count in flagged[category].items():
            shares[found] += count / flagged[category].total() / len(flagged)
    return dict(sorted(shares.items()))


def _quotas(shares: Mapping[Stratum, float], most: int) -> dict[Stratum, int]:
    """`most` dealt out by share, the largest remainders rounded up."""
    exact = {found: share * most for found, share in shares.items()}
    quotas = {found: int(number) for found, number in exact.items()}
    left = most - sum(quotas.values())
    for found in sorted(exact, key=lambda one: (quotas[one] - exact[one], one))[:left]:
        quotas[found] += 1
    return quotas


def _filled(quotas: Mapping[Stratum, int], there: Mapping[Stratum, int]) -> dict[Stratum, int]:
    """What each stratum is to give, when there are so many of each: those that have too few get the rest from the
    nearest in length, of two as near the shorter, at the same place."""
    taken = {found: min(count, there.get(found, 0)) for found, count in quotas.items()}
    for wanted, count in quotas.items():
        missing = count - min(count, there.get(wanted, 0))
        near = [found for found in there if found.place == wanted.place]
        for found in sorted(near, key=lambda one: (abs(one.length - wanted.length), one.length)):
            more = min(missing, there[found] - taken.get(found, 0))
            taken[found] = taken.get(found, 0) + more
            missing -= more
    return {found: count for found, count in taken.items() if count}


def _keys(item: Audited, seed: int) -> list[int]:
    """What positions are drawn by, the smallest first: a hash each, of the seed, the pair and the position."""
    assert item.evidence is not None  # _explainable
    pair = hashlib.sha256("\x1f".join((str(seed), item.segment.source, item.segment.hypothesis or "")).encode())
    keys = []
    for position in _positions(item):
        own = pair.copy()
        own.update(b"\x1f%d" % position)
        keys.append(int.from_bytes(own.digest()[:8]))
    return keys
