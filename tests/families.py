"""Small random Hugging Face translation models of each family: the real classes, the real tokenizers, saved on disk.

The vocabularies are learnt from sentences invented here; nothing is fetched. A test over all families is

    @pytest.mark.parametrize("family", FAMILIES)
    def test_…(family: str) -> None:
        model = load_family(family)
"""

from __future__ import annotations

import atexit
import io
import json
import shutil
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    AutoTokenizer,
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    MBartConfig,
    MBartForConditionalGeneration,
    MBartTokenizer,
    MT5Config,
    MT5ForConditionalGeneration,
    NllbTokenizer,
    PretrainedConfig,
    PreTrainedModel,
    T5Config,
    T5ForConditionalGeneration,
    T5Tokenizer,
)

from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.models.huggingface_loading import quiet

WHO = {"die katze": "the cat", "der hund": "the dog", "ein kind": "a child", "meine schwester": "my sister"}
DOES = {"sieht": "sees", "malt": "paints", "findet": "finds", "vergisst": "forgets"}
WHAT = {"den brunnen": "the well", "eine brücke": "a bridge", "das dach": "the roof"}
END = {"": "", " nie": " never", " am abend": " in the evening"}

SOURCES = tuple(f"{a} {b} {c}{d} ." for a, b, c, d in product(WHO, DOES, WHAT, END))
TARGETS = tuple(f"{WHO[a]} {DOES[b]} {WHAT[c]}{END[d]} ." for a, b, c, d in product(WHO, DOES, WHAT, END))
TEXTS = (*SOURCES, *TARGETS)

ALL_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")  # fairseq's order
M2M100_LANGUAGES = ("en", "ha", "is", "ja", "cs", "ru", "zh", "de")  # of its smallest set, wmt21, in its order
LAYERS = 2
WIDTH, HEADS = 8, 2
MATRICES = 0.8  # with this and the seeds below, translations differ, and some end
Scored = list[tuple[str, float]]


@cache
def _pieces(size: int = 60, kind: str = "unigram", **ids: int) -> bytes:
    """A SentencePiece model of the sentences: <unk> 0, <s> 1, </s> 2, then pieces; it normalises by NFKC."""
    model = io.BytesIO()
    more: dict[str, Any] = dict(ids)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS), model_writer=model, vocab_size=size, model_type=kind, minloglevel=2,
        num_threads=1, normalization_rule_name="nmt_nfkc", **more,
    )  # fmt: skip
    return model.getvalue()


def _scored() -> Scored:
    """The pieces of the model above, without its special ones."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=_pieces())
    return [(processor.id_to_piece(i), processor.get_score(i)) for i in range(3, processor.get_piece_size())]


def _transformer(size: int, **more: Any) -> dict[str, Any]:
    """The settings that Marian, M2M100 and mBART share."""
    return {
        "vocab_size": size, "d_model": WIDTH, "encoder_layers": LAYERS, "decoder_layers": LAYERS,
        "encoder_attention_heads": HEADS, "decoder_attention_heads": HEADS, "encoder_ffn_dim": 12,
        "decoder_ffn_dim": 12, "max_position_embeddings": 64, "dropout": 0.1, "scale_embedding": True, **more,
    }  # fmt: skip


def _t5(size: int, **more: Any) -> dict[str, Any]:
    return {
        "vocab_size": size, "d_model": WIDTH, "d_kv": 3, "d_ff": 12, "num_layers": LAYERS, "num_heads": HEADS,
        "relative_attention_num_buckets": 8, "decoder_start_token_id": 0, **more,
    }  # fmt: skip


def _save(directory: Path, tokenizer: Any, network: type[PreTrainedModel], config: PretrainedConfig, seed: int) -> None:
    """Random weights without a zero: what happens to the share of a bias of 0 would not show."""
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        made = network(config)
        for name, tensor in [*made.named_parameters(), *made.named_buffers()]:
            if "embed_positions" in name and config.model_type != "mbart":
                continue  # sines and cosines
            vector, norm = min(tensor.shape) == 1 or tensor.dim() == 1, "norm" in name and name.endswith("weight")
            torch.nn.init.normal_(tensor, mean=float(norm), std=0.3 if vector else MATRICES)
        made.save_pretrained(directory)
        if tokenizer is not None:
            tokenizer.save_pretrained(directory)


def _marian(directory: Path) -> None:
    """A file of its own for each side's pieces and one vocabulary, as Opus-MT has it; <pad> last."""
    directory.mkdir(parents=True, exist_ok=True)
    model = _pieces(100, "bpe")
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    pieces = [processor.id_to_piece(i) for i in range(3, processor.get_piece_size())]
    ids = {piece: id for id, piece in enumerate(["</s>", "<unk>", *pieces, "<pad>"])}
    for side in ("source", "target"):
        (directory / f"{side}.spm").write_bytes(model)
    (directory / "vocab.json").write_text(json.dumps(ids), "utf-8")
    about = {"tokenizer_class": "MarianTokenizer", "source_lang": "de", "target_lang": "en", "model_max_length": 60}
    (directory / "tokenizer_config.json").write_text(json.dumps(about), "utf-8")
    pad = ids["<pad>"]
    shared = _transformer(
        len(ids), activation_function="swish", pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad,
        forced_eos_token_id=0, bad_words_ids=[[pad]],
    )  # fmt: skip
    _save(directory, None, MarianMTModel, MarianConfig(**shared), 11)


