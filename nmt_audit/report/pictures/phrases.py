"""The vectors of words, phrases and sentences: Li et al. 2016, figure 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nmt_audit.records import Array
from nmt_audit.report.pictures import headings, scale
from nmt_audit.report.pictures.ink import coloured, largest_of
from nmt_audit.report.pictures.lettering import label
from nmt_audit.report.pictures.sheet import Sheet
from nmt_audit.report.pictures.tables import Table, table

HIGH, WIDE = 15.0, 420.0  # points: a phrase, and all dimensions


@dataclass(frozen=True, slots=True)
class Phrases:
    """A row per text, a bar per dimension; texts of a group stand together."""

    heading: str
    texts: tuple[str, ...]
    groups: tuple[str, ...]  # [texts]: the group of each; "" where there are none
    vectors: Array  # [texts,H]
    about: str  # which state it is

    @property
    def tables(self) -> tuple[Table, ...]:
        """How alike the texts are; the components are too many to be read."""
        sizes = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        unit = np.divide(self.vectors, sizes, out=np.zeros_like(self.vectors), where=sizes > 0)
        alike = (unit @ unit.T).tolist()
        return (table("Cosine of the vectors", ("", *self.texts), zip(self.texts, alike, strict=True)),)

    def draw(self, sheet: Sheet) -> None:
        """Draws it under what is on the sheet."""
        headings.title(sheet, self.heading)
        shown = [label(text, 44) for text in self.texts]
        left = headings.widest(shown) + 8
        largest = largest_of(self.vectors)
        for group in dict.fromkeys(self.groups):
            places = [place for place, name in enumerate(self.groups) if name == group]
            if group:
                sheet.skip(12)
                sheet.text(left, sheet.bottom, label(group, 60), size=8, colour=sheet.ink.muted)
            top = sheet.bottom + 4
            headings.beside(sheet, left - 6, top, [shown[place] for place in places], HIGH)
            sheet.strip(
                left, top, WIDE, HIGH * len(places), coloured(self.vectors[places], largest, sheet.ink, signed=True)
            )
            for place in range(1, len(places)):
                sheet.line((left, left + WIDE), (top + place * HIGH,) * 2, colour=sheet.ink.paper, width=2)
            sheet.frame(left, top, WIDE, HIGH * len(places))
        sheet.skip(6)
        dimensions = self.vectors.shape[1]
        scale.draw(sheet, left, sheet.bottom, largest, f"{self.about}, {dimensions} dimensions", signed=True)
