"""Forced decoding: what the model thinks of every token of a hypothesis that it is led through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nmt_audit.models.protocol import Forced, Model
from nmt_audit.records import Array, Evidence, Segment, Token, Translation


@dataclass(frozen=True, slots=True)
class Case:
    """A segment that the model can be asked about: its tokens on both sides, as ids go in."""

    segment: Segment
    source_tokens: tuple[Token, ...]
    target_tokens: tuple[Token, ...]
    finished: bool

    @property
    def source_ids(self) -> list[int]:
        """[S], `</s>` last."""
        return [token.id for token in self.source_tokens]

    @property
    def target_ids(self) -> list[int]:
        """[T], `</s>` last unless the search was cut off."""
        return [token.id for token in self.target_tokens]


@dataclass(frozen=True, slots=True)
class Condition:
    """Another source for a case, by its number among some: does the hypothesis hang on what was changed?"""

    case: int
    source_ids: list[int]


def case_of(model: Model, segment: Segment, translation: Translation | None) -> Case | None:
    """The tokens of a segment, those of the search where it was the model that translated.

    None where there is nothing to ask: no source text, no hypothesis, or more tokens than the model takes.
    """
    if not segment.source.strip() or (translation is None and segment.hypothesis is None):
        return None
    if translation is not None:
        case = Case(segment, translation.source_tokens, translation.target_tokens, translation.finished)
    else:
        target = model.tokenize_target(segment.hypothesis or "")
        case = Case(segment, model.tokenize(segment.source), target, True)
    fits = len(case.source_tokens) <= model.max_length and len(case.target_tokens) <= model.longest_target
    return case if fits and case.target_tokens else None


def force(model: Model, cases: Sequence[Case], known: Sequence[Forced | None]) -> list[Forced]:
    """Forced decoding of every case with its own source; of those alone for which it is not `known`."""
    asked = [case for case, found in zip(cases, known, strict=True) if found is None]
    fresh = iter(model.force([case.source_ids for case in asked], [case.target_ids for case in asked]))
    return [next(fresh) if found is None else found for found in known]


def conditioned(model: Model, cases: Sequence[Case], asked: Sequence[Condition]) -> list[Array]:
    """The log-probabilities [T] of the hypotheses given other sources. All at once, so that batches are full.

    What is not a number then is asked again alone: it may come from another source of the batch, whose padding reaches
    where the weights are broken.
    """
    sources, targets = [one.source_ids for one in asked], [cases[one.case].target_ids for one in asked]
    found = model.logprobs(sources, targets)
    return [
        model.logprobs([source], [target])[0] if np.isnan(values).any() else values
        for source, target, values in zip(sources, targets, found, strict=True)
    ]


def base_evidence(case: Case, forced: Forced, source_gain: Array) -> Evidence:
    """The evidence that every segment gets; the dear kinds are added to it for a few."""
    return Evidence(
        source_tokens=case.source_tokens,
        target_tokens=case.target_tokens,
        logprobs=forced.logprobs,
        entropies=forced.entropies,
        ranks=forced.ranks,
        gaps=forced.gaps,
        rivals=forced.rivals,
        attention=forced.attention,
        source_gain=source_gain,
        eos_margin=float(forced.end_margins[-1]),
        finished=case.finished,
    )
