"""How the measures of a series went from night to night, and where they took a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from nmt_audit.archiving.measures import MEASURES, Measure
from nmt_audit.archiving.scanning import Entry
from nmt_audit.archiving.steps import Step, steps
from nmt_audit.series import Series

Finder: TypeAlias = Callable[[Sequence[float], Sequence[float]], tuple[Step, ...]]

NEARBY = 2  # nights by which the beginning of a shift may be off


@dataclass(frozen=True, slots=True)
class Line:
    """One measure over the nights of a trend. `values`: one per night, None where the run has no such number.

    The nights of its steps are places in the nights of the trend.
    """

    measure: Measure
    values: tuple[float | None, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What is worse, or better, from a night on: all measures of a series that took a step then.

    `traits`: what else changed between this night's run and the one before, as in "model" or "data"; see `Night`.
    """

    night: int
    worse: bool
    steps: tuple[tuple[Measure, Step], ...]
    traits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """A series of nights: one model on one test set in one pair of languages, the earliest night first."""

    series: Series
    languages: tuple[str, str]
    nights: tuple[Entry, ...]
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]


def trends(entries: Iterable[Entry], find: Finder = steps) -> tuple[Trend, ...]:
    """The trends of all finished runs, by model, test set and languages. `find`: what finds the steps of a line.

    Several runs of one date are nights of their own, in the order of their creation. Runs that are partial, damaged or
    of a newer version take no part.
    """
    groups: dict[tuple[Series, tuple[str, str]], list[Entry]] = {}
    for entry in entries:
        if entry.kind == "complete" and entry.night is not None:
            groups.setdefault((entry.night.series, entry.night.languages), []).append(entry)
    return tuple(_trend(*key, sorted(found, key=in_time), find) for key, found in sorted(groups.items()))


def in_time(entry: Entry) -> tuple[str, str, str]:
    """What runs are ordered by: date, creation, path."""
    assert entry.night is not None
    return entry.night.date, entry.night.created, entry.path


def is_worse(measure: Measure, step: Step) -> bool:
    """Whether a step of a measure is one for the worse."""
    return (step.size < 0) == measure.falling


def _trend(series: Series, languages: tuple[str, str], nights: Sequence[Entry], find: Finder) -> Trend:
    lines = [line for measure in MEASURES.values() if (line := _line(measure, nights, find)) is not None]
    lines = _aligned(lines)
    return Trend(series, languages, tuple(nights), tuple(lines), tuple(_changes(lines, nights)))


def _line(measure: Measure, nights: Sequence[Entry], find: Finder) -> Line | None:
    readings = [entry.night.readings.get(measure.key) if entry.night else None for entry in nights]
    known = [(place, reading) for place, reading in enumerate(readings) if reading is not None]
    if not known:
        return None
    found = find([reading.value for _, reading in known], [reading.floor for _, reading in known])
    values = tuple(None if reading is None else reading.value for reading in readings)
    return Line(measure, values, tuple(replace(step, night=known[step.night][0]) for step in found))


def _aligned(lines: Sequence[Line]) -> list[Line]:
    """The lines with each shift on the night of a leap of another measure, where that is near and of its direction.

    A shift shows by its length, and so its beginning is known to a night or two; that of a leap is known.
    """
    leaps = [(is_worse(line.measure, step), step.night) for line in lines for step in line.steps if step.leap]

    def placed(line: Line, step: Step) -> Step:
        near = [night for worse, night in leaps
                if worse == is_worse(line.measure, step) and abs(night - step.night) <= NEARBY]  # fmt: skip
        if step.leap or not near:
            return step
        return replace(step, night=min(near, key=lambda night: (abs(night - step.night), night)))

    return [replace(line, steps=tuple(placed(line, step) for step in line.steps)) for line in lines]


def _changes(lines: Sequence[Line], nights: Sequence[Entry]) -> list[Change]:
    found: dict[tuple[int, bool], list[tuple[Measure, Step]]] = {}
    for line in lines:
        for step in line.steps:
            found.setdefault((step.night, is_worse(line.measure, step)), []).append((line.measure, step))
    return [
        Change(night, worse, tuple(together), _differing(nights, night))
        for (night, worse), together in sorted(found.items())
    ]


def _differing(nights: Sequence[Entry], night: int) -> tuple[str, ...]:
    here, before = nights[night].night, nights[night - 1].night
    assert here is not None and before is not None
    return tuple(trait for trait, value in here.traits.items() if value != before.traits.get(trait))


def regressions(found: Iterable[Trend]) -> list[tuple[str, Trend, Change]]:
    """Every change for the worse with its date, the newest first."""
    worse = [
        (in_time(trend.nights[change.night])[0], trend, change)
        for trend in found
        for change in trend.changes
        if change.worse
    ]
    return sorted(worse, key=lambda item: (item[0], item[1].series), reverse=True)
