"""Where flags are: shares of segments with a flag of each category, by length, negation in the source and document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from nmt_audit.intervals import wilson
from nmt_audit.records import Array
from nmt_audit.report.features import NEGATION, Looked
from nmt_audit.report.tally import Tally
from nmt_audit.report.wording import Category, category, count, fixed, visible

BANDS = 5
DOCUMENTS = 20  # those with most flagged segments have a line of their own
TOGETHER = 5  # those with most flagged segments are taken apart by negation and length
IN_SOURCE = " in the source"
JOINT = "together"  # the key of that table
FEW = 20  # segments, below which a rate is shown without shading

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cell:
    """A rate per 100 segments with its 95 % interval. `step`: its size in hundredths of the largest of its column.

    `few`: too few segments for a colour. `share`, `low`, `high` are None where there is no segment at all.
    """

    value: str
    detail: str
    step: int
    few: bool
    href: str | None
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CrossRow:
    """A line: segments of one kind, and a rate for each category."""

    label: str
    segments: str
    cells: tuple[Cell, ...]
    label_is_corpus: bool = False


@dataclass(frozen=True, slots=True)
class CrossTable:
    """A table. `columns`: the categories, any flag first. `groups`: lines under a heading, "" for none."""

    key: str
    title: str
    head: str
    help: str
    columns: tuple[Category, ...]
    groups: tuple[tuple[str, tuple[CrossRow, ...]], ...]
    empty: str | None = None


ANY = Category("", "any", "any flag", "flags", "Segments with at least one suspected flag of any category.")


@dataclass(frozen=True, slots=True)
class _Line:
    """Segments of one kind, before their rates: `inside` [N], `weights` [N] (how many segments each stands for)."""

    label: str
    inside: Mask
    weights: Array
    address: str | None
    group: str = ""
    is_corpus: bool = False


def crosstabs(tally: Tally, looked: Mapping[int, Looked]) -> tuple[CrossTable, ...]:
    """The tables of a run: by length, by negation and length, by document, and by all three where there are any."""
    columns = (ANY, *(category(code) for code in tally.codes if tally.has(code).any()))
    lengths, ones = tally.column("source-length"), np.ones(len(tally))
    bands = list(_bands(lengths))
    by_length = [_Line(label, inside, ones, address) for label, inside, address in bands]
    known, negated, weights = _negated(tally, looked)
    by_negation = [
        _Line(label, inside & side, weights, None, name)  # the list cannot ask for negations
        for side, name in ((known & negated, f"with a negation{IN_SOURCE}"), (known & ~negated, "without"))
        for label, inside, address in bands
    ]
    documents = list(_documents(tally, ones))
    together = [
        _Line(f"{line.label}, {line.group.removesuffix(IN_SOURCE)}", line.inside & document.inside, weights, None,
              document.label)
        for document in documents[:TOGETHER] if document.is_corpus
        for line in by_negation if (line.inside & document.inside).any()
    ]  # fmt: skip
    tables = (
        _table(tally, columns, by_length, "length", "By length of the source", "characters",
               "Bands of about equally many segments.", "No segment has a source."),
        _table(tally, columns, by_negation if known.any() else [], "negation", "By negation and length", "characters",
               _sampled(tally), "There is no list of negations for the languages of the sources."),
        _table(tally, columns, documents, "document", "By document", "document",
               f"The {DOCUMENTS} documents with most flagged segments, and all others together.",
               "The corpus does not say which documents its segments are from."),
    )  # fmt: skip
    if not together or not known.any():
        return tables
    text = f"The {TOGETHER} documents with most flagged segments. {_sampled(tally)}"
    title = "By document, negation and length"
    return (*tables, _table(tally, columns, together, JOINT, title, "characters, negation", text, ""))


def _sampled(tally: Tally) -> str:
    text = "Negations are words of the language’s list; parts of words, as in “unable”, are not counted."
    if max(tally.clear.weight, tally.flagged.weight) > 1:
        text += (
            f" Looked for in {count(len(tally.flagged.kept))} of {count(tally.flagged.seen)} flagged segments and in "
            f"{count(len(tally.clear.kept))} of {count(tally.clear.seen)} others, drawn by a seed; rates are estimates."
        )
    return text


def _bands(lengths: Array) -> Iterator[tuple[str, Mask, str]]:
    """Label, segments and address of each band of about equally many segments."""
    known = lengths[np.isfinite(lengths)]
    if not known.size:
        return
    inner = {float(round(edge)) for edge in np.quantile(known, np.linspace(0, 1, BANDS + 1)[1:-1])}
    edges = [known.min(), *sorted(edge + 1 for edge in inner if known.min() <= edge < known.max()), known.max() + 1]
    for low, end in pairwise(edges):
        span = f"{low:.0f}", f"{end - 1:.0f}"
        label = span[0] if span[0] == span[1] else "–".join(span)
        yield label, (lengths >= low) & (lengths < end), f"length={'..'.join(span)}"


def _negated(tally: Tally, looked: Mapping[int, Looked]) -> tuple[Mask, Mask, Array]:
    """Of each segment whether it can be told, whether its source negates, and how many segments it stands for."""
    known, negated, weights = (np.zeros(len(tally), dtype=kind) for kind in (bool, bool, np.float64))
    for sample in (tally.flagged, tally.clear):
        for item in sample.kept:
            cues = looked[item.index].constructions.get(NEGATION)
            if cues is not None:
                known[item.index], weights[item.index], negated[item.index] = True, sample.weight, bool(cues)
    return known, negated, weights


def _documents(tally: Tally, ones: Array) -> Iterator[_Line]:
    if not tally.names:
        return
    places, flagged = tally.documents, tally.masks > 0
    hits = np.bincount(places[flagged & (places >= 0)], minlength=len(tally.names))
    names = list(tally.names)
    most = sorted(range(len(names)), key=lambda place: (-hits[place], place))[:DOCUMENTS]
    for place in most:
        yield _Line(visible(names[place]), places == place, ones, f"doc={quote(names[place], safe='')}", "", True)
    rest = ~np.isin(places, most)
    if rest.any():
        others = len(names) - len(most)
        yield _Line(f"{count(others)} other documents" if others else "no document", rest, ones, None)


def _table(
    tally: Tally, columns: Sequence[Category], lines: Sequence[_Line], key: str, title: str, head: str, help: str,
    empty: str,
) -> CrossTable:  # fmt: skip
    if not lines:
        return CrossTable(key, title, head, "", (), (), empty)
    marked = [tally.has(named.code) if named.code else tally.masks > 0 for named in columns]
    rates = [[_rate(line, hits) for hits in marked] for line in lines]
    largest = [max((row[place][0] or 0.0 for row in rates), default=0.0) for place in range(len(columns))]
    groups: dict[str, list[CrossRow]] = {}
    for line, row in zip(lines, rates, strict=True):
        cells = tuple(
            _cell(line, named, rate, most) for named, rate, most in zip(columns, row, largest, strict=True)
        )  # fmt: skip
        segments = f"{line.weights[line.inside].sum():,.0f}"
        groups.setdefault(line.group, []).append(CrossRow(line.label, segments, cells, line.is_corpus))
    named_groups = tuple((name, tuple(rows)) for name, rows in groups.items())
    return CrossTable(key, title, head, help, tuple(columns), named_groups)


def _rate(line: _Line, hits: Mask) -> tuple[float | None, float, float, int, float]:
    """Share, interval, hits and segments. Weighted segments count for as many as they are worth (Kish 1965)."""
    weights = line.weights[line.inside]
    total = float(weights.sum())
    if not total:
        return None, 0.0, 1.0, 0, 0.0
    some = float(line.weights[line.inside & hits].sum())
    worth = total * total / float((weights * weights).sum())
    low, high = wilson(round(some / total * worth), round(worth))
    return some / total, low, high, round(some), total


def _cell(line: _Line, named: Category, rate: tuple[float | None, float, float, int, float], most: float) -> Cell:
    share, low, high, hits, total = rate
    if share is None:
        return Cell("–", "no segments", 0, True, None)
    low, high = min(low, share), max(high, share)
    chosen = f"c={named.slug}" if named.code else "show=flagged"
    href = f"segments.html#{chosen}&{line.address}" if line.address and hits else None
    interval = f"{fixed(100 * low, 1)} to {fixed(100 * high, 1)}"
    return Cell(
        fixed(100 * share, 1), f"{count(hits)} of {total:,.0f}, 95 % interval {interval}",
        round(100 * share / most) if most else 0, total < FEW, href, share, low, high,
    )  # fmt: skip
