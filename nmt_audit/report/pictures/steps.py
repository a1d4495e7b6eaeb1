"""Encoder states, attention, context and produced word, step by step: the views of Alammar 2018."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nmt_audit.records import Array
from nmt_audit.report.pictures import headings, scale
from nmt_audit.report.pictures.ink import coloured, largest_of
from nmt_audit.report.pictures.sheet import Sheet, width_of
from nmt_audit.report.pictures.tables import Table, table
from nmt_audit.report.wording import fixed

STEP, STRIP, GAP = 37.0, 18.0, 6.0  # points: a step, a vector, between two columns
WIDE = 46.0  # points: a vector
ACROSS = 48  # components of a vector side by side; the next ones stand below


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at one target position. Without attention there are neither weights nor context."""

    reads: str  # the word before, "start" at first
    word: str
    probability: float
    others: tuple[tuple[str, float], ...]  # the best other tokens
    state: Array  # [H']
    attention: Array | None  # [S]
    context: Array | None  # [H]


class _Columns(NamedTuple):
    """Where columns begin, in points; no context without attention."""

    context: float | None
    state: float
    word: float


@dataclass(frozen=True, slots=True)
class Steps:
    """The encoder's states once, then a row per step: each state times its weight, the context, and what comes of it.

    `summed`: the context is the sum of what stands to its left. In a Transformer it is not: every head has weights of
    its own, of which the mean is shown, and sums up values that it makes of the states.
    """

    heading: str
    source: tuple[str, ...]
    encoder: Array  # [S,H]
    steps: tuple[Step, ...]
    names: tuple[str, str, str]  # of the states shown: encoder, context, decoder
    summed: bool

    @property
    def tables(self) -> tuple[Table, ...]:
        """Attention and probability of each step; the vectors are too many numbers to be read."""
        attended = [step for step in self.steps if step.attention is not None]
        head = ("produced word", "probability", *(self.source if attended else ()))
        rows = (
            (f"{place} {step.word}", [step.probability, *(() if step.attention is None else step.attention.tolist())])
            for place, step in enumerate(self.steps, 1)
        )
        return (table("Probability and attention", head, rows),)

    def draw(self, sheet: Sheet) -> None:
        """Draws it under what is on the sheet."""
        headings.title(sheet, self.heading)
        reads = max(headings.widest([step.reads for step in self.steps], 8), width_of("encoder states", 8)) + 26
        top = sheet.bottom + headings.depth(self.source, WIDE + GAP)
        headings.above(sheet, reads - GAP / 2, top, self.source, WIDE + GAP)
        largest = largest_of(self.encoder)
        sheet.text(0, top + STRIP / 2, "encoder states", size=8, down="center")
        for place in range(len(self.source)):
            _strip(sheet, reads + place * (WIDE + GAP), top, self.encoder[place], largest)
        columns = self._columns(sheet, reads + len(self.source) * (WIDE + GAP) + 8, top + STRIP + 22)
        top += STRIP + 28
        sheet.text(0, top - 6, "step", size=7, colour=sheet.ink.muted)
        sheet.text(20, top - 6, "reads", size=7, colour=sheet.ink.muted)
        if columns.context is not None:
            weights = "attention" if self.summed else "mean attention of the heads"
            sheet.text(reads, top - 6, f"encoder states × {weights}", size=7, colour=sheet.ink.muted)
        for number, step in enumerate(self.steps):
            self._step(sheet, number, step, reads, top + number * STEP, columns)
        sheet.reach(0, top + STEP * len(self.steps) + 4)
        scale.draw(sheet, reads, sheet.bottom, largest, "component of an encoder state", signed=True)

    def _columns(self, sheet: Sheet, x: float, y: float) -> _Columns:
        """Where the columns to the right begin, with their heads."""
        context = None
        if any(step.context is not None for step in self.steps):
            context = x
            x = _head(sheet, x, y, f"their sum: {self.names[1]}" if self.summed else self.names[1])
        word = _head(sheet, x, y, self.names[2])
        sheet.text(word, y, "produced word, and the next best", size=7, colour=sheet.ink.muted)
        return _Columns(context, x, word)

    def _step(self, sheet: Sheet, number: int, step: Step, left: float, top: float, columns: _Columns) -> None:
        middle = top + STRIP / 2
        sheet.line((0, left - 12), (top - 3, top - 3), width=0.4)
        sheet.text(0, middle, str(number + 1), size=7.5, down="center", colour=sheet.ink.muted)
        sheet.text(20, middle, step.reads, size=8, down="center")
        if step.attention is not None:
            self._weighted(sheet, step.attention, left, top)
        if step.context is not None and columns.context is not None:
            contexts = self.encoder if self.summed else np.array([other.context for other in self.steps])
            _strip(sheet, columns.context, top, step.context, largest_of(contexts))
        _strip(sheet, columns.state, top, step.state, largest_of(np.array([other.state for other in self.steps])))
        sheet.text(columns.word, middle, step.word, size=9, down="center", bold=True)
        x = columns.word + width_of(step.word, 9, bold=True) + 6
        sheet.text(x, middle, fixed(step.probability, 2), size=7.5, down="center")
        rest = "   ".join(f"{word} {fixed(probability, 2)}" for word, probability in step.others)
        sheet.text(columns.word, middle + 12, rest, size=6.5, down="center", colour=sheet.ink.muted)

    def _weighted(self, sheet: Sheet, attention: Array, left: float, top: float) -> None:
        """Each encoder state times its weight, on the scale of the states: what is not looked at fades away."""
        largest = largest_of(self.encoder)
        for place, weight in enumerate(attention.tolist()):
            x = left + place * (WIDE + GAP)
            _strip(sheet, x, top, weight * self.encoder[place], largest)
            sheet.block(x, top + STRIP + 2, WIDE * weight, 2.5, sheet.ink.first)
            sheet.text(
                x + WIDE / 2, top + STRIP + 10.5, fixed(weight, 2), size=6, across="center", colour=sheet.ink.muted
            )  # fmt: skip


def _head(sheet: Sheet, x: float, y: float, text: str) -> float:
    """The head of a column of vectors; returns where the next column begins."""
    sheet.text(x, y, text, size=7, colour=sheet.ink.muted)
    return x + max(WIDE, width_of(text, 7)) + 14


def _strip(sheet: Sheet, x: float, y: float, vector: Array, largest: float) -> None:
    """A vector as a small block of rows of `ACROSS` components; what the last row lacks is left as paper."""
    rows = -(-len(vector) // ACROSS)
    filled = np.full(rows * ACROSS, np.nan)
    filled[: len(vector)] = vector
    colours = coloured(filled.reshape(rows, ACROSS), largest, sheet.ink, signed=True)
    sheet.strip(x, y, WIDE, STRIP, colours)
    sheet.frame(x, y, WIDE, STRIP)
