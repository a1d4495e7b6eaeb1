"""What a run explains beside its flags, once all segments are judged: whole segments, and controls.

They are known only at the end, and are written into parts of the explanations of their own, after those of the shards;
a part that is there already, from before an interruption, is not made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from nmt_audit.config import AuditConfig
from nmt_audit.controls import draw
from nmt_audit.halving import Halved
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.progress import progress
from nmt_audit.records import Audited
from nmt_audit.stages import SHARD
from nmt_audit.stopping import Stopping
from nmt_audit.store import Explained, RunWriter

T = TypeVar("T")

# Tokens on a side. Every position is a pass over the sentence: all of 30 × 30 tokens take 2 s on one core, of 60 × 60
# tokens 6 s, of 96 × 92 18 s; a few runaway translations would cost more than all others together.
LONGEST = 80
MAPS_TOGETHER = 32  # segments in a part: enough that a batch is of like ones, and few enough to hold
CONTROLS_TOGETHER = 512  # positions in a part


def explain_further(
    model: Model | None,
    audited: Sequence[Audited],
    config: AuditConfig,
    writer: RunWriter,
    stopping: Stopping,
    halved: Halved,
) -> dict[str, Any] | None:
    """Explains and writes; the manifest's entry "explained". None without a model that shows its states.

    Segments of more than LONGEST tokens on a side are left out, and counted; the next in suspicion take their place.
    """
    if not isinstance(model, Traceable):
        return None
    from nmt_audit.relevance.whole_segments import explain_controls, explain_maps

    shown, too_long = shown_in_full(audited, config.maps)
    drawn = draw(audited, config.controls, config.seed, LONGEST)
    parts: list[tuple[int, Callable[[], list[list[Explained] | None]]]] = []
    for some in _together(list(enumerate(shown)), MAPS_TOGETHER):
        maps = partial(explain_maps, model, rules=config.rules, methods=config.methods)
        parts.append((len(some), partial(halved.run, "maps", maps, some)))
    for controls in _together(drawn.controls, CONTROLS_TOGETHER):
        explain = partial(explain_controls, model, audited, rules=config.rules)
        parts.append((len(controls), partial(halved.run, "controls", explain, controls)))
    with progress("explaining further", len(shown) + len(drawn.controls)) as advance:
        for number, (size, explain_part) in enumerate(parts, -(-len(audited) // SHARD)):
            if not writer.has_explained(number):
                with stopping.finishing():
                    found = explain_part()
                    writer.explained(number, [one for answers in found for one in answers or ()])
            advance(size)
    return {
        "longest": LONGEST,
        "maps": {
            "asked": config.maps,
            "segments": len(shown),
            "positions": sum(len(item.evidence.target_tokens) for item in shown if item.evidence),
            "too_long": too_long,
        },
        "controls": {"asked": config.controls, "positions": len(drawn.controls), "strata": drawn.strata},
    }


def shown_in_full(audited: Sequence[Audited], most: int) -> tuple[list[Audited], int]:
    """The segments that are explained at every position, the most suspicious first; and how many were too long."""
    shown: list[Audited] = []
    too_long = 0
    for item in most_suspicious(audited):
        if len(shown) == most:
            break
        if _length(item) <= LONGEST:
            shown.append(item)
        else:
            too_long += 1
    return shown, too_long


def most_suspicious(audited: Sequence[Audited]) -> list[Audited]:
    """The segments with flags that nobody dismissed, by their largest score; ties in corpus order."""
    suspects = [item for item in audited if item.standing and item.evidence is not None]
    return sorted(suspects, key=lambda item: -max(flag.score for flag in item.standing))


def _length(item: Audited) -> int:
    known = item.evidence
    return max(len(known.source_tokens), len(known.target_tokens)) if known is not None else 0


def _together(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), most):
        yield items[start : start + most]
