"""What a run explains beside its flags, once all segments are judged: whole segments, and controls.

They are known only at the end, and are written into parts of the explanations of their own, after those of the shards;
a part that is there already, from before an interruption, is not made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from heapq import heappush, heappushpop
from itertools import groupby
from math import inf
from typing import Any, TypeVar

from nmt_audit.config import AuditConfig
from nmt_audit.controls import Control, Pool
from nmt_audit.halving import Halved
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.progress import progress
from nmt_audit.records import Audited
from nmt_audit.stages import SHARD
from nmt_audit.stopping import Stopping
from nmt_audit.store import Explained, RunWriter

T = TypeVar("T")

Position = tuple[Audited, int]

# Tokens on a side. Every position is a pass over the sentence: all of 30 × 30 tokens take 2 s on one core, of 60 × 60
# tokens 6 s, of 96 × 92 18 s; a few runaway translations would cost more than all others together.
LONGEST = 80
MAPS_TOGETHER = 32  # segments in a part: enough that a batch is of like ones, and few enough to hold
CONTROLS_TOGETHER = 512  # positions in a part


class Suspects:
    """The segments that are explained at every position, gathered while all pass: the `most` most suspicious."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._shown: list[tuple[float, int, Audited]] = []  # a heap, the least suspicious first
        self._too_long: list[tuple[float, int]] = []

    def add(self, number: int, item: Audited) -> None:
        """The segment at place `number` of the corpus. It is suspicious if it has flags that nobody dismissed, by the
        largest of their scores; of equal ones the first in the corpus goes first."""
        if not self._most or not item.standing or item.evidence is None:
            return
        rank = (max(flag.score for flag in item.standing), -number)
        if _length(item) > LONGEST:
            self._too_long.append(rank)
        elif len(self._shown) < self._most:
            heappush(self._shown, (*rank, item))
        else:
            heappushpop(self._shown, (*rank, item))

    def shown(self) -> tuple[list[Audited], int]:
        """The segments, the most suspicious first; and how many more were too long that would have been among them."""
        ranked = sorted(self._shown, reverse=True)
        last = ranked[-1][:2] if len(ranked) == self._most and ranked else (-inf, 0)
        return [item for *_, item in ranked], sum(rank > last for rank in self._too_long)


def explain_further(
    model: Model | None,
    suspects: Suspects,
    pool: Pool,
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

    shown, too_long = suspects.shown()
    drawn = pool.drawn()
    parts: list[tuple[int, Callable[[], list[list[Explained] | None]]]] = []
    for some in _together(list(enumerate(shown)), MAPS_TOGETHER):
        maps = partial(explain_maps, model, rules=config.rules, methods=config.methods)
        parts.append((len(some), partial(halved.run, "maps", maps, some)))
    for controls in _together(drawn.controls, CONTROLS_TOGETHER):
        explain = partial(explain_controls, model, rules=config.rules)
        parts.append((len(controls), partial(_explained_controls, halved, explain, writer, controls)))
    with progress("explaining further", len(shown) + len(drawn.controls)) as advance:
        for number, (size, explain_part) in enumerate(parts, writer.shards):
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


def _explained_controls(
    halved: Halved,
    explain: Callable[[Sequence[Position]], list[list[Explained]]],
    writer: RunWriter,
    controls: Sequence[Control],
) -> list[list[Explained] | None]:
    """The controls' segments are read again: they lie anywhere in the corpus."""
    positions: list[Position] = []
    for shard, some in groupby(controls, lambda control: control.segment // SHARD):
        audited = writer.audited(shard)
        positions += [(audited[control.segment % SHARD], control.position) for control in some]
    return halved.run("controls", explain, positions)


def _length(item: Audited) -> int:
    known = item.evidence
    return max(len(known.source_tokens), len(known.target_tokens)) if known is not None else 0


def _together(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), most):
        yield items[start : start + most]
