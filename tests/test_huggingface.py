"""Hugging Face models: translation and forced decoding are those of the plain model; what cannot be loaded says why."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from families import FAMILIES, family_directory, load_family
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import BertConfig, BertModel

from nmt_audit.errors import ModelError, RequestError
from nmt_audit.models import huggingface, load_model
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.models.huggingface_loading import quiet
from nmt_audit.models.statistics import token_statistics

TEXTS = ("die katze sieht den brunnen am abend .", "ein kind vergisst das dach .", "der hund malt nie .", "kind .")
SHORT = TEXTS[1:3]
TARGETS = ("the cat sees the well", "a child forgets", "the dog never paints in the evening .", "")


@pytest.fixture(params=FAMILIES)
def model(request: pytest.FixtureRequest) -> HuggingFaceModel:
    return load_family(request.param)


def ids_of(model: HuggingFaceModel) -> tuple[list[list[int]], list[list[int]]]:
    sources = [[token.id for token in model.tokenize(text)] for text in TEXTS]
    return sources, [[token.id for token in model.tokenize_target(text)] for text in TARGETS]


def plain_logits(model: HuggingFaceModel, source: list[int], target: list[int]) -> tuple[Tensor, Tensor]:
    """Logits [T,V] and mean cross-attention [T,S] of one sentence, by the network alone."""
    prompt = list(model.direction.prompt)
    with torch.no_grad():
        said = model.network(
            input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([prompt + target[:-1]]),
            output_attentions=True,
        )  # fmt: skip
    steps = slice(len(prompt) - 1, None)
    return said.logits[0, steps], said.cross_attentions[-1][0].mean(0)[steps]


# --- loading ----------------------------------------------------------------------------------------------------------


def test_it_is_float64_frozen_and_in_evaluation_mode(model: HuggingFaceModel) -> None:
    assert {tensor.dtype for tensor in model.network.parameters()} == {torch.float64}
    assert {tensor.dtype for tensor in model.network.buffers() if tensor.is_floating_point()} <= {torch.float64}
    assert not any(tensor.requires_grad for tensor in model.network.parameters())
    assert not any(module.training for module in model.network.modules())
    assert model.directory == family_directory(model.name)


def test_load_model_knows_a_directory_of_hugging_face() -> None:
    model = load_model(str(family_directory("nllb")), src_lang="en", tgt_lang="fr")
    assert isinstance(model, HuggingFaceModel)
    assert model.name == "nllb"
    assert model.piece(model.direction.prompt[-1]) == "fra_Latn"


def test_a_directory_needs_no_network(model: HuggingFaceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    again = HuggingFaceModel.load(str(family_directory(model.name)), name=model.name)
    assert again.fingerprint == model.fingerprint


def test_loading_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("marian", "mt5"):
        HuggingFaceModel.load(str(family_directory(name)), name=name).translate(["die katze ."], beam=2)
    assert capfd.readouterr() == ("", "")


def test_the_fingerprint_is_of_what_is_in_the_files(model: HuggingFaceModel, tmp_path: Path) -> None:
    copy = tmp_path / "another name"
    shutil.copytree(family_directory(model.name), copy)

    def fingerprint() -> str:
        return HuggingFaceModel.load(str(copy), name="copy").fingerprint

    weights = {name: tensor.double() for name, tensor in load_file(copy / "model.safetensors").items()}
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    (copy / "README.md").write_text("A card.")
    assert fingerprint() == model.fingerprint, "neither names nor formats count"
    found = {model.fingerprint}
    for file in ("tokenizer_config.json", "config.json"):
        with (copy / file).open("a") as stream:
            stream.write("\n")
        found.add(fingerprint())
    weights[min(weights)][0] += 1e-6
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    found.add(fingerprint())
    assert len(found) == 4


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def lose_a_tensor(directory: Path) -> None:
    tensors = load_file(directory / "model.safetensors")
    del tensors["model.decoder.layers.0.fc1.bias"]
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "config.json: no model configuration": lambda d: (d / "config.json").write_text("{"),
    "its weights cannot be read .*model.safetensors": lambda d: (d / "model.safetensors").unlink(),
    "its weights cannot be read .*(too large|incomplete|header)": lambda d: truncate(d / "model.safetensors"),
    "its weights lack model.decoder.layers.0.fc1.bias; restore": lose_a_tensor,
    "no tokenizer can be read": lambda d: (d / "source.spm").unlink(),
    "no tokenizer can be read .*spm": lambda d: (d / "target.spm").write_bytes(b"\0"),
    "no tokenizer can be read .*Expecting value": lambda d: (d / "vocab.json").write_text("["),
}


@pytest.mark.parametrize("reason", DAMAGES)
def test_a_damaged_directory_says_in_one_line_what_is_wrong(reason: str, tmp_path: Path) -> None:
    directory = tmp_path / "marian"
    shutil.copytree(family_directory("marian"), directory)
    DAMAGES[reason](directory)
    with pytest.raises(ModelError, match=reason) as raised:
        HuggingFaceModel.load(str(directory), name="marian")
    assert "\n" not in str(raised.value)
    assert str(directory) in str(raised.value)


def test_other_kinds_of_models_are_refused(tmp_path: Path) -> None:
    sizes: dict[str, Any] = {"hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 4}
    with quiet():
        BertModel(BertConfig(vocab_size=9, **sizes)).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="of the type “bert”, which is no encoder-decoder"):
        HuggingFaceModel.load(str(tmp_path), name="bert")


HUB = """
import sys
from nmt_audit.errors import ModelError
from nmt_audit.models import load_model
for name in sys.argv[1:]:
    try:
        model = load_model(name)
        print(model.name, model.fingerprint, model.directory.name)
    except ModelError as error:
        print(error)
