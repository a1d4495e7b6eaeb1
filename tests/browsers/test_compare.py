"""The page of two runs in a browser: filters, keys, maps of both models side by side; and for everyone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from axe import violations
from browser import Page
from map_page import close
from nights.two_runs import two_nights

from nmt_audit.comparing import compare_runs
from nmt_audit.report.compare import write_comparison
from nmt_audit.store import Run

READY = "return document.querySelector('[data-changes]:not([aria-busy]) > li[data-place]')"
# What lies half under a bar at an edge is small to axe, but can be scrolled from there.
AT_REST = """document.querySelectorAll("*").forEach((node) => {
  if (getComputedStyle(node).position === "sticky") node.style.position = "relative";
});"""
DRAWN = "return document.querySelector('[data-changes] .both:not([hidden]) canvas')"


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    return two_nights(tmp_path_factory.mktemp("two nights"))


@pytest.fixture(scope="session")
def compared(nights: tuple[Run, Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("a folder with spaces #1") / "compared"
    return write_comparison(*nights, out, compare_runs(*nights, resamples=100))


def tab(page: Page, name: str) -> list[str]:
    """The segments that a filter leaves."""
    page.click(f"[data-tab='{name}']")
    page.wait(f"return document.querySelector('[data-tab=\"{name}\"]').ariaPressed === 'true'")
    page.wait("return !document.querySelector('[data-changes][aria-busy]')")
    return page.texts("[data-changes] .id")


def test_segments_are_filtered_by_what_became_of_them(page: Page, compared: Path) -> None:
    page.open(compared)
    page.wait(READY)
    everything = page.texts("[data-changes] .id")
    assert len(everything) == int(page.text("[data-tab=''] small")) == 13
    for name, wanted in (("new", {"line-1", "line-6"}), ("fixed", {"line-3", "line-5"}), ("changed", {"line-6"})):
        shown = tab(page, name)
        assert wanted <= set(shown) and len(shown) == int(page.text(f"[data-tab='{name}'] small"))
    assert set(tab(page, "better")).isdisjoint(tab(page, "worse"))
    page.back()
    page.wait("return document.querySelector('[data-tab=better]').ariaPressed === 'true'")
    assert page.console() == [] and page.requests() == []
    assert page.js("return window.hacked") is None


def test_both_maps_have_the_numbers_of_their_run(page: Page, compared: Path, nights: tuple[Run, Run]) -> None:
    page.open(compared, "#pair=line-3")  # translations of different length
    page.wait(DRAWN)
    assert page.count(".both:not([hidden]) canvas") == 4
    page.js("document.querySelectorAll('.both details').forEach((node) => { node.open = true; })")
    page.wait("return document.querySelectorAll('.both table').length === 4")
    tables = page.js(
        "return Array.from(document.querySelectorAll('.both table'), (table) => Array.from(table.rows, (row) =>"
        " Array.from(row.cells, (cell) => cell.textContent)))"
    )
    sizes = []
    for letter, run, attention, relevance in zip("ab", nights, tables[:2], tables[2:], strict=True):
        row = run.segments.set_index("id").loc["line-3"]
        weights = np.reshape(row.attention, (len(row.target_pieces), len(row.source_pieces)))
        assert attention[0][1:] == relevance[0][1:] == ["Der", "Hund", "schläft", "im", "Garten", ".", "</s>"]
        ends = [place for place, piece in enumerate(row.source_pieces) if piece == "</s>"]
        assert close(attention[-1][-1], float(weights[-1][ends[0]]), 1e-4), letter
        words = [cells[0] for cells in attention[1:]]
        assert "".join(words) == row.hypothesis.replace(" ", "") + "</s>" and words == [r[0] for r in relevance[1:]]
        sizes.append(len(words))
    assert sizes[0] < sizes[1]
    page.click("[data-earlier]")
    page.wait("return document.querySelectorAll('.both .heat-word').length > 28")
    assert page.js("return document.activeElement.matches('[data-earlier]')")
    assert page.console() == []


def test_everything_can_be_done_by_keys(page: Page, compared: Path) -> None:
    page.open(compared)
    page.wait(READY)
    page.press("j", "j")
    page.wait("return document.querySelector('[data-changes] > li:nth-child(2)').ariaCurrent === 'true'")
    page.press("m")
    page.wait(DRAWN)
    assert page.js("return document.activeElement.closest('li').matches(':nth-child(2)')")
    assert page.js(
        "return decodeURIComponent(location.hash).includes(document.querySelector('li:nth-child(2) .id').textContent)"
    )
    page.press("m")
    page.wait("return !document.querySelector('[data-changes] .both:not([hidden])')")
    page.press("4")
    page.wait("return document.querySelector('[data-tab=new]').ariaPressed === 'true'")
    page.press("?")
    assert "maps of both models" in page.text("#keys")


def test_without_a_script_the_most_changed_segments_stand_there(page: Page, compared: Path) -> None:
    page.scripts(False)
    page.open(compared)
    shown = page.count("[data-changes] > li")
    assert shown == 13 and page.visible("noscript") and not page.visible("[data-tabs]")


def test_a_page_without_its_data_says_so_and_keeps_what_it_has(page: Page, compared: Path, tmp_path: Path) -> None:
    for name in ("index.html", "site.css", "site.js"):
        (tmp_path / name).write_bytes((compared.parent / name).read_bytes())
    page.open(tmp_path / "index.html")
    page.wait("return !document.querySelector('[data-missing]').hidden")
    assert page.count("[data-changes] > li") == 13 and not page.visible("[data-tabs]")


def test_nobody_is_kept_out(page: Page, compared: Path) -> None:
    page.reduced_motion(True)
    page.open(compared, "#pair=line-3")
    page.wait(DRAWN)
    page.js("document.querySelectorAll('main details').forEach((node) => { node.open = true; })")
    page.js(AT_REST)
    for scheme, width in (("light", 1280), ("light", 390), ("dark", 390), ("dark", 1280)):
        page.size(width)
        page.scheme(scheme)
        found = violations(page, every=(scheme, width) == ("light", 1280))
        assert not found, f"{width} pixels, {scheme}:\n" + "\n".join(found)
        assert page.js("return document.documentElement.scrollWidth <= window.innerWidth"), width
