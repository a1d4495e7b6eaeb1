"""What the list of segments must show, worked out slowly from the tables of a run: the twin of the pages' script."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nmt_audit.report.wording import CATEGORY, visible
from nmt_audit.store import Run


@dataclass(frozen=True)
class Item:
    """A flag that was not dismissed."""

    id: str
    slug: str
    rule: str
    score: float


@dataclass(frozen=True)
class Line:
    """A segment, its texts as the pages show them."""

    number: int
    id: str
    source: str
    translation: str
    reference: str | None
    document: str | None
    status: str
    partly: bool
    numbers: dict[str, float | None]  # by the names of the columns in the address
    flags: tuple[Item, ...]

    @property
    def everywhere(self) -> tuple[str, ...]:
        """All that a search may look at."""
        return (self.id, self.source, self.translation, self.reference or "")


def lines(run: Run) -> list[Line]:
    """All segments in the order of the corpus."""
    flags: dict[str, list[Item]] = {}
    for flag in run.flags.itertuples():
        if not flag.dismissed:
            item = Item(flag.id, CATEGORY[flag.category].slug, flag.rule, float(np.float32(flag.score)))
            flags.setdefault(flag.segment_id, []).append(item)
    return [
        _line(number, row, tuple(flags.get(row["id"], ())))
        for number, row in enumerate(run.segments.to_dict("records"))
    ]


def _line(number: int, row: dict[str, Any], flags: tuple[Item, ...]) -> Line:
    source, translation = visible(row["source"]), visible(_text(row["hypothesis"]) or "")
    reference = _text(row["reference"])
    scores = {name: _number(row[name]) for name in ("chrf", "bleu", "ter", "logprob")}
    ratio = float(np.float32(len(translation) / len(source))) if source else None
    return Line(
        number, visible(row["id"]), source, translation, None if reference is None else visible(reference),
        _text(row["document"]), row["status"], len(row["not_checked"]) > 0,
        {"number": number, "suspicion": max((flag.score for flag in flags), default=0.0), "flags": len(flags),
         "source": len(source), "translation": len(translation), "ratio": ratio, **scores},
        flags,
    )  # fmt: skip


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(np.float32(value))


def fold(text: str) -> str:
    """Spellings that a search takes for one."""
    return unicodedata.normalize("NFC", text).lower().replace("ς", "σ")


def expected(
    lines: list[Line], keep: Callable[[Line], bool] = lambda line: True, sort: str = "-suspicion"
) -> list[int]:
    """Numbers of the segments to be shown, in order: those without a value last, equal ones as in the corpus."""
    falling, column = sort.startswith("-"), sort.removeprefix("-")

    def key(line: Line) -> tuple[float, int]:
        value = line.numbers[column]
        return (math.inf if value is None else -value if falling else value), line.number

    return [line.number for line in sorted(filter(keep, lines), key=key)]
