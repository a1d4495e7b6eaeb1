"""Comparisons of neighbouring nights: which are there, which are to be made, which have lost a run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nmt_audit.archiving.scanning import Entry
from nmt_audit.archiving.trends import Trend
from nmt_audit.errors import NmtAuditError
from nmt_audit.progress import progress
from nmt_audit.report.archive.addresses import comparison_name, run_name
from nmt_audit.store import open_run


@dataclass(frozen=True, slots=True)
class Refused:
    """A comparison that could not be made."""

    before: str
    after: str
    reason: str


def write_comparisons(trends: Sequence[Trend], newest: int, directory: Path, out: Path) -> tuple[Refused, ...]:
    """Makes the pages of neighbouring nights that are not there, or older than a run of theirs.

    Of each series these are the `newest` nights, and as many of the newest that became worse.

    Runs whose segments are gone are passed over. What cannot be compared is told and does not stop the others.
    """
    pairs = [pair for pair in _neighbours(trends, newest) if _due(*pair, directory, out)]
    if not pairs:
        return ()
    from nmt_audit.report.compare import write_comparison

    refused = []
    with progress("comparing", len(pairs)) as advance:
        for before, after in pairs:
            target = out / comparison_name(before, after)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                a, b = (open_run(directory / entry.path) for entry in (before, after))
                write_comparison(a, b, target)
            except NmtAuditError as error:
                refused.append(Refused(before.path, after.path, str(error)))
            advance()
    return tuple(refused)


def remove_orphans(entries: Sequence[Entry], out: Path) -> None:
    """Removes comparisons of which a run is not in the archive any more."""
    names = {run_name(entry) for entry in entries}
    for folder in (out / "compare").glob("*..*"):
        before, _, after = folder.name.partition("..")
        if not {before, after} <= names:
            shutil.rmtree(folder)


def _neighbours(trends: Sequence[Trend], newest: int) -> Iterator[tuple[Entry, Entry]]:
    """The newest pairs of each series, and those of as many of the newest nights that became worse."""
    for trend in trends:
        last = range(1, len(trend.nights))
        worse = sorted({change.night for change in trend.changes if change.worse})
        nights = {*last[max(0, len(last) - newest) :], *worse[max(0, len(worse) - newest) :]}
        yield from ((trend.nights[night - 1], trend.nights[night]) for night in sorted(nights, reverse=True))


def _due(before: Entry, after: Entry, directory: Path, out: Path) -> bool:
    if not all((directory / entry.path / "data" / "segments").is_dir() for entry in (before, after)):
        return False
    try:
        made = (out / comparison_name(before, after) / "index.html").stat().st_mtime_ns
    except OSError:
        return True
    return made < max(before.stamp[0], after.stamp[0])
