"""Attention as an explanation: the row of weights that the decoder used, for comparison with relevance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.records import Explanation
from nmt_audit.relevance.request import Request


def attention(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """α_j over the source (Bahdanau et al. 2015); for several positions their sum. The prefix has none: zeros.

    Attention distributes no value, so there is no ledger. `details["map"]` is the whole T×S map.
    Raises RequestError for a state of the source, which no attention row belongs to.
    """
    for request in requests:
        if request.side == "source":
            raise RequestError(f"attention belongs to target positions; “{request.state}” is a state of the source")
    forced = model.force(*([list(request.key[side]) for request in requests] for side in (0, 1)))
    return [
        Explanation(
            request.source_tokens,
            request.target_tokens,
            request.positions,
            request.state,
            "attention",
            None,
            None,
            request.against,
            found.attention[list(request.positions)].sum(0),
            np.zeros(max(request.positions)),
            details={"map": found.attention},
        )
        for request, found in zip(requests, forced, strict=True)
    ]
