"""What the charts of distributions show: counts per bin, and in words what a chart says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nmt_audit.records import Array
from nmt_audit.report.wording import count, fixed, percent

BINS = 24


@dataclass(frozen=True, slots=True)
class Bin:
    """Segments from `low` up to `high`, and how many of them carry a flag."""

    low: float
    high: float
    segments: int
    flagged: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """One chart with the sentence that replaces it for those who do not see it, and its table."""

    name: str
    title: str
    axis: str
    help: str
    alt: str
    flagged_only: bool  # no segment without a flag has such a number
    bins: tuple[Bin, ...]
    head: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number per segment that is worth a chart."""

    name: str
    title: str
    axis: str
    help: str
    decimals: int
    flagged_only: bool = False  # segments without a flag have no such number


QUANTITIES = (
    Quantity(
        "length-ratio", "Length ratio", "characters of the translation per character of the source",
        "Translations much shorter or longer than usual often lack or repeat something.", 2,
    ),
    Quantity(
        "source-length", "Source length", "characters of the source", "How long the sources are.", 0,
    ),
    Quantity(
        "translation-length", "Translation length", "characters of the translation",
        "How long the translations are.", 0,
    ),
    Quantity(
        "suspicion", "Suspicion", "highest suspicion of a segment (0 to 1)",
        "How far past their thresholds the flags are, of the segments that have any.", 2, flagged_only=True,
    ),
    Quantity(
        "log-probability", "Log-probability", "mean log-probability per token (0: certain)",
        "How sure the model was of its own words, per segment.", 2,
    ),
    Quantity(
        "chrf", "Segment chrF", "chrF against the reference (0 to 100)",
        "Overlap with the reference, per segment. Checks do not look at the reference, so the two can be compared.", 0,
    ),
    Quantity(
        "bleu", "Segment BLEU", "BLEU against the reference (0 to 100)",
        "Overlap with the reference in runs of words, per segment; rough for a single sentence.", 0,
    ),
    Quantity(
        "ter", "Segment TER", "edits per 100 words of the reference",
        "How many edits would turn the translation into the reference; less is better.", 0,
    ),
)  # fmt: skip


def distribution(quantity: Quantity, values: Array, flagged: NDArray[np.bool_]) -> Distribution | None:
    """The chart of a quantity; None where fewer than two segments have it. `values` [N], NaN: the segment has none."""
    known = np.isfinite(values)
    numbers, marked = values[known], flagged[known]
    if numbers.size < 2:
        return None
    edges = _edges(numbers)
    inside = np.clip(numbers, edges[0], edges[-1])  # the outermost bins hold what lies beyond them
    every, _ = np.histogram(inside, edges)
    some, _ = np.histogram(inside[marked], edges)
    bins = tuple(
        Bin(float(low), float(high), int(n), int(k))
        for low, high, n, k in zip(edges[:-1], edges[1:], every, some, strict=True)
    )
    return Distribution(
        name=quantity.name, title=quantity.title, axis=quantity.axis, help=quantity.help,
        alt=_alt(quantity, numbers, marked), flagged_only=quantity.flagged_only, bins=bins,
        head=(quantity.axis, "segments", "with a flag", "share"),
        table=tuple(_table_row(item, quantity.decimals) for item in bins),
    )  # fmt: skip


def _edges(numbers: Array) -> Array:
    low, high = np.quantile(numbers, [0.005, 0.995])
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, min(BINS, max(6, int(np.sqrt(numbers.size)))) + 1)


def _table_row(item: Bin, decimals: int) -> tuple[str, ...]:
    share = item.flagged / item.segments if item.segments else None
    span = f"{item.low:.{decimals}f} to {item.high:.{decimals}f}".replace("-", "−")
    return span, count(item.segments), count(item.flagged), percent(share)


def _alt(quantity: Quantity, numbers: Array, marked: NDArray[np.bool_]) -> str:
    """What the chart shows, in words."""
    decimals = max(quantity.decimals, 1)
    low, middle, high = (fixed(float(x), decimals) for x in np.quantile(numbers, [0.1, 0.5, 0.9]))
    name = f"{quantity.title} of {count(numbers.size)} segments"
    text = f"{name}: half of them below {middle}, the middle 80 % from {low} to {high}."
    if marked.any() and not marked.all():
        there, elsewhere = float(np.median(numbers[marked])), float(np.median(numbers[~marked]))
        text += f" Median with a flag {fixed(there, decimals)}, without {fixed(elsewhere, decimals)}."
    return text
