"""The shape of a language's list of negation cues."""

from __future__ import annotations

import re
from dataclasses import dataclass

NEVER = re.compile(r"(?!)")  # matches nothing: for a language without such words


@dataclass(frozen=True, slots=True)
class CueList:
    """How one language says no. Words are in lower case; patterns see the text in lower case with plain apostrophes.

    `strong` words negate by themselves; `weak` ones nearly (hardly, without). `clitic` matches whole words that end or
    begin with a negation (don't, nepřišel). `affixed` matches whole words that an affix negates (unhappy, hopeless).
    `implied` matches words that say no without a cue (fail, lack, refuse): nobody translates them by a negation for
    certain, but a negation may well become one of them. `faint` words (wrong, ignorant, misfortune) may stand for what
    another language negates by an affix, and for nothing more.

    `unspaced`, `unspaced_weak` and `unspaced_implied` match the same in scripts without blanks, where cues are
    stretches of characters.

    `concord` matches words that repeat a negation of their clause ("nobody" in Никто не пришёл, "pas" in ne … pas).
    `joined` matches two other cues that are one negation (neither … nor): the second does not count again. `void`
    matches stretches whose cues negate nothing (not only, isn't it?); a group named `cue` limits that to one word.
    """

    strong: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    clitic: re.Pattern[str] = NEVER
    affixed: re.Pattern[str] = NEVER
    implied: re.Pattern[str] = NEVER
    faint: re.Pattern[str] = NEVER
    unspaced: re.Pattern[str] = NEVER
    unspaced_weak: re.Pattern[str] = NEVER
    unspaced_implied: re.Pattern[str] = NEVER
    concord: re.Pattern[str] = NEVER
    void: tuple[re.Pattern[str], ...] = ()
    joined: tuple[re.Pattern[str], ...] = ()


def lexicon(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


def pattern(text: str) -> re.Pattern[str]:
    """A pattern written over several lines, blanks left out."""
    return re.compile(text, re.VERBOSE)
