"""One figure of a segment page: words, bars, the sentence in words, the ledger and the warnings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from nmt_audit.language.pieces import TokenGroup
from nmt_audit.report.reading import SegmentRow
from nmt_audit.report.rows import Focus, Row, parting, top
from nmt_audit.report.wording import (
    END,
    STATES,
    direction,
    fixed,
    language_tag,
    number,
    percent,
    plural,
    quoted,
    visible,
)
from nmt_audit.report.words import Words

STEPS = 100  # bars are drawn to the hundredth of the row's largest |R|
BAND = 872  # pixels for the words of one band: what a page of 1120 leaves beside the names of the rows
PREFIX = "earlier words of the translation"
DENSE = 33  # pixels that a word set upright takes
Suspect: TypeAlias = tuple[frozenset[int], frozenset[int]]  # words inside a flag's spans: source, target

LEDGER_NAMES = {
    "source": "source words", "target": "earlier words", "initial": "initial state", "bias": "bias",
    "offset": "offsets", "stabiliser": "stabiliser",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrase:
    """Part of a sentence. `lang` is set for words of the corpus, which are set apart."""

    text: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One bar. `step` is its length in hundredths of the row's largest |R|; `brief` is the number beside it.

    Classes: a attention, n negative, t among the largest of its row, x cannot matter here.
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
class Account:
    """A ledger as a line: what a value is the sum of."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why this word, here."""

    key: str
    word: Phrase
    number: int
    is_end: bool
    heads: tuple[Head, ...]
    sides: tuple[Side, ...]
    bands: tuple[tuple[Side, ...], ...]  # the same words, wrapped as text is: each band fits the page
    layout: str
    sentences: tuple[tuple[Phrase, ...], ...]
    accounts: tuple[Account, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bearings:
    """What the figures of a segment share: its words and languages."""

    segment: SegmentRow
    source: Words
    target: Words

    def name(self, place: int) -> tuple[str, str]:
        """The text and the language of a word, counted over source words, then target words."""
        group = self._group(place)
        side = self.segment.src_lang if place < len(self.source.groups) else self.segment.tgt_lang
        return _shown(group), language_tag(side)

    def is_source_end(self, place: int) -> bool:
        """Whether a place is the end mark of the source."""
        return place < len(self.source.groups) and self.source.groups[place].is_end

    def _group(self, place: int) -> TokenGroup:
        own = len(self.source.groups)
        return self.source.groups[place] if place < own else self.target.groups[place - own]


def why(key: str, focus: Focus, bearings: Bearings, suspect: Suspect) -> Why:
    """The figure of one explained word. `suspect` has the words inside the flag's spans, source and target."""
    group = bearings.target.groups[focus.word]
    sides = tuple(_sides(focus, bearings, suspect))
    roomy = _width(sides) <= BAND
    return Why(
        key=key,
        word=Phrase(_shown(group), language_tag(bearings.segment.tgt_lang)),
        number=focus.word + 1,
        is_end=group.is_end,
        heads=tuple(_head(row) for row in focus.rows),
        sides=sides,
        bands=(sides,) if roomy else tuple(_bands(sides)),
        layout="roomy" if roomy else "dense",
        sentences=tuple(_sentences(focus, bearings)),
        accounts=tuple(_account(row) for row in focus.rows if row.value is not None and row.ledger),
        warnings=tuple(_warning(row) for row in focus.rows if row.blown_up),
        notes=tuple(_notes(focus)),
    )


def row_label(row: Row) -> str:
    """The name of a row; a contrast names the other word."""
    if row.state == "logit" and row.against:
        return f"Contrast with “{_piece(row.against)}”"
    return STATES[row.state].label


def _piece(piece: str) -> str:
    return visible(piece.replace("▁", " ").strip()) or piece


def _shown(group: TokenGroup) -> str:
    return END if group.is_end else visible(group.text) or "∅"


def _head(row: Row) -> Head:
    state = STATES[row.state]
    return Head(row_label(row), state.short, state.help, f"longest bar {number(row.largest)}")


def _sides(focus: Focus, bearings: Bearings, suspect: Suspect) -> Sequence[Side]:
    segment, own = bearings.segment, len(bearings.source.groups)
    cells = [_cells(row, own + focus.prefix_words) for row in focus.rows]
    sides = []
    for label, language, groups, first, marked in (
        ("source words", segment.src_lang, bearings.source.groups, 0, suspect[0]),
        (PREFIX, segment.tgt_lang, bearings.target.groups[: focus.prefix_words], own, suspect[1]),
    ):
        columns = tuple(
            Column(
                place + 1, _begun(focus, bearings) if first and place == focus.word else _shown(group),
                _column_classes(group, place in marked),
                tuple(row[first + place] for row in cells),
            )
            for place, group in enumerate(groups)
        )  # fmt: skip
        if columns:
            sides.append(Side(label, language_tag(language), direction(language), columns))
    return sides


def _begun(focus: Focus, bearings: Bearings) -> str:
    """What of the explained word stood there when its last piece was chosen."""
    places = bearings.target.groups[focus.word].tokens
    tokens = [bearings.segment.target_tokens[place] for place in places if place < focus.last]
    return f"{visible(bearings.segment.hypothesis[tokens[0].start : tokens[-1].end])}…" if tokens else "…"


def _column_classes(group: TokenGroup, suspect: bool) -> str:
    return " ".join(name for name, on in (("end", group.is_end), ("suspect", suspect)) if on)


def _cells(row: Row, words: int) -> list[Cell]:
    largest, shares = row.largest, row.shares
    best = {place for place in top(row) if abs(row.numbers[place]) >= largest / 4}
    cells = []
    for place, value in enumerate(row.numbers.tolist()):
        size = abs(value) / largest if largest and math.isfinite(largest) else 0.0
        marks = (("a", row.state == "attention"), ("n", value < 0), ("t", place in best))
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


def _sentences(focus: Focus, bearings: Bearings) -> Sequence[tuple[Phrase, ...]]:
    found = []
    attention, relevance = focus.row("attention"), _telling(focus)
    looks = _looks(attention, bearings)
    if looks or relevance is not None:
        found.append((*looks, *_gives(relevance, focus, bearings, bool(looks)), Phrase(".")))
    if looks and relevance is not None and top(relevance, 1):
        found.append((Phrase(_agreement(focus)),))
    found += [
        _contrast(row, focus, bearings)
        for row in focus.rows
        if row.state == "logit" and not row.blown_up and top(row, 1)
    ]
    return found


def _telling(focus: Focus) -> Row | None:
    """The row nearest to the choice of the word that did not blow up."""
    rows = (focus.row(state) for state in ("output", "target", "context"))
    return next((row for row in rows if row is not None and not row.blown_up), None)


def _looks(row: Row | None, bearings: Bearings) -> tuple[Phrase, ...]:
    places = top(row, 1) if row is not None else []
    if row is None or not places:
        return ()
    text, lang = bearings.name(places[0])
    text = quoted(text)
    end = ", the end mark" if bearings.is_source_end(places[0]) else ""
    weight = fixed(float(row.source[places[0]]), 2)
    return Phrase("Attention looks at "), Phrase(text, lang), Phrase(f"{end} ({weight})")


def _gives(row: Row | None, focus: Focus, bearings: Bearings, joined: bool) -> tuple[Phrase, ...]:
    if row is None:
        if any(row.state == "logit" for row in focus.rows):
            return ()  # the contrast speaks for itself, in a sentence of its own
        blown = any(row.blown_up for row in focus.rows)
        return (Phrase("; relevance blew up and says little" if blown else "; relevance was not computed"),)
    opening = f"{'; relevance' if joined else 'Relevance'} of the {STATES[row.state].label.lower()} "
    places = top(row, 2)
    if not places:
        return (Phrase(f"{opening}is zero for every word"),)
    shares = row.shares
    named = [place for rank, place in enumerate(places) if rank == 0 or shares[place] >= 0.1]
    phrases = [Phrase(f"{opening}gives most to ")]
    for rank, place in enumerate(named):
        phrases.append(Phrase(f"{' and ' if rank else ''}{_kind(place, focus, bearings)}"))
        phrases.append(_named(place, focus, bearings))
        against = ", pulling the value down" if row.numbers[place] < 0 else ""
        phrases.append(Phrase(f" ({percent(float(shares[place]))}{against})"))
    return tuple(phrases)


def _kind(place: int, focus: Focus, bearings: Bearings) -> str:
    if place >= len(bearings.source.groups):
        own = place - len(bearings.source.groups) == focus.word
        return "the beginning of the word itself, " if own else "the earlier word "
    return "the end mark " if bearings.is_source_end(place) else ""


def _named(place: int, focus: Focus, bearings: Bearings) -> Phrase:
    """A contextual word as a sentence names it; of the explained word only what stood there."""
    text, language = bearings.name(place)
    own = place - len(bearings.source.groups) == focus.word
    return Phrase(_begun(focus, bearings) if own else quoted(text), language)


def _agreement(focus: Focus) -> str:
    where = parting(focus)
    if where is None:
        return "Attention and relevance agree on the most important word."
    return f"They do not agree on the most important word: relevance parts from attention in the {where.lower()}."


def _contrast(row: Row, focus: Focus, bearings: Bearings) -> tuple[Phrase, ...]:
    written, language = bearings.name(len(bearings.source.groups) + focus.word)
    numbers, shares = row.numbers, row.shares
    other = f" rather than “{_piece(row.against)}”" if row.against else ""
    phrases = [Phrase("For "), Phrase(written, language), Phrase(f"{other}, ")]
    joiner = ""
    for place, verb in ((int(np.argmax(numbers)), "speaks for it most"), (int(np.argmin(numbers)), "against it most")):
        if (numbers[place] > 0) == (verb != "against it most") and numbers[place] != 0:
            phrases += [Phrase(f"{joiner}{_kind(place, focus, bearings)}"), _named(place, focus, bearings)]
            phrases.append(Phrase(f" {verb} ({percent(float(shares[place]))})"))
            joiner = ", "
    return (*phrases, Phrase("."))


def _account(row: Row) -> Account:
    value = row.value if row.value is not None else 0.0
    parts = [(LEDGER_NAMES.get(name, name), part) for name, part in row.ledger]
    largest = max(abs(value), *(abs(part) for _, part in parts))
    decimals = 2 if not 0 < largest < 1 else min(2 - math.floor(math.log10(largest)), 8)
    terms = []
    for rank, (name, part) in enumerate(parts):
        shown = fixed(abs(part) if rank else part, decimals)
        terms.append(f"{('− ' if part < 0 else '+ ') if rank else ''}{name} {shown}")
    return Account(row_label(row), f"value {fixed(value, decimals)} = {' '.join(terms)}")


def _warning(row: Row) -> str:
    return (
        f"{row_label(row)}: relevance is far larger than the value it explains (largest |R| {number(row.largest)}, "
        f"value {number(row.value)}). On this sentence the rule set “{row.rules or row.method}” does not tell which "
        "words mattered: shares and order mean little."
    )


def _notes(focus: Focus) -> Sequence[str]:
    found = []
    if not any(row.state == "attention" for row in focus.rows):
        found.append("This model has no attention to show.")
    if not any(row.state != "attention" for row in focus.rows):
        found.append("No relevance was computed for this word.")
    pieces = max((row.pieces for row in focus.rows), default=1)
    if pieces > 1:
        found.append(
            f"The model wrote this word in {plural(pieces, 'piece', 'pieces')}: relevance is the sum over them, "
            "attention their mean."
        )
    return found
