"""The methods beside lrp: against finite differences and slow formulas, alone and in batches, on recurrent models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from explanations import assert_close, assert_same, contextual
from perturbing import STEP, nudged, scalar, scaled
from tiny import pairs, tiny_luong, tiny_model

from nmt_audit.errors import RequestError
from nmt_audit.models.batches import pad
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.records import Array, Translation
from nmt_audit.relevance import METHODS, explain, explain_batch
from nmt_audit.relevance.request import Request, request

SOURCE, TARGET = "das kind mag ein buch nicht .", "the child likes a book ."
MODELS = {
    "rnnsearch": tiny_model(3),
    "luong": tiny_luong(1, score="concat"),
    "encoder-decoder": tiny_luong(2, score="none"),
}
ATTENDING = ("rnnsearch", "luong")
DERIVED = ("gradient", "gradient_x_input", "integrated_gradients")  # of the words
SIGNED = ("gradient_x_input", "integrated_gradients", "erasure")  # linear in S

every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
attending = pytest.mark.parametrize("model", [MODELS[name] for name in ATTENDING], ids=ATTENDING)


def states(model: RecurrentModel) -> tuple[str, ...]:
    return (*model.states, "logit", "logprob")


def asking(model: RecurrentModel, **keywords: Any) -> Request:
    return request(model, **{"source": SOURCE, "target": TARGET, "position": 3, **keywords})


# --- what each method gives -------------------------------------------------------------------------------------------

WORDS = {"source_dimensions": "SE", "target_dimensions": "PE"}
# Method → details, S source words, T target words, P earlier ones of them, N steps, E and H widths.
DETAILS: dict[str, dict[str, str]] = {
    "attention": {"map": "TS"},
    "lrp": {},
    "gradient": WORDS,
    "gradient_x_input": WORDS,
    "integrated_gradients": WORDS,
    "attention_saliency": {"attention": "S", "scores": "S"},
    "gates": {"encoder.1.forget": "S", "encoder.1.forget.dimensions": "SH", "decoder.2.output.dimensions": "NH"},
    "gate_saliency": {"encoder.2.input": "S", "decoder.1.input": "N", "decoder.1.forget.dimensions": "NH"},
    "variance": WORDS,
    "erasure": {f"{side}_{how}": size for side, size in (("source", "S"), ("target", "P"))
                for how in ("zero", "unknown", "deletion")},
    "heads": {},
}  # fmt: skip


def test_each_method_has_a_case() -> None:
    assert DETAILS.keys() == METHODS.keys()


@pytest.mark.parametrize("method", [method for method in METHODS if method != "heads"])
def test_each_method_gives_what_it_says(method: str) -> None:
    model = MODELS["luong"]
    found = explain(model, source=SOURCE, target=TARGET, position=4, state="logit", method=method)
    sizes = {"S": len(model.tokenize(SOURCE)), "T": len(model.tokenize(TARGET)), "P": 4, "N": 5, "E": 5, "H": 4}
    assert (found.method, found.state, found.positions) == (method, "logit", (4,))
    assert (len(found.source_relevance), len(found.target_relevance)) == (sizes["S"], 4)
    assert DETAILS[method].keys() <= found.details.keys()
    assert bool(found.details) == bool(DETAILS[method])
    for name, letters in DETAILS[method].items():
        assert found.details[name].shape == tuple(sizes[letter] for letter in letters), name
    for values in (found.source_relevance, found.target_relevance, *found.details.values()):
        assert values.dtype == np.float64 and np.isfinite(values).all()
    assert found.source_relevance.any()
    assert (found.rules, found.epsilon) == (("stable", 0.0) if method == "lrp" else (None, None))


@pytest.mark.parametrize(
    ("model", "method", "message"),
    [
        ("encoder-decoder", "attention", "tiny-luong-none-2 has no attention"),
        ("encoder-decoder", "attention_saliency", "tiny-luong-none-2 has no attention"),
        ("rnnsearch", "heads", "tiny-3 has no attention heads"),
        ("luong", "heads", "tiny-luong-concat-1 has no attention heads"),
    ],
)
def test_a_model_cannot_show_what_it_lacks(model: str, method: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        explain(MODELS[model], source=SOURCE, target=TARGET, state="logit", method=method)


@pytest.mark.parametrize("method", ["attention", "attention_saliency"])
def test_no_attention_belongs_to_a_state_of_the_source(method: str) -> None:
    with pytest.raises(RequestError, match="“source” is a state of the source"):
        explain(MODELS["luong"], source=SOURCE, target=TARGET, state="source", method=method)


# --- derivatives of words ---------------------------------------------------------------------------------------------


@every_model
def test_gradient_x_input_is_what_scaling_a_word_does(model: RecurrentModel) -> None:
    for state in states(model):
        asked = asking(model, state=state)
        found = explain(model, source=SOURCE, target=TARGET, position=3, state=state, method="gradient_x_input")
        source, target = scaled(model, asked)
        np.testing.assert_allclose(found.source_relevance, source, rtol=0, atol=1e-8)
        np.testing.assert_allclose(found.target_relevance, target[: asked.prefix], rtol=0, atol=1e-8)
        for side, words in (("source", found.source_relevance), ("target", found.target_relevance)):
            np.testing.assert_allclose(found.details[f"{side}_dimensions"].sum(1), words, rtol=0, atol=1e-12)


@every_model
def test_saliency_is_what_changing_a_dimension_does(model: RecurrentModel) -> None:
    """Words that are there once are changed in the embedding table; "output" does not read it again."""
    asked = asking(model, state="output")
    found = explain(model, source=SOURCE, target=TARGET, position=3, state="output", method="gradient")
    table = model.network.embedding.weight
    every = [*asked.key[0], *asked.key[1][:3]]
    for side, words in (("source", asked.key[0]), ("target", asked.key[1][:3])):
        dimensions = found.details[f"{side}_dimensions"]
        for i, id in enumerate(words):
            if every.count(id) > 1:
                continue
            for d in range(table.shape[1]):
                values = []
                for by in (STEP, -2 * STEP):
                    table[id, d] += by
                    values.append(scalar(model, asked))
                table[id, d] += STEP
                assert dimensions[i, d] == pytest.approx(abs(values[0] - values[1]) / (2 * STEP), abs=1e-8)
        relevance = found.source_relevance if side == "source" else found.target_relevance
        np.testing.assert_allclose(relevance, dimensions.mean(1), rtol=0, atol=1e-15)
    assert max(map(every.count, every)) < len(every) / 2


@pytest.mark.parametrize("method", DERIVED)
@pytest.mark.parametrize("model", [MODELS["rnnsearch"], MODELS["luong"]], ids=["rnnsearch", "luong"])
def test_words_outside_the_contextual_set_get_exactly_nothing(model: RecurrentModel, method: str) -> None:
    """In a batch with padding on both sides; words inside get something. A stacked LSTM reads forwards only."""
    forwards = {"source": "source_forward", "source.1": "source_forward", "source.2": "source_forward"}
    asked: list[dict[str, Any]] = [
        {"source": source, "target": target, "position": position, "state": state, "method": method}
        for state in states(model)
        for source, target, position in (("die frau", "the woman sees", 2), (SOURCE, TARGET, 5))
    ]
    for found in explain_batch(model, asked):
        side = model.states.get(found.state, "target")
        state = forwards.get(found.state, found.state) if model is MODELS["luong"] else found.state
        sources, targets = contextual(state, found.positions[0], len(found.source_tokens), side)
        assert (found.source_relevance != 0).tolist() == sources
        assert len(found.target_relevance) == len(targets)
        if found.state != "context":  # that of RNNsearch sees the prefix through the attention alone
            assert (found.target_relevance != 0).all()


@pytest.mark.parametrize("method", ["gradient", "gate_saliency", "integrated_gradients", "lrp"])
def test_gradients_may_be_off_around_a_call(method: str) -> None:
    asked: dict[str, Any] = {"source": SOURCE, "target": TARGET, "state": "logit", "method": method}
    with torch.no_grad():
        off = explain(MODELS["rnnsearch"], **asked)
    assert_same(off, explain(MODELS["rnnsearch"], **asked))


# --- integrated gradients ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "state"),
    [("rnnsearch", "source"), ("rnnsearch", "context"), ("luong", "logit"), ("encoder-decoder", "logprob")],
)
def test_integrated_gradients_are_collected_on_the_way(model: str, state: str) -> None:
    """The slow twin: the trapezoidal rule over what scaling a word does at 201 points."""
    asked = asking(MODELS[model], state=state)
    found = explain(
        MODELS[model], source=SOURCE, target=TARGET, position=3, state=state, method="integrated_gradients"
    )  # fmt: skip
    along = [np.concatenate(scaled(MODELS[model], asked, around)) for around in np.linspace(0, 1, 201)]
    slow: Array = np.asarray(np.trapezoid(np.array(along), dx=1 / 200, axis=0))
    words = len(found.source_relevance)
    np.testing.assert_allclose(found.source_relevance, slow[:words], rtol=0, atol=1e-4)
    np.testing.assert_allclose(found.target_relevance, slow[words:][: asked.prefix], rtol=0, atol=1e-4)
    assert abs(found.offsets["completeness_gap"]) < 1e-6  # these are smooth


@every_model
def test_the_ledger_of_integrated_gradients(model: RecurrentModel) -> None:
    for state in states(model):
        asked = asking(model, state=state)
        found = explain(model, source=SOURCE, target=TARGET, position=3, state=state, method="integrated_gradients")
        nothing = [torch.zeros(1, n, dtype=torch.float64) for n in (len(asked.key[0]), asked.steps - 1)]
        ledger, offsets = found.ledger, found.offsets
        assert ledger is not None and offsets.keys() == {"baseline", "completeness_gap"}
        assert ledger["value"] == pytest.approx(scalar(model, asked), abs=1e-12)
        baseline = scalar(model, asked, source_scale=nothing[0], target_scale=nothing[1])
        assert offsets["baseline"] == pytest.approx(baseline, abs=1e-12)
        assert ledger["offset"] == pytest.approx(sum(offsets.values()), abs=1e-12)
        words = found.source_relevance.sum() + found.target_relevance.sum()
        assert words == pytest.approx(ledger["source"] + ledger["target"], abs=1e-12)
        assert sum(ledger.values()) - 2 * ledger["value"] == pytest.approx(0, abs=1e-12)
        assert abs(offsets["completeness_gap"]) < 0.02  # maxima switch on the way of RNNsearch


@every_model
def test_the_value_of_a_log_probability_is_the_models(model: RecurrentModel) -> None:
    asked = asking(model)
    [forced] = model.force([asked.key[0]], [asked.key[1]])
    for position, logprob in enumerate(forced.logprobs):
        found = explain(
            model, source=SOURCE, target=TARGET, position=position, state="logprob", method="integrated_gradients"
        )  # fmt: skip
        assert found.ledger is not None
        assert found.ledger["value"] == pytest.approx(logprob, abs=1e-12)


# --- variance ---------------------------------------------------------------------------------------------------------


def test_variance_is_the_distance_from_the_mean_word() -> None:
    model = MODELS["rnnsearch"]
    source, target = asking(model).key
    found = explain_batch(
        model,
        [
            {"source": SOURCE, "target": TARGET, "position": 3, "method": "variance", "state": state}
            for state in ("logit", "context", "source")
        ],
    )
    for one in found:
        for name, ids in (("source", source), ("target", target[: len(one.target_relevance)])):
            words = model.network.embedding.weight[list(ids)].numpy()
            slow = np.array(
                [[(word[d] - np.mean([w[d] for w in words])) ** 2 for d in range(len(word))] for word in words]
            )
            np.testing.assert_allclose(one.details[f"{name}_dimensions"], slow.reshape(-1, 4), rtol=0, atol=1e-12)
            relevance: Array = getattr(one, f"{name}_relevance")
            np.testing.assert_allclose(relevance, slow.reshape(-1, 4).sum(1), rtol=0, atol=1e-12)
    assert [len(one.target_relevance) for one in found] == [3, 3, 0]


# --- attention saliency -----------------------------------------------------------------------------------------------


@attending
@pytest.mark.parametrize("state", ["logit", "logprob", "output"])
def test_attention_saliency_is_what_changing_a_score_does(model: RecurrentModel, state: str) -> None:
    """RNNsearch calls a softmax for each step, the stacked LSTM one for all."""
    for positions in ([4], [2, 3]):
        asked = asking(model, state=state, position=range(positions[0], positions[-1] + 1))
        found = explain(
            model, source=SOURCE, target=TARGET, position=range(positions[0], positions[-1] + 1), state=state,
            method="attention_saliency",
        )  # fmt: skip
        slow = np.zeros(len(found.source_relevance))
        for j in positions:
            for i in range(len(slow)):
                call, at = (j, (0, i)) if model is MODELS["rnnsearch"] else (0, (0, 0, j, i))
                slow[i] += abs(nudged(model, asked, "softmax", call, at))
        np.testing.assert_allclose(found.source_relevance, slow, rtol=0, atol=1e-8)
        assert slow.max() > 1e-3
        assert not found.target_relevance.any() and found.ledger is None
        plain = explain(model, source=SOURCE, target=TARGET, position=positions[0], method="attention").details["map"]
        np.testing.assert_allclose(found.details["attention"], plain[positions].sum(0), rtol=0, atol=1e-12)
        if len(positions) == 1:
            weights = np.exp(found.details["scores"] - found.details["scores"].max())
            np.testing.assert_allclose(weights / weights.sum(), plain[positions[0]], rtol=0, atol=1e-12)


# --- gates ------------------------------------------------------------------------------------------------------------


@every_model
def test_gates_are_their_norms_over_the_largest(model: RecurrentModel) -> None:
    """In a batch whose other row is longer; the decoder's steps end with the explained one."""
    longer = {"source": f"{SOURCE} {SOURCE}", "target": f"{TARGET} {TARGET}"}
    asked = [{"source": SOURCE, "target": TARGET, "position": 3}, {**longer, "position": 5}]
    found, _ = explain_batch(model, [{**one, "state": "logit", "method": "gates"} for one in asked])
    source, mask = pad([asking(model).key[0]])
    trace = model.trace(source, mask, pad([asking(model).key[1]])[0])
    words: dict[str, list[Array]] = {"encoder": [], "decoder": []}
    assert {name for name in found.details if not name.endswith(".dimensions")} == trace.gates.keys()
    for name, gate in trace.gates.items():
        side, count = name.split(".")[0], 4 if name.startswith("decoder") else len(found.source_tokens)
        signal = gate[0, :count].detach().numpy()
        norms = [sum(value**2 for value in of_word) ** 0.5 for of_word in signal]
        assert_close(found.details[f"{name}.dimensions"], signal)
        assert_close(found.details[name], np.array(norms) / max(norms))
        words[side].append(np.array(norms) / max(norms))
    assert_close(found.source_relevance, np.mean(words["encoder"], 0))
    # Word i is read at the step after it was said.
    assert_close(found.target_relevance, np.mean(words["decoder"], 0)[1:])


