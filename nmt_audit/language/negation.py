"""Where a text says no, and how plainly."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nmt_audit.language.cues import CUE_LISTS
from nmt_audit.language.cues.cue_list import CueList
from nmt_audit.language.words import Word, primary, words

STRONG, WEAK, AFFIXED, IMPLIED = 1.0, 0.75, 0.5, 0.25


@dataclass(frozen=True, slots=True)
class Negation:
    """A word that negates: 1 for "not", 0.75 for "hardly", 0.5 for "unhappy", 0.25 for "lack"."""

    word: Word
    strength: float


def has_cues(language: str) -> bool:
    """Whether there is a list of negation cues for a language."""
    return primary(language) in CUE_LISTS


def negations(text: str, language: str) -> tuple[Negation, ...]:
    """The negations of a text in order; nothing for a language without a list.

    What only looks like one is left out ("not only", "isn't it?"), and a pair that negates once ("neither … nor",
    "ne … pas") counts at its first word.
    """
    cues = CUE_LISTS.get(primary(language))
    if cues is None:
        return ()
    folded = _fold(text)
    void = [match.span() for pattern in cues.void for match in pattern.finditer(folded)]
    seconds = {match.end() for pattern in cues.joined for match in pattern.finditer(folded)}
    found = []
    for word in words(text, language):
        strength = _strength(folded[word.start : word.end], cues)
        outside = all(word.end <= start or end <= word.start for start, end in void)
        if strength and outside and word.end not in seconds:
            found.append(Negation(word, strength))
    return tuple(found)


def _strength(word: str, cues: CueList) -> float:
    if word in cues.strong or cues.clitic.fullmatch(word):
        return STRONG
    if word in cues.weak:
        return WEAK
    if cues.affixed.fullmatch(word):
        return AFFIXED
    return IMPLIED if cues.implied.fullmatch(word) else 0.0


def _fold(text: str) -> str:
    """Lower case with plain apostrophes, character by character, so that offsets hold ("İ" would become two)."""
    return re.sub("[’ʼ`´]", "'", "".join(low if len(low := char.lower()) == 1 else char for char in text))
