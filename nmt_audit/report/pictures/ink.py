"""The colours of the figures, light and dark, and how numbers become colours.

One hue, light to dark, where numbers have no sign; blue for positive and orange for negative ones with a neutral
middle where they do. Both orders survive the three common colour-vision deficiencies: lightness falls from the middle
to both ends, and blue against orange is told apart in all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from nmt_audit.records import Array

EVEN = 0.179  # the luminance on which black and white are equally legible
Colours = NDArray[np.float64]  # [..., 4], red, green, blue and opacity in 0 … 1


@dataclass(frozen=True, slots=True)
class Ink:
    """A theme. `unsigned` goes from nothing to the largest, `signed` from the most negative to the most positive.

    `kinds` tells groups apart where a marker's shape does too.
    """

    paper: str
    text: str
    muted: str
    line: str
    warning: str
    unsigned: tuple[str, ...]
    signed: tuple[str, ...]
    kinds: tuple[str, ...]
    first: str  # of two curves
    second: str


LIGHT = Ink(
    paper="#ffffff", text="#1c232c", muted="#59636f", line="#c9ced5", warning="#a04800",
    unsigned=("#faf9fd", "#d4cdec", "#9d8fcd", "#5b4b9e", "#33236b"),
    signed=("#8a4300", "#d9822f", "#f4c492", "#f6f6f4", "#a9c8e8", "#3f7fc0", "#123f78"),
    kinds=("#1f5fa8", "#c2610f", "#5b4b9e", "#0a6e66", "#a5285f", "#6b6f12", "#59636f", "#1c232c"),
    first="#5b4b9e", second="#c2610f",
)  # fmt: skip
DARK = Ink(
    paper="#1a1f26", text="#e3e7ec", muted="#a2acb8", line="#414b57", warning="#f0b070",
    unsigned=("#20262e", "#3d3763", "#64589f", "#978ad6", "#d3caff"),
    signed=("#ffc88c", "#d98c3d", "#7a4f24", "#252c34", "#2b5580", "#5b9be0", "#b5d8ff"),
    kinds=("#8ab8f0", "#ee9b54", "#b0a1ea", "#5cc8bd", "#f290bb", "#c9cd6a", "#a2acb8", "#e3e7ec"),
    first="#b0a1ea", second="#ee9b54",
)  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK}


def coloured(values: Array, largest: float, ink: Ink, *, signed: bool) -> Colours:
    """Colours [...,4] of numbers of which ±`largest` (0 … `largest` without sign) gets the strongest.

    What is not a number is the paper. A number beyond `largest`, infinity too, gets the strongest colour.
    """
    scaled = np.where(np.isinf(values), np.sign(values), 0.0)
    if largest > 0:
        np.divide(values, largest, out=scaled, where=np.isfinite(values))
    table = _table(ink.signed if signed else ink.unsigned)
    colours: Colours = np.asarray(table((scaled + 1) / 2 if signed else np.abs(scaled)), dtype=np.float64)
    colours[np.isnan(values)] = (0, 0, 0, 0)
    return colours


def largest_of(values: Array) -> float:
    """The largest absolute value; 0 of nothing. Numbers that are none do not count."""
    known = np.abs(values[np.isfinite(values)])
    return float(known.max(initial=0.0))


def over(colour: Colours, ink: Ink) -> str:
    """The colour of a letter that is legible on a cell of this colour [4]: black and white, the better has 4.5 : 1."""
    red, green, blue, opacity = (float(part) for part in colour)
    luminance = 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)
    return ink.text if opacity == 0 else "#000000" if luminance > EVEN else "#ffffff"


def _linear(part: float) -> float:
    """sRGB → linear light."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _table(anchors: tuple[str, ...]) -> Any:
    return LinearSegmentedColormap.from_list("ink", list(anchors), N=256)
