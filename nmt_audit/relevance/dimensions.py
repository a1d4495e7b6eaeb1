"""Explanations made of one number per word and dimension of its embedding (Li et al. 2016, figures 5–8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from torch import Tensor

from nmt_audit.records import Explanation
from nmt_audit.relevance.request import Request


def by_dimension(
    request: Request, method: str, source: Tensor, target: Tensor, *, word: Literal["mean", "sum"],
    ledger: Mapping[str, float] | None = None, offsets: Mapping[str, float] | None = None,
) -> Explanation:  # fmt: skip
    """source [≥S,E] and target [≥P,E] of the request's row, padding last; `word` makes one number of E.

    `details`: "source_dimensions" [S,E] and "target_dimensions" [P,E], P earlier target words.
    """
    dimensions = {
        "source_dimensions": source[: len(request.source_tokens)].cpu().numpy().astype(np.float64),
        "target_dimensions": target[: request.prefix].cpu().numpy().astype(np.float64),
    }
    per_word = [getattr(values, word)(1) for values in dimensions.values()]
    return request.explained(method, *per_word, ledger=ledger, offsets=offsets, details=dimensions)
