"""The view of a segment as the tests use it: open one, say what stands there, choose what is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from browser import Page
from sample_run import AUTOENCODER, TRANSFORMER, sample_run
from twin_reader import Segment

from nmt_audit.report import build_site
from nmt_audit.store import Run

# name of a run → what it was made with
MADE: dict[str, dict[str, Any]] = {
    "rnnsearch": {}, "transformer": {"model": TRANSFORMER}, "autoencoder": {"model": AUTOENCODER},
    "textonly": {"model": None}, "older": {"older": True},
}  # fmt: skip
NO_BREAK = "\N{NO-BREAK SPACE}"


def made(folder: Path, *names: str) -> dict[str, Run]:
    """The runs of these names, each with its site inside, in a folder whose name is no help."""
    found = {}
    for name in names:
        found[name] = sample_run(folder / name, clean=4, **MADE[name])
        build_site(found[name], folder / name / "site")
    return found


def site(run: Run) -> Path:
    """The page of the segments of a run."""
    return run.directory / "site" / "segments.html"


def flags(run: Run, name: str, category: str | None = None) -> list[str]:
    """The flags of a segment in the order of the page."""
    found = run.flags[(run.flags.segment_id == name) & ((run.flags.category == category) if category else True)]
    return [str(one) for one in found.sort_values(["dismissed", "score"], ascending=[True, False]).id]


def read(page: Page, run: Run, name: str, category: str | None = None) -> None:
    """Opens a segment at its first flag, of a category if one is given."""
    found = flags(run, name, category)
    page.open(site(run), f"#flag={found[0]}" if found else f"#segment={name}")
    ready(page, run, name)


def ready(page: Page, run: Run, name: str) -> None:
    """Waits until a segment is drawn."""
    heading = f"Segment {Segment(run, name).number + 1}"
    page.wait(
        "return document.querySelector('[data-view=segment] h1')?.firstChild.data.trim() === arguments[0]", heading
    )


def said(page: Page) -> str:
    """The sentences about the explained word."""
    return page.text("[data-sentence]").replace(NO_BREAK, " ")


def asked(page: Page) -> str:
    """The heading over them."""
    return page.text("[data-part=why] h2").splitlines()[0]


def choose(page: Page, **wanted: Any) -> None:
    """Sets what the controls, or a part of the page, could set."""
    page.js("nmtAudit.choice.set(arguments[0])", wanted)


def unfold(page: Page, css: str) -> None:
    """Opens what is folded away, and waits until it has been drawn."""
    page.js("document.querySelectorAll(arguments[0]).forEach((node) => { node.open = true; })", css)
    page.wait(
        "return Array.from(document.querySelectorAll(arguments[0])).every((node) => node.children.length > 1)", css
    )


def heads(page: Page, css: str = ".map") -> list[str]:
    """The names of the rows of a figure."""
    found: list[str] = page.js(
        "const figure = document.querySelector(arguments[0]).querySelector('.figure');"
        "return Array.from(figure.querySelectorAll('.head b'), (node) => node.textContent);",
        css,
    )
    return found


def bars(page: Page, place: int = 0) -> list[list[tuple[str, float, str]]]:
    """Class, length and number of each bar of a figure, row by row."""
    columns = page.js(
        "const map = document.querySelectorAll('.map')[arguments[0]];"
        "const bar = (node) => [node.className, Number(node.style.getPropertyValue('--s') || 0), node.textContent];"
        "return Array.from(map.querySelectorAll('.col'), (col) => Array.from(col.querySelectorAll('i'), bar));",
        place,
    )
    return [list(row) for row in zip(*columns, strict=True)]


def added_up(page: Page, word: int) -> list[dict[str, Any]]:
    """The rows that the page's script adds up for a target word, all kinds of them."""
    rows: list[dict[str, Any]] = page.js(
        "const { values, units } = nmtAudit.reader.current();"
        "const { rows } = nmtAudit.values.focus(values, units, arguments[0], [], () => true);"
        "const list = (numbers) => numbers && Array.from(numbers);"
        "return rows.map((row) => ({ ...row, source: list(row.source), prefix: list(row.prefix),"
        "  numbers: list(row.numbers), shares: list(row.shares) }));",
        word,
    )
    return rows


def each(page: Page, css: str, expression: str) -> list[Any]:
    """What an expression of `n` is for each of the elements."""
    found: list[Any] = page.js(f"return Array.from(document.querySelectorAll(arguments[0]), (n) => {expression})", css)
    return found
