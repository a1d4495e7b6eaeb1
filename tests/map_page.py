"""The maps of a segment as the tests use them: the tables behind them and what lies far down the page."""

from __future__ import annotations

from browser import Page


def number(text: str) -> float:
    """A number of the page as a number."""
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    mantissa, _, power = text.translate(powers).replace("+", "").replace("\N{NO-BREAK SPACE}", "").partition(" × 10")
    return float(mantissa) * 10 ** float(power or 0)


def unfolded(page: Page, panel: str) -> list[list[list[str]]]:
    """The tables behind a panel: rows of texts, the first row is the head."""
    page.js("document.querySelector(`[data-panel=${arguments[0]}] details.behind`).open = true", panel)
    page.wait("return document.querySelector(`[data-panel=${arguments[0]}] .behind table`)", panel)
    found: list[list[list[str]]] = page.js(
        "const tables = document.querySelectorAll(`[data-panel=${arguments[0]}] .behind table`);"
        "return Array.from(tables, (table) => Array.from(table.rows, (row) =>"
        "  Array.from(row.cells, (cell) => cell.textContent)));",
        panel,
    )
    return found


def tap(page: Page, css: str) -> None:
    """Clicks something in the middle of the window, where nothing lies over it."""
    page.js("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", css)
    page.click(css)


def close(shown: str, expected: float, error: float) -> bool:
    """Whether a number of three digits is the expected one, as far as it was stored."""
    return abs(number(shown) - expected) <= 0.006 * abs(expected) + error + 6e-5