GATES: dict[str, dict[str, tuple[Callable[[int, int], int], int]]] = {
    # name → the sigmoid's call at position i of S source words, the first of its columns
    "rnnsearch": {
        "encoder.forward.reset": (lambda i, s: i, 0),
        "encoder.forward.update": (lambda i, s: i, 4),
        "encoder.backward.reset": (lambda i, s: s + s - 1 - i, 0),
        "decoder.update": (lambda i, s: 2 * s + i, 4),
    },
    "luong": {
        "encoder.1.input": (lambda i, s: i, 0),
        "encoder.2.forget": (lambda i, s: s + i, 4),
        "encoder.2.output": (lambda i, s: s + i, 8),
        "decoder.1.forget": (lambda i, s: 2 * s + i, 4),
    },
}


@attending
def test_gate_saliency_is_what_changing_a_gate_does(model: RecurrentModel) -> None:
    asked = asking(model, state="logit")
    found = explain(model, source=SOURCE, target=TARGET, position=3, state="logit", method="gate_saliency")
    for name, (call, column) in GATES["rnnsearch" if model is MODELS["rnnsearch"] else "luong"].items():
        dimensions = found.details[f"{name}.dimensions"]
        for i in (0, 2, len(dimensions) - 1):
            slow = [abs(nudged(model, asked, "sigmoid", call(i, len(asked.key[0])), (0, column + d))) for d in range(4)]
            np.testing.assert_allclose(dimensions[i], slow, rtol=0, atol=1e-8)
        norms = np.sqrt((dimensions**2).sum(1))
        assert_close(found.details[name], norms / norms.max())
        assert norms.max() > 1e-4


