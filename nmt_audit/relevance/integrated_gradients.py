"""Integrated gradients: the gradient collected on the way from no words to the sentence (Sundararajan et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from nmt_audit.models.protocol import Model, Trace, Traceable
from nmt_audit.records import Explanation
from nmt_audit.relevance.dimensions import by_dimension
from nmt_audit.relevance.packing import BATCH_TOKENS
from nmt_audit.relevance.passes import derivatives, ids, in_batches, scalars, traceable
from nmt_audit.relevance.request import Request

NODES = 32  # on trained models a gap of 1 % of a logit and less; half of them leave four times as much
PATH_TOKENS = 4 * BATCH_TOKENS  # several points share a forward pass


def integrated_gradients(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """e·∫₀¹ ∂S/∂e (α·sentence) dα per dimension in `details`, the sum over dimensions per word as relevance.

    The path scales all source words and earlier target words from zero embeddings; the start symbol, initial states
    and positions stay. Gauss–Legendre quadrature with NODES points. Ledger: value S, source, target, and offset, which
    is "baseline", S without words, and "completeness_gap", what the quadrature misses: little where S changes smoothly,
    more where maxima switch or, as in T5, a normalisation without positions turns the smallest words into whole ones.
    Raises RequestError for a model that hides its states.
    """
    shown = traceable(model)

    def answer(rows: list[list[Request]]) -> list[list[Explanation]]:
        source, target, values = _end(shown, rows, 1.0)
        _, _, baselines = _end(shown, rows, 0.0)
        integrals = _integrals(shown, rows)
        return [
            [
                _explanation(request, source[row] * over_source, target[row] * over_target, value, baseline)
                for request, (over_source, over_target), value, baseline in zip(
                    asked, integrals[row], values[row], baselines[row], strict=True
                )
            ]
            for row, asked in enumerate(rows)
        ]

    return in_batches(requests, answer)


def _path() -> list[tuple[float, float]]:
    """Points α in 0 … 1 and their weights."""
    points, weights = np.polynomial.legendre.leggauss(NODES)
    return list(zip(((points + 1) / 2).tolist(), (weights / 2).tolist(), strict=True))


def _at(model: Traceable, rows: list[list[Request]], scale: Sequence[float]) -> Trace:
    """The trace of a batch whose words are scaled, each row by its own number."""
    source, mask, target = ids(rows)
    factor = torch.tensor(scale, dtype=torch.float64).unsqueeze(1)
    return model.trace(
        source, mask, target,
        source_scale=factor.expand(-1, source.shape[1]), target_scale=factor.expand(-1, target.shape[1] - 1),
    )  # fmt: skip


@torch.no_grad()
def _end(model: Traceable, rows: list[list[Request]], scale: float) -> tuple[Tensor, Tensor, list[list[float]]]:
    """The embedded words at an end of the path, on the CPU, and S of every request there."""
    trace = _at(model, rows, [scale] * len(rows))
    asked = [request for row in rows for request in row]
    found = iter(scalars(model, trace, asked, [number for number, row in enumerate(rows) for _ in row]).tolist())
    return trace.source.detach().cpu(), trace.target.detach().cpu(), [[next(found) for _ in row] for row in rows]


def _integrals(model: Traceable, rows: list[list[Request]]) -> list[list[list[Tensor]]]:
    """∫ ∂S/∂e dα for each request, over the source [S,E] and the target [T−1,E]."""
    path = _path()
    source, _, target = ids(rows)
    at_once = max(1, PATH_TOKENS // (source.numel() + target.numel()))
    total: list[list[list[Tensor]]] = [[[] for _ in row] for row in rows]
    for first in range(0, len(path), at_once):
        points = path[first : first + at_once]
        repeated = [row for _ in points for row in rows]
        weights = [weight for _, weight in points for _ in rows]
        with torch.enable_grad():
            trace = _at(model, repeated, [alpha for alpha, _ in points for _ in rows])
            found = derivatives(model, trace, repeated, (trace.source, trace.target))
        for number, (weight, of_row) in enumerate(zip(weights, found, strict=True)):
            for sums, one in zip(total[number % len(rows)], of_row, strict=True):
                parts = [weight * part for part in one.of]
                sums[:] = [a + b for a, b in zip(sums, parts, strict=True)] if sums else parts
    return total


def _explanation(request: Request, source: Tensor, target: Tensor, value: float, baseline: float) -> Explanation:
    of_source = float(source[: len(request.source_tokens)].sum())
    of_target = float(target[: request.prefix].sum())
    gap = value - baseline - of_source - of_target
    ledger = {
        "value": value, "source": of_source, "target": of_target, "initial": 0.0, "bias": 0.0,
        "offset": baseline + gap, "stabiliser": 0.0,
    }  # fmt: skip
    offsets = {"baseline": baseline, "completeness_gap": gap}
    return by_dimension(
        request, "integrated_gradients", source, target, word="sum", ledger=ledger, offsets=offsets
    )  # fmt: skip
