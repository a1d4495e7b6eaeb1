"""Head relevance of a run (Voita et al. 2019): which attention heads the choice of words goes through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.report.signature import Manifest
from nmt_audit.report.wording import count, percent

KINDS = (
    ("encoder", "Within the source", "The encoder's own attention: source words looking at each other."),
    ("decoder", "Within the translation", "The decoder's own attention: a word looking at those written before it."),
    ("cross", "From the translation to the source", "The decoder's attention to the source: where a word comes from."),
)


@dataclass(frozen=True, slots=True)
class HeadCell:
    """One head's share of its layer. `step` is its size in hundredths of the largest of the chart.

    Classes: n below zero, t the largest of its layer.
    """

    step: int
    classes: str
    text: str


@dataclass(frozen=True, slots=True)
class HeadChart:
    """The heads of one kind of attention: a row per layer, a column per head."""

    kind: str
    title: str
    help: str
    summary: str
    heads: tuple[str, ...]
    layers: tuple[tuple[str, tuple[HeadCell, ...]], ...]


@dataclass(frozen=True, slots=True)
class HeadSection:
    """The charts, and what they were averaged over."""

    charts: tuple[HeadChart, ...]
    positions: str
    rules: str


def heads(manifest: Manifest) -> HeadSection | None:
    """The section of a run, from its manifest alone; None for a model without heads."""
    found = manifest.get("heads")
    if not found:
        return None
    charts = tuple(_chart(*kind, found[kind[0]]) for kind in KINDS if found.get(kind[0]))
    return HeadSection(charts, count(found["positions"]), str(found["rules"])) if charts else None


def _chart(kind: str, title: str, help: str, shares: Sequence[Sequence[float]]) -> HeadChart:
    """shares: [layers][heads]"""
    sizes = [abs(share) for layer in shares for share in layer]
    largest = max(sizes, default=0.0) or 1.0
    width = max(len(layer) for layer in shares)
    return HeadChart(
        kind, title, help, _summary(shares), tuple(str(head + 1) for head in range(width)),
        tuple((f"layer {place + 1}", _cells(layer, largest)) for place, layer in enumerate(shares)),
    )  # fmt: skip


def _cells(layer: Sequence[float], largest: float) -> tuple[HeadCell, ...]:
    most = max((abs(share) for share in layer), default=0.0)
    return tuple(
        HeadCell(
            round(100 * abs(share) / largest),
            " ".join(name for name, on in (("n", share < 0), ("t", most > 0 and abs(share) == most)) if on),
            percent(share),
        )
        for share in layer
    )


def _summary(shares: Sequence[Sequence[float]]) -> str:
    """What the chart shows, in words."""
    share, layer, head = max(
        (abs(share), -layer, -head) for layer, row in enumerate(shares) for head, share in enumerate(row)
    )
    value = shares[-layer][-head]
    even = f"with all alike, each of the {len(shares[-layer])} would have {percent(1 / len(shares[-layer]), 1)}"
    down = ", and pulls values down" if value < 0 else ""
    return f"Head {1 - head} of layer {1 - layer} has the largest share, {percent(share)}{down}; {even}."
