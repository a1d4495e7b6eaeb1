"""A report in Chromium, as `bench site` times it: from the disk, without a window."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmt_audit.errors import InputError

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
PATIENCE = 120  # seconds for the slowest of all answers
MB = 1_000_000


def require_browser() -> tuple[str, str]:
    """Chromium and its driver. Raises InputError where one, or selenium, is missing."""
    try:
        import selenium  # noqa: F401
    except ImportError as error:
        raise InputError("--browser needs selenium: pip install selenium") from error
    program = next(filter(None, map(shutil.which, NAMES)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        raise InputError("--browser needs chromium and chromedriver on the PATH; install them, or leave --browser out")
    return program, driver


@dataclass(frozen=True, slots=True)
class Opened:
    """A page of segments whose first rows stand. `first_rows`: seconds from the beginning of the navigation."""

    driver: Any
    first_rows: float

    def turn(self, wish: str) -> float:
        """Seconds from a change of the address to the rows that answer it."""
        before = self.driver.execute_script("return document.querySelector('[data-rows]').dataset.turn || ''")
        self.driver.execute_script("window.location.hash = arguments[0]", wish)
        done = "const rows = document.querySelector('[data-rows]'); return (rows.dataset.turn || '') !== arguments[0]"
        _wait(lambda: self.driver.execute_script(done, before), f"no rows for {wish}")
        return float(self.driver.execute_script("return document.querySelector('[data-rows]').dataset.took")) / 1000

    def memory(self) -> float:
        """Megabytes of memory that the renderer's process holds (resident set), shared libraries and all."""
        sizes = [_resident(process) for process in _descendants(self.driver.service.process.pid) if _renders(process)]
        if not sizes:
            raise InputError("the memory of the renderer cannot be read: there is no /proc here")
        return max(sizes) / MB


def _descendants(ancestor: int) -> Iterator[Path]:
    """The processes that a process started, and those that they started."""
    children: dict[int, list[int]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may have ended meanwhile
            parent = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(process.name))
    waiting = [ancestor]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            waiting.append(child)
            yield Path("/proc") / str(child)


def _renders(process: Path) -> bool:
    try:
        return b"--type=renderer" in (process / "cmdline").read_bytes()
    except OSError:
        return False


@contextmanager
def opened(page: Path) -> Iterator[Opened]:
    """The page in a Chromium of its own, when its first rows stand."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    program, service = require_browser()
    with tempfile.TemporaryDirectory(prefix="nmt-audit-bench-", ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = program
        options.page_load_strategy = "none"
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(executable_path=service))
        try:
            driver.get("about:blank")
            driver.get(page.as_uri())
            ready = "const rows = document.querySelector('[data-rows]'); return rows && rows.dataset.ready || null"
            moment = _wait(lambda: driver.execute_script(ready), "no rows")
            yield Opened(driver, float(moment) / 1000)
        finally:
            driver.quit()


def _wait(asked: Any, otherwise: str) -> Any:
    """What is asked for, as soon as there is an answer. Raises InputError where none comes."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = asked()
        if found:
            return found
        time.sleep(0.02)  # a poll; what is timed is timed in the page
    raise InputError(f"the page of segments answers nothing ({otherwise}) after {PATIENCE} s")


def _resident(process: Path) -> int:
    for line in (process / "status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
