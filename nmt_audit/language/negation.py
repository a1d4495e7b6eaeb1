"""Where a text says no, and how plainly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nmt_audit.language.cues import CUE_LISTS
from nmt_audit.language.cues.cue_list import NEVER, CueList
from nmt_audit.language.words import Kind, Word, kind, primary, words

STRONG, WEAK, AFFIXED, IMPLIED, FAINT = 1.0, 0.7, 0.5, 0.25, 0.1
FARTHEST = 90  # characters between words of one negation
BREAK = re.compile(r"[.;:!?…]")


@dataclass(frozen=True, slots=True)
class Negation:
    """A word that negates: 1 for "not", 0.7 for "hardly", 0.5 for "unhappy", 0.25 for "lack", 0.1 for "wrong"."""

    word: Word
    strength: float


def has_cues(language: str) -> bool:
    """Whether there is a list of negation cues for a language."""
    return primary(language) in CUE_LISTS


def has_affixes(language: str) -> bool:
    """Whether the words of a language negate by affixes, so that "unhappy" may be expected to become such a word."""
    return CUE_LISTS[primary(language)].affixed is not NEVER


@lru_cache(maxsize=256)
def negations(text: str, language: str) -> tuple[Negation, ...]:
    """The negations of a text in order; nothing for a language without a list.

    What only looks like one is left out ("not only", "isn't it?"), and words that negate once together ("neither …
    nor", "ne … pas", "никто не") count at the first.
    """
    cues = CUE_LISTS.get(primary(language))
    if cues is None:
        return ()
    folded = _fold(text)
    dense, places = _without_blanks(folded)
    void = [_extent(match, places) for pattern in cues.void for match in pattern.finditer(dense)]
    seconds = {match.end() for pattern in cues.joined for match in pattern.finditer(folded)}
    graded = ((word, _strength(folded[word.start : word.end], cues)) for word in words(text, language))
    found = [Negation(word, strength) for word, strength in graded if strength and word.end not in seconds]
    found += [
        Negation(Word(text[start:end], start, end), strength) for start, end, strength in _unspaced(dense, places, cues)
    ]
    kept = [n for n in found if all(n.word.end <= start or end <= n.word.start for start, end in void)]
    return tuple(_once(sorted(kept, key=lambda n: n.word.start), folded, cues))


def _without_blanks(text: str) -> tuple[str, range | list[int]]:
    """The text without the blanks that a tokenizer put between characters that are words, and where each was."""
    if " " not in text or not any(kind(char) is Kind.WORD for char in text):
        return text, range(len(text) + 1)
    last = len(text) - 1
    kept = [
        i
        for i, char in enumerate(text)
        if char != " " or not (0 < i < last and kind(text[i - 1]) is kind(text[i + 1]) is Kind.WORD)
    ]
    return "".join(text[i] for i in kept), kept


def _extent(match: re.Match[str], places: Sequence[int]) -> tuple[int, int]:
    """Where a match, or its group `cue`, stands in the text as given."""
    start, end = match.span("cue" if "cue" in match.re.groupindex else 0)
    return (places[start], places[end - 1] + 1) if end > start else (0, 0)


def _strength(word: str, cues: CueList) -> float:
    if word in cues.strong or cues.clitic.fullmatch(word):
        return STRONG
    if word in cues.weak:
        return WEAK
    if cues.affixed.fullmatch(word):
        return AFFIXED
    if cues.implied.fullmatch(word):
        return IMPLIED
    return FAINT if cues.faint.fullmatch(word) else 0.0


def _unspaced(dense: str, places: Sequence[int], cues: CueList) -> Iterator[tuple[int, int, float]]:
    """The cues of a script without blanks and their strength; of those that overlap, the plainest."""
    taken: list[tuple[int, int]] = []
    graded = ((cues.unspaced, STRONG), (cues.unspaced_weak, WEAK), (cues.unspaced_implied, IMPLIED))
    for pattern, strength in graded:
        for match in pattern.finditer(dense):
            start, end = _extent(match, places)
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                yield start, end, strength


def _once(found: Sequence[Negation], folded: str, cues: CueList) -> Iterator[Negation]:
    """Leaves out words that agree with a negation before them in their clause, and the "not" after a "nobody"."""
    end, has_marker = -FARTHEST, False
    for negation in found:
        if negation.strength < WEAK:
            yield negation
            continue
        word = negation.word
        between = folded[max(end, 0) : word.start]
        linked = word.start - end < FARTHEST and not BREAK.search(between)
        agrees = cues.concord.fullmatch(folded[word.start : word.end]) is not None
        repeats = linked and (agrees or (not has_marker and "," not in between))
        has_marker = (has_marker and linked) or not agrees
        end = word.end if cues.concord is not NEVER else -FARTHEST
        if not repeats:
            yield negation


def _fold(text: str) -> str:
    """Lower case with plain apostrophes, character by character, so that offsets hold ("İ" would become two)."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(small if len(small := char.lower()) == 1 else char for char in text)
    return re.sub("[’ʼ`´]", "'", low)
