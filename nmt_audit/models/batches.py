"""Length buckets: sequences of like length share a batch, so that little of it is padding."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def buckets(lengths: Sequence[int], *, tokens: int, rows: int) -> list[list[int]]:
    """Indices into `lengths` in batches of at most `rows` rows and `tokens` tokens (padding included), shortest first.

    A sequence longer than `tokens` gets a batch of its own. Equal lengths keep their order.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        last = batches[-1] if batches else []
        if last and len(last) < rows and (len(last) + 1) * lengths[index] <= tokens:
            last.append(index)
        else:
            batches.append([index])
    return batches


def pad(rows: Sequence[Sequence[int]], device: torch.device | None = None) -> tuple[Tensor, Tensor]:
    """Ids of different lengths → ids [B,N], padded behind with 0, and the mask [B,N], True at tokens.

    The mask alone tells what is padding: 0 is a word in some vocabularies. `device` None: the CPU.
    """
    width = max(map(len, rows))
    ids = torch.tensor([[*row, *[0] * (width - len(row))] for row in rows], dtype=torch.long, device=device)
    lengths = torch.tensor([len(row) for row in rows], device=device)
    return ids, torch.arange(width, device=device) < lengths.unsqueeze(1)
