"""How far to trust the checks, as a panel of the run page: false alarms, planted mistakes found, reviewers' verdicts.

Every number comes with its counts and a 95 % interval, and one that was not measured with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nmt_audit.intervals import wilson
from nmt_audit.report.signature import Manifest
from nmt_audit.report.wording import CATEGORY, Category, category, count, fixed, number, percent, plural, visible
from nmt_audit.verdicts import Judged, Precision

NOT_MEASURED, NOT_CHECKED = "not measured", "not checked"
FEW = 200  # right translations; with fewer, a rate of 2 % cannot be told from one of 5 %

PLANTED = (
    "Planted mistakes are made on purpose: a clause dropped, a phrase looped, a negation removed, words brought in "
    "from elsewhere, the end cut. "
    "They are made in references; and where a model takes part, in sources that it then translates, so that the slip "
    "is in its own fluent voice. Real ones are harder to see: take these shares for the best to hope for."
)


@dataclass(frozen=True, slots=True)
class Column:
    """A measurement: what heads its column, a shorter name for narrow pages, and what it means."""

    key: str
    label: str
    short: str
    help: str


ALARMS = Column(
    "alarms", "right translations flagged", "right ones flagged",
    "False alarms: the share of reference translations, taken to be right, that the check flags, with thresholds that "
    "were not set on them.",
)  # fmt: skip
FLAGGED = Column(
    "flagged", "flagged in this run", "flagged in this run",
    "The share of this run's segments that have such a flag, dismissed ones aside.",
)  # fmt: skip
TARGET = Column(
    "target", "finds planted in references", "finds planted: references",
    "Of mistakes planted in reference translations, the share that gets a flag of this kind.",
)  # fmt: skip
SOURCE = Column(
    "source", "finds planted in the model's voice", "finds planted: own voice",
    "Of mistakes that the model made because its source had been altered, the share that gets a flag of this kind.",
)  # fmt: skip
REVIEWED = Column(
    "reviewed", "confirmed by reviewers", "confirmed",
    "Precision: of the reviewed flags that got a yes or a no, the share that got a yes.",
)  # fmt: skip

COLUMNS = (ALARMS, FLAGGED, TARGET, SOURCE, REVIEWED)


@dataclass(frozen=True, slots=True)
class Measured:
    """A share as a cell has it. `detail`: its counts and interval, or why there is none."""

    value: str
    detail: str
    counts: str | None = None
    interval: str | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class TrustRow:
    """What was measured of one check, a cell for each column of the panel."""

    category: Category
    cells: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """A line of the table of counts: a measurement of a check."""

    label: str
    measured: Measured


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of a check, from which value on it speaks up, and what reviewers made of its flags."""

    name: str
    threshold: str
    reviewed: Measured


@dataclass(frozen=True, slots=True)
class TrustPanel:
    """The panel. `lead` and `planted` are sentences; `notes` say what was not measured, and why."""

    lead: str
    planted: str | None
    columns: tuple[Column, ...]
    rows: tuple[TrustRow, ...]
    behind: tuple[tuple[Category, tuple[Behind, ...]], ...]
    rules: tuple[RuleRow, ...]
    reviewed: bool
    notes: tuple[str, ...]
    origin: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the run's own segments say: how many there are and, by category, are flagged or could not be checked."""

    segments: int
    flagged: Mapping[str, int]
    not_checked: Mapping[str, int]


def trust_panel(manifest: Manifest, seen: Seen, precision: Precision) -> TrustPanel:
    """The panel of a run. One that is older than these measurements shows what its thresholds say."""
    trust, thresholds = manifest.get("trust") or {}, manifest.get("thresholds") or {}
    reviewed = bool(precision.categories)
    columns = (ALARMS, FLAGGED, *((TARGET, SOURCE) if trust else ()), *((REVIEWED,) if reviewed else ()))
    rows = tuple(TrustRow(category(code), tuple(_cells(code, columns, manifest, seen, precision))) for code in CATEGORY)
    return TrustPanel(
        lead=_lead(rows, trust),
        planted=PLANTED if trust.get("planted") else None,
        columns=columns,
        rows=rows,
        behind=tuple((row.category, tuple(_behind(row, columns, trust))) for row in rows),
        rules=tuple(_rules(thresholds.get("rules") or {}, precision)),
        reviewed=reviewed,
        notes=tuple(_notes(rows, columns, precision)),
        origin=trust.get("origin") or thresholds.get("origin"),
    )


