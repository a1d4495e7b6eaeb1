"""The words that two translations of the same segment do not share."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from nmt_audit.language.words import Word, words

MOST = 4_000_000  # pairs of words compared at once; beyond, all between the common start and end counts as different

Ranges = tuple[tuple[int, int], ...]


def differing(first: str, second: str, language: str) -> tuple[Ranges, Ranges]:
    """The stretches, in code points, that each text has and the other has not, by words; neighbours are one.

    By difflib's matching of the longest common stretches: what is shared stands in the same order in both.
    """
    if first == second:
        return (), ()
    a, b = words(first, language), words(second, language)
    start, end = _common(a, b)
    inner_a, inner_b = a[start : len(a) - end], b[start : len(b) - end]
    if len(inner_a) * len(inner_b) > MOST:
        return _ranges([inner_a]), _ranges([inner_b])
    matcher = SequenceMatcher(None, [word.text for word in inner_a], [word.text for word in inner_b], autojunk=False)
    unlike = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return _ranges([inner_a[code[1] : code[2]] for code in unlike]), _ranges([inner_b[c[3] : c[4]] for c in unlike])


def _common(a: Sequence[Word], b: Sequence[Word]) -> tuple[int, int]:
    """How many words both begin with, and how many of the others both end with."""
    start = end = 0
    least = min(len(a), len(b))
    while start < least and a[start].text == b[start].text:
        start += 1
    while end < least - start and a[-1 - end].text == b[-1 - end].text:
        end += 1
    return start, end


def _ranges(groups: Sequence[Sequence[Word]]) -> Ranges:
    return tuple((group[0].start, group[-1].end) for group in groups if group)
