"""The relevance of attention heads: Voita et al. 2019, appendix A, in the layout of their figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nmt_audit.records import Array
from nmt_audit.report.pictures import headings, scale
from nmt_audit.report.pictures.ink import coloured, largest_of, over
from nmt_audit.report.pictures.sheet import Sheet
from nmt_audit.report.pictures.tables import Table, table
from nmt_audit.report.wording import fixed

WIDE, HIGH = 34.0, 24.0  # points: a head, a layer
TITLES = {
    "encoder": "encoder self-attention",
    "decoder": "decoder self-attention",
    "cross": "encoder–decoder attention",
}


@dataclass(frozen=True, slots=True)
class Heads:
    """A panel per kind of attention, a row per layer, a column per head; the share of each head in its layer."""

    heading: str
    shares: Mapping[str, Array]  # kind → [layers,heads], the mean over all steps
    steps: int  # generation steps that it is the mean of

    @property
    def tables(self) -> tuple[Table, ...]:
        """One for each kind: a row per layer, a column per head."""
        return tuple(
            table(
                TITLES.get(kind, kind), ("layer", *(f"head {head + 1}" for head in range(values.shape[1]))),
                ((str(layer), row) for layer, row in enumerate(values.tolist(), 1)),
            )
            for kind, values in self.shares.items()
        )  # fmt: skip

    def draw(self, sheet: Sheet) -> None:
        """Draws the panels side by side under what is on the sheet, the first layer below as in a network."""
        headings.title(sheet, self.heading)
        largest = max(map(largest_of, self.shares.values()), default=0.0)
        signed = any((values < 0).any() for values in self.shares.values())
        x, top, lowest = 0.0, sheet.bottom, sheet.bottom
        for kind, values in self.shares.items():
            lowest = max(lowest, _panel(sheet, x, top, TITLES.get(kind, kind), values, largest, signed))
            x += 20 + max(WIDE * values.shape[1], 130.0) + 22
        sheet.reach(x - 22, lowest)
        about = f"mean share of the layer's |relevance|, over {self.steps} steps"
        scale.draw(sheet, 20, sheet.bottom + 10, largest, about, signed=signed)


def _panel(sheet: Sheet, x: float, top: float, title: str, values: Array, largest: float, signed: bool) -> float:
    """Draws one kind of attention; returns where it ends."""
    layers, heads = len(values), len(values[0])
    left = x + 20
    sheet.text(left, top + 8, title, size=9, bold=True)
    top += 16
    upward = values[::-1]
    colours = coloured(upward, largest, sheet.ink, signed=signed)
    sheet.cells(left, top, WIDE, HIGH, colours)
    for (row, column), value in np.ndenumerate(upward):
        sheet.text(
            left + (column + 0.5) * WIDE, top + (row + 0.5) * HIGH, fixed(float(value), 2), size=7, across="center",
            down="center", colour=over(colours[row, column], sheet.ink),
        )  # fmt: skip
    headings.beside(sheet, left - 4, top, [str(layers - row) for row in range(layers)], HIGH, size=7)
    sheet.text(x + 4, top + layers * HIGH / 2, "layer", size=7, turned=90, across="center", colour=sheet.ink.muted)
    below = top + layers * HIGH + 9
    for head in range(heads):
        sheet.text(
            left + (head + 0.5) * WIDE, below, str(head + 1), size=7, across="center", colour=sheet.ink.muted
        )  # fmt: skip
    sheet.text(left + heads * WIDE / 2, below + 10, "head", size=7, across="center", colour=sheet.ink.muted)
    return below + 12
