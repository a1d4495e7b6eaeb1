"""Timing by the clock, in one process: once to warm up, then the median of some repetitions and their spread."""

from __future__ import annotations

import math
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PER_RSS = 1024 if sys.platform != "darwin" else 1  # ru_maxrss is in KiB but on macOS
PACKAGES = ("nmt-audit", "torch", "transformers", "ctranslate2", "inseq", "ray", "sacrebleu")


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for one piece of work: the median, the fastest and the slowest repetition."""

    median: float
    fastest: float
    slowest: float

    @classmethod
    def of(cls, work: Callable[[], object], repetitions: int) -> Timing:
        """Does `work` once to warm up, then `repetitions` times."""
        return timed({"": work}, repetitions)[""]

    @classmethod
    def among(cls, taken: Sequence[float]) -> Timing:
        """Of seconds that were measured."""
        return cls(statistics.median(taken), min(taken), max(taken))

    def milliseconds(self) -> tuple[str, str, str]:
        """For a table: median, fastest, slowest."""
        return f"{1e3 * self.median:.0f}", f"{1e3 * self.fastest:.0f}", f"{1e3 * self.slowest:.0f}"

    def seconds(self) -> tuple[str, str, str]:
        """For a table: median, fastest, slowest."""
        return f"{self.median:.2f}", f"{self.fastest:.2f}", f"{self.slowest:.2f}"


def timed(works: Mapping[str, Callable[[], object]], repetitions: int) -> dict[str, Timing]:
    """Each piece of work, by name. They take turns, so that a machine that slows down slows all of them."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for repetition in range(repetitions + 1):
        for name, work in works.items():
            begin = time.perf_counter()
            work()
            if repetition:
                taken[name].append(time.perf_counter() - begin)
    return {name: Timing.among(some) for name, some in taken.items()}


def log_slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Of the straight line through the logarithms, by least squares: 1 where twice the x makes twice the y."""
    return statistics.linear_regression([*map(math.log, xs)], [*map(math.log, ys)]).slope


def plural(count: int, noun: str) -> str:
    """As in "1 thread", "2 threads"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def most_memory() -> int:
    """The most memory that this process has held, bytes."""
    return most_memory_of("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PER_RSS


def most_memory_of(process: int | str) -> int | None:
    """The same of any process by its number; None where the system does not tell, as where it has ended.

    Linux tells. There, getrusage would not do for a process that another one started: its mark begins at that of the
    one that started it.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text("ascii", "replace")
    except OSError:
        return None
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return 1024 * int(found[0]) if found else None


def versions() -> dict[str, str]:
    """Of what is timed, as far as it is installed."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
