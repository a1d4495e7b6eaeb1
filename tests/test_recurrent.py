"""What every recurrent model owes the audit: protocols, traces, translation, with attention and without."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pytest
import torch
from tiny import pairs, tiny_luong, tiny_model
from torch import Tensor

from nmt_audit.errors import RequestError
from nmt_audit.models.batches import pad
from nmt_audit.models.protocol import Trace, Traceable
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.statistics import token_statistics
from nmt_audit.models.vocabulary import END, PAD

MAKERS: Mapping[str, Callable[[], RecurrentModel]] = {
    "rnnsearch": lambda: tiny_model(1),
    "dot": lambda: tiny_luong(1, score="dot"),
    "general": lambda: tiny_luong(2, score="general", layers=1),
    "concat": lambda: tiny_luong(3, score="concat"),
    "none": lambda: tiny_luong(4, score="none"),
}
TEXTS = [("das kind mag ein buch nicht .", "the child likes a book ."), ("die frau", "a dog the"), ("", "the house .")]

model_of = cache(lambda kind: MAKERS[kind]())


@pytest.fixture(params=MAKERS)
def model(request: pytest.FixtureRequest) -> RecurrentModel:
    found: RecurrentModel = model_of(request.param)
    return found


def ids_of(model: RecurrentModel) -> tuple[list[list[int]], list[list[int]]]:
    return [[t.id for t in model.tokenize(s)] for s, _ in TEXTS], [[t.id for t in model.tokenize(t)] for _, t in TEXTS]


def batch(model: RecurrentModel) -> tuple[Tensor, Tensor, Tensor]:
    """Source ids, their mask and target ids, with padding on both sides."""
    sources, targets = ids_of(model)
    (source, mask), (target, real) = pad(sources), pad(targets)
    assert not mask.all() and not real.all()
    return source, mask, target


def same(one: Tensor, other: Tensor) -> None:
    torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


# --- protocols --------------------------------------------------------------------------------------------------------


def test_it_shows_its_states_and_names_its_special_tokens(model: RecurrentModel) -> None:
    assert isinstance(model, Traceable)
    assert model.path[-1] == "output" and set(model.path) <= model.states.keys()
    assert model.piece(model.end_id) == "</s>" and model.piece(model.unknown_id) == "<unk>"
    for token in (*model.tokenize("das kind"), *model.tokenize_target("a dog")):
        assert model.piece(token.id) == token.piece and model.piece_id(token.piece) == token.id
    with pytest.raises(RequestError, match="has no token “zebra”"):
        model.piece_id("zebra")


# --- traces -----------------------------------------------------------------------------------------------------------


def test_a_trace_has_the_shapes_that_it_promises(model: RecurrentModel) -> None:
    source, mask, target = batch(model)
    trace = model.trace(source, mask, target)
    rows, width, steps = len(source), source.shape[1], target.shape[1]
    assert trace.states.keys() == model.states.keys()
    for name, side in model.states.items():
        assert trace.states[name].shape[:2] == (rows, width if side == "source" else steps), name
    assert (trace.source.shape[:2], trace.target.shape[:2]) == ((rows, width), (rows, steps - 1))
    assert all(leaf.is_leaf and leaf.requires_grad for leaf in (trace.source, trace.target, *trace.initial))
    assert all(len(leaf) == rows and not leaf.any() for leaf in trace.initial)
    if trace.attention is None:
        assert not trace.scores and "context" not in model.states
    else:
        same(trace.scores["cross.1"].softmax(-1).squeeze(1), trace.attention)
        assert trace.scores["cross.1"].shape == (rows, 1, steps, width)
    assert trace.gates and not trace.heads
    for name, gate in trace.gates.items():
        assert gate.shape[:2] == (rows, width if name.startswith("encoder.") else steps), name
        assert 0 < gate.min() and gate.max() < 1
        assert torch.stack(trace.steps[name], 1).equal(gate)


def test_the_gates_have_the_names_that_a_reader_is_shown() -> None:
    def gates(model: RecurrentModel) -> set[str]:
        return set(model.trace(*batch(model)).gates)

    ways = ("encoder.forward", "encoder.backward", "decoder")
    assert gates(model_of("rnnsearch")) == {f"{way}.{gate}" for way in ways for gate in ("reset", "update")}
    assert gates(model_of("dot")) == {
        f"{side}.{layer}.{gate}" for side in ("encoder", "decoder") for layer in (1, 2)
        for gate in ("input", "forget", "output")
    }  # fmt: skip


@pytest.mark.parametrize("gradient", [True, False])
def test_a_trace_computes_what_plain_decoding_does(model: RecurrentModel, gradient: bool) -> None:
    source, mask, target = batch(model)
    network = model.network
    with torch.set_grad_enabled(gradient):
        trace = model.trace(source, mask, target)
    assert trace.states["output"].requires_grad == gradient
    decoded = network.decode(network.shift(target), network.begin(network.embed(source), mask))
    weight, bias = model.output_layer()
    assert trace.states["output"].equal(decoded.readout)
    assert torch.nn.functional.linear(trace.states["output"], weight, bias).equal(network(source, mask, target))
    assert (trace.attention is None) == ("context" not in model.states)
    if trace.attention is not None:
        assert decoded.attention is not None and trace.attention.equal(decoded.attention)


def test_a_scale_of_zero_is_a_word_whose_embedding_is_zero(model: RecurrentModel) -> None:
    """Blanked by the scale, and by a zero row of the embedding table, for a word that stands on one side only."""
    source, mask, target = batch(model)
    for ids, side in ((source, "source_scale"), (target[:, :-1], "target_scale")):
        blank = ids[0, 1]
        assert (source == blank).any() != (target == blank).any()
        scale = (ids != blank).double()
        scaled = model.trace(source, mask, target, **{side: scale})
        weight = model.network.embedding.weight
        row = weight[blank].clone()
        weight[blank] = 0
        wanted = model.trace(source, mask, target)
        weight[blank] = row
        for name, state in wanted.states.items():
            assert state.equal(scaled.states[name]), name
        assert not scaled.states["output"].equal(model.trace(source, mask, target).states["output"])


def test_a_scale_is_a_point_on_the_way_to_the_sentence(model: RecurrentModel) -> None:
    source, mask, target = batch(model)
    part = torch.rand(source.shape).double(), torch.rand(target[:, :-1].shape).double()
    trace = model.trace(source, mask, target, source_scale=part[0], target_scale=part[1])
    weight = model.network.embedding.weight
    assert trace.source.equal(weight[source] * part[0].unsqueeze(-1))
    assert trace.target.equal(weight[target[:, :-1]] * part[1].unsqueeze(-1))


def words_within(model: RecurrentModel, state: str, position: int, width: int) -> tuple[set[int], set[int]]:
    """The contextual words of a state: source words, and earlier target words.

    RNNsearch looks at the source before it reads y_{j−1}, the stacked LSTM after it.
    """
    everything = set(range(width))
    if model.states[state] == "source":
        backwards = state == "source_backward"
        if backwards or state == "source_forward" or "source_forward" not in model.states:
            return {k for k in everything if (k >= position if backwards else k <= position)}, set()
        return everything, set()
    if state != "context":
        return everything, set(range(position))
    if width == 1:
        return everything, set()  # there is but one word to look at
    return everything, set(range(position - 1 if "source_forward" in model.states else position))


def seen(trace: Trace, state: str, row: int, position: int) -> tuple[set[int], set[int]]:
    """The words that the derivative of a state's component sum is not exactly zero for."""
    leaves = (trace.source, trace.target)
    total = trace.states[state][row, position].sum()
    back = torch.autograd.grad(total, leaves, retain_graph=True, materialize_grads=True)
    for part in back:
        assert not part[:row].any() and not part[row + 1 :].any(), "rows do not see each other"
    source, target = ({k for k, of_word in enumerate(part[row]) if of_word.any()} for part in back)
    return source, target


