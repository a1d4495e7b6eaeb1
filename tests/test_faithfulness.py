"""Faithfulness against a slow twin: the definition, one erasure and one model call at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
import torch
from families import load_family
from test_faithfulness_figures import slow_correlation
from tiny import tiny_model

from nmt_audit import explain
from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.records import Array, Explanation
from nmt_audit.relevance import METHODS
from nmt_audit.relevance.erasing import OPERATORS
from nmt_audit.relevance.erasure import erasure
from nmt_audit.relevance.faithfulness import BEST, RANDOM, Estimate, Faithfulness, Probe, Sample, measure, measuring
from nmt_audit.relevance.faithfulness import probes as all_probes
from nmt_audit.relevance.faithfulness.orders import MEASURES
from nmt_audit.relevance.faithfulness.probes import SOURCE_ONLY
from nmt_audit.relevance.faithfulness.samples import SIDES, samples
from nmt_audit.relevance.request import Request

MODEL = tiny_model(3)
PAIRS = (
    ("der mann sieht das haus nicht .", "the man sees the house ."),
    ("die frau mag ein buch", "a woman likes"),
    ("ein hund", "a dog"),
    ("das kind kennt die stadt im regen .", "the child knows the town in the rain ."),
)
GRADIENT, ATTENTION, SIGNAL = Probe("gradient_x_input"), Probe("attention"), Probe("lrp", "signal")
PROBES = (GRADIENT, ATTENTION, SIGNAL)


@cache
def drawn(positions: int | None = 3) -> list[Sample]:
    tokens = [(MODEL.tokenize(source), MODEL.tokenize_target(target)) for source, target in PAIRS]
    return samples(tokens, positions=positions, seed=5)


@cache
def measured() -> Faithfulness:
    return measure(MODEL, drawn(), PROBES, seed=7)


# --- the slow twin --------------------------------------------------------------------------------------------------


@cache
def logprob(sample: int, position: int, side: str, operator: str, gone: tuple[int, ...]) -> float:
    """log p of the target token at a position of a drawn sample, without some of the words of a side."""
    pair = drawn()[sample]
    source, target = ([token.id for token in tokens] for tokens in (pair.source_tokens, pair.target_tokens))
    token, step = target[position], position
    of_source, of_target = (gone, ()) if side == "source" else ((), gone)
    if operator == "unknown":
        source = [MODEL.unknown_id if i in of_source else id for i, id in enumerate(source)]
        target = [MODEL.unknown_id if i in of_target else id for i, id in enumerate(target)]
    if operator == "deletion":
        source = [id for i, id in enumerate(source) if i not in of_source]
        target = [id for i, id in enumerate(target) if i not in of_target]
        step -= len(of_target)
    network = MODEL.network
    words, earlier = network.embed(torch.tensor([source])), network.shift(torch.tensor([target]))
    if operator == "zero":
        words[0, list(of_source)] = 0
        earlier[0, [i + 1 for i in of_target]] = 0
    state = network.begin(words, torch.ones(1, len(source), dtype=torch.bool))
    logits = network.logits(network.decode(earlier, state).readout)[0, step]
    return float(torch.log_softmax(logits, -1)[token])


class Twin:
    """One position of one drawn sample, and what it loses without some words."""

    def __init__(self, sample: int, position: int, side: str) -> None:
        self.place = (sample, position, side)
        of_source = len(drawn()[sample].source_tokens) - 1  # all but </s>
        self.words = list(range(of_source if side == "source" else position))

    def fall(self, operator: str, gone: Sequence[int]) -> float:
        return logprob(*self.place, operator, ()) - logprob(*self.place, operator, tuple(gone))

    def singles(self, operator: str) -> Array:
        return np.array([self.fall(operator, [word]) for word in self.words])

    def measures(self, operator: str, values: Array) -> dict[str, float]:
        order = sorted(self.words, key=lambda word: -values[word])  # sorted is stable: ties in their order
        n = len(order)
        found = {f"drop_{k}": self.fall(operator, order[:k]) for k in (1, 2, 3)}
        counts = [math.ceil(n * percent / 100) for percent in (1, 2, 3, 5, 10, 20, 50)]
        found["comprehensiveness"] = sum(self.fall(operator, order[:k]) for k in counts) / 7
        found["sufficiency"] = sum(self.fall(operator, order[k:]) for k in counts) / 7
        singles = self.singles(operator)
        if n >= 3 and len(set(values)) > 1 and len(set(singles)) > 1:
            found["correlation"] = slow_correlation(list(values), list(singles))
        return found


def slow_means(probe: Probe, side: str, operator: str) -> dict[str, float]:
    """Over all positions of all samples."""
    found: dict[str, list[float]] = {}
    for number, ((source, target), sample) in enumerate(zip(PAIRS, drawn(), strict=True)):
        for position in sample.positions:
            twin = Twin(number, position, side)
            if not twin.words:
                continue
            if probe == BEST:
                values = twin.singles(operator)
            else:
                map = explain(
                    MODEL, source=source, target=target, position=position, state="logit", method=probe.method,
                    rules=probe.rules or "stable",
                )  # fmt: skip
                values = (map.source_relevance if side == "source" else map.target_relevance)[twin.words]
            for name, value in twin.measures(operator, values).items():
                found.setdefault(name, []).append(value)
    return {name: sum(values) / len(values) for name, values in found.items()}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("probe", [*PROBES, BEST], ids=lambda probe: probe.name)
def test_it_is_the_definition(probe: Probe, operator: str) -> None:
    for side in SIDES:
        if side == "prefix" and probe.method in SOURCE_ONLY:
            continue
        row, wanted = measured().row(probe, side, operator), slow_means(probe, side, operator)
        assert row.measures.keys() == wanted.keys() == set(MEASURES)
        for name, value in wanted.items():
            assert row.measures[name].value == pytest.approx(value, abs=1e-9), (side, name)


def test_the_first_word_of_a_random_order_is_all_words() -> None:
    for side in SIDES:
        falls = [
            twin.singles("unknown").mean()
            for number, sample in enumerate(drawn())
            for position in sample.positions
            if (twin := Twin(number, position, side)).words
        ]
        row = measured().row(RANDOM, side, "unknown")
        assert row.measures["drop_1"].value == pytest.approx(np.mean(falls), abs=1e-9)
        assert row.positions == len(falls)


# --- what must hold -------------------------------------------------------------------------------------------------


def test_no_first_word_is_better_than_the_best() -> None:
    everything = measure(MODEL, drawn(None), all_probes(), thorough=False)
    assert {row.probe for row in everything.rows} == {*all_probes(), RANDOM, BEST}
    for row in everything.rows:
        assert row.measures["drop_1"].value <= everything.row(BEST, row.side, row.operator).measures["drop_1"].value
        assert row.share is not None and row.share.value <= 1 + 1e-12


def test_a_perfect_map_scores_one_and_its_reverse_as_little_as_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Single-word erasure of the log-probability is the measure itself, where the operator is the same."""

    def reversed_erasure(model: Model, requests: Sequence[Request]) -> list[Explanation]:
        return [
            request.explained("reversed", -one.source_relevance, -one.target_relevance)
            for request, one in zip(requests, erasure(model, requests), strict=True)
        ]

    monkeypatch.setitem(METHODS, "reversed", reversed_erasure)
    perfect, worst = Probe("erasure", state="logprob"), Probe("reversed", state="logprob")
    found = measure(MODEL, drawn(), (perfect, worst, GRADIENT))
    for side in SIDES:
        row = found.row(perfect, side, "zero")
        assert row.share == Estimate(1, 1, 1)
        assert row.measures["correlation"].value == pytest.approx(1)
        reverse = found.row(worst, side, "zero")
        assert reverse.measures["correlation"].value == pytest.approx(-1)
        for other in (perfect, GRADIENT, RANDOM):
            assert reverse.measures["drop_1"].value < found.row(other, side, "zero").measures["drop_1"].value
        assert found.row(perfect, side, "deletion").share != row.share


