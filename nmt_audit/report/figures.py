"""The charts of the pages as SVG with title and description, once per theme. The same numbers give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from nmt_audit.report.contrasts import Contrast
from nmt_audit.report.distributions import Distribution
from nmt_audit.report.spans import Span, SpanChart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, CONTRAST = 5.2, 1.0  # inches
_COLOUR = re.compile('(?<=: )#[0-9a-f]{6}(?=[;"])')  # in a style, not in a text


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


def recoloured(drawn: str, ink: Ink) -> str:
    """A chart of the light theme in the colours of another: drawing it again would take a hundred times as long."""
    colours = {getattr(THEMES["light"], name): getattr(ink, name) for name in Ink.__dataclass_fields__}
    return _COLOUR.sub(lambda found: colours.get(found[0], found[0]), drawn)


def chart(data: Distribution, ink: Ink) -> str:
    """A distribution drawn as an SVG document."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        _draw_counts(axes, data, ink)
        _style(axes, data.axis, ink)
        axes.grid(axis="y", color=ink.line, linewidth=0.6)

    return _svg(draw, 2.5, data.title, data.alt)


def span_chart(data: SpanChart, ink: Ink) -> str:
    """Numbers with their intervals drawn as an SVG document."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        _draw_spans(axes, data, ink)
        _style(axes, data.axis, ink)
        axes.grid(axis="x", color=ink.line, linewidth=0.6)

    return _svg(draw, data.inches, data.title, data.alt)


def contrast_chart(row: Contrast, ink: Ink) -> str:
    """Quartiles of a score, of flagged and unflagged segments, drawn as an SVG document."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        _draw_contrast(axes, row, ink)
        _style(axes, row.compared.label, ink)
        axes.grid(axis="x", color=ink.line, linewidth=0.6)

    return _svg(draw, CONTRAST, f"{row.compared.label} of flagged and unflagged segments", row.alt)


def _svg(draw: Callable[[Figure], None], height: float, title: str, description: str) -> str:
    """A figure `height` inches high, as an SVG document."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rc("svg", fonttype="none", hashsalt="nmt-audit")  # text stays text: searchable, read aloud
        matplotlib.rc("text", parse_math=False)
        matplotlib.rc("font", family=["DejaVu Sans"], size=9)
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return _described(stream.getvalue(), title, description)


def _described(drawn: str, title: str, description: str) -> str:
    """The document with a title and a description as the first things in it."""
    start = drawn.index(">", drawn.index("<svg")) + 1
    named = f"\n <title>{escape(title)}</title>\n <desc>{escape(description)}</desc>"
    return f"{drawn[:start]}{named}{drawn[start:]}"


def _draw_counts(axes: Axes, data: Distribution, ink: Ink) -> None:
    from matplotlib.ticker import MaxNLocator

    lows = [item.low for item in data.bins]
    widths = [0.92 * (item.high - item.low) for item in data.bins]
    if not data.flagged_only:
        every = [item.segments for item in data.bins]
        axes.bar(lows, every, widths, align="edge", color=ink.every, label="all segments")
    axes.bar(lows, [item.flagged for item in data.bins], widths, align="edge", color=ink.flagged, label="with a flag")
    axes.legend(frameon=False, labelcolor=ink.text, fontsize=8, handlelength=1, handleheight=1, loc="upper left")
    axes.set_ylabel("segments", color=ink.text)
    axes.margins(y=0.25)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _draw_spans(axes: Axes, data: SpanChart, ink: Ink) -> None:
    """Marks on intervals. Two series differ in colour, in the shape of the mark, and in height."""
    kinds = list(zip(data.series, (-0.16, 0.16), (ink.flagged, ink.second), ("o", "s"), strict=False))
    if len(kinds) == 1:
        kinds = [(data.series[0], 0.0, ink.flagged, "o")]
    for place, (_, *spans) in enumerate(data.rows):
        for span, (_, shift, colour, mark) in zip(spans, kinds, strict=False):
            if span is not None:
                _draw_span(axes, span, data.scale, place + shift, colour, mark)
    if data.rule is not None:
        axes.axvline(data.rule, color=ink.text, linewidth=0.8)
    axes.set_yticks(range(len(data.rows)), [label for label, *_ in data.rows])
    axes.set_ylim(len(data.rows) - 0.5, -0.5)
    _range(axes, data)
    if len(kinds) > 1:
        for label, _, colour, mark in kinds:
            axes.plot([], [], mark, color=colour, markersize=4.5, label=label)
        axes.figure.legend(
            frameon=False, labelcolor=ink.text, fontsize=8, handlelength=1, loc="outside upper right", ncols=2
        )  # fmt: skip


def _range(axes: Axes, data: SpanChart) -> None:
    if data.logarithmic:
        from matplotlib.ticker import FixedLocator, NullLocator

        axes.set_xscale("log")
        low, high = axes.get_xlim()
        ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 500) if low <= tick <= high]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticklabels([f"{tick:g}" for tick in ticks])
        return
    lows = [data.scale * (span.share if span.low is None else span.low) for span in _drawn(data)]
    highs = [data.scale * (span.share if span.high is None else span.high) for span in _drawn(data)]
    edge = max([data.rule or 0.0, *highs], default=1.0) if data.top is None else data.top
    room = 0.03 * max(edge - min(0.0, *lows, 0.0), 1e-9)
    axes.set_xlim(left=min(0.0, *lows, 0.0) - room, right=edge + 4 * room / 3)


def _draw_span(axes: Axes, span: Span, scale: float, height: float, colour: str, mark: str) -> None:
    if span.low is not None and span.high is not None:
        axes.plot([scale * span.low, scale * span.high], [height, height], color=colour, linewidth=1.6)
    axes.plot([scale * span.share], [height], mark, color=colour, markersize=4.5)


def _drawn(data: SpanChart) -> list[Span]:
    return [span for _, *both in data.rows for span in both if span is not None]


def _draw_contrast(axes: Axes, row: Contrast, ink: Ink) -> None:
    """For either side a thin line over the middle 80 %, a thick one over the middle half, a mark at the median."""
    sides: Sequence[tuple[tuple[float, ...], str, str]] = (
        (row.flagged.marks, ink.flagged, "o"), (row.clear.marks, ink.second, "s"),
    )  # fmt: skip
    for place, (marks, colour, shape) in enumerate(sides):
        axes.plot([marks[0], marks[4]], [place, place], color=colour, linewidth=1)
        axes.plot([marks[1], marks[3]], [place, place], color=colour, linewidth=4, solid_capstyle="butt", alpha=0.75)
        axes.plot([marks[2]], [place], shape, color=colour, markersize=6, markeredgecolor=ink.text, markeredgewidth=0.6)
    axes.set_yticks((0, 1), ("with a flag", "without"))
    axes.set_ylim(1.6, -0.6)


def _style(axes: Axes, axis: str, ink: Ink) -> None:
    axes.set_xlabel(axis, color=ink.text)
    axes.tick_params(colors=ink.text, labelsize=8, length=0)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.figure.patch.set_visible(False)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(ink.line)
