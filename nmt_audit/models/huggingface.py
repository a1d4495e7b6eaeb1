"""Hugging Face encoder-decoders (Marian, M2M100, NLLB, mBART, T5, mT5, …) as the audit sees them, by their own code."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from nmt_audit.errors import ModelError, RequestError
from nmt_audit.models import huggingface_loading as loading
from nmt_audit.models import huggingface_trace as tracing
from nmt_audit.models.batches import buckets, pad
from nmt_audit.models.device import Unmixed, lowered, mixed, search_precision
from nmt_audit.models.huggingface_languages import Direction, direct
from nmt_audit.models.huggingface_tokens import SubwordText
from nmt_audit.models.protocol import Forced, Trace
from nmt_audit.models.statistics import given_logprobs, token_statistics
from nmt_audit.models.translating import refuse, translate
from nmt_audit.records import Array, Token, Translation

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BATCH_TOKENS, BATCH_ROWS = 4_000, 64
LOGITS = 16_000_000  # at most so many numbers at once: 128 MB
LONGEST = 1_024  # tokens, where neither the network nor the tokenizer sets a limit
Decode = Callable[[Sequence[Sequence[int]], int, int], list[list[int]]]  # sources, limit, beam → new ids of each
STEP = 8  # sources are translated together whose lengths, rounded up to this, are equal


class HuggingFaceModel:
    """A pretrained encoder-decoder with its tokenizer and a direction, in float64, where the network is.

    On the CPU its search is float64 too, so that large weights are in memory once; less exact ones are a copy. (The
    sums of the beam search of `transformers` are float32 all the same.)
    """

    def __init__(
        self, network: PreTrainedModel, text: SubwordText, direction: Direction, *, name: str, fingerprint: str,
        directory: Path | None = None, precision: torch.dtype | None = None,
    ) -> None:  # fmt: skip
        self.network = network
        self.precision = precision or search_precision(self.device, on_cpu=torch.float64)
        self.text = text
        self.direction = direction
        self.name = name
        self.fingerprint = fingerprint
        self.directory = directory
        self.end_id = text.end_id
        self.unknown_id = int(text.tokenizer.unk_token_id)
        self._decode: Decode = self._searched
        self._passing = threading.Lock()  # for the length of a recorded pass the network is another one
        self._anatomy = tracing.dissect(network)
        tracing.probe(network, self._anatomy)
        settings = network.generation_config
        settings.decoder_start_token_id, settings.forced_bos_token_id = direction.start, direction.forced
        settings.forced_eos_token_id = None  # a translation that the limit cuts off must not look finished
        settings.do_sample, settings.num_return_sequences = False, 1

    @classmethod
    def load(
        cls, name_or_directory: str, *, name: str, src_lang: str | None = None, tgt_lang: str | None = None,
        device: torch.device | None = None, precision: torch.dtype | None = None,
    ) -> HuggingFaceModel:  # fmt: skip
        """Reads a directory, or what the hub has under a name; a directory needs no network.

        `src_lang` and `tgt_lang` ("de", "de_DE", "deu_Latn") choose the direction of a multilingual model; without
        them it is what the directory says. `device` None: the CPU. Raises ModelError.
        """
        with loading.quiet():
            directory = loading.locate(name_or_directory)
            network = loading.open_network(directory)
            tokenizer = loading.open_tokenizer(directory)
            fingerprint = loading.fingerprint(directory, network, tokenizer)
            end = network.generation_config.eos_token_id or network.config.eos_token_id
            end_id = end[0] if isinstance(end, list) else end
            if end_id is None:
                raise ModelError(f"{name_or_directory}: its configuration has no eos_token_id, the end of a sentence")
            try:
                direction = direct(tokenizer, network, src_lang=src_lang, tgt_lang=tgt_lang)
                text = SubwordText(tokenizer, end_id=end_id, prefix=direction.prefix)
                network.to(device)  # type: ignore[arg-type]
                return cls(
                    network, text, direction, name=name, fingerprint=fingerprint, directory=directory,
                    precision=precision,
                )  # fmt: skip
            except ModelError as error:
                raise ModelError(f"{name_or_directory}: {error}") from error

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.network.device

    # --- text ---------------------------------------------------------------------------------------------------

    @cached_property
    def max_length(self) -> int:
        """The longest source, in tokens: what positions and tokenizer allow."""
        limit = self.text.tokenizer.model_max_length
        return min(self._positions, limit if limit < 1_000_000 else LONGEST)

    @property
    def _positions(self) -> int:
        return int(getattr(self.network.config, "max_position_embeddings", None) or LONGEST)

    @property
    def longest_target(self) -> int:
        """The longest target, in tokens, for which the decoder has positions."""
        return self._positions - len(self.direction.prompt) + 1

    def tokenize(self, text: str) -> tuple[Token, ...]:
        """What the encoder gets: language codes, the prefix of the direction and `</s>` are there without extent."""
        return self.text.encode_source(text)

    def tokenize_target(self, text: str) -> tuple[Token, ...]:
        """What the decoder is to say after its prompt, `</s>` last."""
        return self.text.encode_target(text)

    def piece(self, id: int) -> str:
        """The piece of an id of the target vocabulary."""
        return self.text.piece(id)

    def piece_id(self, piece: str) -> int:
        """The id of a piece of the target vocabulary. Raises RequestError where there is none."""
        id = self.text.piece_id(piece)
        if id is None:
            raise RequestError(f"{self.name} has no token “{piece}”; word-initial pieces begin with ▁, as in ▁not")
        return id

    # --- translation --------------------------------------------------------------------------------------------

    def translate(self, sources: Sequence[str], *, beam: int = 5) -> list[Translation]:
        """Search and forced decoding; in the order of `sources`."""
        return [found.translation for found in translate(self, sources, beam=beam)]

    def translation(self, source: tuple[Token, ...], target: Sequence[int], forced: Forced) -> Translation:
        """See `Model`."""
        text, words = self.text.decode(target)
        return Translation(
            text, source, words, forced.logprobs, self._score(forced.logprobs), target[-1] == self.end_id
        )

    def search(self, sources: Sequence[Sequence[int]], *, beam: int) -> list[list[int]]:
        """`generate` with the model's own settings, without sampling, or another decoder (see `search_with`).

        A translation has at most about twice as many tokens as its source; one that reaches that is not finished.
        """
        refuse(sources, beam=beam, max_length=self.max_length)
        found: dict[int, list[int]] = {}
        for batch, limit in self.batches(sources, beam):
            found.update(zip(batch, self._decode([sources[i] for i in batch], limit, beam), strict=True))
        return [found[i] for i in range(len(sources))]

    def search_with(self, decode: Decode) -> None:
        """From now on searches are done by `decode`; forced decoding and what goes on after a prefix are not."""
        self._decode = decode

    def batches(self, sources: Sequence[Sequence[int]], beam: int) -> Iterator[tuple[list[int], int]]:
        """Indices of what is searched together, shortest first, and the largest number of tokens that each may say."""
        return self._batches(sources, [()] * len(sources), beam)

    def resume(self, sources: Sequence[Sequence[int]], prefixes: Sequence[Sequence[int]]) -> list[str]:
        """What the model says after each prefix when it may not stop there: greedy, `</s>` forbidden first."""
        texts = [""] * len(sources)  # what is left where the prefix uses up the decoder's positions
        for batch, limit in self._batches(sources, prefixes, 1):
            if limit < 1:
                continue
            begun = torch.tensor([[*self.direction.prompt, *prefixes[i]] for i in batch], device=self.device)
            said = self._generate(
                [sources[i] for i in batch], limit, num_beams=1, decoder_input_ids=begun, min_new_tokens=1
            )
            for i, ids in zip(batch, said, strict=True):
                texts[i] = self.text.decode(ids)[0]
        return texts

    def _batches(
        self, sources: Sequence[Sequence[int]], prefixes: Sequence[Sequence[int]], beam: int
    ) -> Iterator[tuple[list[int], int]]:
        """Indices of what may be generated together, and the largest number of new tokens.

        All in a batch have the same limit, which depends on nothing but their own length: alone they would have it too.
        """
        groups: dict[tuple[int, int], list[int]] = {}
        for i, (source, prefix) in enumerate(zip(sources, prefixes, strict=True)):
            groups.setdefault((-(-len(source) // STEP) * STEP, len(prefix)), []).append(i)
        rows = max(1, min(BATCH_ROWS, LOGITS // (beam * self._vocabulary)))
        for (length, begun), members in groups.items():
            limit = min(2 * length + 10, self.longest_target - begun)
            for batch in buckets([length] * len(members), tokens=BATCH_TOKENS // beam, rows=rows):
                yield [members[i] for i in batch], limit

    def _searched(self, sources: Sequence[Sequence[int]], limit: int, beam: int) -> list[list[int]]:
        return self._generate(sources, limit, num_beams=beam)

    @torch.no_grad()
    def _generate(self, sources: Sequence[Sequence[int]], limit: int, **settings: Any) -> list[list[int]]:
        """The new ids of each source, `</s>` last where it was reached within `limit` tokens."""
        ids, mask = pad(sources, self.device)
        # Without decoder_input_ids the search begins with the start symbol alone and is made to say the language code.
        prompt = len(self.direction.prompt)
        begun, coming = (
            (settings["decoder_input_ids"].shape[1], 0) if "decoder_input_ids" in settings else (1, prompt - 1)
        )
        with loading.quiet(), mixed(self.device, self.precision):
            found = self._searching.generate(  # type: ignore[operator]
                input_ids=tracing.padded(self.network, ids, mask),
                attention_mask=mask.long(),
                max_new_tokens=limit + coming,
                **settings,
            )
        new = found[:, begun + coming :].tolist()
        return [row[: row.index(self.end_id) + 1] if self.end_id in row else row for row in new]

    @cached_property
    def _searching(self) -> PreTrainedModel:
        """The network that it searches with: another one, so that a thread can search while the main one traces.

        It has the same weights, or less exact ones.
        """
        with self._passing:
            if self.precision == torch.float64:
                weights = (*self.network.parameters(), *self.network.buffers())
                return copy.deepcopy(self.network, {id(one): one for one in weights})
            network = lowered(self.network)
        network.set_output_embeddings(Unmixed(network.get_output_embeddings()))  # type: ignore[no-untyped-call]
        return network

    def _score(self, logprobs: Array) -> float:
        """What the search ranked by: Σ log p over the length, a forced language code counted, to the length penalty."""
        length = len(logprobs) + len(self.direction.prompt) - 1
        penalty = self.network.generation_config.length_penalty
        return float(logprobs.sum() / length ** (1.0 if penalty is None else penalty))

    # --- forced decoding ----------------------------------------------------------------------------------------

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[Array]:
        """Token log-probabilities of each target, `</s>` included."""
        source_ids = [[token.id for token in self.tokenize(text)] for text in sources]
        target_ids = [[token.id for token in self.tokenize_target(text)] for text in targets]
        return self.logprobs(source_ids, target_ids)

    @torch.no_grad()
    def logprobs(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[Array]:
        """The log-probabilities of `force`, at half its price."""
        found: dict[int, Array] = {}
        for batch, recording in self._forced(sources, targets):
            for row, i in enumerate(batch):
                parts = self._parts(recording.states["output"][row], targets[i])
                found[i] = torch.cat([given_logprobs(self._logits(states), ids) for states, ids in parts]).cpu().numpy()
        return [found[i] for i in range(len(sources))]

    @torch.no_grad()
    def force(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[Forced]:
        """Forced decoding, batched by length; in the order given. The attention is that of `Trace`."""
        found: dict[int, Forced] = {}
        for batch, recording in self._forced(sources, targets):
            assert recording.attention is not None
            attention = recording.attention.cpu()
            for row, i in enumerate(batch):
                length, width = len(targets[i]), len(sources[i])
                weights = attention[row, :length, :width].numpy().copy()
                found[i] = Forced(attention=weights, **self._statistics(recording.states["output"][row], targets[i]))
        return [found[i] for i in range(len(sources))]

    def _forced(
        self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]
    ) -> Iterator[tuple[Sequence[int], tracing.Recording]]:
        """What the network computes over given targets, batch by batch, with the indices of its rows."""
        lengths = [max(len(s), len(t)) for s, t in zip(sources, targets, strict=True)]
        for batch in buckets(lengths, tokens=BATCH_TOKENS, rows=BATCH_ROWS):
            source, mask = pad([sources[i] for i in batch], self.device)
            target, _ = pad([targets[i] for i in batch], self.device)
            yield batch, self._run(source, mask, target, inner=False)

    def _statistics(self, output: Tensor, target: Sequence[int]) -> dict[str, NDArray[Any]]:
        """output [≥T,width], target T ids → the fields of Forced by name, each [T]."""
        parts = [
            token_statistics(self._logits(states), given, self.end_id) for states, given in self._parts(output, target)
        ]
        return {name: torch.cat([part[name] for part in parts]).cpu().numpy() for name in parts[0]}

    def _parts(self, output: Tensor, target: Sequence[int]) -> Iterator[tuple[Tensor, Tensor]]:
        """output [≥T,width] and target T ids in parts whose logits fit into memory."""
        rows = max(1, LOGITS // self._vocabulary)
        given = torch.tensor(target, device=output.device)
        yield from zip(torch.split(output[: len(target)], rows), torch.split(given, rows), strict=True)

    # --- states -------------------------------------------------------------------------------------------------

    @cached_property
    def states(self) -> Mapping[str, str]:
        """ "source.L" of each encoder layer, "context.L" and "target.L" of each decoder layer, "output"."""
        return tracing.states(self._anatomy)

    @property
    def path(self) -> tuple[str, ...]:
        """What the last decoder layer took from the source, its own state, and what the output layer reads."""
        last = self._anatomy.layers[1]
        return f"context.{last}", f"target.{last}", "output"

    def trace(
        self, source: Tensor, mask: Tensor, target: Tensor, *,
        source_scale: Tensor | None = None, target_scale: Tensor | None = None,
    ) -> Trace:  # fmt: skip
        """Ids [B,S], mask [B,S], ids [B,T] → leaves, states, scores and heads, with gradient where that is on."""
        scales = (None if scale is None else scale.to(self.device) for scale in (source_scale, target_scale))
        return tracing.as_trace(self._run(*(ids.to(self.device) for ids in (source, mask, target)), *scales))

    def _run(
        self, source: Tensor, mask: Tensor, target: Tensor,
        source_scale: Tensor | None = None, target_scale: Tensor | None = None, *, inner: bool = True,
    ) -> tracing.Recording:  # fmt: skip
        """One forward pass with target ids [B,T]; the decoder reads the prompt and all but the last of them."""
        longest = max(source.shape[1] - self._positions, target.shape[1] - self.longest_target)
        if longest > 0:
            raise RequestError(f"{self.name} has {self._positions} positions, {longest} fewer than the tokens given")
        prompt = torch.tensor(self.direction.prompt, device=self.device).expand(len(target), -1)
        recording = tracing.Recording(prompt.shape[1], source_scale, target_scale, inner)
        with self._passing:
            tracing.run(self.network, self._anatomy, recording, source, mask, torch.cat([prompt, target[:, :-1]], 1))
        return recording

    @property
    def _vocabulary(self) -> int:
        return int(self._anatomy.output.weight.shape[0])

    def _logits(self, output: Tensor) -> Tensor:
        weight, bias = self.output_layer()
        return torch.nn.functional.linear(output, weight, bias)

    def output_layer(self) -> tuple[Tensor, Tensor | None]:
        """The weights [V,width] and the bias [V] that make logits of the state "output"."""
        layer = self._anatomy.output
        final: Tensor | None = getattr(self.network, "final_logits_bias", None)  # Marian, mBART
        return layer.weight, layer.bias if final is None else final.view(-1)