def test_special_tokens_are_no_words() -> None:
    """The first token is deu_Latn here, so that a word's number is not its place among the words."""
    model = load_family("nllb")
    sample = Sample(model.tokenize("der hund malt"), model.tokenize_target("the dog paints"), (1,))
    perfect = Probe("erasure", state="logprob")
    row = measure(model, [sample], (perfect,), operators=("zero",)).row(perfect, "source", "zero")
    assert row.measures["correlation"].value == pytest.approx(1) and row.share == Estimate(1, None, None)
    specials = {0, len(sample.source_tokens) - 1}
    assert sample.words("source", 1) == [i for i in range(len(sample.source_tokens)) if i not in specials]
    assert sample.words("prefix", 2) == [0, 1] and sample.words("prefix", 0) == []


def test_a_quick_measurement_is_a_part_of_the_thorough_one() -> None:
    quick = measure(MODEL, drawn(), PROBES, seed=7, thorough=False, operators=("deletion",))
    assert [row.probe for row in quick.rows if row.side == "source"] == [*PROBES, RANDOM, BEST]
    for row in quick.rows:
        whole = measured().row(row.probe, row.side, "deletion")
        assert row.measures.keys() == {"drop_1", "correlation"}
        for name, estimate in row.measures.items():
            assert estimate.value == pytest.approx(whole.measures[name].value, abs=1e-12)


