"""`bench memory`: the most memory that a whole audit holds, by the size of the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nmt_audit.bench.site import MB
from nmt_audit.bench.tables import Table
from nmt_audit.bench.timing import plural, versions
from nmt_audit.bench.whole import SMALL, Asked, Whole, audits


@dataclass(frozen=True, slots=True)
class Held:
    """One audit. `peak`: bytes; `times`: those of the smallest one asked for; `where`: the part that reached it."""

    segments: int
    peak: int
    times: float
    where: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class MemoryBench:
    """What was measured. `small`: of a corpus that hardly counts; `ratio`: the last peak to the first."""

    corpus: str
    model: str | None
    threads: int
    seed: int
    small: Held
    sizes: tuple[Held, ...]
    ratio: float
    versions: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def tables(self) -> list[Table]:
        """What a person reads."""
        rows = tuple(
            (f"{held.segments:,}", f"{held.peak / MB:,.0f}", f"{held.times:.2f}", held.where or "",
             f"{held.seconds:.1f}")
            for held in dict.fromkeys((self.small, *self.sizes))
        )  # fmt: skip
        about = (
            f"{self.model or 'given translations'}, {self.corpus}, {plural(self.threads, 'thread')}, seed {self.seed}"
        )
        return [
            Table(
                f"Memory of whole audits: {about}; the largest holds {self.ratio:.2f} times as much as the smallest",
                ("segments", "peak MB", f"times that of {self.sizes[0].segments:,}", "reached in", "s"), rows,
            )
        ]  # fmt: skip


def bench_memory(asked: Asked, corpus: str, sizes: Sequence[int]) -> MemoryBench:
    """Audits the first so many segments, and SMALL before, each once, in a process of its own.

    `corpus` says what they are; `sizes` go up. Raises InputError where an audit fails.
    """
    found = [one for [one] in audits(asked, sorted({min(SMALL, *sizes), *sizes}), warm_up=False)]
    return compared(found[0], found[-len(sizes) :], corpus, asked.seed)


def compared(small: Whole, wholes: Sequence[Whole], corpus: str, seed: int) -> MemoryBench:
    """Peaks beside that of the first of them; `small` is the audit of a small corpus, or the first one itself."""
    first = wholes[0]
    sizes = tuple(_held(one, first) for one in wholes)
    model = None if first.model is None else first.model["name"]
    return MemoryBench(
        corpus, model, first.threads or 1, seed, _held(small, first), sizes, sizes[-1].times, versions()
    )  # fmt: skip


def _held(one: Whole, first: Whole) -> Held:
    return Held(one.segments, one.peak, one.peak / first.peak, one.where, one.seconds)
