"""Everything that stands on the index of an archive and on the pages of its series: numbers, words, lines and links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.archiving.measures import MEASURES
from nmt_audit.archiving.scanning import Entry
from nmt_audit.archiving.trends import Change, Line, Trend
from nmt_audit.report.archive.addresses import Comparison, Links, change_id, series_name
from nmt_audit.report.archive.drawing import Drawing, drawing
from nmt_audit.report.archive.wording import (
    LABELS,
    Label,
    difference_text,
    lasting_text,
    size_text,
    step_text,
    traits_text,
    value_text,
)
from nmt_audit.report.wording import count, plural, visible

SPARK = (74, 26)  # pixels of a line in a cell
CHART = (320, 96)  # pixels of a line on its own
SELDOM = ("empty", "failed")  # measures that are shown only where they are not 0 throughout


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A night on which a series became worse or better. `href` leads to it on the page of the series."""

    id: str
    href: str
    series: str
    model: str
    test_set: str
    date: str
    worse: bool
    steps: tuple[str, ...]
    measures: tuple[str, ...]
    lasting: str
    traits: str
    report: str | None
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Cell:
    """The last value of a measure, its difference from the night before, and its line."""

    key: str
    value: str
    difference: str | None
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Row:
    """A series on the index. `cells`: one per column of the page; None where the series has no such number."""

    id: str
    href: str
    model: str
    test_set: str
    languages: str
    nights: str
    date: str
    stepped: bool
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class IndexPage:
    """The first page of an archive."""

    title: str
    lead: str
    problems: tuple[str, ...]
    absent: str | None
    columns: tuple[tuple[str, Label], ...]
    rows: tuple[Row, ...]
    models: tuple[str, ...]
    test_sets: tuple[str, ...]
    first: str
    last: str
    regressions: tuple[ChangeView, ...]
    improvements: tuple[ChangeView, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A measure on the page of its series."""

    key: str
    label: Label
    value: str
    difference: str | None
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class NightRow:
    """A night in the table of a series."""

    date: str
    name: str
    report: str | None
    values: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]
    comparison: Comparison | None
    size: str


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """The page of a series."""

    id: str
    name: str
    model: str
    test_set: str
    languages: str
    lead: str
    absent: str | None
    charts: tuple[Chart, ...]
    heads: tuple[Label, ...]
    changes: tuple[ChangeView, ...]
    nights: tuple[NightRow, ...]
    signature: tuple[tuple[str, str], ...]


def index_page(title: str, entries: Sequence[Entry], trends: Sequence[Trend], links: Links) -> IndexPage:
    """The index of an archive."""
    lines = [line for trend in trends for line in trend.lines]
    used = [key for key in MEASURES if any(line.measure.key == key and _is_shown(line) for line in lines)]
    changes = [view for trend in trends for view in change_views(trend, links)]
    changes.sort(key=lambda view: (view.date, view.series), reverse=True)
    dates = sorted(entry.night.date for entry in entries if entry.night is not None)
    return IndexPage(
        title=title,
        lead=_lead(entries, trends, dates),
        problems=_problems(entries),
        absent=_absent(lines, "run"),
        columns=tuple((key, LABELS[key]) for key in used),
        rows=tuple(_row(trend, used) for trend in trends),
        models=tuple(sorted({visible(trend.series.model) for trend in trends})),
        test_sets=tuple(sorted({visible(trend.series.test_set) for trend in trends})),
        first=dates[0] if dates else "",
        last=dates[-1] if dates else "",
        regressions=tuple(view for view in changes if view.worse),
        improvements=tuple(view for view in changes if not view.worse),
    )


def series_page(trend: Trend, links: Links) -> SeriesPage:
    """The page of a series."""
    newest = trend.nights[-1].night
    assert newest is not None
    changes, shown = change_views(trend, links), [line for line in trend.lines if _is_shown(line)]
    total = sum(entry.bytes for entry in trend.nights)
    return SeriesPage(
        id=series_name(trend),
        name=_series_text(trend),
        model=visible(trend.series.model),
        test_set=visible(trend.series.test_set),
        languages=_languages(trend),
        lead=f"{plural(len(trend.nights), 'night', 'nights')}, {_between(_dates(trend))}; {size_text(total)}.",
        absent=_absent(trend.lines, "night"),
        charts=tuple(_chart(line, _dates(trend)) for line in shown),
        heads=tuple(LABELS[line.measure.key] for line in shown),
        changes=tuple(reversed(changes)),
        nights=tuple(_night(trend, shown, night, links) for night in reversed(range(len(trend.nights)))),
        signature=tuple((name, visible(value) or "none") for name, value in newest.traits.items()),
    )


def change_views(trend: Trend, links: Links) -> list[ChangeView]:
    """The changes of a series, the earliest first."""
    return [_change(trend, change, links) for change in trend.changes]


def _change(trend: Trend, change: Change, links: Links) -> ChangeView:
    before, here = trend.nights[change.night - 1], trend.nights[change.night]
    anchor = change_id(trend, change)
    return ChangeView(
        id=anchor,
        href=f"series/{series_name(trend)}.html#{anchor}",
        series=_series_text(trend),
        model=visible(trend.series.model),
        test_set=visible(trend.series.test_set),
        date=_dates(trend)[change.night],
        worse=change.worse,
        steps=tuple(step_text(measure, step) for measure, step in change.steps),
        measures=tuple(measure.key for measure, _ in change.steps),
        lasting=lasting_text([step for _, step in change.steps]),
        traits=traits_text(change.traits),
        report=links.report(here),
        comparison=links.comparison(before, here),
    )


def _row(trend: Trend, used: Sequence[str]) -> Row:
    lines, dates = {line.measure.key: line for line in trend.lines}, _dates(trend)
    return Row(
        id=series_name(trend),
        href=f"series/{series_name(trend)}.html",
        model=visible(trend.series.model),
        test_set=visible(trend.series.test_set),
        languages=_languages(trend),
        nights=plural(len(trend.nights), "night", "nights"),
        date=dates[-1],
        stepped=any(line.steps for line in trend.lines),
        cells=tuple(_cell(lines[key], dates) if key in lines else None for key in used),
    )


def _cell(line: Line, dates: Sequence[str]) -> Cell:
    value, difference = _last(line)
    return Cell(line.measure.key, value, difference, drawing(line, dates, *SPARK))


def _chart(line: Line, dates: Sequence[str]) -> Chart:
    label = LABELS[line.measure.key]
    value, difference = _last(line)
    return Chart(line.measure.key, label, value, difference, drawing(line, dates, *CHART, dotted=True))


def _last(line: Line) -> tuple[str, str | None]:
    """The value of the last night, and its difference from that of the night before."""
    now, before = line.values[-1], line.values[-2] if len(line.values) > 1 else None
    difference = None if now is None or before is None else difference_text(now - before)
    return value_text(now), difference


def _is_shown(line: Line) -> bool:
    return line.measure.key not in SELDOM or any(line.values)


def _absent(lines: Sequence[Line], what: str) -> str | None:
    """Which measures are left out since they are 0 throughout."""
    known, shown = ({line.measure.key for line in lines if test(line)} for test in (lambda line: True, _is_shown))
    names = [LABELS[key].name for key in SELDOM if key in known - shown]
    return f"No {what} has {' or '.join(names)}." if names else None


def _night(trend: Trend, shown: Sequence[Line], place: int, links: Links) -> NightRow:
    entry = trend.nights[place]
    assert entry.night is not None
    return NightRow(
        date=entry.night.date,
        name=visible(entry.night.name),
        report=links.report(entry),
        values=tuple(value_text(line.values[place]) for line in shown),
        changes=tuple(
            ("worse" if change.worse else "better", change_id(trend, change))
            for change in trend.changes
            if change.night == place
        ),
        comparison=links.comparison(trend.nights[place - 1], entry) if place else None,
        size=size_text(entry.bytes),
    )


def _dates(trend: Trend) -> list[str]:
    return [entry.night.date for entry in trend.nights if entry.night is not None]


def _languages(trend: Trend) -> str:
    return visible(" → ".join(trend.languages))


def _series_text(trend: Trend) -> str:
    return f"{visible(trend.series.model)} on {visible(trend.series.test_set)}, {_languages(trend)}"


def _between(dates: Sequence[str]) -> str:
    return dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"


def _lead(entries: Sequence[Entry], trends: Sequence[Trend], dates: Sequence[str]) -> str:
    if not entries:
        return "There is no run in this directory."
    runs = plural(len(entries), "run", "runs")
    told = f"{runs} of {plural(len(trends), 'series', 'series')}"
    when = f", {_between(dates)}" if dates else ""
    return f"{told}{when}; {size_text(sum(entry.bytes for entry in entries))}."


def _problems(entries: Sequence[Entry]) -> tuple[str, ...]:
    """What the trends leave out, a phrase for each kind."""
    kinds = (
        ("partial", "is not finished", "are not finished"),
        ("newer", "was made by a newer version", "were made by a newer version"),
        ("damaged", "cannot be read", "cannot be read"),
    )
    found = []
    for kind, one, many in kinds:
        number = sum(entry.kind == kind for entry in entries)
        if number:
            found.append(f"{count(number)} {one if number == 1 else many}")
    return tuple(found)
