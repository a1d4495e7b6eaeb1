"""Whole audits, each in a process of its own: how long they take and what they hold, seen from outside.

What an audit says of its own stages is in its manifest; its memory is looked at while it runs.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from nmt_audit.bench.sentences import made_up_segments, write_corpus
from nmt_audit.bench.timing import most_memory_of
from nmt_audit.errors import InputError
from nmt_audit.progress import progress
from nmt_audit.records import Segment
from nmt_audit.stages import SHARD
from nmt_audit.store import open_run

SMALL = 100  # segments of an audit that hardly counts: what starting takes
EVERY = 0.1  # seconds between two looks at the memory
REACHED = 0.95  # of the peak: that is where it was reached
START = """
import sys
from pathlib import Path
from nmt_audit.bench.timing import most_memory
from nmt_audit.cli import main
peak, *sys.argv[1:] = sys.argv[1:]
try:
    main()
finally:
    Path(peak).write_text(str(most_memory()), "ascii")
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is audited. `source`: the segments to take the first ones of; None: made-up ones, by `seed`.

    With a `model`, made-up segments have no hypotheses, so that it translates them.
    """

    model: str | None = None
    source: Sequence[Segment] | None = None
    seed: int = 1
    threads: int | None = None
    device: str = "auto"

    def segments(self, size: int) -> Iterator[Segment]:
        """The first ones. Raises InputError where there are not so many."""
        if self.source is not None:
            if size > len(self.source):
                raise InputError(f"{size:,} segments asked for, {len(self.source):,} there; give smaller --sizes")
            return islice(self.source, size)
        made_up = islice(made_up_segments(self.seed), size)
        return made_up if self.model is None else (_untranslated(segment) for segment in made_up)


@dataclass(frozen=True, slots=True)
class Whole:
    """One audit, with the start of Python. `peak`: bytes; `where`: the part of the audit that reached it, if known.

    `stages`: seconds by name, as the manifest has them; `beside`: of these, those that ran beside others. `threads`: of
    the model; None without one.
    """

    segments: int
    seconds: float
    peak: int
    where: str | None
    stages: Mapping[str, float]
    beside: float
    flagged: int
    model: Mapping[str, str] | None
    threads: int | None


def audits(asked: Asked, sizes: Sequence[int], repetitions: int = 1, *, warm_up: bool = True) -> list[list[Whole]]:
    """For each size its repetitions; the sizes take turns. `warm_up`: a small audit goes before, and does not count.

    Raises InputError where an audit fails, with what it said.
    """
    before = [min(SMALL, *sizes)] if warm_up else []
    found: dict[int, list[Whole]] = {size: [] for size in sizes}
    with tempfile.TemporaryDirectory(prefix="nmt-audit-bench-") as name:
        folder = Path(name)
        for size in {*before, *sizes}:
            write_corpus(_corpus(folder, size), asked.segments(size))
        with progress("audits", len(before) + repetitions * len(sizes)) as advance:
            for size in before:
                _audited(asked, folder, size)
                advance(1)
            for size in [*sizes] * repetitions:
                advance(0, f"{size:,} segments")
                found[size].append(_audited(asked, folder, size))
                advance(1)
    return [*found.values()]


def parsed_sizes(sizes: Sequence[str]) -> list[int]:
    """As in ["1000,10000", "100000"]; each once, the smallest first. Raises InputError where one is no number."""
    numbers = [number.strip().replace("_", "") for some in sizes for number in some.split(",")]
    for number in numbers:
        if not (number.isdecimal() and int(number)):
            raise InputError(f"--sizes {','.join(sizes)}: “{number}” is no number of segments; write 1000,10000")
    return sorted({int(number) for number in numbers})


def _corpus(folder: Path, size: int) -> Path:
    return folder / f"{size}.jsonl"


def _untranslated(segment: Segment) -> Segment:
    return replace(segment, hypothesis=None)


def _audited(asked: Asked, folder: Path, size: int) -> Whole:
    run, peak, errors = folder / "run", folder / "peak", folder / "errors"
    options: list[Any] = ["--source", _corpus(folder, size), "--out", run, "--seed", asked.seed, "--no-cache"]
    options += [] if asked.model is None else ["--model", asked.model, "--device", asked.device]
    options += [] if asked.threads is None else ["--threads", asked.threads]
    command = [sys.executable, "-c", START, str(peak), "audit", *map(str, options)]
    begun = time.perf_counter()
    with errors.open("wb") as said, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said) as process:
        try:
            marks = list(_watched(process, run, size))
        except BaseException:
            process.kill()
            raise
    seconds = time.perf_counter() - begun
    if process.returncode:
        lines = errors.read_text("utf-8", "replace").strip().splitlines() or [f"exit code {process.returncode}"]
        raise InputError(f"auditing {size:,} segments failed: {lines[-1].removeprefix('nmt-audit: ')}")
    manifest = open_run(run).manifest
    shutil.rmtree(run)
    most = int(peak.read_text("ascii"))
    return Whole(
        size, seconds, most, next((where for held, where in marks if held >= REACHED * most), None),
        manifest["timings"], manifest["engine"]["side_by_side"], manifest["counts"]["flagged"], manifest["model"],
        manifest["threads"],
    )  # fmt: skip


def _watched(process: subprocess.Popen[bytes], run: Path, size: int) -> Iterator[tuple[int, str]]:
    """The most memory up to then, and where the audit is, while it runs; nothing where the system does not tell."""
    while process.poll() is None:
        held = most_memory_of(process.pid)
        if held is not None:
            yield held, _where(run, size)
        try:
            process.wait(EVERY)
        except subprocess.TimeoutExpired:
            continue


def _where(run: Path, size: int) -> str:
    """By the files of the run that are there."""
    if any(run.glob("*site*")):
        return "report"
    done = sum(1 for _ in run.glob("data/segments/part-*"))
    return "before the shards" if not done else "shards" if done * SHARD < size else "after the shards"
