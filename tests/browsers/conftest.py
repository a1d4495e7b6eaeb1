"""Both browsers for every test here: one process of each per file, with nothing kept from the test before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from browser import Page
from chromium import CHROMIUM, DRIVER, chromium
from firefox import FIREFOX, firefox
from site_pages import built

BROWSERS: dict[str, Callable[[Path], AbstractContextManager[Page]]] = {"chromium": chromium, "firefox": firefox}


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for the tests of a file."""
    if not (CHROMIUM and DRIVER and FIREFOX):
        pytest.fail("these tests need chromium, chromedriver and firefox-esr on the PATH", pytrace=False)
    with BROWSERS[request.param](tmp_path_factory.mktemp(request.param)) as opened:
        yield opened


@pytest.fixture
def page(browser: Page) -> Page:
    """An empty page of 1280 × 900 in a browser that remembers nothing."""
    browser.navigate("about:blank")
    browser.scripts(True)
    browser.storage(True)
    browser.forget()
    browser.size(1280, 900)
    browser.scheme("light")
    browser.reduced_motion(False)
    for path in browser.downloads.iterdir():
        path.unlink()
    browser.console(), browser.requests()
    return browser


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A site of each kind, in a folder whose name is no help."""
    return built(tmp_path_factory.mktemp("a folder with spaces & ümläuts #1"))
