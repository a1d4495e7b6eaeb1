"""A walk over a run: each segment with its flags and what a model computed for it, a part of the run at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nmt_audit.report.maps import MODEL_COLUMNS, map_rows, segment_maps
from nmt_audit.report.reading import FlagRow, SegmentRow, flag_rows, segment_rows
from nmt_audit.store import Part, Run

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Met:
    """One segment. `maps` is None where the pages have nothing of a model to show for it."""

    segment: SegmentRow
    flags: list[FlagRow]
    maps: dict[str, Any] | None


def walk(run: Run) -> Iterator[Met]:
    """The segments in corpus order. What a model computed comes with those that are flagged or explained."""
    reviewers = run.manifest.get("dismissed_by") or {}
    further = _Further(run.further_explanations)
    first = 0
    for part in run.parts():
        segments = segment_rows(part.segments, first)
        first += len(segments)
        flags = flag_rows(part.flags, reviewers)
        maps = _maps(part, segments, further, flags)
        for segment in segments:
            yield Met(segment, flags.get(segment.id, []), maps.get(segment.id))


def _maps(
    part: Part, segments: list[SegmentRow], further: _Further, flagged: Collection[str]
) -> dict[str, dict[str, Any]]:
    explained = map_rows(further.beside(part.explanations, [segment.id for segment in segments]))
    places = [place for place, one in enumerate(segments) if one.id in flagged or one.id in explained]
    if not places:
        return {}
    rows = part.segments.select(MODEL_COLUMNS).take(places).to_pylist()
    found = {}
    for place, row in zip(places, rows, strict=True):
        maps = segment_maps(segments[place], row, explained.get(segments[place].id, ()))
        if maps is not None:
            found[segments[place].id] = maps
    return found


class _Further:
    """Explanations that stand in no shard, found by their segment."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(table.column("segment_id").to_pylist()):
            self._places[name].append(place)

    def beside(self, explanations: pa.Table, ids: list[str]) -> pa.Table:
        """The explanations of a part, and behind them the further ones of its segments."""
        import pyarrow as pa

        places = [place for name in ids for place in self._places.get(name, ())]
        return pa.concat_tables([explanations, self._table.take(places)]) if places else explanations
