"""Is the cause found where it is known? Models that learnt to copy: each symbol is there because of one source word.

The symbols of a sentence are drawn without repetition, so that no other word could be the cause, and without order, so
that no earlier target word tells what comes next.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from torch import nn

from nmt_audit import explain_batch, load_model
from nmt_audit.models import marian_network
from nmt_audit.models.luong_network import Luong, LuongSizes
from nmt_audit.models.marian_network import MarianNetwork, MarianSizes
from nmt_audit.models.protocol import Model
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.rnnsearch_network import RNNsearch, Sizes
from nmt_audit.models.vocabulary import Vocabulary

SYMBOLS, LENGTH = "abcdefghijkl", 6
SENTENCES = 60  # 360 positions


def draw(seed: int, sentences: int) -> list[str]:
    generator = random.Random(seed)
    return [" ".join(generator.sample(SYMBOLS, LENGTH)) for _ in range(sentences)]


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary.train(draw(1, 500), size=3 + 2 * len(SYMBOLS) + 1)


def rnnsearch() -> tuple[nn.Module, float]:
    return RNNsearch(Sizes(len(vocabulary()), embedding=24, hidden=24, attention=24, dropout=0.0)), 0.02


def luong() -> tuple[nn.Module, float]:
    return Luong(LuongSizes(len(vocabulary()), embedding=24, hidden=24, layers=1, dropout=0.0)), 0.02


def marian() -> tuple[nn.Module, float]:
    network = MarianNetwork(
        MarianSizes(
            len(vocabulary()), width=32, feed_forward=64, encoder_layers=1, decoder_layers=1, heads=2, dropout=0.0
        )
    )
    for name, parameter in network.named_parameters():
        if parameter.dim() == 2 and "positions" not in name:
            nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5)  # from Marian's own, 0.02, it learns too slowly
    return network, 0.004


NETWORKS: dict[str, Callable[[], tuple[nn.Module, float]]] = {"rnnsearch": rnnsearch, "luong": luong, "marian": marian}


@cache
def copier(name: str) -> Model:
    """A model that copies every sentence it has not seen; trained for some seconds."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        network, rate = NETWORKS[name]()
        ids = torch.tensor([[token.id for token in vocabulary().encode(line)] for line in draw(2, 4000)])
        mask = torch.ones(64, ids.shape[1], dtype=torch.bool)
        optimiser = torch.optim.Adam(network.parameters(), lr=rate)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=400)
        for _ in range(400):
            batch = ids[torch.randint(len(ids), (64,))]
            loss = nn.functional.cross_entropy(network(batch, mask, batch).flatten(0, 1), batch.flatten())
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    if isinstance(network, MarianNetwork):
        with TemporaryDirectory() as directory:
            marian_network.save(Path(directory), network, vocabulary(), {"src_lang": "xx", "tgt_lang": "xx"})
            return load_model(directory)
    assert isinstance(network, RNNsearch | Luong)
    return RecurrentModel(network, vocabulary(), name=f"copier-{name}", fingerprint=name)


@cache
def found(name: str, method: str, rules: str | None = None) -> float:
    """The share of positions whose first word by this map is the one that was copied."""
    model, lines = copier(name), draw(3, SENTENCES)
    translations = model.translate(lines)
    assert [translation.text for translation in translations] == lines
    asked = [
        {"source": line, "target": translation, "position": j, "state": "logit", "method": method}
        | ({} if rules is None else {"rules": rules})
        for line, translation in zip(lines, translations, strict=True)
        for j in range(LENGTH)
    ]
    hits = [one.source_relevance.argmax() == one.positions[0] for one in explain_batch(model, asked)]
    return float(np.mean(hits))


def test_the_default_finds_the_word_that_was_copied() -> None:
    assert found("rnnsearch", "lrp") >= 0.99


@pytest.mark.parametrize("name", ["luong", "marian"])
def test_it_mostly_does_on_other_architectures(name: str) -> None:
    """Over five seeds of the training: Luong .97 to .99, Marian .98 to 1."""
    assert found(name, "lrp") >= 0.95


@pytest.mark.parametrize("name", NETWORKS)
def test_signal_finds_it_too_and_so_does_attention_on_so_plain_a_task(name: str) -> None:
    assert found(name, "lrp", "signal") >= 0.99
    assert found(name, "attention") >= 0.99


def test_it_takes_a_true_map_to_find_it() -> None:
    """By chance it is one word of seven. The paper's rules to the letter do no better on a trained network."""
    assert found("rnnsearch", "lrp", "paper") < 0.3
    assert found("rnnsearch", "variance") < 0.3


def test_the_derivative_that_serves_one_architecture_fails_on_another() -> None:
    assert found("rnnsearch", "gradient_x_input") >= 0.98
    assert found("marian", "gradient_x_input") < 0.6
