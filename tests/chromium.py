"""Debian's Chromium without a window, driven by Selenium."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--hide-scrollbars", "--force-color-profile=srgb",
    "--proxy-server=127.0.0.1:9",  # nothing listens there: what tries to leave, fails and is seen
)  # fmt: skip
# What Chromium itself throws where a reader has forbidden it to keep anything.
REFUSED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("Access is denied for this document.", "SecurityError"); },
});"""


class Chromium(Page):
    """A page in Chromium."""

    name = "chromium"

    def __init__(self, driver: Any, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads
        self._media = {"prefers-color-scheme": "light", "prefers-reduced-motion": "no-preference"}
        self._refusal: str | None = None
        self._command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))

    def _command(self, name: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(name, parameters)

    def _element(self, css: str) -> Any:
        return self.driver.find_element("css selector", css)

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def async_js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_async_script(script, *arguments)

    def navigate(self, address: str) -> None:
        self.driver.get(address)

    def reload(self) -> None:
        self.driver.refresh()

    def back(self) -> None:
        self.driver.back()

    def address(self) -> str:
        return str(self.driver.current_url)

    def title(self) -> str:
        return str(self.driver.title)

    def click(self, css: str) -> None:
        self._element(css).click()

    def hover(self, css: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        element = self._element(css)
        self.js("arguments[0].scrollIntoView({ block: 'center' })", element)
        ActionChains(self.driver, duration=0).move_to_element(element).perform()

    def send(self, css: str, text: str) -> None:
        self._element(css).send_keys(text)

    def chord(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        chain = ActionChains(self.driver, duration=0)
        for key in keys:
            chain.key_down(key)
        for key in reversed(keys):
            chain.key_up(key)
        chain.perform()

    def size(self, width: int, height: int = 900) -> None:
        self._command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def scheme(self, name: str) -> None:
        self._prefer("prefers-color-scheme", name)

    def reduced_motion(self, wanted: bool) -> None:
        self._prefer("prefers-reduced-motion", "reduce" if wanted else "no-preference")

    def _prefer(self, feature: str, value: str) -> None:
        self._media[feature] = value
        features = [{"name": name, "value": wanted} for name, wanted in self._media.items()]
        self._command("Emulation.setEmulatedMedia", features=features)

    def scripts(self, allowed: bool) -> None:
        self._command("Emulation.setScriptExecutionDisabled", value=not allowed)

    def storage(self, allowed: bool) -> None:
        if self._refusal:
            self._command("Page.removeScriptToEvaluateOnNewDocument", identifier=self._refusal)
        self._refusal = None
        if not allowed:
            self._refusal = self._command("Page.addScriptToEvaluateOnNewDocument", source=REFUSED)["identifier"]

    def forget(self) -> None:
        self._command("Storage.clearDataForOrigin", origin="file://", storageTypes="all")

    def console(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        asked, stopped = {}, set()
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            given = event["params"]
            if event["method"] == "Network.requestWillBeSent":
                asked[given["requestId"]] = given["request"]["url"]
            elif event["method"] == "Network.loadingFailed" and given.get("blockedReason") == "csp":
                stopped.add(given["requestId"])  # announced, but never sent: the page's policy forbids it
        urls = (url for number, url in asked.items() if number not in stopped)
        return [url for url in urls if not url.startswith(("file:", "about:", "data:", "blob:"))]

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._command("Page.captureScreenshot", format="png")["data"]))

    def print(self) -> bytes:
        return base64.b64decode(self._command("Page.printToPDF", preferCSSPageSize=True)["data"])

    def new_tab(self) -> None:
        self.driver.switch_to.new_window("tab")

    def tab(self, number: int) -> None:
        self.driver.switch_to.window(self.driver.window_handles[number])

    def close_tab(self) -> None:
        self.driver.close()
        self.tab(0)


@contextmanager
def chromium(folder: Path, *flags: str) -> Iterator[Chromium]:
    """A Chromium with an empty profile in `folder` that logs its console and its requests."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    downloads = folder / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    driver = webdriver.Chrome(options=options, service=Service(executable_path=DRIVER))
    try:
        driver.set_script_timeout(60)
        yield Chromium(driver, downloads)
    finally:
        driver.quit()
