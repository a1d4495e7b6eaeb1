"""Lexical support: which words of one side have a likely counterpart on the other, judged without a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nmt_audit.language.anchors import names, numbers, unsupported
from nmt_audit.language.cognates import ALIKE, first_sound, likeness
from nmt_audit.language.entries import Entries
from nmt_audit.language.function_words import is_content
from nmt_audit.language.lexicon import Lexicon
from nmt_audit.language.units import units
from nmt_audit.language.words import Kind, Word, kind, primary, words
from nmt_audit.records import Segment

FULL = 0.1  # a translation this probable is full support: what matters is that it is one, not how usual
THE_SAME = 0.8  # the same where the lexicon knows both words, and not as translations of each other
SUPPORTED = 0.5
KNOWN = 0.5

# How often a word of a right translation finds support, by how it could be found. Measured on newstest references.
BY_TABLE = 0.95  # times the share of the word's occurrences that the table explains
BY_CHARACTERS = 0.85  # the same in scripts without blanks: an entry may be part of a longer word
BY_DIGITS = 0.95
BY_NAME = 0.8
BY_SPELLING = {  # longer and shorter content words, against English or within the family
    "romance": (0.5, 0.25), "germanic": (0.28, 0.2), "slavic": (0.3, 0.18), "other": (0.14, 0.08), "han": (0.02, 0.01),
}  # fmt: skip
LONG, SHORT = 7, 4  # letters


@dataclass(frozen=True, slots=True)
class Support:
    """How well the other side supports one word.

    `expected`: how probable support is in a right translation; 0 where there is no way to tell. `known`: whether that
    is more likely than not (the lexicon has the word, or it is a number or a name), so that a support of 0 means
    something. `support`: 0 … 1, that of the best word of the other side; `partner` is its index.
    """

    word: Word
    content: bool
    known: bool
    support: float
    partner: int | None
    expected: float = 0.0

    @property
    def is_supported(self) -> bool:
        """Whether the other side says it."""
        return self.support >= SUPPORTED


@dataclass(frozen=True, slots=True)
class Lexical:
    """The support of every lexical word of both sides of a segment, in the order of the text."""

    source: tuple[Support, ...]
    target: tuple[Support, ...]


class _Side:
    """The words of one side while their support is gathered."""

    def __init__(self, text: str, language: str, entries: Entries) -> None:
        self.text = text
        self.language = language
        self.words = [word for word in words(text, language) if word.is_lexical]
        self.support = [0.0] * len(self.words)
        self.partner: list[int | None] = [None] * len(self.words)
        self.expected = [0.0] * len(self.words)
        self.found: list[tuple[str, int, int]] = [
            (entry, first, last)
            for entry, first, last in units(self.words)
            if first == last or entry in entries.partners
        ]
        for entry, first, last in self.found:
            rate = BY_TABLE if kind(entry[0]) is not Kind.WORD else BY_CHARACTERS
            expected = rate * entries.explained(entry)
            for index in range(first, last + 1):
                # the longest entry decides: a character says less by itself
                self.expected[index] = expected if last > first else max(self.expected[index], expected)

    def supported(self, first: int, last: int, support: float, partner: int) -> None:
        """Notes a support for these words where they had none as good."""
        for index in range(first, last + 1):
            if support > self.support[index]:
                self.support[index], self.partner[index] = support, partner

    def result(self) -> tuple[Support, ...]:
        """The words with their support."""
        return tuple(
            Support(
                word,
                is_content(word.text, self.language),
                self.expected[index] >= KNOWN,
                self.support[index],
                self.partner[index],
                self.expected[index],
            )
            for index, word in enumerate(self.words)
        )


def lexical_support(segment: Segment, lexicon: Lexicon) -> Lexical:
    """The lexical support of every word of a segment; no targets without a hypothesis.

    In this order, the best counting: the lexicon, with related forms and the parts of compounds for words that it does
    not have; numbers; names and cognates by their spelling. Function words have support by the lexicon alone.
    """
    there, back = _entries(lexicon)
    source = _Side(segment.source, segment.src_lang, there)
    target = _Side(segment.hypothesis or "", segment.tgt_lang, back)
    _by_lexicon(source, target, there, back)
    _by_number(source, target)
    _by_number(target, source)
    _by_spelling(source, target)
    return Lexical(source.result(), target.result())


@lru_cache(maxsize=8)
def _entries(lexicon: Lexicon) -> tuple[Entries, Entries]:
    return Entries(lexicon.forward, lexicon.backward), Entries(lexicon.backward, lexicon.forward)


def _by_lexicon(source: _Side, target: _Side, there: Entries, back: Entries) -> None:
    present: defaultdict[str, list[tuple[int, int, float]]] = defaultdict(list)
    for entry, first, last in target.found:
        for form, weight in back.forms(entry):
            present[form].append((first, last, weight))
    for entry, first, last in source.found:
        for form, weight in there.forms(entry):
            for other, strength in there.partners.get(form, {}).items():
                for other_first, other_last, other_weight in present.get(other, ()):
                    support = min(strength / FULL, 1.0) * weight * other_weight
                    source.supported(first, last, support, other_first)
                    target.supported(other_first, other_last, support, first)


def _by_number(side: _Side, other: _Side) -> None:
    found = list(numbers(side.text, side.language))
    if not found:
        return
    missing = {number.start for number in unsupported(found, other.text, other.language)}
    places = {word.start: index for index, word in enumerate(side.words)}
    for number in found:
        index = places[number.start]
        side.expected[index] = BY_DIGITS
        if number.start in missing:
            side.support[index], side.partner[index] = 0.0, None
        else:
            side.support[index] = 1.0
            same = (i for i, word in enumerate(other.words) if word.text == number.text)
            side.partner[index] = next(same, side.partner[index])


def _by_spelling(source: _Side, target: _Side) -> None:
    """Words without support that look alike on both sides."""
    rates = _spelling_rates(source.language, target.language)
    listed = [[expected >= KNOWN for expected in side.expected] for side in (source, target)]
    by_sound: defaultdict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for text, first, last in _spelt(target, source.text, rates):
        by_sound[first_sound(text)].append((text, first, last))
    for text, first, last in _spelt(source, target.text, rates):
        for other, other_first, other_last in by_sound.get(first_sound(text), ()):
            support = likeness(text, other)
            if support >= (THE_SAME if listed[0][first] and listed[1][other_first] else ALIKE):
                source.supported(first, last, support, other_first)
                target.supported(other_first, other_last, support, first)


def _spelt(side: _Side, other: str, rates: tuple[float, float]) -> Iterator[tuple[str, int, int]]:
    """The words of a side whose spelling may tell something: content words, and runs of Katakana as one word."""
    capitals = {word.start for word in names(side.text, side.language)}
    for text, first, last in _runs(side.words):
        if not is_content(text, side.language) or any(char.isdigit() for char in text):
            continue
        yield text, first, last
        expected = rates[0] if len(text) >= LONG else rates[1] if len(text) >= SHORT else 0.0
        if side.words[first].start in capitals and _is_latin(side.text) and _is_latin(other):
            expected = BY_NAME
        for index in range(first, last + 1):
            chance = 1 - (1 - side.expected[index]) * (1 - expected)
            side.expected[index] = chance


def _runs(found: Sequence[Word]) -> Iterator[tuple[str, int, int]]:
    run: list[int] = []
    for index, word in enumerate(found):
        if kind(word.text[0]) is not Kind.WORD:
            yield word.text, index, index
        elif "\u30a0" <= word.text[0] <= "\u30ff":
            run.append(index)
            following = found[index + 1] if index + 1 < len(found) else None
            if following is None or following.start != word.end or not "\u30a0" <= following.text[0] <= "\u30ff":
                if len(run) > 2:
                    yield "".join(found[i].text for i in run), run[0], run[-1]
                run = []


ROMANCE = frozenset("fr es it pt ro ca gl la".split())
GERMANIC = frozenset("de nl sv da no nb nn af is lb".split())
SLAVIC = frozenset("ru uk be bg mk sr hr bs sl cs sk pl".split())


def _spelling_rates(src_lang: str, tgt_lang: str) -> tuple[float, float]:
    """How often a longer and a shorter content word of this pair of languages has a cognate or loan opposite."""
    pair = {primary(src_lang), primary(tgt_lang)}
    for family, members in (("romance", ROMANCE), ("germanic", GERMANIC), ("slavic", SLAVIC)):
        if pair & members and pair <= members | {"en"}:
            return BY_SPELLING[family]
    return BY_SPELLING["han" if "zh" in pair else "other"]


@lru_cache(maxsize=64)
def _is_latin(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum(ord(char) < 0x250 for char in letters) > 0.7 * len(letters)
