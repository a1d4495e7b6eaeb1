"""The job of `nmt-audit train`: a recipe and a folder of pairs in, a model with thresholds and a card out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nmt_audit.calibrating import calibrated, references_of
from nmt_audit.checks import default_thresholds
from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError
from nmt_audit.models import load_model
from nmt_audit.models import recipe as recipes
from nmt_audit.models.architectures import ARCHITECTURES
from nmt_audit.models.checkpoint import CONFIGURATION
from nmt_audit.models.protocol import Model
from nmt_audit.models.recipe import Recipe
from nmt_audit.models.train import train
from nmt_audit.records import Segment
from nmt_audit.stages import Standard

if TYPE_CHECKING:
    import torch

BEAM = 5
FALSE_ALARMS = 0.02


@dataclass(frozen=True, slots=True)
class Trained:
    """Dev BLEU of the finished model, beam 5, over all dev pairs."""

    bleu: float
    signature: str


def train_model(
    recipe_name: str, data: Path, out: Path, *, threads: int | None = None, device: str = "auto"
) -> Trained:
    """Trains into `out`, or goes on there; `out/model` is then a directory that `load_model` takes.

    Raises InputError for an unknown recipe, missing data, a device that is not there, or an `out` that holds a training
    with another recipe.
    """
    from nmt_audit.models.device import device_of

    where = device_of(device)
    recipe = recipes.load(recipe_name)
    pairs = {part: _pairs(data / f"{part}.tsv", recipe) for part in ("train", "dev")}
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    train(recipe, _texts(pairs["train"]), _texts(pairs["dev"]), out, where)
    return finish(recipe, out / "model", pairs["dev"], where)


def finish(recipe: Recipe, directory: Path, dev: Sequence[Segment], device: torch.device | str = "cpu") -> Trained:
    """What a model needs after its training: dev BLEU as it will be used, thresholds, and a card."""
    import sacrebleu

    model = load_model(str(directory), device=device)
    translations = model.translate([segment.source for segment in dev], beam=BEAM)
    metric = sacrebleu.BLEU()
    bleu = metric.corpus_score([t.text for t in translations], [[segment.reference or "" for segment in dev]]).score
    trained = Trained(bleu, str(metric.get_signature()))
    _calibrate(model, recipe.name, directory, dev)
    about = json.loads((directory / CONFIGURATION).read_text("utf-8"))
    (directory / "README.md").write_text(_card(recipe, about["training"]["steps"], trained, len(dev)), "utf-8")
    return trained


def _pairs(path: Path, recipe: Recipe) -> tuple[Segment, ...]:
    segments = read_corpus(str(path), src_lang=recipe.src_lang, tgt_lang=recipe.tgt_lang).segments
    for number, segment in enumerate(segments, 1):
        if segment.reference is None:
            raise InputError(f"{path}, line {number}: no translation; training needs source TAB target")
    if recipe.copies:
        return tuple(replace(segment, source=segment.reference or "") for segment in segments)
    return tuple(segments)


def _texts(segments: Sequence[Segment]) -> list[tuple[str, str]]:
    return [(segment.source, segment.reference or "") for segment in segments]


def _calibrate(model: Model, name: str, directory: Path, dev: Sequence[Segment]) -> None:
    """Thresholds such that at most 2 % of the dev references are flagged per category."""
    standard = Standard(model, default_thresholds())
    found = calibrated(standard, references_of(dev), FALSE_ALARMS, f"dev references of {name}")
    found.standard.thresholds.save(directory / "thresholds.json")


def _card(recipe: Recipe, steps: int, trained: Trained, pairs: int) -> str:
    """The model card: data, licence, attribution, seed, recipe, dev BLEU with its signature."""
    sizes = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in asdict(recipe.sizes).items())
    does = (
        f"{recipe.tgt_lang} → {recipe.tgt_lang}, an autoencoder"
        if recipe.copies
        else (f"{recipe.src_lang} → {recipe.tgt_lang}")
    )
    return f"""# {recipe.name}

{ARCHITECTURES[recipe.architecture].title}, {does}; a small model whose
mistakes are real, made for trying out and testing error analysis. It is not a good translator.

| | |
| --- | --- |
| data | {recipe.data} |
| licence of the data | {recipe.licence} |
| attribution | {recipe.attribution} |
| licence of the weights | Apache-2.0, with the attribution above |
| recipe | `{recipe.name}` (`nmt-audit train --recipe {recipe.name}`), seed {recipe.seed} |
| sizes | {sizes}; one vocabulary of byte-pair pieces for both sides |
| steps | {steps} of at most {recipe.training.steps}, batches of {recipe.training.batch_tokens} tokens |
| dev BLEU | {trained.bleu:.2f}, beam {BEAM}, {pairs} pairs |
| signature | `{trained.signature}` |

`thresholds.json` holds the checks' thresholds, set on the references of the same dev pairs. The weights are stored in
half precision and computed with in double precision.

Limits: short everyday sentences only; long sentences, names, numbers and rare words fail often. Trained on
sentences by volunteers, whose biases and mistakes it repeats.
"""
