"""Words of two languages that look alike because they are one word: cognates, loans and names, across alphabets.

Other alphabets are turned into Latin letters roughly, as a reader of English would spell them; Arabic, Hebrew and
Indian scripts, which write few vowels or many, are compared by their consonants alone. Han characters and scripts
without a table here look like nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ALIKE = 0.55  # from which likeness on two words are taken for one
SHORTEST = 4  # letters; shorter words look alike by chance
PREFIX = 5  # equal letters at the start that make a longer word alike: compounds, inflections


def _spelt(letters: str, spellings: str) -> dict[str, str]:
    return dict(zip(letters, spellings.split(), strict=True))


CYRILLIC = _spelt(
    "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюяђјљњћџѓќѕ",
    "a b v g g d e e e zh z i i i i k l m n o p r s t u v f h ts ch sh sh . i . e u a d j l n c j g k z",
)
GREEK = _spelt("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i t i k l m n x o p r s s t i f h ps o")
ARABIC = _spelt(
    "ابپتټثجچځحخدډذرړزژږسشښصضطظعغفقکكګگلمنڼهةويیىېۍئءآأإؤہھےٹڈڑ",
    "a b p t t s j ch dz h kh d d z r r z zh z s sh kh s d t z . g f k k k g g l m n n h a u i i a e i i . a a i o "
    "h h e t d r",
)
HEBREW = _spelt(
    "אבגדהוזחטיךכלםמןנסעףפץצקרשת", "a v g d h v z h t i k k l m m n n s . f p ts ts k r sh t"
)  # fmt: skip
DEVANAGARI = _spelt(
    "अआइईउऊएऐओऔऑकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौॉं",
    "a a i i u u e e o o o k kh g gh n ch ch j j n t th d d n t th d dh n p f b bh m i r l v sh sh s h a i i u u e e "
    "o o o n",
)
KANA_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "g": "ガギグゲゴ", "s": "サシスセソ", "z": "ザジズゼゾ",
    "t": "タチツテト", "d": "ダヂヅデド", "n": "ナニヌネノ", "h": "ハヒフヘホ", "b": "バビブベボ",
    "p": "パピプペポ", "m": "マミムメモ", "r": "ラリルレロ",
}  # fmt: skip
KATAKANA = {kana: row + vowel for row, chars in KANA_ROWS.items() for kana, vowel in zip(chars, "aiueo", strict=True)}
KATAKANA |= {
    "ヤ": "ia", "ユ": "iu", "ヨ": "io", "ャ": "a", "ュ": "u", "ョ": "o", "ワ": "va", "ヲ": "o", "ン": "n",
    "ッ": "", "ー": "", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ヴ": "v",
}  # fmt: skip
EXTENDED_LATIN = {
    "ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "œ": "oe", "þ": "th", "ð": "d",
}  # fmt: skip
LETTERS = {**CYRILLIC, **GREEK, **ARABIC, **HEBREW, **DEVANAGARI, **KATAKANA, **EXTENDED_LATIN}
CONSONANTAL = re.compile("[\u0590-\u07ff\u0900-\u0d7f\u30a0-\u30ff]")

# Spellings of one sound, in this order.
SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"), (r"th", "t"), (r"sch|sh|sz", "s"), (r"tsch|tch|ch|cz", "k"), (r"ck|qu|q", "k"),
        (r"x", "ks"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"zh|z", "s"), (r"[yj]", "i"), (r"w", "v"),
        (r"h", ""), (r"(.)\1", r"\1"),
    )
)  # fmt: skip
VOWELS = re.compile("[aeiouy]")


@lru_cache(maxsize=1 << 12)
def romanised(word: str) -> str:
    """Lower-case Latin letters and digits that spell the word roughly; empty where its script is not known."""
    spelt = "".join(LETTERS.get(char, char) for char in word.lower())
    plain = "".join(LETTERS.get(char, char) for char in unicodedata.normalize("NFD", spelt))
    return "".join(char for char in plain if char.isascii() and char.isalnum())


@lru_cache(maxsize=1 << 14)
def sound(word: str) -> str:
    """What is left of a word when spellings of the same sound are made one: `process` and `Prozess` are "proses"."""
    spelt = romanised(word)
    for pattern, said in SOUNDS:
        spelt = pattern.sub(said, spelt)
    return spelt


def first_sound(word: str) -> str:
    """What two words must share to be compared: how they begin; empty for words too short to be compared."""
    spelt = sound(word)
    return spelt[:1] if len(spelt) >= SHORTEST - 1 else ""


@lru_cache(maxsize=1 << 12)  # the pairs of a segment: hardly one comes again in another
def likeness(first: str, second: str) -> float:
    """How alike two words look, 0 … 1: the share of neighbouring letters in common, or the same beginning."""
    one, other = sound(first), sound(second)
    if one == other and len(one) >= SHORTEST:
        return 1.0
    if CONSONANTAL.search(first) or CONSONANTAL.search(second):
        one, other = VOWELS.sub("", one), VOWELS.sub("", other)
        if min(len(one), len(other)) < SHORTEST - 1:
            return 0.0
    elif min(len(romanised(first)), len(romanised(second))) < SHORTEST:
        return 0.0
    if one == other:
        return 1.0
    if len(one) >= PREFIX and len(other) >= PREFIX and one[:PREFIX] == other[:PREFIX]:
        return 0.8
    mine, theirs = _pairs(one), _pairs(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


@lru_cache(maxsize=1 << 12)  # a kilobyte each
def _pairs(spelt: str) -> frozenset[str]:
    padded = f"^{spelt}"
    return frozenset(padded[i : i + 2] for i in range(len(spelt)))
