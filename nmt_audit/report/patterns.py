"""Failing patterns: words and constructions of the source that flagged segments share more than unflagged ones.

Each is a table of two by two, with a flag of the category or without any flag, and with the pattern or without it.
The odds ratio has Haldane's correction (one half added to each cell) and a 95 % interval by Woolf's standard error;
whether flagged segments have the pattern *more often* is Fisher's exact test, one-sided, and all tests of the page
together are held to a false discovery rate of 5 % (Benjamini and Hochberg 1995). Long sentences are flagged more often
and have more of every word, so that each pattern is also looked at among sentences of like length: the odds ratio of
Mantel and Haenszel (1959) over bands of length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nmt_audit.intervals import Z95
from nmt_audit.records import Array
from nmt_audit.report.features import CONSTRUCTIONS, Looked, look
from nmt_audit.report.tally import FLAGGED, SAMPLE, Sampled, Tally

LEAST = 5  # flagged segments that a word must stand in, and
LEAST_FLAGGED = 20  # that a category must have, and that must be without any flag, to say anything
LIKE_LENGTH = 1.25  # what has a lower odds ratio among sentences of like length is put down to length
BANDS = 5
DISCOVERIES = 0.05
MANY = 300_000  # different words and pairs, beyond which those seen once are forgotten
ANY = ""  # instead of a category: any flag

Counts: TypeAlias = NDArray[np.int64]

_LOG_FACTORIALS = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, SAMPLE + FLAGGED + 1)))])


@dataclass(frozen=True, slots=True)
class Table:
    """Segments with the pattern, of how many: among those with a flag of the category, and among those without any."""

    flagged: int
    of_flagged: int
    clear: int
    of_clear: int

    def odds_ratio(self) -> tuple[float, float, float]:
        """The odds ratio and its 95 % interval."""
        cells = (self.flagged, self.of_clear - self.clear, self.of_flagged - self.flagged, self.clear)
        a, d, b, c = (cell + 0.5 for cell in cells)
        middle, half = log(a * d / (b * c)), Z95 * sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        return exp(middle), exp(middle - half), exp(middle + half)

    def more_often(self) -> float:
        """The probability, if flags and pattern had nothing to do with each other, of so many together or more.

        The upper tail of the hypergeometric distribution.
        """
        total, marked = self.of_flagged + self.of_clear, self.flagged + self.clear
        hits = np.arange(max(self.flagged, marked - self.of_clear), min(self.of_flagged, marked) + 1)
        ways = _log_choose(marked, hits) + _log_choose(total - marked, self.of_flagged - hits)
        return min(1.0, float(np.exp(ways - _log_choose(total, self.of_flagged)).sum()))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of a category. `like_length`: its odds ratio among sentences of like length; None: no such sentences.

    `stands_out`: it passed the test, corrected for how many there were, and is not put down to length. `cues`: what
    showed it, most frequent first.
    """

    kind: str  # "word", "pair" or "construction"
    text: str
    table: Table
    odds: float
    low: float
    high: float
    like_length: float | None
    chance: float
    stands_out: bool
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """The patterns of a category, the strongest first. `flagged` segments of it were looked at.

    `tested` words and pairs were frequent enough; `by_length` passed the test, but not among sentences of like length.
    """

    code: str
    flagged: int
    words: tuple[Pattern, ...]
    constructions: tuple[Pattern, ...]
    tested: int
    by_length: int


@dataclass(frozen=True, slots=True)
class Patterns:
    """Of all categories; `flagged` and `clear` segments were cut into words, of `of_flagged` and `of_clear`."""

    categories: tuple[Shared, ...]
    flagged: int
    of_flagged: int
    clear: int
    of_clear: int


def look_at(tally: Tally) -> dict[int, Looked]:
    """What each kept source has, by the number of its segment."""
    return {item.index: look(item.text, item.language) for item in (*tally.flagged.kept, *tally.clear.kept)}


