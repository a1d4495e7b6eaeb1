"""Translation models: what can be loaded, and by which name."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from nmt_audit.errors import ModelError

if TYPE_CHECKING:
    import torch

    from nmt_audit.models.huggingface import HuggingFaceModel
    from nmt_audit.models.recurrent import RecurrentModel

# Name → what it is. Each is a directory in `shipped/`, with a model card.
SHIPPED = {
    "rnnsearch-de-en": "RNNsearch, German → English, trained on Tatoeba",
    "rnnsearch-zh-en": "RNNsearch, Chinese → English, trained on Tatoeba",
    "luong-fr-en": "Stacked LSTM with Luong attention, French → English, trained on Tatoeba",
    "autoencoder-en": "LSTM without attention that gives English sentences back, trained on Tatoeba",
    "marian-de-en": "Transformer of Marian’s form, German → English, trained on Tatoeba",
}


def model_directory(name: str) -> Path:
    """Where a model lies: a shipped name or a directory. Raises ModelError where there is none."""
    found = _directory(name)
    if found is None:
        raise ModelError(f"no model “{name}”: give a directory or one of {', '.join(SHIPPED)}")
    return found


def _directory(name: str) -> Path | None:
    if name in SHIPPED:
        return Path(str(resources.files("nmt_audit.models") / "shipped" / name))
    return Path(name) if Path(name).is_dir() else None


def load_model(
    name: str, *, src_lang: str | None = None, tgt_lang: str | None = None,
    device: str | torch.device = "auto", precision: torch.dtype | None = None,
) -> RecurrentModel | HuggingFaceModel:  # fmt: skip
    """A model by its shipped name, its directory, or a name on the Hugging Face hub.

    `src_lang` and `tgt_lang` choose the direction of a multilingual model; others do not need them.
    `device`: "auto" (a GPU where there is one), "cpu", "cuda" or "cuda:1". `precision`: what its search computes in;
    None is bfloat16 on a GPU, and on the CPU float32 for recurrent networks and float64 for others. All that is
    told of a translation is float64.
    Raises ModelError for an unknown or corrupt model, InputError for a device that is not there.
    """
    from nmt_audit.models.device import device_of

    device = device_of(device)
    directory = _directory(name)
    if directory is not None and not (directory / "config.json").is_file():
        from nmt_audit.models import checkpoint

        return checkpoint.load(
            directory, name=name if name in SHIPPED else directory.name, device=device, precision=precision
        )
    if directory is None and ("/" not in name or Path(name).is_absolute() or name.startswith(".")):
        raise ModelError(
            f"no model “{name}”: give a directory, a name on the Hugging Face hub (owner/name) or one of "
            f"{', '.join(SHIPPED)}"
        )
    from nmt_audit.models.huggingface import HuggingFaceModel

    place = name if directory is None else str(directory)
    shown = name if directory is None or name in SHIPPED else directory.name
    return HuggingFaceModel.load(
        place, name=shown, src_lang=src_lang, tgt_lang=tgt_lang, device=device, precision=precision
    )
