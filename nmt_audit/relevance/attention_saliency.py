"""Attention saliency: how much S would change with each attention score, next to the attention itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from nmt_audit.models.protocol import Model, Trace
from nmt_audit.records import Explanation
from nmt_audit.relevance.attention import check_side, cross_layers, no_attention
from nmt_audit.relevance.passes import ids, in_batches, inner_derivatives, traceable
from nmt_audit.relevance.request import Request


def attention_saliency(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """|∂S/∂e_ji| on the scores e before their softmax, at the explained position j. Unsigned.

    Ghaeini et al. 2018, section 3.1.1. For several positions the sum of their rows; for a Transformer that of the last
    decoder layer, summed over its heads (0 for a state below it). The prefix has no score: zeros. `details`:
    "attention" [S] and "scores" [S] (mean over the heads) of the same rows; for a Transformer "layers"
    [layers,heads,S], the saliency of every cross-attention score. It distributes no value: no ledger.
    Raises RequestError for a model without attention and for a state of the source.
    """
    shown = traceable(model)
    for request in requests:
        check_side(request)

    def answer(rows: list[list[Request]]) -> list[list[Explanation]]:
        with torch.enable_grad():
            trace = shown.trace(*ids(rows))
            names = cross_layers(trace)
            if not names:
                raise no_attention(model)
            found = inner_derivatives(shown, trace, rows, {name: trace.scores[name] for name in names})
        return [
            [
                _explanation(request, trace, row, torch.stack([one[name] for name in names]).abs())
                for request, one in zip(asked, found[row], strict=True)
            ]
            for row, asked in enumerate(rows)
        ]

    return in_batches(requests, answer)


def _explanation(request: Request, trace: Trace, row: int, saliency: Tensor) -> Explanation:
    """saliency [layers,heads,T,S] of the request's row."""
    assert trace.attention is not None
    steps, width = list(request.positions), len(request.source_tokens)
    layers = saliency[:, :, steps, :width].sum(2)
    scores = trace.scores[cross_layers(trace)[-1]][row].detach().mean(0).cpu()
    details = {
        "attention": trace.attention[row, steps, :width].detach().sum(0).cpu().numpy(),
        "scores": scores[steps, :width].sum(0).numpy(),
    }
    if layers.shape[0] * layers.shape[1] > 1:
        details["layers"] = layers.numpy()
    return request.explained(
        "attention_saliency", layers[-1].sum(0).numpy(), np.zeros(request.prefix), details=details
    )  # fmt: skip