"""


def test_names_on_the_hub_without_a_network(tmp_path: Path) -> None:
    """What the cache has is used; what it lacks is missed in one line."""
    cached = tmp_path / "hub" / "models--someone--some-marian"
    shutil.copytree(family_directory("marian"), cached / "snapshots" / "0123abcd")
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("0123abcd")
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", HUB, "someone/some-marian", "someone/other", "no name/at all"],
        env={**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True, encoding="utf-8", check=True, timeout=120,
    )  # fmt: skip
    assert run.stderr == ""
    assert run.stdout.splitlines() == [
        f"someone/some-marian {load_family('marian').fingerprint} 0123abcd",
        "someone/other: no such directory, and the Hugging Face hub cannot be reached; "
        "give a directory or go online once",
        "no model “no name/at all”: it is neither a directory nor a model on the Hugging Face hub that you may read",
    ]


# --- translation ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beam", [1, 4])
def test_a_translation_is_what_generate_gives(model: HuggingFaceModel, beam: int) -> None:
    fresh = HuggingFaceModel.load(str(family_directory(model.name)), name=model.name)
    for text, found in zip(SHORT, model.translate(SHORT, beam=beam), strict=True):
        source = [token.id for token in model.tokenize(text)]
        limit = min(2 * (-(-len(source) // 8) * 8) + 10, model.longest_target)
        with quiet():
            said = fresh.network.generate(  # type: ignore[operator]
                torch.tensor([source]), num_beams=beam, max_new_tokens=limit + len(model.direction.prompt) - 1,
                return_dict_in_generate=True, output_scores=True,
            )  # fmt: skip
        ids = said.sequences[0].tolist()
        assert ids == [*model.direction.prompt, *(token.id for token in found.target_tokens)]
        assert found.text == model.text.tokenizer.decode(ids[len(model.direction.prompt) :], skip_special_tokens=True)
        assert found.finished == (ids[-1] == model.end_id)
        assert found.finished or len(found.target_tokens) == limit
        if beam > 1:
            assert found.score == pytest.approx(float(said.sequences_scores[0]), abs=1e-5)


def test_some_translations_end_and_some_are_cut_off() -> None:
    ended = [found.finished for name in FAMILIES for found in load_family(name).translate(SHORT, beam=1)]
    assert 0 < sum(ended) < len(ended)


def test_a_sentence_is_translated_alone_as_in_a_batch(model: HuggingFaceModel) -> None:
    together = model.translate([*SHORT, *TEXTS], beam=3)
    for text, found in zip(SHORT, together, strict=False):
        (alone,) = model.translate([text], beam=3)
        assert alone.target_tokens == found.target_tokens
        np.testing.assert_allclose(alone.logprobs, found.logprobs, rtol=0, atol=1e-10)
        assert alone.finished == found.finished
        assert alone.score == pytest.approx(found.score, abs=1e-10)


def greedy(model: HuggingFaceModel, source: list[int], prefix: list[int], steps: int) -> list[int]:
    """The slow twin of `resume`: one plain pass for each token."""
    said: list[int] = []
    banned = model.network.generation_config.bad_words_ids or []
    while len(said) < steps and (not said or said[-1] != model.end_id):
        logits = plain_logits(model, source, [*prefix, *said, 0])[0][-1].clone()
        for (id,) in banned:
            logits[id] = -torch.inf
        if not said:
            logits[model.end_id] = -torch.inf
        said.append(int(logits.argmax()))
    return said


def test_resuming_goes_on_from_the_prefix_and_does_not_stop_at_once(model: HuggingFaceModel) -> None:
    sources, targets = ids_of(model)
    sources, prefixes = sources[1:], [targets[0][:3], [], targets[2][:-1]]
    for source, prefix, text in zip(sources, prefixes, model.resume(sources, prefixes), strict=True):
        limit = min(2 * (-(-len(source) // 8) * 8) + 10, model.longest_target - len(prefix))
        assert text == model.text.decode(greedy(model, source, prefix, limit))[0]


def test_what_is_too_long_is_refused_and_never_cut(model: HuggingFaceModel) -> None:
    with pytest.raises(RequestError, match=f"tokens is over the model's {model.max_length}"):
        model.translate(["katze " * model.max_length])
    with pytest.raises(RequestError, match="positions"):
        model.score(["katze"], ["cat " * 2_000])
    with pytest.raises(RequestError, match="beam of 0"):
        model.translate(["katze"], beam=0)


def test_a_prefix_that_uses_up_the_positions_leaves_nothing_to_say() -> None:
    model = load_family("mbart")
    (cat,) = {token.id for token in model.tokenize_target("e")[:1]}
    assert model.resume([[cat, 2]], [[cat] * model.longest_target]) == [""]


# --- forced decoding --------------------------------------------------------------------------------------------------


def test_forced_decoding_is_what_the_plain_model_says(model: HuggingFaceModel) -> None:
    sources, targets = ids_of(model)
    for source, target, forced in zip(sources, targets, model.force(sources, targets), strict=True):
        logits, attention = plain_logits(model, source, target)
        logprobs = torch.log_softmax(logits, -1).numpy()
        given = logprobs[range(len(target)), target]
        np.testing.assert_allclose(forced.logprobs, given, rtol=0, atol=1e-9)
        np.testing.assert_allclose(forced.entropies, -(np.exp(logprobs) * logprobs).sum(-1), rtol=0, atol=1e-9)
        np.testing.assert_allclose(forced.gaps, logprobs.max(-1) - given, rtol=0, atol=1e-9)
        assert forced.ranks.tolist() == [int((row > row[id]).sum()) for row, id in zip(logprobs, target, strict=True)]
        others = np.delete(logits.numpy(), model.end_id, -1).max(-1)
        np.testing.assert_allclose(forced.end_margins, logits[:, model.end_id].numpy() - others, rtol=0, atol=1e-9)
        assert forced.attention is not None
        np.testing.assert_allclose(forced.attention, attention.numpy(), rtol=0, atol=1e-12)
        np.testing.assert_allclose(forced.attention.sum(-1), 1, rtol=0, atol=1e-12)


def test_scores_are_the_log_probabilities_of_the_target(model: HuggingFaceModel) -> None:
    forced = model.force(*ids_of(model))
    for row, expected in zip(model.score(TEXTS, TARGETS), forced, strict=True):
        assert row.tolist() == expected.logprobs.tolist()


def test_it_does_not_matter_how_many_logits_are_made_at_once(
    model: HuggingFaceModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = model.force(*ids_of(model))
    monkeypatch.setattr(huggingface, "LOGITS", 300)
    for one, other in zip(whole, model.force(*ids_of(model)), strict=True):
        np.testing.assert_allclose(one.logprobs, other.logprobs, rtol=0, atol=1e-12)
        assert one.ranks.tolist() == other.ranks.tolist()


def test_an_impossible_token_has_no_share_in_the_entropy() -> None:
    """Some models give the padding symbol −∞."""
    logits = torch.tensor([[0.0, 0.0, -torch.inf]]).double()
    found = token_statistics(logits, torch.tensor([1]), end_id=0)
    assert float(found["entropies"]) == pytest.approx(np.log(2))
