"""The pages in a browser, opened from the disk: quiet console, no network, working filters and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium, console, prefer, requests, require_browser, resize
from sample_run import HOSTILE, TRANSFORMER, sample_run

from nmt_audit.report import build_site
from nmt_audit.report.flagged import page_name

PAGES = ("index.html", "segments.html", "how-to-read.html", *(
    f"segments/{page_name(name)}"
    for name in ("news-004", "talk-012", "book-021", "mail-009", "ar-001", "zh-001", *HOSTILE)
))  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a folder with spaces & ümläuts #1")
    build_site(sample_run(folder / "run"), folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With heads, and further methods."""
    folder = tmp_path_factory.mktemp("transformer")
    build_site(sample_run(folder / "run", model=TRANSFORMER, clean=3), folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    require_browser()
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def open_page(driver: Any, site: Path, name: str, state: str = "") -> None:
    driver.get("about:blank")  # a new state of the same page would otherwise not load it again
    driver.get((site / name).as_uri() + state)
    if name == "segments.html":
        settle(driver)


def settle(driver: Any) -> None:
    """Waits until the list has been drawn: its counts and rows come after its chunks."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 10).until(lambda d: "segments, " in d.execute_script(
        "return document.querySelector('[data-counts]').textContent"))  # fmt: skip
    WebDriverWait(driver, 10).until(lambda d: d.execute_script(
        "return document.querySelector('[data-rows] li, [data-nothing]:not([hidden])') !== null"))  # fmt: skip


def press(driver: Any, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(driver).send_keys(*keys).perform()


def rows(driver: Any) -> list[str]:
    found: list[str] = driver.execute_script(
        "return Array.from(document.querySelectorAll('[data-rows] > li .id')).map((node) => node.textContent)"
    )
    return found


def wait_for(driver: Any, expected: list[str]) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 10).until(lambda d: rows(d) == expected, f"{rows(driver)} is not {expected}")


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_quietly_and_nothing_leaves(driver: Any, site: Path, name: str) -> None:
    console(driver), requests(driver)
    open_page(driver, site, name)
    assert console(driver) == []
    assert [url for url in requests(driver) if not url.startswith(("file:", "about:"))] == []
    assert driver.execute_script("return window.hacked") is None
    assert (
        driver.execute_script("return document.querySelectorAll('main script:not([src]), main [onerror]').length") == 0
    )


@pytest.mark.parametrize("width", [360, 400, 768, 1280])
def test_no_page_is_wider_than_the_window(driver: Any, site: Path, width: int) -> None:
    resize(driver, width)
    for name in PAGES:
        open_page(driver, site, name)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width, name
    resize(driver, 1280)


def test_hostile_text_reaches_the_list_as_text(driver: Any, site: Path) -> None:
    open_page(driver, site, "segments.html", "#q=window.hacked")
    shown = driver.execute_script("return document.querySelector('[data-rows] .source dd').textContent")
    assert shown == HOSTILE["hostile-script"]
    assert driver.execute_script("return window.hacked") is None


def test_categories_filter_and_the_address_keeps_them(driver: Any, site: Path) -> None:
    open_page(driver, site, "segments.html", "#sort=corpus")
    driver.find_element("css selector", "[data-category=negation]").click()
    wait_for(driver, ["talk-012", "mail-002", "ar-001"])
    assert "3 of 64 segments, 3 with a suspected flag" in driver.find_element("css selector", "[data-counts]").text
    assert driver.current_url.endswith("#c=negation&sort=corpus")
    open_page(driver, site, "segments.html", "#c=negation&sort=corpus")
    assert rows(driver) == ["talk-012", "mail-002", "ar-001"]


def test_search_and_sort(driver: Any, site: Path) -> None:
    open_page(driver, site, "segments.html")
    press(driver, "/", "berlin")
    wait_for(driver, ["news-004"])
    open_page(driver, site, "segments.html", "#show=flagged")
    assert rows(driver)[0] == "book-021"
    open_page(driver, site, "segments.html", "#sort=longest")
    assert rows(driver)[0] == "hostile-long"


def test_filtered_to_nothing_says_so_and_zero_brings_everything_back(driver: Any, site: Path) -> None:
    open_page(driver, site, "segments.html", "#q=zzzz")
    assert "No segment is like that" in driver.find_element("css selector", "[data-nothing]").text
    press(driver, "0")
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 10).until(lambda d: len(rows(d)) >= 50)


def test_keys_move_and_open(driver: Any, site: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    open_page(driver, site, "segments.html", "#show=flagged&sort=corpus")
    press(driver, "j", "j", "j", "k")
    chosen = driver.find_element("css selector", "[aria-current=true] .id").text
    assert chosen == "news-011"
    press(driver, Keys.ENTER)
    assert driver.current_url.endswith(page_name("news-011"))
    press(driver, "j")
    assert driver.current_url.endswith(page_name("talk-007"))
    press(driver, "u")
    settle(driver)
    assert driver.current_url.endswith("#show=flagged&sort=corpus")


def test_the_rest_of_a_long_list_comes_when_it_is_reached(driver: Any, site: Path) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    open_page(driver, site, "segments.html")
    driver.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    WebDriverWait(driver, 10).until(lambda d: len(rows(d)) == 64)
    assert len(set(rows(driver))) == 64


def test_a_flag_of_many_words_shows_one_at_a_time(driver: Any, site: Path) -> None:
    open_page(driver, site, f"segments/{page_name('talk-012')}")
    first = visible_heading(driver)
    press(driver, "]")
    assert visible_heading(driver) != first
    press(driver, "[")
    assert visible_heading(driver) == first


def visible_heading(driver: Any) -> str:
    [shown] = [node.text for node in driver.find_elements("css selector", ".why h3") if node.is_displayed()]
    return str(shown)


def test_a_word_tells_its_numbers_by_pointer_and_by_key(driver: Any, site: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    open_page(driver, site, f"segments/{page_name('chat-003')}")
    inspector = driver.find_element("css selector", ".why[open] .inspector, div.why .inspector")
    driver.execute_script("document.querySelector('.why[open] .col, div.why .col').focus()")
    assert inspector.text.startswith("1 Kommst — Attention 0.")
    press(driver, Keys.ARROW_RIGHT)
    assert inspector.text.startswith("2 du — ") and "Readout" in inspector.text and " %)" in inspector.text


def test_the_theme_follows_the_system_until_it_is_chosen(driver: Any, site: Path) -> None:
    background = "return getComputedStyle(document.body).backgroundColor"
    prefer(driver, "dark")
    open_page(driver, site, "index.html")
    dark = driver.execute_script(background)
    images = "return Array.from(document.images).filter((i) => i.offsetWidth).map((i) => i.src.includes('-dark'))"
    assert set(driver.execute_script(images)) == {True}
    press(driver, "t")  # light
    assert driver.execute_script(background) != dark
    assert set(driver.execute_script(images)) == {False}
    open_page(driver, site, "segments.html")
    assert driver.execute_script(background) != dark
    press(driver, "t", "t")  # dark, then the system's again
    assert driver.execute_script(background) == dark
    prefer(driver, "light")


def test_charts_are_drawn(driver: Any, site: Path) -> None:
    open_page(driver, site, "index.html")
    widths = driver.execute_script(
        "return Array.from(document.images).filter((i) => i.offsetWidth).map((i) => i.naturalWidth)"
    )
    assert len(widths) == 5 and all(widths)


@pytest.mark.parametrize("width", [360, 1280])
def test_heads_and_further_methods_fit_the_window(driver: Any, transformer: Path, width: int) -> None:
    resize(driver, width)
    for name in ("index.html", *(f"segments/{page_name(name)}" for name in ("news-004", "talk-012", "ar-001"))):
        console(driver)
        open_page(driver, transformer, name)
        driver.execute_script("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width, name
        assert console(driver) == []
    resize(driver, 1280)


def test_rows_stand_beside_their_names(driver: Any, transformer: Path) -> None:
    open_page(driver, transformer, f"segments/{page_name('news-004')}")
    driver.execute_script("document.querySelector('details.further').open = true")
    for figure in (".map .figure", "details.further .figure"):
        heads, cells = driver.execute_script(
            "const figure = document.querySelector(arguments[0]);"
            "const middles = (s) => Array.from(figure.querySelectorAll(s)).map((n) => n.getBoundingClientRect())"
            "  .map((box) => Math.round(box.top + box.height / 2));"
            "return [middles('.head'), middles('.col:first-of-type > i')];",
            figure,
        )  # fmt: skip
        assert len(heads) >= 4 and heads == cells[: len(heads)]


def test_a_further_figure_tells_its_own_numbers(driver: Any, transformer: Path) -> None:
    open_page(driver, transformer, f"segments/{page_name('news-004')}")
    driver.execute_script("document.querySelector('details.further').open = true")
    driver.execute_script("document.querySelector('details.further .col').focus()")
    first, second = driver.find_elements("css selector", "section.flag:first-of-type .inspector")
    assert second.text.startswith("1 Wir — Gradient × input ") and "Variance " in second.text
    assert first.text.startswith("Point at a word")


def test_a_missing_chunk_is_said(driver: Any, site: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(site, copy)
    (copy / "data" / "segments-0001.js").unlink()
    open_page(driver, copy, "segments.html")
    assert "could not be loaded" in driver.find_element("css selector", "[data-nothing]").text
    console(driver)


def test_without_scripts_the_essentials_are_there(site: Path, tmp_path: Path) -> None:
    require_browser()
    with chromium(tmp_path, "--blink-settings=scriptEnabled=false") as driver:
        driver.get((site / "segments.html").as_uri())
        assert "the most important flags" in driver.find_element("tag name", "main").text
        driver.get((site / "segments" / page_name("talk-012")).as_uri())
        assert len(driver.find_elements("css selector", "details.why")) > 5
        assert len(driver.find_elements("css selector", "details.why[open]")) == 1
