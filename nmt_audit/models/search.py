"""Beam search over any model that can take one step for many rows.

Sentences leave the batch when they are done. A beam of one is the greedy argmax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor

from nmt_audit.models.vocabulary import END, PAD


class State(Protocol):
    """What a decoder remembers between two steps, one row per hypothesis."""

    def select(self, rows: Tensor) -> Self:
        """The state of the rows [N] in the order given."""


S = TypeVar("S", bound=State)


class Stepper(Protocol[S]):
    """One decoding step for N rows."""

    def step(self, tokens: Tensor, state: S) -> tuple[Tensor, S]:
        """Last tokens [N] (PAD before the first) and their state → next log-probabilities [N,V] and states."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A found target, `</s>` included where it was reached. `score` = Σ log p / length^α."""

    ids: tuple[int, ...]
    score: float
    finished: bool


Live = list[tuple[float, int, int]]  # (total log-probability, row within the sentence's beam, next token)


@dataclass(slots=True)
class _Sentence:
    """One sentence in the search: its place in the answer, its limits, what it has finished."""

    index: int
    limit: int
    beam: int
    length_penalty: float
    finished: list[Hypothesis] = field(default_factory=list)

    def grow(self, candidates: Live, history: Tensor, step: int) -> Live:
        """Best candidates first: those that end are finished (if among the first `beam`), the others live on."""
        live: Live = []
        for rank, (total, row, token) in enumerate(candidates):
            if token != END:
                live.append((total, row, token))
            elif rank < self.beam and total > -torch.inf:
                self.finished.append(self._hypothesis(total, row, token, history, step, finished=True))
        return live[: self.beam]

    def done(self, live: Live, step: int) -> bool:
        """Enough are finished, the limit is reached, or nothing alive can still win."""
        if len(self.finished) >= self.beam or step >= self.limit:
            return True
        if not self.finished:
            return False
        attainable = live[0][0] / self.limit**self.length_penalty
        return bool(attainable < max(hypothesis.score for hypothesis in self.finished))

    def best(self, live: Live, history: Tensor, step: int) -> Hypothesis:
        """The best finished hypothesis; where there is none, the best of those that the limit cut off."""
        if self.finished:
            return max(self.finished, key=lambda hypothesis: hypothesis.score)
        return self._hypothesis(*live[0], history, step, finished=False)

    def _hypothesis(
        self, total: float, row: int, token: int, history: Tensor, step: int, *, finished: bool
    ) -> Hypothesis:
        return Hypothesis((*history[row].tolist(), token), total / step**self.length_penalty, finished)


def beam_search(
    stepper: Stepper[S],
    state: S,
    limits: Sequence[int],
    *,
    beam: int,
    length_penalty: float = 1.0,
    last: Tensor | None = None,
    end_allowed_at: int = 0,
) -> list[Hypothesis]:
    """The best hypothesis of each row of `state`, by log-probability over length to the power `length_penalty`.

    `limits`: the largest number of tokens per row, `</s>` included; a hypothesis that hits it is not `finished`.
    `last` [B]: the token before the first (PAD by default). `</s>` is forbidden before step `end_allowed_at`.
    """
    rows = torch.arange(len(limits)).repeat_interleave(beam)
    state = state.select(rows)
    tokens = (torch.full((len(limits),), PAD) if last is None else last)[rows]
    totals = torch.full((len(limits), beam), -torch.inf, dtype=torch.float64)
    totals[:, 0] = 0  # the rows of a sentence begin alike; only one of them may grow
    history = torch.empty(len(limits), beam, 0, dtype=torch.long)
    sentences = [_Sentence(index, limit, beam, length_penalty) for index, limit in enumerate(limits)]
    found: dict[int, Hypothesis] = {}
    step = 0
    while sentences:
        logprobs, state = stepper.step(tokens, state)
        logprobs[:, PAD] = -torch.inf
        if step < end_allowed_at:
            logprobs[:, END] = -torch.inf
        step += 1
        kept: list[Live] = []
        growing: list[int] = []
        for number, candidates in enumerate(_candidates(totals, logprobs, beam)):
            sentence = sentences[number]
            live = sentence.grow(candidates, history[number], step)
            if sentence.done(live, step):
                found[sentence.index] = sentence.best(live, history[number], step)
            else:
                growing.append(number)
                kept.append(live)
        sentences = [sentences[number] for number in growing]
        if sentences:
            totals = torch.tensor([[total for total, _, _ in live] for live in kept], dtype=torch.float64)
            chosen = torch.tensor([[row for _, row, _ in live] for live in kept])
            following = torch.tensor([[token for _, _, token in live] for live in kept])
            history = torch.cat([history[torch.tensor(growing).unsqueeze(1), chosen], following.unsqueeze(2)], 2)
            state = state.select((torch.tensor(growing).unsqueeze(1) * beam + chosen).flatten())
            tokens = following.flatten()
    return [found[index] for index in range(len(limits))]


def _candidates(totals: Tensor, logprobs: Tensor, beam: int) -> list[Live]:
    """totals [B,beam], logprobs [B·beam,V] → per sentence the best 2·beam next steps, best first.

    Twice the beam, because at most `beam` of them end: `beam` are left to live on.
    """
    size = logprobs.shape[-1]
    sums = (totals.view(-1, 1) + logprobs.double()).view(len(totals), beam * size)
    values, places = sums.topk(min(2 * beam, sums.shape[1]), -1)
    return [
        [(total, *divmod(place, size)) for total, place in zip(*pair, strict=True)]
        for pair in zip(values.tolist(), places.tolist(), strict=True)
    ]
