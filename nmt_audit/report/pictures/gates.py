"""Gate signals and gate saliency, word by word: Ghaeini et al. 2018, figure 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.records import Array, Explanation
from nmt_audit.report.pictures import headings
from nmt_audit.report.pictures.lettering import label, pieces
from nmt_audit.report.pictures.sheet import Sheet, width_of
from nmt_audit.report.pictures.tables import Table, table

WIDE, HIGH = 26.0, 44.0  # points: a word, and a panel from 0 to 1
APART, ACROSS = 40.0, 620.0
DIMENSIONS = ".dimensions"


@dataclass(frozen=True, slots=True)
class Curves:
    """One gate: the norm of its signal and of its saliency at each word, each divided by its largest."""

    gate: str
    signal: Array  # [N]
    saliency: Array | None  # [N]


@dataclass(frozen=True, slots=True)
class Part:
    """One network that reads words: the forward encoder, the backward encoder, the decoder."""

    name: str
    words: tuple[str, ...]
    gates: tuple[Curves, ...]


@dataclass(frozen=True, slots=True)
class Gates:
    """A column per part, a panel per gate."""

    heading: str
    parts: tuple[Part, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """One for each part: a row per gate, a column per word."""
        return tuple(
            table(
                part.name, ("gate", *part.words),
                (
                    (f"{curves.gate}: {name}", values.tolist())
                    for curves in part.gates
                    for name, values in (("signal", curves.signal), ("saliency", curves.saliency))
                    if values is not None
                ),
            )
            for part in self.parts
        )  # fmt: skip

    def draw(self, sheet: Sheet) -> None:
        """Draws the parts side by side under what is on the sheet, those that do not fit below."""
        headings.title(sheet, self.heading)
        self._legend(sheet)
        x, top, lowest = 0.0, sheet.bottom, sheet.bottom
        for part in self.parts:
            room = 30 + WIDE * len(part.words)
            if x and x + room > ACROSS:
                x, top = 0.0, lowest + 16
            lowest = max(lowest, self._part(sheet, part, x, top))
            sheet.reach(x + room, lowest)
            x += room + APART

    def _legend(self, sheet: Sheet) -> None:
        x, y = 0.0, sheet.bottom + 6
        for text, style in (("signal", "first"), ("saliency", "second")):
            if text == "saliency" and all(curves.saliency is None for part in self.parts for curves in part.gates):
                continue
            _curve(sheet, [x, x + 9, x + 18], [y, y, y], style)
            sheet.text(x + 23, y + 2.5, text, size=8)
            x += 40 + width_of(text, 8)
        sheet.text(x, y + 2.5, "norm over the dimensions, 1 at its largest", size=7, colour=sheet.ink.muted)
        sheet.reach(0, y + 12)

    @staticmethod
    def _part(sheet: Sheet, part: Part, x: float, top: float) -> float:
        """Draws one part; returns where it ends."""
        left = x + 30
        sheet.text(left, top + 9, part.name, size=9, bold=True)
        top += 18
        for curves in part.gates:
            sheet.text(x + 5, top + HIGH / 2, curves.gate, size=8, turned=90, across="center")
            for level in (0.0, 0.5, 1.0):
                y = top + HIGH * (1 - level)
                sheet.line((left, left + WIDE * len(part.words)), (y, y), width=0.5)
                sheet.text(
                    left - 4, y, f"{level:g}", size=6, across="right", down="center", colour=sheet.ink.muted
                )  # fmt: skip
            xs = [left + (place + 0.5) * WIDE for place in range(len(part.words))]
            _curve(sheet, xs, (top + HIGH * (1 - curves.signal)).tolist(), "first")
            if curves.saliency is not None:
                _curve(sheet, xs, (top + HIGH * (1 - curves.saliency)).tolist(), "second")
            top += HIGH + 10
        turned = headings.widest(part.words, 8) > WIDE - 3
        for place, word in enumerate(part.words):
            middle = left + (place + 0.5) * WIDE
            if turned:
                sheet.text(middle + 3, top - 2, word, size=8, turned=90, across="right")
            else:
                sheet.text(middle, top + 5, word, size=8, across="center")
        return top + (headings.widest(part.words, 8) + 2 if turned else 10)


def _curve(sheet: Sheet, xs: Sequence[float], ys: Sequence[float], which: str) -> None:
    """The signal is drawn through with dots, the saliency dashed with squares: they differ without colour too."""
    first = which == "first"
    sheet.line(
        xs, ys, colour=sheet.ink.first if first else sheet.ink.second, width=1.3, style="-" if first else (0, (3, 1.5)),
        marker="o" if first else "s", size=3.2 if first else 3.0,
    )  # fmt: skip


def of_explanations(signal: Explanation | None, saliency: Explanation | None, heading: str) -> Gates:
    """The explanations of one position by `gates` and `gate_saliency`, or one of them alone."""
    shown = signal or saliency
    assert shown is not None
    names = [name for name in shown.details if not name.endswith(DIMENSIONS)]
    parts: dict[str, list[Curves]] = {}
    for name in names:
        part, _, gate = name.rpartition(".")
        beside = saliency.details[name] if saliency is not None and signal is not None else None
        parts.setdefault(part, []).append(Curves(gate, shown.details[name], beside))
    return Gates(heading, tuple(Part(_named(part), _words(part, shown), tuple(gates)) for part, gates in parts.items()))


def _named(part: str) -> str:
    """ "encoder.forward" → "encoder, forward"; "encoder.2" → "encoder, layer 2"."""
    names = [f"layer {name}" if name.isdigit() else name for name in part.split(".")]
    return label(", ".join(names))


def _words(part: str, one: Explanation) -> tuple[str, ...]:
    """What the part reads at each step: the decoder nothing at first, then the earlier target words."""
    if part.startswith("encoder"):
        return pieces(one.source_tokens)
    steps = len(next(values for name, values in one.details.items() if name.rpartition(".")[0] == part))
    return ("start", *pieces(one.target_tokens))[:steps]
