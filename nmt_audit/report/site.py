"""Lays the pages out: the only module that knows that HTML exists. What stands on them is decided elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nmt_audit.durable import new_folder
from nmt_audit.findings import findings
from nmt_audit.report.assets import environment, script, stylesheet, templates
from nmt_audit.report.data_schema import SCHEMA
from nmt_audit.report.data_scripts import INDEX, write_data
from nmt_audit.report.figures import THEMES, chart, contrast_chart, recoloured, span_chart
from nmt_audit.report.findings_page import FindingsPage, findings_page
from nmt_audit.report.signature import run_facts
from nmt_audit.report.spans import Charted
from nmt_audit.report.summary import Gatherer, RunPage, run_page
from nmt_audit.report.trust import COLUMNS
from nmt_audit.report.wording import CATEGORY, CONTRAST, ENTRY, METHOD, STATES
from nmt_audit.store import Run
from nmt_audit.verdicts import precision, run_verdicts

FAITHFULNESS = "faithfulness"


def write_site(run: Run, out: Path) -> None:
    """Writes the site beside its place and puts it there when it is whole. See `report.build_site`."""
    with new_folder(out, mark=INDEX, what="site") as folder:
        _Writer(run, folder).write()


class _Writer:
    """Writes the pages of one run into one folder."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.folder = folder
        self.verdicts = run_verdicts(run.directory)
        self.environment = environment(templates())
        self.shared: dict[str, Any] = {
            "facts": run_facts(run.manifest),
            "categories": tuple(CATEGORY.values()),
            "states": (*STATES.values(), CONTRAST),
            "methods": METHOD,
            "entries": tuple(ENTRY.values()),
            "trust_columns": COLUMNS,
            "data_schema": SCHEMA,
        }

    def write(self) -> None:
        """Writes everything. Each segment is read once, for its chunk, the index and the totals."""
        found = Gatherer()
        judged = write_data(self.run, self.folder, self.verdicts, found.add)
        page = run_page(self.run.manifest, found, precision(judged, self.verdicts))
        shown = findings_page(self.run.manifest, found.tally, findings(self.run))
        self._charts(page, shown)
        self._page("index.html", "run.html", page=page, shown=shown)
        self._page("findings.html", "findings.html", page=shown)
        self._page("segments.html", "segments.html", page=page)
        self._page("how-to-read.html", "how-to-read.html", page=page)
        self._put("site.css", stylesheet())
        self._put("site.js", script())

    def _charts(self, page: RunPage, shown: FindingsPage) -> None:
        spans = [*shown.charts]
        if page.believed.chart is not None:
            spans.append(Charted(FAITHFULNESS, page.believed.chart))
        light = THEMES["light"]
        drawn = {item.name: chart(item, light) for item in shown.distributions}
        drawn |= {item.name: span_chart(item.chart, light) for item in spans}
        drawn |= {f"with-and-without-{row.compared.name}": contrast_chart(row, light) for row in shown.contrasts.rows}
        for name, text in drawn.items():
            for theme, ink in THEMES.items():
                self._put(f"charts/{name}-{theme}.svg", recoloured(text, ink))

    def _page(self, name: str, template: str, **values: Any) -> None:
        text = self.environment.get_template(template).render(root="", here=name, **self.shared, **values)
        self._put(name, text)

    def _put(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
