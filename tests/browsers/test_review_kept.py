"""Verdicts outlive the page; where the browser keeps nothing, it says so and offers the file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from browser import Page
from chromium import chromium
from review_page import (
    ANSWERED,
    CURRENT,
    LEAVING,
    at_flag,
    bring_in,
    built,
    copied,
    kept,
    opened,
    saved_json,
    stay,
    verdict,
)
from sample_run import sample_run

from nmt_audit.report import build_site
from nmt_audit.store import Run


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return built(tmp_path_factory.mktemp("review"))


@pytest.fixture
def run(sample: Run, tmp_path: Path) -> Run:
    return copied(sample, tmp_path)


def test_verdicts_outlive_the_page_and_a_rebuild(page: Page, run: Run) -> None:
    flag = at_flag(page, run)
    page.press("c")
    page.wait(ANSWERED + " === 1")
    build_site(run, run.directory / "site")
    page.open(run.directory / "site" / "segments.html", f"#flag={flag}")
    page.wait(CURRENT + " === arguments[0]", flag)
    assert page.js(ANSWERED) == 1
    assert page.count("[data-control=confirm][aria-pressed=true]") == 1


def test_two_tabs_share_what_is_said(page: Page, run: Run) -> None:
    flag = at_flag(page, run)
    stay(page)
    page.new_tab()
    other = at_flag(page, run, category="NEGATION")
    assert other != flag
    stay(page)
    page.press("x")
    page.wait(ANSWERED + " === 1")
    page.tab(0)
    page.wait(ANSWERED + " === 1")
    page.press("c")
    page.wait(ANSWERED + " === 2")
    page.tab(1)
    page.wait(ANSWERED + " === 2")
    page.press("z")
    page.wait(ANSWERED + " === 1")
    page.tab(0)
    page.wait(ANSWERED + " === 1")
    assert {name: answer["verdict"] for name, answer in kept(page).items()} == {flag: "confirm", other: None}
    page.tab(1)
    page.close_tab()


def test_refused_storage_is_said_at_once_and_nothing_is_lost(page: Page, run: Run) -> None:
    page.storage(False)
    at_flag(page, run)
    assert "keeps nothing for this page" in page.text("[data-storage]")
    assert not page.js(LEAVING)
    page.press("c")
    page.wait(ANSWERED + " === 1")
    page.press("x")
    page.wait(ANSWERED + " === 2")
    assert page.js(LEAVING)
    page.js("window.scrollTo(0, 0)")
    page.click("[data-control=save-now]")
    entries = json.loads(page.saved("*.json").read_text("utf-8"))
    assert [entry["verdict"] for entry in entries] == ["confirm", "reject"]
    assert not page.js(LEAVING)
    assert "keeps nothing" in page.text("[data-storage]")


def test_a_chromium_that_may_keep_nothing_says_so(run: Run, tmp_path: Path) -> None:
    """By a reader's own setting, “do not allow sites to save data”; not by what a driver can do."""
    preferences = tmp_path / "browser" / "profile" / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
    with chromium(tmp_path / "browser") as page:
        flag = at_flag(page, run)
        assert "keeps nothing for this page" in page.text("[data-storage]")
        page.press("c")
        page.wait(ANSWERED + " === 1")
        assert page.js(LEAVING)
        assert [entry["flag_id"] for entry in saved_json(page)[1]] == [flag]
        assert not page.js(LEAVING)


FILL = """let piece = "x".repeat(1 << 20);
for (let number = 0; piece.length > 1; ) {
  try { localStorage.setItem("filler" + number, piece); number += 1; }
  catch (full) { piece = piece.slice(piece.length >> 1); }
}"""
EMPTY = "for (const key of Object.keys(localStorage)) if (key.startsWith('filler')) localStorage.removeItem(key);"


def test_full_storage_is_said_at_once_and_later_verdicts_are_kept_again(page: Page, run: Run) -> None:
    flag = at_flag(page, run)
    stay(page)
    page.press("c")
    assert page.count("[data-storage] p") == 0
    page.js(FILL)
    page.press("m", *"much longer than before" * 3, "Escape")
    assert "storage is full" in page.text("[data-storage]") and page.js(LEAVING)
    assert page.js("return nmtAudit.answers.of(arguments[0]).comment", flag) == "much longer than before" * 3
    page.js(EMPTY)
    page.press("8")
    assert page.count("[data-storage] p") == 0 and not page.js(LEAVING)
    assert kept(page)[flag]["comment"] == "much longer than before" * 3


@pytest.mark.parametrize("text", ["{not json", '{"schema": 2}', '{"schema": 1, "answers": [{"flag_id": 5}]}'])
def test_damaged_verdicts_are_set_aside_and_said(page: Page, run: Run, text: str) -> None:
    at_flag(page, run)
    page.js("localStorage.setItem('nmt-audit:verdicts:' + nmtAudit.data.index.run, arguments[0])", text)
    flag = at_flag(page, run)
    assert "cannot be read" in page.text("[data-storage]")
    page.press("c")
    page.wait(ANSWERED + " === 1")
    assert kept(page)[flag]["verdict"] == "confirm"
    page.js("window.scrollTo(0, 0)")
    page.click("[data-control=save-damaged]")
    assert page.saved("damaged*.txt").read_text("utf-8") == text
    page.click("[data-control=discard]")
    assert page.count("[data-storage] p") == 0
    assert page.js("return Object.keys(localStorage).filter((key) => key.includes('damaged')).length") == 0


def test_verdicts_of_another_run_are_taken_over(page: Page, run: Run, tmp_path: Path) -> None:
    """Firefox keeps what pages remember for each file, so there the other run has to lie at the same place."""
    flag = at_flag(page, run)
    stay(page)
    page.press("c", "j")
    shutil.rmtree(run.directory / "site")
    other = sample_run(tmp_path / "other", clean=1)
    build_site(other, run.directory / "site")
    opened(page, run, f"#flag={flag}")
    assert page.js(ANSWERED) == 0
    page.press("v")
    assert "1 verdict of other runs" in page.text("#verdicts [data-elsewhere]")
    page.click("#verdicts [data-control=take-over]")
    assert page.js(ANSWERED) == 1 and kept(page)[flag]["verdict"] == "confirm"


def test_verdicts_on_flags_that_are_gone_are_kept_and_said(page: Page, run: Run, tmp_path: Path) -> None:
    at_flag(page, run)
    bring_in(page, tmp_path / "own.json", [verdict(run, 0, flag_id="0123456789abcdef", reviewer="")])
    page.press("v")
    assert "1 verdict is on flags that this run does not have" in page.text("#verdicts [data-gone]")
    page.press("Escape")
    assert [entry["flag_id"] for entry in saved_json(page)[1]] == ["0123456789abcdef"]
