"""The data script of an archive's pages: trends as numbers, for filters and drawings. docs/archive.md describes it."""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.archiving.measures import MEASURES
from nmt_audit.archiving.trends import Line, Trend, is_worse
from nmt_audit.report.archive.addresses import series_name
from nmt_audit.report.archive.drawing import ROOM
from nmt_audit.report.archive.views import CHART, SPARK
from nmt_audit.report.archive.wording import DECIMALS, LABELS, step_text
from nmt_audit.report.literals import script
from nmt_audit.report.wording import visible


def trends_script(trends: Sequence[Trend]) -> str:
    """The script: `window.nmtAudit.trends(content)`."""
    return script(
        "trends",
        {
            "decimals": DECIMALS,
            "room": ROOM,
            "spark": SPARK,
            "chart": CHART,
            "measures": {key: {"name": LABELS[key].name, "unit": LABELS[key].unit} for key in MEASURES},
            "series": {series_name(trend): _series(trend) for trend in trends},
        },
    )


def _series(trend: Trend) -> dict[str, object]:
    return {
        "model": visible(trend.series.model),
        "test_set": visible(trend.series.test_set),
        "dates": [entry.night.date for entry in trend.nights if entry.night is not None],
        "lines": {line.measure.key: _line(line) for line in trend.lines},
    }


def _line(line: Line) -> dict[str, object]:
    return {
        "values": list(line.values),
        "steps": [
            {"night": step.night, "worse": is_worse(line.measure, step), "text": step_text(line.measure, step)}
            for step in line.steps
        ],
    }
