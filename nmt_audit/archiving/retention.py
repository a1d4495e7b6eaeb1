"""Which runs an archive would let go of, and letting go of them.

Only runs go: directories with a manifest of this or an older schema that hold nothing but what a run holds. The newest
finished run of each series never goes, nor a run of which there is reason to think that somebody still needs it; each
run that is spared though it is old says why.
"""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nmt_audit.archiving.scanning import OWN_PARTS, VERDICTS, Entry
from nmt_audit.archiving.trends import in_time
from nmt_audit.errors import OutputError
from nmt_audit.locking import locked
from nmt_audit.series import Series
from nmt_audit.store import MANIFEST

LOCK = ".lock"
OWN = frozenset({MANIFEST, *OWN_PARTS, VERDICTS, LOCK})  # all that a run directory may hold
GOING = ".nmt-audit-deleted"  # a run that is being deleted has a name that ends so and starts with a dot


@dataclass(frozen=True, slots=True)
class Policy:
    """What is kept of each series: the newest `runs` finished ones, and those of the last `days`; None: all.

    With both, what either of them keeps is kept. Days are counted back from the newest night of the whole archive, not
    from today: the same archive has the same answer tomorrow. `verdicts`: whether reviewed runs may go, too.
    """

    runs: int | None = None
    days: int | None = None
    verdicts: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`going`: what would go, the oldest first; `spared`: old runs that stay nevertheless, each with the reason."""

    going: tuple[Entry, ...]
    spared: tuple[tuple[Entry, str], ...]

    @property
    def bytes(self) -> int:
        """What would be free again."""
        return sum(entry.bytes for entry in self.going)


def plan(directory: Path, entries: Sequence[Entry], policy: Policy) -> Plan:
    """What would go from the runs of a directory under a policy; nothing where the policy keeps all."""
    going, spared = [], []
    for entry in sorted(_old(entries, policy), key=in_time):
        reason = _spared(directory / entry.path, entry, policy)
        if reason is None:
            going.append(entry)
        else:
            spared.append((entry, reason))
    return Plan(tuple(going), tuple(spared))


def _old(entries: Sequence[Entry], policy: Policy) -> Iterator[Entry]:
    """Runs that a policy does not keep. One that was not finished is old when it is older than those that are kept."""
    if policy.runs is None and policy.days is None:
        return
    groups: dict[tuple[Series, tuple[str, str]], list[Entry]] = {}
    for entry in entries:
        if entry.night is not None:
            groups.setdefault((entry.night.series, entry.night.languages), []).append(entry)
    newest = max((entry.night.date for entry in entries if entry.night is not None), default="")
    since = _days_before(newest, policy.days) if newest and policy.days is not None else None
    for group in groups.values():
        finished = sorted((entry for entry in group if entry.kind == "complete"), key=in_time, reverse=True)
        kept = finished[: max(1, policy.runs or 0)]
        if not kept:
            continue  # nothing is finished: what there is may be all that there will be
        for entry in group:
            recent = since is not None and entry.night is not None and entry.night.date > since
            if in_time(entry) < in_time(kept[-1]) and not recent:
                yield entry


def _days_before(date: str, days: int) -> str:
    try:
        return (datetime.date.fromisoformat(date) - datetime.timedelta(days=days)).isoformat()
    except OverflowError:
        return ""


def _spared(place: Path, entry: Entry, policy: Policy) -> str | None:
    """Why a run stays though it is old; None: it may go."""
    if entry.linked:
        return "is reached through a symbolic link"
    if entry.path == ".":
        return "is the archived directory itself"
    if entry.has_verdicts and not policy.verdicts:
        return f"has verdicts of reviewers ({VERDICTS}); --with-verdicts lets it go, too"
    try:
        foreign = sorted(name for name in os.listdir(place) if name not in OWN)
    except OSError as error:
        return f"cannot be listed ({error.strerror})"
    if foreign:
        return f"holds something that is not of the run: {', '.join(foreign[:3])}{' …' if len(foreign) > 3 else ''}"
    return None


def delete(directory: Path, entries: Sequence[Entry]) -> None:
    """Deletes runs that a plan lets go, and what is left beside them of runs whose deletion was interrupted.

    Each gets a name that starts with a dot first, so that at no instant half a run looks like one. Raises OutputError
    where a run is being written, or cannot be deleted.
    """
    for entry in entries:
        place = directory / entry.path
        _refuse_written(place)
        try:
            for left in place.parent.glob(f".*{GOING}"):
                shutil.rmtree(left)
            aside = place.parent / f".{place.name}{GOING}"
            os.rename(place, aside)
            shutil.rmtree(aside)
        except OSError as error:
            raise OutputError(f"{place}: cannot be deleted ({error.strerror}); check who may write there") from error


def _refuse_written(place: Path) -> None:
    """Raises OutputError where a process holds the lock of a run."""
    if not (place / LOCK).exists():
        return
    try:
        with locked(place / LOCK, f"{place}: is being written by another process; run archive again when it is done"):
            pass
    except OSError as error:
        raise OutputError(f"{place / LOCK}: cannot be opened ({error.strerror})") from error