def patterns(tally: Tally, looked: Mapping[int, Looked]) -> Patterns:
    """The patterns of a run: of any flag together first, then of each category that has flags."""
    flagged, clear = tally.flagged.kept, tally.clear.kept
    counted = _Counted(tally.codes, flagged, clear, looked)
    found = [_shared(code, counted) for code in (ANY, *tally.codes) if counted.size(code)]
    return Patterns(tuple(_held(found)), len(flagged), tally.flagged.seen, len(clear), tally.clear.seen)


def discoveries(chances: Sequence[float], rate: float = DISCOVERIES) -> list[bool]:
    """Which of the tests pass, so that on average a share `rate` of those that do are false (Benjamini–Hochberg)."""
    ordered = sorted(chances)
    passing = [chance for rank, chance in enumerate(ordered, 1) if chance <= rate * rank / len(ordered)]
    limit = passing[-1] if passing else -1.0
    return [chance <= limit for chance in chances]


def _log_choose(n: int, k: Counts | int) -> Array:
    return _log_factorial(n) - _log_factorial(k) - _log_factorial(n - k)


def _log_factorial(n: Counts | int) -> Array:
    return np.asarray(_LOG_FACTORIALS[n], dtype=np.float64)


def _edges(lengths: Sequence[int]) -> list[float]:
    """Inner edges of bands of about equally many segments."""
    return sorted(set(np.quantile(lengths, np.linspace(0, 1, BANDS + 1)[1:-1]).tolist())) if lengths else []


class _Counted:
    """Counts [pattern, group, band]: group 0 is without any flag, 1 with any, then one per category."""

    def __init__(
        self, codes: Sequence[str], flagged: Sequence[Sampled], clear: Sequence[Sampled], looked: Mapping[int, Looked]
    ) -> None:
        self._groups = {ANY: 1, **{code: place + 2 for place, code in enumerate(codes)}}
        self._edges = edges = _edges([len(item.text) for item in (*flagged, *clear)])
        self._looked = looked
        self.sizes: Counts = np.zeros((len(self._groups) + 1, len(edges) + 1), dtype=np.int64)
        frequent = _frequent(looked[item.index].vocabulary for item in flagged)
        self.places = {text: place for place, text in enumerate(frequent)}
        self.counts: Counts = np.zeros((len(self.places), *self.sizes.shape), dtype=np.int64)
        self.built: dict[str, Counts] = {}
        self.told: dict[str, Counts] = {}  # segments in whose language a construction can be told at all
        self.cues: dict[str, Counter[str]] = {item.key: Counter() for item in CONSTRUCTIONS}
        for item in flagged:
            self._add(item, [1, *(group for code, group in self._groups.items() if code and self._has(item, group))])
        for item in clear:
            self._add(item, [0])

    def group(self, code: str) -> int:
        """The place of a category among the groups."""
        return self._groups[code]

    def size(self, code: str) -> int:
        """Segments with a flag of the category."""
        return int(self.sizes[self._groups[code]].sum())

    def table(self, counts: Counts, sizes: Counts, code: str) -> Table:
        """`counts`, `sizes` [group, band]"""
        group = self._groups[code]
        return Table(*(int(cells.sum()) for cells in (counts[group], sizes[group], counts[0], sizes[0])))

    def like_length(self, counts: Counts, sizes: Counts, code: str) -> float | None:
        """The odds ratio of Mantel and Haenszel over the bands of length; None where no band has what it takes."""
        group = self._groups[code]
        a, c = counts[group], counts[0]
        b, d, total = sizes[group] - a, sizes[0] - c, np.maximum(sizes[group] + sizes[0], 1)
        above, below = float((a * d / total).sum()), float((b * c / total).sum())
        return above / below if below else None

    def says_no_more(self, text: str, group: int) -> bool:
        """Whether a pair stands wherever one of its words does: then the word alone is the pattern."""
        parts = text.split(" ") if " " in text else []
        here = self.counts[self.places[text], [group, 0]].sum(axis=1)
        return any((self.counts[self.places[part], [group, 0]].sum(axis=1) == here).all() for part in parts)

    @staticmethod
    def _has(item: Sampled, group: int) -> bool:
        return bool(item.mask >> (group - 2) & 1)

    def _add(self, item: Sampled, groups: list[int]) -> None:
        band = int(np.searchsorted(self._edges, len(item.text), side="left"))
        places = [self.places[text] for text in self._looked[item.index].vocabulary if text in self.places]
        for group in groups:
            self.sizes[group, band] += 1
            self.counts[places, group, band] += 1
        for key, cues in self._looked[item.index].constructions.items():
            for kept, on in ((self.told, True), (self.built, bool(cues))):
                cells = kept.setdefault(key, np.zeros_like(self.sizes))
                cells[groups, band] += on
            if 0 not in groups:
                self.cues[key].update(set(cues))


