"""Trains a small model from a recipe: checkpoints that resume, early stopping on dev BLEU.

A killed training resumes from its last checkpoint and goes through the same batches as an undisturbed one.
"""

from __future__ import annotations

import math
import os
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nmt_audit.errors import InputError
from nmt_audit.models import load_model
from nmt_audit.models.architectures import ARCHITECTURES
from nmt_audit.models.batches import pad
from nmt_audit.models.recipe import Recipe
from nmt_audit.models.vocabulary import PAD, Vocabulary
from nmt_audit.progress import progress

STATE = "training.pt"

Pair = tuple[str, str]
Ids = tuple[list[int], list[int]]


@dataclass(frozen=True, slots=True)
class Result:
    """What a training ended with: dev BLEU of the kept weights (greedy, on the recipe's dev pairs) and its steps.

    `losses`: the mean loss per token, nats, of the steps before each evaluation.
    """

    bleu: float
    signature: str
    steps: int
    losses: tuple[float, ...]


def train(
    recipe: Recipe, training_pairs: Sequence[Pair], dev_pairs: Sequence[Pair], out: Path,
    device: torch.device | None = None,
) -> Result:  # fmt: skip
    """Trains into `out`, or goes on with the training found there, on a device (None: the CPU).

    Raises InputError if that had another recipe.
    """
    torch.manual_seed(recipe.seed)
    run = _Run.start(recipe, training_pairs, out, device or torch.device("cpu"))
    settings = recipe.training
    dev = dev_pairs[: settings.evaluate_pairs]
    if run.finished:
        return run.result()
    recent: list[float] = []
    with progress(f"training {recipe.name}", settings.steps, run.step) as advance:
        for batch in _batches(run.examples, recipe, run.step):
            loss = _update(run, batch)
            run.step += 1
            recent.append(loss)
            advance(1, f"loss {loss:.3f}, best dev BLEU {run.best:.2f}")
            if run.step % settings.evaluate_every == 0 or run.step == settings.steps:
                run.losses = (*run.losses, sum(recent) / len(recent))
                recent.clear()
                _evaluate(run, dev)
                if run.finished:
                    break
    return run.result()


@dataclass(slots=True)
class _Run:
    """The moving parts of a training."""

    recipe: Recipe
    out: Path
    device: torch.device
    vocabulary: Vocabulary
    examples: list[Ids]
    network: nn.Module
    averaged: nn.Module
    optimiser: torch.optim.Optimizer
    step: int = 0
    best: float = -math.inf
    signature: str = ""
    since_best: int = 0
    losses: tuple[float, ...] = ()

    @classmethod
    def start(cls, recipe: Recipe, pairs: Sequence[Pair], out: Path, device: torch.device) -> _Run:
        saved = _saved(out, recipe)
        vocabulary = Vocabulary(saved["vocabulary"]) if saved else _new_vocabulary(recipe, pairs)
        examples = [([t.id for t in vocabulary.encode(s)], [t.id for t in vocabulary.encode(t)]) for s, t in pairs]
        examples = [pair for pair in examples if max(map(len, pair)) <= recipe.training.max_tokens]
        make = ARCHITECTURES[recipe.architecture].network
        network, averaged = make(recipe.sizes).to(device), make(recipe.sizes).to(device)
        averaged.load_state_dict(network.state_dict())
        optimiser = torch.optim.Adam(network.parameters(), lr=recipe.training.learning_rate)
        run = cls(recipe, out, device, vocabulary, examples, network, averaged, optimiser)
        if saved:
            network.load_state_dict(saved["network"])
            averaged.load_state_dict(saved["averaged"])
            optimiser.load_state_dict(saved["optimiser"])
            _generator(device).set_state(saved["random"])
            run.step, run.best, run.signature, run.since_best, run.losses = saved["progress"]
        return run

    @property
    def finished(self) -> bool:
        """All steps are done, or the last evaluations brought nothing."""
        return self.step >= self.recipe.training.steps or self.since_best >= self.recipe.training.patience

    def result(self) -> Result:
        """What has come of it so far."""
        return Result(self.best, self.signature, self.step, self.losses)

    def save(self) -> None:
        """The whole state, under a temporary name first: a kill leaves the old one or the new one."""
        self.out.mkdir(parents=True, exist_ok=True)
        temporary = self.out / f".{STATE}"
        torch.save(
            {
                "recipe": self.recipe.as_dict(),
                "vocabulary": self.vocabulary.bytes,
                "network": self.network.state_dict(),
                "averaged": self.averaged.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "random": _generator(self.device).get_state(),
                "progress": (self.step, self.best, self.signature, self.since_best, self.losses),
            },
            temporary,
        )
        os.replace(temporary, self.out / STATE)


def _generator(device: torch.device) -> torch.Generator:
    """What dropout draws from there."""
    if device.type == "cpu":
        return torch.default_generator
    generators: Sequence[torch.Generator] = torch.get_device_module(device).default_generators
    return generators[device.index or 0]


