"""Writes the data scripts of a site: index, chunks of texts, maps, names and verdicts. `data_schema` describes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from nmt_audit.report import chunks
from nmt_audit.report.chunks import Chunk, segments_name
from nmt_audit.report.index import Index
from nmt_audit.report.literals import script
from nmt_audit.report.maps import maps_name
from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.walking import walk
from nmt_audit.store import Run
from nmt_audit.verdicts import Verdict

INDEX, NAMES, VERDICTS = "data/index.js", "data/names.js", "data/verdicts.js"
Seen: TypeAlias = Callable[[SegmentRow, Sequence[FlagRow]], None]


def write_data(run: Run, folder: Path, verdicts: Sequence[Verdict] = (), seen: Seen | None = None) -> list[FlagRow]:
    """Writes them below the folder of a site. Each segment is read once, and shown to `seen`.

    Returns the flags that the verdicts are about.
    """
    writer = _Writer(folder)
    asked = {verdict.flag_id for verdict in verdicts}
    judged = []
    for met in walk(run):
        writer.index.add(met.segment, met.flags, met.maps)
        writer.add(met.segment, met.flags, met.maps)
        judged += [flag for flag in met.flags if flag.id in asked]
        if seen is not None:
            seen(met.segment, met.flags)
    writer.close_chunk()
    writer.put(NAMES, "names", writer.names)
    if verdicts:
        writer.put(VERDICTS, "verdicts", [asdict(verdict) for verdict in verdicts])
    writer.put(INDEX, "index", writer.index.script_content(run.manifest, chunks.CHUNK, len(verdicts)))
    return judged


class _Writer:
    """Has one chunk in memory at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = Index()
        self.names: list[str] = []
        self.chunk = Chunk()
        (folder / "data").mkdir(parents=True, exist_ok=True)

    def add(self, segment: SegmentRow, flags: Sequence[FlagRow], maps: dict[str, object] | None) -> None:
        """Adds a segment to the chunk, and writes that where it is full."""
        self.names.append(segment.id)
        self.chunk.add(segment, flags, maps)
        if len(self.chunk) == chunks.CHUNK:
            self.close_chunk()

    def close_chunk(self) -> None:
        """Writes what there is of a chunk."""
        if not len(self.chunk):
            return
        number = (len(self.names) - 1) // chunks.CHUNK + 1
        self.put(segments_name(number), "chunk", number, self.chunk.content())
        if self.chunk.maps:
            self.index.maps.append(number)
            self.put(maps_name(number), "maps", number, self.chunk.maps)
        self.chunk = Chunk()

    def put(self, name: str, call: str, *values: object) -> None:
        """Writes a script."""
        (self.folder / name).write_bytes(script(call, *values).encode("utf-8"))
