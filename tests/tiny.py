"""Random recurrent models small enough to follow by hand, and a vocabulary of invented sentences."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import TypeVar

import torch
from torch import nn

from nmt_audit.models.luong_network import Luong, LuongSizes
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.rnnsearch_network import RNNsearch, Sizes
from nmt_audit.models.vocabulary import Vocabulary

SUBJECTS = {"der mann": "the man", "die frau": "the woman", "das kind": "the child", "ein hund": "a dog"}
VERBS = {"sieht": "sees", "sucht": "seeks", "mag": "likes", "kennt": "knows", "hört": "hears"}
OBJECTS = {"das haus": "the house", "den garten": "the garden", "ein buch": "a book", "die stadt": "the town"}
ENDINGS = {"": "", " heute": " today", " nicht": " not", " im regen": " in the rain", " nie wieder": " never again"}


def pairs() -> list[tuple[str, str]]:
    """400 sentence pairs of 4 to 8 words."""
    return [
        (f"{who} {verb} {thing}{ending} .", f"{SUBJECTS[who]} {VERBS[verb]} {OBJECTS[thing]}{ENDINGS[ending]} .")
        for who, verb, thing, ending in product(SUBJECTS, VERBS, OBJECTS, ENDINGS)
    ]


@cache
def vocabulary() -> Vocabulary:
    """About 120 pieces: whole words next to single letters."""
    return Vocabulary.train((text for pair in pairs() for text in pair), size=120)


def tiny_model(seed: int = 0, *, hidden: int = 4, scale: float = 0.7) -> RecurrentModel:
    """An untrained RNNsearch."""
    sizes = Sizes(len(vocabulary()), embedding=4, hidden=hidden, attention=3, dropout=0.0)
    network = random_network(lambda: RNNsearch(sizes), seed, scale)
    return RecurrentModel(network, vocabulary(), name=f"tiny-{seed}", fingerprint=f"{seed}:{hidden}:{scale}")


def tiny_luong(
    seed: int = 0, *, score: str = "general", layers: int = 2, hidden: int = 4, scale: float = 0.7
) -> RecurrentModel:
    """An untrained stacked LSTM with a kind of attention, or with none."""
    sizes = LuongSizes(len(vocabulary()), embedding=5, hidden=hidden, layers=layers, score=score, dropout=0.0)
    network = random_network(lambda: Luong(sizes), seed, scale)
    fingerprint = f"{seed}:{score}:{layers}:{hidden}:{scale}"
    return RecurrentModel(network, vocabulary(), name=f"tiny-luong-{score}-{seed}", fingerprint=fingerprint)


N = TypeVar("N", bound=nn.Module)


def random_network(make: Callable[[], N], seed: int, scale: float) -> N:
    """Normal noise in every weight. The biases too: what happens to the share of a bias of 0 would not show."""
    with torch.random.fork_rng(devices=[]):
        network = make()
        torch.manual_seed(seed)
        for parameter in network.parameters():
            nn.init.normal_(parameter, std=scale)
    return network
