"""Reviewing by keyboard: verdicts on flags, and going from one to the next."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from axe import violations
from browser import Page
from review_page import ANSWERED, CURRENT, MOVED, at_flag, built, copied, imported, kept, opened, saved_json, stay

from nmt_audit.store import Run
from nmt_audit.verdicts import read_verdicts

FIELDS = ["flag_id", "segment_id", "verdict", "category", "severity", "span", "comment", "reviewer", "at"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return built(tmp_path_factory.mktemp("review"))


@pytest.fixture
def run(sample: Run, tmp_path: Path) -> Run:
    return copied(sample, tmp_path)


def test_twenty_flags_are_reviewed_by_keyboard_and_import_without_loss(
    page: Page, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(page, run)
    page.press("j", "Enter")
    page.wait(CURRENT)
    said: dict[str, str] = {}
    start = time.monotonic()
    for number in range(20):
        flag = page.js(CURRENT)
        key, verdict = (("c", "confirm"), ("x", "reject"), ("n", "unsure"))[number % 3]
        said[flag] = verdict
        page.press(key)
        page.wait(MOVED, number + 1, flag)
    seconds = time.monotonic() - start
    with capsys.disabled():
        print(f"\n20 flags by keyboard in {page.name}: {seconds:.1f} s")
    assert len(said) == 20
    assert page.text(".answer-count") == f"20 of {len(run.flags)} flags answered in this view · 20 in all"
    page.press("v")
    for _ in range(8):
        page.press("Tab")
        if page.js("return document.activeElement.dataset.control") == "save":
            break
    page.press("Enter")
    path = page.saved("*.json")
    entries = json.loads(path.read_text("utf-8"))
    assert {entry["flag_id"]: entry["verdict"] for entry in entries} == said
    assert all(list(entry) == FIELDS for entry in entries)
    flags = run.flags.set_index("id")
    for entry in entries:
        flag = flags.loc[entry["flag_id"]]
        assert (entry["segment_id"], entry["category"]) == (flag["segment_id"], flag["category"])
        assert entry["span"]["side"] == flag["side"]
    found = imported(run, path)
    assert (found["read"], found["new"], found["unknown_flags"], found["unknown_segments"]) == (20, 20, [], [])
    assert read_verdicts(run.directory / "verdicts.json") == read_verdicts(path)
    assert page.console() == [] and page.requests() == []


def test_category_severity_and_comment_come_by_key_and_reach_the_file(page: Page, run: Run) -> None:
    first = at_flag(page, run, category="OMISSION")
    stay(page)
    page.press("8", "Shift+4", "m", *"Ein “Satz” fehlt,", "Enter", *"ganz. ", "Escape")
    page.js("const box = document.querySelector('[data-control=comment]'); box.value += '👩‍👩‍👧 שלום'; "
            "box.dispatchEvent(new Event('input'))")  # fmt: skip
    page.press("v")
    page.type("#verdicts [data-control=reviewer]", "Änne")
    page.press("Tab", "Escape")
    path, entries = saved_json(page)
    (entry,) = entries
    assert entry.pop("at") and entry == {
        "flag_id": first, "segment_id": str(run.flags.set_index("id").loc[first, "segment_id"]), "verdict": "confirm",
        "category": "NEGATION", "severity": "major", "span": entry["span"],
        "comment": "Ein “Satz” fehlt,\nganz. 👩‍👩‍👧 שלום", "reviewer": "Änne",
    }  # fmt: skip
    imported(run, path)
    assert read_verdicts(run.directory / "verdicts.json") == read_verdicts(path)


def test_a_comment_waits_for_its_verdict(page: Page, run: Run) -> None:
    flag = at_flag(page, run)
    stay(page)
    page.press("m", *"hm", "Escape")
    assert page.js(ANSWERED) == 0 and kept(page)[flag]["comment"] == "hm"
    assert "waits for a verdict" in page.text(".answer-note")
    page.press("n")
    assert (kept(page)[flag]["verdict"], kept(page)[flag]["comment"]) == ("unsure", "hm")


def test_verdicts_are_taken_back_and_given_again(page: Page, run: Run) -> None:
    flag = at_flag(page, run)
    stay(page)
    page.press("c", "9", "x")
    assert kept(page)[flag]["verdict"] == "reject" and kept(page)[flag]["severity"] is None
    page.press("z")
    assert (kept(page)[flag]["verdict"], kept(page)[flag]["severity"]) == ("confirm", "critical")
    page.press("z", "z")
    assert kept(page)[flag]["verdict"] is None and page.js(ANSWERED) == 0
    assert page.count(".answer-button[aria-pressed=true]") == 0
    page.press("z")
    assert page.text("[data-say]") == "Nothing to take back"
    page.press("Shift+Z", "Shift+Z", "Shift+Z")
    assert kept(page)[flag]["verdict"] == "reject"
    page.press("Shift+Z")
    assert page.text("[data-say]") == "Nothing to repeat"


def test_taking_back_returns_to_the_flag(page: Page, run: Run) -> None:
    flag = at_flag(page, run)
    page.press("c")
    page.wait(CURRENT + " !== arguments[0]", flag)
    page.press("z")
    page.wait(CURRENT + " === arguments[0]", flag)
    assert page.js(ANSWERED) == 0


def test_a_review_of_what_has_no_verdict_yet_goes_through_to_the_end(page: Page, run: Run) -> None:
    """Each verdict takes its flag out of the list's filter."""
    opened(page, run, "#verdict=none")
    page.press("j", "Enter")
    page.wait(CURRENT)
    last, count = "", 0
    while (flag := str(page.js(CURRENT))) != last:
        last, count = flag, count + 1
        page.press("c")
        page.wait(ANSWERED + " === arguments[0]", count)
        if count < len(run.flags):
            page.wait(MOVED, count, flag)
    assert count == len(run.flags)
    assert page.text("[data-say]") == "Every flag of this view has an answer"


