"""A small Marian (a Transformer with post-norm layers and sinusoidal positions) as a network that can be trained here.

The layers are those of `transformers`; what this adds is the joint vocabulary of ours, the shift of the target and
the files that `MarianTokenizer` reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn
from torch.nn import functional as F

from nmt_audit.models.checkpoint import CONFIGURATION
from nmt_audit.models.vocabulary import END, PAD, Vocabulary

if TYPE_CHECKING:
    from transformers import MarianConfig

LONGEST = 512  # positions


@dataclass(frozen=True, slots=True)
class MarianSizes:
    """The widths of a Marian network."""

    vocabulary: int
    width: int = 256
    feed_forward: int = 1024
    encoder_layers: int = 3
    decoder_layers: int = 3
    heads: int = 4
    dropout: float = 0.1


class MarianNetwork(nn.Module):
    """`MarianMTModel` with one embedding table for source, target and output layer."""

    def __init__(self, sizes: MarianSizes) -> None:
        from transformers import MarianMTModel

        super().__init__()
        self.sizes = sizes
        self.model = MarianMTModel(configuration(sizes))

    def forward(self, source: Tensor, mask: Tensor, target: Tensor) -> Tensor:
        """Ids: source [B,S], mask [B,S], target [B,T] → logits [B,T,V]. The decoder starts from the padding symbol."""
        before = F.pad(target[:, :-1], (1, 0), value=PAD)
        logits: Tensor = self.model(
            input_ids=source, attention_mask=mask.long(), decoder_input_ids=before, use_cache=False
        ).logits
        return logits


def configuration(sizes: MarianSizes) -> MarianConfig:
    """What `transformers` needs to know, in the manner of the Opus-MT models."""
    from transformers import MarianConfig

    return MarianConfig(
        vocab_size=sizes.vocabulary,
        d_model=sizes.width,
        encoder_layers=sizes.encoder_layers,
        decoder_layers=sizes.decoder_layers,
        encoder_attention_heads=sizes.heads,
        decoder_attention_heads=sizes.heads,
        encoder_ffn_dim=sizes.feed_forward,
        decoder_ffn_dim=sizes.feed_forward,
        max_position_embeddings=LONGEST,
        dropout=sizes.dropout,
        attention_dropout=0.0,
        activation_function="swish",
        scale_embedding=True,
        share_encoder_decoder_embeddings=True,
        tie_word_embeddings=True,
        pad_token_id=PAD,
        eos_token_id=END,
        decoder_start_token_id=PAD,
        forced_eos_token_id=None,
    )


def save(directory: Path, network: MarianNetwork, vocabulary: Vocabulary, about: dict[str, Any]) -> None:
    """Writes a directory that `transformers` opens too, in half precision, and what we know besides as `model.json`."""
    from transformers import MarianMTModel
    from transformers.utils import logging

    directory.mkdir(parents=True, exist_ok=True)
    copy = MarianMTModel(configuration(network.sizes))
    copy.load_state_dict(network.model.state_dict())
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    copy.generation_config.max_length, copy.generation_config.num_beams = LONGEST, 5
    copy.half().save_pretrained(directory)  # type: ignore[no-untyped-call]
    for side in ("source", "target"):
        (directory / f"{side}.spm").write_bytes(vocabulary.bytes)
    ids = {vocabulary.piece(id): id for id in range(len(vocabulary))}
    _write(directory / "vocab.json", ids)
    _write(
        directory / "tokenizer_config.json",
        {
            "tokenizer_class": "MarianTokenizer", "source_lang": about["src_lang"], "target_lang": about["tgt_lang"],
            "pad_token": vocabulary.piece(PAD), "eos_token": vocabulary.piece(END), "unk_token": "<unk>",
            "model_max_length": LONGEST, "separate_vocabs": False,
        },
    )  # fmt: skip
    _write(directory / CONFIGURATION, about)


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", "utf-8")
