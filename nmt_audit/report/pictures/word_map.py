"""All words over all words: the alignment picture (Alammar 2018), and the map of Li et al. 2016, figure 9."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nmt_audit.records import Array
from nmt_audit.report.pictures import headings, scale
from nmt_audit.report.pictures.ink import coloured, largest_of, over
from nmt_audit.report.pictures.sheet import Sheet, width_of
from nmt_audit.report.pictures.tables import Table, table
from nmt_audit.report.wording import number

CELL = 17.0  # points
APART = 8.0
SEEN = 0.15  # of the largest: smaller negative numbers need no sign of their own


@dataclass(frozen=True, slots=True)
class Grid:
    """A target word a row, a source word a column, and beside them the earlier target words where they count too.

    `by_row`: each row is coloured by its own largest |number|, which stands beside it.
    """

    title: str
    rows: tuple[str, ...]  # [T]
    source: tuple[str, ...]  # [S]
    values: Array  # [T,S]
    prefix: Array | None = None  # [T,T]; not a number: the word comes later
    signed: bool = False
    by_row: bool = False
    about: str = "weight"
    ceiling: float | None = None  # what gets the strongest colour where grids are compared; the largest by default

    @property
    def largest(self) -> float:
        """The |number| that gets the strongest colour where rows do not have their own."""
        if self.ceiling is not None:
            return self.ceiling
        return max(largest_of(self.values), largest_of(self.prefix) if self.prefix is not None else 0.0)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points, words, title and legend included."""
        sides = [self.source] if self.prefix is None else [self.source, self.rows]
        wide = self._left + CELL * sum(map(len, sides)) + APART * (len(sides) - 1) + (34 if self.by_row else 0)
        high = self._above + max(headings.depth(side, CELL) for side in sides) + CELL * len(self.rows) + 24
        legend = self._left + scale.WIDE + scale.APART + width_of(self._legend, 7)
        return max(wide, legend, self._left + width_of(self.title, 8, True)), high

    @property
    def _above(self) -> float:
        return 14.0 if self.title else 0.0

    @property
    def _legend(self) -> str:
        return f"{self.about}, by row" if self.by_row else self.about

    @property
    def _left(self) -> float:
        return headings.widest(self.rows) + 6

    @property
    def tables(self) -> tuple[Table, ...]:
        """A row per target word."""
        head = ("", *self.source, *(self.rows if self.prefix is not None else ()))
        rows = []
        for place, (word, values) in enumerate(zip(self.rows, self.values.tolist(), strict=True)):
            earlier = [] if self.prefix is None else self.prefix[place].tolist()
            rows.append((word, [*values, *(None if np.isnan(value) else value for value in earlier)]))
        return (table(f"{self.title}: {self.about}" if self.title else self.about, head, rows),)

    def put(self, sheet: Sheet, x: float, y: float) -> None:
        """Draws it with its upper left corner there."""
        sides = [(self.source, self.values)]
        if self.prefix is not None:
            sides.append((self.rows, self.prefix))
        sheet.text(x + self._left, y + 8, self.title, size=8, bold=True)
        top = y + self._above + max(headings.depth(words, CELL) for words, _ in sides)
        scales = np.full(len(self.rows), self.largest)
        if self.by_row:
            together = np.concatenate([values for _, values in sides], 1)
            scales = np.array([largest_of(values) for values in together])
        left = x + self._left
        headings.beside(sheet, left - 4, top, self.rows, CELL)
        for words, values in sides:
            self._side(sheet, left, top, words, values, scales)
            left += CELL * len(words) + APART
        if self.by_row:
            sheet.text(left - APART + 4, top - 3, "largest", size=6, colour=sheet.ink.muted)
            for place, of_row in enumerate(scales.tolist()):
                sheet.text(
                    left - APART + 4, top + (place + 0.5) * CELL, number(of_row, 2), size=6, down="center",
                    colour=sheet.ink.muted,
                )  # fmt: skip
        below = top + CELL * len(self.rows) + 6
        largest = 1.0 if self.by_row else self.largest
        scale.draw(sheet, x + self._left, below, largest, self._legend, signed=self.signed)

    def _side(self, sheet: Sheet, x: float, y: float, words: tuple[str, ...], values: Array, scales: Array) -> None:
        places = headings.order(words)
        headings.above(sheet, x, y, [words[place] for place in places], CELL)
        nothing = np.where(np.isnan(values), np.nan, 0.0)
        shares = np.divide(values, scales[:, None], out=nothing, where=scales[:, None] > 0)[:, places]
        colours = coloured(shares, 1.0, sheet.ink, signed=self.signed)
        sheet.cells(x, y, CELL, CELL, colours)
        sheet.frame(x, y, CELL * len(words), CELL * len(self.rows))
        for row, column in np.argwhere(shares < -SEEN):
            sheet.text(
                x + (column + 0.5) * CELL, y + (row + 0.5) * CELL, "−", size=7, across="center", down="center",
                colour=over(colours[row, column], sheet.ink),
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class WordMap:
    """One grid with its heading."""

    heading: str
    grid: Grid

    @property
    def tables(self) -> tuple[Table, ...]:
        """The numbers of the grid."""
        return self.grid.tables

    def draw(self, sheet: Sheet) -> None:
        """Draws it under what is on the sheet."""
        headings.title(sheet, self.heading)
        self.grid.put(sheet, 0.0, sheet.bottom)
        sheet.skip(0)


@dataclass(frozen=True, slots=True)
class GridTable:
    """Grids in rows and columns: attention over its saliency, or one model beside another."""

    heading: str
    rows: tuple[tuple[Grid, ...], ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The numbers of all grids."""
        return tuple(table for row in self.rows for grid in row for table in grid.tables)

    def draw(self, sheet: Sheet) -> None:
        """Draws it under what is on the sheet. Every grid is as large as its words need."""
        headings.title(sheet, self.heading)
        columns = max(map(len, self.rows))
        wide = [max(row[place].size[0] for row in self.rows if place < len(row)) for place in range(columns)]
        for row in self.rows:
            x, top = 0.0, sheet.bottom
            for grid, room in zip(row, wide, strict=False):
                grid.put(sheet, x, top)
                x += room + 16
            sheet.reach(x - 16, top + max(grid.size[1] for grid in row) + 12)
