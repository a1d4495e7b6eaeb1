"""Contrastive conditioning on negations: does the hypothesis become likelier when the source negates no longer?

A lost negation leaves a hypothesis that fits the affirmed source better than the true one. The affirmed source is made
grammatically (`language.affirming`), so that nothing but the polarity changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nmt_audit.evidence.forced import Case
from nmt_audit.language.affirming import affirmed
from nmt_audit.language.negation import AFFIXED, Negation, negations
from nmt_audit.models.protocol import Model
from nmt_audit.records import Evidence, WithoutNegation


def without_negations(model: Model, cases: Sequence[Case], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with the gain of every negation of the source that can be taken out, in the order of the text."""
    tried = [(number, found, text) for number, case in enumerate(cases) for found, text in _affirmed(case)]
    sources = [[token.id for token in model.tokenize(text)] for _, _, text in tried]
    scores = model.logprobs(sources, [cases[number].target_ids for number, _, _ in tried])
    gains: list[list[WithoutNegation]] = [[] for _ in cases]
    for (number, found, _), logprobs in zip(tried, scores, strict=True):
        gain = float(logprobs.sum() - evidence[number].logprobs.sum())
        gains[number].append(WithoutNegation(found.word.start, found.word.end, gain))
    return [replace(known, without_negation=tuple(found)) for known, found in zip(evidence, gains, strict=True)]


def _affirmed(case: Case) -> list[tuple[Negation, str]]:
    text, language = case.segment.source, case.segment.src_lang
    made = [(n, affirmed(text, language, n)) for n in negations(text, language) if n.strength >= AFFIXED]
    return [(n, changed) for n, changed in made if changed is not None and changed.strip()]