def test_a_state_sees_its_contextual_words_and_no_other(model: RecurrentModel) -> None:
    source, mask, target = batch(model)
    trace = model.trace(source, mask, target)
    for row in range(len(source)):
        width = int(mask[row].sum())
        for state, side in model.states.items():
            for position in range(width if side == "source" else target.shape[1]):
                wanted = words_within(model, state, position, width)
                assert seen(trace, state, row, position) == wanted, (state, row, position)


def test_the_steps_are_what_was_computed_with(model: RecurrentModel) -> None:
    """Unlike those of their stack, derivatives of the readout with respect to them exist."""
    source, mask, target = batch(model)
    trace = model.trace(source, mask, target)
    total = trace.states["output"].sum()
    for name, steps in trace.steps.items():
        # At the ends a gate may have nothing to let through: a state of zeros, or no readout after it.
        for found in torch.autograd.grad(total, steps[1:-1], retain_graph=True):
            assert found.any(), name
    if trace.scores and "cross.1" not in trace.steps:
        [found] = torch.autograd.grad(total, [trace.scores["cross.1"]], retain_graph=True)
        assert found.any()


# --- forced decoding and search ---------------------------------------------------------------------------------------


def stepwise(model: RecurrentModel, source: list[int], target: list[int]) -> list[Tensor]:
    """log p of every word at every position, one step at a time."""
    state, last, rows = model.begin([source]), PAD, []
    for token in target:
        logprobs, state = model.step(torch.tensor([last]), state)
        rows.append(logprobs[0])
        last = token
    return rows


