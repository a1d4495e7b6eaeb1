"""Verdicts as files: brought in by the page as by the command, and mistakes for Marot and Pearmut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browser import Page
from review_page import (
    ANSWERED,
    REPORT,
    at_flag,
    bring_in,
    built,
    copied,
    imported,
    kept,
    opened,
    saved_json,
    stay,
    verdict,
)

from nmt_audit.dismissing import read_dismissals
from nmt_audit.reviewing import export_dismissals
from nmt_audit.store import Run
from nmt_audit.verdicts import read_verdicts


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return built(tmp_path_factory.mktemp("review"))


@pytest.fixture
def run(sample: Run, tmp_path: Path) -> Run:
    return copied(sample, tmp_path)


def test_files_are_brought_in_as_the_command_does(page: Page, run: Run, tmp_path: Path) -> None:
    flag = at_flag(page, run)
    row = [str(name) for name in run.flags["id"]].index(flag)
    stay(page)
    others = [verdict(run, row), verdict(run, row, at="2024-05-18", severity="minor"), verdict(run, 3, flag_id="gone")]
    said = bring_in(page, tmp_path / "ben.json", others)
    assert "3 verdicts read, 2 new, 0 replaced, 1 unchanged. 1 on flags that this run does not have;" in said
    assert page.js(ANSWERED) == 0
    assert page.text(".answer-others") == "ben, 18 May 2024: confirmed (minor)"
    page.press("x")
    own = verdict(run, row, reviewer="", at="2024-01-01")
    assert "0 new, 0 replaced, 1 unchanged" in bring_in(page, tmp_path / "old.json", [own])
    assert "1 replaced" in bring_in(page, tmp_path / "new.json", [own | {"at": "2099-01-01"}])
    assert page.count("[data-control=confirm][aria-pressed=true]") == 1
    path, entries = saved_json(page)
    assert [(entry["flag_id"], entry["reviewer"]) for entry in entries] == [("gone", "ben"), (flag, "ben"), (flag, "")]
    assert imported(run, path)["unknown_flags"] == ["gone"]
    assert read_verdicts(run.directory / "verdicts.json") == read_verdicts(path)
    page.press("c")  # later than 2099 all the same
    assert kept(page)[flag]["at"] > "2099"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "not a list of verdicts"),
        ([{"flag_id": "f"}], "entry 1: segment_id is missing, not text"),
        ([{"flag_id": None, "segment_id": "s", "verdict": "yes", "at": "2024-01-01"}], 'entry 1: verdict is "yes"'),
    ],
)
def test_a_bad_file_changes_nothing(page: Page, run: Run, tmp_path: Path, content: object, said: str) -> None:
    at_flag(page, run)
    found = bring_in(page, tmp_path / "bad.json", content)
    assert said in found and "Nothing was changed" in found
    assert page.js("return nmtAudit.answers.all().length") == 0


MAROT = [
    "system", "doc", "docSegId", "globalSegId", "rater", "source", "target", "category", "severity", "metadata",
]  # fmt: skip


def test_marot_and_pearmut_files_point_at_the_same_words(page: Page, run: Run, tmp_path: Path) -> None:
    at_flag(page, run)
    segment = "hostile-emoji"
    text = str(run.segments.set_index("id").loc[segment, "hypothesis"])
    start = text.index("aus")
    mark = verdict(run, 0, flag_id=None, segment_id=segment, category="STYLE", severity="minor",
                   span={"side": "tgt", "start": start, "end": start + 3}, comment="tab\there")  # fmt: skip
    source = verdict(run, 0, severity="critical")
    assert source["span"]["side"] == "src"
    entries = [mark, source, verdict(run, 1, verdict="reject"), verdict(run, 2, flag_id="gone")]
    bring_in(page, tmp_path / "ben.json", entries)
    page.press("v")
    page.click("#verdicts [data-control=marot]")
    header, *lines = (line.split("\t") for line in page.saved("*.tsv").read_text("utf-8").splitlines())
    assert header == MAROT
    rows = {row["docSegId"]: row for row in (dict(zip(header, line, strict=True)) for line in lines)}
    assert set(rows) == {segment, source["segment_id"]}
    row = rows[segment]
    assert row["target"] == f"{text[:start]}<v>aus</v>{text[start + 3 :]}"
    assert (row["category"], row["severity"], row["rater"]) == ("Style/Unidiomatic style", "Minor", "ben")
    assert json.loads(row["metadata"])["note"] == "tab\there"
    span, whole = source["span"], str(run.segments.set_index("id").loc[source["segment_id"], "source"])
    assert f"<v>{whole[span['start'] : span['end']]}</v>" in rows[source["segment_id"]]["source"]
    assert "<v>" not in rows[source["segment_id"]]["target"]
    assert "1 left out" in page.wait(f"{REPORT} return said.includes('saved') && said")
    page.click("#verdicts [data-control=pearmut]")
    campaign = json.loads(page.saved("*.pearmut.json").read_text("utf-8"))
    items = {item["item_id"]: item for document in campaign["data"][0] for item in document}
    (model,) = items[segment]["tgt"]
    (error,) = items[segment]["error_spans"][model]
    units = items[segment]["tgt"][model].encode("utf-16-le")  # Pearmut counts as browsers do; its ends are inclusive
    assert units[2 * error["start_i"] : 2 * (error["end_i"] + 1)].decode("utf-16-le") == "aus"
    assert (error["severity"], error["category"]) == ("minor", "Style/Unidiomatic style")
    item = items[source["segment_id"]]
    (error,) = item["error_spans"][model]
    assert error["start_i"] == error["end_i"] == len(item["tgt"][model])  # [missing], behind the last
    assert (error["severity"], error["category"]) == ("critical", "Accuracy/Omission")


def test_a_file_of_dismissals_is_the_one_that_the_command_writes(page: Page, run: Run, tmp_path: Path) -> None:
    names = dict(zip(run.flags["segment_id"], run.flags["id"], strict=True))  # of a segment's last flag
    rows = {str(name): row for row, name in enumerate(run.flags["id"])}
    controls, long, end = (str(names[name]) for name in ("hostile-controls", "hostile-long", "news-004"))
    entries = [
        verdict(run, rows[controls], verdict="reject", comment='Zeile\u2028eins \x1b "gut"', reviewer="zoë"),
        verdict(run, rows[controls], verdict="reject", comment="so ist es", at="2024-05-18T10:00:00+02:00"),
        verdict(run, rows[long], verdict="reject"), verdict(run, rows[end], verdict="reject"),
        verdict(run, 0), verdict(run, 0, verdict="reject", reviewer="eva"),
        verdict(run, 0, verdict="reject", flag_id="gone", category="NEGATION"),
        verdict(run, 0, verdict="reject", flag_id=None),
    ]  # fmt: skip
    at_flag(page, run)
    bring_in(page, tmp_path / "all.json", entries)
    page.press("v")
    page.click("#verdicts [data-control=dismissals]")
    assert page.wait(f"{REPORT} return said.includes('dismissals saved') && said").startswith("4 dismissals")
    saved = page.saved("*.dismissals.jsonl")
    imported(run, tmp_path / "all.json")
    done = export_dismissals(run.directory, tmp_path / "own.jsonl")
    assert (done.total, saved.read_bytes()) == (4, (tmp_path / "own.jsonl").read_bytes())
    found = {one.flag: one for one in read_dismissals(saved)}
    both = found[controls]
    assert (both.by, both.reason) == ("ben, zoë", 'Zeile\u2028eins \x1b "gut"; so ist es')
    assert both.source and "␛[31m rot" in both.source and both.at == "2024-05-18T10:00:00+02:00"
    assert (found[end].span, len(found[long].source or "")) == ("", 200)
    assert (found["gone"].source, found["gone"].category) == (None, "NEGATION")
    assert export_dismissals(run.directory, saved).new == 0


def test_verdicts_of_the_run_stand_beside_and_are_nobodys_own(page: Page, run: Run, tmp_path: Path) -> None:
    flag = str(run.flags["id"].iloc[0])
    path = tmp_path / "anna.json"
    path.write_text(json.dumps([verdict(run, 0, reviewer="anna", verdict="reject", comment="Steht doch da.")]), "utf-8")
    imported(run, path)
    opened(page, run, f"#flag={flag}")
    page.wait("return document.querySelector('.answer-others li')")
    assert page.text(".answer-others") == "anna, 17 May 2024: rejected “Steht doch da.”"
    assert page.js(ANSWERED) == 0 and kept(page) == {}
    page.press("v")
    assert page.text("#verdicts [data-totals]") == "Nothing was answered yet."