def test_a_link_to_a_flag_counts_the_whole_run(page: Page, run: Run) -> None:
    at_flag(page, run)
    assert page.text(".answer-count") == f"0 of {len(run.flags)} flags answered in this view · 0 in all"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_stands_in_anyones_way(page: Page, run: Run, scheme: str, width: int) -> None:
    page.size(width)
    page.scheme(scheme)
    at_flag(page, run)
    stay(page)
    page.press("8", "m", "Escape")
    assert violations(page) == []
    page.press("a", "Enter")
    page.wait("return document.querySelector('[data-control=missed-category]')")
    assert violations(page) == []
    page.press("Escape", "v")
    assert violations(page) == []
    assert page.js("return document.documentElement.scrollWidth <= window.innerWidth")


def test_going_on_passes_over_what_has_a_verdict(page: Page, run: Run) -> None:
    flags = page_order(page, run)
    page.js("nmtAudit.view.go({ flag: arguments[0], segment: null })", flags[1])
    page.wait(CURRENT + " === arguments[0]", flags[1])
    page.press("x")
    page.wait(CURRENT + " === arguments[0]", flags[2])
    page.press("k")
    page.wait(CURRENT + " === arguments[0]", flags[1])
    page.press("k")
    page.wait(CURRENT + " === arguments[0]", flags[0])
    page.press("Enter")
    page.wait(CURRENT + " === arguments[0]", flags[2])


def page_order(page: Page, run: Run) -> list[str]:
    """The first three flags as `j` goes through them."""
    opened(page, run)
    page.press("j", "Enter")
    found = [str(page.wait(CURRENT))]
    while len(found) < 3:
        page.press("j")
        found.append(str(page.wait(CURRENT + " !== arguments[0] && nmtAudit.reader.current().flag.id", found[-1])))
    return found


def test_the_buttons_do_what_the_keys_do_and_keep_the_focus(page: Page, run: Run) -> None:
    flag = at_flag(page, run)
    page.js("document.querySelector('[data-control=reject]').focus()")
    page.press("Enter")
    page.wait(CURRENT + " !== arguments[0]", flag)
    page.wait("return document.activeElement.dataset.control === 'reject'")
    page.press("Space")
    page.wait(ANSWERED + " === 2")
    assert kept(page)[flag]["verdict"] == "reject"