def _frequent(texts: Iterable[frozenset[str]]) -> list[str]:
    """What stands in enough of the flagged segments, in a fixed order."""
    found: Counter[str] = Counter()
    for each in texts:
        found.update(each)
        if len(found) > MANY:
            found = Counter({text: seen for text, seen in found.items() if seen > 1})
    return sorted(text for text, seen in found.items() if seen >= LEAST)


def _shared(code: str, counted: _Counted) -> Shared:
    """The patterns of a category before the correction for many tests."""
    flagged, group, built = counted.size(code), counted.group(code), []
    if flagged < LEAST_FLAGGED or counted.sizes[0].sum() < LEAST_FLAGGED:
        return Shared(code, flagged, (), (), 0, 0)
    for item in CONSTRUCTIONS:
        told = counted.told.get(item.key)
        if told is not None and min(told[group].sum(), told[0].sum()) >= LEAST_FLAGGED:
            cues = tuple(cue for cue, _ in sorted(counted.cues[item.key].items(), key=lambda pair: (-pair[1], pair[0])))
            found = _pattern(item.key, "construction", counted.built[item.key], told, code, counted, cues)
            if found.table.flagged + found.table.clear >= LEAST:
                built.append(found)
    words = tuple(
        _pattern(text, "pair" if " " in text else "word", counted.counts[place], counted.sizes, code, counted)
        for text, place in counted.places.items()
        if counted.counts[place, group].sum() >= LEAST and not counted.says_no_more(text, group)
    )
    return Shared(code, flagged, words, tuple(built), len(words), 0)


def _pattern(
    text: str, kind: str, counts: Counts, sizes: Counts, code: str, counted: _Counted, cues: tuple[str, ...] = ()
) -> Pattern:
    table = counted.table(counts, sizes, code)
    like = counted.like_length(counts, sizes, code)
    return Pattern(kind, text, table, *table.odds_ratio(), like, table.more_often(), False, cues)


def _held(found: Sequence[Shared]) -> Iterable[Shared]:
    """The categories with what passed: all constructions, and the words that stand out at like length too."""
    everything = [pattern for shared in found for pattern in (*shared.words, *shared.constructions)]
    passed: Mapping[int, bool] = dict(
        zip(map(id, everything), discoveries([pattern.chance for pattern in everything]), strict=True)
    )
    for shared in found:
        words = [replace(pattern, stands_out=True) for pattern in shared.words if passed[id(pattern)]]
        alike = sorted(filter(_is_not_length, words), key=lambda word: (word.chance, -word.odds, word.text))
        built = [
            replace(pattern, stands_out=True) if passed[id(pattern)] and _is_not_length(pattern) else pattern
            for pattern in shared.constructions
        ]
        yield Shared(
            shared.code, shared.flagged, tuple(alike), tuple(sorted(built, key=lambda item: -item.odds)),
            shared.tested, len(words) - len(alike),
        )  # fmt: skip


def _is_not_length(pattern: Pattern) -> bool:
    """Whether the pattern goes with flags among sentences of like length too."""
    return pattern.like_length is None or pattern.like_length >= LIKE_LENGTH
