"""Lays the pages out: the only module that knows that HTML exists. What stands on them is decided elsewhere."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Container, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nmt_audit.errors import OutputError
from nmt_audit.report import browse
from nmt_audit.report.faithfulness import faithfulness
from nmt_audit.report.figures import THEMES, chart, share_chart
from nmt_audit.report.flagged import Comparison, SegmentPage, page_name, segment_page
from nmt_audit.report.reading import Explanations, FlagRow, flag_rows, segment_rows
from nmt_audit.report.signature import run_facts
from nmt_audit.report.summary import Gatherer, run_page
from nmt_audit.report.trust import COLUMNS
from nmt_audit.report.wording import CATEGORY, CONTRAST, ENTRY, METHOD, STATES
from nmt_audit.store import Run
from nmt_audit.verdicts import precision, run_verdicts

ASSETS = ("site.css", "site.js")
INDEX = "data/index.js"
FAITHFULNESS = "faithfulness"


def templates() -> Path:
    """The folder of the templates: inside the installed package, or at the top of a checkout."""
    packed = Path(str(files("nmt_audit"))) / "templates"
    return packed if packed.is_dir() else packed.parents[1] / "templates"


def environment(folder: Path) -> Environment:
    """Escapes everything; a misspelt field is an error, not an empty cell."""
    loader = FileSystemLoader(folder)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def write_site(run: Run, out: Path) -> None:
    """Writes the site beside its place and puts it there when it is whole. See `report.build_site`."""
    _refuse_other(out)
    temporary = out.parent / f".{out.name}.partial"
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        _Writer(run, temporary).write()
        shutil.rmtree(out, ignore_errors=True)
        temporary.rename(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _refuse_other(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out}: is a file, not a directory; choose another --out")
    if out.is_dir() and any(out.iterdir()) and not (out / INDEX).is_file():
        raise OutputError(f"{out}: holds files that are not a site; choose another --out")


class _Writer:
    """Writes the pages of one run into one folder."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.folder = folder
        self.environment = environment(templates())
        self.shared: dict[str, Any] = {
            "facts": run_facts(run.manifest),
            "categories": tuple(CATEGORY.values()),
            "states": (*STATES.values(), CONTRAST),
            "methods": METHOD,
            "entries": tuple(ENTRY.values()),
            "trust_columns": COLUMNS,
        }

    def write(self) -> None:
        """Writes everything. Each segment is read once, for its page, its row in the list and the totals."""
        found, index, flags = Gatherer(), browse.Index(), flag_rows(self.run)
        self._segments(flags, found, index)
        judged = precision(itertools.chain.from_iterable(flags.values()), run_verdicts(self.run.directory))
        page = run_page(self.run.manifest, found, judged)
        for theme, ink in THEMES.items():
            for data in page.charts:
                self._put(f"charts/{data.name}-{theme}.svg", chart(data, ink))
            if page.believed.chart is not None:
                self._put(f"charts/{FAITHFULNESS}-{theme}.svg", share_chart(page.believed.chart, ink))
        self._put(INDEX, index.script())
        self._page("index.html", "run.html", page=page)
        self._page("segments.html", "segments.html", page=page)
        self._page("how-to-read.html", "how-to-read.html", page=page)
        for name in ASSETS:
            shutil.copyfile(templates() / name, self.folder / name)

    def _segments(self, flags: Mapping[str, list[FlagRow]], found: Gatherer, index: browse.Index) -> None:
        explanations = Explanations(self.run)
        measured = faithfulness(self.run.manifest)
        live = {name for name, own in flags.items() if not all(flag.dismissed for flag in own)}
        neighbours = _Neighbours([name for name in self.run.segments["id"].tolist() if name in flags], live)
        rows: list[list[Any]] = []
        chunk = 1
        for segment in segment_rows(self.run, flags):
            own = flags.get(segment.id, [])
            comparisons: list[Comparison] = []
            if own:
                page, comparisons = segment_page(segment, own, explanations, measured)
                self._flagged(page, *neighbours.of(segment.id))
            found.add(segment, own, comparisons)
            index.add(segment, own)
            rows.append(browse.row(segment, own))
            if len(rows) == browse.CHUNK:
                self._put(f"data/{browse.chunk_name(chunk)}", browse.chunk_script(chunk, rows))
                rows, chunk = [], chunk + 1
        if rows:
            self._put(f"data/{browse.chunk_name(chunk)}", browse.chunk_script(chunk, rows))

    def _flagged(self, page: SegmentPage, previous: str | None, following: str | None) -> None:
        self._page(page.href, "segment.html", root="../", page=page, previous=previous, following=following)

    def _page(self, name: str, template: str, root: str = "", **values: Any) -> None:
        text = self.environment.get_template(template).render(root=root, here=name, **self.shared, **values)
        self._put(name, text)

    def _put(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


class _Neighbours:
    """Before and after each segment that has a page: the nearest with flags that nobody dismissed, as file names."""

    def __init__(self, ids: Sequence[str], live: Container[str]) -> None:
        self._before, self._after = (dict(self._passed(order, live)) for order in (ids, ids[::-1]))

    def of(self, segment_id: str) -> tuple[str | None, str | None]:
        """The pages before and after this segment's."""
        return self._before[segment_id], self._after[segment_id]

    @staticmethod
    def _passed(ids: Sequence[str], live: Container[str]) -> Iterator[tuple[str, str | None]]:
        last = None
        for name in ids:
            yield name, last
            if name in live:
                last = page_name(name)
