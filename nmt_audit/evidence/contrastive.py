"""Contrastive conditioning (Vamvas and Sennrich 2022): a span that the hypothesis does not need was not translated.

Spans of the source are deleted one at a time, and the hypothesis is scored with what is left. Where its
log-probability rises, the span has left no trace in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from nmt_audit.evidence.forced import Case
from nmt_audit.language.editing import BREAKS, without
from nmt_audit.language.function_words import is_content
from nmt_audit.language.pieces import TokenGroup, merge
from nmt_audit.models.protocol import Model
from nmt_audit.records import Array, Evidence, UntranslatedSpan

WIDEST = 4  # words in a span that is not a clause
MOST_SPANS = 60  # per segment
KEPT = 3


@dataclass(frozen=True, slots=True)
class Deletion:
    """A span of the source, and what is left without it."""

    start: int
    end: int
    rest: str


def deletions(case: Case, evidence: Evidence) -> list[Deletion]:
    """At most MOST_SPANS deletions: clauses, then words, then wider spans, those the model looked at least first.

    Without attention those of a kind come in the order of the text.
    """
    language, text = case.segment.src_lang, case.segment.source
    groups = [group for group in merge(case.source_tokens, text, language) if not group.is_end]
    seen = None if evidence.attention is None else evidence.attention.sum(0)
    found: dict[tuple[int, int], tuple[int, float]] = {}
    for rank, span in _spans(groups):
        if any(is_content(group.text, language) for group in span) and len(span) < len(groups):
            coverage = 0.0 if seen is None else _coverage(span, seen, language)
            found.setdefault((span[0].start, span[-1].end), (rank, coverage))
    ordered = sorted(found, key=lambda span: (*found[span], span))
    return [Deletion(start, end, without(text, start, end)) for start, end in ordered[:MOST_SPANS]]


def untranslated(model: Model, cases: Sequence[Case], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with the spans whose deletion helps the hypothesis most, best first and without overlaps."""
    tried = [(number, deletion) for number, case in enumerate(cases) for deletion in deletions(case, evidence[number])]
    sources = [[token.id for token in model.tokenize(deletion.rest)] for _, deletion in tried]
    found = model.logprobs(sources, [cases[number].target_ids for number, _ in tried])
    gains: list[list[UntranslatedSpan]] = [[] for _ in cases]
    for (number, deletion), logprobs in zip(tried, found, strict=True):
        gain = float(logprobs.sum() - evidence[number].logprobs.sum())
        if gain > 0:
            gains[number].append(UntranslatedSpan(deletion.start, deletion.end, gain))
    return [replace(known, untranslated=_best(spans)) for known, spans in zip(evidence, gains, strict=True)]


def _spans(groups: Sequence[TokenGroup]) -> Iterator[tuple[int, Sequence[TokenGroup]]]:
    """Clauses (rank 0), single words (1) and spans of two to WIDEST words (2) that cross no punctuation."""
    breaks = [-1, *(i for i, group in enumerate(groups) if group.text in BREAKS), len(groups)]
    for before, after in pairwise(breaks):
        clause = groups[before + 1 : after]
        if clause and len(breaks) > 2:
            yield 0, clause
        for width in range(1, WIDEST + 1):
            for start in range(len(clause) - width + 1):
                yield min(width, 2), clause[start : start + width]


def _coverage(span: Sequence[TokenGroup], seen: Array, language: str) -> float:
    """The attention that the span's content words got, in the mean: the least looked at is the likeliest to be lost."""
    content = [float(seen[list(group.tokens)].sum()) for group in span if is_content(group.text, language)]
    return round(float(np.mean(content)), 9)


def _best(spans: list[UntranslatedSpan]) -> tuple[UntranslatedSpan, ...]:
    kept: list[UntranslatedSpan] = []
    for span in sorted(spans, key=lambda s: (-s.gain, s.start, s.end)):
        if len(kept) < KEPT and all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return tuple(kept)