# --- cells ------------------------------------------------------------------------------------------------------------


def _cells(
    code: str, columns: Iterable[Column], manifest: Manifest, seen: Seen, precision: Precision
) -> Iterator[Measured]:
    skipped = bool(seen.segments) and seen.not_checked.get(code, 0) >= seen.segments
    for column in columns:
        if column is REVIEWED:
            yield _judged(precision.categories.get(code))
        elif skipped:
            missing = "list of negations for the languages" if code == "NEGATION" else "translation in any segment"
            yield Measured(NOT_CHECKED, f"there is no {missing} of this run")
        elif column is FLAGGED:
            yield _own(code, seen)
        else:
            yield _known(code, column, manifest)


def _own(code: str, seen: Seen) -> Measured:
    checked = seen.segments - seen.not_checked.get(code, 0)
    if checked <= 0:
        return Measured(NOT_MEASURED, "the run has no segments")
    return _measured(seen.flagged.get(code, 0), checked, "segments")


def _known(code: str, column: Column, manifest: Manifest) -> Measured:
    """A measurement of the manifest."""
    trust = manifest.get("trust") or {}
    found = ((trust.get("categories") or {}).get(code) or {}).get("false_alarms" if column is ALARMS else column.key)
    if found and found.get("of"):
        hits = found["count"] if column is ALARMS else found["found"]
        things = "right translations" if column is ALARMS else "planted"
        return _measured(hits, found["of"], things, found.get("low"), found.get("high"))
    shipped = ((manifest.get("thresholds") or {}).get("false_alarms") or {}).get(code)
    if column is ALARMS and shipped is not None:
        return Measured(percent(shipped, 1), "measured on other text, where the thresholds were set", share=shipped)
    return Measured(NOT_MEASURED, _reason(code, column, manifest))


def _reason(code: str, column: Column, manifest: Manifest) -> str:
    trust = manifest.get("trust")
    if not trust:
        return "this run is older than the measurement"
    planted = trust.get("planted") or {}
    if column is SOURCE and code == "REPETITION" and planted.get(SOURCE.key):
        return "a source that repeats itself is no mistake to find; loops are planted in references alone"
    if column is not ALARMS and planted.get(column.key):
        return "no sentence of this run had a place to plant one"
    if column is SOURCE and not manifest.get("model"):
        return "no model took part that could have translated altered sources"
    if not trust.get("references") and column is not SOURCE:
        return "the run has no references"
    if trust.get("note"):
        return str(trust["note"])
    return "none were planted in this run" if not planted else "this run does not say why"


def _judged(judged: Judged | None) -> Measured:
    if judged is None:
        return Measured("–", "no flag of this kind was reviewed")
    unsure = f"; {plural(judged.unsure, 'flag', 'flags')} undecided" if judged.unsure else ""
    if not judged.decided:
        return Measured("undecided", unsure.removeprefix("; "))
    measured = _measured(judged.confirmed, judged.decided, "reviewed flags", decimals=0)
    return Measured(measured.value, measured.detail + unsure, measured.counts, measured.interval, measured.share)


def _measured(
    hits: int, of: int, things: str, low: float | None = None, high: float | None = None, decimals: int | None = None
) -> Measured:
    """A share with its interval: the given one, else Wilson's."""
    if low is None or high is None:
        low, high = wilson(hits, of)
    share = hits / of
    digits = (1 if things in ("right translations", "segments") else 0) if decimals is None else decimals
    interval = f"{fixed(100 * low, digits)} to {percent(high, digits)}"
    counts = f"{count(hits)} of {count(of)}"
    return Measured(percent(share, digits), f"{counts} {things}; 95 % interval {interval}", counts, interval, share)


