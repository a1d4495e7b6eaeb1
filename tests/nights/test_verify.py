"""`nmt-audit verify`: an untouched run is as it was written, and every touch of it is told."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_run import sample_run

from nights.undisturbed import COMMAND
from nmt_audit.report import build_site
from nmt_audit.reviewing import import_verdicts
from nmt_audit.store import Run, new_run, open_run, verify

SCHEMA_1 = Path(__file__).parents[1] / "schema-1-run"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A whole run with its pages."""
    run = sample_run(tmp_path / "run")
    build_site(run, run.directory / "site")
    return open_run(run.directory)


def told(directory: Path) -> tuple[int, list[str]]:
    done = subprocess.run([*COMMAND, "verify", str(directory)], capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_an_untouched_run(run: Run) -> None:
    code, [line] = told(run.directory)
    assert code == 0
    assert line.endswith("files as they were written")


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def edit_manifest(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace('"seed": 1', '"seed": 2'), "utf-8")


@pytest.mark.parametrize(
    ("name", "touch", "line"),
    [
        ("site/index.html", append, "altered: site/index.html"),
        ("data/flags/part-00000.parquet", append, "altered: data/flags/part-00000.parquet"),
        ("data/segments/part-00000.parquet", Path.unlink, "missing: data/segments/part-00000.parquet"),
        ("site/more.html", Path.touch, "added: site/more.html"),
        ("manifest.json", edit_manifest, "altered: manifest.json"),
    ],
)
def test_what_was_altered_is_told(run: Run, name: str, touch: Callable[[Path], None], line: str) -> None:
    touch(run.directory / name)
    assert told(run.directory) == (1, [line])


def test_pages_that_are_built_again_are_no_alteration(run: Run, tmp_path: Path) -> None:
    verdicts = tmp_path / "anna.json"
    answer = {
        "flag_id": run.flags.id[0], "segment_id": run.flags.segment_id[0], "verdict": "confirm", "category": None,
        "severity": None, "span": None, "comment": None, "reviewer": "anna", "at": "2026-01-02T03:04:05+00:00",
    }  # fmt: skip
    verdicts.write_text(json.dumps([answer]), "utf-8")
    import_verdicts(run.directory, [verdicts])
    assert verify(run.directory).intact


def test_building_pages_again_does_not_hide_an_altered_manifest(run: Run) -> None:
    edit_manifest(run.directory / "manifest.json")
    build_site(open_run(run.directory), run.directory / "site")
    assert not verify(run.directory).manifest


def test_pages_elsewhere_leave_the_run_alone(run: Run, tmp_path: Path) -> None:
    before = (run.directory / "manifest.json").read_bytes()
    build_site(run, tmp_path / "elsewhere")
    assert (run.directory / "manifest.json").read_bytes() == before


def test_a_run_without_hashes_says_so(tmp_path: Path) -> None:
    code, [line] = told(SCHEMA_1)
    assert (code, "has no hashes" in line) == (1, True)


def test_an_unfinished_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_run(tmp_path / "run") as writer:
        writer.begin({"name": "half"})
        writer.shard(0, [], [])
        raise ZeroDivisionError
    assert told(tmp_path / "run")[0] == 1
