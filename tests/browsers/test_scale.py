"""Twenty thousand segments from the disk: the list opens, everything is found. How fast, the benchmark says."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import Page
from data_scripts import chunks
from site_pages import SETTLED

from nmt_audit.bench.made_up import made_up_run
from nmt_audit.report import build_site

SEGMENTS = 20_000
LAST = f"nonsense-{SEGMENTS:06d}"
COUNTED = "return document.querySelector('[data-counts]').firstChild.data.includes(arguments[0])"
FIRST = "return document.querySelector('[data-rows] > li .id')?.textContent === arguments[0]"


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    build_site(made_up_run(folder / "run", SEGMENTS), folder / "site")
    return folder / "site"


@pytest.fixture
def listed(page: Page, large: Path) -> Page:
    page.open(large / "segments.html", "#sort=number")
    page.wait(SETTLED)
    page.wait(FIRST, "nonsense-000001")
    return page


def test_the_list_opens_with_a_few_rows_and_no_more(listed: Page) -> None:
    assert listed.js(COUNTED, "20,000 segments")
    assert 10 <= listed.count("[data-rows] > li") <= 500
    assert listed.count("*") < 20_000
    assert listed.console() == []


def test_the_order_may_begin_at_the_other_end(listed: Page) -> None:
    listed.js("location.hash = '#sort=-number'")
    listed.wait(FIRST, LAST)


def test_flags_are_filtered(listed: Page, large: Path) -> None:
    flagged = sum(len({flag["segment"] for flag in chunk["flags"]}) for chunk in chunks(large))
    assert 500 < flagged < 2000
    listed.js("location.hash = '#show=flagged'")
    listed.wait(COUNTED, f"{flagged:,} of 20,000")
    listed.wait("return document.querySelectorAll('[data-rows] > li').length > 5")
    assert listed.count("[data-rows] > li:not(:has(.chip))") == 0


def test_search_reads_every_chunk(listed: Page, large: Path) -> None:
    """A word of the last segment, wherever else it stands."""
    texts = [text for chunk in chunks(large) for text in chunk["source"]]
    word = max(texts[-1].split(), key=len).strip(".,").lower()
    hits = sum(word in text.lower() for text in texts)
    assert 0 < hits < SEGMENTS
    listed.press("/")
    listed.press(*word)
    listed.js("const input = document.querySelector('[data-ask=in]'); input.value = 'source';"
              "input.dispatchEvent(new Event('change', { bubbles: true }));")  # fmt: skip
    listed.wait(COUNTED, f"{hits:,} of 20,000", patience=60)
    assert listed.console() == []


def test_a_permalink_leads_to_the_last_segment(page: Page, large: Path) -> None:
    page.open(large / "segments.html", f"#segment={LAST}")
    page.wait("return document.querySelector('[data-view=segment] h1')?.textContent.includes(arguments[0])", "20")
    assert page.js("return nmtAudit.reader.current().segment.id") == LAST
    assert page.js("return document.querySelector('[data-side=source]').textContent.length") > 10
    page.press("u")
    page.wait("return document.querySelector('[data-view=list]:not([hidden]) [data-rows] > li') !== null")
    assert page.console() == []
