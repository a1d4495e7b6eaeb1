"""Where the lines and marks of a trend lie in its drawing. The script draws by the same rules: see archive.js."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.archiving.trends import Line, is_worse
from nmt_audit.report.archive.wording import LABELS, step_text, value_text
from nmt_audit.report.wording import plural

ROOM = 6.0  # around the line, for marks


@dataclass(frozen=True, slots=True)
class Mark:
    """A point that stands out. `kind`: "worse", "better" or "last"."""

    x: str
    y: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A line chart. `strokes`: the points of each uninterrupted stretch, as an SVG polyline has them."""

    width: int
    height: int
    strokes: tuple[str, ...]
    points: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    low: str
    high: str
    alt: str


def drawing(line: Line, dates: Sequence[str], width: int, height: int, dotted: bool = False) -> Drawing:
    """A line over its nights, evenly spaced; `dotted`: with a point for each night that says its date and value."""
    label = LABELS[line.measure.key]
    known = [value for value in line.values if value is not None]
    low, high = min(known), max(known)
    places = [_place(line.values, n, low, high, width, height) for n in range(len(line.values))]
    titles = [f"{date}: {value_text(value, label.unit)}" for date, value in zip(dates, line.values, strict=True)]
    last = max(n for n, value in enumerate(line.values) if value is not None)
    marks = [Mark(*places[last], "last", titles[last])] + [
        Mark(*places[step.night], "worse" if is_worse(line.measure, step) else "better",
             f"{dates[step.night]}: {step_text(line.measure, step)}")
        for step in line.steps if line.values[step.night] is not None
    ]  # fmt: skip
    return Drawing(
        width=width,
        height=height,
        strokes=tuple(_strokes(line.values, places)),
        points=tuple(
            Mark(*place, "night", title)
            for place, title, value in zip(places, titles, line.values, strict=True)
            if value is not None
        )
        if dotted
        else (),
        marks=tuple(marks),
        low=value_text(low),
        high=value_text(high, label.unit),
        alt=_alt(line, dates, low, high),
    )


def _place(
    values: Sequence[float | None], night: int, low: float, high: float, width: int, height: int
) -> tuple[str, str]:
    x = ROOM + (width - 2 * ROOM) * (night / (len(values) - 1) if len(values) > 1 else 0.5)
    value = values[night]
    share = 0.5 if value is None or high == low else (value - low) / (high - low)
    return f"{x:.1f}", f"{height - ROOM - (height - 2 * ROOM) * share:.1f}"


def _strokes(values: Sequence[float | None], places: Sequence[tuple[str, str]]) -> list[str]:
    strokes: list[list[str]] = [[]]
    for value, (x, y) in zip(values, places, strict=True):
        if value is None:
            strokes.append([])
        else:
            strokes[-1].append(f"{x},{y}")
    return [" ".join(stroke) for stroke in strokes if len(stroke) > 1]


def _alt(line: Line, dates: Sequence[str], low: float, high: float) -> str:
    label = LABELS[line.measure.key]
    known = [value for value in line.values if value is not None]
    nights, last = plural(len(known), "night", "nights"), value_text(known[-1], label.unit)
    told = f"{label.name} over {nights}, {value_text(low)} to {value_text(high, label.unit)}, last {last}"
    steps = [f"{dates[step.night]} {step_text(line.measure, step)}" for step in line.steps]
    return f"{told}; {'; '.join(steps)}" if steps else f"{told}; no step"