def in_precision(model: RecurrentModel, precision: torch.dtype) -> RecurrentModel:
    """The same, with steps of that precision."""
    return RecurrentModel(model.network, model.vocabulary, name=model.name, fingerprint="", precision=precision)


def test_a_search_steps_in_float32_and_its_steps_are_those_of_float64_but_for_rounding(model: RecurrentModel) -> None:
    assert model.precision == torch.float32
    exact = in_precision(model, torch.float64)
    for source, target in zip(*ids_of(model), strict=True):
        for row, expected in zip(stepwise(model, source, target), stepwise(exact, source, target), strict=True):
            assert (row.dtype, expected.dtype) == (torch.float32, torch.float64)
            torch.testing.assert_close(row.double(), expected, rtol=0, atol=1e-5)


def test_forced_decoding_equals_a_loop_of_steps(model: RecurrentModel) -> None:
    model = in_precision(model, torch.float64)
    sources, targets = ids_of(model)
    for source, target, forced in zip(sources, targets, model.force(sources, targets), strict=True):
        for j, (row, token) in enumerate(zip(stepwise(model, source, target), target, strict=True)):
            assert forced.logprobs[j] == pytest.approx(float(row[token]), abs=1e-12)
            assert forced.ranks[j] == len([other for other in range(len(row)) if row[other] > row[token]])
            assert forced.gaps[j] == pytest.approx(float(row.max() - row[token]), abs=1e-12)
            assert forced.entropies[j] == pytest.approx(float(-(row.exp() * row).sum()), abs=1e-12)
            others = max(float(row[other]) for other in range(len(row)) if other != END)
            assert forced.end_margins[j] == pytest.approx(float(row[END]) - others, abs=1e-12)
        if "context" in model.states:
            assert forced.attention is not None and forced.attention.shape == (len(target), len(source))
            np.testing.assert_allclose(forced.attention.sum(-1), 1, rtol=0, atol=1e-12)
        else:
            assert forced.attention is None


def test_forced_decoding_keeps_the_order_and_does_not_depend_on_the_batch(model: RecurrentModel) -> None:
    sources, targets = ids_of(model)
    together = model.force(sources, targets)
    backwards = model.force(sources[::-1], targets[::-1])[::-1]
    for source, target, *found in zip(sources, targets, together, backwards, strict=True):
        [alone] = model.force([source], [target])
        for forced in found:
            np.testing.assert_allclose(forced.logprobs, alone.logprobs, rtol=0, atol=1e-12)


