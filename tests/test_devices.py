"""Models on another device than the CPU: everything is where the model is, and the numbers are those of the CPU.

Every machine has the device `elsewhere`; where there is a GPU, the same runs on it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from elsewhere import elsewhere
from families import family_directory
from test_train import PAIRS, RECIPE, with_training
from tiny import tiny_luong, tiny_model

import nmt_audit
from nmt_audit.config import AuditConfig
from nmt_audit.errors import InputError
from nmt_audit.evidence import gather
from nmt_audit.manifest import begun
from nmt_audit.models import load_model
from nmt_audit.models.device import device_of
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.train import train
from nmt_audit.picturing import FigureRequest, draw_with
from nmt_audit.records import Audited, Segment
from nmt_audit.relevance import METHODS, explain_batch
from nmt_audit.relevance.faithfulness import measure, probes, samples
from nmt_audit.relevance.heads import heads_of_run
from nmt_audit.relevance.rules import RULE_SETS
from nmt_audit.relevance.whole_segments import explain_controls, explain_maps
from nmt_audit.store import new_run

Model = RecurrentModel | HuggingFaceModel
DEVICES = ("elsewhere", *(["cuda"] if torch.cuda.is_available() else []))
CLOSE = 1e-4
RECURRENT: Mapping[str, Callable[[], RecurrentModel]] = {
    "rnnsearch": lambda: tiny_model(2, scale=1.5),
    "concat": lambda: tiny_luong(3, score="concat"),
    "none": lambda: tiny_luong(4, score="none", layers=1),
}
KINDS = (*RECURRENT, "nllb")  # a Transformer whose prompt has two tokens
FIGURES = {"rnnsearch": ("steps", "projection"), "nllb": ("states", "heads")}
CPU = torch.device("cpu")


def named(device: str) -> torch.device:
    return elsewhere() if device == "elsewhere" else torch.device(device)


def on(kind: str, device: torch.device, precision: torch.dtype | None = torch.float64) -> Model:
    if kind not in RECURRENT:
        return HuggingFaceModel.load(str(family_directory(kind)), name=kind, device=device, precision=precision)
    made = RECURRENT[kind]()
    network = made.network.to(device)
    return RecurrentModel(network, made.vocabulary, name=kind, fingerprint="", precision=precision, max_length=60)


@cache
def here(kind: str) -> Model:
    return on(kind, CPU)


def pairs(kind: str) -> list[tuple[str, str]]:
    if kind in RECURRENT:
        return [("die frau", "the child"), ("ein hund mag", "a dog the")]
    return [("die katze .", "the dog ."), ("ein kind", "a child .")]


def close(found: Any, expected: Any, where: str = "") -> None:
    """Equal, and numbers to 1e-4 of them and of 1."""
    assert type(found) is type(expected), where
    if is_dataclass(found):
        for field in fields(found):
            close(getattr(found, field.name), getattr(expected, field.name), f"{where}.{field.name}")
    elif isinstance(found, Mapping):
        assert found.keys() == expected.keys(), where
        for key in found:
            close(found[key], expected[key], f"{where}[{key!r}]")
    elif isinstance(found, list | tuple):
        assert len(found) == len(expected), where
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            close(one, other, f"{where}[{number}]")
    elif isinstance(found, np.ndarray | float):
        np.testing.assert_allclose(found, expected, rtol=CLOSE, atol=CLOSE, err_msg=where)
    else:
        assert found == expected, where


def ids(model: Model, kind: str) -> tuple[list[list[int]], list[list[int]]]:
    return (
        [[token.id for token in model.tokenize(source)] for source, _ in pairs(kind)],
        [[token.id for token in model.tokenize_target(target)] for _, target in pairs(kind)],
    )


# --- the same numbers -------------------------------------------------------------------------------------------------


def decoded(model: Model, kind: str) -> Any:
    sources, targets = ids(model, kind)
    return (
        model.translate([source for source, _ in pairs(kind)], beam=2),
        model.resume(sources, [target[:2] for target in targets]),
        model.logprobs(sources, targets),
        model.force(sources, targets),
    )


def explained(model: Model, kind: str) -> Any:
    """By every method that the model has, of every kind of state."""
    source, target = pairs(kind)[0]
    recurrent = kind in RECURRENT
    without = {"heads"} if recurrent else {"gates", "gate_saliency"}
    without |= {"attention", "attention_saliency"} if kind == "none" else set()
    about = {"source": source, "target": target, "position": 2}
    of_source = {**about, "state": next(name for name, side in model.states.items() if side == "source")}
    piece = model.piece(model.tokenize_target(target)[0].id)
    return explain_batch(
        model,
        [
            *({**about, "state": "logit", "method": method} for method in METHODS if method not in without),
            *({**about, "state": state, "rules": rules} for rules in RULE_SETS for state in ("logit", "output")),
            {**of_source, "method": "lrp"}, {**of_source, "method": "gradient_x_input"},
            {**about, "state": "logprob", "method": "gradient"},
            {**about, "state": "logprob", "method": "gradient", "against": piece},
            {**about, "state": "logit", "against": piece, "position": range(3)},
        ],
    )  # fmt: skip


def audited(model: Model, kind: str) -> Any:
    """Evidence of all kinds, whole segments, controls, faithfulness, heads."""
    segments = [Segment(str(n), s, "de", "en", None, t) for n, (s, t) in enumerate(pairs(kind))]
    evidence = gather(model, segments, [None] * len(segments), -np.inf)
    items = [
        Audited(segment, "ok", None, known, {}, (), (), ()) for segment, known in zip(segments, evidence, strict=True)
    ]
    drawn = samples([(known.source_tokens, known.target_tokens) for known in evidence if known], positions=1)
    believed = measure(model, drawn, probes(("lrp", "gradient"), ("stable",)), thorough=False, resamples=10)
    return (
        evidence,
        explain_maps(model, [(0, items[0])], "stable"),
        explain_controls(model, [(items[1], 0)], "stable"),
        believed.as_dict(),
        heads_of_run(
            model, [(known.source_tokens, known.target_tokens) for known in evidence[:1] if known], "stable", 1
        ),
    )


def drawn(model: Model, kind: str) -> Any:
    texts = tuple(source for source, _ in pairs(kind))
    several = {"projection": (*texts, "das haus"), "states": texts}
    return [
        draw_with(FigureRequest(figure, (kind,), several.get(figure, texts[:1])), [model]) for figure in FIGURES[kind]
    ]


def jobs() -> list[tuple[str, str]]:
    several = [(kind, job) for kind in KINDS for job in JOBS if job != "drawn" or kind in FIGURES]
    return [pair for pair in several if pair not in (("concat", "audited"), ("none", "audited"))]


JOBS: Mapping[str, Callable[[Model, str], Any]] = {
    "decoded": decoded, "explained": explained, "audited": audited, "drawn": drawn,
}  # fmt: skip
expected = cache(lambda job, kind: JOBS[job](here(kind), kind))


@pytest.mark.parametrize(("kind", "job"), jobs())
@pytest.mark.parametrize("device", DEVICES)
def test_numbers_are_those_of_the_cpu(device: str, kind: str, job: str) -> None:
    model = on(kind, named(device))
    assert model.device.type == device
    close(JOBS[job](model, kind), expected(job, kind))


@pytest.mark.parametrize("device", DEVICES)
def test_a_model_is_trained_there(device: str, tmp_path: Path) -> None:
    """Without dropout, which is drawn elsewhere, the losses are those of the CPU, before and after a stop."""
    recipe = with_training(replace(RECIPE, sizes=replace(RECIPE.sizes, dropout=0.0)), steps=4, evaluate_every=2)
    losses = train(recipe, PAIRS, PAIRS[:1], tmp_path / "cpu").losses
    found = train(recipe, PAIRS, PAIRS[:1], tmp_path / "there", named(device))
    np.testing.assert_allclose(found.losses, losses, rtol=1e-3)
    assert load_model(str(tmp_path / "there" / "model"), device="cpu").device == CPU


def test_what_lies_on_the_cpu_is_noticed() -> None:
    """What the tests above rest on."""
    there = torch.ones(2, 3, device=elsewhere())
    for wrong in (
        lambda: there @ torch.ones(3, 1),
        lambda: there + torch.ones(3),
        lambda: torch.where(torch.ones(2, 3) > 0, there, there),
        lambda: there.index_add(0, torch.tensor([0, 1]), there),
        lambda: there.numpy(),
        lambda: np.asarray(there),
    ):
        with pytest.raises((RuntimeError, TypeError), match=r"on the CPU|numpy"):
            wrong()
    assert (there[[0], torch.tensor([1])] * torch.tensor(2.0)).tolist() == [2.0], "as on a GPU"


# --- a search that is less exact --------------------------------------------------------------------------------------


def sources(count: int) -> list[str]:
    lines = (resources.files("nmt_audit") / "demo" / "corpus.de-en.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["source"] for line in lines[:count]]


@pytest.mark.parametrize(("name", "count"), [("rnnsearch-de-en", 40), ("marian-de-en", 10)])
def test_a_search_in_half_precision_says_nearly_the_same(name: str, count: int) -> None:
    exact, rough = (load_model(name, device="cpu", precision=p) for p in (None, torch.bfloat16))
    one, other = (model.translate(sources(count), beam=2) for model in (exact, rough))
    same = [a.text == b.text for a, b in zip(one, other, strict=True)]
    assert sum(same) >= 0.9 * count
    for a, b in zip(one, other, strict=True):
        assert b.logprobs.dtype == np.float64
        if a.text == b.text:
            close(b, a)


@pytest.mark.parametrize("kind", ["rnnsearch", "none", "mt5"])
def test_numbers_are_exact_whatever_a_search_computes_in(kind: str) -> None:
    texts = [source for source, _ in pairs(kind)]
    for precision in (torch.float32, torch.bfloat16):
        model = on(kind, CPU, precision)
        for said in model.translate(texts, beam=2):
            scored = model.logprobs([[t.id for t in said.source_tokens]], [[t.id for t in said.target_tokens]])
            np.testing.assert_allclose(said.logprobs, scored[0], atol=1e-12)
            [forced] = here(kind).logprobs([[t.id for t in said.source_tokens]], [[t.id for t in said.target_tokens]])
            np.testing.assert_allclose(said.logprobs, forced, atol=1e-12)


def test_a_search_is_less_exact_where_it_is_faster() -> None:
    assert on("rnnsearch", CPU, None).precision == torch.float32
    assert on("marian", CPU, None).precision == torch.float64
    there = on("rnnsearch", elsewhere(), None)
    assert there.precision == torch.bfloat16
    before = torch.__future__.get_overwrite_module_params_on_conversion()
    torch.__future__.set_overwrite_module_params_on_conversion(True)  # elsewhere, data cannot be put in their place
    try:
        close(there.translate(["die frau"], beam=2), here("rnnsearch").translate(["die frau"], beam=2))
    finally:
        torch.__future__.set_overwrite_module_params_on_conversion(before)


# --- the option -------------------------------------------------------------------------------------------------------


def test_auto_is_a_gpu_where_there_is_one() -> None:
    assert device_of("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert device_of("cpu") == CPU


@pytest.mark.parametrize("name", ["tpu", "cuda:", "cuda:x", "CPU", ""])
def test_what_is_no_device_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="auto, cpu, cuda, or one of several GPUs"):
        AuditConfig(source="x", out=Path("y"), device=name)
    with pytest.raises(InputError, match="auto, cpu, cuda, or one of several GPUs"):
        load_model("rnnsearch-de-en", device=name)


def test_a_gpu_that_is_not_there_is_told_before_anything_is_read(tmp_path: Path) -> None:
    absent = f"cuda:{torch.cuda.device_count()}"
    with pytest.raises(InputError, match=f"--device {absent}: torch .* sees no GPU.*give --device cpu, or auto"):
        load_model(str(tmp_path / "no model"), device=absent)
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("Das ist nicht gut.\n", "utf-8")
    config = AuditConfig(
        source=str(corpus), out=tmp_path / "run", src_lang="de", tgt_lang="en", model="rnnsearch-de-en", device=absent
    )
    with pytest.raises(InputError, match=f"--device {absent}"):
        nmt_audit.audit(config)
    assert not (tmp_path / "run").exists()


def test_a_run_is_resumed_on_the_kind_of_device_that_it_was_begun_on(tmp_path: Path) -> None:
    config = AuditConfig(source="x", out=tmp_path / "run")
    with new_run(config.out) as writer:
        writer.begin(begun(config, {}, on("rnnsearch", CPU, None)))
    differing = 'settings search was "float32", is "bfloat16"; device was "cpu", is "elsewhere"'
    with pytest.raises(InputError, match=differing), new_run(config.out, resume=True) as writer:
        writer.begin(begun(config, {}, on("rnnsearch", elsewhere(), None)))
