"""Words along the sides of a grid."""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.report.pictures.lettering import label, right_to_left
from nmt_audit.report.pictures.sheet import Sheet, width_of

SIZE = 8.5
LONGEST_TITLE = 120  # letters
LEVEL = 12.0  # points: the height of words that stand side by side


def order(words: Sequence[str]) -> list[int]:
    """The places of words from left to right: backwards where they are read from the right."""
    places = list(range(len(words)))
    return places[::-1] if right_to_left(words) else places


def widest(words: Sequence[str], size: float = SIZE) -> float:
    """The width of the widest word, in points."""
    return max((width_of(label(word), size) for word in words), default=0.0)


def depth(words: Sequence[str], wide: float) -> float:
    """How much room words need above columns so wide: one line, or their length where they must be turned."""
    longest = widest(words)
    return LEVEL if longest <= wide - 3 else longest + 4


def above(sheet: Sheet, x: float, bottom: float, words: Sequence[str], wide: float) -> None:
    """Words over columns that begin at x; the words end at `bottom`. All are turned where one does not fit."""
    turned = depth(words, wide) > LEVEL
    for place, word in enumerate(words):
        middle = x + (place + 0.5) * wide
        if turned:
            sheet.text(middle + 3, bottom - 3, label(word), size=SIZE, turned=90)
        else:
            sheet.text(middle, bottom - 3.5, label(word), size=SIZE, across="center")


def beside(sheet: Sheet, right: float, y: float, words: Sequence[str], high: float, *, size: float = SIZE) -> None:
    """Words to the left of rows that begin at y; the words end at `right`."""
    for place, word in enumerate(words):
        sheet.text(right, y + (place + 0.5) * high, label(word), size=size, across="right", down="center")


def title(sheet: Sheet, text: str, x: float = 0.0) -> None:
    """The heading of a picture, under what is on the sheet."""
    if sheet.bottom:
        sheet.skip(22)
    sheet.skip(11)
    sheet.text(x, sheet.bottom, label(text, LONGEST_TITLE), size=10, bold=True)
    sheet.skip(9)


def note(sheet: Sheet, text: str, *, warning: bool = False) -> None:
    """A line of small print under what is on the sheet."""
    sheet.skip(10)
    sheet.text(0, sheet.bottom, text, size=7, colour=sheet.ink.warning if warning else sheet.ink.muted)
