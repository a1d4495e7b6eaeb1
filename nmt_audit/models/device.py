"""Where a model computes, and how exactly it searches there.

Everything that is told of a translation, from log-probabilities to relevance, is float64 on any device. The search
alone may be less exact: it decides what is said, and all numbers are those of a forced decoding of what it said.
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from nmt_audit.config import check_device
from nmt_audit.errors import InputError

N = TypeVar("N", bound=nn.Module)


def device_of(name: str | torch.device) -> torch.device:
    """The device of a name; "auto" is a GPU where torch sees one. Raises InputError for one that is not there."""
    if isinstance(name, torch.device):
        return name
    check_device(name)
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    device, there = torch.device(name), torch.cuda.device_count()
    if device.type == "cuda" and (device.index or 0) >= there:
        seen = "no GPU" if there == 0 else f"no GPUs but cuda:0 … cuda:{there - 1}"
        raise InputError(f"--device {name}: torch {torch.__version__} sees {seen}; give --device cpu, or auto")
    return device


def search_precision(device: torch.device, on_cpu: torch.dtype) -> torch.dtype:
    """What a search computes in where nobody says otherwise: a GPU multiplies bfloat16 many times faster."""
    return on_cpu if device.type == "cpu" else torch.bfloat16


def lowered(network: N) -> N:
    """A float32 copy of a float64 network, to be used within `mixed`.

    Its weights have gradients, which nobody computes: only of such weights torch keeps the copy that it multiplies by.
    """
    return copy.deepcopy(network).float().requires_grad_()


def mixed(device: torch.device, precision: torch.dtype) -> torch.autocast:
    """Within, matrices are multiplied in a half precision if that is asked for; all else stays as it is."""
    half = precision in (torch.bfloat16, torch.float16)
    return torch.autocast(device.type, precision if half else None, enabled=half)


def unmixed(device: torch.device) -> torch.autocast:
    """Within `mixed`, an exception from it."""
    return torch.autocast(device.type, enabled=False)


class Unmixed(nn.Module):
    """An output layer that stays in float32: three digits do not tell the best of many words from the next."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, hidden: Tensor) -> Tensor:
        """hidden [...,width] → logits [...,V]."""
        with unmixed(hidden.device):
            logits: Tensor = self.layer(hidden.float())
        return logits
