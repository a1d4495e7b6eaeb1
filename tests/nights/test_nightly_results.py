"""What a night says it came to: exit codes, lines, the table for the build page; and which run is the one before."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from nmt_audit.nights import Job, JobResult, Night, NightResult, line, markdown
from nmt_audit.nights.earlier import EarlierRuns, read_manifest
from nmt_audit.nights.processes import printable
from nmt_audit.nights.results import CODES, Measured, Verdict, measured
from nmt_audit.nights.summary import LARGEST
from nmt_audit.series import series_of

OLD_RUN = Path(__file__).parent.parent / "schema-1-run"
FOUND = Measured(1000, 37, 34.25, "nrefs:1|tok:13a")


def job(name: str = "a/b") -> Job:
    model, test_set = name.split("/")
    return Job(model, test_set, Path("runs") / model / test_set, ("audit",), (), None, None)


def night_of(*results: JobResult, archive_reason: str | None = None) -> NightResult:
    jobs = tuple(result.job for result in results)
    night = Night(Path("audit.toml"), "2026-11-29", Path("runs"), Path("runs"), jobs, None)
    return NightResult(night, results, archive_reason=archive_reason)


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        (["ok", "already complete"], 0),
        (["ok", "gate failed", "already complete"], 2),
        (["gate failed", "failed", "ok"], 1),
        (["gate failed", "failed", "interrupted", "not run"], 130),
        (["ok", "not run"], 130),
    ],
)
def test_the_gravest_verdict_decides(verdicts: list[Verdict], code: int) -> None:
    assert night_of(*(JobResult(job(), verdict) for verdict in verdicts)).code == code


def test_every_verdict_has_an_exit_code() -> None:
    assert CODES.keys() == set(get_args(Verdict))


def test_a_night_without_its_archive_is_not_well() -> None:
    assert night_of(JobResult(job(), "ok"), archive_reason="no space").code == 1
    assert night_of(JobResult(job(), "gate failed"), archive_reason="no space").code == 1
    assert replace(night_of(JobResult(job(), "ok"), archive_reason="interrupted"), stopped=True).code == 130


def test_a_line_a_job() -> None:
    done = JobResult(job(), "ok", 12.3, FOUND, gate="gate passed")
    assert line(done, 5).split("  ")[-1] == "runs/a/b/site/index.html"
    for part in ("ok  ", "a/b", "1,000 segments", "37 flags", "BLEU 34.2", "12 s", "gate passed"):
        assert part in line(done, 5)
    failed = line(JobResult(job(), "failed", 2.0, reason="no model “x”"), 5)
    assert failed.endswith("no model “x”  runs/a/b.log")
    assert line(JobResult(job(), "not run"), 5) == "not run           a/b"


def test_a_run_without_references_has_no_score() -> None:
    assert measured({"counts": {"segments": 3, "flags": {"OMISSION": 2, "NEGATION": 1}}, "scores": []}) == Measured(
        3, 3, None, None
    )
    assert "no references" in line(JobResult(job(), "ok", 1.0, Measured(3, 3, None, None)), 5)


def test_the_table_shows_a_hostile_reason_as_it_is() -> None:
    reason = "<img src=x> | **bold** [a](http://b) `code` @everyone #12 </td>"
    failed, done = JobResult(job("x+y/n"), "failed", 2.0, reason=reason), JobResult(job(), "ok", 1.0, FOUND)
    shown = markdown(night_of(failed, done))
    rows = [text for text in shown.splitlines() if text.startswith("|")]
    assert [row.replace(r"\|", "").count("|") for row in rows] == [10] * 4
    assert r"``<img src=x> \| **bold** [a](http://b) `code` @everyone #12 </td>``" in shown, (
        "in a code span nothing works"
    )
    assert "`BLEU nrefs:1|tok:13a`" in shown


def test_the_pages_of_gates_that_failed_follow_as_far_as_there_is_room(tmp_path: Path) -> None:
    first, second, third = (replace(job(name), out=tmp_path / name[0]) for name in ("a/t", "b/t", "c/t"))
    first.gate_page.write_text("| rule | failed |\n", "utf-8")
    second.gate_page.write_text("x" * LARGEST, "utf-8")
    shown = markdown(night_of(*(JobResult(one, "gate failed", 1.0, FOUND) for one in (first, second, third))))
    assert "| rule | failed |" in shown
    assert f"see `{second.gate_page}`" in shown
    assert "cannot be read: No such file" in shown
    assert len(shown) < LARGEST
    assert "failed |\n" not in markdown(night_of(JobResult(first, "ok", 1.0, FOUND))).replace("---", "")


def test_a_quoted_line_moves_no_terminal() -> None:
    assert printable("a\x1b[31m b\r\n\u2028c\u202e") == "a [31m b c"
    assert len(printable("x" * 1000)) == 300


def manifest(folder: Path, **values: Any) -> Path:
    folder.mkdir(parents=True)
    made = {"schema": 1, "state": "complete", "created": "2026-11-29T01:00:00+00:00", "date": None,
            "series": {"model": "m", "test_set": "t"}}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(made | values), "utf-8")
    return folder


def test_the_run_before_is_the_newest_whole_one_of_the_series(tmp_path: Path) -> None:
    manifest(tmp_path / "1", date="2026-11-26")
    wanted = manifest(tmp_path / "deep" / "er" / "2", date="2026-11-27")
    manifest(tmp_path / "partial", date="2026-11-28", state="partial")
    manifest(tmp_path / "other", date="2026-11-28", series={"model": "m", "test_set": "u"})
    manifest(tmp_path / ".hidden", date="2026-11-28")
    tonight = manifest(tmp_path / "3", date="2026-11-29")
    manifest(tmp_path / "later", date="2026-11-30")
    manifest(wanted / "inside", date="2026-11-28")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "manifest.json").write_text("{", "utf-8")
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "manifest.json").write_text("[]", "utf-8")
    runs = EarlierRuns(tmp_path)
    assert runs.before(read_manifest(tonight)) == wanted
    assert runs.before(read_manifest(tmp_path / "1")) is None


def test_of_two_runs_of_a_day_the_later_one_is_newer(tmp_path: Path) -> None:
    manifest(tmp_path / "b", created="2026-11-28T01:00:00+00:00")
    second = manifest(tmp_path / "a", date="2026-11-28", created="2026-11-28T05:00:00+00:00")
    assert EarlierRuns(tmp_path).before(read_manifest(manifest(tmp_path / "c"))) == second


def test_a_run_of_before_there_were_series_is_found(tmp_path: Path) -> None:
    shutil.copytree(OLD_RUN, tmp_path / "old")
    old = read_manifest(tmp_path / "old")
    series = series_of(old)
    tonight = {"series": {"model": series.model, "test_set": series.test_set}, "created": "2099-01-01T00:00:00+00:00"}
    assert EarlierRuns(tmp_path).before(tonight) == tmp_path / "old"
