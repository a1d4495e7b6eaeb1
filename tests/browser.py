"""A page as a reader would open it, whichever browser shows it: from the disk, with its network cut off.

`Page` is what a test may do with a browser; `chromium.py` and `firefox.py` say how each of them does it.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 20.0  # seconds until a condition has to hold, on a machine that is busy with other things
PAUSE = 0.02  # seconds between two looks at a condition

# Names of keys, as KeyboardEvent.key has them, and the letters by which WebDriver sends them.
KEYS = {
    "Backspace": "\ue003", "Tab": "\ue004", "Enter": "\ue007", "Shift": "\ue008", "Control": "\ue009", "Alt": "\ue00a",
    "Escape": "\ue00c", "Space": " ", "PageUp": "\ue00e", "PageDown": "\ue00f", "End": "\ue010", "Home": "\ue011",
    "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015", "Insert": "\ue016",
    "Delete": "\ue017", "F1": "\ue031", "Meta": "\ue03d",
}  # fmt: skip


class Page(ABC):
    """A window of a browser, and what a reader does with it.

    `css` names the first element that a selector finds. Scripts are bodies of functions: they answer with `return`, see
    what they are given as `arguments`, and see the page's own names.
    """

    name: str  # of the browser
    downloads: Path  # where the browser saves files

    # what each browser does in its own way

    @abstractmethod
    def js(self, script: str, *arguments: Any) -> Any:
        """What a script answers; elements, numbers, texts, lists and records go in and out."""

    @abstractmethod
    def async_js(self, script: str, *arguments: Any) -> Any:
        """What a script hands to the function that is its last argument."""

    @abstractmethod
    def navigate(self, address: str) -> None:
        """Opens an address and waits until it is loaded."""

    @abstractmethod
    def reload(self) -> None:
        """As with F5."""

    @abstractmethod
    def back(self) -> None:
        """As with the back button."""

    @abstractmethod
    def address(self) -> str:
        """Where the browser is."""

    @abstractmethod
    def title(self) -> str:
        """What the page calls itself."""

    @abstractmethod
    def click(self, css: str) -> None:
        """Clicks what a reader could click: it must be visible, and nothing may lie over it."""

    @abstractmethod
    def hover(self, css: str) -> None:
        """Moves the pointer there."""

    @abstractmethod
    def send(self, css: str, text: str) -> None:
        """Types into a field, without emptying it; for a field for files, chooses a file."""

    @abstractmethod
    def chord(self, *keys: str) -> None:
        """Presses keys together, the first ones held; as letters of `KEYS`."""

    @abstractmethod
    def size(self, width: int, height: int = 900) -> None:
        """Makes the page that many CSS pixels large, narrower than a window may be."""

    @abstractmethod
    def scheme(self, name: str) -> None:
        """The colour scheme that the system asks for: "light" or "dark"."""

    @abstractmethod
    def reduced_motion(self, wanted: bool) -> None:
        """Whether the system asks for less motion."""

    @abstractmethod
    def scripts(self, allowed: bool) -> None:
        """Whether pages opened from now on may run scripts."""

    @abstractmethod
    def storage(self, allowed: bool) -> None:
        """Whether pages opened from now on may keep anything."""

    @abstractmethod
    def forget(self) -> None:
        """Empties what pages have kept."""

    @abstractmethod
    def console(self) -> list[str]:
        """Errors and warnings since it was last asked."""

    @abstractmethod
    def requests(self) -> list[str]:
        """Addresses outside of the disk that were asked for since it was last asked."""

    @abstractmethod
    def screenshot(self, path: Path) -> None:
        """A picture of what is in view, as PNG."""

    @abstractmethod
    def print(self) -> bytes:
        """The page on paper, as PDF."""

    @abstractmethod
    def new_tab(self) -> None:
        """Opens a further tab and goes there."""

    @abstractmethod
    def tab(self, number: int) -> None:
        """Goes to a tab, counted from 0 in the order in which they were opened."""

    @abstractmethod
    def close_tab(self) -> None:
        """Closes the tab and goes to the first one."""

    # what follows from that

    def open(self, path: Path, state: str = "") -> None:
        """Opens a file afresh; `state` is what follows the `#` in the address, with it."""
        self.navigate("about:blank")  # a new state of the same page would otherwise not load it again
        self.navigate(path.absolute().as_uri() + state)

    def wait(self, script: str, *arguments: Any, patience: float = PATIENCE) -> Any:
        """The answer of a script once it is true; fails where that does not come about."""
        return self.until(
            lambda: self.js(script, *arguments), lambda: f"{self.address()}: never came true: {script}", patience
        )

    def until(self, condition: Callable[[], Any], complaint: Callable[[], str], patience: float = PATIENCE) -> Any:
        """What `condition` answers once that is true."""
        end = time.monotonic() + patience
        while not (answer := condition()):
            if time.monotonic() > end:
                raise AssertionError(complaint())
            time.sleep(PAUSE)
        return answer

    def type(self, css: str, text: str) -> None:
        """Replaces what stands in a field, key by key."""
        self.js("const field = document.querySelector(arguments[0]); field.focus(); field.select();", css)
        self.press("Delete", *text)

    def press(self, *keys: str) -> None:
        """Presses one key after the other, wherever the focus is: "j", "Enter", "Shift+Tab", "Control+a"."""
        for key in keys:
            parts = key.split("+") if len(key) > 1 else [key]
            self.chord(*(KEYS.get(part, part) for part in parts))

    def attach(self, css: str, path: Path) -> None:
        """Chooses a file in a field for files."""
        self.send(css, str(path))

    def text(self, css: str) -> str:
        """What an element says, as far as it is visible; it must be there."""
        return str(self.js("return document.querySelector(arguments[0]).innerText", css))

    def texts(self, css: str) -> list[str]:
        """What each of the elements says."""
        found: list[str] = self.js(
            "return Array.from(document.querySelectorAll(arguments[0]), (n) => n.innerText)", css
        )
        return found

    def count(self, css: str) -> int:
        """How many elements there are."""
        return int(self.js("return document.querySelectorAll(arguments[0]).length", css))

    def visible(self, css: str) -> bool:
        """Whether there is one that can be seen."""
        script = "return Array.from(document.querySelectorAll(arguments[0])).some((n) => n.checkVisibility())"
        return bool(self.js(script, css))

    def saved(self, pattern: str = "*") -> Path:
        """The file that the browser has saved under such a name, once it is complete."""
        return Path(self.until(lambda: self._complete(pattern), lambda: f"no {pattern} was saved"))

    def _complete(self, pattern: str) -> Path | None:
        unfinished = (".part", ".crdownload", ".tmp")
        files = [path for path in self.downloads.iterdir() if not path.name.startswith(".")]
        if any(path.suffix in unfinished for path in files):
            return None
        return next((path for path in files if path.match(pattern) and path.stat().st_size), None)
