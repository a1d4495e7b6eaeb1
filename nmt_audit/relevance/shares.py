"""What a relevance rule gives to each operand, and what it leaks to the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Shares:
    """What a rule gives to each activation (None: nothing), and what it leaks to the ledger's accounts."""

    inputs: tuple[Tensor | None, ...]
    leaks: Mapping[str, Tensor] = field(default_factory=dict)


def fit(share: Tensor, like: Tensor) -> Tensor:
    """Sums what was broadcast: share [..., N] to the shape of `like`."""
    while share.dim() > like.dim():
        share = share.sum(0)
    for axis, size in enumerate(like.shape):
        if size == 1 and share.shape[axis] != 1:
            share = share.sum(axis, keepdim=True)
    return share
