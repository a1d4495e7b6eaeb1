"""A training can be killed at any instant, and what it saves can be loaded or says what is wrong with it."""

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from nmt_audit.errors import InputError, ModelError
from nmt_audit.models import checkpoint, load_model
from nmt_audit.models.recipe import PRECISIONS, Recipe, Training, load, names, parse
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.rnnsearch_network import RNNsearch, Sizes
from nmt_audit.models.train import STATE, train
from nmt_audit.models.vocabulary import Vocabulary

NUMBERS = ["eins", "zwei", "drei", "vier", "fünf", "sechs"], ["one", "two", "three", "four", "five", "six"]
THINGS = ["Hunde", "Katzen", "Äpfel", "Bücher", "Boote"], ["dogs", "cats", "apples", "books", "boats"]
PAIRS = [
    (f"Ich sehe {number} {thing}{end}", f"I see {count} {name}{end}")
    for number, count in zip(*NUMBERS, strict=True)
    for thing, name in zip(*THINGS, strict=True)
    for end in ".!"
]

RECIPE = Recipe(
    name="tiny",
    architecture="rnnsearch",
    src_lang="de",
    tgt_lang="en",
    data="invented",
    licence="none",
    attribution="nobody",
    seed=7,
    sizes=Sizes(vocabulary=70, embedding=8, hidden=8, attention=8, dropout=0.1),
    training=Training(
        batch_tokens=120, max_tokens=40, steps=20, learning_rate=0.01, warmup_steps=4, label_smoothing=0.1, clip=1.0,
        average=0.9, precision="float32", evaluate_every=5, evaluate_pairs=4, patience=100,
    ),
)  # fmt: skip


def with_training(recipe: Recipe, **changes: object) -> Recipe:
    return replace(recipe, training=replace(recipe.training, **changes))  # type: ignore[arg-type]


def state(out: Path) -> dict[str, object]:
    saved: dict[str, object] = torch.load(out / STATE, weights_only=True)
    return saved


def same(one: object, other: object) -> bool:
    """Whether two checkpoints are equal to the last bit."""
    if isinstance(one, Tensor):
        return isinstance(other, Tensor) and torch.equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training of 20 steps that nobody stopped."""
    out = tmp_path_factory.mktemp("training") / "out"
    train(RECIPE, PAIRS, PAIRS, out)
    return out


# --- resuming ---------------------------------------------------------------------------------------------------------

# An audit hook sees a file before it is opened or renamed: the kill comes at a known instant, every time.
KILLED = """
import json, os, signal, sys
from pathlib import Path
from nmt_audit.models.recipe import parse
from nmt_audit.models.train import train

recipe, pairs, out, event, name, times = json.loads(sys.argv[1])

def kill_in_time(seen, arguments):
    global times
    if seen == event and name in [os.path.basename(str(argument)) for argument in arguments]:
        times -= 1
        if times == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill_in_time)
