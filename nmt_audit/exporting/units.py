"""What is exported: the segments of a run, each with its flags, a part of the run at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from nmt_audit.errors import InputError
from nmt_audit.progress import progress
from nmt_audit.report.reading import FLAG_FIELDS, NUMBERS, OTHERS, TEXTS, FlagRow, SegmentRow, flag_rows, segment_rows
from nmt_audit.report.signature import RunFacts, run_facts
from nmt_audit.series import Series, series_of
from nmt_audit.store import Run

Rows = Literal["flags", "segments"]

READ = {
    "segments": (*TEXTS, *NUMBERS, *OTHERS),
    "flags": (*FLAG_FIELDS, "dismissed"),
    "explanations": ("flag_id",),  # not exported, but a part has all three tables
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What of a run is wanted, and how.

    `rows`: of tables, one row per flag or per segment. `pair`: only segments of these languages, as in "de-en".
    `rejected`: flags that were dismissed since the run was made, by id, with who dismissed them. `exact`: texts of a
    CSV file stay as they are, even where a spreadsheet would take them for formulas.
    """

    rows: Rows = "flags"
    pair: str | None = None
    rejected: Mapping[str, str] = field(default_factory=dict)
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A segment with its flags, in the order of the run. `translated`: False where the run has no hypothesis for it."""

    segment: SegmentRow
    flags: tuple[FlagRow, ...]
    translated: bool

    @property
    def number(self) -> int:
        """Its place in the corpus, from 1: in a corpus of one segment a line, the line."""
        return self.segment.index + 1

    @property
    def standing(self) -> tuple[FlagRow, ...]:
        """The flags that nobody dismissed."""
        return tuple(flag for flag in self.flags if not flag.dismissed)

    def text(self, side: str) -> str:
        """The source ("src") or the hypothesis ("tgt")."""
        return self.segment.source if side == "src" else self.segment.hypothesis

    def span(self, flag: FlagRow) -> str | None:
        """The suspected words; None where the flag is on a whole side."""
        return None if flag.start is None else self.text(flag.side)[flag.start : flag.end]


@dataclass(frozen=True)
class Export:
    """A run, and what of it is wanted: all that a format gets."""

    run: Run
    options: Options = field(default_factory=Options)

    @cached_property
    def facts(self) -> RunFacts:
        """Name, date, languages and signature of the run."""
        return run_facts(self.run.manifest)

    @cached_property
    def series(self) -> Series:
        """The names of model and test set that stay the same from night to night."""
        return series_of(self.run.manifest)

    @property
    def partial(self) -> str | None:
        """A sentence where the audit has not come to its end; None where it has."""
        if not self.run.partial:
            return None
        return (
            "This run is partial: the audit has not come to its end, and what follows is of the segments it had seen."
        )

    def units(self) -> Iterator[Unit]:
        """All segments that are wanted, in corpus order; no more than one part of the run is held at a time.

        Raises InputError where a part is corrupt, or, at the end, where no segment is of the wanted languages.
        """
        reviewers = {**(self.run.manifest.get("dismissed_by") or {}), **self.options.rejected}
        total = (self.run.manifest.get("counts") or {}).get("segments") or 0
        first, pairs = 0, set[str]()
        with progress("exporting", total) as advance:
            for part in self.run.parts(READ):
                segments = segment_rows(part.segments, first)
                first += len(segments)
                flags = flag_rows(part.flags, reviewers)
                translated = part.segments.column("hypothesis").is_valid().to_pylist()
                for segment, has_text in zip(segments, translated, strict=True):
                    pairs.add(pair := f"{segment.src_lang}-{segment.tgt_lang}")
                    if self.options.pair in (None, pair):
                        found = map(self._judged, flags.get(segment.id, ()))
                        yield Unit(segment, tuple(found), has_text)
                advance(len(segments))
        if self.options.pair is not None and self.options.pair not in pairs:
            raise InputError(
                f"{self.run.directory}: no segment of {self.options.pair}; there are {', '.join(sorted(pairs))}"
            )

    def flagged(self) -> Iterator[Unit]:
        """The segments that have a flag, be it a dismissed one."""
        return (unit for unit in self.units() if unit.flags)

    def _judged(self, flag: FlagRow) -> FlagRow:
        return replace(flag, dismissed=True) if flag.id in self.options.rejected else flag
