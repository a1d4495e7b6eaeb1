"""Fast decoding of Hugging Face models by CTranslate2, which computes in int8 or float32.

A model is converted once and kept in the cache. Its vocabulary there is the ids themselves ("0", "1", …), so the two
cannot differ in what a piece is called. The start symbol stays an ordinary row of the embeddings, whichever it is.
(CTranslate2's own loader of Marian takes the last row out and starts from zeros, which fits the models of Opus-MT.)
"""

from __future__ import annotations

import copy
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from nmt_audit.caching import PLACE, cache_folder
from nmt_audit.errors import ModelError, OutputError
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.models.huggingface_loading import quiet
from nmt_audit.models.protocol import Model

# Whose conversion the tests compare with `generate`: the configuration's class in transformers.
FAMILIES = ("MarianConfig", "M2M100Config", "MBartConfig", "T5Config", "MT5Config")


# A search ends when so many times the beam have ended. `generate` ends when none that lives looks like becoming one of
# the best. With twice the beam, 997 of 1,000 translations of marian-de-en are the same; with once, 965.
PATIENCE = 2


class CTranslate2Decoder:
    """Searches in the place of `generate`, with the same beam, length penalty, limits and forbidden tokens."""

    def __init__(self, model: HuggingFaceModel, compute_type: str) -> None:
        library = _library()
        folder = _converted(model, compute_type, library)
        try:
            self._translator = library.Translator(
                str(folder),
                device=model.device.type,
                device_index=model.device.index or 0,
                compute_type=compute_type,
                intra_threads=torch.get_num_threads(),
            )
        except RuntimeError as error:
            raise ModelError(f"{folder}: not what CTranslate2 wrote there ({error}); delete that folder") from error
        self._prompt = model.direction.prompt[1:]
        settings = model.network.generation_config
        self._options: dict[str, Any] = {
            "length_penalty": 1.0 if settings.length_penalty is None else settings.length_penalty,
            "suppress_sequences": [[str(id) for id in ids] for ids in settings.bad_words_ids or ()],
            "patience": 1 if settings.early_stopping is True else PATIENCE,
            "max_batch_size": 0,
            "max_input_length": 0,
            "return_end_token": True,
        }

    def __call__(self, sources: Sequence[Sequence[int]], limit: int, beam: int) -> list[list[int]]:
        """Source ids → target ids, `</s>` last where it was reached within `limit` tokens."""
        found = self._translator.translate_batch(
            [[str(id) for id in ids] for ids in sources],
            target_prefix=[[str(id) for id in self._prompt]] * len(sources) if self._prompt else None,
            beam_size=beam,
            max_decoding_length=limit + len(self._prompt),
            **self._options,
        )
        return [[int(token) for token in result.hypotheses[0][len(self._prompt) :]] for result in found]


def decode_by_ctranslate2(model: Model, compute_type: str) -> None:
    """From now on the model searches by CTranslate2.

    Raises ModelError for other models, and where it is not installed; OutputError where the cache cannot be written.
    """
    _library()
    if not isinstance(model, HuggingFaceModel) or type(model.network.config).__name__ not in FAMILIES:
        kind = model.network.config.model_type if isinstance(model, HuggingFaceModel) else "recurrent"
        raise ModelError(
            f"{model.name}: --decoder ctranslate2 is for Marian, M2M100, NLLB, mBART and T5, not for a {kind} model; "
            "leave it out"
        )
    model.search_with(CTranslate2Decoder(model, compute_type))


def _library() -> ModuleType:
    try:
        import ctranslate2
    except ImportError as error:
        raise ModelError("--decoder ctranslate2: not installed; pip install 'nmt-audit[ctranslate2]'") from error
    return ctranslate2  # type: ignore[no-any-return]


def _converted(model: HuggingFaceModel, compute_type: str, library: ModuleType) -> Path:
    """The folder of the converted model; made where it is not there yet."""
    start = model.direction.start
    folder = cache_folder() / "ctranslate2" / f"{model.fingerprint}-{start}-{compute_type}-{library.__version__}"
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
        try:
            _convert(model, compute_type, aside)
            os.rename(aside, folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster, and its folder is as good
                raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror}); name another place in {PLACE}, or leave --decoder out"
        ) from error
    return folder


def _convert(model: HuggingFaceModel, compute_type: str, folder: Path) -> None:
    from ctranslate2.converters import transformers as converters

    kind = type(model.network.config).__name__
    start, end, unknown = model.direction.start, model.end_id, model.unknown_id
    base: Any = type(converters._MODEL_LOADERS[kind])
    above: Any = converters.BartLoader if kind == "MarianConfig" else base

    class Loader(base):  # type: ignore[misc]
        """The library's, but for the names of pieces, and for Marian's start symbol."""

        def get_vocabulary(self, network: Any, tokenizer: Any) -> list[str]:
            return [str(id) for id in range(network.get_input_embeddings().weight.shape[0])]

        def set_config(self, config: Any, network: Any, tokenizer: Any) -> None:
            config.eos_token, config.unk_token, config.decoder_start_token = str(end), str(unknown), str(start)
            config.bos_token = str(start)

        def set_decoder(self, spec: Any, decoder: Any) -> None:
            above.set_decoder(self, spec, decoder)

        def _remove_pad_weights(self, spec: Any) -> None:
            """The row stays."""

    with quiet(), torch.no_grad():
        network: Any = copy.deepcopy(model.network)
        network.float()
        if kind == "MBartConfig":
            network.config.normalize_before = True  # always so in transformers, whose configuration says it no longer
        if kind in ("T5Config", "MT5Config"):  # the loader takes the one for the other
            network.config.tie_word_embeddings = getattr(network.config, "scale_decoder_outputs", False)
        spec = Loader()(network, model.text.tokenizer)
        spec.validate()
        spec.optimize(quantization=compute_type)
        spec.save(str(folder))
