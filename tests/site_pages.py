"""Every kind of page of the site, in every state that a reader comes across: where it is, and how it is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from browser import Page
from sample_run import AUTOENCODER, TRANSFORMER, Architecture, sample_run

from nmt_audit.report import build_site

RUNS: dict[str, Architecture | None] = {"transformer": TRANSFORMER, "autoencoder": AUTOENCODER, "textonly": None}
SETTLED = """
const ready = (css) => Boolean(document.querySelector(css));
if (document.readyState !== "complete") return false;
if (document.body.dataset.page !== "segments") return true;
return ready("[data-view=list]:not([hidden]) [data-rows]:not([aria-busy])") || ready("[data-missing]:not([hidden])")
  || ready("[data-view=segment]:not([hidden]) [data-part=lines] *") || ready("[data-absent]:not([hidden])");
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A page in some state."""

    run: str
    file: str
    state: str = ""
    then: Callable[[Page], object] = lambda page: None

    def visit(self, page: Page, sites: dict[str, Path]) -> None:
        """Opens the page, waits until it is drawn, and brings it into its state."""
        page.open(sites[self.run] / self.file, self.state)
        page.wait(SETTLED)
        self.then(page)


def unfolded(page: Page) -> None:
    """Opens everything that is folded away."""
    page.js("document.querySelectorAll('main details').forEach((node) => { node.open = true; })")


def read_aloud(page: Page) -> None:
    """With the readings above the words."""
    unfolded(page)
    page.press("r")


def answered(page: Page) -> None:
    """A review in use: an answer with a severity, what else can be said unfolded, a mistake about to be marked."""
    page.press("c", "k", "8", "a")
    page.js("document.querySelectorAll('[data-part=review] details').forEach((node) => { node.open = true; })")


def _segment(name: str, run: str = "rnnsearch", then: Callable[[Page], object] = unfolded) -> Place:
    return Place(run, "segments.html", f"#segment={name}", then)


PLACES: dict[str, Place] = {
    "run": Place("rnnsearch", "index.html"),
    "run of a transformer": Place("transformer", "index.html", "", unfolded),
    "run without a model": Place("textonly", "index.html"),
    "run without flags": Place("clean", "index.html"),
    "findings": Place("rnnsearch", "findings.html", "", unfolded),
    "findings of a transformer": Place("transformer", "findings.html", "", unfolded),
    "findings without a model": Place("textonly", "findings.html", "", unfolded),
    "how to read": Place("rnnsearch", "how-to-read.html", "", unfolded),
    "list": Place("rnnsearch", "segments.html"),
    "list, filters open": Place("rnnsearch", "segments.html", "", lambda page: page.click("[data-action=further]")),
    "list, export open": Place("rnnsearch", "segments.html", "", lambda page: page.click("[data-export] summary")),
    "list, filtered to nothing": Place("rnnsearch", "segments.html", "#q=zzzz"),
    "list, found": Place("rnnsearch", "segments.html", "#q=window.hacked", lambda page: page.press("j")),
    "list, wrong expression": Place("rnnsearch", "segments.html", "#q=(&re=1"),
    "list, keys": Place("rnnsearch", "segments.html", "", lambda page: page.press("?")),
    "segment": _segment("news-004"),
    "segment of a transformer": _segment("news-004", "transformer"),
    "segment without attention": _segment("news-004", "autoencoder"),
    "segment without a model": _segment("news-004", "textonly"),
    "segment in Arabic": _segment("ar-001"),
    "segment into Arabic": _segment("en-ar-001"),
    "segment in Chinese": _segment("zh-001", "rnnsearch", read_aloud),
    "segment in Thai": _segment("th-001"),
    "segment of 6,000 letters a word": _segment("hostile-long"),
    "segment that is empty": _segment("empty-1"),
    "segment that was too long": _segment("long-1"),
    "segment, differences and pieces": _segment("talk-012", "rnnsearch", lambda page: page.press("d", "p", "o")),
    "segment, keys": _segment("news-004", "rnnsearch", lambda page: page.press("?")),
    "segment, verdicts": _segment("news-004", "rnnsearch", lambda page: page.press("v")),
    "segment, review in use": _segment("talk-012", "rnnsearch", answered),
    "segment that is not there": _segment("nowhere"),
}


def built(folder: Path) -> dict[str, Path]:
    """The site of each run, by the name of the run."""
    sites = {"rnnsearch": folder / "rnnsearch", "clean": folder / "clean"} | {name: folder / name for name in RUNS}
    for name, path in sites.items():
        if name in RUNS:
            run = sample_run(path / "run", model=RUNS[name], clean=3)
        else:
            run = sample_run(path / "run", flagged=name != "clean")
        build_site(run, path / "site")
    return {name: path / "site" for name, path in sites.items()}
