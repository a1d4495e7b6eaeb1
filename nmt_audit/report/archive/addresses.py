"""Where the pages of an archive lie, and what they link to, as addresses relative to the top of the archive."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from nmt_audit.archiving.scanning import Entry
from nmt_audit.archiving.trends import Change, Trend

LONGEST = 60  # letters of a name within a name


def series_name(trend: Trend) -> str:
    """The file name of a series' page, without the ending: readable, and no other series'."""
    return _file_name(" ".join((trend.series.model, trend.series.test_set, *trend.languages)))


def run_name(entry: Entry) -> str:
    """A run's name within those of comparisons: readable, and no other run's."""
    return _file_name(entry.path)


def comparison_name(before: Entry, after: Entry) -> str:
    """The folder of a comparison."""
    return f"compare/{run_name(before)}..{run_name(after)}"


def change_id(trend: Trend, change: Change) -> str:
    """The anchor of a change on the page of its series: by its date, and a number for further nights of that date."""
    dates = [entry.night.date for entry in trend.nights[: change.night + 1] if entry.night is not None]
    place = dates.count(dates[-1])
    name = f"{'worse' if change.worse else 'better'}-{dates[-1]}"
    return name if place == 1 else f"{name}-{place}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of a night with the one before: a page, or else the command that makes it."""

    href: str | None
    command: str


@dataclass(frozen=True, slots=True)
class Links:
    """What pages link to that is not theirs. `runs`: the way from the archive to the directory of runs.

    `compared`: the folders of the comparisons that are there.
    """

    runs: str
    compared: frozenset[str]

    def report(self, entry: Entry) -> str | None:
        """Where the report of a run is; None where it has none."""
        return quote(os.fsencode(f"{self._place(entry)}/site/index.html")) if entry.has_site else None

    def comparison(self, before: Entry, after: Entry) -> Comparison:
        """How a page leads to the comparison of two nights. The command is given in the folder of the archive."""
        folder = comparison_name(before, after)
        command = ["nmt-audit", "compare", self._place(before), self._place(after), "--out", folder]
        return Comparison(f"{folder}/index.html" if folder in self.compared else None, shlex.join(command))

    def _place(self, entry: Entry) -> str:
        return self.runs if entry.path == "." else f"{self.runs}/{entry.path}"


def links(directory: Path, out: Path) -> Links:
    """The links of an archive at `out` of the runs in `directory`, as they are now."""
    there = (f"compare/{page.parent.name}" for page in (out / "compare").glob("*/index.html"))
    return Links(Path(os.path.relpath(directory.resolve(), out.resolve())).as_posix(), frozenset(there))


def _file_name(text: str) -> str:
    """Letters, digits, dots and hyphens; with a hash, as two texts may look alike without the rest."""
    plain = re.sub(r"[^0-9A-Za-z.]+", "-", text).strip("-.")[:LONGEST].strip("-.")
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{mark}" if plain else mark
