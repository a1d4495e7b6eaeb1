"""`nmt-audit bench decode`: what batches, sorting and leaving sentences out save, and what our path adds to `generate`.

All ways translate the same sources in one process and take turns; only the search is timed, not the forced decoding of
what was found, which the evidence needs anyway.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from nmt_audit.bench.tables import Table
from nmt_audit.bench.timing import Timing, plural, timed, versions
from nmt_audit.errors import InputError
from nmt_audit.models import marian_network, model_directory
from nmt_audit.models.batches import pad
from nmt_audit.models.device import device_of, lowered
from nmt_audit.models.huggingface import Decode, HuggingFaceModel
from nmt_audit.models.huggingface_loading import quiet
from nmt_audit.models.marian_network import MarianNetwork, MarianSizes
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.search import beam_search
from nmt_audit.models.vocabulary import Vocabulary

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SIMPLE = 16  # sentences in a batch of the simple decoder
COMPUTE_TYPES = ("float32", "int8")  # of CTranslate2
Ids = Sequence[Sequence[int]]
Said = list[list[int]]


@dataclass(frozen=True, slots=True)
class Row:
    """One way to decode. `same`: how many translations are those of the reference, the first row, token by token."""

    name: str
    timing: Timing
    per_second: float
    times: float  # as fast as the reference
    same: int
    bleu: float | None  # None: the corpus has no references


@dataclass(frozen=True, slots=True)
class DecodeBench:
    """What was measured. `tokens`: said by the reference, in all."""

    model: str
    fingerprint: str
    sentences: int
    tokens: int
    beam: int
    device: str
    threads: int
    repetitions: int
    rows: tuple[Row, ...]
    versions: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def tables(self) -> list[Table]:
        """What a person reads."""
        head = ("", "sentences/s", "times as fast", "same translations", "BLEU", "median s", "fastest", "slowest")
        rows = tuple(
            (row.name, f"{row.per_second:.1f}", f"{row.times:.2f}", f"{row.same} of {self.sentences}",
             "" if row.bleu is None else f"{row.bleu:.2f}", *row.timing.seconds())
            for row in self.rows
        )  # fmt: skip
        about = (
            f"{self.model} {self.fingerprint[:8]}, {self.sentences} sentences, beam {self.beam}, "
            f"{self.device}, {plural(self.threads, 'thread')}, {self.repetitions} repetitions"
        )
        return [Table(f"Decoding: {about}", head, rows)]


def bench_decode(
    model: RecurrentModel | HuggingFaceModel, sources: Sequence[str], references: Sequence[str] | None = None, *,
    beam: int = 5, repetitions: int = 5,
) -> DecodeBench:  # fmt: skip
    """Times each way to decode the sources.

    Raises InputError where there are none, or one is over the model's length.
    """
    ids = [[token.id for token in model.tokenize(source)] for source in sources]
    if not ids:
        raise InputError("nothing to decode; give a corpus with at least one segment")
    longest = max(map(len, ids))
    if longest > model.max_length:
        raise InputError(f"a source of {longest} tokens is over the model's {model.max_length}; leave it out")
    ways = _ways_of_recurrent(model, ids, beam) if isinstance(model, RecurrentModel) else _ways(model, ids, beam)
    said: dict[str, Said] = {}
    timings = timed({name: partial(_keep, said, name, way) for name, way in ways.items()}, repetitions)
    reference, *_ = said.values()
    first, *_ = timings.values()
    rows = tuple(
        Row(
            name, timing, len(ids) / timing.median, first.median / timing.median,
            sum(one == other for one, other in zip(said[name], reference, strict=True)),
            None if references is None else _bleu(model, said[name], references),
        )
        for name, timing in timings.items()
    )  # fmt: skip
    return DecodeBench(
        model.name, model.fingerprint, len(ids), sum(map(len, reference)), beam, model.device.type,
        torch.get_num_threads(), repetitions, rows, versions(),
    )  # fmt: skip


def random_marian(*, layers: int = 6, width: int = 512, device: str = "cpu") -> HuggingFaceModel:
    """A Marian, by default of the usual size, with random weights and the pieces of `marian-de-en`, on a device.

    What it says is nonsense up to the limit of its length; what it takes is what a trained one of that size takes.
    """
    pieces = Vocabulary((model_directory("marian-de-en") / "source.spm").read_bytes())
    sizes = MarianSizes(
        len(pieces), width=width, feed_forward=4 * width, encoder_layers=layers, decoder_layers=layers, heads=8
    )
    with tempfile.TemporaryDirectory(prefix="nmt-audit-") as folder, torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        about = {"src_lang": "de", "tgt_lang": "en"}
        marian_network.save(Path(folder), MarianNetwork(sizes), pieces, about)
        name = f"random Marian, {layers} + {layers} layers, {width} wide,"
        return HuggingFaceModel.load(folder, name=name, device=device_of(device))


def _keep(said: dict[str, Said], name: str, way: Callable[[], Said]) -> None:
    said[name] = way()


def _bleu(model: RecurrentModel | HuggingFaceModel, said: Said, references: Sequence[str]) -> float:
    import sacrebleu

    text = model.vocabulary if isinstance(model, RecurrentModel) else model.text
    return float(sacrebleu.corpus_bleu([text.decode(ids)[0] for ids in said], [list(references)]).score)


# --- recurrent networks -----------------------------------------------------------------------------------------------


def _ways_of_recurrent(model: RecurrentModel, ids: Ids, beam: int) -> dict[str, Callable[[], Said]]:
    """The ways to decode, the reference first."""
    return {
        "one at a time": lambda: [model.search([row], beam=beam)[0] for row in ids],
        f"batches of {SIMPLE} in corpus order, done ones kept": lambda: _simple(model, ids, beam),
        "sorted batches, done ones leave": lambda: model.search(ids, beam=beam),
    }


@torch.no_grad()
def _simple(model: RecurrentModel, ids: Ids, beam: int) -> Said:
    said: Said = []
    for start in range(0, len(ids), SIMPLE):
        batch = ids[start : start + SIMPLE]
        found = beam_search(
            model, model.begin(batch), [model.limit(len(row)) for row in batch], beam=beam,
            length_penalty=model.length_penalty, leave=False,
        )  # fmt: skip
        said += [list(hypothesis.ids) for hypothesis in found]
    return said


# --- Hugging Face's models --------------------------------------------------------------------------------------------


def _ways(model: HuggingFaceModel, ids: Ids, beam: int) -> dict[str, Callable[[], Said]]:
    """The ways to decode, the reference first; CTranslate2 where it is installed."""
    ways: dict[str, Callable[[], Said]] = {
        "generate directly, same batches": partial(_in_batches, model, ids, beam, _generate(model, model.network)),
        "our path": lambda: model.search(ids, beam=beam),
        "generate directly, in float32": partial(
            _in_batches, model, ids, beam, _generate(model, lowered(model.network))
        ),
    }
    if importlib.util.find_spec("ctranslate2") is not None:
        from nmt_audit.models.ctranslate2_decoder import CTranslate2Decoder

        for compute_type in COMPUTE_TYPES:
            decoder = CTranslate2Decoder(model, compute_type)
            ways[f"ctranslate2 {compute_type}"] = partial(_in_batches, model, ids, beam, decoder)
    return ways


def _in_batches(model: HuggingFaceModel, ids: Ids, beam: int, decode: Decode) -> Said:
    said: dict[int, list[int]] = {}
    for batch, limit in model.batches(ids, beam):
        said.update(zip(batch, decode([ids[i] for i in batch], limit, beam), strict=True))
    return [said[i] for i in range(len(ids))]


def _generate(model: HuggingFaceModel, network: PreTrainedModel) -> Decode:
    """`generate` of the model's network, or of a copy, as its documentation calls it."""
    prompt = len(model.direction.prompt)

    @torch.no_grad()
    def decode(sources: Ids, limit: int, beam: int) -> Said:
        padded, mask = pad(sources, model.device)
        padded = padded.masked_fill(~mask, model.network.config.pad_token_id)
        with quiet():
            found = network.generate(  # type: ignore[operator]
                input_ids=padded, attention_mask=mask.long(), num_beams=beam, max_new_tokens=limit + prompt - 1
            )
        rows = found[:, prompt:].tolist()
        return [row[: row.index(model.end_id) + 1] if model.end_id in row else row for row in rows]

    return decode
