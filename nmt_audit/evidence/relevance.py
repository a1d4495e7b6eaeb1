"""Relevance of the source for a whole hypothesis: what the translation was made from, and what it left aside.

Layer-wise relevance propagation by the rule set `stable`, started at the logits of all target tokens together: one
backward pass for a sentence pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nmt_audit.errors import UnknownOperator
from nmt_audit.evidence.forced import Case
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Evidence
from nmt_audit.relevance.lrp import lrp
from nmt_audit.relevance.request import LOGIT, Request

RULES = "stable"


def with_relevance(model: Model, cases: Sequence[Case], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with `relevance` [S].

    As it was for a model that hides its states, or that has an operator without a rule: checks do without relevance,
    and whoever asks for an explanation is told why there is none.
    """
    if not isinstance(model, Traceable) or not cases:
        return list(evidence)
    asked = [
        Request(
            case.source_tokens, case.target_tokens, tuple(range(len(case.target_tokens))), LOGIT, "target", RULES,
            None, None,
        )
        for case in cases
    ]  # fmt: skip
    try:
        answers = lrp(model, asked)
    except UnknownOperator:
        return list(evidence)
    return [replace(known, relevance=one.source_relevance) for known, one in zip(evidence, answers, strict=True)]
