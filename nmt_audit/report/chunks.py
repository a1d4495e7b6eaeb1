"""The texts and flags of the segments in scripts of a few hundred, which the pages load when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nmt_audit.language.pronunciation import readings
from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.wording import visible

CHUNK = 500  # segments in a script


def segments_name(number: int) -> str:
    """The file of a chunk of texts, counted from 1."""
    return f"data/segments-{number:04d}.js"


@dataclass(slots=True)
class Chunk:
    """Consecutive segments, as `nmtAudit.chunk` gets them. `maps`: what the model computed, by offset."""

    id: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    hypothesis: list[str] = field(default_factory=list)
    reference: list[str | None] = field(default_factory=list)
    further_references: dict[str, list[str]] = field(default_factory=dict)
    continuation: dict[str, str] = field(default_factory=dict)
    pronunciation: dict[str, dict[str, Any]] = field(default_factory=dict)
    flags: list[dict[str, Any]] = field(default_factory=list)
    maps: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.id)

    def add(self, segment: SegmentRow, flags: Sequence[FlagRow], maps: Mapping[str, Any] | None) -> None:
        """Appends a segment."""
        offset = len(self.id)
        self.id.append(segment.id)
        self.source.append(visible(segment.source))
        self.hypothesis.append(visible(segment.hypothesis))
        self.reference.append(None if segment.reference is None else visible(segment.reference))
        if segment.further_references:
            self.further_references[str(offset)] = list(map(visible, segment.further_references))
        if segment.continuation:
            self.continuation[str(offset)] = visible(segment.continuation)
        if flags or maps is not None:  # of the others, readings would cost more than all the rest
            self._read_aloud(offset, segment)
        self.flags += [flag_content(offset, flag) for flag in flags]
        if maps is not None:
            self.maps[str(offset)] = dict(maps)

    def _read_aloud(self, offset: int, segment: SegmentRow) -> None:
        sides = (
            ("source", self.source[-1], segment.src_lang), ("hypothesis", self.hypothesis[-1], segment.tgt_lang),
            ("reference", self.reference[-1] or "", segment.tgt_lang),
        )  # fmt: skip
        found = {side: readings(text, language) for side, text, language in sides}
        if any(found.values()):
            self.pronunciation[str(offset)] = {side: spans for side, spans in found.items() if spans}

    def content(self) -> dict[str, Any]:
        """What the script of the chunk holds."""
        return {
            "id": self.id, "source": self.source, "hypothesis": self.hypothesis, "reference": self.reference,
            "further_references": self.further_references, "continuation": self.continuation,
            "pronunciation": self.pronunciation, "flags": self.flags,
        }  # fmt: skip


def flag_content(offset: int, flag: FlagRow) -> dict[str, Any]:
    """A flag as the pages read it, of the segment at an offset."""
    side, start, end = flag.counterpart_side, flag.counterpart_start, flag.counterpart_end
    return {
        "segment": offset, "id": flag.id, "category": flag.category, "side": flag.side, "start": flag.start,
        "end": flag.end, "score": flag.score, "rule": flag.rule, "threshold": flag.threshold, "value": flag.value,
        "message": visible(flag.message), "positions": flag.positions,
        "counterpart": None if side is None else {"side": side, "start": start, "end": end},
        "dismissed": visible(flag.dismissed_by) if flag.dismissed else None,
    }  # fmt: skip
