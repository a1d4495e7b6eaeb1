"""Hugging Face models from a directory or the hub: files, what can be wrong with them, and their fingerprint."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from nmt_audit.errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_SETTINGS = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "added_tokens.json",
             "special_tokens_map.json")  # fmt: skip
_TEXT_FILES = ("*.json", "*.model", "*.spm", "*.txt")
_SAFE_WEIGHTS, _OLD_WEIGHTS = "model*.safetensors", "pytorch_model*.bin"


def locate(name: str) -> Path:
    """The directory of a model: the name itself, or where the hub's files lie on this machine.

    What the cache has is used without asking the network; what it lacks is fetched. Raises ModelError.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

    if Path(name).is_dir():
        return Path(name)
    unknown = f"no model “{name}”: it is neither a directory nor a model on the Hugging Face hub that you may read"
    try:
        cached = Path(snapshot_download(name, local_files_only=True))
        if (cached / "config.json").is_file() and _weights(cached):
            return cached
    except HFValidationError as error:
        raise ModelError(unknown) from error
    except OSError:
        pass  # nothing in the cache
    try:
        directory = Path(snapshot_download(name, allow_patterns=[*_TEXT_FILES, _SAFE_WEIGHTS]))
        if not _weights(directory):
            snapshot_download(name, allow_patterns=[_OLD_WEIGHTS])
    except RepositoryNotFoundError as error:
        raise ModelError(unknown) from error
    except OSError as error:
        raise ModelError(
            f"{name}: no such directory, and the Hugging Face hub cannot be reached; give a directory or go online once"
        ) from error
    return directory


def _weights(directory: Path) -> list[Path]:
    return [*directory.glob(_SAFE_WEIGHTS), *directory.glob(_OLD_WEIGHTS)]


@contextmanager
def quiet() -> Iterator[None]:
    """Within the block `transformers` neither logs nor draws progress bars; Python's warnings of it are dropped."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def open_tokenizer(directory: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a directory. Raises ModelError for missing or corrupt files and for missing libraries."""
    from transformers import AutoTokenizer

    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(directory, local_files_only=True)
    except ImportError as error:
        raise ModelError(
            f"{directory}: the tokenizer needs a library that is not installed ({_line(error)})"
        ) from error
    except Exception as error:  # each tokenizer has its own way to fail on a file that is missing or no tokenizer's
        raise ModelError(f"{directory}: no tokenizer can be read ({_line(error)}); restore its files") from error
    if tokenizer.unk_token_id is None:
        raise ModelError(f"{directory}: its tokenizer has no unknown token, which stands for what is blanked")
    return tokenizer


def open_network(directory: Path) -> PreTrainedModel:
    """The network of a directory, in float64, frozen. Raises ModelError for other models and for corrupt files."""
    from transformers import AutoConfig, AutoModelForSeq2SeqLM
    from transformers.models.auto.modeling_auto import MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING

    try:
        config = AutoConfig.from_pretrained(directory, local_files_only=True)
    except Exception as error:
        raise ModelError(f"{directory / 'config.json'}: no model configuration ({_line(error)})") from error
    if type(config) not in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING:
        raise ModelError(
            f"{directory}: is of the type “{config.model_type}”, which is no encoder-decoder for translation"
        )
    try:
        network, found = AutoModelForSeq2SeqLM.from_pretrained(
            directory, config=config, dtype=torch.float64, attn_implementation="eager", local_files_only=True,
            output_loading_info=True,
        )  # fmt: skip
    except Exception as error:  # from OSError over SafetensorError to UnpicklingError
        raise ModelError(f"{directory}: its weights cannot be read ({_line(error)}); restore the file") from error
    if found["missing_keys"]:
        some = sorted(found["missing_keys"])
        more = f" and {len(some) - 1} more" if len(some) > 1 else ""
        raise ModelError(f"{directory}: its weights lack {some[0]}{more}; restore the file")
    return network.double().eval().requires_grad_(False)  # type: ignore[no-any-return]


def fingerprint(directory: Path, network: nn.Module, tokenizer: PreTrainedTokenizerBase) -> str:
    """sha256 over weights, configuration and tokenizer files; the same wherever and in whatever format they lie."""
    digest = hashlib.sha256()
    persistent = network.state_dict().keys()
    tensors = [*network.named_parameters(), *((n, b) for n, b in network.named_buffers() if n in persistent)]
    for name, tensor in sorted(tensors, key=lambda pair: pair[0]):
        digest.update(f"{name} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().contiguous().numpy().data)
    for file in sorted({*_SETTINGS, *tokenizer.vocab_files_names.values()}):
        path = directory / file
        if path.is_file():
            digest.update(f"{file}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _line(error: Exception) -> str:
    """The first line of what a library said."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
