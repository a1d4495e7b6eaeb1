"""The jobs of `nmt-audit verdicts`: what reviewers said goes into a run, and out of it again; how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nmt_audit.agreement import Agreement, agreements
from nmt_audit.report import build_site
from nmt_audit.store import open_run
from nmt_audit.verdicts import RUN_FILE, as_json, latest, merge, read_verdicts, run_verdicts, write_verdicts


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `unknown_flags` and `unknown_segments`: of the incoming verdicts, and not in the run.

    `agreement`: of all reviewers that the run now has, each with each.
    """

    read: int
    new: int
    replaced: int
    unchanged: int
    unknown_flags: tuple[str, ...]
    unknown_segments: tuple[str, ...]
    total: int
    agreement: tuple[Agreement, ...]


def import_verdicts(directory: Path, files: Sequence[Path]) -> Imported:
    """Merges files of verdicts into a run and builds its pages again, which then show the precision of its rules.

    Verdicts on flags that the run does not have are kept: another run of the same corpus may have them. Nothing is
    written where one of the files is bad. Raises InputError or OutputError.
    """
    run = open_run(directory)
    incoming = [verdict for path in files for verdict in read_verdicts(path)]
    merged = merge(run_verdicts(directory), incoming)
    flags, segments = set(run.flags["id"]), set(run.segments["id"])
    asked = {verdict.flag_id for verdict in incoming} - {None}
    # Flags that are not in the run may well be of segments that are not: these are named once, as flags.
    missed = {verdict.segment_id for verdict in incoming if verdict.flag_id is None}
    write_verdicts(directory / RUN_FILE, merged.verdicts)
    build_site(run, directory / "site")
    return Imported(
        len(incoming), merged.new, merged.replaced, merged.unchanged, tuple(sorted(map(str, asked - flags))),
        tuple(sorted(missed - segments)), len(merged.verdicts),
        agreements(run.flags.itertuples(), merged.verdicts),
    )  # fmt: skip


def export_verdicts(directory: Path, out: Path | None = None) -> tuple[str, int]:
    """The verdicts of a run as the text of a file, and how many; written to `out` where it is given."""
    open_run(directory)
    verdicts = latest(run_verdicts(directory))
    if out is not None:
        write_verdicts(out, verdicts)
    return as_json(verdicts), len(verdicts)
