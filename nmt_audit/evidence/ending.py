"""What the model says when it may not stop where it did: the missing text, if any is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nmt_audit.evidence.forced import Case
from nmt_audit.models.protocol import Model
from nmt_audit.records import Evidence


def continuations(model: Model, cases: Sequence[Case], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with the continuation of every hypothesis that ended by itself, asked greedily."""
    ended = [number for number, case in enumerate(cases) if case.finished]
    texts = model.resume(
        [cases[number].source_ids for number in ended], [cases[number].target_ids[:-1] for number in ended]
    )  # fmt: skip
    answers = dict(zip(ended, texts, strict=True))
    return [replace(known, continuation=answers.get(number)) for number, known in enumerate(evidence)]
