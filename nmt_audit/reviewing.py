"""The jobs of `nmt-audit verdicts`: what reviewers said goes into a run, and out of it again; how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nmt_audit.agreement import Agreement, agreements
from nmt_audit.dismissing import (
    LONGEST,
    SUFFIX,
    Dismissal,
    merged,
    read_dismissals,
    rejected,
    write_dismissals,
)
from nmt_audit.errors import RequestError
from nmt_audit.report import build_site
from nmt_audit.report.wording import visible
from nmt_audit.store import Run, open_run
from nmt_audit.verdicts import (
    RUN_FILE,
    Verdict,
    as_json,
    latest,
    merge,
    read_verdicts,
    run_verdicts,
    write_verdicts,
)


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


@dataclass(frozen=True, slots=True)
class Dismissed:
    """What an export made of a file of dismissals: how many lines it has now, has gained and has lost."""

    total: int
    new: int
    withdrawn: int  # of flags that were dismissed before, and confirmed by a later verdict


def export_dismissals(directory: Path, out: Path) -> Dismissed:
    """Puts the flags that reviewers of a run rejected into a file of dismissals, beside those that it has.

    Lines that are there keep what they say (see `dismissing.merged`). Raises InputError for a file that is there and
    is none, OutputError where it cannot be written, RequestError for a name that does not end in .jsonl.
    """
    if out.suffix != SUFFIX:
        raise RequestError(f"{out}: files of dismissals are known by their name; let it end in {SUFFIX}")
    run = open_run(directory)
    verdicts = run_verdicts(directory)
    known = read_dismissals(out) if out.exists() else []
    found = merged(known, verdicts, _dismissals(run, verdicts))
    before, after = {one.flag for one in known}, {one.flag for one in found}
    write_dismissals(out, found)
    return Dismissed(len(after), len(after - before), len(before - after))


def _dismissals(run: Run, verdicts: Sequence[Verdict]) -> list[Dismissal]:
    """The rejected flags with their texts, as the pages show them; flags that the run does not have come without."""
    flags = {row.id: row for row in run.flags.itertuples()}
    segments = {row.id: row for row in run.segments[["id", "source", "hypothesis"]].itertuples()}
    found = []
    for name, given in rejected(verdicts).items():
        comments = dict.fromkeys(verdict.comment for verdict in given if verdict.comment)
        one = Dismissal(
            name, category=given[-1].category, reason="; ".join(comments) or None,
            by=", ".join(sorted({verdict.reviewer for verdict in given if verdict.reviewer})) or None, at=given[-1].at,
        )  # fmt: skip
        if (flag := flags.get(name)) is not None:
            segment = segments[flag.segment_id]
            text = segment.source if flag.side == "src" else segment.hypothesis
            whole = flag.start is None or flag.start != flag.start  # pandas may have made a NaN of it
            span = None if whole else _quoted(text[int(flag.start) : int(flag.end)])
            one = replace(one, category=flag.category, source=_quoted(segment.source), span=span)
        found.append(one)
    return found


def _quoted(text: str) -> str:
    """A text of the corpus as people read it in a file: without control characters, and not endlessly long."""
    shown = visible(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
