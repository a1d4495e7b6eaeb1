"""Nights of real jobs, each a process: what fails, what is killed or stopped, and what comes of it the next time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nights.undisturbed import pairs
from nmt_audit.store import open_run

PATIENCE = 240.0  # seconds until something that must happen has not
SETTINGS = "[settings]\nsrc_lang = 'de'\ntgt_lang = 'en'\nplanted = 0\nthreads = 1\n"
SHORT = "[test_sets.short]\nsource = 'short.de'\nreference = 'short.en'\n"


def nightly(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The command, begun in a folder that is not that of the file."""
    return subprocess.Popen(
        [sys.executable, "-m", "nmt_audit", "nightly", str(folder / "audit.toml"), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment},
    )  # fmt: skip


def ended(night: subprocess.Popen[str]) -> tuple[int, list[str], str]:
    """Exit code, lines of standard output, and standard error."""
    said, errors = night.communicate(timeout=PATIENCE)
    return night.returncode, said.splitlines(), errors


def jobs_of(night: subprocess.Popen[str]) -> list[int]:
    """The processes of jobs that are running: one or none."""
    return [int(pid) for pid in Path(f"/proc/{night.pid}/task/{night.pid}/children").read_text().split()]


def wait_until(happened: Callable[[], bool], night: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        assert night.poll() is None, f"the night was over before: {night.communicate()}"


def shards(run: Path) -> int:
    return len(list(run.glob("data/segments/part-*.parquet")))


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """`short` is done at once; `long` has three shards. `good` translates them well and `bad` does not."""
    for name, number in (("short", 0.12), ("long", 2.05)):
        rows = pairs(number)
        (tmp_path / f"{name}.de").write_text("".join(f"{source}\n" for source, _ in rows), "utf-8")
        right = [target for _, target in rows]
        (tmp_path / f"{name}.en").write_text("".join(f"{target}\n" for target in right), "utf-8")
        (tmp_path / f"{name}.good").write_text("".join(f"{target}\n" for target in right), "utf-8")
        bad = ["Bananas , bananas , bananas .\n" for _ in right]
        (tmp_path / f"{name}.bad").write_text("".join(bad), "utf-8")
    return tmp_path


def test_a_failed_job_does_not_stop_the_others(corpora: Path) -> None:
    (corpora / "broken.good").write_text("one line too few\n", "utf-8")
    (corpora / "audit.toml").write_text(
        'out = "${NIGHTS}/{date}/{model}/{test_set}"\n' + SETTINGS +
        "[models.gone]\nmodel = '/nowhere'\n[models.given]\nhypotheses = '{test_set}.good'\n"
        "[models.small]\nmodel = 'rnnsearch-de-en'\nmaps = 1\ncontrols = 5\n"
        "[test_sets.broken]\nsource = 'short.de'\n" + SHORT, "utf-8",
    )  # fmt: skip
    dry = ended(nightly(corpora, "--dry-run", NIGHTS=str(corpora / "nights")))
    assert dry[0] == 1
    assert "/nowhere: no such model" in dry[1][0]
    assert not (corpora / "nights").exists()

    summary = corpora / "summary.md"
    code, lines, errors = ended(
        nightly(corpora, "--only", "*/short", "--only", "given/*", "--date", "2026-11-29", "--summary", str(summary),
                NIGHTS=str(corpora / "nights"))
    )  # fmt: skip
    assert code == 1, errors
    assert [text.split()[:2] for text in lines[:4]] == [
        ["failed", "gone/short"], ["failed", "given/broken"], ["ok", "given/short"], ["ok", "small/short"],
    ]  # fmt: skip
    run = corpora / "nights" / "2026-11-29" / "given" / "short"
    assert "broken.good" in lines[1]
    assert "12 segments" in lines[2]
    assert "BLEU 100.0" in lines[2]
    assert lines[2].endswith(str(run / "site" / "index.html"))
    assert lines[-1] == "4 jobs: 2 ok, 2 failed"
    assert errors.index("gone/short cannot run") < errors.index("1 of 4")
    assert "2 of 4 jobs could not run: gone/short, given/broken" in errors.splitlines()[-1]
    assert open_run(run).manifest["series"] == {"model": "given", "test_set": "short"}
    assert "--hypotheses" in Path(f"{run}.log").read_text("utf-8")
    assert "| ✅ | `small` | `short` | ok | 12 |" in summary.read_text("utf-8")
    assert not list((corpora / "nights" / "2026-11-29").glob(".*"))


def test_a_night_that_is_killed_stopped_and_killed_again_ends_whole(corpora: Path) -> None:
    """Three disturbances, one after another; each time the same command goes on with what is there."""
    (corpora / "audit.toml").write_text(
        'out = "nights/{date}/{model}/{test_set}"\n' + SETTINGS + "[models.given]\nhypotheses = '{test_set}.good'\n"
        "[test_sets.long]\nsource = 'long.de'\nreference = 'long.en'\n" + SHORT, "utf-8",
    )  # fmt: skip
    run = corpora / "nights" / "2026-11-29" / "given" / "long"
    again = ("--date", "2026-11-29")

    night = nightly(corpora, *again)  # its job is killed: the next one is done
    wait_until(lambda: shards(run) > 0, night)
    [job] = jobs_of(night)
    os.kill(job, signal.SIGKILL)
    refused = ended(nightly(corpora, *again))
    code, lines, errors = ended(night)
    assert (code, [text.split()[0] for text in lines[:2]]) == (1, ["failed", "ok"]), errors
    assert "killed by SIGKILL: the system may have run out of memory" in lines[0]
    assert refused[0] == 1
    assert "another nightly is at work" in refused[2]

    night = nightly(corpora, *again)  # it is stopped: its job is, too, and the rest is not begun
    wait_until(lambda: jobs_of(night) != [], night)
    night.send_signal(signal.SIGTERM)
    code, lines, errors = ended(night)
    assert (code, [text.split()[0] for text in lines[:2]]) == (130, ["interrupted", "not"]), errors
    assert "--date 2026-11-29 goes on" in errors

    night = nightly(corpora, *again)  # it is killed itself: its job finishes its shard and ends
    wait_until(lambda: jobs_of(night) != [], night)
    [job] = jobs_of(night)
    night.kill()
    assert night.communicate()[0] == ""
    end = time.monotonic() + PATIENCE
    while Path(f"/proc/{job}").exists():
        assert time.monotonic() < end, "the job goes on without its night"

    code, lines, errors = ended(nightly(corpora, *again, "--json"))
    assert code == 0, errors
    told = json.loads(lines[0])
    assert [job["verdict"] for job in told["jobs"]] == ["ok", "already complete"]
    assert told["jobs"][0]["segments"] == 204
    assert open_run(run).manifest["state"] == "complete"


def test_a_worse_night_fails_its_gate_and_is_archived(corpora: Path) -> None:
    (corpora / "gate.toml").write_text(
        '[[rule]]\nscore = "BLEU"\nat_least = 0\n[[rule]]\nscore = "BLEU"\nagainst = "baseline"\nat_least = -0.5\n',
        "utf-8",
    )
    (corpora / "audit.toml").write_text(
        'out = "nights/{date}/{model}/{test_set}"\n' + SETTINGS +
        "[models.given]\nhypotheses = '{test_set}.${TONIGHT}'\n" + SHORT +
        "[gate]\nconfig = 'gate.toml'\n[archive]\ndirectory = 'nights'\n", "utf-8",
    )  # fmt: skip
    code, lines, errors = ended(nightly(corpora, "--date", "2026-11-28", TONIGHT="good"))
    assert code == 0, errors
    assert lines[0].startswith("ok ")
    assert "the first of its series" in lines[0]

    code, lines, errors = ended(nightly(corpora, "--date", "2026-11-29", "--json", TONIGHT="bad"))
    assert code == 2, errors
    assert "1 of 1 jobs did not pass the gate: given/short" in errors.splitlines()[-1]
    told = json.loads(lines[0])
    [given] = told["jobs"]
    nights = corpora / "nights"
    assert (given["verdict"], given["baseline"]) == ("gate failed", str(nights / "2026-11-28" / "given" / "short"))
    assert "BLEU" in given["gate"]
    assert told["archive"] == str(nights / "archive" / "index.html")
    assert Path(told["archive"]).is_file()

    code, _, errors = ended(nightly(corpora, "--date", "2026-11-29", TONIGHT="good"))
    assert code == 1, "the same night with other data is not the same night"
    assert "given/short" in errors
