"""Chromium without a window, as a reader would open the pages: from the disk, with its network cut off."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--hide-scrollbars", "--force-color-profile=srgb",
    "--proxy-server=127.0.0.1:9",  # nothing listens there: what tries to leave, fails and is seen
)  # fmt: skip


def require_browser() -> None:
    """Skips the module where there is no browser; where CI is set, that is a failure."""
    if CHROMIUM and DRIVER:
        return
    if os.environ.get("CI"):
        pytest.fail("the tests of the pages need chromium and chromedriver on the PATH", pytrace=False)
    reason = "no chromium and chromedriver on the PATH: the pages were not opened in a browser"
    pytest.skip(reason, allow_module_level=True)


@contextmanager
def chromium(profile: Path, *flags: str) -> Iterator[Any]:
    """A Chromium with an empty profile that logs its console and its requests."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(executable_path=DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def console(driver: Any) -> list[str]:
    """What the console said since it was last asked."""
    return [entry["message"] for entry in driver.get_log("browser")]


def requests(driver: Any) -> list[str]:
    """The addresses asked for since it was last asked."""
    events = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
    return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


def resize(driver: Any, width: int, height: int = 900) -> None:
    """A page of that many CSS pixels: a window cannot be made as narrow as a phone."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def prefer(driver: Any, scheme: str) -> None:
    """The colour scheme that the system asks for."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
