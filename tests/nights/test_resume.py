"""What a second audit of the same directory does: goes on, refuses, or waits for nobody; and what signals do."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nights.undisturbed import Audit, Undisturbed, assert_like, files, resumed, text_audit, undisturbed
from nmt_audit.store import open_run


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    return undisturbed(text_audit(folder), folder / "run")


def started(audit: Audit, out: Path, *more: str) -> subprocess.Popen[str]:
    """An audit that has begun: its manifest is there."""
    process = subprocess.Popen(audit.command(out, *more), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    while not (out / "manifest.json").exists():
        assert process.poll() is None, process.communicate()
    return process


@pytest.fixture
def stopped(tmp_path: Path, wanted: Undisturbed) -> Iterator[Path]:
    """A run that was killed behind its first shard."""
    out = tmp_path / "run"
    process = started(wanted.audit, out)
    while not (out / "data" / "segments" / "part-00000.parquet").exists():
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    assert open_run(out).manifest["state"] == "partial"
    yield out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_shard_come_to_its_end(tmp_path: Path, wanted: Undisturbed, number: int) -> None:
    out = tmp_path / "run"
    process = started(wanted.audit, out)
    process.send_signal(number)
    _, said = process.communicate()
    assert process.returncode == 130
    assert "interrupted" in said
    if out.exists():  # else the signal came before the first shard was begun
        assert "--resume" in said
        run = open_run(out)
        assert run.manifest["state"] == "partial"
        assert len(run.segments) in range(100, wanted.audit.segments)
        assert len(run.flags) > 0
    assert resumed(wanted.audit, out).returncode == 0
    assert_like(out, wanted)


def test_a_second_process_is_refused(tmp_path: Path, wanted: Undisturbed) -> None:
    out = tmp_path / "run"
    first = started(wanted.audit, out)
    first.send_signal(signal.SIGSTOP)  # so that it cannot come to its end before the second has begun
    second = resumed(wanted.audit, out)
    first.send_signal(signal.SIGCONT)
    assert first.communicate()[1] == ""
    assert second.returncode == 1
    assert "is being written by another process" in second.stderr
    assert_like(out, wanted)


def test_without_resume_an_unfinished_run_is_left_alone(stopped: Path, wanted: Undisturbed) -> None:
    before = files(stopped)
    again = subprocess.run(wanted.audit.command(stopped), capture_output=True, text=True)
    assert again.returncode == 1
    assert "--resume" in again.stderr
    assert files(stopped) == before


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--planted", "3", "settings planted was 2, is 3"),
        ("--seed", "7", "settings seed was 1, is 7"),
        ("--name", "Tonight", "name was"),
        ("--model", "rnnsearch-de-en", 'model name was nothing, is "rnnsearch-de-en"'),
    ],
)
def test_a_changed_setting_is_refused(stopped: Path, wanted: Undisturbed, option: str, value: str, said: str) -> None:
    before = files(stopped)
    arguments = list(wanted.audit.arguments)
    if option in arguments:
        arguments[arguments.index(option) + 1] = value
    else:
        arguments += [option, value]
    again = resumed(Audit(tuple(arguments), wanted.audit.segments), stopped)
    assert again.returncode == 1
    assert len(again.stderr.splitlines()) == 1
    assert said in again.stderr
    assert files(stopped) == before


def test_a_changed_corpus_is_refused(tmp_path: Path, stopped: Path, wanted: Undisturbed) -> None:
    changed = text_audit(tmp_path)
    with (tmp_path / "system.txt").open("r+", encoding="utf-8") as file:
        file.write("X")
    before = files(stopped)
    again = resumed(changed, stopped)
    assert again.returncode == 1
    assert "data system.txt was" in again.stderr
    assert files(stopped) == before


def test_a_damaged_shard_is_named(stopped: Path, wanted: Undisturbed) -> None:
    part = stopped / "data" / "flags" / "part-00000.parquet"
    part.write_bytes(part.read_bytes()[:100])
    again = resumed(wanted.audit, stopped)
    assert again.returncode == 1
    assert f"{part}: corrupt" in again.stderr
    part.unlink()
    assert f"{part}" in resumed(wanted.audit, stopped).stderr


def test_resuming_a_finished_run_changes_nothing(tmp_path: Path, wanted: Undisturbed) -> None:
    out = tmp_path / "run"
    assert resumed(wanted.audit, out).returncode == 0  # there is nothing to resume yet: it begins
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    done = resumed(wanted.audit, out, "--json")
    assert json.loads(done.stdout)["state"] == "complete"
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before
    assert_like(out, wanted)


def test_pages_of_an_unfinished_run_say_so(stopped: Path) -> None:
    from nmt_audit.report import build_site

    build_site(open_run(stopped), stopped / "site")
    assert "Partial run." in (stopped / "site" / "index.html").read_text("utf-8")
