"""A sheet of paper to draw on: text, cells, strips and curves at places in points, from the top down.

It grows with what is put on it, so that pictures can be set one under the other. All text goes through here, and none
of it is ever read as a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

from nmt_audit.records import Array
from nmt_audit.report.pictures.ink import Colours, Ink
from nmt_audit.report.pictures.lettering import BASE, families
from nmt_audit.report.wording import visible

MARGIN = 14.0  # points, on all sides
DOTS_PER_INCH = 200  # of PNG, and of images inside of an SVG
SHARPEST = 0.7  # points: a strip of narrower cells than this is smoothed, or whole cells would be lost in print

Across = Literal["left", "center", "right"]
Down = Literal["top", "center", "baseline", "bottom"]


def settings(salt: str = "nmt-audit") -> AbstractContextManager[None]:
    """matplotlib as all figures need it: text stays text, the same bytes for the same numbers."""
    return matplotlib.rc_context(
        {
            "svg.fonttype": "none", "svg.hashsalt": salt, "font.family": ["sans-serif"], "font.sans-serif": [BASE],
            "axes.unicode_minus": True, "path.simplify": False, "text.usetex": False,
        }
    )  # fmt: skip


@lru_cache(maxsize=4096)
def width_of(text: str, size: float = 8.0, bold: bool = False) -> float:
    """How wide a text is, in points."""
    if not text:
        return 0.0
    renderer = RendererAgg(1, 1, 72)  # type: ignore[no-untyped-call]
    shape = renderer.get_text_width_height_descent(text, _font(text, size, bold), False)  # type: ignore[no-untyped-call]
    return float(shape[0])


def _font(text: str, size: float, bold: bool) -> FontProperties:
    return FontProperties(family=families(text), size=size, weight="bold" if bold else "normal")


class Sheet:
    """Coordinates are points, x to the right and y down. `bottom` is where the next thing may begin."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self.bottom = 0.0
        self.right = 0.0
        self.figure = Figure(dpi=72)
        self._axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_axis_off()

    def reach(self, right: float, bottom: float) -> None:
        """The sheet is at least so large."""
        self.right, self.bottom = max(self.right, right), max(self.bottom, bottom)

    def skip(self, points: float) -> None:
        """Leaves room."""
        self.bottom += points

    def text(
        self, x: float, y: float, text: str, *, size: float = 8.0, colour: str | None = None, across: Across = "left",
        down: Down = "baseline", turned: float = 0.0, bold: bool = False,
    ) -> None:  # fmt: skip
        """One line of text; `turned` degrees against the clock, around its anchor."""
        text = visible(text)
        self._axes.text(
            x, y, text, color=colour or self.ink.text, fontproperties=_font(text, size, bold),
            horizontalalignment=across, verticalalignment=down, rotation=turned, rotation_mode="anchor",
            parse_math=False,
        )  # fmt: skip
        if not turned:
            width = width_of(text, size, bold)
            self.reach(x + width * {"left": 1.0, "center": 0.5, "right": 0.0}[across], self.bottom)

    def cells(self, x: float, y: float, wide: float, high: float, colours: Colours, *, gap: float = 0.8) -> None:
        """A grid of cells [rows,columns,4] with a thin line of paper between them."""
        rows, columns = colours.shape[:2]
        if not rows * columns:
            return
        corners = [
            [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)]
            for top in (y + high * np.arange(rows)).tolist()
            for left in (x + wide * np.arange(columns)).tolist()
        ]
        flat = colours.reshape(-1, 4)
        shown = [index for index in range(len(flat)) if flat[index, 3] > 0]
        self._axes.add_collection(
            PolyCollection(
                [corners[index] for index in shown], facecolors=flat[shown].tolist(), edgecolors=self.ink.paper,
                linewidths=gap,
            )
        )  # fmt: skip
        self.reach(x + columns * wide, y + rows * high)

    def strip(self, x: float, y: float, wide: float, high: float, colours: Colours) -> None:
        """An image [rows,columns,4] over the whole of a box: many small cells, such as the dimensions of a vector."""
        rows, columns = colours.shape[:2]
        if not rows * columns:
            return
        fine = wide / columns < SHARPEST or high / rows < SHARPEST
        self._axes.imshow(
            colours, extent=(x, x + wide, y + high, y), interpolation="antialiased" if fine else "none", aspect="auto"
        )
        self.reach(x + wide, y + high)

    def frame(self, x: float, y: float, wide: float, high: float, *, colour: str | None = None) -> None:
        """The outline of a box."""
        edge = colour or self.ink.line
        self._axes.add_patch(Rectangle((x, y), wide, high, fill=False, edgecolor=edge, linewidth=0.6))
        self.reach(x + wide, y + high)

    def block(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        """A filled box."""
        self._axes.add_patch(Rectangle((x, y), wide, high, facecolor=colour, edgecolor="none"))
        self.reach(x + wide, y + high)

    def line(
        self, xs: Sequence[float] | Array, ys: Sequence[float] | Array, *, colour: str | None = None,
        width: float = 0.6, style: Any = "-", marker: str | None = None, size: float = 3.0,
    ) -> None:  # fmt: skip
        """A line through points, with a marker at each."""
        self._axes.plot(
            xs, ys, color=colour or self.ink.line, linewidth=width, linestyle=style, marker=marker, markersize=size,
            markeredgewidth=0.0, solid_capstyle="butt",
        )  # fmt: skip

    def finish(self, *, paper: bool) -> Figure:
        """The figure at its size; without `paper` it stands on whatever is behind it."""
        wide, high = self.right + 2 * MARGIN, self.bottom + 2 * MARGIN
        self.figure.set_size_inches(wide / 72, high / 72)
        self._axes.set_xlim(-MARGIN, wide - MARGIN)
        self._axes.set_ylim(high - MARGIN, -MARGIN)
        self.figure.patch.set_facecolor(self.ink.paper)
        self.figure.patch.set_visible(paper)
        return self.figure