def test_samples_are_independent_of_those_they_are_measured_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "CHUNK", 1)
    done: list[int] = []
    alone = measure(MODEL, drawn(), PROBES, seed=7, advance=lambda steps=1, note="": done.append(steps))
    assert done == [1] * len(PAIRS)
    for row, other in zip(alone.rows, measured().rows, strict=True):
        assert (row.probe, row.side, row.operator, row.positions) == (
            other.probe, other.side, other.operator, other.positions,
        )  # fmt: skip
        for name, estimate in row.measures.items():
            for end in ("value", "low", "high"):  # the ends need each sample's own figures
                assert getattr(estimate, end) == pytest.approx(getattr(other.measures[name], end), abs=1e-9)


def test_what_a_model_does_not_have_is_said_and_left_out() -> None:
    found = measure(MODEL, drawn(2), (GRADIENT, Probe("heads", "signal")), thorough=False)
    [(probe, reason)] = found.refused.items()
    assert probe.name == "heads signal" and "heads" in reason
    assert {row.probe for row in found.rows} == {GRADIENT, RANDOM, BEST}
    transformer = load_family("marian")
    tokens = (transformer.tokenize("der hund malt"), transformer.tokenize_target("the dog paints"))
    found = measure(transformer, samples([tokens], positions=2), (Probe("gates"), GRADIENT), thorough=False)
    assert [probe.method for probe in found.refused] == ["gates"]
    assert found.row(GRADIENT, "source", "zero").positions == 2


def test_the_methods_that_are_measured_on_the_source_only_say_nothing_of_the_prefix() -> None:
    silent = set()
    for method in METHODS:
        try:
            found = explain(MODEL, source=PAIRS[0][0], target=PAIRS[0][1], position=4, state="logit", method=method)
        except RequestError:
            continue
        assert found.source_relevance.any()
        if not found.target_relevance.any():
            silent.add(method)
    assert silent == SOURCE_ONLY
    assert not any(row.probe.method in SOURCE_ONLY and row.side == "prefix" for row in measured().rows)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"methods": ["guess"]}, "no method “guess”; there are attention, lrp"),
        ({"rules": ["epsilon"]}, "no rule set “epsilon”; there are paper"),
        ({"state": "output"}, "no measured state “output”; there are logit, logprob"),
    ],
)
def test_what_does_not_exist_cannot_be_measured(asked: dict[str, Sequence[str]], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        all_probes(**asked)  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_figures_and_another_seed_other_intervals() -> None:
    def of(seed: int) -> Faithfulness:
        return measure(MODEL, drawn(), (GRADIENT, SIGNAL), seed=seed, thorough=False, resamples=40, operators=("zero",))

    one, other = of(1), of(2)
    assert one == of(1)
    a, b = (found.row(SIGNAL, "source", "zero").measures["drop_1"] for found in (one, other))
    assert a.value == b.value and (a.low, a.high) != (b.low, b.high)
