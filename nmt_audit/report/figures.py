"""The charts of the run page as SVG, once per theme. The same numbers give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nmt_audit.report.believed import ShareChart, Span
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
    second: str


THEMES = {
    "light": Ink("#4a5361", "#d5d9df", "#c3cedd", "#1f5fa8", "#b04a00"),
    "dark": Ink("#aab3c0", "#39414d", "#3d4a5c", "#7fb2ee", "#f0a060"),
}


def chart(data: Distribution, ink: Ink) -> str:
    """A distribution drawn as an SVG document."""

    def draw(axes: Axes) -> None:
        (_draw_shares if data.shares else _draw_counts)(axes, data, ink)
        _style(axes, data.axis, ink)
        axes.grid(axis="y", color=ink.line, linewidth=0.6)

    return _svg(draw, 2.5)


def share_chart(data: ShareChart, ink: Ink) -> str:
    """How faithful each map is, on either side, drawn as an SVG document."""

    def draw(axes: Axes) -> None:
        _draw_spans(axes, data, ink)
        _style(axes, "% of what the costliest word costs", ink)
        axes.grid(axis="x", color=ink.line, linewidth=0.6)

    return _svg(draw, data.inches)


def _svg(draw: Callable[[Axes], None], height: float) -> str:
    """A figure `height` inches high, as an SVG document."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rc("svg", fonttype="none", hashsalt="nmt-audit")  # text stays text: searchable, read aloud
        matplotlib.rc("text", parse_math=False)
        matplotlib.rc("font", family=["DejaVu Sans"], size=9)
        figure = Figure(figsize=(5.2, height), layout="constrained")
        draw(figure.add_subplot())
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


def _draw_spans(axes: Axes, data: ShareChart, ink: Ink) -> None:
    """A mark per map and side on its interval. The sides differ in colour, in the shape of the mark, and in height."""
    for place, (_, *spans) in enumerate(data.rows):
        for span, shift, colour, mark in zip(spans, (-0.16, 0.16), (ink.flagged, ink.second), ("o", "s"), strict=True):
            if span is not None:
                _draw_span(axes, span, place + shift, colour, mark)
    for label, colour, mark in (("source words", ink.flagged, "o"), ("earlier words", ink.second, "s")):
        axes.plot([], [], mark, color=colour, markersize=4.5, label=label)
    axes.axvline(100, color=ink.text, linewidth=0.8)
    axes.set_yticks(range(len(data.rows)), [label for label, *_ in data.rows])
    axes.set_ylim(len(data.rows) - 0.5, -0.5)
    axes.set_xlim(right=104, left=min(0.0, *_lows(data)) - 3)
    axes.figure.legend(
        frameon=False, labelcolor=ink.text, fontsize=8, handlelength=1, loc="outside upper right", ncols=2
    )  # fmt: skip


def _draw_span(axes: Axes, span: Span, height: float, colour: str, mark: str) -> None:
    if span.low is not None and span.high is not None:
        axes.plot([100 * span.low, 100 * span.high], [height, height], color=colour, linewidth=1.6)
    axes.plot([100 * span.share], [height], mark, color=colour, markersize=4.5)


def _lows(data: ShareChart) -> list[float]:
    """The left ends of what is drawn, in percent."""
    spans = [span for _, *both in data.rows for span in both if span is not None]
    return [100 * (span.share if span.low is None else span.low) for span in spans]


def _style(axes: Axes, axis: str, ink: Ink) -> None:
    axes.set_xlabel(axis, color=ink.text)
    axes.tick_params(colors=ink.text, labelsize=8, length=0)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.figure.patch.set_visible(False)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(ink.line)
