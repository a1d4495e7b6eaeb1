"""States of two sentences over time and their absolute difference: Li et al. 2016, figure 3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nmt_audit.records import Array
from nmt_audit.report.pictures import headings, scale
from nmt_audit.report.pictures.ink import coloured, largest_of
from nmt_audit.report.pictures.sheet import SHARPEST, Sheet
from nmt_audit.report.pictures.tables import Table, table
from nmt_audit.report.wording import number

WIDE = 34.0  # points: a time step
SHORTEST, TALLEST = 80.0, 380.0  # points: all dimensions


@dataclass(frozen=True, slots=True)
class StatesOverTime:
    """A column per time step, a row per dimension. The difference goes as far as the shorter sentence."""

    heading: str
    first: tuple[str, ...]
    first_states: Array  # [N,H]
    second: tuple[str, ...]
    second_states: Array  # [M,H]

    @property
    def difference(self) -> Array:
        """|first − second| [min(N,M),H], time step by time step."""
        steps = min(len(self.first_states), len(self.second_states))
        return np.asarray(np.abs(self.first_states[:steps] - self.second_states[:steps]))

    @property
    def tables(self) -> tuple[Table, ...]:
        """How far apart the two are at each step; the components are too many to be read."""
        steps = zip(self.first, self.second, np.linalg.norm(self.difference, axis=1).tolist(), strict=False)
        rows = ((f"{place}  {a} / {b}", [value]) for place, (a, b, value) in enumerate(steps, 1))
        return (table("Euclidean distance of the states", ("step", "distance"), rows),)

    def draw(self, sheet: Sheet) -> None:
        """Draws three panels under what is on the sheet: both sentences, then the difference."""
        headings.title(sheet, self.heading)
        largest = max(largest_of(self.first_states), largest_of(self.second_states))
        wide = max(WIDE, min(64.0, headings.widest([*self.first, *self.second]) + 6))
        left = 44.0
        for label, words, states in (
            ("first", self.first, self.first_states),
            ("second", self.second, self.second_states),
        ):
            top = sheet.bottom + headings.depth(words, wide)
            headings.above(sheet, left, top, words, wide)
            self._panel(sheet, left, top, wide, label, states, largest, signed=True)
        steps = len(self.difference)
        strongest = largest_of(self.difference)
        top = sheet.bottom + 12
        self._panel(sheet, left, top, wide, "|difference|", self.difference, strongest, signed=False)
        for step, distance in enumerate(np.linalg.norm(self.difference, axis=1).tolist()):
            sheet.text(
                left + (step + 0.5) * wide, sheet.bottom + 2, number(distance, 2), size=6.5, across="center",
                colour=sheet.ink.muted,
            )  # fmt: skip
        sheet.text(left + steps * wide + 6, sheet.bottom + 2, "distance", size=6.5, colour=sheet.ink.muted)
        sheet.skip(9)
        scale.draw(sheet, left, sheet.bottom, largest, "component of the state", signed=True)
        scale.draw(sheet, left + 200, sheet.bottom - 16, strongest, "absolute difference", signed=False)

    @staticmethod
    def _panel(
        sheet: Sheet, left: float, top: float, wide: float, label: str, states: Array, largest: float, *, signed: bool
    ) -> None:
        high = min(max(SHORTEST, SHARPEST * states.shape[1]), TALLEST)
        sheet.text(left - 8, top + high / 2, label, size=8, turned=90, across="center")
        for step, state in enumerate(states):
            colours = coloured(state[:, None], largest, sheet.ink, signed=signed)
            sheet.strip(left + step * wide, top, wide - 1.4, high, colours)
        sheet.frame(left, top, wide * len(states), high)
        sheet.reach(left + wide * len(states), top + high + 8)
