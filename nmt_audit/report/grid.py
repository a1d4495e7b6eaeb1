"""A figure as a grid: a column of bars per word, a row per method and stage, wrapped where the page ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from nmt_audit.language.pieces import TokenGroup
from nmt_audit.report.bearings import Bearings, shown
from nmt_audit.report.rows import ATTENTION, LOGIT, RELEVANCE, Focus, Row, top
from nmt_audit.report.wording import CONTRAST, direction, language_tag, method, number, percent, state, visible

STEPS = 100  # bars are drawn to the hundredth of the row's largest |R|
BAND = 872  # pixels for the words of one band: what a page of 1120 leaves beside the names of the rows
DENSE = 33  # pixels that a word set upright takes
PREFIX, PREFIX_SHORT = "earlier words of the translation", "earlier words"  # short: over fewer than WIDE columns
WIDE = 5
Suspect: TypeAlias = tuple[frozenset[int], frozenset[int]]  # words inside a flag's spans: source, target


@dataclass(frozen=True, slots=True)
class Cell:
    """One bar. `step` is its length in hundredths of the row's largest |R|; `brief` is the number beside it.

    Classes: a without sign, n negative, t among the largest of its row, x cannot matter here.
    """

    step: int
    classes: str
    brief: str
    number: str
    share: str


@dataclass(frozen=True, slots=True)
class Column:
    """One word with its bars, one per row."""

    number: int
    text: str
    classes: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """The words of one side of a figure."""

    label: str
    lang: str
    dir: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The name of a row, and what its longest bar stands for."""

    label: str
    short: str
    help: str
    scale: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The bars of some rows of a figure."""

    heads: tuple[Head, ...]
    sides: tuple[Side, ...]
    bands: tuple[tuple[Side, ...], ...]  # the same words, wrapped as text is: each band fits the page
    layout: str


def grid(rows: Sequence[Row], focus: Focus, bearings: Bearings, suspect: Suspect) -> Grid:
    """The grid of some of the rows of an explained word. `suspect` has the words inside the flag's spans."""
    sides = tuple(_sides(rows, focus, bearings, suspect))
    roomy = _width(sides) <= BAND
    return Grid(
        heads=tuple(_head(row) for row in rows),
        sides=sides,
        bands=(sides,) if roomy else tuple(_bands(sides)),
        layout=("roomy" if roomy else "dense") + (" many" if len(rows) > 5 else ""),
    )


def row_label(row: Row) -> str:
    """The name of a row: the stage that relevance explains, or the method; a contrast names the other word."""
    stage = state(row.state)
    if row.method == RELEVANCE and stage is not None:
        return f"{CONTRAST.label} with “{piece(row.against)}”" if row.against else stage.label
    rather = f", rather than “{piece(row.against)}”" if row.against else ""
    of = f" of the {stage.prose}" if stage is not None and row.state != LOGIT else ""
    return f"{method(row.method).label}{of}{rather}"


def piece(text: str) -> str:
    """A piece of the vocabulary as a sentence names it."""
    return visible(text.replace("▁", " ").strip()) or text


def _head(row: Row) -> Head:
    stage = CONTRAST if row.against else state(row.state)
    known = method(row.method)
    wording = stage if row.method == RELEVANCE and stage is not None else known
    of = f" {stage.help}" if stage is not None and row.state != LOGIT and wording is known else ""
    return Head(row_label(row), wording.short, f"{wording.help}{of}", f"longest bar {number(row.largest)}")


def _sides(rows: Sequence[Row], focus: Focus, bearings: Bearings, suspect: Suspect) -> Sequence[Side]:
    segment, own = bearings.segment, len(bearings.source.groups)
    cells = [_cells(row, own + focus.prefix_words) for row in rows]
    sides = []
    for label, language, groups, first, marked in (
        ("source words", segment.src_lang, bearings.source.groups, 0, suspect[0]),
        (PREFIX, segment.tgt_lang, bearings.target.groups[: focus.prefix_words], own, suspect[1]),
    ):
        columns = tuple(
            Column(
                place + 1, bearings.begun(focus) if first and place == focus.word else shown(group),
                _column_classes(group, place in marked),
                tuple(row[first + place] for row in cells),
            )
            for place, group in enumerate(groups)
        )  # fmt: skip
        if columns:
            label = PREFIX_SHORT if first and len(columns) < WIDE else label
            sides.append(Side(label, language_tag(language), direction(language), columns))
    return sides


def _column_classes(group: TokenGroup, suspect: bool) -> str:
    return " ".join(name for name, on in (("end", group.is_end), ("suspect", suspect)) if on)


def _cells(row: Row, words: int) -> list[Cell]:
    largest, shares = row.largest, row.shares
    unsigned = not method(row.method).signed
    best = {place for place in top(row) if abs(row.numbers[place]) >= largest / 4}
    cells = []
    for place, value in enumerate(row.numbers.tolist()):
        size = abs(value) / largest if largest and math.isfinite(largest) else 0.0
        marks = (("a", unsigned), ("n", value < 0), ("t", place in best))
        classes = " ".join(name for name, on in marks if on)
        step = round(STEPS * size) if math.isfinite(size) else 0
        cells.append(Cell(step, classes, number(value, 2), number(value), percent(float(shares[place]))))
    return cells + [Cell(0, "x", "", "", "")] * (words - len(cells))


def _width(sides: Sequence[Side]) -> float:
    """About how many pixels the words of a figure need beside each other."""
    return sum(max(46, 18 + _letters(column.text)) for side in sides for column in side.columns)


def _bands(sides: Sequence[Side]) -> Iterator[tuple[Side, ...]]:
    """The words wrapped into bands. Fewer than three words of a side are not left alone at the end of a band."""
    limit = BAND // DENSE
    band: list[Side] = []
    room = limit
    for side in sides:
        start = 0
        while start < len(side.columns):
            if room < min(3, len(side.columns) - start):
                yield tuple(band)
                band, room = [], limit
            columns = side.columns[start : start + room]
            band.append(replace(side, label="continued" if start else side.label, columns=columns))
            start, room = start + len(columns), room - len(columns)
    yield tuple(band)


def _letters(text: str) -> float:
    return sum(14.5 if ord(char) > 0x2E80 else 7.6 for char in text)


def is_main(row: Row) -> bool:
    """Whether a row is of the figure that a reader sees first: attention, and relevance along the path."""
    return row.method in (ATTENTION, RELEVANCE)
