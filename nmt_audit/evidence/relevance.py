"""Relevance of the source for every word of a hypothesis: what the translation was made from, and what it left aside.

Layer-wise relevance propagation by the rule set `stable` from the logit of each token, `</s>` included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nmt_audit.errors import UnknownOperator
from nmt_audit.evidence.forced import Case
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Evidence
from nmt_audit.relevance.lrp import lrp
from nmt_audit.relevance.request import LOGIT, Request

RULES = "stable"


def with_relevance(model: Model, cases: Sequence[Case], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with `relevance` [T,S] and `target_share` [T].

    As it was for a model that hides its states, or that has an operator without a rule: checks do without relevance,
    and whoever asks for an explanation is told why there is none.
    """
    if not isinstance(model, Traceable) or not cases:
        return list(evidence)
    asked = [
        Request(case.source_tokens, case.target_tokens, (position,), LOGIT, "target", RULES, None, None)
        for case in cases
        for position in range(len(case.target_tokens))
    ]
    try:
        answers = iter(lrp(model, asked))
    except UnknownOperator:
        return list(evidence)
    found = []
    for case, known in zip(cases, evidence, strict=True):
        rows = [next(answers) for _ in case.target_tokens]
        to_source = np.stack([row.source_relevance for row in rows])
        source = np.abs(to_source).sum(1)
        target = np.array([np.abs(row.target_relevance).sum() for row in rows])
        share = np.divide(target, source + target, out=np.zeros_like(target), where=source + target > 0)
        found.append(replace(known, relevance=to_source, target_share=share))
    return found
