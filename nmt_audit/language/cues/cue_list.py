"""The shape of a language's list of negation cues."""

from __future__ import annotations

import re
from dataclasses import dataclass

NEVER = re.compile(r"(?!)")  # matches nothing: for a language without such words


@dataclass(frozen=True, slots=True)
class CueList:
    """How one language says no. Words are in lower case; patterns see the text in lower case with plain apostrophes.

    `strong` words negate by themselves; `weak` ones nearly (hardly, without). `affixed` matches whole words that an
    affix negates (unhappy, hopeless). `implied` matches words that say no without a cue (fail, lack, refuse): nobody
    translates them by a negation for certain, but a negation may well become one of them. `clitic` matches whole words
    that end in a negation (don't). `void` matches stretches whose cues negate nothing (not only, isn't it?).
    `joined` matches two cues that are one negation (neither … nor, ne … pas): the second does not count again.
    """

    strong: frozenset[str]
    weak: frozenset[str] = frozenset()
    clitic: re.Pattern[str] = NEVER
    affixed: re.Pattern[str] = NEVER
    implied: re.Pattern[str] = NEVER
    void: tuple[re.Pattern[str], ...] = ()
    joined: tuple[re.Pattern[str], ...] = ()


def lexicon(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


def pattern(text: str) -> re.Pattern[str]:
    """A pattern written over several lines, blanks left out."""
    return re.compile(text, re.VERBOSE)
