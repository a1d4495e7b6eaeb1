"""What an archive would let go of, what it never does, and that only runs are deleted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nights.archived import SCHEMA_1, change, night, nights
from nmt_audit.archiving import scan
from nmt_audit.archiving.retention import GOING, Plan, Policy, delete, plan
from nmt_audit.errors import OutputError

HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def planned(directory: Path, policy: Policy) -> Plan:
    return plan(directory, scan(directory), policy)


def going(directory: Path, policy: Policy) -> list[str]:
    return [entry.path for entry in planned(directory, policy).going]


def test_without_a_policy_all_is_kept(tmp_path: Path) -> None:
    assert planned(nights(tmp_path, 4), Policy()) == Plan((), ())


def test_the_newest_of_each_series_are_kept(tmp_path: Path) -> None:
    nights(tmp_path, 5, 2)
    expected = [f"night-0{number}/series-{series}" for number in range(3) for series in range(2)]
    assert sorted(going(tmp_path, Policy(runs=2))) == expected


def test_days_are_counted_from_the_newest_night(tmp_path: Path) -> None:
    nights(tmp_path, 6)
    assert [path[:8] for path in going(tmp_path, Policy(days=2))] == ["night-00", "night-01", "night-02", "night-03"]
    assert [path[:8] for path in going(tmp_path, Policy(runs=4, days=2))] == ["night-00", "night-01"]
    assert going(tmp_path, Policy(days=10**9)) == []


def test_the_newest_finished_run_of_a_series_never_goes(tmp_path: Path) -> None:
    nights(tmp_path, 3, 2)
    change(night(tmp_path, 2, 1), lambda manifest: manifest.update(date="2036-01-01"))
    change(night(tmp_path, 2, 0), lambda manifest: manifest.update(state="partial"))
    assert going(tmp_path, Policy(days=0)) == ["night-00/series-0", "night-00/series-1", "night-01/series-1"]


def test_a_series_without_a_finished_run_stays(tmp_path: Path) -> None:
    nights(tmp_path, 3)
    for number in range(3):
        change(night(tmp_path, number), lambda manifest: manifest.update(state="partial"))
    assert going(tmp_path, Policy(runs=1)) == []


def test_what_is_needed_or_no_run_is_spared(tmp_path: Path) -> None:
    directory = tmp_path / "runs"
    nights(directory, 6)
    (night(directory, 0) / "verdicts.json").write_text("[]")
    (night(directory, 1) / "thesis.txt").write_text("years of work")
    shutil.move(str(night(directory, 2)), tmp_path / "elsewhere")
    night(directory, 2).symlink_to(tmp_path / "elsewhere")
    change(night(directory, 3), lambda manifest: manifest.update(schema=99))
    found = planned(directory, Policy(runs=1))
    assert [entry.path for entry in found.going] == ["night-04/series-0"]
    reasons = {entry.path[:8]: reason for entry, reason in found.spared}
    assert "verdicts" in reasons["night-00"] and "thesis.txt" in reasons["night-01"] and "link" in reasons["night-02"]
    assert going(directory, Policy(runs=1, verdicts=True)) == ["night-00/series-0", "night-04/series-0"]


def test_the_archived_directory_itself_stays(tmp_path: Path) -> None:
    shutil.copytree(SCHEMA_1, tmp_path / "run")
    shutil.copytree(SCHEMA_1, tmp_path / "run" / "later")
    change(tmp_path / "run" / "later", lambda manifest: manifest.update(date="2026-12-24"))
    found = planned(tmp_path / "run", Policy(runs=1))
    assert found.going == () and [reason for _, reason in found.spared] == ["is the archived directory itself"]


def test_runs_are_deleted_and_nothing_else(tmp_path: Path) -> None:
    nights(tmp_path, 4, 2)
    (tmp_path / "notes.txt").write_text("keep")
    left = tmp_path / "night-01" / f".series-9{GOING}"
    left.mkdir()  # of a deletion that was killed
    delete(tmp_path, planned(tmp_path, Policy(runs=2)).going)
    paths = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*")}
    assert paths == {f"night-0{number}/series-{series}" for number in (2, 3) for series in (0, 1)}
    assert (tmp_path / "notes.txt").read_text() == "keep"


def test_a_run_that_is_being_written_is_not_deleted(tmp_path: Path) -> None:
    nights(tmp_path, 3)
    lock = night(tmp_path, 0) / ".lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with pytest.raises(OutputError, match="being written"):
            delete(tmp_path, planned(tmp_path, Policy(runs=1)).going)
        holder.communicate()
    assert (night(tmp_path, 0) / "manifest.json").is_file()
