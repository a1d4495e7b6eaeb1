"""Corpus text with its suspect stretches: which part of a line carries which underlines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.wording import category, language_tag, visible


@dataclass(frozen=True, slots=True)
class Mark:
    """An underline over [start, end). `faint` marks the counterpart on the other side."""

    start: int
    end: int
    code: str
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a line. `classes` name its underlines; empty text with classes is a point between two words."""

    text: str
    classes: tuple[str, ...] = ()
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One side of a segment as it is shown."""

    label: str
    lang: str
    stretches: tuple[Stretch, ...]
    note: str | None = None


def marks(flags: Iterable[FlagRow], side: str, length: int) -> list[Mark]:
    """The underlines that flags ask for on a side.

    A flag on a whole side has none, nor has a counterpart that is one, nor a flag that was dismissed.
    """
    found = []
    for flag in flags:
        if flag.dismissed:
            continue
        if flag.side == side and flag.start is not None and flag.end is not None:
            found.append(Mark(flag.start, flag.end, flag.category))
        other = flag.counterpart_start, flag.counterpart_end
        if flag.counterpart_side == side and other[0] is not None and other[1] is not None and other != (0, length):
            found.append(Mark(other[0], other[1], flag.category, faint=True))
    return found


def stretches(text: str, found: Sequence[Mark]) -> tuple[Stretch, ...]:
    """The text cut where an underline begins or ends. Joined, the pieces are the text."""
    shown = visible(text)
    inside = [Mark(max(m.start, 0), min(m.end, len(text)), m.code, m.faint) for m in found if m.start <= len(text)]
    cuts = sorted({0, len(text), *(m.start for m in inside), *(m.end for m in inside)})
    parts = []
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        parts += _points(inside, start)
        if start < end:
            over = [m for m in inside if m.start <= start and m.end >= end]
            parts.append(_stretch(shown[start:end], over))
    return tuple(parts)


def _points(found: Sequence[Mark], place: int) -> list[Stretch]:
    here = [m for m in found if m.start == m.end == place]
    return [_stretch("", here)] if here else []


def _stretch(text: str, over: Sequence[Mark]) -> Stretch:
    if not over:
        return Stretch(text)
    names = sorted({(category(m.code).slug, m.faint) for m in over}, key=lambda item: (item[1], item[0]))
    classes = tuple(f"{slug} faint" if faint else slug for slug, faint in names)
    labels = sorted({category(m.code).label for m in over})
    kind = "counterpart of the suspected" if all(m.faint for m in over) else "suspected"
    return Stretch(text, classes, f"{kind} {' and '.join(labels)}")


def source_line(row: SegmentRow, flags: Sequence[FlagRow]) -> Line:
    """The source with its suspect stretches."""
    return Line("source", language_tag(row.src_lang), stretches(row.source, marks(flags, "src", len(row.source))))


def hypothesis_line(row: SegmentRow, flags: Sequence[FlagRow]) -> Line:
    """The translation with its suspect stretches."""
    note = None if row.hypothesis else "no translation"
    return Line(
        "translation",
        language_tag(row.tgt_lang),
        stretches(row.hypothesis, marks(flags, "tgt", len(row.hypothesis))),
        note,
    )
