"""`nmt-audit bench explain --lengths`: what an explained position costs in sentences of different length.

The slope of log time over log length says how the cost grows: 0 not at all, 1 with the length, 2 with its square.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from nmt_audit.bench.tables import Table
from nmt_audit.bench.timing import Timing, plural, timed
from nmt_audit.errors import InputError
from nmt_audit.models.protocol import Model
from nmt_audit.records import Translation
from nmt_audit.relevance import explain_batch
from nmt_audit.relevance.passes import traceable

LENGTHS = (8, 16, 32, 64)  # tokens on each side, at least
PAIRS = 8  # sentence pairs of each length
POSITIONS = 8  # explained in each pair, spread over it: as many at every length, so that batches are as full


@dataclass(frozen=True, slots=True)
class Length:
    """Pairs of about one length. `tokens`: of both sides of a pair, in the mean."""

    tokens: float
    positions: int
    timing: Timing

    @property
    def milliseconds(self) -> float:
        """Per explained position."""
        return 1e3 * self.timing.median / self.positions


@dataclass(frozen=True, slots=True)
class LengthsBench:
    """What was measured, the shortest first."""

    model: str
    fingerprint: str
    threads: int
    repetitions: int
    lengths: tuple[Length, ...]

    @property
    def slope(self) -> float:
        """Of log milliseconds per position over log tokens."""
        return slope([(one.tokens, one.milliseconds) for one in self.lengths])

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "slope": self.slope}

    def table(self) -> Table:
        """What a person reads."""
        about = (
            f"{self.model} {self.fingerprint[:8]}, lrp stable, logit, {plural(self.threads, 'thread')}, "
            f"{self.repetitions} repetitions"
        )
        rows = tuple(
            (f"{one.tokens:.0f}", str(one.positions), f"{one.milliseconds:.2f}", *one.timing.milliseconds())
            for one in self.lengths
        )
        head = ("tokens of a pair", "positions", "ms a position", "median ms", "fastest", "slowest")
        return Table(f"Cost over length, slope {self.slope:.2f}: {about}", head, rows)


def bench_lengths(
    model: Model, sources: Sequence[str], lengths: Sequence[int] = LENGTHS, *, pairs: int = PAIRS, repetitions: int = 5
) -> LengthsBench:
    """Times relevance by the rule set `stable` on positions of pairs of each length: segments of the corpus in a row.

    Raises InputError where the corpus is too short for the longest.
    """
    traceable(model)
    rows = _rows(model, sources, lengths, pairs)
    asked = {str(length): _asked(rows[length]) for length in lengths}
    timings = timed({name: partial(explain_batch, model, some) for name, some in asked.items()}, repetitions)
    found = tuple(
        Length(
            sum(len(model.tokenize(source)) + len(made.target_tokens) for source, made in rows[length]) / pairs,
            len(asked[str(length)]),
            timings[str(length)],
        )
        for length in lengths
    )
    return LengthsBench(model.name, model.fingerprint, torch.get_num_threads(), repetitions, found)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line through the logarithms of (x, y), by least squares."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    middle_x, middle_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    spread = sum((x - middle_x) ** 2 for x, _ in logs)
    return float(sum((x - middle_x) * (y - middle_y) for x, y in logs) / spread)


def _rows(
    model: Model, sources: Sequence[str], lengths: Sequence[int], pairs: int
) -> dict[int, list[tuple[str, Translation]]]:
    """Length → pairs whose both sides have at least so many tokens, made of segments and their greedy translations."""
    enough = [source for source in sources if source.strip()][: pairs * max(lengths)]
    said = [translation.text for translation in model.translate(enough, beam=1)]
    found: dict[int, list[tuple[str, Translation]]] = {}
    for length in lengths:
        segments = zip(enough, said, strict=True)
        found[length] = [_row(model, segments, length) for _ in range(pairs)]
    return found


def _row(model: Model, segments: Iterator[tuple[str, str]], length: int) -> tuple[str, Translation]:
    source = target = ""
    for text, said in segments:
        source, target = f"{source} {text}".strip(), f"{target} {said}".strip()
        sides = model.tokenize(source), model.tokenize_target(target)
        if min(map(len, sides)) >= length:
            return source, Translation(target, *sides, np.zeros(len(sides[1])), 0.0, True)
    raise InputError(f"the corpus is too short for pairs of {length} tokens; give a longer --source")


def _asked(rows: Sequence[tuple[str, Translation]]) -> list[dict[str, Any]]:
    return [
        {"source": source, "target": made, "position": (k + 1) * len(made.target_tokens) // POSITIONS - 1,
         "state": "logit"}
        for source, made in rows
        for k in range(POSITIONS)
    ]  # fmt: skip
