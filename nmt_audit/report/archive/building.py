"""Builds an archive: scans, deletes if asked, compares neighbouring nights, writes the pages and the feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment

from nmt_audit import __version__
from nmt_audit.archiving.cache import Cache, digest, read_cache, write_cache
from nmt_audit.archiving.retention import Plan, Policy, delete, plan
from nmt_audit.archiving.scanning import CACHE, Entry, scan
from nmt_audit.archiving.trends import Trend, trends
from nmt_audit.durable import write_durably
from nmt_audit.errors import OutputError
from nmt_audit.locking import locked
from nmt_audit.report.archive.addresses import links, series_name
from nmt_audit.report.archive.comparisons import Refused, remove_orphans, write_comparisons
from nmt_audit.report.archive.data import trends_script
from nmt_audit.report.archive.feed import feed
from nmt_audit.report.archive.runs import runs_page
from nmt_audit.report.archive.views import index_page, series_page
from nmt_audit.report.assets import environment, script, stylesheet, templates

LOCK, PATIENCE = ".lock", 600.0  # seconds until another process should be done with the same archive
TITLE = "Nightly evaluations"


@dataclass(frozen=True, slots=True)
class Settings:
    """How an archive is built. See `build_archive`."""

    title: str = TITLE
    base: str = ""
    compare: int = 1
    policy: Policy = field(default_factory=Policy)
    delete: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """What an archive shows. `plan`: what would go, or, where runs were to be deleted, has gone."""

    entries: tuple[Entry, ...]
    trends: tuple[Trend, ...]
    plan: Plan
    refused: tuple[Refused, ...]


def build_archive(directory: Path, out: Path, settings: Settings) -> Built:
    """Writes the archive of all runs below `directory` to the folder `out`, or brings the one that is there up to date.

    Everything is written under a temporary name and then put in its place, and only where it differs: a reader never
    sees half a page, and an archive of the same runs has the same bytes. Of the settings, `base` is the address of the
    archive for links in the feed; `compare`, of how many of the newest nights of each series, and of those that became
    worse, a comparison with the night before is made; `policy`, which runs are kept; `delete`, whether the others are
    deleted, which happens before anything else.

    Raises InputError where `directory` cannot be listed, and OutputError where `out` holds something that is not an
    archive or cannot be written.
    """
    _refuse_other(out)
    cache = read_cache(out / CACHE)
    entries = scan(directory, cache.entries)
    gone = Plan((), ())
    if settings.delete:
        gone = plan(directory, entries, settings.policy)
        delete(directory, gone.going)
        entries = scan(directory, {entry.path: entry for entry in entries})
    found = trends(entries, cache.steps_of)
    try:
        out.mkdir(parents=True, exist_ok=True)
        busy = f"{out}: has been written by another process for ten minutes; see what it does"
        with locked(out / LOCK, busy, patience=PATIENCE):
            (out / CACHE).touch()  # from now on it is an archive
            remove_orphans(entries, out)
            refused = write_comparisons(found, settings.compare, directory, out)
            planned = plan(directory, entries, settings.policy)
            _Pages(directory, out, settings, cache).write(entries, found, planned)
            write_cache(out / CACHE, entries, cache)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror}); choose another --out") from error
    return Built(entries, found, gone if settings.delete else planned, refused)


def _refuse_other(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out}: is a file, not a directory; choose another --out")
    if out.is_dir() and not (out / CACHE).exists() and any(not item.name.startswith(".") for item in out.iterdir()):
        raise OutputError(f"{out}: holds files that are not an archive; choose another --out")


class _Pages:
    """Writes the pages of one archive."""

    def __init__(self, directory: Path, out: Path, settings: Settings, cache: Cache) -> None:
        self.out = out
        self.cache = cache
        self.settings = settings
        self.links = links(directory, out)
        self.environment: Environment = environment(templates())
        self.look = [path.read_text("utf-8") for path in sorted(templates().glob("*.html"))]

    def write(self, entries: Sequence[Entry], found: Sequence[Trend], planned: Plan) -> None:
        """Writes everything; the index last, so that what it leads to is there."""
        title = self.settings.title
        shared = {"title": title, "version": __version__}
        self._put("site.css", stylesheet().encode("utf-8"))
        self._put("site.js", script().encode("utf-8"))
        self._put("data/trends.js", trends_script(found).encode("utf-8"))
        self._remove_series(found)
        for trend in found:
            self._series(trend, shared)
        runs = runs_page(title, entries, self.settings.policy, planned, self.links)
        self._page("runs.html", "archive_runs.html", "", shared | {"page": runs})
        self._put("feed.xml", feed(title, found, self.links, self.settings.base))
        index = index_page(title, entries, found, self.links)
        self._page("index.html", "archive.html", "", shared | {"page": index})

    def _series(self, trend: Trend, shared: Mapping[str, Any]) -> None:
        """Writes the page of a series, unless it is there and made from the same."""
        name = f"series/{series_name(trend)}.html"
        pairs = [self.links.comparison(*pair) for pair in pairwise(trend.nights)]
        key = digest((trend, pairs, self.links.runs, shared, self.look))
        if not self.cache.page_is(key, self.out / name):
            page = series_page(trend, self.links)
            self.cache.page_made(key, self._page(name, "archive_series.html", "../", {**shared, "page": page}))

    def _remove_series(self, found: Sequence[Trend]) -> None:
        """Removes the pages of series that are there no longer."""
        names = {series_name(trend) for trend in found}
        for path in (self.out / "series").glob("*.html"):
            if path.stem not in names:
                path.unlink()

    def _page(self, name: str, template: str, root: str, values: Mapping[str, Any]) -> bytes:
        content = self.environment.get_template(template).render(root=root, here=name, **values).encode("utf-8")
        self._put(name, content)
        return content

    def _put(self, name: str, content: bytes) -> None:
        path = self.out / name
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, content)
