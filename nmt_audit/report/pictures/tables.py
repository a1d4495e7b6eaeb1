"""The numbers behind a picture as tables: a map is never the only way to read a value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nmt_audit.report.wording import number


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people: the first cell of a row names it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table(title: str, head: Sequence[str], rows: Iterable[tuple[str, Iterable[float]]]) -> Table:
    """A table of named rows of numbers; what is not a number is a dot."""
    shown = ((name, *map(_shown, values)) for name, values in rows)
    return Table(title, tuple(head), tuple(shown))


def _shown(value: float) -> str:
    return "·" if math.isnan(value) else number(float(value))
