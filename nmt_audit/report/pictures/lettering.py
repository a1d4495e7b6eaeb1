"""The letters of the figures: which fonts have them, and how a token is spelt for a reader.

Text of a corpus may hold anything. Control characters become visible, formulas and markup stay as they are written,
and a font that has the letters is named wherever one is installed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from nmt_audit.language.pieces import merge
from nmt_audit.records import Token
from nmt_audit.report.wording import END, visible

BASE = "DejaVu Sans"  # comes with matplotlib
FALLBACKS = (
    "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP", "Noto Sans KR",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "Hiragino Sans", "Malgun Gothic",
    "Noto Naskh Arabic", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Bengali",
    "Noto Sans Tamil", "Noto Sans Telugu", "Noto Sans Gujarati", "Noto Sans Kannada", "Noto Sans Malayalam",
    "Noto Sans Gurmukhi", "Noto Sans Oriya", "Noto Sans Sinhala", "Noto Sans Thai", "Noto Sans Lao",
    "Noto Sans Khmer", "Noto Sans Myanmar", "Noto Sans Georgian", "Noto Sans Armenian", "Noto Sans Ethiopic",
    "Noto Sans Tibetan", "Noto Sans Symbols", "Noto Sans Symbols 2", "Noto Sans Symbols2", "Noto Emoji", "Symbola",
    "Arial Unicode MS",
)  # fmt: skip
METHODS = {"lrp": "LRP", "gradient_x_input": "gradient × input"}  # others are called as they are
BEGINS_WORD = "▁"
INSIDE_WORD = "·"
LONGEST = 28  # letters of a label
REORDERING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd")  # they reach beyond their word


def families(text: str) -> list[str]:
    """The fonts that the letters of a text need, first choice first. One that no font has is drawn as a box."""
    needed = [_font_of(char) for char in dict.fromkeys(text)]
    return ["sans-serif", *dict.fromkeys(family for family in needed if family)]


@cache
def _font_of(char: str) -> str | None:
    """The fallback that has a letter; None where the first choice has it, or no font."""
    if _has(BASE, char):
        return None
    return next((family for family in FALLBACKS if _has(family, char)), None)


def _has(family: str, char: str) -> bool:
    font = _font(family)
    return font is not None and bool(font.get_char_index(ord(char)))


@cache
def _font(family: str) -> FT2Font | None:
    if family not in font_manager.get_font_names():
        return None
    return FT2Font(font_manager.findfont(family, fallback_to_default=False))


def label(text: str, longest: int = LONGEST) -> str:
    """A text as one line of at most so many letters, without anything that cannot be seen."""
    shown = " ".join(visible(text).translate(REORDERING).split())
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"


def pieces(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Tokens as they are shown one by one: a dot marks those that go on with a word."""
    return tuple(piece(token.piece) for token in tokens)


def piece(spelt: str) -> str:
    """A piece without the mark of a beginning word; one that goes on with a word gets a dot instead."""
    if spelt.startswith(BEGINS_WORD):
        return label(spelt.removeprefix(BEGINS_WORD)) or BEGINS_WORD
    special = spelt.startswith("<") and spelt.endswith(">")
    return label(spelt if special or not spelt[:1].isalnum() else INSIDE_WORD + spelt) or "␣"


def method_name(method: str) -> str:
    """A method as it is written in a sentence."""
    return METHODS.get(method, method.replace("_", " "))


def words(tokens: Sequence[Token], text: str) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """The words that tokens make up, and which tokens each is made of. Every token belongs to exactly one word."""
    groups = merge(tokens, text, "und")
    return (
        tuple(END if group.is_end else label(group.text) or "∅" for group in groups),
        tuple(group.tokens for group in groups),
    )


def right_to_left(shown: Sequence[str]) -> bool:
    """Whether most letters of these words are of a script that is written from right to left."""
    kinds = [unicodedata.bidirectional(char) for word in shown if word != END for char in word]
    strong = sum(kind in ("R", "AL") for kind in kinds)
    return strong > sum(kind == "L" for kind in kinds)
