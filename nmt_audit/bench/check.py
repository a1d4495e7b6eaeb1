"""`bench check`: what the checks of the text alone cost, beside sacrebleu's scores of the same segments.

All ways take turns in one process. Within the checks, the time of each category is taken apart; how texts are cut into
words is remembered for a segment, so that it counts with the support of words, which comes first.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nmt_audit.bench.sentences import write_corpus
from nmt_audit.bench.tables import Table
from nmt_audit.bench.timing import Timing, plural, timed, versions
from nmt_audit.checks import CHECKS, default_thresholds
from nmt_audit.checks.character_references import resolved
from nmt_audit.checks.registry import not_checked
from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError
from nmt_audit.language.lexical import lexical_support
from nmt_audit.records import Segment
from nmt_audit.scores import metrics, segment_scores
from nmt_audit.stages import Standard, judge_all, learned_lexicons

REFERENCE = "chrF by sacrebleu"
CHECKED = "all checks"
SUPPORT = "which words support which"


@dataclass(frozen=True, slots=True)
class Row:
    """One way to go through the segments. `times`: as long as the reference, the first row."""

    name: str
    timing: Timing
    per_second: float
    times: float


@dataclass(frozen=True, slots=True)
class Part:
    """What a category of the checks takes, or what all of them need. `share`: of the parts together."""

    name: str
    timing: Timing
    share: float


@dataclass(frozen=True, slots=True)
class CheckBench:
    """What was measured. `words`: of sources and hypotheses, between blanks; `flagged`: how many segments."""

    corpus: str
    segments: int
    words: int
    flagged: int
    threads: int
    repetitions: int
    rows: tuple[Row, ...]
    parts: tuple[Part, ...]
    versions: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def tables(self) -> list[Table]:
        """What a person reads."""
        about = (
            f"{self.corpus}, {self.segments:,} segments of {self.words / self.segments:.0f} words, "
            f"{100 * self.flagged / self.segments:.1f} % flagged, {plural(self.threads, 'thread')}, "
            f"{self.repetitions} repetitions"
        )
        rows = tuple(
            (row.name, f"{row.per_second:,.0f}", f"{row.times:.2f}", *row.timing.seconds()) for row in self.rows
        )
        parts = tuple(
            (part.name, f"{100 * part.share:.1f} %", f"{1e6 * part.timing.median / self.segments:,.0f}",
             *part.timing.seconds())
            for part in self.parts
        )  # fmt: skip
        return [
            Table(
                f"Checks of the text alone: {about}",
                ("", "segments a second", f"times as long as {REFERENCE}", "median s", "fastest", "slowest"), rows,
            ),
            Table("Where the time of the checks goes",
                  ("", "share", "µs a segment", "median s", "fastest", "slowest"), parts),
        ]  # fmt: skip


def bench_check(segments: Sequence[Segment], corpus: str, *, repetitions: int = 5) -> CheckBench:
    """Times the checks of these segments; `corpus` says what they are.

    A lexicon is learned from them where they are enough, timed apart, and used by the checks. Raises InputError
    for a segment without a hypothesis, and where there is none at all.
    """
    if not segments:
        raise InputError(f"{corpus}: no segments to check; give a corpus with at least one")
    for number, segment in enumerate(segments, 1):
        if segment.hypothesis is None:
            raise InputError(f"{corpus}: segment {number} has no translation; give --hypotheses")
    standard = Standard(None, default_thresholds(), learned_lexicons(segments))
    taken: list[dict[str, float]] = []
    learning = {"learning a lexicon from them": lambda: learned_lexicons(segments)} if standard.lexicons else {}
    with tempfile.TemporaryDirectory(prefix="nmt-audit-bench-") as folder:
        timings = timed(
            {
                REFERENCE: lambda: _chrf(segments),
                "BLEU, chrF and TER, as an audit has them": lambda: _scores(segments),
                "writing and reading them as JSONL": lambda: _written(segments, Path(folder) / "segments.jsonl"),
                CHECKED: lambda: list(judge_all(standard, segments)),
                **learning,
                "": lambda: taken.append(_apart(standard, segments)),
            },
            repetitions,
        )
    del timings[""]
    first = timings[REFERENCE].median
    rows = tuple(
        Row(name, timing, len(segments) / timing.median, timing.median / first) for name, timing in timings.items()
    )
    return CheckBench(
        corpus, len(segments), sum(len(f"{s.source} {s.hypothesis}".split()) for s in segments),
        sum(bool(item.flags) for item in judge_all(standard, segments)), 1, repetitions, rows, _parts(taken[1:]),
        versions(),
    )  # fmt: skip


def _chrf(segments: Sequence[Segment]) -> None:
    chrf = metrics(segments[0].tgt_lang, effective_order=True)["chrF"]
    for segment in segments:
        chrf.sentence_score(segment.hypothesis or "", list(_references(segment)))


def _scores(segments: Sequence[Segment]) -> None:
    said = [segment.hypothesis or "" for segment in segments]
    segment_scores(said, [_references(segment) for segment in segments], tgt_lang=segments[0].tgt_lang)


def _references(segment: Segment) -> tuple[str, ...]:
    """What sacrebleu compares with: the source where there is no reference, which takes about as long."""
    return segment.references or (segment.source,)


def _written(segments: Sequence[Segment], path: Path) -> None:
    write_corpus(path, segments)
    read_corpus(str(path))


def _apart(standard: Standard, segments: Sequence[Segment]) -> dict[str, float]:
    """Seconds of each category, and of what they share."""
    seconds: defaultdict[str, float] = defaultdict(float)
    clock = time.perf_counter
    for given in segments:
        begun = clock()
        plain = resolved(given, None)
        segment = given if plain is None else plain.segment
        lexical = lexical_support(segment, standard.lexicon(segment))
        seconds[SUPPORT] += clock() - begun
        skipped = not_checked(segment)
        for category in (name for name in CHECKS if name not in skipped):
            begun = clock()
            for _ in CHECKS[category](segment, None, lexical):
                pass
            seconds[category] += clock() - begun
    return dict(seconds)


def _parts(taken: Sequence[dict[str, float]]) -> tuple[Part, ...]:
    timings = {name: Timing.among([seconds[name] for seconds in taken]) for name in taken[0]}
    whole = sum(timing.median for timing in timings.values())
    return tuple(Part(name, timing, timing.median / whole) for name, timing in timings.items())
