"""Words by embedding dimensions: saliency (Li et al. 2016, figures 5–7) and variance (figure 8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nmt_audit.records import Array, Explanation
from nmt_audit.report.pictures import headings, scale
from nmt_audit.report.pictures.ink import coloured, largest_of
from nmt_audit.report.pictures.lettering import pieces
from nmt_audit.report.pictures.sheet import Sheet
from nmt_audit.report.pictures.tables import Table, table
from nmt_audit.report.wording import number

HIGH, WIDE = 17.0, 420.0  # points: a word, and all dimensions
UNSIGNED = {"gradient": "|∂S/∂e|", "variance": "(e − mean)²"}
SIGNED = {"gradient_x_input": "e·∂S/∂e", "integrated_gradients": "e·∫∂S/∂e"}


@dataclass(frozen=True, slots=True)
class Dimensions:
    """A row per word and a column per dimension, and beside them the number of each word.

    S is what is explained. All rows share one scale, as in the paper: where a word is pale, it hardly counts.
    """

    heading: str
    source: tuple[str, ...]
    source_values: Array  # [source words,E]
    source_totals: Array  # [source words]
    target: tuple[str, ...]  # earlier target words
    target_values: Array  # [target words,E]
    target_totals: Array  # [target words]
    signed: bool
    about: str
    total: str  # how a word's number comes from its dimensions

    @property
    def tables(self) -> tuple[Table, ...]:
        """Each word's number; those of the dimensions are too many to be read."""
        words = zip((*self.source, *self.target), (*self.source_totals, *self.target_totals), strict=True)
        return (
            table(f"{self.heading}: {self.total} of {self.about}", ("word", self.total), ((w, [v]) for w, v in words)),
        )

    def draw(self, sheet: Sheet) -> None:
        """Draws it under what is on the sheet, source words first."""
        headings.title(sheet, self.heading)
        left = max(headings.widest([*self.source, *self.target]) + 8, 52.0)
        top = sheet.bottom + 6
        largest = max(largest_of(self.source_values), largest_of(self.target_values))
        sheet.text(left + WIDE + 8, top - 4, self.total, size=7, colour=sheet.ink.muted)
        for words, values, totals in (
            (self.source, self.source_values, self.source_totals),
            (self.target, self.target_values, self.target_totals),
        ):
            if not words:
                continue
            headings.beside(sheet, left - 6, top, words, HIGH)
            sheet.strip(left, top, WIDE, HIGH * len(words), coloured(values, largest, sheet.ink, signed=self.signed))
            for place, value in enumerate(totals.tolist()):
                sheet.text(left + WIDE + 8, top + (place + 0.5) * HIGH, number(value), size=7, down="center")
                if place:
                    sheet.line((left, left + WIDE), (top + place * HIGH,) * 2, colour=sheet.ink.paper, width=1.2)
            sheet.frame(left, top, WIDE, HIGH * len(words))
            top += HIGH * len(words) + 7
        sheet.text(left, top + 5, "1", size=6.5, colour=sheet.ink.muted)
        sheet.text(
            left + WIDE, top + 5, f"dimension {self.source_values.shape[1]}", size=6.5, across="right",
            colour=sheet.ink.muted,
        )  # fmt: skip
        scale.draw(sheet, left, top + 13, largest, self.about, signed=self.signed)


def of_explanation(one: Explanation, heading: str) -> Dimensions:
    """An explanation with "source_dimensions" and "target_dimensions"."""
    source, target = one.details["source_dimensions"], one.details["target_dimensions"]
    return Dimensions(
        heading,
        pieces(one.source_tokens), source, one.source_relevance,
        pieces(one.target_tokens[: len(target)]), target.reshape(-1, source.shape[1]), one.target_relevance,
        signed=one.method in SIGNED,
        about={**UNSIGNED, **SIGNED}.get(one.method, one.method),
        total="mean" if one.method == "gradient" else "sum",
    )  # fmt: skip


def has_dimensions(one: Explanation) -> bool:
    """Whether it can be drawn so."""
    return bool(np.size(one.details.get("source_dimensions", ())))
