"""How far words become less likely when some of their context is erased. No forward pass is made twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

from nmt_audit.models.protocol import Traceable
from nmt_audit.relevance.erasing import Erased, Operator, logprobs, traces
from nmt_audit.relevance.faithfulness.samples import Sample


class Gap(NamedTuple):
    """A sample without some words: bits of an int, of the source or of the prefix."""

    sample: int
    operator: Operator
    side: str
    words: int


class Falls:
    """Gaps are asked for at positions with `want`, looked into all at once with `run`, and read with `fall`.

    One pass serves all positions that need the same gap: the words of a gap in the prefix stand before each of them.
    """

    def __init__(self, model: Traceable, unknown_id: int, samples: Sequence[Sample]) -> None:
        self.model = model
        self.unknown_id = unknown_id
        self.samples = samples
        self.ids = [(sample.source_ids, sample.target_ids) for sample in samples]
        self._wanted: dict[Gap, set[int]] = {}
        self._found: dict[Gap, dict[int, float]] = {}

    def want(self, gaps: Sequence[Gap], position: int) -> None:
        """That `fall` be known for them after the next `run`."""
        for gap in map(_plain, gaps):
            if position not in self._found.get(gap, ()):
                self._wanted.setdefault(gap, set()).add(position)

    def fall(self, gap: Gap, position: int) -> float:
        """log p(y_j | everything) − log p(y_j | without the words), nats."""
        return self._found[_whole(gap.sample)][position] - self._found[_plain(gap)][position]

    def run(self) -> None:
        """The passes that are still wanted."""
        gaps = list(self._wanted)
        rows = [self._row(gap, max(self._wanted[gap])) for gap in gaps]
        for batch, trace in traces(self.model, self.unknown_id, rows):
            places = [(i, j) for i in batch for j in sorted(self._wanted[gaps[i]])]
            row_of = {i: number for number, i in enumerate(batch)}
            numbers, steps = [row_of[i] for i, _ in places], [rows[i].step(j) for i, j in places]
            said = [rows[i].target[j] for i, j in places]
            hidden = trace.states["output"][torch.tensor(numbers), torch.tensor(steps)]
            for (i, j), value in zip(places, logprobs(self.model, hidden, said), strict=True):
                self._found.setdefault(gaps[i], {})[j] = value
        self._wanted.clear()

    def _row(self, gap: Gap, last: int) -> Erased:
        """The pass for a gap; nothing after the last position is needed."""
        source, target = self.ids[gap.sample]
        words = tuple(i for i in range(gap.words.bit_length()) if gap.words >> i & 1)
        return Erased(
            source, target[: last + 1], gap.operator,
            source_words=words if gap.side == "source" else (),
            target_words=words if gap.side == "prefix" else (),
        )  # fmt: skip


def _whole(sample: int) -> Gap:
    return Gap(sample, "zero", "source", 0)


def _plain(gap: Gap) -> Gap:
    """Without any word erased, all gaps are the same."""
    return gap if gap.words else _whole(gap.sample)
