"""How much the source helps with every target token: log p(y_j | x, y_<j) − log p(y_j | blanked x, y_<j), in nats.

Blanked is the source with `<unk>` for every token but `</s>`: the length stays, the content goes.
"""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.evidence.forced import Case
from nmt_audit.models.protocol import Forced, Model
from nmt_audit.records import Array

UNKNOWN = 1  # the id of `<unk>`


def blanked(ids: Sequence[int]) -> list[int]:
    """The ids [S] of a source with all of its content unknown; the last, `</s>`, is kept."""
    return [*[UNKNOWN] * (len(ids) - 1), *ids[-1:]]


def source_gains(model: Model, cases: Sequence[Case], forced: Sequence[Forced]) -> list[Array]:
    """The gain [T] of every target token of every case; `forced` is what the model said with the true source."""
    without = model.force([blanked(case.source_ids) for case in cases], [case.target_ids for case in cases])
    return [true.logprobs - blind.logprobs for true, blind in zip(forced, without, strict=True)]
