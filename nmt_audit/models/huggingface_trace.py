"""One pass through an unmodified Hugging Face encoder-decoder, with leaves at the words and every state at hand.

Token ids go in, because each family scales its embeddings in a place of its own. The leaves are made in hooks on the
embedding modules, states are taken by hooks, scores and heads by an attention function that does what the families'
eager one does. Hooks and attention function are there for the length of a `with` block only.

P prompt tokens (the start symbol and a language code), N = P + T − 1 decoder steps, h heads of width w.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.masking_utils import eager_mask

from nmt_audit.errors import ModelError
from nmt_audit.models.protocol import Trace

IMPLEMENTATION = "nmt_audit"


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The parts of a network that a trace reaches, found by what all families have in common."""

    embeddings: tuple[nn.Module, ...]  # of encoder and decoder; one where they are the same module
    encoder: tuple[nn.Module, ...]  # the layers
    decoder: tuple[nn.Module, ...]
    attentions: Mapping[nn.Module, str]  # → "encoder.1", "decoder.1", "cross.1"
    output: nn.Linear  # the projection onto the vocabulary

    @property
    def layers(self) -> tuple[int, int]:
        """Of the encoder and of the decoder."""
        return len(self.encoder), len(self.decoder)


def dissect(network: PreTrainedModel) -> Anatomy:
    """Finds the parts. Raises ModelError where the network is not built as they are all built."""
    try:
        encoder, decoder = network.get_encoder(), network.get_decoder()  # type: ignore[no-untyped-call]
        encoder_layers, decoder_layers = _layers(encoder), _layers(decoder)
        attentions = {}
        for index, layer in enumerate(encoder_layers, 1):
            (attention,) = _attentions(layer)
            attentions[attention] = f"encoder.{index}"
        for index, layer in enumerate(decoder_layers, 1):
            self_attention, cross_attention = _attentions(layer)
            attentions[self_attention], attentions[cross_attention] = f"decoder.{index}", f"cross.{index}"
        embeddings = (encoder.get_input_embeddings(), decoder.get_input_embeddings())
        output = network.get_output_embeddings()  # type: ignore[no-untyped-call]
    except (AttributeError, ValueError, NotImplementedError) as error:
        raise ModelError(f"{type(network).__name__} is no encoder-decoder of a kind that can be audited") from error
    return Anatomy(tuple(dict.fromkeys(embeddings)), encoder_layers, decoder_layers, attentions, output)


def _layers(stack: nn.Module) -> tuple[nn.Module, ...]:
    (layers,) = [child for child in stack.children() if isinstance(child, nn.ModuleList)]
    return tuple(layers)


def _attentions(layer: nn.Module) -> list[nn.Module]:
    """The innermost modules that are called attention, in the order in which they are used."""
    named = [module for module in layer.modules() if type(module).__name__.endswith("Attention")]
    return [module for module in named if not any(part is not module and part in named for part in module.modules())]


@dataclass(slots=True)
class Recording:
    """What one pass leaves behind. `inner`: states, scores and heads too, not only the output and its attention."""

    prompt: int  # P
    source_scale: Tensor | None = None  # [B,S]
    target_scale: Tensor | None = None  # [B,T−1]
    inner: bool = True
    embedded: list[Tensor] = field(default_factory=list)  # leaves: source, prompt, target
    states: dict[str, Tensor] = field(default_factory=dict)
    scores: dict[str, Tensor] = field(default_factory=dict)
    heads: dict[str, Tensor] = field(default_factory=dict)
    attention: Tensor | None = None  # [B,T,S]

    def embed(self, module: nn.Module, args: Any, embedded: Tensor) -> Tensor:
        """Hook on the embeddings: a leaf in place of what the table gives. The encoder comes first."""
        if not self.embedded:
            self.embedded = [_leaf(embedded, self.source_scale)]
            return self.embedded[0]
        prompt, target = embedded[:, : self.prompt], embedded[:, self.prompt :]
        self.embedded += [_leaf(prompt, None), _leaf(target, self.target_scale)]
        return torch.cat(self.embedded[1:], 1)

    def keep(self, name: str, index: str) -> Callable[[nn.Module, Any, Any], None]:
        """A hook that takes the state a module gives out, from the first word's step on."""

        def hook(module: nn.Module, args: Any, output: Any) -> None:
            state = output[0] if isinstance(output, tuple) else output
            self.states[name] = state if index == "source" else self.steps(state)

        return hook

    def finish(self, module: nn.Module, args: tuple[Tensor, ...]) -> None:
        """Hook before the output layer: its input is the last thing wanted, so that no logits are made."""
        self.states["output"] = self.steps(args[0])
        raise _Finished

    def steps(self, states: Tensor) -> Tensor:
        """States [B,N,…] of the decoder → [B,T,…], those that say a word."""
        return states[:, self.prompt - 1 :]


class _Finished(BaseException):
    """The forward pass has come as far as it was to go.

    No `Exception`: after one of those torch goes through the hooks of all modules, and other threads may change them.
    """


def _leaf(embedded: Tensor, scale: Tensor | None) -> Tensor:
    embedded = embedded.detach()
    return (embedded if scale is None else embedded * scale.unsqueeze(-1)).requires_grad_()


