"""`bench archive`: what an archive of many nights costs to build, and to bring up to date after a night more."""

from __future__ import annotations

import datetime
import json
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nmt_audit.bench.site import MB, Figure, figures_table
from nmt_audit.bench.tables import Table
from nmt_audit.errors import InputError
from nmt_audit.records import CATEGORIES
from nmt_audit.store import MANIFEST, SCHEMA_VERSION

FIRST_NIGHT = datetime.date(2026, 1, 1)
SERIES = 12
SEGMENTS = 2000
FILES = 40  # of a run: disk use is counted over them
LEARNING = 6.0  # nights in which a model learns two thirds of what is left to learn
START = """
import sys
from nmt_audit.cli import main
sys.argv = ["nmt-audit", *sys.argv[1:]]
main()
"""


def bench_archive(runs: int, seed: int = 1) -> tuple[Figure, ...]:
    """Makes manifests of so many nights, and measures the command in processes of its own, with the start of Python.

    First with nothing there, then with nothing changed, then with one night more of each series. Runs have files to be
    counted, and no tables: comparing two nights is not measured.
    """
    with tempfile.TemporaryDirectory(prefix="nmt-audit-bench-") as folder:
        directory = Path(folder) / "runs"
        nights = max(1, math.ceil(runs / SERIES))
        places = [(series, night) for night in range(nights) for series in range(SERIES)][:runs]
        for series, night in places:
            made_up_night(directory / f"night-{night:04d}" / f"series-{series:02d}", series, night, seed)
        figures = [*_built(directory, "nothing there before", 30), *_built(directory, "nothing changed", 2)]
        made_up_night(directory / f"night-{nights:04d}" / "series-00", 0, nights, seed)
        figures += _built(directory, "a run more", 2)
        pages = [path.stat().st_size for path in (directory / "archive").rglob("*") if path.is_file()]
        figures.append(Figure("the archive on the disk", sum(pages) / MB, "MB"))
        figures.append(Figure("its first page", (directory / "archive" / "index.html").stat().st_size / MB, "MB"))
    return tuple(figures)


def table(figures: Sequence[Figure], runs: int) -> Table:
    """The figures with their budgets."""
    return figures_table(f"an archive of {runs:,} runs", figures)


def _built(directory: Path, what: str, most: float) -> Iterator[Figure]:
    """The time of the command, of the processor, which is what it takes where nothing else runs, and by the clock."""
    begun, used = time.perf_counter(), _used()
    done = subprocess.run(
        [sys.executable, "-c", START, "archive", str(directory)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InputError(f"the archive could not be built: {done.stderr.strip().splitlines()[-1]}")
    yield Figure(what, _used() - used, "s", most=most)
    yield Figure(f"{what}, by the clock", time.perf_counter() - begun, "s")


def _used() -> float:
    """Seconds of processor time of all processes that were started from here."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def made_up_night(place: Path, series: int, night: int, seed: int = 1) -> None:
    """Writes the manifest of a night of a model that learns, with seeded noise, and files that take up room."""
    (place / "site" / "data").mkdir(parents=True)
    for number in range(FILES):
        (place / "site" / "data" / f"part-{number:04d}.js").write_bytes(b"-" * 100)
    (place / "site" / "index.html").write_text("<!doctype html><title>A night</title>", "utf-8")
    manifest = made_up_manifest(series, night, seed)
    (place / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True), "utf-8")


def made_up_manifest(series: int, night: int, seed: int = 1) -> dict[str, Any]:
    """A manifest as an audit writes it: the same arguments give the same numbers."""
    chance = random.Random(f"{seed} {series} {night}")
    learnt = 1 - math.exp(-(night + 1) / LEARNING)
    day = FIRST_NIGHT + datetime.timedelta(days=night)
    counts = dict(_counts(learnt, chance))
    share = min(1.0, 0.8 + 0.1 * learnt + chance.gauss(0, 0.01))
    return {
        "schema": SCHEMA_VERSION, "state": "complete", "name": f"Night {night + 1}", "date": day.isoformat(),
        "created": f"{day.isoformat()}T03:00:00+00:00", "src_lang": "de", "tgt_lang": "en",
        "series": {"model": f"model-{series // 3 + 1}", "test_set": f"test-set-{series % 3 + 1}"},
        "model": {"name": f"checkpoint-{night}", "fingerprint": f"{series:032x}{night:032x}"},
        "data": {f"test-{series % 3}.de": f"{series % 3:064x}"}, "settings": {"beam": 5, "seed": 1},
        "thresholds": {"rules": {"omission.length": 2.0}}, "versions": {"nmt-audit": "0.1.0"},
        "scores": list(_scores(learnt, chance)), "counts": counts,
        "faithfulness": {"rows": [{"method": "lrp", "side": "source", "rules": "stable", "share": share,
                                   "low": share - 0.03, "high": min(1.0, share + 0.03)}]},
        "files": {f"site/data/part-{number:04d}.js": f"{number:064x}" for number in range(FILES)},
    }  # fmt: skip


def _scores(learnt: float, chance: random.Random) -> Iterator[Mapping[str, Any]]:
    for name, value in (("BLEU", 34 * learnt), ("chrF", 20 + 40 * learnt), ("TER", 95 - 45 * learnt)):
        found = max(0.0, value + chance.gauss(0, 0.4))
        yield {"name": name, "value": found, "low": found - 1, "high": found + 1, "signature": "nrefs:1|case:mixed"}


def _counts(learnt: float, chance: random.Random) -> Iterator[tuple[str, Any]]:
    def number(rate: float) -> int:
        return max(0, round(SEGMENTS * rate + chance.gauss(0, 1) * math.sqrt(SEGMENTS * rate)))

    yield "segments", SEGMENTS
    yield "flagged", number(0.6 - 0.4 * learnt)
    yield "flags", {name: number(0.02 + 0.2 * (1 - learnt)) for name in CATEGORIES}
    yield "not_checked", dict.fromkeys(CATEGORIES, 0)
    yield from {"empty": 0, "too_long": 0, "not_finite": 0, "out_of_memory": 0}.items()