def test_score_is_forced_decoding_of_texts(model: RecurrentModel) -> None:
    texts = [source for source, _ in TEXTS], [target for _, target in TEXTS]
    for scores, forced in zip(model.score(*texts), model.force(*ids_of(model)), strict=True):
        assert scores.dtype == np.float64
        np.testing.assert_array_equal(scores, forced.logprobs)


def test_a_token_of_no_probability_adds_nothing_to_the_entropy() -> None:
    """As the padding of some models, whose logit is −∞."""
    logits = torch.tensor([[-torch.inf, 1.0, 3.0]], dtype=torch.float64)
    found = token_statistics(logits, torch.tensor([2]), end_id=1)
    p = 1 / (1 + math.exp(2))
    assert float(found["entropies"]) == pytest.approx(-(p * math.log(p) + (1 - p) * math.log(1 - p)), abs=1e-12)
    assert (float(found["end_margins"]), int(found["ranks"]), float(found["gaps"])) == (-2.0, 0, 0.0)


def greedy(model: RecurrentModel, source: list[int], prefix: list[int]) -> list[int]:
    """The most probable token, again and again; after a prefix at least one that does not end it. PAD is no word."""
    said: list[int] = []
    while len(said) < 2 * len(source) + 10 and said[-1:] != [END]:
        logprobs = stepwise(model, source, [*prefix, *said, PAD])[-1].clone()
        logprobs[PAD] = -torch.inf
        if prefix and not said:
            logprobs[END] = -torch.inf
        said.append(int(logprobs.argmax()))
    return said


def test_targets_that_share_a_source_are_forced_as_if_each_had_its_own(model: RecurrentModel) -> None:
    sources, targets = ids_of(model)
    asked = [(source, target) for target in targets for source in sources[:2]]
    together = model.force(*map(list, zip(*asked, strict=True)))
    for (source, target), found in zip(asked, together, strict=True):
        [alone] = model.force([source], [target])
        np.testing.assert_allclose(found.logprobs, alone.logprobs, rtol=0, atol=1e-12)
        if found.attention is not None and alone.attention is not None:
            np.testing.assert_allclose(found.attention, alone.attention, rtol=0, atol=1e-12)


def test_a_beam_of_one_is_greedy_and_a_prefix_is_gone_on_from(model: RecurrentModel) -> None:
    sources, targets = ids_of(model)
    for source, found in zip(sources, model.search(sources, beam=1), strict=True):
        assert found == greedy(model, source, [])
    prefixes = [target[: 1 + n] for n, target in enumerate(targets)]
    for source, prefix, text in zip(sources, prefixes, model.resume(sources, prefixes), strict=True):
        assert text == model.vocabulary.decode(greedy(model, source, prefix))[0]


def test_a_sentence_is_translated_alike_alone_and_in_a_batch(model: RecurrentModel) -> None:
    sources = [source[: 4 + 3 * n] for n, (source, _) in enumerate(pairs()[::50])]
    together = model.translate(sources, beam=4)
    assert len({len(translation.source_tokens) for translation in together}) > 2
    for source, translation in zip(sources, together, strict=True):
        [alone] = model.translate([source], beam=4)
        assert (translation.text, translation.finished) == (alone.text, alone.finished)
        assert translation.target_tokens == alone.target_tokens
        assert translation.score == pytest.approx(alone.score, abs=1e-12)
        np.testing.assert_allclose(translation.logprobs, alone.logprobs, rtol=0, atol=1e-12)
        np.testing.assert_allclose(
            model.force([[t.id for t in alone.source_tokens]], [[t.id for t in alone.target_tokens]])[0].logprobs.sum(),
            alone.score * len(alone.target_tokens),
            rtol=1e-12,
        )
