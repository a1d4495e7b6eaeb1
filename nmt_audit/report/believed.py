"""How far the maps can be believed, as a section of the run page: a table, a chart, and words for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.report.faithfulness import PREFIX, SOURCE, Faithfulness, Measured, belief, faithfulness, map_name, rank
from nmt_audit.report.signature import Manifest
from nmt_audit.report.spans import Span, SpanChart
from nmt_audit.report.wording import count, fixed, method, percent

SIDES = ((SOURCE, "source words"), (PREFIX, "earlier words of the translation"))
RANDOM = "A random word"


@dataclass(frozen=True, slots=True)
class MapRow:
    """A line of the table: one map on one side."""

    label: str
    help: str
    share: str
    correlation: str
    fall: str
    positions: str


@dataclass(frozen=True, slots=True)
class MapSide:
    """The lines of one side."""

    label: str
    rows: tuple[MapRow, ...]


@dataclass(frozen=True, slots=True)
class Believed:
    """The section. `empty` says why there is nothing to show, and then all else is empty."""

    empty: str | None
    lead: str = ""
    explained: str = ""
    verb: str = ""
    sides: tuple[MapSide, ...] = ()
    note: str | None = None
    chart: SpanChart | None = None


def believed(manifest: Manifest) -> Believed:
    """The section of a run, from its manifest alone."""
    found = faithfulness(manifest)
    if found is None:
        return Believed(_why_nothing(manifest))
    rows = sorted(found.rows, key=rank)
    main = [(row.method, row.rules) for row in rows if row.method in ("attention", "lrp")]
    lead = belief(found, main or [(row.method, row.rules) for row in rows])
    text = lead.text if lead else ""
    return Believed(
        empty=None, lead=text, explained=found.explained, verb=found.verb,
        sides=tuple(_side(found, rows, side, label) for side, label in SIDES if any(row.side == side for row in rows)),
        note=_absent(manifest, found),
        chart=SpanChart(
            tuple(_chart_rows(found, rows)), "How far the maps can be believed", text,
            "% of what the costliest word costs", ("source words", "earlier words"), rule=100.0, top=100.0,
        ),
    )  # fmt: skip


def _why_nothing(manifest: Manifest) -> str:
    if not manifest.get("model"):
        return "No model took part in this run: it has no maps to believe or not."
    if manifest.get("faithfulness") is None:
        return "Not measured on this run: it is older than the measurement, or the model could not be looked into."
    return "Not measured on this run: there were too few positions with words to choose from."


def _absent(manifest: Manifest, found: Faithfulness) -> str | None:
    """Methods that the run was asked for and that have no line, as attention with a model that has none."""
    asked = (manifest.get("settings") or {}).get("methods") or ()
    missing = [name for name in asked if all(row.method != name for row in found.rows)]
    if not missing:
        return None
    names = ", ".join(method(name).prose for name in missing)
    return f"Not in the table, because this model does not have it: {names}."


def _side(found: Faithfulness, rows: Sequence[Measured], side: str, label: str) -> MapSide:
    here = [row for row in rows if row.side == side]
    lines = [_line(row) for row in here]
    known = next((row for row in here if row.random_share is not None), None)
    if known is not None:
        lines.append(
            MapRow(
                RANDOM, "Drawn blindly: what a map that knows nothing comes to.", percent(known.random_share), "–",
                fixed(known.random, 2), "",
            )
        )  # fmt: skip
        lines.append(
            MapRow(
                "The costliest word", "The best that any map can do.", percent(1.0), "–", fixed(known.best, 2), "",
            )
        )  # fmt: skip
    return MapSide(label, tuple(lines))


def _line(row: Measured) -> MapRow:
    return MapRow(
        label=map_name(row.method, row.rules),
        help=method(row.method).help,
        share="not measured" if row.share is None else row.shown,
        correlation=fixed(row.correlation, 2),
        fall=fixed(row.drop, 2),
        positions="" if row.positions is None else count(row.positions),
    )


def _chart_rows(found: Faithfulness, rows: Sequence[Measured]) -> Sequence[tuple[str, Span | None, Span | None]]:
    maps = dict.fromkeys((row.method, row.rules) for row in rows)
    lines: list[tuple[str, Span | None, Span | None]] = [
        (map_name(*kind), _span(found.of(*kind, SOURCE)), _span(found.of(*kind, PREFIX))) for kind in maps
    ]
    lines.append((RANDOM, _point(found.random(SOURCE)), _point(found.random(PREFIX))))
    return [line for line in lines if line[1] or line[2]]


def _point(share: float | None) -> Span | None:
    return None if share is None else Span(share, None, None)


def _span(row: Measured | None) -> Span | None:
    return None if row is None or row.share is None else Span(row.share, row.low, row.high)
