"""Timing by the clock, in one process: once to warm up, then the median of some repetitions and their spread."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

PER_RSS = 1024 if sys.platform != "darwin" else 1  # ru_maxrss is in KiB but on macOS
PACKAGES = ("nmt-audit", "torch", "transformers", "ctranslate2", "inseq", "ray")


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
    return {name: Timing(statistics.median(some), min(some), max(some)) for name, some in taken.items()}


def plural(count: int, noun: str) -> str:
    """As in "1 thread", "2 threads"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def most_memory() -> int:
    """The most memory that this process has held, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PER_RSS


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
