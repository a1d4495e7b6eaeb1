"""The list of segments as the tests use it: open it as an address asks for it, say what it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from browser import Page
from listed import Line, fold, lines
from sample_run import sample_run

from nmt_audit.bench.made_up import made_up_run
from nmt_audit.report import build_site

LONG = 1600  # segments of the long list: four chunks, and more than are ever drawn

Known = tuple[Path, list[Line]]  # the page of segments, and what its list must hold


def sample_site(folder: Path) -> Known:
    """A report of about seventy segments, hostile ones among them."""
    run = sample_run(folder / "run")
    build_site(run, folder / "site")
    return folder / "site" / "segments.html", lines(run)


def long_site(folder: Path) -> Known:
    """A report of many segments."""
    run = made_up_run(folder / "run", LONG)
    build_site(run, folder / "site")
    return folder / "site" / "segments.html", lines(run)


def settled(page: Page) -> None:
    """Waits until the rows answer what the address asks for."""
    page.wait(
        "const rows = document.querySelector('[data-rows]'), progress = document.querySelector('[data-progress]');"
        "return rows.dataset.turn && rows.getAttribute('aria-busy') === null && progress.hidden"
    )


def show(page: Page, site: Path, wish: str = "") -> None:
    """Opens the list as an address asks for it."""
    page.open(site, "#" + wish)
    settled(page)


def asking(page: Page, act: Callable[[], object]) -> None:
    """Does something that changes the list, and waits for the answer."""
    before = page.js("return document.querySelector('[data-rows]').dataset.turn")
    act()
    page.wait("return document.querySelector('[data-rows]').dataset.turn !== arguments[0]", before)
    settled(page)


def asked(page: Page, **parameters: str) -> None:
    """Waits until the address asks for what was typed, and the rows answer it."""
    for name, value in parameters.items():
        page.wait("return nmtAudit.view.get(arguments[0]) === arguments[1]", name, value)
    settled(page)


def order(page: Page) -> list[int]:
    """Numbers of the segments that the list has; the rows must begin with them."""
    found: list[int] = page.js("return nmtAudit.list.order()")
    _, rows = drawn(page)
    assert rows == found[: len(rows)]
    assert len(rows) >= min(10, len(found))
    return found


def drawn(page: Page) -> tuple[list[int], list[int]]:
    """The places that rows say they have, counted from 1, and their segments."""
    rows: list[list[int]] = page.js(
        "return Array.from(document.querySelectorAll('[data-rows] > li'), (row) => "
        "[Number(row.getAttribute('aria-posinset')), Number(row.dataset.segment)])"
    )
    return [place for place, _ in rows], [segment for _, segment in rows]


def below(page: Page, place: int) -> None:
    """Waits until rows after a place are drawn."""
    last = "document.querySelector('[data-rows] > li:last-child').getAttribute('aria-posinset')"
    page.wait(f"return Number({last}) > arguments[0]", place)


def above(page: Page, place: int) -> None:
    """Waits until rows before a place are drawn."""
    first = "document.querySelector('[data-rows] > li').getAttribute('aria-posinset')"
    page.wait(f"return Number({first}) < arguments[0]", place)


def at(page: Page, segment: int) -> None:
    """Waits until a row is the current one."""
    page.wait(
        "return document.querySelector('li[aria-current]')?.dataset.segment === arguments[0] "
        "&& !document.querySelector('[data-view=list]').hidden", str(segment),
    )  # fmt: skip


def reading(page: Page, segment: int) -> None:
    """Waits until a segment is being read."""
    heading = "document.querySelector('[data-view=segment] h1')?.innerText"
    page.wait(
        f"return document.querySelector('[data-view=list]').hidden && {heading}?.startsWith(arguments[0])",
        f"Segment {segment + 1}",
    )


def heading(page: Page) -> str:
    """How many segments and flags there are."""
    return " ".join(page.text("[data-view=list] h1").split())


def wished(**parameters: str) -> str:
    """An address, as site.view writes it."""
    return "&".join(f"{name}={quote(value, safe=',.')}" for name, value in parameters.items())


def flagged(
    line: Line, slug: str | None = None, least: float = 0.0, most: float = 1.0, rule: str | None = None
) -> bool:
    """Whether one and the same flag is all of that."""
    return any(
        (slug is None or flag.slug == slug) and least <= flag.score <= most and (rule is None or flag.rule == rule)
        for flag in line.flags
    )


def having(*words: str, field: str | None = None) -> Callable[[Line], bool]:
    """Whether a segment has all of the words, each anywhere in a field or in all of them."""

    def found(line: Line) -> bool:
        texts = line.everywhere if field is None else (getattr(line, field) or "",)
        return all(any(fold(word) in fold(text) for text in texts) for word in words)

    return found
