"""A random RNNsearch small enough to follow by hand, and a vocabulary of invented sentences."""

from __future__ import annotations

from functools import cache
from itertools import product

import torch

from nmt_audit.models.rnnsearch import RNNsearchModel
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


def tiny_model(seed: int = 0, *, hidden: int = 4, scale: float = 0.7) -> RNNsearchModel:
    """An untrained model. The biases are random too: what happens to the share of a bias of 0 would not show."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = RNNsearch(Sizes(len(vocabulary()), embedding=4, hidden=hidden, attention=3, dropout=0.0))
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=scale)
    return RNNsearchModel(network, vocabulary(), name=f"tiny-{seed}", fingerprint=f"{seed}:{hidden}:{scale}")
