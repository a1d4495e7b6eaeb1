"""Flags that reviewers rejected: named in a file that lies in git beside the test set, they count no more.

A file of dismissals (`*.jsonl`) has one JSON object per line, sorted by flag, so that two people's additions merge line
by line. Only `flag` is needed, the flag's content-keyed name (`store.FlagNames`); the rest is for people: `category`,
`source` and `span` (the texts), `reason`, `by`, `at` (ISO 8601); and `until`, the last day (YYYY-MM-DD) that the
dismissal holds: in runs of later days the flag counts again.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmt_audit.durable import write_durably
from nmt_audit.errors import InputError, OutputError
from nmt_audit.records import Audited
from nmt_audit.store import Run
from nmt_audit.verdicts import RUN_FILE, Verdict, latest, majority, read_verdicts

if TYPE_CHECKING:
    import pandas as pd

SUFFIX = ".jsonl"
LONGEST = 200  # code points of a text that a line quotes
CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")  # what git leaves in a file


@dataclass(frozen=True, slots=True)
class Dismissal:
    """One line of a file of dismissals. Texts are for people; only `flag` and `until` decide anything."""

    flag: str
    category: str | None = None
    source: str | None = None
    span: str | None = None  # the suspected words; None: the whole side
    reason: str | None = None
    by: str | None = None
    at: str | None = None
    until: str | None = None

    def holds(self, on: datetime.date) -> bool:
        """Whether it holds in a run of that day."""
        return self.until is None or on <= datetime.date.fromisoformat(self.until)

    @property
    def rank(self) -> tuple[datetime.datetime, str]:
        """Of two lines on a flag the later one counts; without a time it is older than any that has one."""
        moment = datetime.datetime.fromisoformat(self.at) if self.at else datetime.datetime.min
        return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC), json.dumps(asdict(self))


FIELDS = tuple(field.name for field in fields(Dismissal))


def dismissals(path: Path, *, on: datetime.date) -> dict[str, str]:
    """The ids of dismissed flags, each with who dismissed it.

    `path` is a file of dismissals (`*.jsonl`), of which those count that hold `on` that day; or a file of verdicts or
    the directory of a run that has some. There, dismissed is what most of a flag's reviewers reject; who only corrects
    the category does not: there is a mistake. Raises InputError.
    """
    if path.suffix == SUFFIX and not path.is_dir():
        return {found.flag: found.by or "" for found in read_dismissals(path) if found.holds(on)}
    rejections = rejected(read_verdicts(path / RUN_FILE if path.is_dir() else path))
    return {name: ", ".join(sorted({v.reviewer for v in given if v.reviewer})) for name, given in rejections.items()}


def rejected(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """The flags that most of their reviewers reject, sorted, each with the verdicts that do, the oldest first."""
    answers: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in sorted(latest(verdicts), key=lambda verdict: verdict.rank):
        if verdict.flag_id is not None:
            answers[verdict.flag_id].append(verdict)
    return {
        name: [verdict for verdict in given if verdict.verdict == "reject"]
        for name, given in sorted(answers.items())
        if majority(verdict.verdict for verdict in given) == "reject"
    }


def run_day(date: str | None, created: str | None = None) -> datetime.date:
    """The day that dismissals of a run must hold on: of its date, else of its making, else today (UTC).

    A date that is a heading ("the third night") names no day.
    """
    for text in (date, created):
        try:
            return datetime.date.fromisoformat((text or "")[:10])
        except ValueError:
            continue
    return datetime.datetime.now(datetime.UTC).date()


def dismissed_for(manifest: Mapping[str, Any], path: Path | None) -> dict[str, str]:
    """The flags that a file dismisses (see `dismissals`) on the day of a run that was made without it, each with who
    rejected it; none where `path` is None. Raises InputError.
    """
    if path is None:
        return {}
    return dismissals(path, on=run_day(manifest.get("date"), manifest.get("created")))


def dismiss(item: Audited, rejected: Container[str]) -> Audited:
    """A segment whose flags know which of them were dismissed."""
    return replace(item, dismissed=tuple(name in rejected for name in item.flag_ids))


@dataclass(frozen=True)
class DismissedRun(Run):
    """A run whose flags know, too, what was dismissed since it was made."""

    rejected: Container[str]

    @cached_property
    def flags(self) -> pd.DataFrame:
        """One row per flag, in corpus order."""
        flags = super().flags
        flags["dismissed"] |= [name in self.rejected for name in flags["id"]]
        return flags


# --- files ------------------------------------------------------------------------------------------------------------


def read_dismissals(path: Path) -> list[Dismissal]:
    """The dismissals of a file, each flag once: of two lines on a flag the later one counts.

    Raises InputError with one line: the file, which line, what is wrong, and what would be right.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a file of dismissals") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason} at byte {error.start}); export it again") from error
    found: dict[str, Dismissal] = {}
    for number, line in enumerate(text.split("\n"), 1):  # texts may hold other signs that end a line
        if not line.strip():
            continue
        try:
            dismissal = _dismissal(line)
        except ValueError as error:
            raise InputError(f"{path}, line {number}: {error}") from error
        known = found.get(dismissal.flag)
        if known is None or dismissal.rank > known.rank:
            found[dismissal.flag] = dismissal
    return [found[name] for name in sorted(found)]


