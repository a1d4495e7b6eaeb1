"""Debian's Firefox without a window, driven over its own Marionette protocol: Debian has no geckodriver.

The preferences are those of a reader's Firefox where they decide what a page from the disk may do; the ones that a
driver recommends loosen them, and what then passes here fails for readers.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser import PATIENCE, PAUSE, Page

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
NOWHERE = {
    "network.proxy.type": 1,
    "network.proxy.no_proxies_on": "127.0.0.1",
}  # what tries to leave, fails and is seen
for kind in ("http", "ssl"):
    NOWHERE |= {f"network.proxy.{kind}": "127.0.0.1", f"network.proxy.{kind}_port": 9}
PREFERENCES = {
    "security.fileuri.strict_origin_policy": True,
    "remote.prefs.recommended": False,
    "marionette.port": 0,  # a free one
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.download.alwaysOpenPanel": False,
    "browser.download.folderList": 2,
    "browser.sessionstore.resume_from_crash": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "browser.tabs.warnOnClose": False,
    "browser.warnOnQuit": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "devtools.console.stdout.content": True,  # what console.error and the like say, for `console`
    "extensions.update.enabled": False,
    "layout.css.prefers-color-scheme.content-override": 1,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "privacy.sandbox": False,
    "toolkit.telemetry.enabled": False,
    **NOWHERE,
}
# Of requests, those that a page makes: Firefox makes some of its own.
WATCH = """
window.auditRequests = [];
Services.obs.addObserver((subject) => {
  const channel = subject.QueryInterface(Ci.nsIHttpChannel);
  const asker = channel.loadInfo.triggeringPrincipal;
  if (!asker.isSystemPrincipal || channel.loadInfo.browsingContextID) window.auditRequests.push(channel.URI.spec);
}, "http-on-modify-request");
Services.console.reset();
"""
REQUESTS = "return window.auditRequests.splice(0);"
# Messages about pages; others are about Firefox's own scripts.
CONSOLE = """
const messages = Services.console.getMessageArray().filter((m) => m instanceof Ci.nsIScriptError)
  .filter((m) => !/^(chrome|resource|moz-extension):/.test(m.sourceName) && !/chrome/.test(m.category))
  .map((m) => `${m.category}: ${m.errorMessage} (${m.sourceName}:${m.lineNumber})`);
Services.console.reset();
return messages;
"""
FORGET = """
const [done] = arguments;
Services.clearData.deleteData(Ci.nsIClearDataService.CLEAR_DOM_STORAGES, () => done(true));
"""
RESIZE = """
const [width, height] = arguments;
const style = gBrowser.selectedBrowser.style;
Object.entries({ width, height }).forEach(([name, size]) => {
  ["", "min-", "max-"].forEach((prefix) => style.setProperty(prefix + name, size + "px"));
});
"""
FRAME = (80, 250)  # pixels of a window around its page, and some more


def client() -> Any:
    """The class of the Marionette client. One of the libraries that it comes with warns when it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from marionette_driver.marionette import Marionette
    return Marionette


