"""`nmt-audit bench decode`: what batches, sorting and leaving sentences out save, and what our path adds to `generate`.

All variants translate the same sources in one process and take turns; only the search is timed, not the forced decoding
of what was found, which the evidence needs anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch

from nmt_audit.bench.tables import Table
from nmt_audit.bench.timing import Timing, plural, timed, versions
from nmt_audit.errors import InputError
from nmt_audit.models.protocol import Model
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.search import beam_search

SIMPLE = 16  # sentences in a batch of the simple decoder
Ids = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Row:
    """One way to decode. `same`: how many translations are those of the reference, the first row, token by token."""

    name: str
    timing: Timing
    per_second: float
    times: float  # as fast as the reference
    same: int


@dataclass(frozen=True, slots=True)
class DecodeBench:
    """What was measured. `tokens`: said by the reference, in all."""

    model: str
    fingerprint: str
    sentences: int
    tokens: int
    beam: int
    threads: int
    repetitions: int
    rows: tuple[Row, ...]
    versions: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def table(self) -> Table:
        """What a person reads."""
        head = ("", "sentences a second", "times as fast", "same translations", "median s", "fastest", "slowest")
        rows = tuple(
            (row.name, f"{row.per_second:.1f}", f"{row.times:.2f}", f"{row.same} of {self.sentences}",
             *row.timing.seconds())
            for row in self.rows
        )  # fmt: skip
        about = (
            f"{self.model} {self.fingerprint[:8]}, {self.sentences} sentences, beam {self.beam}, "
            f"{plural(self.threads, 'thread')}, {self.repetitions} repetitions"
        )
        return Table(f"Decoding: {about}", head, rows)


def bench_decode(model: Model, sources: Sequence[str], *, beam: int = 5, repetitions: int = 5) -> DecodeBench:
    """Times each way to decode the sources. Raises InputError for none, and for one over the model's length."""
    ids = [[token.id for token in model.tokenize(source)] for source in sources]
    if not ids:
        raise InputError("nothing to decode; give a corpus with at least one segment")
    longest = max(map(len, ids))
    if longest > model.max_length:
        raise InputError(f"a source of {longest} tokens is over the model's {model.max_length}; leave it out")
    ways = _ways(model, ids, beam)
    said = {name: way() for name, way in ways.items()}
    timings = timed(ways, repetitions)
    reference, *_ = said.values()
    first, *_ = timings.values()
    rows = tuple(
        Row(
            name, timing, len(ids) / timing.median, first.median / timing.median,
            sum(one == other for one, other in zip(said[name], reference, strict=True)),
        )
        for name, timing in timings.items()
    )  # fmt: skip
    return DecodeBench(
        model.name, model.fingerprint, len(ids), sum(map(len, reference)), beam, torch.get_num_threads(), repetitions,
        rows, versions(),
    )  # fmt: skip


def _ways(model: Model, ids: Ids, beam: int) -> dict[str, Callable[[], list[tuple[int, ...]]]]:
    """The ways to decode, the reference first."""
    if isinstance(model, RecurrentModel):
        return {
            "one at a time": lambda: [_ours(model, [row], beam)[0] for row in ids],
            f"batches of {SIMPLE} in corpus order, done ones kept": lambda: _simple(model, ids, beam),
            "sorted batches, done ones leave": lambda: _ours(model, ids, beam),
        }
    raise NotImplementedError


def _ours(model: RecurrentModel, ids: Ids, beam: int) -> list[tuple[int, ...]]:
    return [found.ids for found in model.search(ids, beam=beam)]


@torch.no_grad()
def _simple(model: RecurrentModel, ids: Ids, beam: int) -> list[tuple[int, ...]]:
    said: list[tuple[int, ...]] = []
    for start in range(0, len(ids), SIMPLE):
        batch = ids[start : start + SIMPLE]
        found = beam_search(
            model, model.begin(batch), [model.limit(len(row)) for row in batch], beam=beam,
            length_penalty=model.length_penalty, leave=False,
        )  # fmt: skip
        said += [hypothesis.ids for hypothesis in found]
    return said
