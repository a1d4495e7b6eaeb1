"""The charts of the run page as SVG, once per theme. The same numbers give the same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nmt_audit.report.distributions import Distribution

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a chart: the same as the stylesheet's. The two fills differ in lightness, not only in hue."""

    text: str
    line: str
    every: str
    flagged: str


THEMES = {
    "light": Ink("#4a5361", "#d5d9df", "#c3cedd", "#1f5fa8"),
    "dark": Ink("#aab3c0", "#39414d", "#3d4a5c", "#7fb2ee"),
}


def chart(data: Distribution, ink: Ink) -> str:
    """A distribution drawn as an SVG document."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rc("svg", fonttype="none", hashsalt="nmt-audit")  # text stays text: searchable, read aloud
        matplotlib.rc("font", family=["DejaVu Sans"], size=9)
        figure = Figure(figsize=(5.2, 2.5), layout="constrained")
        axes = figure.add_subplot()
        (_draw_shares if data.shares else _draw_counts)(axes, data, ink)
        _style(axes, data, ink)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def _draw_counts(axes: Axes, data: Distribution, ink: Ink) -> None:
    from matplotlib.ticker import MaxNLocator

    lows = [item.low for item in data.bins]
    widths = [0.92 * (item.high - item.low) for item in data.bins]
    axes.bar(lows, [item.segments for item in data.bins], widths, align="edge", color=ink.every, label="all segments")
    axes.bar(lows, [item.flagged for item in data.bins], widths, align="edge", color=ink.flagged, label="with a flag")
    axes.legend(frameon=False, labelcolor=ink.text, fontsize=8, handlelength=1, handleheight=1, loc="upper left")
    axes.set_ylabel("segments", color=ink.text)
    axes.margins(y=0.25)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _draw_shares(axes: Axes, data: Distribution, ink: Ink) -> None:
    places = range(len(data.bins))
    axes.bar(places, [100 * item.flagged / max(item.segments, 1) for item in data.bins], 0.8, color=ink.flagged)
    axes.set_xticks(list(places), [f"{item.low:.0f}–{item.high:.0f}" for item in data.bins])
    axes.set_ylabel("% with a flag", color=ink.text)
    axes.set_ylim(bottom=0)


def _style(axes: Axes, data: Distribution, ink: Ink) -> None:
    axes.set_xlabel(data.axis, color=ink.text)
    axes.tick_params(colors=ink.text, labelsize=8, length=0)
    axes.grid(axis="y", color=ink.line, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.figure.patch.set_visible(False)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(ink.line)
