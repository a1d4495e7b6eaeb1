"""Words and phrases that a text says again: at once, soon after, or inside a word."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nmt_audit.language.function_words import is_content
from nmt_audit.language.words import Kind, Word, kind, words

LONGEST_LOOP = 30  # words in a phrase that repeats at once
REMEMBERED = 8  # earlier places of a word that are looked at
LONGEST_PHRASE = 12  # words in a phrase that comes again later
STEM = 4  # letters by which two forms of a word are taken for the same
CHARACTER_WEIGHT = 0.35  # a character of an unspaced script says about a third of a word
INSIDE = re.compile(r"(\w{2,8}?)(?:-?\1){2,}")
SHORTEST_INSIDE = 5  # copies and letters of a syllable, added up, that are no loop yet
LAUGHTER = re.compile(r"(?:h[aeio]|j[aeio]|х[аеио])+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Loop:
    """A phrase of `size` words said `copies` times in a row, from word `first` on."""

    first: int
    size: int
    copies: int

    def covers(self, at: int) -> bool:
        """Whether a word is in the loop."""
        return self.first <= at < self.first + self.size * self.copies


@dataclass(frozen=True, slots=True)
class Echo:
    """A phrase of `size` words, said first at word `first` and again at word `second`, not at once."""

    first: int
    second: int
    size: int


class Phrases:
    """The lexical words of a text, lower-cased, and what of them comes again."""

    def __init__(self, text: str, language: str) -> None:
        self.language = language
        self.every = words(text, language)
        self.places = [i for i, word in enumerate(self.every) if word.is_lexical]
        self.words = [self.every[i] for i in self.places]
        self.forms = [word.text.lower() for word in self.words]

    def weight(self, first: int, size: int) -> float:
        """How much a phrase says: 1 for a content word, a quarter for a function word."""
        return sum(self._weight(word) for word in self.words[first : first + size])

    def content(self, first: int, size: int) -> int:
        """The number of content words in a phrase, each of two letters at least; every character that is a word."""
        return sum(self.is_content(at) for at in range(first, min(first + size, len(self.words))))

    def is_content(self, at: int) -> bool:
        """Whether a word says something; a single letter is a piece of an abbreviation ("p.m.")."""
        text = self.words[at].text
        return kind(text[0]) is Kind.WORD or (len(text) > 1 and is_content(text, self.language))

    def said(self, phrase: Sequence[str]) -> int:
        """How often these forms come in a row, in the whole text."""
        size = len(phrase)
        return sum(self.forms[at : at + size] == list(phrase) for at in range(len(self.forms) - size + 1))

    def akin(self, at: int) -> int:
        """How many words have a word's beginning in them, itself included: its forms and the compounds with it."""
        stem = self.forms[at][:STEM]
        return sum(stem in form for form in self.forms)

    def is_spaced(self, at: int) -> bool:
        """Whether a word is one of a script with blanks, where even a function word said twice stands out."""
        return kind(self.words[at].text[0]) is not Kind.WORD

    def between(self, first: int, second: int) -> Sequence[Word]:
        """What stands between two lexical words, punctuation included."""
        return self.every[self.places[first] + 1 : self.places[second]]

    def loops(self) -> Iterator[Loop]:
        """Phrases said twice or more in a row, left to right, the shortest phrase that explains most first."""
        at = 0
        while at < len(self.forms):
            best = max(self._loops_at(at), key=lambda loop: (loop.size * loop.copies, -loop.size), default=None)
            if best is not None:
                yield best
            at = at + 1 if best is None else best.first + best.size * best.copies

    def echoes(self) -> Iterator[Echo]:
        """Phrases that come again after other words; the longest ones, each pair of neighbouring places once."""
        seen: defaultdict[str, deque[int]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        covered = -1  # where the last phrase found ends
        for at, form in enumerate(self.forms):
            found = [Echo(first, at, self._common(first, at)) for first in seen[form]] if at >= covered else []
            seen[form].append(at)
            best = max(found, key=lambda echo: (echo.size, echo.first), default=None)
            if best is not None and best.second > best.first + best.size:
                covered = best.second + best.size
                yield best

    def _weight(self, word: Word) -> float:
        if kind(word.text[0]) is Kind.WORD:  # a character of an unspaced script
            return CHARACTER_WEIGHT
        return 1.0 if is_content(word.text, self.language) else 0.25

    def _loops_at(self, at: int) -> Iterator[Loop]:
        forms = self.forms
        for size in range(1, min(LONGEST_LOOP, (len(forms) - at) // 2) + 1):
            phrase = forms[at : at + size]
            copies = 1
            while forms[at + copies * size : at + (copies + 1) * size] == phrase:
                copies += 1
            if copies > 1:
                yield Loop(at, size, copies)

    def _common(self, first: int, second: int) -> int:
        """How many words are the same from two places on."""
        limit = min(LONGEST_PHRASE, second - first, len(self.forms) - second)
        size = 0
        while size < limit and self.forms[first + size] == self.forms[second + size]:
            size += 1
        return size


def inside_loops(text: str, language: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and copies of syllables said again and again inside a word ("gegegege", "sub-sub-sub-scription").

    Three copies of three letters, four of two, which inflection may say three times ("erschienenen"); no laughter.
    """
    for word in words(text, language):
        if any(char.isdigit() for char in word.text) or LAUGHTER.fullmatch(word.text):
            continue
        for match in INSIDE.finditer(word.text.lower()):
            copies = match.group().count(match.group(1))
            if copies + len(match.group(1)) > SHORTEST_INSIDE:
                yield word.start + match.start(), word.start + match.end(), copies