def states(anatomy: Anatomy) -> dict[str, str]:
    """The names of the states and what they index."""
    encoder, decoder = anatomy.layers
    return {
        **{f"source.{layer}": "source" for layer in range(1, encoder + 1)},
        **{f"{kind}.{layer}": "target" for layer in range(1, decoder + 1) for kind in ("context", "target")},
        "output": "target",
    }


def run(network: PreTrainedModel, anatomy: Anatomy, recording: Recording, source: Tensor, mask: Tensor,
        decoder: Tensor) -> None:  # fmt: skip
    """A forward pass into `recording`: ids [B,S], mask [B,S] (True at tokens), ids [B,N], the prompt first."""
    source = padded(network, source, mask)
    with _recorded(network, anatomy, recording):
        try:
            network(input_ids=source, attention_mask=mask.long(), decoder_input_ids=decoder, use_cache=False)
        except _Finished:
            return
    raise AssertionError("the output layer was never reached")


def probe(network: PreTrainedModel, anatomy: Anatomy) -> None:
    """One word through the network. Raises ModelError where an attention cannot be reached."""
    recording = Recording(prompt=1)
    with torch.no_grad():
        one = torch.ones(1, 1, dtype=torch.long, device=network.device)
        run(network, anatomy, recording, one, one.bool(), one)
    missing = sorted(set(anatomy.attentions.values()) - recording.scores.keys())
    if missing:
        raise ModelError(
            f"{type(network).__name__} computes its attention ({missing[0]}) where it cannot be recorded; "
            "a newer version of transformers may help"
        )


def padded(network: PreTrainedModel, ids: Tensor, mask: Tensor) -> Tensor:
    """Ids [B,S] with the padding symbol where the mask [B,S] says so: M2M100 counts its positions by it."""
    return ids.masked_fill(~mask, network.config.pad_token_id or 0)


def as_trace(recording: Recording) -> Trace:
    """What was recorded, as the audit knows it. Heads keep the prompt's steps; all else of the decoder has T."""
    source, prompt, target = recording.embedded
    return Trace(
        source=source,
        target=target,
        initial=(prompt,),
        states=recording.states,
        attention=recording.attention,
        scores=recording.scores,
        heads=recording.heads,
    )


@contextmanager
def _recorded(network: PreTrainedModel, anatomy: Anatomy, recording: Recording) -> Iterator[None]:
    """Within the block the network's forward passes go through leaves and are recorded."""
    AttentionInterface.register(IMPLEMENTATION, _attend)
    AttentionMaskInterface.register(IMPLEMENTATION, eager_mask)  # without it every mask would be None
    before = network.config._attn_implementation
    hooks = [module.register_forward_hook(recording.embed) for module in anatomy.embeddings]
    hooks.append(anatomy.output.register_forward_pre_hook(recording.finish))
    if recording.inner:
        hooks += [
            m.register_forward_hook(recording.keep(f"source.{i}", "source")) for i, m in enumerate(anatomy.encoder, 1)
        ]
        hooks += [
            m.register_forward_hook(recording.keep(f"target.{i}", "target")) for i, m in enumerate(anatomy.decoder, 1)
        ]
        hooks += [
            module.register_forward_hook(recording.keep(name.replace("cross", "context"), "target"))
            for module, name in anatomy.attentions.items()
            if name.startswith("cross")
        ]
    token = _active.set((anatomy, recording))
    try:
        network.set_attn_implementation(IMPLEMENTATION)
        yield
    finally:
        network.set_attn_implementation(before)
        _active.reset(token)
        for hook in hooks:
            hook.remove()


_active: ContextVar[tuple[Anatomy, Recording]] = ContextVar("recording")


def _attend(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None,
    scaling: float | None = None, position_bias: Tensor | None = None, **_: Any,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The families' `eager_attention_forward`, operator by operator, in evaluation mode, and a note of what it did.

    query [B,h,N,w], key and value [B,h,M,w], mask [B,1,N,M] (0 or the smallest float), T5's bias [1,h,N,M]
    → [B,N,h,w] and the attention [B,h,N,M].
    """
    anatomy, recording = _active.get()
    name = anatomy.attentions[module]
    scores = torch.matmul(query, key.transpose(2, 3)) * (query.size(-1) ** -0.5 if scaling is None else scaling)
    if position_bias is not None:
        scores = scores + position_bias
    if attention_mask is not None:
        scores = scores + attention_mask
    if recording.inner:
        scores = _note_scores(recording, name, scores)
    attention = F.softmax(scores, dim=-1)
    heads = torch.matmul(attention, value).transpose(1, 2).contiguous()
    if recording.inner:
        recording.heads[name] = heads
    if name == f"cross.{anatomy.layers[1]}":
        recording.attention = recording.steps(attention.detach().mean(1))
    return heads, attention


def _note_scores(recording: Recording, name: str, scores: Tensor) -> Tensor:
    """Keeps the scores of the steps that say a word. Only what the softmax itself reads has a gradient."""
    if name.startswith("encoder") or recording.prompt == 1:
        recording.scores[name] = scores
        return scores
    before, recording.scores[name] = scores[:, :, : recording.prompt - 1], scores[:, :, recording.prompt - 1 :]
    return torch.cat([before, recording.scores[name]], 2)
