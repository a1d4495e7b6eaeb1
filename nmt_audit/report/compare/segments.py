"""The most changed segments as the page has them without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nmt_audit.comparing import FlagChange, SegmentChange
from nmt_audit.report.compare.differing import Ranges, differing
from nmt_audit.report.compare.gathering import Shown
from nmt_audit.report.texts import Mark, Stretch, marks, stretches
from nmt_audit.report.wording import Category, category, fixed, language_tag, visible

CLIP = 700  # code points of a text that the page shows
STATUS = {
    "empty": "nothing to translate", "too_long": "longer than the model takes",
    "not_finite": "the model's numbers are not numbers", "out_of_memory": "did not fit into memory",
}  # fmt: skip
TOLD = ("new", "fixed", "changed", "dismissed", "unchecked", "persisting")  # in this order
KIND_HELP = {
    "new": "B has it, A does not", "fixed": "A has it, B does not", "changed": "both have it, with other numbers or "
    "words", "persisting": "both have it, alike", "dismissed": "reviewers rejected it",
    "unchecked": "the other run did not check for it",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text: as it is underlined, and whether only this run says it."""

    stretch: Stretch
    differs: bool


@dataclass(frozen=True, slots=True)
class TextLine:
    """One text of a segment. `mark`: the element that marks what differs, "del" for A and "ins" for B."""

    label: str
    help: str
    lang: str
    pieces: tuple[Piece, ...]
    mark: str | None = None
    note: str | None = None
    cut: int | None = None  # how many characters the whole text has, where it is not all there


@dataclass(frozen=True, slots=True)
class FlagNote:
    """What became of a flag, in words."""

    kind: str
    help: str
    category: Category
    message: str
    score: str


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A segment. `sign` and `word` say the same for those who see and those who hear."""

    number: str
    id: str
    sign: str
    direction: str
    gain: str
    chrf: str | None
    lines: tuple[TextLine, ...]
    flags: tuple[FlagNote, ...]


SIGN = {"better": "▲", "worse": "▼", "even": "="}


def changed_row(item: SegmentChange, a: Shown, b: Shown) -> ChangedRow:
    """A segment as the page shows it."""
    unlike = differing(a.segment.hypothesis, b.segment.hypothesis, b.segment.tgt_lang)
    chrf = None
    if item.chrf is not None:
        chrf = f"chrF {fixed(a.segment.chrf, 1)} → {fixed(b.segment.chrf, 1)}"
    return ChangedRow(
        f"#{item.pair.b.index + 1}", visible(item.pair.b.id), SIGN[item.direction], item.direction,
        signed(item.gain, 2), chrf, tuple(_lines(item, a, b, unlike)), notes(item.flags),
    )  # fmt: skip


def signed(value: float, decimals: int) -> str:
    """A difference, with its sign."""
    text = fixed(value, decimals)
    return f"+{text}" if value > 0 and text != fixed(0.0, decimals) else text


def _lines(item: SegmentChange, a: Shown, b: Shown, unlike: tuple[Ranges, Ranges]) -> list[TextLine]:
    source = marks(b.flags, "src", len(b.segment.source))
    if a.segment.source == b.segment.source:
        source += [mark for mark in marks(a.flags, "src", len(a.segment.source)) if mark not in source]
    found = [
        _line("source", "the source", b.segment.src_lang, b.segment.source, source),
        _translation("A", a, unlike[0], "del"),
        _translation("B", b, unlike[1], "ins"),
    ]
    if item.pair.references:
        found.append(_line("reference", "the reference", b.segment.tgt_lang, item.pair.references[0], []))
    return found


def _translation(label: str, shown: Shown, unlike: Ranges, mark: str) -> TextLine:
    row = shown.segment
    found = marks(shown.flags, "tgt", len(row.hypothesis))
    return _line(label, f"the translation of {label}", row.tgt_lang, row.hypothesis, found, unlike, mark, row.status)


def _line(
    label: str, help_: str, language: str, text: str, found: Sequence[Mark], unlike: Ranges = (),
    mark: str | None = None, status: str = "ok",
) -> TextLine:  # fmt: skip
    note = None if text else STATUS.get(status, "no translation" if mark else "empty")
    pieces, cut = _clipped(_pieces(stretches(text, found), unlike), len(text))
    return TextLine(label, help_, language_tag(language), pieces, mark, note, cut)


def _pieces(items: Sequence[Stretch], unlike: Ranges) -> list[Piece]:
    """Stretches, cut where a difference begins or ends."""
    found, place = [], 0
    edges = sorted({edge for span in unlike for edge in span})
    for item in items:
        end = place + len(item.text)
        cuts = [place, *(edge for edge in edges if place < edge < end), end]
        for start, stop in pairwise(cuts):
            text = item.text[start - place : stop - place]
            differs = start < stop and any(low <= start and stop <= high for low, high in unlike)
            found.append(Piece(Stretch(text, item.classes, item.title), differs))
        place = end
    return found


def _clipped(pieces: Sequence[Piece], length: int) -> tuple[tuple[Piece, ...], int | None]:
    """At most CLIP characters."""
    if length <= CLIP:
        return tuple(pieces), None
    kept, room = [], CLIP
    for piece in pieces:
        text = piece.stretch.text[:room]
        kept.append(Piece(Stretch(text, piece.stretch.classes, piece.stretch.title), piece.differs))
        room -= len(text)
        if not room:
            break
    return tuple(kept), length


def notes(changes: Sequence[FlagChange]) -> tuple[FlagNote, ...]:
    """What became of the flags of a segment: new ones first, those of a kind as they stand in the text."""
    found = sorted(changes, key=lambda change: TOLD.index(change.kind))
    return tuple(
        FlagNote(
            change.kind, KIND_HELP[change.kind], category(change.category), visible(change.newest.message),
            _scores(change),
        )
        for change in found
    )  # fmt: skip


def _scores(change: FlagChange) -> str:
    if change.a is not None and change.b is not None and change.kind == "changed":
        return f"{fixed(change.a.score, 2)} → {fixed(change.b.score, 2)}"
    return fixed(change.newest.score, 2)
