"""The pages of an archive in both browsers: filters in the address, lines drawn anew, nobody kept out."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe import violations
from browser import Page
from nights.archived import odd_nights

from nmt_audit.report.archive.building import Settings, build_archive

SHOWN = "return Array.from(document.querySelectorAll('[data-row]:not([hidden])'), (row) => row.dataset.testSet)"
STROKE = "return document.querySelector(arguments[0] + ' .stroke').getAttribute('points').split(' ').length"
BLEU = "[data-row^=model-1-test-set-1] [data-line=BLEU]"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of everything, in a folder whose name is no help."""
    directory = odd_nights(tmp_path_factory.mktemp("nights & ümläuts #1"))
    build_archive(directory, directory / "archive", Settings())
    return directory / "archive"


def series(archive: Path) -> Path:
    (found,) = archive.glob("series/model-1-test-set-1*.html")
    return found


def test_filters_are_kept_in_the_address(page: Page, archive: Path) -> None:
    page.open(archive / "index.html")
    assert len(page.js(SHOWN)) == 4 and page.js(STROKE, BLEU) == 30
    page.click("[data-ask=steps]")
    assert page.js(SHOWN) == ["test-set-1"]
    page.js(
        "const field = document.querySelector('[data-ask=from]'); field.value = '2026-01-25';"
        "field.dispatchEvent(new Event('change', { bubbles: true }));"
    )
    assert page.address().endswith("#steps=1&from=2026-01-25")
    assert page.js(SHOWN) == [] and page.visible("[data-no-series]") and page.visible("[data-no-change]")
    page.back()
    page.wait("return document.querySelectorAll('[data-row]:not([hidden])').length === 1")
    page.click("[data-action=all-trends]")
    assert len(page.js(SHOWN)) == 4 and not page.visible("[data-no-series]")


def test_an_address_opens_its_view(page: Page, archive: Path) -> None:
    page.open(archive / "index.html", "#measure=BLEU&set=test-set-1&from=2026-01-18&to=2026-01-24")
    assert page.js(SHOWN) == ["test-set-1"]
    assert page.texts("thead th[data-column]:not([hidden])") == ["BLEU"]
    assert page.js(STROKE, BLEU) == 7
    assert page.count(f"{BLEU} path.worse") == 1
    label = page.js("return document.querySelector(arguments[0]).getAttribute('aria-label')", BLEU)
    assert label.startswith("BLEU over 7 nights") and "2026-01-21 BLEU" in label
    assert page.visible("[data-change]") and page.console() == [] and page.requests() == []


def test_what_the_script_draws_is_what_stood_there(page: Page, archive: Path) -> None:
    def drawn() -> object:
        return page.js(
            "return Array.from(document.querySelectorAll('[data-line]'), (svg) => [svg.getAttribute('aria-label'),"
            "svg.getAttribute('viewBox'), ...Array.from(svg.querySelectorAll('title'), (title) => title.textContent),"
            "...Array.from(svg.querySelectorAll('polyline'), (line) => line.getAttribute('points')),"
            "svg.closest('td, figure').querySelector('[data-now]').textContent])"
        )

    for path in (archive / "index.html", series(archive)):
        page.scripts(False)
        page.open(path)
        page.scripts(True)
        before = drawn()
        page.open(path)
        assert drawn() == before


def test_nights_between_dates(page: Page, archive: Path) -> None:
    page.open(series(archive), "#from=2026-01-20&to=2026-01-22")
    assert [text.split()[0] for text in page.texts("[data-night]:not([hidden]) th")] == [
        "2026-01-22", "2026-01-21", "2026-01-20",
    ]  # fmt: skip
    assert page.count("[data-line=BLEU] circle.night") == 3
    assert "to" in page.text("figure [data-range]") and page.count("[data-change]:not([hidden])") == 1


def test_without_a_script_everything_stands_there(page: Page, archive: Path) -> None:
    page.scripts(False)
    page.open(archive / "index.html")
    assert page.visible(BLEU) and page.visible(".changes li") and not page.visible("[data-trend-filters]")


@pytest.mark.parametrize("name", ["index.html", "runs.html", "series"])
def test_nobody_is_kept_out(page: Page, archive: Path, name: str) -> None:
    page.reduced_motion(True)
    page.open(series(archive) if name == "series" else archive / name)
    assert page.console() == [] and page.requests() == []  # axe-core makes some of its own later
    page.js("document.querySelectorAll('main details').forEach((node, place) => { node.open = place < 3; })")
    for scheme, width in (("light", 1280), ("dark", 390), ("dark", 1280), ("light", 390)):
        page.size(width)
        page.scheme(scheme)
        found = violations(page, every=(scheme, width) == ("light", 1280))
        assert not found, f"{name}, {width} pixels, {scheme}:\n" + "\n".join(found)
        assert page.js("return document.documentElement.scrollWidth") <= width
