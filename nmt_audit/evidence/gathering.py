"""Gathers all evidence on a list of segments: cheap kinds for each, dear kinds for the most suspicious fifth."""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.evidence.contrastive import untranslated
from nmt_audit.evidence.ending import continuations
from nmt_audit.evidence.forced import Case, base_evidence, case_of, force
from nmt_audit.evidence.source_dependence import source_gains
from nmt_audit.evidence.suspects import most_suspicious
from nmt_audit.models.protocol import Model
from nmt_audit.records import Evidence, Segment, Translation

BLOCK = 100  # segments among which the most suspicious fifth is chosen


def gather(
    model: Model, segments: Sequence[Segment], translations: Sequence[Translation | None]
) -> list[Evidence | None]:
    """The evidence on each segment, in order; None where the model cannot be asked (see `case_of`).

    The fifth is chosen within blocks of BLOCK consecutive segments, and nothing crosses a block: lists that are cut
    at multiples of BLOCK give the same evidence as one list, and within a block the order does not matter.
    """
    found: list[Evidence | None] = []
    pairs = list(zip(segments, translations, strict=True))
    for start in range(0, len(pairs), BLOCK):
        cases = [case_of(model, segment, translation) for segment, translation in pairs[start : start + BLOCK]]
        answers = iter(_gather_block(model, [case for case in cases if case is not None]))
        found += [None if case is None else next(answers) for case in cases]
    return found


def _gather_block(model: Model, cases: Sequence[Case]) -> list[Evidence]:
    if not cases:
        return []
    forced = force(model, cases)
    gains = source_gains(model, cases, forced)
    evidence = [base_evidence(*row) for row in zip(cases, forced, gains, strict=True)]
    suspects = most_suspicious(cases, evidence)
    asked = [cases[i] for i in suspects]
    dear = continuations(model, asked, untranslated(model, asked, [evidence[i] for i in suspects]))
    for i, known in zip(suspects, dear, strict=True):
        evidence[i] = known
    return evidence
