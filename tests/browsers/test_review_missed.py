"""Mistakes that no check saw: words are marked by key and by pointer; offsets are code points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser import Page
from review_page import at_segment, built, copied, imported, saved_json

from nmt_audit.store import Run
from nmt_audit.verdicts import read_verdicts


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return built(tmp_path_factory.mktemp("review"))


@pytest.fixture
def run(sample: Run, tmp_path: Path) -> Run:
    return copied(sample, tmp_path)


def named(page: Page, category: str) -> None:
    """Fills in the form and adds it."""
    page.js("document.querySelector('[data-control=missed-category]').value = arguments[0]", category)
    page.click("[data-control=missed-add]")


def missed(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.js("return nmtAudit.answers.all().filter((answer) => answer.flag_id === null)")
    return found


def words_of(run: Run, answer: dict[str, Any]) -> str:
    segment = run.segments.set_index("id").loc[answer["segment_id"]]
    text = segment["source" if answer["span"]["side"] == "src" else "hypothesis"]
    return str(text[answer["span"]["start"] : answer["span"]["end"]])


def test_words_are_marked_by_key(page: Page, run: Run) -> None:
    at_segment(page, run, "news-004")
    page.press("a", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "Enter")
    page.press("Tab", "ArrowDown", "ArrowDown", "Tab", *"wrong", "Enter")
    (answer,) = missed(page)
    assert words_of(run, answer) == "We are not"
    assert (answer["category"], answer["severity"], answer["comment"]) == ("MISTRANSLATION", "major", "wrong")
    assert "We are not" in page.text(".missed-list")
    page.press("a", "ArrowUp", "Shift+ArrowRight", "Enter")
    page.wait("return document.querySelector('[data-control=missed-category]')")
    named(page, "TERMINOLOGY")
    assert [words_of(run, one) for one in missed(page)] == ["We are not", "gehen"]
    page.click(".missed-list [data-control=missed-remove]")
    assert [words_of(run, one) for one in missed(page)] == ["gehen"]
    page.press("z")
    assert len(missed(page)) == 2
    page.press("a", "Escape")
    assert page.count(".answer-instead") == 0
    path, _ = saved_json(page)
    found = imported(run, path)
    assert (found["new"], found["unknown_segments"]) == (2, [])
    assert read_verdicts(run.directory / "verdicts.json") == read_verdicts(path)


SELECT = """const box = document.querySelector(".text[data-side=" + arguments[0] + "]");
const place = (offset) => {
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  let left = offset;
  while (walker.nextNode()) {
    if (left <= walker.currentNode.data.length) return [walker.currentNode, left];
    left -= walker.currentNode.data.length;
  }
};
getSelection().setBaseAndExtent(...place(arguments[1]), ...place(arguments[2]));"""


def test_words_are_marked_by_selecting_them_among_emoji(page: Page, run: Run) -> None:
    """A family of emoji is seven code points and eleven units of the browser; a selection grows to whole words."""
    at_segment(page, run, "hostile-emoji")
    text = str(run.segments.set_index("id").loc["hostile-emoji", "source"])
    start = len(text[: text.index("aus")].encode("utf-16-le")) // 2
    page.js(SELECT, "source", start + 1, start + 2)
    page.wait("return !document.querySelector('.mark-here').hidden")
    page.click(".mark-here")
    named(page, "OTHER")
    (answer,) = missed(page)
    assert words_of(run, answer) == "aus"
    assert answer["span"] == {"side": "src", "start": text.index("aus"), "end": text.index("aus") + 3}


def test_words_are_marked_in_right_to_left_text(page: Page, run: Run) -> None:
    arabic = run.segments[run.segments["tgt_lang"] == "ar"].iloc[0]
    at_segment(page, run, str(arabic["id"]))
    page.press("a", "ArrowLeft", "Enter")  # on, as the text runs
    page.wait("return document.querySelector('[data-control=missed-category]')")
    named(page, "STYLE")
    (answer,) = missed(page)
    assert answer["span"]["side"] == "tgt" and answer["span"]["start"] == 0
    assert words_of(run, answer) == " ".join(str(arabic["hypothesis"]).split()[:2])
