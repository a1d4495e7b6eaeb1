"""What a source sentence has: words, pairs of words, and constructions that can be seen without a parser."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from nmt_audit.language.clauses import clause_words, has_clause_words
from nmt_audit.language.negation import WEAK, has_cues, negations
from nmt_audit.language.words import Kind, Word, kind, primary, words

NEGATION = "negation"
LONGEST = 600  # words of a segment that are looked at: a hostile line of 10,000 characters must not outweigh a corpus
NOUNS_CAPITAL = frozenset({"de", "lb"})  # every noun has a capital there: it says nothing about names


@dataclass(frozen=True, slots=True)
class Construction:
    """Something a sentence has or has not. `cues` gives the words or marks that show it; () where it is not there.

    `known`: whether it can be told for a language. `query`: a regular expression of the browser that finds it; None
    where the cues that were seen make one, "" where none can (the browser looks at texts in lower case).
    """

    key: str
    label: str
    help: str
    cues: Callable[[str, str], tuple[str, ...]]
    known: Callable[[str], bool] = lambda language: True
    query: str | None = None


def _matching(pattern: str) -> Callable[[str, str], tuple[str, ...]]:
    compiled = re.compile(pattern)

    def cues(text: str, language: str) -> tuple[str, ...]:
        found = compiled.search(text)
        return (found[0],) if found else ()

    return cues


def _negations(text: str, language: str) -> tuple[str, ...]:
    return tuple(item.word.text.lower() for item in negations(text, language) if item.strength >= WEAK)


def _names(text: str, language: str) -> tuple[str, ...]:
    """Words with a capital that do not open a sentence."""
    found, opens = [], True
    for word in words(text, language)[:LONGEST]:
        if word.is_lexical:
            if not opens and word.text[0].isupper() and len(word.text) > 1:
                found.append(word.text)
            opens = False
        elif word.text in ".!?:…\"'“”„«»":
            opens = True
    return tuple(found)


QUESTION, NUMBER = "[?？؟՞\u037e]", r"\d"  # the last is the Greek one, not the semicolon that it looks like
QUOTES, BRACKETS = '["“”„«»「」『』《》]', r"[()（）\[\]]"
COMMAS = "[,،，、][^,،，、]*[,،，、]"

CONSTRUCTIONS = (
    Construction(
        NEGATION, "negation", "A word that says no, by the list of negations of the language.", _negations, has_cues
    ),
    Construction(
        "clause", "subordinate clause", "A word that may open a subordinate clause.", clause_words, has_clause_words
    ),
    Construction("question", "question mark", "A question mark anywhere.", _matching(QUESTION), query=QUESTION),
    Construction("number", "number", "A digit anywhere.", _matching(NUMBER), query=r"\p{Nd}"),
    Construction("quotes", "quotation marks", "A quotation mark anywhere.", _matching(QUOTES), query=QUOTES),
    Construction("brackets", "parentheses", "A parenthesis or a bracket.", _matching(BRACKETS), query=BRACKETS),
    Construction(
        "commas", "two commas or more", "A list, or a clause inside another.", _matching(COMMAS), query=COMMAS
    ),
    Construction(
        "names", "name or capitals", "A word with a capital inside a sentence; not in German, where nouns have it.",
        _names, lambda language: primary(language) not in NOUNS_CAPITAL, query="",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looked:
    """A source that was looked at: its words and pairs, and its constructions with the cues that show them."""

    vocabulary: frozenset[str]
    constructions: dict[str, tuple[str, ...]]


def look(text: str, language: str) -> Looked:
    """What a source has."""
    return Looked(vocabulary(text, language), constructions(text, language))


def constructions(text: str, language: str) -> dict[str, tuple[str, ...]]:
    """The constructions of a source with the cues that show them. Those that cannot be told for the language lack."""
    return {item.key: item.cues(text, language) for item in CONSTRUCTIONS if item.known(language)}


def vocabulary(text: str, language: str) -> frozenset[str]:
    """The words of a source, case-folded, and its pairs of neighbours, joined by a blank.

    Punctuation parts neighbours; a script without blanks is cut character by character, and so are its pairs.
    """
    return frozenset(_vocabulary(words(text, language)[:LONGEST]))


def _vocabulary(cut: tuple[Word, ...]) -> Iterator[str]:
    before: str | None = None
    for word in cut:
        if not word.is_lexical:
            before = None
            continue
        folded = sys.intern(word.text.casefold())  # thousands of texts have the same words
        yield folded
        if before is not None:
            yield sys.intern(f"{before} {folded}")
        before = folded


def query(text: str) -> str:
    """The address of the list for sources that hold a word or a pair of words."""
    if any(kind(char) is Kind.WORD for char in text):  # a script without blanks has no edges to ask for
        return matching(_escaped(text).replace(" ", " ?"))
    return matching(rf"(?<![\p{{L}}\p{{N}}]){_escaped(text)}(?![\p{{L}}\p{{N}}])")


def any_of(cues: Sequence[str]) -> str:
    """The address of the list for sources that hold one of several words."""
    return matching(rf"(?<!\p{{L}})({'|'.join(map(_escaped, cues))})")


def matching(pattern: str) -> str:
    """The address of the list for sources that a regular expression of the browser matches."""
    return f"q={quote(pattern, safe='')}&in=source&re=1"


def _escaped(text: str) -> str:
    """For a regular expression of the browser."""
    return re.sub(r"[\\^$.*+?()\[\]{}|/]", lambda found: "\\" + found[0], text)