def _m2m100(directory: Path) -> None:
    """Language codes are written around the text: __de__ … </s>."""
    directory.mkdir(parents=True, exist_ok=True)
    ids = {piece: id for id, piece in enumerate([*ALL_SPECIAL, *(piece for piece, _ in _scored())])}
    (directory / "vocab.json").write_text(json.dumps(ids), "utf-8")
    (directory / "sentencepiece.bpe.model").write_bytes(_pieces())
    with quiet():
        tokenizer = M2M100Tokenizer(
            str(directory / "vocab.json"), str(directory / "sentencepiece.bpe.model"), language_codes="wmt21",
            src_lang="de", tgt_lang="en", additional_special_tokens=[f"__{code}__" for code in M2M100_LANGUAGES],
        )  # fmt: skip
    config = M2M100Config(**_transformer(len(ids) + 16, activation_function="relu", decoder_start_token_id=2))
    _save(directory, tokenizer, M2M100ForConditionalGeneration, config, 4)


def _nllb(directory: Path) -> None:
    """M2M100's network with NLLB's tokenizer: deu_Latn … </s>."""
    learner = Tokenizer(models.BPE(unk_token="<unk>"))
    learner.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=90, special_tokens=list(ALL_SPECIAL), show_progress=False)
    learner.train_from_iterator(TEXTS, trainer)
    learnt = json.loads(learner.to_str())["model"]
    merges: list[Any] = [tuple(pair) for pair in learnt["merges"]]
    with quiet():
        tokenizer = NllbTokenizer(
            vocab=learnt["vocab"], merges=merges,
            extra_special_tokens=["deu_Latn", "eng_Latn", "fra_Latn", "zho_Hans", "zho_Hant"],
            src_lang="deu_Latn", tgt_lang="eng_Latn",
        )  # fmt: skip
    config = M2M100Config(**_transformer(len(tokenizer), activation_function="relu", decoder_start_token_id=2))
    _save(directory, tokenizer, M2M100ForConditionalGeneration, config, 10)


def _mbart(directory: Path) -> None:
    """The first mBART: … </s> de_DE, and the target's code in the place of the start symbol."""
    scored = [*((piece, 0.0) for piece in ALL_SPECIAL), *_scored()]
    with quiet():
        tokenizer = MBartTokenizer(vocab=scored, src_lang="de_DE", tgt_lang="en_XX")
    config = MBartConfig(**_transformer(len(tokenizer)))
    _save(directory, tokenizer, MBartForConditionalGeneration, config, 2)


def _mbart50(directory: Path) -> None:
    """mBART-50: de_DE … </s>, and </s> en_XX as the prompt. Its tokenizer is made from a SentencePiece file."""
    about = {"tokenizer_class": "MBart50Tokenizer", "src_lang": "de_DE", "tgt_lang": "en_XX"}
    tokenizer = _converted(directory, "sentencepiece.bpe.model", _pieces(), about)
    config = MBartConfig(**_transformer(len(tokenizer), decoder_start_token_id=2, activation_function="relu"))
    _save(directory, None, MBartForConditionalGeneration, config, 1)


def _t5_first(directory: Path) -> None:
    """T5: relu, tied embeddings, a scaled output, tasks that are named in the text."""
    with quiet():
        tokenizer = T5Tokenizer(vocab=[("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *_scored()], extra_ids=0)
    tasks = {"translation_de_to_en": {"prefix": "die katze malt "}, "summarization": {"prefix": "am abend "}}
    config = T5Config(**_t5(len(tokenizer), task_specific_params=tasks))
    _save(directory, tokenizer, T5ForConditionalGeneration, config, 7)


def _mt5(directory: Path) -> None:
    """mT5: a gated GELU of primitive operators, no scaling; nothing but a SentencePiece file for a tokenizer."""
    about = {"tokenizer_class": "T5Tokenizer", "extra_ids": 0}
    tokenizer = _converted(directory, "spiece.model", _pieces(pad_id=0, eos_id=1, unk_id=2, bos_id=-1), about)
    config = MT5Config(**_t5(len(tokenizer), feed_forward_proj="gated-gelu", tie_word_embeddings=False))
    _save(directory, None, MT5ForConditionalGeneration, config, 3)


def _converted(directory: Path, name: str, pieces: bytes, about: dict[str, Any]) -> Any:
    """A tokenizer that `transformers` makes of a SentencePiece file each time that it is loaded."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_bytes(pieces)
    (directory / "tokenizer_config.json").write_text(json.dumps(about), "utf-8")
    with quiet():
        return AutoTokenizer.from_pretrained(directory)


_MAKERS: dict[str, Callable[[Path], None]] = {
    "marian": _marian,
    "m2m100": _m2m100,
    "nllb": _nllb,
    "mbart": _mbart,
    "mbart50": _mbart50,
    "t5": _t5_first,
    "mt5": _mt5,
}

FAMILIES = tuple(_MAKERS)


def family(name: str, directory: Path) -> Path:
    """Makes the model of a family in a directory that it has for itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _MAKERS[name](directory)
    return directory


@cache
def family_directory(name: str) -> Path:
    """The model of a family on disk, made once for all tests of a session. Not to be changed."""
    parent = Path(tempfile.mkdtemp(prefix="nmt-audit-"))
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    return family(name, parent / name)


@cache
def load_family(name: str) -> HuggingFaceModel:
    """The model of a family, loaded once for all tests of a session."""
    return HuggingFaceModel.load(str(family_directory(name)), name=name)