train(parse(recipe), pairs, pairs, Path(out))
"""


@pytest.mark.parametrize(
    ("event", "name", "times", "reached"),
    [
        ("open", checkpoint.CONFIGURATION, 1, None),  # half a model, no checkpoint
        ("os.rename", STATE, 1, None),  # a whole model, a checkpoint under its temporary name
        ("os.rename", STATE, 3, 10),  # two checkpoints, a third under its temporary name
    ],
)
def test_a_killed_training_ends_as_an_undisturbed_one(
    undisturbed: Path, tmp_path: Path, event: str, name: str, times: int, reached: int | None
) -> None:
    arguments = json.dumps([RECIPE.as_dict(), PAIRS, str(tmp_path), event, name, times])
    run = subprocess.run([sys.executable, "-c", KILLED, arguments], timeout=120, capture_output=True)
    assert run.returncode == -signal.SIGKILL, run.stderr
    if reached is None:
        assert not (tmp_path / STATE).exists()
    else:
        assert torch.load(tmp_path / STATE, weights_only=True)["progress"][0] == reached
    assert train(RECIPE, PAIRS, PAIRS, tmp_path).steps == RECIPE.training.steps
    assert same(state(tmp_path), state(undisturbed))
    for part in (checkpoint.WEIGHTS, checkpoint.PIECES, checkpoint.CONFIGURATION):
        assert (tmp_path / "model" / part).read_bytes() == (undisturbed / "model" / part).read_bytes()


def test_a_finished_training_is_not_trained_on(undisturbed: Path) -> None:
    before = state(undisturbed)
    train(RECIPE, PAIRS, PAIRS, undisturbed)
    assert same(state(undisturbed), before)


def test_patience_ends_a_training_and_it_stays_ended(tmp_path: Path) -> None:
    recipe = with_training(RECIPE, steps=1000, evaluate_every=2, patience=3, learning_rate=0.0)
    ended = train(recipe, PAIRS, PAIRS, tmp_path / "out")
    assert ended.steps == 2 + 3 * 2, "the first evaluation is the best, three bring nothing"
    before = state(tmp_path / "out")
    assert train(recipe, PAIRS, PAIRS, tmp_path / "out") == ended
    assert same(state(tmp_path / "out"), before)


def test_another_recipe_is_refused_with_what_differs(undisturbed: Path) -> None:
    before = state(undisturbed)
    other = with_training(replace(RECIPE, seed=8), steps=40)
    with pytest.raises(InputError) as refusal:
        train(other, PAIRS, PAIRS, undisturbed)
    assert "seed = 7, not 8" in str(refusal.value)
    assert "training.steps = 20, not 40" in str(refusal.value)
    assert "clip" not in str(refusal.value)
    assert same(state(undisturbed), before)


def test_a_damaged_checkpoint_is_named(undisturbed: Path, tmp_path: Path) -> None:
    for number, content in enumerate([b"", b"not a checkpoint", (undisturbed / STATE).read_bytes()[:500]]):
        out = tmp_path / str(number)
        out.mkdir()
        (out / STATE).write_bytes(content)
        with pytest.raises(InputError) as refusal:
            train(RECIPE, PAIRS, PAIRS, out)
        assert str(refusal.value).startswith(f"{out / STATE}: no checkpoint (")
        assert "\n" not in str(refusal.value)


# --- learning ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_loss_falls(precision: str, tmp_path: Path) -> None:
    """Measured by forced decoding of the pairs, apart from the loss that the training computes."""
    sources, targets = [source for source, _ in PAIRS], [target for _, target in PAIRS]

    def loss(steps: int) -> float:
        out = tmp_path / str(steps)
        recipe = with_training(RECIPE, precision=precision, steps=steps, evaluate_every=1000, evaluate_pairs=1)
        train(recipe, PAIRS, PAIRS, out)
        saved = torch.load(out / STATE, weights_only=True)
        network = RNNsearch(RECIPE.sizes)
        network.load_state_dict(saved["network"])
        scores = RecurrentModel(network, Vocabulary(saved["vocabulary"]), name="", fingerprint="").score(
            sources, targets
        )
        return -float(np.concatenate(scores).mean())

    assert loss(80) < 0.8 * loss(20) < 0.8 * 0.8 * loss(1)


def test_the_seed_decides_the_weights(undisturbed: Path, tmp_path: Path) -> None:
    train(RECIPE, PAIRS, PAIRS, tmp_path / "again")
    train(replace(RECIPE, seed=8), PAIRS, PAIRS, tmp_path / "other")
    weights = [(out / "model" / checkpoint.WEIGHTS).read_bytes() for out in (undisturbed, tmp_path / "again")]
    assert weights[0] == weights[1] != (tmp_path / "other" / "model" / checkpoint.WEIGHTS).read_bytes()


def test_pairs_that_are_too_long_or_too_few_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no training pair is short enough"):
        train(with_training(RECIPE, max_tokens=2), PAIRS, PAIRS, tmp_path / "short")
    greedy = replace(RECIPE, sizes=replace(RECIPE.sizes, vocabulary=5000))
    with pytest.raises(InputError, match=r"give no vocabulary of 5000 pieces.*smaller sizes\.vocabulary") as refusal:
        train(greedy, PAIRS, PAIRS, tmp_path / "few")
    assert "\n" not in str(refusal.value)


# --- the saved model --------------------------------------------------------------------------------------------------


def test_the_saved_model_is_the_average_of_the_weights(tmp_path: Path) -> None:
    train(with_training(RECIPE, steps=5), PAIRS, PAIRS, tmp_path)  # one evaluation, so it is the best one
    model = load_model(str(tmp_path / "model"))
    averaged = torch.load(tmp_path / STATE, weights_only=True)["averaged"]
    for key, value in model.network.state_dict().items():
        assert value.dtype == torch.float64
        assert torch.equal(value, averaged[key].half().double())
    [translation] = model.translate(["Ich sehe zwei Katzen."], beam=2)
    assert translation.source_tokens and translation.target_tokens


def test_the_fingerprint_is_that_of_the_contents(broken: Path) -> None:
    before = load_model(str(broken)).fingerprint
    assert len(before) == 64
    path = broken / checkpoint.CONFIGURATION
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert load_model(str(broken)).fingerprint != before


@pytest.fixture
def broken(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of the model to break."""
    for part in (undisturbed / "model").iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes())
    assert load_model(str(tmp_path)).name == tmp_path.name
    return tmp_path


