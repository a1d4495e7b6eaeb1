"""How long a translation should be, judged by the languages alone.

Characters without blanks follow the content more closely than words do: compounds and unspaced scripts do no harm.
Languages are compared through English: a length is turned into the number of English characters that say as much.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import sqrt

from nmt_audit.language.words import primary

# Characters that a language needs for one English character, over news and everyday translations.
DENSITY: Mapping[str, float] = {
    "ar": 0.85, "bg": 1.07, "ca": 1.08, "cs": 0.97, "da": 1.03, "de": 1.15, "el": 1.13, "en": 1.0, "es": 1.11,
    "et": 0.97, "fa": 0.9, "fi": 1.0, "fr": 1.16, "he": 0.8, "hi": 0.97, "hr": 0.98, "hu": 1.05, "it": 1.13,
    "ja": 0.48, "km": 1.1, "ko": 0.48, "lt": 1.0, "lv": 1.02, "nb": 1.02, "nl": 1.1, "no": 1.02, "pl": 1.06,
    "pt": 1.09, "ro": 1.07, "ru": 1.06, "sk": 0.98, "sl": 0.98, "sr": 0.99, "sv": 1.02, "th": 0.95, "tr": 1.01,
    "uk": 1.04, "vi": 1.1, "zh": 0.34,
}  # fmt: skip

GLOSS = re.compile(r"[(（][A-Za-z][\x00-\x27\x2a-\x7f·’]*[)）]")
FOREIGN = 0.6  # a language of less is written in a script where Latin letters are foreign

# Variance of a difference of lengths around n English characters: VARIANCE·n + (SPREAD·n)². The first term is chance
# (Gale and Church 1993), the second the freedom that translators take; fitted to German and French references.
VARIANCE, SPREAD = 1.0, 0.095
LOOSE_SPREAD = 0.2  # beside a logographic script, where a character more or less is a word
LOOSE = frozenset({"zh", "ja", "ko", "th"})


@lru_cache(maxsize=256)
def content_length(text: str, language: str) -> float:
    """The length of a text in English characters; other languages than those known count as dense as English.

    So do the Latin letters and digits in a text of another script, which are foreign names in Chinese and Japanese,
    but for those in brackets, which say again what stands before them.
    """
    density = DENSITY.get(primary(language), 1.0)
    if density < FOREIGN:
        text = GLOSS.sub("", text)
    latin = sum(char.isascii() and char.isalnum() for char in text) if density < FOREIGN else 0
    return (sum(map(len, text.split())) - latin) / density + latin


def length_deviation(source: str, src_lang: str, target: str, tgt_lang: str) -> float:
    """By how many standard deviations the target is longer (above 0) or shorter (below 0) than expected."""
    expected, found = content_length(source, src_lang), content_length(target, tgt_lang)
    middle = (expected + found) / 2
    spread = LOOSE_SPREAD if LOOSE & {primary(src_lang), primary(tgt_lang)} else SPREAD
    return (found - expected) / sqrt(VARIANCE * middle + (spread * middle) ** 2) if middle else 0.0


def length_share(source: str, src_lang: str, target: str, tgt_lang: str) -> float:
    """The target's length as a share of what is expected of it; 1 where nothing is expected."""
    expected = content_length(source, src_lang)
    return content_length(target, tgt_lang) / expected if expected else 1.0
