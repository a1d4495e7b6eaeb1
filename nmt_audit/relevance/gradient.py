"""Saliency: how much S would change with each dimension of each word's embedding."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from nmt_audit.models.protocol import Model
from nmt_audit.records import Explanation
from nmt_audit.relevance.dimensions import by_dimension
from nmt_audit.relevance.passes import derivatives, ids, in_batches, traceable
from nmt_audit.relevance.request import Request


def gradient(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """|∂S/∂e| per dimension in `details`, its mean per word as relevance. Li et al. 2016, section 4. Unsigned.

    It does not distribute a value, so there is no ledger. Raises RequestError for a model that hides its states.
    """
    shown = traceable(model)

    def answer(rows: list[list[Request]]) -> list[list[Explanation]]:
        with torch.enable_grad():
            trace = shown.trace(*ids(rows))
            found = derivatives(shown, trace, rows, (trace.source, trace.target))
        return [
            [
                by_dimension(request, "gradient", *(part.abs() for part in one.of), word="mean")
                for request, one in zip(asked, of_row, strict=True)
            ]
            for asked, of_row in zip(rows, found, strict=True)
        ]

    return in_batches(requests, answer)