@pytest.mark.parametrize("part", [checkpoint.WEIGHTS, checkpoint.PIECES, checkpoint.CONFIGURATION])
@pytest.mark.parametrize("damage", ["missing", "empty", "half", "noise"])
def test_a_damaged_file_is_named(broken: Path, part: str, damage: str) -> None:
    path = broken / part
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "half": content[: len(content) // 2], "noise": b"\x00\xff" * 999}[damage])
    with pytest.raises(ModelError) as refusal:
        load_model(str(broken))
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": {"vocabulary": 70, "hidden": 9}}, "model.safetensors: corrupt weights"),
        ({"sizes": {"vocabulary": "many"}}, "model.json: no model configuration"),
        ({"sizes": {"vocabulary": 70, "depth": 2}}, "model.json: no model configuration"),
        ({"architecture": "transformer"}, "model.json: is of architecture transformer"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(broken: Path, changes: dict[str, object], message: str) -> None:
    path = broken / checkpoint.CONFIGURATION
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    with pytest.raises(ModelError) as refusal:
        load_model(str(broken))
    assert message in str(refusal.value)


def test_a_vocabulary_of_another_model_is_refused(broken: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.mktemp("other")
    train(with_training(replace(RECIPE, sizes=replace(RECIPE.sizes, vocabulary=60)), steps=1), PAIRS, PAIRS, out)
    (broken / checkpoint.PIECES).write_bytes((out / "model" / checkpoint.PIECES).read_bytes())
    with pytest.raises(ModelError, match=r"vocabulary\.spm: has 60 pieces, the model 70"):
        load_model(str(broken))


# --- recipes ----------------------------------------------------------------------------------------------------------


def test_shipped_recipes_can_be_read() -> None:
    assert "rnnsearch-de-en" in names()
    for name in names():
        recipe = load(name)
        assert recipe.name == name
        assert parse(recipe.as_dict()) == recipe


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("seed", "seven", "seed = 'seven' is not of type int"),
        ("architecture", "lstm", "architecture = 'lstm' is not known; there is rnnsearch, luong, marian"),
        ("colour", "red", "colour"),
        ("training", {**RECIPE.as_dict()["training"], "precision": "float16"}, "precision = 'float16' is not known"),
        ("training", {"steps": 20}, "batch_tokens"),
        ("sizes", {"vocabulary": 9.5}, "vocabulary = 9.5 is not of type int"),
    ],
)
def test_a_wrong_recipe_is_told(key: str, value: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        parse(RECIPE.as_dict() | {key: value})


def test_a_recipe_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text("steps = [", "utf-8")
    with pytest.raises(InputError, match=re.escape(str(path))):
        load(str(path))
    path.write_bytes("name = 'Zoë'".encode("latin-1"))
    with pytest.raises(InputError, match=re.escape(f"{path}: not TOML")):
        load(str(path))
    with pytest.raises(InputError, match="no recipe “unheard-of”"):
        load("unheard-of")
