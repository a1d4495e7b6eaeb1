"""Contrastive conditioning on negations: does the hypothesis become likelier when the source negates no longer?

A lost negation leaves a hypothesis that fits the affirmed source better than the true one. The affirmed source is made
grammatically (`language.affirming`), so that nothing but the polarity changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nmt_audit.evidence.forced import Case, Condition
from nmt_audit.language.affirming import affirmed
from nmt_audit.language.negation import AFFIXED, Negation, negations
from nmt_audit.models.protocol import Model
from nmt_audit.records import Array, Evidence, WithoutNegation


@dataclass(frozen=True, slots=True)
class Affirmed:
    """A case, by number, with a negation of its source taken out, and the text that is left."""

    case: int
    negation: Negation
    text: str


def affirmations(cases: Sequence[Case]) -> list[Affirmed]:
    """Every negation that can be taken out of a source, in the order of the text."""
    return [Affirmed(number, found, text) for number, case in enumerate(cases) for found, text in _affirmed(case)]


def conditions(model: Model, tried: Sequence[Affirmed]) -> list[Condition]:
    """Each case with what is left of its source."""
    return [Condition(one.case, [token.id for token in model.tokenize(one.text)]) for one in tried]


def without_negations(
    evidence: Sequence[Evidence], tried: Sequence[Affirmed], scores: Sequence[Array]
) -> list[Evidence]:
    """The evidence with the gain of every negation that was taken out; `scores`: what the hypothesis gets without."""
    gains: list[list[WithoutNegation]] = [[] for _ in evidence]
    for one, logprobs in zip(tried, scores, strict=True):
        gain = float(logprobs.sum() - evidence[one.case].logprobs.sum())
        gains[one.case].append(WithoutNegation(one.negation.word.start, one.negation.word.end, gain))
    return [replace(known, without_negation=tuple(found)) for known, found in zip(evidence, gains, strict=True)]


def _affirmed(case: Case) -> list[tuple[Negation, str]]:
    text, language = case.segment.source, case.segment.src_lang
    made = [(n, affirmed(text, language, n)) for n in negations(text, language) if n.strength >= AFFIXED]
    return [(n, changed) for n, changed in made if changed is not None and changed.strip()]
