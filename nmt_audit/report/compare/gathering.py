"""The segments that the page shows, read back from a run with what its model computed for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nmt_audit.report.maps import MODEL_COLUMNS, map_rows, segment_maps
from nmt_audit.report.reading import FlagRow, SegmentRow, flag_rows, segment_rows
from nmt_audit.store import Run

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Shown:
    """A segment of one run. `maps` is None where no model read it."""

    segment: SegmentRow
    flags: tuple[FlagRow, ...]
    maps: dict[str, Any] | None


def gather(run: Run, wanted: Collection[int]) -> Iterator[Shown]:
    """The segments of these places in the run, in its order; one part of the run is in memory at a time."""
    import pyarrow.compute as pc

    chosen = frozenset(wanted)
    reviewers = run.manifest.get("dismissed_by") or {}
    further = run.further_explanations
    first = 0
    for part in run.parts():
        places = [place for place in range(len(part.segments)) if first + place in chosen]
        if places:
            names = part.segments.column("id").take(places).combine_chunks()
            explained, flagged = (
                table.filter(pc.is_in(table.column("segment_id"), value_set=names))
                for table in (part.explanations, part.flags)
            )
            more = further.filter(pc.is_in(further.column("segment_id"), value_set=names))
            yield from _shown(part.segments, first, places, flag_rows(flagged, reviewers), explained, more)
        first += len(part.segments)


def _shown(
    segments: pa.Table, first: int, places: list[int], flags: dict[str, list[FlagRow]], explained: pa.Table,
    further: pa.Table,
) -> Iterator[Shown]:  # fmt: skip
    import pyarrow as pa

    rows = segment_rows(segments, first)
    explanations = map_rows(pa.concat_tables([explained, further]))
    computed = segments.select(MODEL_COLUMNS).take(places).to_pylist()
    for place, row in zip(places, computed, strict=True):
        segment = rows[place]
        maps = segment_maps(segment, row, explanations.get(segment.id, ()))
        yield Shown(segment, tuple(flags.get(segment.id, ())), maps)
