"""Files of dismissals, as they lie in git: written from verdicts, merged line by line, read by audits and gates."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviewed import ENTRY
from typer.testing import CliRunner

from nights.gated_runs import middling, night, sentences, worse
from nmt_audit.cli import app
from nmt_audit.config import AuditConfig
from nmt_audit.dismissing import Dismissal, as_lines, dismissals, read_dismissals, run_day, write_dismissals
from nmt_audit.errors import InputError, RequestError
from nmt_audit.gating import gate_run
from nmt_audit.pipeline import audit
from nmt_audit.reviewing import export_dismissals
from nmt_audit.store import Run, open_run

DAY = datetime.date(2026, 11, 29)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


# --- the file ---------------------------------------------------------------------------------------------------------


TEXTS = st.none() | st.text(max_size=12)
DISMISSALS = st.builds(
    Dismissal, st.text(min_size=1, max_size=5), category=TEXTS, source=TEXTS, span=TEXTS, reason=TEXTS, by=TEXTS,
    at=st.none() | st.datetimes().map(datetime.datetime.isoformat),
    until=st.none() | st.dates().map(datetime.date.isoformat),
)  # fmt: skip


@given(st.lists(DISMISSALS, max_size=4, unique_by=lambda one: one.flag))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, given: list[Dismissal]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    write_dismissals(path, given)
    assert read_dismissals(path) == sorted(given, key=lambda one: one.flag)
    assert as_lines(read_dismissals(path)).encode() == path.read_bytes()


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,flagunti\n\r\ufeff ', max_size=60).map(str.encode))
def test_any_bytes_are_dismissals_or_an_input_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.jsonl"
    path.write_bytes(content)
    try:
        read_dismissals(path)
    except InputError as error:
        assert str(path) in str(error) and "\n" not in str(error)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<<<<<<< HEAD", "left by a merge; resolve the conflict"),
        ("flag", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ("{}", "no flag"),
        ('{"flag": ""}', "no flag"),
        ('{"flag": null}', "flag is null, not text"),
        ('{"flag": "a", "reason": 3}', "reason is 3, not text"),
        ('{"flag": "a", "untill": "2026-01-01"}', 'no field "untill"; there are flag, category'),
        ('{"flag": "a", "until": "tomorrow"}', 'until is "tomorrow", not a day like 2024-05-17'),
        ('{"flag": "a", "at": "noon"}', 'at is "noon", not a time'),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text(f'{{"flag": "good"}}\n{line}\n', "utf-8")
    with pytest.raises(InputError) as error:
        read_dismissals(path)
    assert str(error.value).startswith(f"{path}, line 2: ") and said in str(error.value)


def test_lines_of_both_sides_of_a_merge_may_stand_together(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"flag": "b", "by": "ben", "at": "2026-01-02"}\r\n\r\n{"flag": "a", "source": "x\xe2\x80\xa8y"}\n'
        b'{"flag": "b", "by": "anna", "at": "2026-01-03T08:00:00+01:00"}\n{"flag": "b", "by": "nobody"}'
    )
    assert [(one.flag, one.by, one.source) for one in read_dismissals(path)] == [
        ("a", None, "x\u2028y"),
        ("b", "anna", None),
    ]
    (tmp_path / "empty.jsonl").touch()
    assert dismissals(tmp_path / "empty.jsonl", on=DAY) == {}


def test_a_dismissal_holds_through_its_last_day(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    write_dismissals(path, [Dismissal("a", until="2026-11-29", by="anna"), Dismissal("b")])
    assert dismissals(path, on=DAY) == {"a": "anna", "b": ""}
    assert dismissals(path, on=DAY + datetime.timedelta(days=1)) == {"b": ""}
    assert run_day("2026-11-29", "2026-12-01T03:00:00+00:00") == run_day("night 3", "2026-11-29T23:59:59+00:00") == DAY


# --- from verdicts to gates -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """A baseline, and a run that is worse."""
    folder = tmp_path_factory.mktemp("nights")
    few = sentences()[:16]
    return night(folder / "last", middling, pairs=few), night(folder / "tonight", worse, pairs=few)


def reviewed(run: Run, entries: list[dict[str, Any]]) -> Run:
    (run.directory / "verdicts.json").write_text(json.dumps(entries), "utf-8")
    return run


def answer(name: object, verdict: str = "reject", **changes: object) -> dict[str, Any]:
    return {**ENTRY, "flag_id": name, "verdict": verdict, **changes}


def test_an_export_keeps_what_people_wrote(nights: tuple[Run, Run], tmp_path: Path) -> None:
    run, out = nights[1], tmp_path / "d.jsonl"
    first, second, third = (str(name) for name in run.flags["id"][:3])
    reviewed(
        run,
        [
            answer(first),
            answer(first, reviewer="ben", comment="So.", at="2024-06-01"),
            answer(second),
            answer(third, "unsure"),
        ],
    )
    assert export_dismissals(run.directory, out).new == 2
    rows = {row["flag"]: row for row in lines_of(out)}
    assert list(rows) == sorted([first, second])
    assert (rows[first]["by"], rows[first]["reason"]) == ("anna, ben", "Steht doch da.; So.")
    segment = run.flags.set_index("id").loc[first, "segment_id"]
    assert rows[first]["source"] == run.segments.set_index("id").loc[segment, "source"]
    known = [
        replace(one, reason="a name", until="2027-01-01") if one.flag == first else one for one in read_dismissals(out)
    ]
    write_dismissals(out, [*known, Dismissal("of another corpus", reason="kept")])
    before = out.read_bytes()
    again = export_dismissals(run.directory, out)
    assert (again.total, again.new, again.withdrawn, out.read_bytes()) == (3, 0, 0, before)
    reviewed(run, [answer(first), answer(second, "confirm", at="2030-01-01T00:00:00+00:00")])
    assert export_dismissals(run.directory, out).withdrawn == 1
    assert {row["flag"]: row["reason"] for row in lines_of(out)} == {first: "a name", "of another corpus": "kept"}


def test_the_command_exports_and_says_how_many(nights: tuple[Run, Run], tmp_path: Path) -> None:
    run, out = nights[1], tmp_path / "d.jsonl"
    reviewed(run, [answer(str(run.flags["id"].iloc[0]))])
    arguments = ["verdicts", "export", str(run.directory), "--dismissals", str(out)]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (0, f"{out}: 1 dismissals, 1 new, 0 withdrawn\n")
    done = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert json.loads(done.stdout)["total"] == 1 and json.loads(done.stdout)["new"] == 0
    assert isinstance(CliRunner().invoke(app, [*arguments, "--out", "x"]).exception, RequestError)
    with pytest.raises(RequestError, match=r"let it end in \.jsonl"):
        export_dismissals(run.directory, tmp_path / "d.json")


def test_a_gate_does_not_count_what_was_dismissed(nights: tuple[Run, Run], tmp_path: Path) -> None:
    last, tonight = nights
    rules, out = tmp_path / "gate.toml", tmp_path / "d.jsonl"
    rules.write_text('[[rule]]\nnew_flags = "*"\nat_most = 0\n\n[[rule]]\nrate = "*"\nat_most = 0.0\n', "utf-8")

    def verdicts() -> list[str]:
        outcome = gate_run(tonight.directory, last.directory, rules, dismissed=out)
        return [judgement.verdict for judgement in outcome.judgements]

    write_dismissals(out, [])
    assert verdicts() == ["failed", "failed"]
    known = set(last.flags["id"])
    new = [Dismissal(name) for name in tonight.flags["id"] if name not in known]
    assert new
    write_dismissals(out, new)
    assert verdicts() == ["passed", "failed"]
    write_dismissals(out, [Dismissal(name) for name in tonight.flags["id"]])
    assert verdicts() == ["passed", "passed"]
    write_dismissals(out, [Dismissal(name, until="2026-11-28") for name in tonight.flags["id"]])
    assert verdicts() == ["failed", "failed"]  # the run is of the 29th


def test_an_audit_reads_the_file(nights: tuple[Run, Run], tmp_path: Path) -> None:
    tonight, out = nights[1], tmp_path / "d.jsonl"
    names = [str(name) for name in tonight.flags["id"]]
    write_dismissals(out, [Dismissal(names[0], by="anna"), Dismissal(names[1], until="2026-11-01")])
    source, said = (str(tonight.directory.parent / f"tonight.{name}.txt") for name in ("source", "hypotheses"))
    config = AuditConfig(
        source=source, hypotheses=said, src_lang="de", tgt_lang="en", planted=0, date="2026-11-29",
        dismissals=str(out), out=tmp_path / "run",
    )  # fmt: skip
    run = open_run(audit(config))
    assert run.flags["id"][run.flags["dismissed"]].tolist() == [names[0]]
    assert run.manifest["dismissed_by"] == {names[0]: "anna"}
