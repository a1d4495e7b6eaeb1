"""A training recipe: everything that decides what comes out of `nmt-audit train`, in one TOML file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from nmt_audit.errors import InputError
from nmt_audit.toml_file import read_toml

T = TypeVar("T")

PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True, slots=True)
class Training:
    """Optimisation: Adam with linear warm-up and a cosine to zero, label smoothing, clipping by norm."""

    batch_tokens: int
    max_tokens: int
    steps: int
    learning_rate: float
    warmup_steps: int
    label_smoothing: float
    clip: float
    average: float
    precision: str
    evaluate_every: int
    evaluate_pairs: int
    patience: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """One model to train. `copies`: it learns to give back the target side of each pair, as an autoencoder does."""

    name: str
    architecture: str
    src_lang: str
    tgt_lang: str
    data: str
    licence: str
    attribution: str
    seed: int
    sizes: Any  # of the architecture
    training: Training
    copies: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for checkpoints and model cards."""
        return asdict(self)


def names() -> list[str]:
    """The recipes that come with the package."""
    folder = resources.files("nmt_audit.models") / "recipes"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load(name_or_file: str) -> Recipe:
    """A shipped recipe by name, or a TOML file. Raises InputError with the key that is missing, unknown or mistyped."""
    if name_or_file in names():
        path = Path(str(resources.files("nmt_audit.models") / "recipes" / f"{name_or_file}.toml"))
    else:
        path = Path(name_or_file)
        if not path.is_file():
            raise InputError(f"no recipe “{name_or_file}”: give a TOML file or one of {', '.join(names())}")
    values = read_toml(path, wanted="a TOML file", example="the shipped recipes are examples")
    try:
        return parse(values)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name_or_file}: {error}") from error


def parse(values: dict[str, Any]) -> Recipe:
    """Plain values → recipe. Raises TypeError or ValueError for a missing, unknown, mistyped or senseless key."""
    from nmt_audit.models.architectures import ARCHITECTURES

    tables = dict(values)
    architecture = str(tables.get("architecture"))
    if architecture not in ARCHITECTURES:
        raise ValueError(f"architecture = {architecture!r} is not known; there is {', '.join(ARCHITECTURES)}")
    sizes = _table(ARCHITECTURES[architecture].sizes, tables.pop("sizes", {}))
    training = _table(Training, tables.pop("training", {}))
    if training.precision not in PRECISIONS:
        raise ValueError(f"precision = {training.precision!r} is not known; there is {', '.join(PRECISIONS)}")
    return _table(Recipe, {**tables, "sizes": sizes, "training": training})


TYPES: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "str": (str,), "bool": (bool,)}


def _table(kind: type[T], values: dict[str, Any]) -> T:
    for item in fields(kind):  # type: ignore[arg-type]
        expected = TYPES.get(str(item.type))
        if item.name in values and expected and not isinstance(values[item.name], expected):
            raise TypeError(f"{item.name} = {values[item.name]!r} is not of type {item.type}")
        if item.name in ("steps", "evaluate_every", "batch_tokens") and values.get(item.name, 1) < 1:
            raise ValueError(f"{item.name} = {values[item.name]!r}: at least 1 is needed")
    return kind(**values)