# --- words around the table -------------------------------------------------------------------------------------------


def _lead(rows: Iterable[TrustRow], trust: Mapping[str, Any]) -> str:
    """Of 100 right translations, how many are flagged, in one sentence."""
    known = sorted(
        ((row.cells[0].share, row.category.label) for row in rows if row.cells[0].share is not None),
        key=lambda entry: entry[0],
    )
    if not known:
        reasons = dict.fromkeys(row.cells[0].detail for row in rows if row.cells[0].value == NOT_MEASURED)
        because = f": {next(iter(reasons))}" if reasons else ""
        return f"How many right translations these checks flag was not measured{because}."
    (least, first), (most, last) = known[0], known[-1]
    shown = [fixed(100 * share, 1) for share in (least, most)]
    amounts = f"{shown[0]} each" if shown[0] == shown[1] else f"{shown[0]} ({first}) to {shown[1]} ({last})"
    references = trust.get("references") or 0
    few = "only " if references < FEW else ""
    basis = f", as counted on {few}{count(references)} of them" if references else ""
    return f"Of 100 right translations, these checks flag {amounts}{basis}."


def _behind(row: TrustRow, columns: Iterable[Column], trust: Mapping[str, Any]) -> Iterator[Behind]:
    """The counts behind a row. For planted mistakes also how often the flag points at the place."""
    own = (trust.get("categories") or {}).get(row.category.code) or {}
    for column, cell in zip(columns, row.cells, strict=True):
        if cell.counts is None:
            continue
        yield Behind(column.label, cell)
        planted = own.get(column.key) if column in (TARGET, SOURCE) else None
        if planted and planted.get("with_span"):
            placed = _measured(planted.get("overlap") or 0, planted["with_span"], "found")
            yield Behind("… and points at the place", placed)


def _rules(thresholds: Mapping[str, float], precision: Precision) -> Iterator[RuleRow]:
    order = list(CATEGORY)
    names = sorted({*thresholds, *precision.rules}, key=lambda name: (_place(name, order), name))
    for name in names:
        limit = number(thresholds[name]) if name in thresholds else "–"
        yield RuleRow(visible(name), limit, _judged(precision.rules.get(name)))


def _place(rule: str, order: list[str]) -> int:
    """Rules in the order of their categories, those of unknown ones last."""
    code = rule.partition(".")[0].upper()
    return order.index(code) if code in order else len(order)


def _notes(rows: Sequence[TrustRow], columns: Iterable[Column], precision: Precision) -> Iterator[str]:
    """Why cells are empty, each reason once with the checks that it is about, and what no check saw."""
    about: dict[tuple[str, str], list[str]] = {}
    for place, column in enumerate(columns):
        for row in rows:
            cell = row.cells[place]
            if cell.value == NOT_MEASURED:
                about.setdefault((f"“{column.label}” is not measured", cell.detail), []).append(row.category.label)
            elif cell.value == NOT_CHECKED and column is FLAGGED:
                about.setdefault(("Not checked", cell.detail), []).append(row.category.label)
    for (what, reason), labels in about.items():
        checks = "" if len(labels) == len(rows) else f" ({', '.join(labels)})"
        yield f"{what}{checks}: {visible(reason).rstrip('.')}."
    doubtful = [row.category.label for row in rows if _is_doubtful(row)]
    if doubtful:
        named = ", ".join(doubtful)
        yield f"No more frequent here than in right translations: {named}. Most of these flags may be false alarms."
    if precision.missed:
        listed = ", ".join(f"{count(n)} {_kind(code, n)}" for code, n in sorted(precision.missed.items()))
        yield f"Reviewers also marked what no check saw: {listed}."


def _is_doubtful(row: TrustRow) -> bool:
    """Whether the run has such flags, yet no larger a share of its segments than of right translations."""
    alarms, flagged = (cell.share for cell in row.cells[:2])
    return alarms is not None and flagged is not None and 0 < flagged <= alarms


def _kind(code: str, amount: int) -> str:
    if not code:
        return "of no named kind"
    return category(code).label if amount == 1 else category(code).plural
