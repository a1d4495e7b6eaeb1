"""Charts of shares and differences with their intervals, before anybody draws them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A number with its 95 % interval, where there is one."""

    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class SpanChart:
    """A line per label with one or two marks on their intervals; None where there is no number.

    `series` names the two marks; with one name there is no second. `scale` is what a number is multiplied by (100 for
    percent), `rule` a value with a line of its own, `top` where the axis ends; `logarithmic` suits ratios.
    """

    rows: tuple[tuple[str, Span | None, Span | None], ...]
    title: str
    alt: str
    axis: str
    series: tuple[str, ...]
    scale: float = 100.0
    rule: float | None = None
    top: float | None = None
    logarithmic: bool = False

    @property
    def inches(self) -> float:
        """How high the chart is drawn."""
        return (0.75 if len(self.series) < 2 else 1.0) + 0.28 * len(self.rows)

    @property
    def pixels(self) -> int:
        """How high it is in a page."""
        return round(72 * self.inches)


@dataclass(frozen=True, slots=True)
class Charted:
    """A chart that stands beside a table, and the name of its file."""

    name: str
    chart: SpanChart
