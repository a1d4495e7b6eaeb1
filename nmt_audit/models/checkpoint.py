"""A recurrent model on disk: weights (safetensors), vocabulary (SentencePiece) and `model.json`, in one directory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from nmt_audit.errors import ModelError
from nmt_audit.halving import is_out_of_memory
from nmt_audit.models.luong_network import Luong, LuongSizes
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.rnnsearch_network import RNNsearch, Sizes
from nmt_audit.models.vocabulary import Vocabulary

WEIGHTS, PIECES, CONFIGURATION = "model.safetensors", "vocabulary.spm", "model.json"

Network: TypeAlias = RNNsearch | Luong
NETWORKS: Mapping[str, Callable[[Mapping[str, Any]], Network]] = {
    "rnnsearch": lambda sizes: RNNsearch(Sizes(**sizes)),
    "luong": lambda sizes: Luong(LuongSizes(**sizes)),
}


def save(directory: Path, network: Network, vocabulary: Vocabulary, about: dict[str, Any]) -> None:
    """Writes a model in half precision. `about` holds name, architecture, languages, settings and where it is from."""
    directory.mkdir(parents=True, exist_ok=True)
    weights = {key: value.detach().cpu().half().contiguous() for key, value in network.state_dict().items()}
    configuration = {"architecture": about["architecture"], "sizes": asdict(network.sizes), **about}
    (directory / WEIGHTS).write_bytes(save_tensors(weights))
    (directory / PIECES).write_bytes(vocabulary.bytes)
    (directory / CONFIGURATION).write_text(json.dumps(configuration, indent=2, ensure_ascii=False) + "\n", "utf-8")


def load(
    directory: Path, *, name: str, device: torch.device | None = None, precision: torch.dtype | None = None
) -> RecurrentModel:
    """Reads what `save` wrote, onto a device (None: the CPU). Raises ModelError naming the file that is missing or
    corrupt.
    """
    contents = {part: _read(directory / part) for part in (CONFIGURATION, PIECES, WEIGHTS)}
    digest = hashlib.sha256()
    for part in sorted(contents):
        digest.update(hashlib.sha256(contents[part]).digest())
    configuration, network = _network(directory / CONFIGURATION, contents[CONFIGURATION])
    try:
        weights = load_tensors(contents[WEIGHTS])
        network.load_state_dict({key: value.to(torch.float64) for key, value in weights.items()})
    except (SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        if is_out_of_memory(error):
            raise ModelError(f"{directory / WEIGHTS}: does not fit into memory ({reason}); free some") from error
        raise ModelError(f"{directory / WEIGHTS}: corrupt weights ({reason}); restore the file") from error
    return RecurrentModel(
        network.to(device),
        _vocabulary(directory / PIECES, contents[PIECES], network.sizes.vocabulary),
        name=name,
        directory=directory,
        fingerprint=digest.hexdigest(),
        max_length=configuration.get("max_length", 512),
        length_penalty=configuration.get("length_penalty", 1.0),
        precision=precision,
    )


def _network(path: Path, content: bytes) -> tuple[dict[str, Any], Network]:
    """The configuration, and a network of its sizes whose weights are still random."""
    try:
        configuration = json.loads(content)
        architecture, sizes = configuration["architecture"], configuration["sizes"]
        if architecture not in NETWORKS:
            raise ModelError(f"{path}: is of architecture {architecture}; known are {', '.join(NETWORKS)}")
        return configuration, NETWORKS[architecture](sizes)
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path}: no model configuration ({reason}); restore the file") from error


def _vocabulary(path: Path, model: bytes, size: int) -> Vocabulary:
    try:
        # Without any bytes SentencePiece makes a processor that fails when it is first used.
        vocabulary = Vocabulary(model or b"\0")
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error
    if len(vocabulary) != size:
        raise ModelError(f"{path}: has {len(vocabulary)} pieces, the model {size}; restore the file")
    return vocabulary


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); is the directory a model?") from error
