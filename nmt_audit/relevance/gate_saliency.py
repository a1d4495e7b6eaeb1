"""Gate saliency: how much S would change with each gate of a recurrent network."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from nmt_audit.models.protocol import Model
from nmt_audit.records import Explanation
from nmt_audit.relevance.gates import check_gates, curves
from nmt_audit.relevance.passes import ids, in_batches, inner_derivatives, traceable
from nmt_audit.relevance.request import Request


def gate_saliency(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """|∂S/∂g| of every gate g, in the form of `gates`: norms over dimensions, 1 at the sentence's largest.

    Ghaeini et al. 2018, section 3.2. Raises RequestError for a model without gates.
    """
    shown = traceable(model)

    def answer(rows: list[list[Request]]) -> list[list[Explanation]]:
        with torch.enable_grad():
            trace = shown.trace(*ids(rows))
            check_gates(model, trace)
            found = inner_derivatives(shown, trace, rows, trace.gates)
        return [
            [
                curves(request, "gate_saliency", {name: gate.abs() for name, gate in one.items()})
                for request, one in zip(asked, of_row, strict=True)
            ]
            for asked, of_row in zip(rows, found, strict=True)
        ]

    return in_batches(requests, answer)
