"""The architectures that can be trained here: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from nmt_audit.models import checkpoint, marian_network
from nmt_audit.models.luong_network import Luong, LuongSizes
from nmt_audit.models.marian_network import MarianNetwork, MarianSizes
from nmt_audit.models.rnnsearch_network import RNNsearch, Sizes
from nmt_audit.models.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Architecture:
    """How a network is made and put on disk. `network(sizes)` maps (source, mask, target) ids to logits [B,T,V]."""

    title: str
    sizes: type[Any]
    network: Callable[[Any], nn.Module]
    save: Callable[[Path, Any, Vocabulary, dict[str, Any]], None]


ARCHITECTURES: Mapping[str, Architecture] = {
    "rnnsearch": Architecture(
        "RNNsearch (Bahdanau et al. 2015, GroundHog's equations)", Sizes, RNNsearch, checkpoint.save
    ),
    "luong": Architecture("Stacked LSTM (Luong et al. 2015)", LuongSizes, Luong, checkpoint.save),
    "marian": Architecture(
        "Transformer (Vaswani et al. 2017, Marian's form)", MarianSizes, MarianNetwork, marian_network.save
    ),
}
