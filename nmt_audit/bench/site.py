"""`bench site`: what a report of many segments costs to build, to store, to open and to search."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nmt_audit.bench.made_up import made_up_run
from nmt_audit.bench.tables import Table
from nmt_audit.errors import InputError

BUILD = """
import json, sys, time
import nmt_audit
from pathlib import Path
from nmt_audit.bench.timing import most_memory
from nmt_audit.report import build_site
run = nmt_audit.open_run(sys.argv[1])
begun = time.process_time()  # of all threads together: what one core would take that has nothing else to do
build_site(run, Path(sys.argv[2]))
taken = time.process_time() - begun
print(json.dumps([taken, most_memory()]))
"""
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `most`: a budget from above; `least`: one from below; None: none."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def kept(self) -> bool | None:
        """Whether the budget is kept; None where there is none."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)


@dataclass(frozen=True, slots=True)
class Measured:
    """All of a run."""

    segments: int
    seed: int
    figures: tuple[Figure, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        figures = [{**asdict(figure), "kept": figure.kept} for figure in self.figures]
        return {"segments": self.segments, "seed": self.seed, "figures": figures}

    def tables(self) -> list[Table]:
        """The figures with their budgets."""
        return [figures_table(f"a report of {self.segments:,} segments", self.figures)]


def bench_site(segments: int, seed: int = 1, browser: bool = False) -> Measured:
    """Makes a run, builds its site in a process of its own, and opens it in Chromium if asked.

    Raises InputError where a browser is asked for and there is none.
    """
    if browser:
        from nmt_audit.bench.browsing import require_browser

        require_browser()
    with tempfile.TemporaryDirectory(prefix="nmt-audit-bench-") as folder:
        run, site = Path(folder) / "run", Path(folder) / "site"
        made_up_run(run, segments, seed)
        figures = [*_built(run, site, segments)]
        if browser:
            figures += _browsed(site)
    return Measured(segments, seed, tuple(figures))


def _built(run: Path, site: Path, segments: int) -> Iterator[Figure]:
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(run), str(site)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InputError(f"the site could not be built: {done.stderr.strip().splitlines()[-1]}")
    taken, peak = json.loads(done.stdout)
    yield Figure("built, per second of one core", segments / taken, "segments/s", least=3000)
    yield Figure("building, by the clock, with the start of Python", time.perf_counter() - begun, "s")
    yield Figure("peak memory of building", peak / MB, "MB")
    sizes = {path.relative_to(site).as_posix(): path.stat().st_size for path in site.rglob("*") if path.is_file()}
    # Texts and messages of flags are in these, too: an unflagged segment has less.
    listed = sum(size for name, size in sizes.items() if name.startswith("data/") and "maps-" not in name)
    yield Figure("texts, index and names", listed / segments, "bytes/segment", most=1500)
    yield Figure("the whole site", sum(sizes.values()) / segments, "bytes/segment")
    yield Figure("index script", sizes["data/index.js"] / MB, "MB")


def _browsed(site: Path) -> Iterator[Figure]:
    from nmt_audit.bench.browsing import opened

    with opened(site / "segments.html") as page:
        yield Figure("first rows", page.first_rows, "s", most=1.0)
        yield Figure("renderer at first rows", page.memory(), "MB", most=200)
        yield Figure("filter by a category", page.turn("c=omission"), "s", most=0.3)
        several = "rule=negation.lost&score=0.5..&length=40.."
        yield Figure("filter by rule, score and length", page.turn(several), "s", most=0.3)
        for column in ("-logprob", "source", "-suspicion"):
            yield Figure(f"sort by {column}", page.turn(f"sort={column}"), "s", most=0.3)
        yield Figure("text search, first", page.turn("q=kaver"), "s", most=3.0)
        yield Figure("text search, another", page.turn("q=branmil"), "s", most=3.0)
        yield Figure("search by a regular expression", page.turn("q=%5Eka.*lu%24&re=1&in=source"), "s", most=3.0)
        yield Figure("renderer after the searches", page.memory(), "MB", most=400)


def figures_table(title: str, figures: Sequence[Figure]) -> Table:
    """Measurements with their budgets."""
    rows = tuple(
        (figure.name, f"{figure.value:,.{_decimals(figure.value)}f} {figure.unit}", _budget(figure),
         {None: "", True: "kept", False: "EXCEEDED"}[figure.kept])
        for figure in figures
    )  # fmt: skip
    return Table(title, ("what", "measured", "budget", ""), rows)


def _decimals(value: float) -> int:
    return 0 if value >= 100 else 1 if value >= 10 else 2


def _budget(figure: Figure) -> str:
    if figure.most is not None:
        return f"≤ {figure.most:g} {figure.unit}"
    return "" if figure.least is None else f"≥ {figure.least:g} {figure.unit}"
