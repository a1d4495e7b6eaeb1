"""Beam search over any model that can take one step for many rows.

Sentences leave the batch when they are done. A beam of one is the greedy argmax.

Shapes: B sentences in the batch, K hypotheses of each (the beam), V vocabulary, J steps taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from nmt_audit.models.vocabulary import END, PAD


class State(Protocol):
    """What a decoder remembers between two steps: of each hypothesis its own, of each sentence its source, once."""

    def select(self, rows: Tensor, sentences: Tensor | None) -> Self:
        """The state of the hypotheses `rows` [N], in the order given, of the `sentences` [B]; None: of all.

        The hypotheses of a sentence stand together, and each sentence has as many as the others.
        """


S = TypeVar("S", bound=State)


class Stepper(Protocol[S]):
    """One decoding step for N rows."""

    @property
    def device(self) -> torch.device:
        """Where it computes."""

    def step(self, tokens: Tensor, state: S) -> tuple[Tensor, S]:
        """Last tokens [N] (PAD before the first) and their state → next log-probabilities [N,V] and states."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A found target, `</s>` included where it was reached. `score` = Σ log p / length^α."""

    ids: tuple[int, ...]
    score: float
    finished: bool


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Next steps of each sentence, best first."""

    totals: Tensor  # [B,N], Σ log p with the step
    rows: Tensor  # [B,N], which of the sentence's hypotheses takes it
    tokens: Tensor  # [B,N], what it says

    def at(self, ranks: Tensor) -> _Candidates:
        """Those of the ranks [B,M]."""
        return _Candidates(*(getattr(self, field.name).gather(1, ranks) for field in fields(self)))


@dataclass(slots=True)
class _Sentences:
    """The sentences in the batch, and how far they are."""

    places: Tensor  # [B], where they are in the answer
    limits: Tensor  # [B], float64
    totals: Tensor  # [B,K], Σ log p of what lives on, best first; before the first step [B,1]
    history: Tensor  # [B,K,J], its tokens; before the first step [B,1,0]
    ended: Tensor  # [B], how many hypotheses have ended
    best: Tensor  # [B], the score of the best of them; −∞: none
    done: Tensor  # [B], whether nothing can change any more

    def left(self, sentences: Tensor) -> _Sentences:
        """With sentences [B'] alone."""
        return _Sentences(*(getattr(self, field.name)[sentences] for field in fields(self)))


def beam_search(
    stepper: Stepper[S],
    state: S,
    limits: Sequence[int],
    *,
    beam: int,
    length_penalty: float = 1.0,
    last: Tensor | None = None,
    end_allowed_at: int = 0,
    leave: bool = True,
) -> list[Hypothesis]:
    """The best hypothesis of each row of `state`, by log-probability over length to the power `length_penalty`.

    `limits`: the largest number of tokens per row, `</s>` included; a hypothesis that hits it is not `finished`.
    `last` [B]: the token before the first (PAD by default), on the device of the model. `</s>` is forbidden before step
    `end_allowed_at`. `leave` False: sentences that are done stay in the batch to its end; it changes no answer, and is
    there to measure what their leaving saves.
    """
    last = torch.full((len(limits),), PAD, device=stepper.device) if last is None else last
    everybody = torch.arange(len(limits), device=last.device)
    tokens = last
    batch = _begun(torch.tensor(limits, dtype=torch.float64, device=last.device))
    found: dict[int, Hypothesis] = {}
    while not batch.done.all():
        logprobs, state = stepper.step(tokens, state)
        logprobs[:, PAD] = -torch.inf
        if batch.history.shape[2] < end_allowed_at:
            logprobs[:, END] = -torch.inf
        rows = batch.totals.shape[1]
        candidates = _candidates(batch.totals, logprobs, beam)
        living = _living(candidates, beam)
        found.update(_grow(batch, candidates, living, beam, length_penalty))
        growing = (~batch.done).nonzero().squeeze(1) if leave else everybody
        leaves = len(growing) < len(batch.done)
        state = state.select(
            (growing.unsqueeze(1) * rows + living.rows[growing]).flatten(), growing if leaves else None
        )
        tokens = living.tokens[growing].flatten()
        batch = batch.left(growing) if leaves else batch
    return [found[place] for place in range(len(limits))]


def _begun(limits: Tensor) -> _Sentences:
    """Before the first step: each sentence has one hypothesis, which says nothing yet."""
    size, where = len(limits), limits.device
    return _Sentences(
        places=torch.arange(size, device=where),
        limits=limits,
        totals=torch.zeros((size, 1), dtype=torch.float64, device=where),
        history=torch.empty(size, 1, 0, dtype=torch.long, device=where),
        ended=torch.zeros(size, dtype=torch.long, device=where),
        best=torch.full((size,), -torch.inf, dtype=torch.float64, device=where),
        done=torch.zeros(size, dtype=torch.bool, device=where),
    )


def _candidates(totals: Tensor, logprobs: Tensor, beam: int) -> _Candidates:
    """totals [B,M], logprobs [B·M,V] → the 2K best next steps; where there are not so many, some of −∞ behind them.

    Twice the beam, because at most K of them end: K are left to live on.
    """
    size, wanted = len(totals), 2 * beam
    # The 2K best of each row first: of them alone sums are made.
    best, tokens = logprobs.topk(min(wanted, logprobs.shape[-1]), -1)
    sums = (totals.view(-1, 1) + best.double()).view(size, -1)
    values, places = sums.topk(min(wanted, sums.shape[1]), -1)
    missing = (0, wanted - values.shape[1])
    rows, said = places // best.shape[1], tokens.view(size, -1).gather(1, places)
    return _Candidates(F.pad(values, missing, value=-torch.inf), F.pad(rows, missing), F.pad(said, missing, value=PAD))


def _living(candidates: _Candidates, beam: int) -> _Candidates:
    """The K best candidates that do not end."""
    ends = candidates.tokens == END
    return candidates.at(ends.int().argsort(stable=True)[:, :beam])


def _grow(
    batch: _Sentences, candidates: _Candidates, living: _Candidates, beam: int, length_penalty: float
) -> list[tuple[int, Hypothesis]]:
    """Takes a step. Gives the best hypothesis so far of each sentence that has a better one now, with its place.

    Candidates that end count if they are among the first K.
    """
    step = batch.history.shape[2] + 1
    ends = (candidates.tokens == END) & (candidates.totals > -torch.inf) & ~batch.done.unsqueeze(1)
    ends[:, beam:] = False
    ended = batch.ended + ends.sum(1)
    scores = candidates.totals / step**length_penalty
    best, rank = torch.where(ends, scores, -torch.inf).max(1)
    better = best > batch.best
    cut_off = ~batch.done & (step >= batch.limits) & (ended == 0)
    found = [
        *_hypotheses(batch, candidates, better, rank, scores, finished=True),
        *_hypotheses(
            batch, living, cut_off, torch.zeros_like(rank), living.totals / step**length_penalty, finished=False
        ),
    ]
    batch.best, batch.ended = torch.maximum(best, batch.best), ended
    attainable = living.totals[:, 0] / batch.limits**length_penalty
    batch.done = batch.done | (ended >= beam) | (step >= batch.limits) | ((ended > 0) & (attainable < batch.best))
    grown = batch.history.gather(1, living.rows.unsqueeze(2).expand(-1, -1, step - 1))
    batch.history, batch.totals = torch.cat([grown, living.tokens.unsqueeze(2)], 2), living.totals
    return found


def _hypotheses(
    batch: _Sentences, steps: _Candidates, chosen: Tensor, ranks: Tensor, scores: Tensor, *, finished: bool
) -> list[tuple[int, Hypothesis]]:
    """What sentences that are `chosen` [B] say with their step of rank [B], with their places in the answer."""
    sentences = chosen.nonzero().squeeze(1)
    if not len(sentences):
        return []
    ranks = ranks[sentences]
    before = batch.history[sentences, steps.rows[sentences, ranks]]
    said = torch.cat([before, steps.tokens[sentences, ranks].unsqueeze(1)], 1).tolist()
    scored = zip(batch.places[sentences].tolist(), said, scores[sentences, ranks].tolist(), strict=True)
    return [(place, Hypothesis(tuple(ids), score, finished)) for place, ids, score in scored]