def _new_vocabulary(recipe: Recipe, pairs: Sequence[Pair]) -> Vocabulary:
    try:
        return Vocabulary.train((side for pair in pairs for side in pair), recipe.sizes.vocabulary)
    except RuntimeError as error:
        raise InputError(
            f"the training pairs give no vocabulary of {recipe.sizes.vocabulary} pieces ({error}); "
            "give more pairs or a smaller sizes.vocabulary"
        ) from error


def _saved(out: Path, recipe: Recipe) -> dict[str, Any] | None:
    if not (out / STATE).exists():
        return None
    try:
        saved: dict[str, Any] = torch.load(out / STATE, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, UnpicklingError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{out / STATE}: no checkpoint ({reason}); remove it to begin again") from error
    before, now = _flat(saved["recipe"]), _flat(recipe.as_dict())
    differing = [
        f"{key} = {before.get(key)!r}, not {value!r}" for key, value in now.items() if before.get(key) != value
    ]
    if differing:
        raise InputError(
            f"{out} holds a training with another recipe ({'; '.join(differing)}): choose another --out or remove it"
        )
    return saved


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """{"training": {"steps": 1}} → {"training.steps": 1}."""
    return {
        name: value
        for key, outer in values.items()
        for name, value in (
            {f"{key}.{k}": v for k, v in outer.items()} if isinstance(outer, dict) else {key: outer}
        ).items()
    }


def _batches(examples: Sequence[Ids], recipe: Recipe, skip: int) -> Iterator[list[Ids]]:
    """Endless batches of like lengths; epoch n is shuffled by seed + n. The first `skip` are left out."""
    if not examples:
        raise InputError("no training pair is short enough for the recipe's max_tokens")
    epoch = 0
    while True:
        order = random.Random(recipe.seed + epoch)
        shuffled = sorted(examples, key=lambda pair: (len(pair[1]) + order.random(), len(pair[0]) + order.random()))
        batches: list[list[Ids]] = [[]]
        longest = 0
        for pair in shuffled:
            longest = max(longest, len(pair[0]), len(pair[1]))
            if batches[-1] and longest * (len(batches[-1]) + 1) > recipe.training.batch_tokens:
                batches.append([])
                longest = max(len(pair[0]), len(pair[1]))
            batches[-1].append(pair)
        order.shuffle(batches)
        yield from batches[skip:]
        skip = max(0, skip - len(batches))
        epoch += 1


def _rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, then a cosine down to zero."""
    settings = recipe.training
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    part = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, part)))


def _update(run: _Run, batch: Sequence[Ids]) -> float:
    """One optimiser step; returns the loss per token, nats."""
    settings = run.recipe.training
    (source, mask), (target, _) = (pad([pair[side] for pair in batch], run.device) for side in (0, 1))
    for group in run.optimiser.param_groups:
        group["lr"] = _rate(run.recipe, run.step)
    run.network.train()
    with torch.autocast(run.device.type, torch.bfloat16, enabled=settings.precision == "bfloat16"):
        logits = run.network(source, mask, target)
    loss: Tensor = F.cross_entropy(
        logits.float().flatten(0, 1), target.flatten(), ignore_index=PAD, label_smoothing=settings.label_smoothing
    )
    run.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(run.network.parameters(), settings.clip)
    run.optimiser.step()
    # A young average must not remember the random start, hence the smaller decay of the first steps.
    decay = min(settings.average, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for mean, now in zip(run.averaged.parameters(), run.network.parameters(), strict=True):
            mean.lerp_(now, 1 - decay)
    return float(loss.detach())


def _evaluate(run: _Run, dev: Sequence[Pair]) -> None:
    """Dev BLEU of the averaged weights; keeps them when they are the best so far; saves the checkpoint."""
    import sacrebleu

    recipe = run.recipe
    about = {
        "name": recipe.name,
        "architecture": recipe.architecture,
        "src_lang": recipe.src_lang,
        "tgt_lang": recipe.tgt_lang,
        "max_length": 512,
        "length_penalty": 1.0,
        "recipe": recipe.as_dict(),
    }
    latest = run.out / ".latest"
    save = ARCHITECTURES[recipe.architecture].save
    save(latest, run.averaged, run.vocabulary, about)
    model = load_model(str(latest), device=run.device)
    said = [translation.text for translation in model.translate([source for source, _ in dev], beam=1)]
    metric = sacrebleu.BLEU()
    bleu = metric.corpus_score(said, [[target for _, target in dev]]).score
    run.since_best += 1
    if bleu > run.best:
        run.best, run.signature, run.since_best = bleu, str(metric.get_signature()), 0
        about["training"] = {"steps": run.step, "dev_bleu_greedy": round(bleu, 2), "signature": run.signature}
        save(run.out / "model", run.averaged, run.vocabulary, about)
    shutil.rmtree(latest)
    run.save()
