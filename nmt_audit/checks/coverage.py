"""Which source words a translation says nothing of: by what the model looked at, and by the lexicon; word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from nmt_audit.language.function_words import is_content
from nmt_audit.language.lexical import Support
from nmt_audit.language.loops import CHARACTER_WEIGHT
from nmt_audit.language.pieces import TokenGroup, merge
from nmt_audit.language.words import Kind, kind
from nmt_audit.records import Array, Evidence, Segment, Span

ALIGNED = 0.3  # attention from which on a target word is taken for the translation of a source word
LEAST = 0.01  # as good as nothing
TOLERATED = 0.5  # nats below the expected coverage that are no deficit yet: attention is soft
LONGEST_BRIDGE = 2  # function words that a run of uncovered words may go across
SURE = 0.95  # no word is more likely than this to find support


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring source words without a counterpart. `deficit` is in nats, summed over them."""

    start: int
    end: int
    deficit: float


def taken(evidence: Evidence) -> Array | None:
    """[S], how much the translation took from each source token, in target tokens; None: the model does not tell.

    By relevance where that was asked for: the token's share of all that speaks for the translation. By attention
    elsewhere. Relevance says what the words were made from, attention only where the model looked.
    """
    if evidence.relevance is None:
        return None if evidence.attention is None else evidence.attention.sum(0)
    helpful = np.maximum(evidence.relevance, 0.0)
    return helpful / max(float(helpful.sum()), LEAST) * len(evidence.target_tokens)


def uncovered(segment: Segment, evidence: Evidence) -> list[Run]:
    """The runs of content words that the translation took hardly anything from, worst first."""
    seen = taken(evidence)
    if seen is None:
        return []
    groups = [g for g in merge(evidence.source_tokens, segment.source, segment.src_lang) if not g.is_end]
    runs: list[Run] = []
    bridge = 0
    for group in groups:
        if not is_content(group.text, segment.src_lang):
            bridge += 1 if group.text.isalnum() else LONGEST_BRIDGE + 1  # punctuation ends a run
            continue
        deficit = _deficit(group, seen)
        if deficit > 0 and runs and bridge <= LONGEST_BRIDGE:
            last = runs.pop()
            runs.append(Run(last.start, group.end, last.deficit + deficit))
        elif deficit > 0:
            runs.append(Run(group.start, group.end, deficit))
        bridge = 0 if deficit > 0 else LONGEST_BRIDGE + 1
    return sorted(runs, key=lambda run: (-run.deficit, run.start))


def _deficit(group: TokenGroup, seen: Array) -> float:
    """A content word is expected to be worth one target token."""
    return max(0.0, -log(max(float(seen[list(group.tokens)].sum()), LEAST)) - TOLERATED)


def unsupported_runs(words: Sequence[Support]) -> list[Run]:
    """The runs of content words that should find support in the lexicon, or by their spelling, and do not.

    In the order of the text. A word counts as its chance to find none in a right translation, in nats. Function words
    do not end a run, nor do words that nothing is known of.
    """
    runs: list[Run] = []
    waiting = 0.0  # what words that little is known of are worth, since the last that counts
    is_open = False
    for one in words:
        if not one.content:
            continue
        if one.is_supported:
            waiting, is_open = 0.0, False
        elif not one.known:
            waiting += surprise_of(one)
        elif is_open:
            last = runs.pop()
            runs.append(Run(last.start, one.word.end, last.deficit + waiting + surprise_of(one)))
            waiting = 0.0
        else:
            runs.append(Run(one.word.start, one.word.end, surprise_of(one)))
            waiting, is_open = 0.0, True
    return runs


def unsupported(words: Sequence[Support]) -> float:
    """What the content words without support are worth together, in nats."""
    return sum(surprise_of(one) for one in words if one.content and not one.is_supported)


def surprise_of(one: Support) -> float:
    """How surprising it is that a word has no support; a character of an unspaced script is a third of a word."""
    weight = CHARACTER_WEIGHT if kind(one.word.text[0]) is Kind.WORD else 1.0
    return -weight * log(1.0 - min(one.expected, SURE))


def gap_word(segment: Segment, evidence: Evidence, start: int, end: int) -> Span | None:
    """The target word that follows the gap where a source span is missing; None at the end of the sentence.

    The source word after the span is looked up in the target: what looks at that most comes after the gap. None, too,
    where no target word clearly does, or the model has no attention.
    """
    after = [i for i, token in enumerate(evidence.source_tokens) if token.start >= end and token.start < token.end]
    if not after or evidence.attention is None:
        return None
    width = evidence.source_tokens[after[0]].end
    word = [i for i in after if evidence.source_tokens[i].start < max(width, end + 1)]
    by_position = evidence.attention[:, word].sum(1)
    position = int(by_position.argmax())
    return None if by_position[position] < ALIGNED else word_at(segment, evidence, position)


def word_at(segment: Segment, evidence: Evidence, position: int) -> Span | None:
    """The target word that a token belongs to; None for `</s>`."""
    for group in merge(evidence.target_tokens, segment.hypothesis or "", segment.tgt_lang):
        if position in group.tokens and not group.is_end and group.start < group.end:
            return Span("tgt", group.start, group.end)
    return None
