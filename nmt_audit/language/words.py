"""Words of a text, by script, with offsets. Works on any Unicode."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

JOINERS = frozenset("\u00ad\u200c\u200d\u2060")  # invisible inside a word
APOSTROPHES = frozenset("'’ʼ`´")
HYPHENS = frozenset("-‐‑")
INSIDE = APOSTROPHES | HYPHENS
NUMBER_MARKS = frozenset(".,:٫٬")
RUN = re.compile("[0-9A-Za-zÀ-ÖØ-öø-ɏ]+")  # letters and digits of most texts: passed in one step, as one by one below
ELIDING = frozenset({"fr", "it", "ca"})  # l'eau is two words there, don't is one in English

# Scripts that are written without blanks: a character is a word.
UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # 々〆〇
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # halfwidth Katakana
    (0x20000, 0x323AF),
)


class Kind(Enum):
    """What a character does to the words around it."""

    BLANK = auto()
    LETTER = auto()
    DIGIT = auto()
    WORD = auto()  # a word by itself
    MARK = auto()  # belongs to what stands before it
    PUNCTUATION = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a number or a punctuation mark: `text` is `source[start:end]`, in code points."""

    text: str
    start: int
    end: int

    @property
    def is_lexical(self) -> bool:
        """Whether it says something: a letter or a digit, not punctuation."""
        return any(char.isalnum() for char in self.text)


@lru_cache(maxsize=256)  # all checks of a segment cut the same texts
def words(text: str, language: str) -> tuple[Word, ...]:
    """The words of `text` in order, without blanks and control characters.

    Letters and digits run together, with apostrophes and hyphens inside ("don't", "co-op") and `. , :` inside numbers
    ("3.141,59"). Where the language elides, the apostrophe ends a word ("l'", "eau"). Han, Kana, Thai, Lao, Khmer and
    Myanmar are cut character by character, punctuation mark by mark.
    """
    kinds = [kind(char) for char in text]
    eliding = primary(language) in ELIDING
    found = []
    at = 0
    while at < len(text):
        if kinds[at] is Kind.BLANK:
            at += 1
            continue
        end = _end_of_word(text, kinds, at, eliding)
        found.append(Word(text[at:end], at, end))
        at = end
    return tuple(found)


def primary(language: str) -> str:
    """The language of a tag without region and script: "pt" for "pt-BR" and "pt_br"."""
    return language.replace("_", "-").partition("-")[0].lower()


@lru_cache(maxsize=1 << 16)
def kind(char: str) -> Kind:
    """What one character is."""
    category = unicodedata.category(char)
    if char in JOINERS or category[0] == "M":
        return Kind.MARK
    if char.isspace() or category in ("Cc", "Cf", "Zs", "Zl", "Zp"):
        return Kind.BLANK
    if any(first <= ord(char) <= last for first, last in UNSPACED) and category[0] in "LN":
        return Kind.WORD
    if category[0] == "L":
        return Kind.LETTER
    return Kind.DIGIT if category[0] == "N" else Kind.PUNCTUATION


def _end_of_word(text: str, kinds: list[Kind], start: int, eliding: bool) -> int:
    """Where the word ends that starts at `start`, which is not blank."""
    at = _skip_marks(kinds, start + 1)
    if kinds[start] not in (Kind.LETTER, Kind.DIGIT):
        return at
    while at < len(text):
        run = RUN.match(text, at)
        if run is not None:
            at = _skip_marks(kinds, run.end())
            continue
        before, here = text[at - 1], text[at]
        following = kinds[at + 1] if at + 1 < len(text) else Kind.BLANK
        if kinds[at] in (Kind.LETTER, Kind.DIGIT):
            at += 1
        elif here in APOSTROPHES and eliding and kinds[at - 1] is Kind.LETTER and following is Kind.LETTER:
            return at + 1
        elif here in INSIDE and following in (Kind.LETTER, Kind.DIGIT):
            at += 1
        elif here in NUMBER_MARKS and before.isdigit() and following is Kind.DIGIT:
            at += 1
        else:
            break
        at = _skip_marks(kinds, at)
    return at


def _skip_marks(kinds: list[Kind], at: int) -> int:
    while at < len(kinds) and kinds[at] is Kind.MARK:
        at += 1
    return at
