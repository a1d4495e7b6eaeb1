"""The page of what a run shows as a whole: distributions, where flags are, patterns, heads, attention and relevance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nmt_audit.findings import Findings
from nmt_audit.report.contrasts import Contrasts, contrasts
from nmt_audit.report.crosstabs import IN_SOURCE, JOINT, Cell, CrossTable, crosstabs
from nmt_audit.report.distributions import QUANTITIES, Distribution, distribution
from nmt_audit.report.heads import HeadSection, heads
from nmt_audit.report.pattern_tables import PatternSection, pattern_section
from nmt_audit.report.patterns import look_at, patterns
from nmt_audit.report.relevance_findings import RelevanceSection, relevance_section
from nmt_audit.report.signature import Manifest, run_facts
from nmt_audit.report.spans import Charted, Span, SpanChart
from nmt_audit.report.tally import Tally
from nmt_audit.report.wording import count


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """Everything on the page. `rates`: the charts beside the tables of where flags are, by key of the table."""

    segments: str
    flagged: str
    distributions: tuple[Distribution, ...]
    crosstabs: tuple[CrossTable, ...]
    rates: dict[str, Charted]
    contrasts: Contrasts
    patterns: PatternSection
    heads: HeadSection | None
    relevance: RelevanceSection

    @property
    def charts(self) -> tuple[Charted, ...]:
        """All charts with intervals."""
        found = [*self.rates.values(), *(item for section in self.relevance.findings for item in section.charts)]
        if self.patterns.chart is not None:
            found.append(Charted("patterns", self.patterns.chart))
        return tuple(found)


def findings_page(manifest: Manifest, tally: Tally, found: Findings | None) -> FindingsPage:
    """The page from the manifest, what the segments said, and the statistics over explanations, where there are any."""
    flagged = tally.masks > 0
    looked = look_at(tally)
    tables = crosstabs(tally, looked) if flagged.any() else ()
    drawn = (distribution(item, tally.column(item.name), flagged) for item in QUANTITIES)
    return FindingsPage(
        segments=count(len(tally)),
        flagged=count(int(flagged.sum())),
        distributions=tuple(item for item in drawn if item is not None),
        crosstabs=tables,
        rates=dict(_rates(tables)),
        contrasts=contrasts(tally),
        patterns=pattern_section(patterns(tally, looked), run_facts(manifest).source_language),
        heads=heads(manifest),
        relevance=relevance_section(manifest, found),
    )


def _rates(tables: tuple[CrossTable, ...]) -> Iterator[tuple[str, Charted]]:
    """For each table the rate of any flag; where it has two groups of like lines, both in one chart."""
    for table in tables:
        if table.empty or not table.groups or table.key == JOINT:
            continue
        first = table.groups[0][1]
        second = table.groups[1][1] if len(table.groups) > 1 else (None,) * len(first)
        rows = tuple(
            (_short(row.label), _span(row.cells[0]), _span(other.cells[0]) if other else None)
            for row, other in zip(first, second, strict=True)
        )
        series = tuple(name.removesuffix(IN_SOURCE) for name, _ in table.groups)
        alt = "; ".join(f"{label}: {100 * span.share:.1f}" for label, span, _ in rows if span)
        title = f"Segments with any flag, per 100, {table.title[0].lower()}{table.title[1:]}"
        chart = SpanChart(
            rows, title, f"{title}. {alt}.", "segments with any flag, per 100", series if series[0] else ("any flag",)
        )
        yield table.key, Charted(f"flags-by-{table.key}", chart)


def _span(cell: Cell) -> Span | None:
    return None if cell.share is None else Span(cell.share, cell.low, cell.high)


def _short(label: str) -> str:
    return label if len(label) <= 28 else f"{label[:27]}…"
