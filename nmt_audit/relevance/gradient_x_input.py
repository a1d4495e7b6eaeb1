"""Gradient × input: to first order, what S would lose if a word's embedding were zero."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from nmt_audit.models.protocol import Model
from nmt_audit.records import Explanation
from nmt_audit.relevance.dimensions import by_dimension
from nmt_audit.relevance.passes import derivatives, ids, in_batches, traceable
from nmt_audit.relevance.request import Request


def gradient_x_input(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """e·∂S/∂e per dimension in `details`, the sum over dimensions per word as relevance. Signed.

    It adds up to S only where the model is linear, so there is no ledger. Raises RequestError for a model that hides
    its states.
    """
    shown = traceable(model)

    def answer(rows: list[list[Request]]) -> list[list[Explanation]]:
        with torch.enable_grad():
            trace = shown.trace(*ids(rows))
            found = derivatives(shown, trace, rows, (trace.source, trace.target))
        words = (trace.source.detach().cpu(), trace.target.detach().cpu())
        return [
            [
                by_dimension(
                    request, "gradient_x_input", *(e[row] * d for e, d in zip(words, one.of, strict=True)), word="sum"
                )
                for request, one in zip(asked, found[row], strict=True)
            ]
            for row, asked in enumerate(rows)
        ]

    return in_batches(requests, answer)
