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
    """A stage of the network that relevance explains. `prose` names it within a sentence."""

    key: str
    label: str
    prose: str
    short: str
    help: str


CONTRAST = State(
    "contrast", "Contrast", "contrast", "contr.",
    "Relevance for the choice of this word rather than the other: bars above the line speak for the word that was "
    "written, bars below it for the other.",
)  # fmt: skip

STATES = {
    item.key: item
    for item in (
        State(
            "context", "Source context", "source context", "context",
            "Relevance for the summary of the source that attention hands on: how much each word gave to it.",
        ),
        State(
            "target", "Target state", "target state", "state",
            "Relevance for the decoder's own state at this word, made from the source and the earlier words of the "
            "translation.",
        ),
        State(
            "output", "Readout", "readout", "readout",
            "Relevance for the last layer before the choice of the word. It decides which word comes next.",
        ),
        State(
            "logit", "Choice of the word", "choice of the word", "choice",
            "Relevance for the network's score of this word (its logit), which probabilities are made from.",
        ),
        State(
            "logprob", "Probability of the word", "probability of the word", "prob.",
            "Relevance for the logarithm of this word's probability.",
        ),
    )
}  # fmt: skip


def state(name: str) -> State | None:
    """The wording of a state by its name in a run, as in "output" or "context.3"; None where nothing describes it."""
    base, _, layer = name.partition(".")
    known = STATES.get(base)
    if known is None or not layer:
        return known
    return State(
        name, f"{known.label}, layer {layer}", f"{known.prose} of layer {layer}", f"{known.short} {layer}",
        f"{known.help} Layer {layer} of the decoder.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Method:
    """A way to say how much each word mattered.

    `signed`: numbers below zero mean something. `adds`: the numbers of a word's pieces are added up; otherwise a word
    has their mean. `prefix`: it says something about the earlier words of the translation.
    """

    key: str
    label: str
    prose: str
    short: str
    help: str
    signed: bool = True
    adds: bool = True
    prefix: bool = True


# What is the matter with a segment whose status is not "ok", after "3 segments …".
STATUS = {
    "empty": "without a source",
    "too_long": "longer than the model takes",
    "not_finite": "for which the model’s numbers are not numbers (NaN)",
    "out_of_memory": "that did not fit into memory",
}

METHOD = {
    item.key: item
    for item in (
        Method(
            "attention", "Attention", "attention", "att.",
            "Where the model looks: one weight per source word, adding up to 1. It does not say what the model makes "
            "of what it sees.",
            signed=False, prefix=False,
        ),
        Method(
            "lrp", "Relevance", "relevance", "rel.",
            "Traces a value of the network back, layer by layer, to the words that it was computed from.",
        ),
        Method(
            "heads", "Relevance through the heads", "relevance through the heads", "heads",
            "Relevance, traced back through the heads of attention; the words' shares are those of relevance.",
        ),
        Method(
            "gradient_x_input", "Gradient × input", "gradient × input", "gr.×in.",
            "How steeply the score of this word rises with each word's numbers, times these numbers: what the word "
            "would contribute if the network were a straight line.",
        ),
        Method(
            "integrated_gradients", "Integrated gradients", "integrated gradients", "int.gr.",
            "Gradient × input, averaged on the way from an empty sentence to this one. Its ledger says what the empty "
            "sentence scores and what the steps missed.",
        ),
        Method(
            "gradient", "Gradient", "gradient", "grad.",
            "How much the score of this word would change with a small change of each word's numbers, up or down.",
            signed=False,
        ),
        Method(
            "erasure", "Erasure", "erasure", "erase",
            "By how much the score of this word falls when one word is blanked. Measured one word at a time, not "
            "traced.",
        ),
        Method(
            "attention_saliency", "Attention saliency", "attention saliency", "att.s.",
            "How much the score of this word would change with each score of attention, taken before these are made "
            "into weights that add up to 1.",
            signed=False, prefix=False,
        ),
        Method(
            "gates", "Gate signals", "gate signals", "gates",
            "How far the gates of the recurrent network are open at each word, as a mean over its gates. It does not "
            "say whether what they let through mattered for this word.",
            signed=False, adds=False,
        ),
        Method(
            "gate_saliency", "Gate saliency", "gate saliency", "gate s.",
            "How much the score of this word would change with the gates at each word, as a mean over the gates.",
            signed=False, adds=False,
        ),
        Method(
            "variance", "Variance", "variance", "var.",
            "How far the numbers of a word are from the mean of its sentence. It knows nothing of the explained word.",
            signed=False, adds=False,
        ),
    )
}  # fmt: skip


def method(key: str) -> Method:
    """The wording of a method; one that this version does not know is shown by its name."""
    plain = key.replace("_", " ")
    unknown = "A method that this version of the pages does not describe."
    return METHOD.get(key) or Method(key, plain.capitalize(), plain, plain[:7], unknown)


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of a ledger: what a value is the sum of."""

    key: str
    label: str
    help: str


ENTRY = {
    item.key: item
    for item in (
        Entry("source", "source words", "The bars of the source side, added up."),
        Entry("target", "earlier words", "The bars of the earlier words of the translation, added up."),
        Entry("initial", "initial state", "What the decoder began with, before any word."),
        Entry("bias", "bias", "Constants of the network that are added whatever the words are."),
        Entry("offset", "offsets", "Parts of the network that belong to no word."),
        Entry(
            "stabiliser", "stabiliser",
            "What was spent on avoiding a division by zero. Always 0 with rule sets that need none.",
        ),
        Entry(
            "tanh", "tanh",
            "Squashing: what is left over where a neuron's value is bent into the range from −1 to 1.",
        ),
        Entry("gate", "gates", "What is left over where gates of the recurrent network open and close."),
        Entry("attention", "attention scores", "What is left over where scores of attention are made into weights."),
        Entry("positions", "positions", "What the place of each word in its sentence adds, whatever the word is."),
        Entry(
            "vocabulary", "vocabulary",
            "What the score of this word has in common with those of other words: it does not bear on the choice.",
        ),
        Entry("baseline", "empty sentence", "What the score is for a sentence of blanked words."),
        Entry(
            "completeness_gap", "completeness gap",
            "What integrated gradients missed, because the way from the empty sentence was walked in few steps.",
        ),
        Entry("rest", "other offsets", "The part of the offsets that the run does not name."),
    )
}  # fmt: skip


def entry(key: str) -> Entry:
    """The wording of a part of a ledger; one that this version does not know is shown by its name."""
    return ENTRY.get(key) or Entry(key, key.replace("_", " "), "A part of the network that belongs to no word.")


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
    return f"{fixed(100 * share, decimals)} %"


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
