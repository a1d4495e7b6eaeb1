"""One function per kind of planted error: a text in, the text with one error and where it is out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import TypeAlias

from nmt_audit.language.affirming import affirmed
from nmt_audit.language.editing import BREAKS, without
from nmt_audit.language.function_words import is_content
from nmt_audit.language.negation import AFFIXED, negations
from nmt_audit.language.words import Kind, Word, kind, words

Extent: TypeAlias = tuple[int, int]

MOST_LOOPED = 4  # words of a phrase that is looped
COPIES = (1, 1, 2, 3)  # how often it is said again
CHARACTERS = (2, 3)  # that make up a word of an unspaced script
SHORTEST_CLAUSE = 2  # words
LEAST_LEFT, MOST_LEFT = 0.3, 0.75  # of the words, where the end is cut
FINAL = frozenset(".!?…。！？")
QUOTES = frozenset('"“”„«»‹›「」『』《》')


@dataclass(frozen=True, slots=True)
class Alteration:
    """A text with one error. `lost`: what of the intact text is gone; `new`: what of the altered text was not there."""

    text: str
    kind: str
    lost: Extent | None = None
    new: Extent | None = None


# A text, its language, chance, and other texts of that language → the altered text, or None where it is too short.
Alter: TypeAlias = Callable[[str, str, Random, Sequence[str]], Alteration | None]


def drop(text: str, language: str, chance: Random, donors: Sequence[str]) -> Alteration | None:
    """OMISSION: a clause, or a content word, is left out; never the last, which would be an early end."""
    stretches = clauses(text, language)[:-1]
    units = content_units(text, language)[:-1]
    if not stretches and not units:
        return None
    as_clause = bool(stretches) and (not units or chance.random() < 0.5)
    start, end = chance.choice(stretches if as_clause else units)
    rest = _capital(without(text, start, end), text)
    return Alteration(rest, "clause dropped" if as_clause else "word dropped", lost=(start, end))


def loop(text: str, language: str, chance: Random, donors: Sequence[str]) -> Alteration | None:
    """REPETITION: a phrase of one to MOST_LOOPED words is said again at once, up to three times."""
    cut = [word for word in words(text, language) if word.is_lexical]
    sizes = [size * (CHARACTERS[0] if _unspaced(text, language) else 1) for size in range(1, MOST_LOOPED + 1)]
    phrases = [
        cut[first : first + size]
        for size in sizes
        for first in range(len(cut) - size + 1)
        if any(is_content(word.text, language) for word in cut[first : first + size])
        and not any(char in BREAKS for char in text[cut[first].start : cut[first + size - 1].end])
    ]
    if not phrases:
        return None
    phrase = chance.choice(phrases)
    start, end = phrase[0].start, phrase[-1].end
    glue = "" if _unspaced(text, language) else " "
    again = (glue + _lower_start(text, start, text[start:end])) * chance.choice(COPIES)
    return Alteration(text[:end] + again + text[end:], "phrase looped", new=(end + len(glue), end + len(again)))


def swap(text: str, language: str, chance: Random, donors: Sequence[str]) -> Alteration | None:
    """UNRELATED: a clause, or a content word, stands where another was; the new one comes from a donor.

    A sentence of one clause gets that of another sentence, and has nothing to do with its source any more.
    """
    here = clauses(text, language) or sentence(text, language)
    there = [
        (donor, clause) for donor in donors for clause in clauses(donor, language) or sentence(donor, language)
    ]  # fmt: skip
    if here and there and chance.random() < 0.5:
        return _exchange(text, chance.choice(here), *there[0], "clause swapped")
    return swap_word(text, language, chance, donors)


def swap_word(text: str, language: str, chance: Random, donors: Sequence[str]) -> Alteration | None:
    """UNRELATED: a content word of a donor, which the text does not have, stands where another was.

    The new word is one that fits, where the donors have such a one, so that the sentence stays a sentence.
    """
    said = text.lower()
    here = content_units(text, language)
    there = [
        (donor, (start, end))
        for donor in donors
        for start, end in content_units(donor, language)
        if donor[start:end].lower() not in said and not _begins(donor, start)
    ]
    if not here or not there:
        return None
    place = chance.choice(here)
    donor, unit = max(there, key=lambda found: _likeness(text, place, *found))
    return _exchange(text, place, donor, unit, "word swapped")


def affirm(text: str, language: str, chance: Random, donors: Sequence[str]) -> Alteration | None:
    """NEGATION: one negation is taken out, grammatically; None for a language without rules for that."""
    found = [(n, affirmed(text, language, n)) for n in negations(text, language) if n.strength >= AFFIXED]
    possible = [(n, changed) for n, changed in found if changed is not None and changed != text]
    if not possible:
        return None
    negation, changed = chance.choice(possible)
    return Alteration(changed, "negation removed", lost=(negation.word.start, negation.word.end))


def cut(text: str, language: str, chance: Random, donors: Sequence[str]) -> Alteration | None:
    """EARLY_EOS: the text ends early, by a content word at least; the final punctuation is kept or not."""
    said = [word for word in words(text, language) if word.is_lexical]
    left = range(max(1, round(LEAST_LEFT * len(said))), round(MOST_LEFT * len(said)) + 1)
    places = [n for n in left if any(is_content(word.text, language) for word in said[n:])]
    if not places:
        return None
    end = said[chance.choice(places) - 1].end
    stop = text.rstrip()[-1] if text.rstrip()[-1] in FINAL else ""
    kept = bool(stop) and chance.random() < 0.5
    text_end = len(text.rstrip())
    rest = text[:end] + (stop if kept else "")
    return Alteration(rest, "end cut, full stop kept" if kept else "end cut", lost=(end, text_end))


# What is planted in references, by category; sources get no loops, and no clauses of others.
IN_REFERENCES: Mapping[str, Alter] = {
    "OMISSION": drop,
    "REPETITION": loop,
    "UNRELATED": swap,
    "NEGATION": affirm,
    "EARLY_EOS": cut,
}
IN_SOURCES: Mapping[str, Alter] = {"OMISSION": drop, "UNRELATED": swap_word, "NEGATION": affirm, "EARLY_EOS": cut}


def clauses(text: str, language: str) -> list[Extent]:
    """What stands between commas and their like, where there are two or more; each of SHORTEST_CLAUSE words at least.

    None in a text with quotation marks, which a clause would tear apart.
    """
    cut = words(text, language)
    if any(char in QUOTES for char in text):
        return []
    breaks = [-1, *(i for i, word in enumerate(cut) if word.text in BREAKS), len(cut)]
    found = [cut[before + 1 : after] for before, after in pairwise(breaks) if after > before + 1]
    if len(found) < 2:
        return []
    least = SHORTEST_CLAUSE * (CHARACTERS[0] if _unspaced(text, language) else 1)
    return [
        (clause[0].start, clause[-1].end)
        for clause in found
        if len(clause) >= least and any(is_content(word.text, language) for word in clause)
    ]


def sentence(text: str, language: str) -> list[Extent]:
    """The words of a text of one clause, without what stands before and after them."""
    said = [word for word in words(text, language) if word.is_lexical]
    whole = (said[0].start, said[-1].end) if len(said) >= SHORTEST_CLAUSE else (0, 0)
    return [whole] if whole[1] and not any(char in BREAKS or char in QUOTES for char in text[slice(*whole)]) else []


def content_units(text: str, language: str) -> list[Extent]:
    """The content words of a text; pairs and triples of characters of an unspaced script."""
    cut = [word for word in words(text, language) if word.is_lexical]
    if _unspaced(text, language):
        return [
            (run[0].start, run[-1].end)
            for size in CHARACTERS
            for run in (cut[first : first + size] for first in range(len(cut) - size + 1))
            if run[-1].end - run[0].start == size
        ]
    return [(word.start, word.end) for word in cut if is_content(word.text, language)]


def _likeness(text: str, here: Extent, donor: str, there: Extent) -> int:
    """How well a word of a donor fits a place in a text: what stands before it, its capital, its ending."""
    old, new = text[slice(*here)], donor[slice(*there)]
    if kind(old[0]) is Kind.WORD:
        return int(len(old) == len(new))
    endings = sum(old[-size:] == new[-size:] for size in (1, 2, 3) if min(len(old), len(new)) > size)
    capitals = not _begins(text, here[0]) and old[:1].isupper() == new[:1].isupper()
    before = _word_before(text, here[0])
    return endings + 4 * capitals + 3 * (before != "" and before == _word_before(donor, there[0]))


def _word_before(text: str, at: int) -> str:
    return (text[:at].split() or [""])[-1].lower()


def _exchange(text: str, here: Extent, donor: str, there: Extent, what: str) -> Alteration:
    put = donor[slice(*there)]
    if _begins(text, here[0]):
        put = put[:1].upper() + put[1:]
    elif _begins(donor, there[0]):
        put = _lower_start(donor, there[0], put)
    changed = text[: here[0]] + put + text[here[1] :]
    return Alteration(changed, what, lost=here, new=(here[0], here[0] + len(put)))


def _begins(text: str, at: int) -> bool:
    return not any(char.isalnum() for char in text[:at])


def _lower_start(text: str, start: int, phrase: str) -> str:
    """The phrase as it is said again in the middle of a sentence."""
    first = phrase.split(" ")[0]
    plain = _begins(text, start) and first[1:].islower() and first != "I"
    return phrase[:1].lower() + phrase[1:] if plain else phrase


def _capital(rest: str, text: str) -> str:
    return rest[:1].upper() + rest[1:] if text[:1].isupper() else rest


def _unspaced(text: str, language: str) -> bool:
    letters: Sequence[Word] = [word for word in words(text, language) if word.is_lexical]
    return 2 * sum(kind(word.text[0]) is Kind.WORD for word in letters) > len(letters)
