"""The numbers behind a picture as tables: a map is never the only way to read a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nmt_audit.report.wording import number


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people: the first cell of a row names it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table(title: str, head: Sequence[str], rows: Iterable[tuple[str, Iterable[float | None]]]) -> Table:
    """A table of named rows of numbers; None, where there is no number to have, is a dot."""
    shown = ((name, *map(_shown, values)) for name, values in rows)
    return Table(title, tuple(head), tuple(shown))


def _shown(value: float | None) -> str:
    return "·" if value is None else number(float(value))
