"""Decoding: every segment gets a hypothesis, or a reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nmt_audit.models.protocol import Forced, Model
from nmt_audit.models.translating import translate
from nmt_audit.records import Segment, Status, Translation


@dataclass(frozen=True, slots=True)
class Decoded:
    """A segment with its hypothesis.

    `translation`, and what the model says of it when it is forced through it, are None where the hypothesis was given
    or could not be made.
    """

    segment: Segment
    status: Status
    translation: Translation | None = None
    forced: Forced | None = None


def decode(model: Model | None, segments: Sequence[Segment], *, beam: int) -> list[Decoded]:
    """Translates the segments that have no hypothesis yet; in their order.

    Empty sources and sources over the model's length are not cut and not translated: they get an empty hypothesis and
    are marked so, and so is a translation whose probabilities are not numbers. Without a model, segments stay as they
    are.
    """
    statuses = [_status(model, segment) for segment in segments]
    if model is None:
        return [Decoded(segment, status) for segment, status in zip(segments, statuses, strict=True)]
    wanted = [
        i for i, segment in enumerate(segments) if segment.hypothesis is None and statuses[i] == "ok"
    ]  # fmt: skip
    found = translate(model, [segments[i].source for i in wanted], beam=beam)
    made = {i: (item.translation, item.forced) for i, item in zip(wanted, found, strict=True)}
    decoded = []
    for i, segment in enumerate(segments):
        (translation, forced), status = made.get(i, (None, None)), statuses[i]
        if translation is not None and np.isnan([translation.score, *translation.logprobs]).any():
            translation, forced, status = None, None, "not_finite"
        if segment.hypothesis is None:
            segment = replace(segment, hypothesis=translation.text if translation else "")
        decoded.append(Decoded(segment, status, translation, forced))
    return decoded


def _status(model: Model | None, segment: Segment) -> Status:
    if not segment.source.strip():
        return "empty"
    if model is not None and len(model.tokenize(segment.source)) > model.max_length:
        return "too_long"
    return "ok"
