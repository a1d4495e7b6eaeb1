"""Numbers and names: what a translation must say again, and can be looked up without knowing the languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

from nmt_audit.language.function_words import is_content
from nmt_audit.language.han_numbers import han_numbers
from nmt_audit.language.lexicon import common_words
from nmt_audit.language.words import Word, primary, words

# Number words as they begin: a substring is enough ("zwanzigste", "fifteenth").
NUMBER_WORDS: dict[str, dict[int, str]] = {
    "de": {
        0: "null", 1: "ein", 2: "zwei", 3: "drei dritt", 4: "vier", 5: "fünf", 6: "sech", 7: "sieb", 8: "acht",
        9: "neun", 10: "zehn", 11: "elf", 12: "zwölf", 13: "dreizehn", 14: "vierzehn", 15: "fünfzehn",
        16: "sechzehn", 17: "siebzehn", 18: "achtzehn", 19: "neunzehn", 20: "zwanzig", 30: "dreißig dreissig",
        40: "vierzig", 50: "fünfzig", 60: "sechzig", 70: "siebzig", 80: "achtzig", 90: "neunzig", 100: "hundert",
        1000: "tausend", 1_000_000: "million mio", 10**9: "milliarde mrd",
    },
    "en": {
        0: "zero nil", 1: "one first", 2: "two second twice", 3: "three third", 4: "four", 5: "five fifth",
        6: "six", 7: "seven", 8: "eigh", 9: "nin", 10: "ten", 11: "eleven", 12: "twel dozen", 13: "thirteen",
        14: "fourteen", 15: "fifteen", 16: "sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twent",
        30: "thirt", 40: "fort", 50: "fift half", 60: "sixt", 70: "sevent", 80: "eight", 90: "ninet", 100: "hundred",
        1000: "thousand", 1_000_000: "million", 10**9: "billion",
    },
}  # fmt: skip
HALF = {"de": "halb", "en": "half"}
SPELT_OUT = 20  # up to here, and for round numbers, other languages are trusted to have used a word
CALENDAR_AND_CLOCK = 12
MONTHS = frozenset(
    "january february march april may june july august september october november december januar februar marz mai "
    "juni juli oktober dezember jan feb mar apr jun jul aug sep sept oct nov dec okt dez".split()
)

# What English words that are capitalised in names and still translated end in: "Jewish", "Federation", "Championship".
TRANSLATED = re.compile("(?:i[cs]h?|ian|ean|ese|ical|[ts]ion|ment|ship|hood|ity|ism|ist|ance|ence|ary|ory|ing|ors?)s?$")

MOST_NAMES = 50
ALIKE = 0.6  # share of letters that two spellings of a name have in common
NAME_CASED = frozenset({"en", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "no", "nb", "fi", "ro", "hr", "et"})
# Capitalised in English, and another word in other languages.
NOT_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december christmas easter god bible internet mr mrs ms miss dr sir madam lord lady "
    "mom mum dad mother father uncle aunt grandma grandpa president minister king queen prince princess chancellor "
    "german germany germans english england english french france spanish spain italian italy dutch netherlands "
    "austria austrian swiss switzerland belgium belgian greek greece turkish turkey russian russia polish poland "
    "hungarian hungary czech japanese japan chinese china indian india american america united states kingdom "
    "britain british european europe africa african asia asian croatia norway norwegian sweden swedish denmark "
    "danish finland finnish cologne munich vienna geneva lisbon moscow prague warsaw rome venice milan naples athens "
    "nuremberg bavaria bavarian saxony rhine danube alps mediterranean north south east west atlantic pacific ok tv "
    "pm am us uk eu usa un ceo it's i'm street road square park university school college church bank hotel "
    "court house council party state city county department office world war republic union of the and in on".split()
)


@lru_cache(maxsize=256)
def numbers(text: str, language: str) -> tuple[Word, ...]:
    """The words of a text that hold digits, without those that are mostly letters ("A4")."""

    def is_number(word: Word) -> bool:
        digits = sum(map(str.isdecimal, word.text))
        return digits > 0 and 2 * digits >= sum(map(str.isalnum, word.text))

    return tuple(filter(is_number, words(text, language)))


def unsupported(found: Iterable[Word], other: str, language: str) -> list[Word]:
    """The numbers among `found` that the other side does not say, in digits or, if they are common ones, as words.

    Separators, trailing zeros ("1,5 million"), centuries ("the 90s") and a twelve-hour clock are no differences.
    """
    cut = words(other, language)
    digits = frozenset(form for word in cut if any(map(str.isdecimal, word.text)) for form in _digit_forms(word.text))
    digits |= {form for number in han_numbers(other) for form in _digit_forms(number)}
    has_month = any(_fold(word.text).rpartition("-")[2] in MONTHS for word in cut)  # "mid-August"
    said = Said(digits, other.lower(), primary(language), has_month)
    return [number for number in found if not _is_said(number.text, said)]


@dataclass(frozen=True, slots=True)
class Said:
    """What a side says that may stand for a number. `digits` are its numbers in all their forms."""

    digits: frozenset[str]
    text: str
    language: str
    has_month: bool


def _is_said(number: str, said: Said) -> bool:
    return bool(_digit_forms(number) & said.digits) or all(_part_is_said(part, said) for part in _groups(number))


def names(text: str, language: str) -> Iterator[Word]:
    """Words that are names by their capitals, where the language reserves capitals for them.

    The first word of a sentence, or after a quotation mark, tells nothing, nor does a text that is all capitals. Titles
    and offices ("Federal Reserve Board") are translated: words that a lexicon knows as common ones, or that end like
    them, are no names. In a very long text the first MOST_NAMES must do.
    """
    if primary(language) in NAME_CASED:
        yield from islice(_names(text, language), MOST_NAMES)


def _names(text: str, language: str) -> Iterator[Word]:
    begins = True
    for word in words(text, language):
        name = word.text[0].isupper() and len(word.text) > 2 and word.text.isalpha() and not word.text.isupper()
        if name and not begins and is_content(word.text, language) and not _is_common(word.text.lower(), language):
            yield word
        begins = not word.text[0].isalnum() and word.text not in (",", "-", "–", "&", "/", "(")


def _is_common(lower: str, language: str) -> bool:
    if lower in NOT_NAMES or (primary(language) == "en" and TRANSLATED.search(lower)):
        return True
    common = common_words(language)
    return lower in common or lower.removesuffix("s") in common


def spellings(found: Iterable[Word]) -> frozenset[str]:
    """How words are spelt, without case and accents: what names are looked up in."""
    return frozenset(_fold(word.text) for word in found if word.text[0].isalpha())


def name_is_supported(name: Word, spelt: Collection[str]) -> bool:
    """Whether a word of the other side looks like the name: an inflection, a compound or another spelling."""
    folded = _fold(name.text)
    if any(folded in other or (other in folded and len(other) > 3) or other[:4] == folded[:4] for other in spelt):
        return True
    matcher = SequenceMatcher(None, b=folded, autojunk=False)  # which is quick where only the first text changes
    for other in spelt:
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE:
            return True
    return False


def has_headline_case(text: str, language: str) -> bool:
    """Whether most longer words are capitalised, so that capitals say nothing about names."""
    long = [word for word in words(text, language) if len(word.text) > 3 and word.text[0].isalpha()]
    return bool(long) and sum(word.text[0].isupper() for word in long) > 0.6 * len(long)


def _groups(text: str) -> list[str]:
    """The runs of decimal digits, as Arabic digits without leading zeros."""
    plain = "".join(str(unicodedata.digit(char)) if char.isdecimal() else " " for char in text)
    return [part.lstrip("0") or "0" for part in plain.split()]


def _digit_forms(text: str) -> set[str]:
    groups = _groups(text)
    joined = "".join(str(unicodedata.digit(char)) for char in text if char.isdecimal()).lstrip("0")
    forms = {*groups, joined, joined.rstrip("0")} - {""}
    return forms | {form[-2:] for form in forms if len(form) == 4}


def _part_is_said(part: str, said: Said) -> bool:
    value = int(part) if len(part) < 12 else 0
    clock = {str(value - CALENDAR_AND_CLOCK), str(value + CALENDAR_AND_CLOCK)} if 0 < value <= 24 else set()
    forms = {part, part.rstrip("0") or "0", part[-2:], *clock}
    return bool(forms & said.digits) or _is_spelt(value, said)


def _is_spelt(value: int, said: Said) -> bool:
    if value == 1:  # an article will do
        return True
    spelt = NUMBER_WORDS.get(said.language)
    if spelt is None:
        return value <= SPELT_OUT or value % 10 == 0
    half = HALF.get(said.language, "\0") in said.text  # "halb sieben" is 6:30
    if (half and value == 30) or (said.has_month and value <= CALENDAR_AND_CLOCK):
        return True

    def is_in_text(number: int) -> bool:
        return any(word in said.text for word in spelt.get(number, "\0").split())

    tens, ones = value // 10 * 10, value % 10
    if SPELT_OUT < value < 100 and ones and is_in_text(tens) and is_in_text(ones):
        return True
    if value % 100 == 0 and any(is_in_text(size) for size in (100, 1000, 10**6)):
        return True
    return any(is_in_text(reading) for reading in (value, value + half, value % 12))


@lru_cache(maxsize=1 << 14)
def _fold(text: str) -> str:
    """Lower case without accents."""
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(char))
