"""Sentence pairs without some of their words, and what a model makes of them.

Three operators, because none is neutral: a zero embedding is an input that the model has never seen, `<unk>` may be one
that it has learnt something about, and where a word is deleted all others move up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from nmt_audit.errors import RequestError
from nmt_audit.models.batches import buckets, pad
from nmt_audit.models.protocol import Trace, Traceable

Operator = Literal["zero", "unknown", "deletion"]
OPERATORS: tuple[Operator, ...] = ("zero", "unknown", "deletion")
BATCH_ROWS, BATCH_TOKENS = 256, 4_000  # no graph is kept, so a batch may be larger than one that goes back
LOGITS = 4_000_000  # at most so many numbers at once: 32 MB


def operators(names: Sequence[str] | None = None) -> tuple[Operator, ...]:
    """Operators by name, all by default. Raises RequestError for a name that none has."""
    for name in names or ():
        if name not in OPERATORS:
            raise RequestError(f"no operator “{name}”; there are {', '.join(OPERATORS)}")
    return tuple(operator for operator in OPERATORS if not names or operator in names)


@dataclass(frozen=True, slots=True)
class Erased:
    """A sentence pair, as ids, and the words that it is to do without, by index."""

    source: tuple[int, ...]
    target: tuple[int, ...]  # may end after the last position that is of interest
    operator: Operator
    source_words: tuple[int, ...] = ()
    target_words: tuple[int, ...] = ()

    def read(self, unknown_id: int) -> tuple[list[int], list[int]]:
        """The ids that the model reads on both sides. A zero embedding leaves them as they are."""
        return (
            _without(self.source, self.source_words, self.operator, unknown_id),
            _without(self.target, self.target_words, self.operator, unknown_id),
        )

    def step(self, position: int) -> int:
        """Where the step that says the target word of a position is now. No step is gone with the word it says."""
        return position - sum(word < position for word in self.target_words if self.operator == "deletion")

    def place(self, position: int) -> int | None:
        """Where the source word of a position is now; None where it was deleted."""
        gone = self.source_words if self.operator == "deletion" else ()
        return None if position in gone else position - sum(word < position for word in gone)


def _without(ids: Sequence[int], words: Sequence[int], operator: Operator, unknown_id: int) -> list[int]:
    if operator == "deletion":
        return [id for i, id in enumerate(ids) if i not in words]
    if operator == "unknown":
        return [unknown_id if i in words else id for i, id in enumerate(ids)]
    return list(ids)


@torch.no_grad()
def traces(model: Traceable, unknown_id: int, rows: Sequence[Erased]) -> Iterator[tuple[list[int], Trace]]:
    """Forward passes over all rows, batched by length: the indices of the rows of each batch, and its trace.

    No row may have lost all of its source.
    """
    read = [row.read(unknown_id) for row in rows]
    for batch in buckets([len(source) + len(target) for source, target in read], tokens=BATCH_TOKENS, rows=BATCH_ROWS):
        source, mask = pad([read[i][0] for i in batch])
        target, _ = pad([read[i][1] for i in batch])
        source_scale = torch.ones(source.shape, dtype=torch.float64)
        target_scale = torch.ones(len(batch), target.shape[1] - 1, dtype=torch.float64)
        for number, i in enumerate(batch):
            if rows[i].operator == "zero":
                source_scale[number, list(rows[i].source_words)] = 0.0
                target_scale[number, [word for word in rows[i].target_words if word < target_scale.shape[1]]] = 0.0
        yield batch, model.trace(source, mask, target, source_scale=source_scale, target_scale=target_scale)


@torch.no_grad()
def logprobs(model: Traceable, hidden: Tensor, tokens: Sequence[int]) -> list[float]:
    """The log-probability (natural) of one token for each row of the state "output", hidden [K,width]."""
    weight, bias = model.output_layer()
    at_once = max(1, LOGITS // len(weight))
    given = torch.tensor(tokens, dtype=torch.long, device=hidden.device).unsqueeze(1)
    found: list[float] = []
    for first in range(0, len(given), at_once):
        logits = F.linear(hidden[first : first + at_once], weight, bias)
        of_given = logits.gather(1, given[first : first + at_once]).squeeze(1)
        found += (of_given - torch.logsumexp(logits, 1)).tolist()
    return found