def as_lines(found: Iterable[Dismissal]) -> str:
    """The text of a file of dismissals: sorted by flag, fields in one order, those without a value left out."""
    rows = ({name: value for name, value in asdict(one).items() if value is not None} for one in found)
    lines = [
        json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
        for row in sorted(rows, key=lambda row: str(row["flag"]))
    ]
    # Half a surrogate pair in a comment has no UTF-8, but the escape that takes its place is JSON.
    return "".join(lines).encode("utf-8", "backslashreplace").decode("utf-8")


def write_dismissals(path: Path, found: Iterable[Dismissal]) -> None:
    """Writes a file whole or not at all. Raises OutputError where that fails."""
    try:
        write_durably(path, as_lines(found).encode("utf-8"))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); free some space or look at rights") from error


def _dismissal(line: str) -> Dismissal:
    """Raises ValueError for what is not a dismissal."""
    if line.startswith(CONFLICT):
        raise ValueError("left by a merge; resolve the conflict, mostly by keeping the lines of both sides")
    try:
        entry = json.loads(line)
    except RecursionError as error:
        raise ValueError("not JSON (nested too deeply)") from error
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from error
    if not isinstance(entry, dict):
        raise ValueError('not an object, as in {"flag": "0123456789abcdef"}')
    # What is not known here may be a misspelt "until", and such a dismissal would hold for ever.
    if unknown := sorted(entry.keys() - set(FIELDS)):
        raise ValueError(f"no field {', '.join(map(_shown, unknown))}; there are {', '.join(FIELDS)}")
    for name, value in entry.items():
        if not isinstance(value, str) and (value is not None or name == "flag"):
            raise ValueError(f"{name} is {_shown(value)}, not text")
    if not entry.get("flag"):
        raise ValueError("no flag; it is the flag's id, as in the table of flags")
    _check_times(entry)
    return Dismissal(**entry)


def _check_times(entry: Mapping[str, Any]) -> None:
    at, until = entry.get("at"), entry.get("until")
    try:
        datetime.datetime.fromisoformat(at or "2024-05-17")
    except ValueError:
        raise ValueError(f"at is {_shown(at)}, not a time like 2024-05-17T09:30:00+00:00") from None
    try:
        datetime.date.fromisoformat("2024-05-17" if until is None else until)
    except ValueError:
        raise ValueError(f"until is {_shown(until)}, not a day like 2024-05-17") from None


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else f"{text[:57]}…"


# --- merging ----------------------------------------------------------------------------------------------------------


def merged(known: Iterable[Dismissal], verdicts: Iterable[Verdict], fresh: Iterable[Dismissal]) -> list[Dismissal]:
    """Adds `fresh` dismissals, made from `verdicts`, to known ones, sorted by flag.

    A known line keeps what it says, its reason above all; only what it leaves empty is filled in, `until` aside. It
    goes where a verdict that confirms its flag is later than it.
    """
    confirmed: dict[str, datetime.datetime] = {}
    given = [verdict for verdict in latest(verdicts) if verdict.flag_id is not None]
    for verdict in given:
        if verdict.verdict == "confirm":
            name = str(verdict.flag_id)
            confirmed[name] = max(verdict.moment, confirmed.get(name, verdict.moment))
    again = {one.flag: one for one in fresh}
    found = dict(again)
    for one in known:
        other = again.get(one.flag)
        if other is not None:
            empty = {name: getattr(other, name) for name in FIELDS if name != "until" and not getattr(one, name)}
            found[one.flag] = replace(one, **empty)
        elif one.flag not in confirmed or confirmed[one.flag] <= one.rank[0]:
            found[one.flag] = one
    return [found[name] for name in sorted(found)]
