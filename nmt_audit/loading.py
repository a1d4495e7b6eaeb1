"""Models as commands ask for them: by name, with so many threads, on a device, with a decoder. None: no torch."""

from __future__ import annotations

from nmt_audit.models.protocol import Model


def load(
    model: str | None, threads: int | None = None, src_lang: str | None = None, tgt_lang: str | None = None,
    device: str = "auto", decoder: str = "model",
) -> Model | None:  # fmt: skip
    """A model by name, None for none; how many CPU threads it may use, the direction of a multilingual one, where it
    computes, and what it translates with (see `config.DECODERS`)."""
    if model is None:
        return None
    from nmt_audit.models import load_model

    use_threads(threads)
    loaded = load_model(model, src_lang=src_lang, tgt_lang=tgt_lang, device=device)
    if decoder != "model":
        from nmt_audit.models.ctranslate2_decoder import decode_by_ctranslate2

        decode_by_ctranslate2(loaded, decoder.partition(":")[2] or "int8")
    return loaded


def use_threads(threads: int | None) -> None:
    """How many CPU threads torch may use from now on; None: what it thinks best."""
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
