"""The legend of a grid: which colour is which number."""

from __future__ import annotations

import numpy as np

from nmt_audit.report.pictures.ink import coloured
from nmt_audit.report.pictures.sheet import Sheet
from nmt_audit.report.wording import number

STEPS = 64
WIDE, APART = 90.0, 16.0  # points: the strip, and what it measures behind it


def draw(sheet: Sheet, x: float, y: float, largest: float, about: str, *, signed: bool) -> None:
    """A strip of the colours from nothing (or −`largest`) to `largest`, with what it measures."""
    values = np.linspace(-1 if signed else 0, 1, STEPS)[None]
    sheet.strip(x, y, WIDE, 6, coloured(values, 1.0, sheet.ink, signed=signed))
    sheet.frame(x, y, WIDE, 6)
    ends = [(x, number(-largest if signed else 0.0, 2)), (x + WIDE, number(largest, 2))]
    if signed:
        ends.insert(1, (x + WIDE / 2, "0"))
    for place, text in ends:
        sheet.text(place, y + 14, text, size=6.5, across="center", colour=sheet.ink.muted)
    sheet.text(x + WIDE + APART, y + 6.5, about, size=7, colour=sheet.ink.muted)
    sheet.reach(x + WIDE, y + 16)
