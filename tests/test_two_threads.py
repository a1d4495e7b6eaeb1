"""The next shard is decoded while the last is weighed and explained, with one network: neither thread notices."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
import torch
from families import family_directory
from tiny import tiny_model
from torch import Tensor, nn

from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.models.protocol import Forced
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.translating import Translated, translate
from nmt_audit.records import Array
from nmt_audit.relevance import explain_batch
from nmt_audit.relevance.propagation import propagation
from nmt_audit.relevance.rules import RULE_SETS

SOURCES = ("die katze sieht den brunnen am abend .", "ein kind vergisst das dach .", "der hund malt nie .")
TARGETS = ("the cat sees the well in the evening .", "a child forgets the roof .", "the dog never paints .")
TURNS = 3

MODELS: dict[str, Callable[[], RecurrentModel | HuggingFaceModel]] = {
    "rnnsearch": lambda: tiny_model(3),
    **{name: partial(HuggingFaceModel.load, str(family_directory(name)), name=name) for name in ("marian", "t5")},
}


@pytest.fixture
def threads_change_often() -> Iterator[None]:
    """So that they meet everywhere, not only where one waits."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


class Meanwhile(nn.GELU):
    """An activation function in the middle of which another thread goes through another network."""

    def __init__(self, network: nn.Module, inputs: Tensor) -> None:
        super().__init__()
        self.found, self._other = torch.empty(0), lambda: network(inputs)

    def forward(self, input: Tensor) -> Tensor:
        with ThreadPoolExecutor(1) as threads:
            self.found = threads.submit(self._other).result()
        return super().forward(input)


def test_propagation_lets_the_modules_of_other_threads_alone() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.GELU(), nn.Linear(4, 2)).requires_grad_(False)
    inputs = torch.linspace(-1, 1, 6).view(2, 3)
    meanwhile = Meanwhile(network, inputs)
    words = torch.linspace(-2, 2, 6, dtype=torch.float64).requires_grad_()
    with propagation(RULE_SETS["stable"], 1):
        explained = meanwhile(words)
    assert meanwhile.found.equal(network(inputs))
    assert explained.equal(nn.functional.gelu(words))
    (coefficients,) = torch.autograd.grad(explained.sum(), words)
    torch.testing.assert_close(coefficients * words, explained)  # an activation function hands on what it gets


@pytest.mark.usefixtures("threads_change_often")
@pytest.mark.parametrize("name", MODELS)
def test_one_thread_decodes_while_another_weighs_and_explains(name: str) -> None:
    alone, together = MODELS[name](), MODELS[name]()
    decoded, explained = _decode(alone), _explain(alone)
    with ThreadPoolExecutor(1) as other:
        ahead = other.submit(lambda: [_decode(together) for _ in range(TURNS)])
        beside = [_explain(together) for _ in range(TURNS)]
    for again in ahead.result():
        for found, known in zip(again, decoded, strict=True):
            assert found.translation.text == known.translation.text
            _like(found.forced, known.forced)
    for maps, forced, gone_on in beside:
        assert gone_on == explained[2]
        for relevance, other_relevance in zip(maps, explained[0], strict=True):
            np.testing.assert_array_equal(relevance, other_relevance)
        for one, other_one in zip(forced, explained[1], strict=True):
            _like(one, other_one)


def _decode(model: RecurrentModel | HuggingFaceModel) -> list[Translated]:
    return translate(model, SOURCES, beam=2)


def _explain(model: RecurrentModel | HuggingFaceModel) -> tuple[list[Array], list[Forced], list[str]]:
    ids = [[token.id for token in model.tokenize(text)] for text in SOURCES]
    targets = [[token.id for token in model.tokenize_target(text)] for text in TARGETS]
    pairs = [
        {"source": source, "target": target, "position": 1} for source, target in zip(SOURCES, TARGETS, strict=True)
    ]
    maps = [one.source_relevance for one in explain_batch(model, pairs)]
    return maps, model.force(ids, targets), model.resume(ids, [target[:2] for target in targets])


def _like(found: Forced, known: Forced) -> None:
    np.testing.assert_array_equal(found.logprobs, known.logprobs)
    np.testing.assert_array_equal(found.ranks, known.ranks)
    assert found.attention is not None and known.attention is not None
    np.testing.assert_array_equal(found.attention, known.attention)
