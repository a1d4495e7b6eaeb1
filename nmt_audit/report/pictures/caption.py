"""What stands under every figure: model, sentences, method, rules and the signature of the numbers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from nmt_audit import __version__
from nmt_audit.report.pictures.lettering import label
from nmt_audit.report.pictures.sheet import Sheet, width_of

SIZE, LEADING = 7.0, 10.0
NARROWEST = 300.0  # points
LONGEST_VALUE = 600  # letters
VERSIONED = ("torch", "transformers")  # what the numbers depend on, where it is installed


@dataclass(frozen=True, slots=True)
class Caption:
    """`title` is one sentence; `facts` are names and values, in the order in which they are read."""

    title: str
    facts: tuple[tuple[str, str], ...]


def signature(models: Sequence[tuple[str, str]], *, rules: str | None = None, epsilon: float | None = None) -> str:
    """Names and fingerprints of models, rule set and versions: what it takes to make the same numbers again."""
    return " · ".join(
        [
            *(f"{name} {fingerprint[:8]}" for name, fingerprint in models),
            *([f"rules {rules}"] if rules else []),
            *([f"ε {epsilon:g}"] if epsilon else []),
            f"nmt-audit {__version__}",
            *(f"{package} {version(package)}" for package in VERSIONED if _installed(package)),
            "python " + ".".join(map(str, sys.version_info[:2])),
        ]
    )


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def draw(sheet: Sheet, caption: Caption) -> None:
    """Sets the caption under what is on the sheet, as wide as that is."""
    room = max(sheet.right, NARROWEST)
    sheet.skip(10)
    sheet.line((0, room), (sheet.bottom, sheet.bottom))
    sheet.reach(room, sheet.bottom + 4)
    for line in wrapped(caption.title, room, SIZE + 1, bold=True):
        sheet.skip(LEADING + 1)
        sheet.text(0, sheet.bottom, line, size=SIZE + 1, bold=True)
    indent = max((width_of(name, SIZE) for name, _ in caption.facts), default=0.0) + 8
    for name, value in caption.facts:
        for number, line in enumerate(wrapped(value, room - indent, SIZE)):
            sheet.skip(LEADING)
            if number == 0:
                sheet.text(0, sheet.bottom, name, size=SIZE, colour=sheet.ink.muted)
            sheet.text(indent, sheet.bottom, line, size=SIZE)
    sheet.skip(3)


def wrapped(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines of at most `room` points, broken at blanks, and within what has none where it must be."""
    lines = [""]
    for word in label(text, LONGEST_VALUE).split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(longer, size, bold) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for char in word:
            if lines[-1] and width_of(lines[-1] + char, size, bold) > room:
                lines.append("")
            lines[-1] += char
    return lines
