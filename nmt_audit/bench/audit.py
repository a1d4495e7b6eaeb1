"""`bench audit`: what a whole audit costs, stage by stage, beside its own decoding; how that grows with the corpus."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from nmt_audit.bench.site import MB
from nmt_audit.bench.tables import Table
from nmt_audit.bench.timing import Timing, log_slope, plural, versions
from nmt_audit.bench.whole import SMALL, Asked, Whole, audits

# What says how far the flags and maps can be trusted; the rest is the audit itself.
APART = ("calibrating", "trust", "faithfulness")
OUTSIDE = "starting, reading, ending"  # what the process does outside of the stages


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `share`: of the whole; `times`: as long as the reference stage, None where that took no time."""

    name: str
    seconds: float
    share: float
    times: float | None


@dataclass(frozen=True, slots=True)
class Size:
    """Audits of so many segments. `times`: the whole, as long as the reference stage; `peak`: bytes.

    `stages`: the longest first. `beyond`: the seconds that more than SMALL segments cost: of the audit itself, without
    the stages that are APART, less those of an audit of SMALL; None for a size that is no larger, or where noise hides
    them.
    """

    segments: int
    timing: Timing
    times: float | None
    flagged: float
    peak: int
    stages: tuple[Stage, ...]
    beyond: float | None = None

    @property
    def itself(self) -> float:
        """Seconds without the stages that are APART."""
        return self.timing.median - sum(stage.seconds for stage in self.stages if stage.name in APART)


@dataclass(frozen=True, slots=True)
class AuditBench:
    """What was measured. `reference`: the stage that all is compared with.

    `slope`: of the logarithms of seconds over those of segments, by least squares; None for a single size.
    `slope_beyond`: the same of `beyond`, over the segments beyond SMALL; None for fewer than two such sizes.
    """

    corpus: str
    model: str | None
    fingerprint: str | None
    reference: str
    repetitions: int
    threads: int
    seed: int
    sizes: tuple[Size, ...]
    slope: float | None
    slope_beyond: float | None
    versions: dict[str, str]

    @property
    def about(self) -> str:
        """What all numbers are of."""
        model = "given translations" if self.model is None else f"{self.model} {(self.fingerprint or '')[:8]}"
        return (
            f"{model}, {self.corpus}, {plural(self.threads, 'thread')}, {plural(self.repetitions, 'repetition')}, "
            f"seed {self.seed}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def tables(self) -> list[Table]:
        """What a person reads: the sizes, and the stages of the largest."""
        return [_curve(self), _stages(self)]


def bench_audit(asked: Asked, corpus: str, sizes: Sequence[int], *, repetitions: int = 1) -> AuditBench:
    """Audits the first so many segments, each size in a process of its own; `corpus` says what they are.

    A stage's seconds are medians. Raises InputError where there are fewer segments, or an audit fails.
    """
    measured = sorted({*sizes, SMALL}) if max(sizes) > SMALL else list(sizes)
    audited = dict(zip(measured, audits(asked, measured, repetitions), strict=True))
    reference = "decoding" if asked.model is not None else "checking"
    every = {size: _size(some, reference) for size, some in audited.items()}
    of_sizes = tuple(_beyond(every[size], every.get(SMALL)) for size in sizes)
    one = audited[sizes[0]][0]
    return AuditBench(
        corpus, None if one.model is None else one.model["name"],
        None if one.model is None else one.model["fingerprint"], reference, repetitions, one.threads or 1, asked.seed,
        of_sizes, _slope(of_sizes), _slope_beyond(of_sizes), versions(),
    )  # fmt: skip


def _slope(sizes: Sequence[Size]) -> float | None:
    """Of seconds over segments; None for fewer than two sizes."""
    if len(sizes) < 2:
        return None
    return log_slope([size.segments for size in sizes], [size.timing.median for size in sizes])


def _slope_beyond(sizes: Sequence[Size]) -> float | None:
    """Of what more than SMALL segments cost over how many more they are."""
    found = [(size.segments - SMALL, size.beyond) for size in sizes if size.beyond is not None]
    return log_slope(*zip(*found, strict=True)) if len(found) > 1 else None


def _beyond(size: Size, small: Size | None) -> Size:
    if small is None or size.segments <= SMALL:
        return size
    more = size.itself - small.itself
    return replace(size, beyond=more if more > 0 else None)


def _size(some: Sequence[Whole], reference: str) -> Size:
    timing = Timing.among([one.seconds for one in some])
    named = list(some[0].stages)
    seconds = {name: statistics.median(one.stages.get(name, 0.0) for one in some) for name in named}
    seconds[OUTSIDE] = statistics.median(one.seconds + one.beside - sum(one.stages.values()) for one in some)
    # A stage that is rounded to nothing is no measure of others.
    base = seconds.get(reference) or None
    stages = tuple(
        Stage(name, taken, taken / timing.median, None if base is None else taken / base)
        for name, taken in sorted(seconds.items(), key=lambda stage: (-stage[1], stage[0]))
    )
    return Size(
        some[0].segments, timing, None if base is None else timing.median / base,
        some[0].flagged / some[0].segments, max(one.peak for one in some), stages,
    )  # fmt: skip


def _curve(found: AuditBench) -> Table:
    steps = [_slope(pair) for pair in pairwise(found.sizes)]
    rows = tuple(
        (f"{size.segments:,}", *size.timing.seconds(), f"{size.segments / size.timing.median:,.1f}",
         _times(size.times), "" if step is None else f"{step:.2f}", _times(size.beyond), f"{100 * size.flagged:.1f} %",
         f"{size.peak / MB:,.0f}")
        for size, step in zip(found.sizes, [None, *steps], strict=True)
    )  # fmt: skip
    grown = "" if found.slope is None else f"; slope {found.slope:.2f}"
    beyond = "" if found.slope_beyond is None else f", beyond {SMALL} segments {found.slope_beyond:.2f}"
    head = (
        "segments", "median s", "fastest", "slowest", "segments a second", f"times its {found.reference}",
        "slope from the last", f"s beyond {SMALL}", "flagged", "peak MB",
    )  # fmt: skip
    return Table(f"Whole audits: {found.about}{grown}{beyond}", head, rows)


def _stages(found: AuditBench) -> Table:
    """The stages, then what of the whole is the audit itself and what is measured about it."""
    last = found.sizes[-1]
    apart = [stage for stage in last.stages if stage.name in APART]
    whole = Stage("the whole", last.timing.median, 1.0, last.times)
    rest = Stage(
        f"the whole without {', '.join(stage.name for stage in apart)}",
        whole.seconds - sum(stage.seconds for stage in apart), 1 - sum(stage.share for stage in apart),
        None if whole.times is None else whole.times - sum(stage.times or 0 for stage in apart),
    )  # fmt: skip
    rows = tuple(
        (stage.name, f"{stage.seconds:.2f}", f"{100 * stage.share:.1f} %", _times(stage.times))
        for stage in (*last.stages, whole, *([rest] if apart else ()))
    )
    head = ("", "s", "share", f"times {found.reference}")
    return Table(f"Where the time goes, {last.segments:,} segments", head, rows)


def _times(times: float | None) -> str:
    return "" if times is None else f"{times:.2f}"
