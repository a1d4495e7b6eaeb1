"""Words, phrases and sentences on a plane: Li et al. 2016, figures 2 and 4, by principal components."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nmt_audit.records import Array
from nmt_audit.report.pictures import headings
from nmt_audit.report.pictures.lettering import label
from nmt_audit.report.pictures.sheet import Sheet, width_of
from nmt_audit.report.pictures.tables import Table, table
from nmt_audit.report.wording import percent

WIDE, HIGH, INSIDE = 460.0, 340.0, 26.0  # points
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
SIZE = 7.5
NEAR = 8.0  # points: a label farther from its point is tied to it by a line

Box = tuple[float, float, float, float]  # left, top, right, bottom


def principal(vectors: Array) -> tuple[Array, Array]:
    """Vectors [N,H] on their two first principal components [N,2], and the share of the variance of each [2].

    Of the two directions of a component that one is taken in which its strongest part is positive.
    """
    centred = vectors - vectors.mean(0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    plane = np.zeros((2, vectors.shape[1]))
    plane[: min(2, len(directions))] = directions[:2]
    strongest = np.abs(plane).argmax(1)
    plane *= np.where(plane[[0, 1], strongest] < 0, -1.0, 1.0)[:, None]
    shares = np.zeros(2)
    total = float((sizes**2).sum())
    if total > 0:
        shares[: min(2, len(sizes))] = sizes[:2] ** 2 / total
    return np.asarray(centred @ plane.T), shares


@dataclass(frozen=True, slots=True)
class Projection:
    """A point per text; a marker and a colour per group."""

    heading: str
    texts: tuple[str, ...]
    groups: tuple[str, ...]  # [texts]
    points: Array  # [texts,2]
    shares: Array  # [2], of the variance that each axis shows
    about: str  # which state it is

    @property
    def tables(self) -> tuple[Table, ...]:
        """Where each text lies."""
        names = (f"{text} ({group})" if group else text for text, group in zip(self.texts, self.groups, strict=True))
        head = ("text", "first component", "second component")
        return (table(self.heading, head, zip(names, self.points.tolist(), strict=True)),)

    def draw(self, sheet: Sheet) -> None:
        """Draws it under what is on the sheet. One unit is as long in both directions."""
        headings.title(sheet, self.heading)
        top = sheet.bottom + 2
        names = list(dict.fromkeys(self.groups))
        self._legend(sheet, top, names)
        top = sheet.bottom + 4
        places = self._placed(top)
        sheet.frame(0, top, WIDE, HIGH)
        markers = [(x - 3.5, y - 3.5, x + 3.5, y + 3.5) for x, y in places]
        taken: list[Box] = list(markers)
        for (x, y), text, group in zip(places, self.texts, self.groups, strict=True):
            which = names.index(group)
            colour = sheet.ink.kinds[which % len(sheet.ink.kinds)]
            sheet.line([x], [y], colour=colour, marker=MARKERS[which % len(MARKERS)], size=5)
            shown = label(text, 40)
            box = _free(x, y, width_of(shown, SIZE), taken, (0, top, WIDE, top + HIGH))
            taken.append(box)
            nearest = min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])
            if abs(nearest[0] - x) + abs(nearest[1] - y) > NEAR:
                sheet.line((x, nearest[0]), (y, nearest[1]), colour=colour, width=0.5)
            sheet.text(box[0], box[3] - 2, shown, size=SIZE, colour=colour)
        sheet.reach(WIDE, top + HIGH)
        sheet.skip(11)
        first, second = (percent(float(share)) for share in self.shares)
        sheet.text(
            0, sheet.bottom,
            f"→ first principal component ({first} of the variance), ↑ second ({second}), of {self.about}",
            size=7, colour=sheet.ink.muted,
        )  # fmt: skip

    def _placed(self, top: float) -> list[tuple[float, float]]:
        """Where the points are on the sheet."""
        low, high = self.points.min(0), self.points.max(0)
        extent = np.maximum(high - low, 1e-12)
        unit = min((WIDE - 6 * INSIDE) / extent[0], (HIGH - 2 * INSIDE) / extent[1])
        middle = (low + high) / 2
        return [
            (WIDE / 2 + (x - middle[0]) * unit, top + HIGH / 2 - (y - middle[1]) * unit)
            for x, y in self.points.tolist()
        ]

    @staticmethod
    def _legend(sheet: Sheet, y: float, names: list[str]) -> None:
        x = 0.0
        for which, name in enumerate(names):
            if not name:
                continue
            shown = label(name)
            if x and x + width_of(shown, 8) > WIDE:
                x, y = 0.0, y + 12
            colour = sheet.ink.kinds[which % len(sheet.ink.kinds)]
            sheet.line([x + 3], [y + 4], colour=colour, marker=MARKERS[which % len(MARKERS)], size=5)
            sheet.text(x + 10, y + 7, shown, size=8)
            x += width_of(shown, 8) + 24
        sheet.reach(0, y + 10 if names != [""] else y)


def _free(x: float, y: float, wide: float, taken: list[Box], inside: Box) -> Box:
    """A place for a label beside its point that covers the least of what is there."""
    return min(_beside(x, y, wide), key=lambda box: sum(_shared(box, other) for other in taken) + 9 * _out(box, inside))


def _beside(x: float, y: float, wide: float) -> Iterator[Box]:
    """Places around a point, the most usual first, then farther away."""
    high = SIZE + 2
    for away in (5.0, 11.0, 19.0):
        for left, top in (
            (x + away, y - high / 2), (x - away - wide, y - high / 2), (x - wide / 2, y - away - high),
            (x - wide / 2, y + away), (x + away * 0.6, y - away * 0.6 - high), (x + away * 0.6, y + away * 0.6),
            (x - away * 0.6 - wide, y - away * 0.6 - high), (x - away * 0.6 - wide, y + away * 0.6),
        ):  # fmt: skip
            yield left, top, left + wide, top + high


def _shared(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)


def _out(box: Box, inside: Box) -> float:
    """The area of a box that lies outside of another."""
    return (box[2] - box[0]) * (box[3] - box[1]) - _shared(box, inside)