class Firefox(Page):
    """A page in Firefox."""

    name = "firefox"

    def __init__(self, driver: Any, downloads: Path, log: Path) -> None:
        self.driver = driver
        self.downloads = downloads
        self._log = log
        self._read = 0  # bytes of the log that were read
        self._tabs = [driver.current_window_handle]
        self.chrome(WATCH)

    def chrome(self, script: str, *arguments: Any) -> Any:
        """What a script of the browser itself answers, which may do anything."""
        with self.driver.using_context("chrome"):
            return self.driver.execute_script(script, script_args=arguments, sandbox=None)

    def _element(self, css: str) -> Any:
        return self.driver.find_element("css selector", css)

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, script_args=arguments, sandbox=None)

    def async_js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_async_script(script, script_args=arguments, sandbox=None)

    def navigate(self, address: str) -> None:
        self.driver.navigate(address)

    def reload(self) -> None:
        self.driver.refresh()

    def back(self) -> None:
        self.driver.go_back()

    def address(self) -> str:
        return str(self.driver.get_url())

    def title(self) -> str:
        return str(self.driver.title)

    def click(self, css: str) -> None:
        self._element(css).click()

    def _pointer(self) -> Any:
        return self.driver.actions.sequence("pointer", "mouse", {"pointerType": "mouse"})

    def hover(self, css: str) -> None:
        element = self._element(css)
        self.js("arguments[0].scrollIntoView({ block: 'center' })", element)
        self._pointer().pointer_move(0, 0, origin=element).perform()

    def send(self, css: str, text: str) -> None:
        self._element(css).send_keys(text)

    def chord(self, *keys: str) -> None:
        actions = self.driver.actions.sequence("key", "keyboard")
        for key in keys:
            actions.key_down(key)
        for key in reversed(keys):
            actions.key_up(key)
        actions.perform()

    def size(self, width: int, height: int = 900) -> None:
        self.driver.set_window_rect(width=width + FRAME[0], height=height + FRAME[1])
        self.chrome(RESIZE, width, height)
        self.wait("return window.innerWidth === arguments[0] && window.innerHeight === arguments[1]", width, height)

    def scheme(self, name: str) -> None:
        self.driver.set_pref("layout.css.prefers-color-scheme.content-override", ("dark", "light").index(name))
        self.wait("return window.matchMedia(`(prefers-color-scheme: ${arguments[0]})`).matches", name)

    def reduced_motion(self, wanted: bool) -> None:
        self.driver.set_pref("ui.prefersReducedMotion", int(wanted))
        self.wait("return window.matchMedia('(prefers-reduced-motion: reduce)').matches === arguments[0]", wanted)

    def scripts(self, allowed: bool) -> None:
        self.driver.set_pref("javascript.enabled", allowed)

    def storage(self, allowed: bool) -> None:
        self.driver.set_pref("dom.storage.enabled", allowed)

    def forget(self) -> None:
        with self.driver.using_context("chrome"):
            self.driver.execute_async_script(FORGET, sandbox=None)

    def console(self) -> list[str]:
        with self._log.open("rb") as log:
            log.seek(self._read)
            lines = log.read()
        self._read += len(lines)
        said = [line for line in lines.decode("utf-8", "replace").splitlines() if line.startswith("console.")]
        return [*self.chrome(CONSOLE), *(line for line in said if line.startswith(("console.warn", "console.error")))]

    def requests(self) -> list[str]:
        found: list[str] = self.chrome(REQUESTS)
        return found

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.driver.screenshot(full=False)))

    def print(self) -> bytes:
        return base64.b64decode(self.driver._send_message("WebDriver:Print", {}, key="value"))

    def new_tab(self) -> None:
        self._tabs.append(self.driver.open(type="tab")["handle"])
        self.tab(-1)

    def tab(self, number: int) -> None:
        self.driver.switch_to_window(self._tabs[number], focus=True)

    def close_tab(self) -> None:
        self._tabs.remove(self.driver.current_window_handle)
        self.driver.close()
        self.tab(0)


@contextmanager
def firefox(folder: Path, **preferences: str | int | bool) -> Iterator[Firefox]:
    """A Firefox with a fresh profile in `folder`, and further preferences, dots written as double underscores."""
    profile, downloads, log = folder / "profile", folder / "downloads", folder / "firefox.log"
    for path in (profile, downloads):
        path.mkdir(parents=True, exist_ok=True)
    wanted = PREFERENCES | {"browser.download.dir": str(downloads)}
    wanted |= {name.replace("__", "."): value for name, value in preferences.items()}
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items())
    (profile / "user.js").write_text("".join(lines), "utf-8")
    command = [
        str(FIREFOX),
        "--headless",
        "--marionette",
        "--remote-allow-system-access",
        "--no-remote",
        "--profile",
        str(profile),
    ]
    with log.open("wb") as output, subprocess.Popen([*command, "about:blank"], stdout=output, stderr=output) as process:
        try:
            driver = client()(host="127.0.0.1", port=_port(profile, process, log))
            driver.start_session({"unhandledPromptBehavior": "ignore"})
            driver.timeout.script = driver.timeout.page_load = 60
            yield Firefox(driver, downloads, log)
            driver.delete_session()
        finally:
            process.terminate()


def _port(profile: Path, process: subprocess.Popen[bytes], log: Path) -> int:
    """The port on which Firefox listens, once it does."""
    end = time.monotonic() + 3 * PATIENCE
    while time.monotonic() < end and process.poll() is None:
        path = profile / "MarionetteActivePort"
        if path.exists() and (text := path.read_text()):
            return int(text)
        time.sleep(PAUSE)
    raise AssertionError(f"Firefox did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
