"""The words and number formats of the pages. Nothing here knows a page or a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
END = "</s>"
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Category:
    """How a category of flags is named. `slug` is also the name of its underline in the stylesheet."""

    code: str
    slug: str
    label: str
    plural: str
    help: str


CATEGORY = {
    item.code: item
    for item in (
        Category(
            "OMISSION", "omission", "omission", "omissions",
            "Part of the source seems to have no counterpart in the translation.",
        ),
        Category(
            "REPETITION", "repetition", "repetition", "repetitions",
            "The translation says something more often than the source does.",
        ),
        Category(
            "UNRELATED", "unrelated", "unrelated words", "unrelated words",
            "Words of the translation that nothing in the source seems to call for.",
        ),
        Category(
            "NEGATION", "negation", "lost negation", "lost negations",
            "The source denies something; the translation does not seem to.",
        ),
        Category(
            "EARLY_EOS", "early-end", "early end", "early ends",
            "The translation seems to stop before the source does.",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """A row of a figure: what is shown, and in plain words what it means."""

    key: str
    label: str
    short: str
    help: str


STATES = {
    item.key: item
    for item in (
        State(
            "attention", "Attention", "att.",
            "Where the model looks: one weight per source word, adding up to 1. It does not say what the model makes "
            "of what it sees.",
        ),
        State(
            "context", "Source context", "context",
            "Relevance for the summary of the source that attention hands on: how much each word gave to it.",
        ),
        State(
            "target", "Target state", "state",
            "Relevance for the decoder's memory at this word, made from the source context and the earlier words of "
            "the translation.",
        ),
        State(
            "output", "Readout", "readout",
            "Relevance for the last layer before the choice of the word. It decides which word comes next.",
        ),
        State(
            "logit", "Contrast", "contr.",
            "Relevance for the choice of this word rather than the other: bars above the line speak for the word that "
            "was written, bars below it for the other.",
        ),
    )
}  # fmt: skip


def category(code: str) -> Category:
    """The wording of a category; one that this version does not know is shown by its code."""
    known = CATEGORY.get(code)
    plain = code.lower().replace("_", " ")
    return known or Category(
        code, "other", plain, plain, "A category that this version of the pages does not describe."
    )


def visible(text: str) -> str:
    """The text with control characters made visible, one code point for one, so that offsets stay true."""
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(char: str) -> str:
    point = ord(char)
    if point < 0x20:
        return " " if char in "\t\n\r" else chr(0x2400 + point)
    if point == 0x7F:
        return "\u2421"
    if char in "\u2028\u2029":
        return "↵"
    # C1 controls, surrogates and non-characters have no picture of their own and may not stand in a page.
    return "\ufffd" if 0x80 <= point < 0xA0 or 0xD800 <= point < 0xE000 or point & 0xFFFE == 0xFFFE else char


def number(value: float | None, digits: int = 3) -> str:
    """A number to `digits` significant digits, with a real minus sign; powers of ten only where they are needed."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "not finite"
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if exponent >= 5 or exponent < -4:
        mantissa, _, power = f"{value:.{digits - 2}e}".partition("e")
        return f"{mantissa} × 10{str(int(power)).translate(SUPERSCRIPT)}".replace("-", "−")
    return f"{value:.{min(max(digits - 1 - exponent, 0), 4)}f}".replace("-", "−")


def fixed(value: float | None, decimals: int) -> str:
    """A number with so many decimals and a real minus sign."""
    if value is None or not math.isfinite(value):
        return number(value)
    if abs(value) >= 1e5:
        return number(value)
    text = f"{value:.{decimals}f}"
    return text.replace("-", "" if float(text) == 0 else "−")


def percent(share: float | None, decimals: int = 0) -> str:
    """A share between 0 and 1 in percent."""
    if share is None or not math.isfinite(share):
        return "–"
    return f"{100 * share:.{decimals}f} %"


def quoted(word: str) -> str:
    """A word as it stands in a sentence: punctuation in quotation marks, or nobody would see that it is meant."""
    return word if word == END or any(char.isalnum() for char in word) else f"“{word}”"


def count(value: int) -> str:
    """A whole number with separators."""
    return f"{value:,}"


def plural(value: int, one: str, many: str) -> str:
    """The count with its noun."""
    return f"{count(value)} {one if value == 1 else many}"


def direction(language: str) -> str:
    """Returns "rtl" for languages written from right to left, else "ltr"."""
    return "rtl" if language.replace("_", "-").split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def language_tag(language: str) -> str:
    """The language as an HTML page names it."""
    return language.replace("_", "-")
