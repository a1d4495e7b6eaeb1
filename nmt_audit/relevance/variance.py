"""Variance-based salience: how far each word's embedding is from the sentence's mean (Li et al. 2016, figure 8)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from nmt_audit.models.protocol import Model
from nmt_audit.records import Explanation
from nmt_audit.relevance.dimensions import by_dimension
from nmt_audit.relevance.passes import ids, in_batches, traceable
from nmt_audit.relevance.request import Request


def variance(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """(e_ij − mean_i' e_i'j)² per word i and dimension j in `details`, the sum over dimensions per word as relevance.

    The mean is over the source words, and over the earlier target words for these. It tells words apart and knows
    nothing of what the model makes of them: it is the same for every state. Raises RequestError for a model that
    hides its states.
    """
    shown = traceable(model)

    @torch.no_grad()
    def answer(rows: list[list[Request]]) -> list[list[Explanation]]:
        trace = shown.trace(*ids(rows))
        return [
            [
                by_dimension(
                    request, "variance",
                    _from_mean(trace.source[row, : len(request.source_tokens)]),
                    _from_mean(trace.target[row, : request.prefix]),
                    word="sum",
                )
                for request in asked
            ]
            for row, asked in enumerate(rows)
        ]  # fmt: skip

    return in_batches(requests, answer)


def _from_mean(words: Tensor) -> Tensor:
    """[N,E] → [N,E]; of no words nothing."""
    return (words - words.mean(0)).square() if len(words) else words
