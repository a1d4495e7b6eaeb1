"""Relevance of every contextual word for the states behind one word: Ding et al. 2017, figures 4–11."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nmt_audit.records import Array, Explanation
from nmt_audit.report.pictures import headings
from nmt_audit.report.pictures.ink import coloured, largest_of, over
from nmt_audit.report.pictures.lettering import method_name, piece, pieces
from nmt_audit.report.pictures.sheet import Sheet, width_of
from nmt_audit.report.pictures.tables import Table, table
from nmt_audit.report.wording import number

HIGH, NARROWEST, WIDEST, BAND = 22.0, 30.0, 50.0, 640.0  # points: a row, columns, all columns side by side
APART = 10.0  # between source words and earlier target words
BLOWN_UP = 100.0  # times the value, as on the pages of a run
UNSIGNED = frozenset({"attention", "gradient", "attention_saliency", "gates", "gate_saliency", "variance"})
LOOKS = ("attention", "attention_saliency")  # belong to a step; the earlier target words cannot matter
OWN_NAMES = {"attention": "attention α{}", "attention_saliency": "attention saliency", "variance": "variance"}
SYMBOLS = {"source_forward": "→h", "source_backward": "←h", "source": "h", "context": "c", "target": "s", "output": "t"}


@dataclass(frozen=True, slots=True)
class Row:
    """One state by one method. `target` ends where the state knows no later word."""

    label: str
    source: Array  # [source words]
    target: Array  # [earlier target words]
    signed: bool
    value: float | None = None  # what the state adds up to, where the method explains a value
    ledger: str = ""  # where the value went

    @property
    def largest(self) -> float:
        """The largest |R|, by which the row is coloured."""
        return largest_of(np.concatenate([self.source, self.target]))

    def of(self, place: int, prefix: bool) -> float | None:
        """The number of a word; None where the state cannot know it."""
        values = self.target if prefix else self.source
        return float(values[place]) if place < len(values) else None


@dataclass(frozen=True, slots=True)
class Relevance:
    """Rows over the words of both sides. Positions count from 1, as in the paper."""

    heading: str
    source: tuple[str, ...]
    target: tuple[str, ...]  # the earlier target words
    rows: tuple[Row, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must be warned of."""
        blown = tuple(
            f"{row.label}: the largest |R| is {number(row.largest)}, the value {number(row.value)}; "
            "relevance blew up and says little"
            for row in self.rows
            if row.value is not None and not row.largest <= BLOWN_UP * max(1.0, abs(row.value))
        )
        broken = tuple(
            f"{row.label}: some of its numbers are not finite"
            for row in self.rows
            if not np.isfinite(np.concatenate([row.source, row.target])).all()
        )
        return blown + broken

    @property
    def tables(self) -> tuple[Table, ...]:
        """A column per state, a row per word, with what each state adds up to."""
        words = [(f"{place + 1} {word}", place, False) for place, word in enumerate(self.source)]
        words += [(f"{place + 1} {word}", place, True) for place, word in enumerate(self.target)]
        return (
            table(
                self.heading, ("word", *(row.label for row in self.rows)),
                ((name, (row.of(place, prefix) for row in self.rows)) for name, place, prefix in words),
            ),
            *(Table(f"{row.label}: ledger", (), ((row.ledger,),)) for row in self.rows if row.ledger),
        )  # fmt: skip

    def draw(self, sheet: Sheet) -> None:
        """Draws it under what is on the sheet, wrapped into bands where the words do not fit side by side."""
        headings.title(sheet, self.heading)
        wide = max(NARROWEST, min(WIDEST, headings.widest([*self.source, *self.target]) + 6))
        left = headings.widest([row.label for row in self.rows]) + 8
        for number_of, band in enumerate(_bands(len(self.source), len(self.target), int(BAND // wide))):
            sheet.skip(12 if number_of else 0)
            self._band(sheet, band, left, wide)
        for text in self.notes:
            headings.note(sheet, text, warning=True)

    def _band(self, sheet: Sheet, band: Sequence[tuple[int, bool]], left: float, wide: float) -> None:
        names = [(self.target if prefix else self.source)[place] for place, prefix in band]
        top = sheet.bottom + headings.depth(names, wide) + 9
        x = left
        runs = [[place for place, prefix in band if prefix is side] for side in (False, True)]
        for side, places in zip((False, True), runs, strict=True):
            if not places:
                continue
            if side and runs[0]:
                sheet.line((x + APART / 2,) * 2, (sheet.bottom, top + HIGH * len(self.rows)), colour=sheet.ink.text)
                x += APART
            words = self.target if side else self.source
            places = [place for place in headings.order(words) if place in places]
            headings.above(sheet, x, top - 9, [words[place] for place in places], wide)
            for column, place in enumerate(places):
                middle = x + (column + 0.5) * wide
                sheet.text(middle, top - 3, str(place + 1), size=6, across="center", colour=sheet.ink.muted)
            for index, row in enumerate(self.rows):
                _cells(sheet, x, top + index * HIGH, wide, row, side, places)
            x += wide * len(places)
        headings.beside(sheet, left - 6, top, [row.label for row in self.rows], HIGH)
        for index, row in enumerate(self.rows):
            about = f"largest {number(row.largest, 2)}"
            middle = top + (index + 0.5) * HIGH
            if row.value is None:
                sheet.text(x + 6, middle, about, size=6.5, down="center", colour=sheet.ink.muted)
            else:
                sheet.text(x + 6, middle - 4, f"value {number(row.value)}", size=6.5, down="center")
                sheet.text(x + 6, middle + 4, about, size=6.5, down="center", colour=sheet.ink.muted)
        sheet.reach(x, top + HIGH * len(self.rows) + 6)


def _cells(sheet: Sheet, x: float, y: float, wide: float, row: Row, prefix: bool, places: Sequence[int]) -> None:
    """The cells of one side of a row; words that the state cannot know are left as paper with a dot."""
    values = [row.of(place, prefix) for place in places]
    known = np.array([np.nan if value is None else value for value in values])
    colours = coloured(known, row.largest, sheet.ink, signed=row.signed)
    sheet.cells(x, y, wide, HIGH, colours[None])
    for column, value in enumerate(values):
        middle = x + (column + 0.5) * wide
        text = "·" if value is None else number(value, 2)
        size = 6.5 if width_of(text, 6.5) < wide else 4.5
        colour = sheet.ink.muted if value is None else over(colours[column], sheet.ink)
        sheet.text(middle, y + HIGH / 2, text, size=size, across="center", down="center", colour=colour)


def _bands(source: int, target: int, most: int) -> Iterator[list[tuple[int, bool]]]:
    """Places of source words, then of target words (True), at most so many side by side.

    Each side is cut into bands of about equal length; both share one where the whole of the second fits.
    """
    band: list[tuple[int, bool]] = []
    for prefix, count in ((False, source), (True, target)):
        if band and len(band) + count > most:
            yield band
            band = []
        each = -(-count // -(-count // most)) if count else 1
        for start in range(0, count, each):
            if start:
                yield band
                band = []
            band += [(place, prefix) for place in range(start, min(start + each, count))]
    yield band


# --- from explanations ------------------------------------------------------------------------------------------------


def of_explanations(found: Sequence[Explanation], heading: str) -> Relevance:
    """Explanations of one position of one sentence pair, token by token."""
    first = found[0]
    longest = max(len(one.target_relevance) for one in found)
    named = many_methods(found)
    rows = [row(one, one.source_relevance, one.target_relevance, place=one.positions[-1], named=named) for one in found]
    return Relevance(heading, pieces(first.source_tokens), pieces(first.target_tokens[:longest]), tuple(rows))


def many_methods(found: Sequence[Explanation]) -> bool:
    """Whether the rows must name their methods: attention says by itself what it is."""
    return len({(one.method, one.rules) for one in found if one.method not in OWN_NAMES}) > 1


def row(one: Explanation, source: Array, target: Array, *, place: int, named: bool) -> Row:
    """The row of an explanation whose relevance is gathered into words; `place` of the explained one, from 0."""
    label = state_label(one, place)
    if named and one.method not in OWN_NAMES:
        label += f", {' '.join(filter(None, (method_name(one.method), one.rules)))}"
    ledger = one.ledger or {}
    value = ledger.get("value")
    parts = [f"{name} {number(part)}" for name, part in ledger.items() if name != "value"]
    return Row(
        label, source, target if reaches_prefix(one) else target[:0], one.method not in UNSIGNED, value,
        f"value {number(value)} = {' + '.join(parts)}" if ledger else "",
    )  # fmt: skip


def reaches_prefix(one: Explanation) -> bool:
    """Whether earlier target words can matter to it at all."""
    return one.method not in LOOKS


def state_label(one: Explanation, place: int) -> str:
    """The name of the explained state, with the paper's symbol and the word's number where it has one."""
    if one.method in OWN_NAMES:
        return OWN_NAMES[one.method].format(place + 1)
    if one.state in ("logit", "logprob"):
        name = "logit" if one.state == "logit" else "log-probability"
        return f"{name} over “{piece(one.against)}”" if one.against else name
    name, _, layer = one.state.partition(".")
    parts = [name.replace("_", " ") + (f", layer {layer}" if layer else "")]
    return " ".join([*parts, *([f"{SYMBOLS[name]}{place + 1}"] if name in SYMBOLS else [])])
