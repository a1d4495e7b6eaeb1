"""Attention as an explanation: the row of weights that the decoder used, for comparison with relevance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from nmt_audit.errors import RequestError
from nmt_audit.models.batches import buckets, pad
from nmt_audit.models.protocol import Model, Trace, Traceable
from nmt_audit.records import Array, Explanation
from nmt_audit.relevance.packing import BATCH_ROWS, BATCH_TOKENS
from nmt_audit.relevance.request import Request

Pair = tuple[tuple[int, ...], tuple[int, ...]]


def attention(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """α_j over the source (Bahdanau et al. 2015); for several positions their sum. The prefix has none: zeros.

    For a Transformer the mean over the heads of the last decoder layer. `details`: "map", the whole [T,S]; for a
    Transformer "heads" [layers,heads,T,S], of all cross-attention. Attention distributes no value: no ledger.
    Raises RequestError for a model without attention, and for a state of the source, which no row belongs to.
    """
    for request in requests:
        check_side(request)
    pairs = list(dict.fromkeys(request.key for request in requests))
    found = _traced(model, pairs) if isinstance(model, Traceable) else _forced(model, pairs)
    maps = dict(zip(pairs, found, strict=True))
    return [
        request.explained(
            "attention",
            maps[request.key]["map"][list(request.positions)].sum(0),
            np.zeros(request.prefix),
            details=maps[request.key],
        )
        for request in requests
    ]


def check_side(request: Request) -> None:
    """Raises RequestError for a state of the source."""
    if request.side == "source":
        raise RequestError(f"attention belongs to target positions; “{request.state}” is a state of the source")


def cross_layers(trace: Trace) -> list[str]:
    """The names of the attentions to the source, in the order of the layers."""
    return sorted((name for name in trace.scores if name.startswith("cross.")), key=lambda name: int(name[6:]))


def no_attention(model: Model) -> RequestError:
    """What to raise for a model without."""
    return RequestError(f"{model.name} has no attention; ask for another method, such as lrp or gradient")


def _forced(model: Model, pairs: Sequence[Pair]) -> list[dict[str, Array]]:
    """Of a model that hides its states."""
    maps = []
    for forced in model.force(*([list(pair[side]) for pair in pairs] for side in (0, 1))):
        if forced.attention is None:
            raise no_attention(model)
        maps.append({"map": forced.attention})
    return maps


@torch.no_grad()
def _traced(model: Model, pairs: Sequence[Pair]) -> list[dict[str, Array]]:
    """Without the logits that forced decoding makes, and with every head."""
    assert isinstance(model, Traceable)
    found: dict[int, dict[str, Array]] = {}
    for batch in buckets([len(s) + len(t) for s, t in pairs], tokens=BATCH_TOKENS, rows=BATCH_ROWS):
        source, mask = pad([pairs[i][0] for i in batch])
        target, _ = pad([pairs[i][1] for i in batch])
        trace = model.trace(source, mask, target)
        if trace.attention is None:
            raise no_attention(model)
        weights = trace.attention.cpu()
        heads = [trace.scores[name].softmax(-1).cpu() for name in cross_layers(trace)]
        for row, i in enumerate(batch):
            width, steps = map(len, pairs[i])
            found[i] = {"map": weights[row, :steps, :width].numpy().copy()}
            if len(heads) > 1 or (heads and heads[0].shape[1] > 1):
                found[i]["heads"] = torch.stack([layer[row, :, :steps, :width] for layer in heads]).numpy()
    return [found[i] for i in range(len(pairs))]