# --- batches, ranges, contrasts ---------------------------------------------------------------------------------------


def requests(model: RecurrentModel, method: str) -> list[dict[str, Any]]:
    """Of every target state that it has, about sentences of different lengths, more of one pair than share a pass."""
    names = [name for name in states(model) if model.states.get(name, "target") == "target"]
    if method in ("lrp", "heads"):
        names.remove("logprob")
    asked: list[dict[str, Any]] = []
    for number, (source, target) in enumerate([("die frau", "the"), (SOURCE, TARGET), *pairs()[::60]]):
        for k in range(10 if number == 1 else 2):
            position = (number + k) % len(model.tokenize(target))
            asked.append({"source": source, "target": target, "position": position, "state": names[k % len(names)]})
    asked += [{"source": SOURCE, "target": TARGET, "position": range(1, 4), "state": "logit", "against": "▁a"}]
    return [{**one, "method": method} for one in asked]


@attending
@pytest.mark.parametrize("method", [method for method in METHODS if method != "heads"])
def test_many_requests_equal_the_single_calls(model: RecurrentModel, method: str) -> None:
    asked = requests(model, method)
    for found, one in zip(explain_batch(model, asked), asked, strict=True):
        assert_same(found, explain(model, **one))


@every_model
@pytest.mark.parametrize("method", SIGNED)
def test_a_range_is_the_sum_of_its_positions(model: RecurrentModel, method: str) -> None:
    for state in ("logit", "logprob", "target"):
        asked: dict[str, Any] = {"source": SOURCE, "target": TARGET, "state": state, "method": method}
        whole = explain(model, **asked, position=range(2, 5))
        single = [explain(model, **asked, position=j) for j in (2, 3, 4)]
        assert_close(whole.source_relevance, np.sum([one.source_relevance for one in single], 0))
        earlier = [np.pad(one.target_relevance, (0, 4 - len(one.target_relevance))) for one in single]
        assert_close(whole.target_relevance, np.sum(earlier, 0))


@every_model
@pytest.mark.parametrize("method", SIGNED)
def test_a_contrast_is_the_difference_of_two_tokens(model: RecurrentModel, method: str) -> None:
    tokens = model.tokenize_target(TARGET)
    other = replace(tokens[-1], piece="▁dog", id=model.piece_id("▁dog"))
    target, changed = (
        Translation(TARGET, model.tokenize(SOURCE), (*tokens[:-1], last), np.zeros(len(tokens)), 0.0, True)
        for last in (tokens[-1], other)
    )
    asked: dict[str, Any] = {"source": SOURCE, "method": method}
    for state in ("logit", "logprob"):
        found = explain(model, **asked, target=target, state=state, against="▁dog")
        a, b = (explain(model, **asked, target=words, state=state) for words in (target, changed))
        assert_close(found.source_relevance, a.source_relevance - b.source_relevance)
        assert_close(found.target_relevance, a.target_relevance - b.target_relevance)
        assert np.abs(found.source_relevance - a.source_relevance).max() > 1e-3
        assert found.against == "▁dog"
