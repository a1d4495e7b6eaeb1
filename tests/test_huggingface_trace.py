"""The trace of a Hugging Face model says what the plain model does, and leaves the model as it was."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from families import FAMILIES, HEADS, LAYERS, WIDTH, load_family
from torch import Tensor
from torch.overrides import TorchFunctionMode
from transformers import ProphetNetConfig, ProphetNetForConditionalGeneration

from nmt_audit.errors import ModelError, RequestError
from nmt_audit.models import huggingface_trace as tracing
from nmt_audit.models.batches import pad
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.models.huggingface_loading import quiet
from nmt_audit.models.protocol import Model, Trace, Traceable

SOURCES = ("die katze sieht den brunnen nie .", "ein kind malt .")
TARGETS = ("the cat sees the well", "my sister never forgets the roof .")


@pytest.fixture(params=FAMILIES)
def model(request: pytest.FixtureRequest) -> HuggingFaceModel:
    return load_family(request.param)


def batch(model: HuggingFaceModel) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, mask and target ids of the sentences above; the first source is the longer, the second target."""
    source, mask = pad([[t.id for t in model.tokenize(text)] for text in SOURCES])
    target, _ = pad([[t.id for t in model.tokenize_target(text)] for text in TARGETS])
    assert not mask.all()
    return source, mask, target


def plain(model: HuggingFaceModel, source: Tensor, mask: Tensor, target: Tensor) -> dict[str, Tensor]:
    """Logits, attentions and the output layer's input as the model gives them without us."""
    read: list[Tensor] = []
    layer = model.network.get_output_embeddings()  # type: ignore[no-untyped-call]
    hook = layer.register_forward_pre_hook(lambda module, args: read.append(args[0]))
    prompt = torch.tensor(model.direction.prompt).expand(len(target), -1)
    steps = slice(prompt.shape[1] - 1, None)
    with torch.no_grad():
        said = model.network(
            input_ids=source.masked_fill(~mask, model.network.config.pad_token_id), attention_mask=mask.long(),
            decoder_input_ids=torch.cat([prompt, target[:, :-1]], 1), output_attentions=True, use_cache=False,
        )  # fmt: skip
    hook.remove()
    found = {"logits": said.logits[:, steps], "output": read[0][:, steps]}
    for layer in range(LAYERS):
        found[f"encoder.{layer + 1}"] = said.encoder_attentions[layer]
        found[f"decoder.{layer + 1}"] = said.decoder_attentions[layer][:, :, steps]
        found[f"cross.{layer + 1}"] = said.cross_attentions[layer][:, :, steps]
    return found


def logits(model: HuggingFaceModel, trace: Trace) -> Tensor:
    return torch.nn.functional.linear(trace.states["output"], *model.output_layer())


# --- it is the plain model --------------------------------------------------------------------------------------------


def test_a_trace_is_the_plain_pass(model: HuggingFaceModel) -> None:
    """Bit by bit up to the output layer; the logits are those of another order of additions."""
    ids = batch(model)
    trace, expected = model.trace(*ids), plain(model, *ids)
    assert torch.equal(trace.states["output"], expected["output"])
    torch.testing.assert_close(logits(model, trace), expected["logits"], rtol=0, atol=1e-12)
    for name, scores in trace.scores.items():
        assert torch.equal(torch.softmax(scores, -1), expected[name])
    assert trace.attention is not None
    torch.testing.assert_close(trace.attention, expected[f"cross.{LAYERS}"].mean(1), rtol=0, atol=1e-15)


def test_the_heads_make_the_context(model: HuggingFaceModel) -> None:
    """What the cross-attention gives out is its output projection of the heads side by side."""
    trace = model.trace(*batch(model))
    for layer in range(1, LAYERS + 1):
        (module,) = [m for m, name in model._anatomy.attentions.items() if name == f"cross.{layer}"]
        project = getattr(module, "out_proj", None) or module.get_submodule("o")
        heads = trace.heads[f"cross.{layer}"][:, len(model.direction.prompt) - 1 :]
        torch.testing.assert_close(project(heads.flatten(2)), trace.states[f"context.{layer}"], rtol=0, atol=1e-14)


def test_names_and_shapes(model: HuggingFaceModel) -> None:
    source, mask, target = batch(model)
    rows, words, steps = len(source), source.shape[1], target.shape[1]
    trace = model.trace(source, mask, target)
    assert isinstance(model, Traceable)
    assert trace.states.keys() == model.states.keys()
    for name, index in model.states.items():
        assert trace.states[name].shape == (rows, words if index == "source" else steps, WIDTH), name
    assert model.path == (f"context.{LAYERS}", f"target.{LAYERS}", "output")
    assert set(model.path) <= model.states.keys()
    prompt = len(model.direction.prompt)
    assert trace.source.shape == (rows, words, WIDTH)
    assert trace.target.shape == (rows, steps - 1, WIDTH)
    assert [leaf.shape for leaf in trace.initial] == [(rows, prompt, WIDTH)]
    keys = {"encoder": (words, words), "decoder": (steps, prompt + steps - 1), "cross": (steps, words)}
    kinds = [f"{kind}.{layer}" for kind in keys for layer in range(1, LAYERS + 1)]
    assert sorted(trace.scores) == sorted(trace.heads) == sorted(kinds)
    for name in kinds:
        assert trace.scores[name].shape == (rows, HEADS, *keys[name.split(".")[0]])
        assert trace.heads[name].shape[:3] == (rows, words if name[:7] == "encoder" else prompt + steps - 1, HEADS)


def test_the_layers_follow_one_another(model: HuggingFaceModel) -> None:
    """The last state of a stack, through its last norm, is what comes out of it."""
    trace = model.trace(*batch(model))
    decoder: Any = model.network.get_decoder()  # type: ignore[no-untyped-call]
    norm = getattr(decoder, "final_layer_norm", getattr(decoder, "layer_norm", torch.nn.Identity()))
    scale = model.network.config.d_model**-0.5 if getattr(model.network.config, "scale_decoder_outputs", False) else 1
    last = norm(trace.states[f"target.{LAYERS}"]) * scale
    torch.testing.assert_close(last, trace.states["output"], rtol=0, atol=1e-14)


def test_padding_may_stand_in_front(model: HuggingFaceModel) -> None:
    """What it changes is the model's own affair: Marian and mBART count their positions over it."""
    source, mask, target = batch(model)
    left = torch.stack([ids.roll(int((~there).sum())) for ids, there in zip(source, mask, strict=True)])
    left_mask = mask.flip(1)
    behind, before = model.trace(source, mask, target), model.trace(left, left_mask, target)
    assert torch.equal(before.states["output"], plain(model, left, left_mask, target)["output"])
    if model.name in ("marian", "mbart", "mbart50"):
        return
    torch.testing.assert_close(before.states["output"], behind.states["output"], rtol=0, atol=1e-11)
    torch.testing.assert_close(
        before.states["source.1"][left_mask], behind.states["source.1"][mask], rtol=0, atol=1e-11
    )


# --- leaves -----------------------------------------------------------------------------------------------------------


def test_a_scaled_word_is_a_scaled_embedding(model: HuggingFaceModel) -> None:
    source, mask, target = batch(model)
    torch.manual_seed(0)
    scales = [torch.rand(*source.shape).double(), torch.rand(len(target), target.shape[1] - 1).double()]
    whole = model.trace(source, mask, target)
    scaled = model.trace(source, mask, target, source_scale=scales[0], target_scale=scales[1])
    assert torch.equal(scaled.source, whole.source * scales[0].unsqueeze(-1))
    assert torch.equal(scaled.target, whole.target * scales[1].unsqueeze(-1))
    assert torch.equal(scaled.initial[0], whole.initial[0])
    assert not torch.allclose(scaled.states["output"], whole.states["output"])


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_scale_of_zero_blanks_a_word(model: HuggingFaceModel, side: str) -> None:
    """As if the row of the embedding table were zeros; position and scaling stay."""
    source, mask, target = batch(model)
    ids = source if side == "source" else target
    once = [id for id in ids[0, 1:-1].tolist() if torch.cat([source, target], 1)[0].eq(id).sum() == 1]
    id, place = once[0], ids[0].tolist().index(once[0])  # there once only, so that the table says the same
    scale = torch.ones(ids.shape[0], ids.shape[1] - (side == "target")).double()
    scale[0, place] = 0
    scaled = model.trace(source, mask, target, **{f"{side}_scale": scale})
    other = copy.deepcopy(model.network)
    for embedding in tracing.dissect(other).embeddings:
        embedding.get_parameter("weight")[id] = 0
    recording = tracing.Recording(len(model.direction.prompt))
    decoder = torch.cat([torch.tensor(model.direction.prompt).expand(2, -1), target[:, :-1]], 1)
    tracing.run(other, tracing.dissect(other), recording, source, mask, decoder)
    torch.testing.assert_close(scaled.states["output"][0], recording.states["output"][0], rtol=0, atol=1e-14)


def reached(state: Tensor, leaf: Tensor) -> list[bool]:
    """Which words [N] of the first row's leaf a state of its reaches, by autograd."""
    (gradient,) = torch.autograd.grad((state * torch.linspace(1, 2, WIDTH).double()).sum(), leaf, retain_graph=True)
    assert not gradient[1].any(), "another sentence"
    return gradient[0].abs().amax(-1).gt(0).tolist()


def test_states_depend_on_their_contextual_words_and_no_others(model: HuggingFaceModel) -> None:
    source, mask, target = (part.flip(0) for part in batch(model))  # the first row is the padded one now
    trace, words = model.trace(source, mask, target), target.shape[1] - 1
    for name, index in model.states.items():
        for place in (0, 3):
            state = trace.states[name][0, place]
            assert reached(state, trace.source) == mask[0].tolist(), (name, place)
            if index == "target":
                assert reached(state, trace.target) == [j < place for j in range(words)], (name, place)
                assert all(reached(state, trace.initial[0])), (name, place)


def test_scores_and_heads_are_on_the_way_to_the_output(model: HuggingFaceModel) -> None:
    trace = model.trace(*batch(model))
    inner = [*trace.scores.values(), *trace.heads.values()]
    for gradient in torch.autograd.grad(trace.states["output"].square().sum(), inner):
        assert gradient.isfinite().all()
        assert gradient.abs().max() > 1e-9


def test_several_states_in_one_backward_pass(model: HuggingFaceModel) -> None:
    trace = model.trace(*batch(model))
    output = trace.states["output"]
    starts = torch.zeros(2, *output.shape).double()
    starts[0, :, 1], starts[1, :, 3] = 1, 1
    (together,) = torch.autograd.grad(output, trace.source, starts, is_grads_batched=True, retain_graph=True)
    for start, gradient in zip(starts, together, strict=True):
        (alone,) = torch.autograd.grad(output, trace.source, start, retain_graph=True)
        torch.testing.assert_close(gradient, alone, rtol=0, atol=1e-12)


# --- the model stays as it was ----------------------------------------------------------------------------------------


def hooks(model: HuggingFaceModel) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.network.modules())


@pytest.fixture
def unchanged(model: HuggingFaceModel) -> Iterator[None]:
    """Checks that what a test does leaves hooks, attention, parameters and logits as they were."""
    ids = batch(model)
    # Asked for attentions, transformers puts hooks of its own on a model for good.
    before = plain(model, *ids), hooks(model), model.network.config._attn_implementation
    yield
    assert hooks(model) == before[1]
    assert model.network.config._attn_implementation == before[2] == "eager"
    assert all(tensor.grad is None and not tensor.requires_grad for tensor in model.network.parameters())
    after = plain(model, *ids)
    assert all(torch.equal(after[name], before[0][name]) for name in after)


@pytest.mark.usefixtures("unchanged")
def test_nothing_remains_of_a_trace(model: HuggingFaceModel) -> None:
    trace = model.trace(*batch(model))
    trace.states["output"].sum().backward()  # type: ignore[no-untyped-call]
    assert trace.source.grad is not None


class Stumbling(TorchFunctionMode):
    """Fails in the middle of the pass."""

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if func is torch.nn.functional.softmax:
            raise RuntimeError("stumbled")
        return func(*args, **(kwargs or {}))


@pytest.mark.usefixtures("unchanged")
def test_nothing_remains_of_a_trace_that_failed(model: HuggingFaceModel) -> None:
    with pytest.raises(RuntimeError, match="stumbled"), Stumbling():
        model.trace(*batch(model))


class Counting(TorchFunctionMode):
    """Lets every operator pass, by the way in which relevance is propagated."""

    called = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.called += 1
        return func(*args, **(kwargs or {}))


@pytest.mark.usefixtures("unchanged")
def test_a_trace_is_the_same_under_a_function_mode_and_without_gradients(model: HuggingFaceModel) -> None:
    ids = batch(model)
    trace = model.trace(*ids)
    with Counting() as mode:
        watched = model.trace(*ids)
    with torch.no_grad():
        bare = model.trace(*ids)
    assert mode.called > 100
    assert not bare.states["output"].requires_grad
    for name in model.states:
        assert torch.equal(trace.states[name], watched.states[name])
        assert torch.equal(trace.states[name], bare.states[name])


def test_the_projection_onto_the_vocabulary_is_never_made(model: HuggingFaceModel) -> None:
    made: list[int] = []
    layer = model.network.get_output_embeddings()  # type: ignore[no-untyped-call]
    hook = layer.register_forward_hook(lambda *_: made.append(1))
    model.trace(*batch(model))
    hook.remove()
    assert made == []


# --- what cannot be traced --------------------------------------------------------------------------------------------


def test_more_tokens_than_positions_are_refused() -> None:
    model = load_family("mbart")
    source, mask, target = batch(model)
    with pytest.raises(RequestError, match="64 positions"):
        model.trace(source, mask, target.repeat(1, 9))


def test_an_attention_that_cannot_be_reached_is_refused() -> None:
    sizes: dict[str, Any] = {
        "vocab_size": 20, "hidden_size": 4, "num_encoder_layers": 1, "num_decoder_layers": 1, "ngram": 2,
        "num_encoder_attention_heads": 1, "num_decoder_attention_heads": 1, "encoder_ffn_dim": 4, "decoder_ffn_dim": 4,
    }  # fmt: skip
    with quiet():
        network = ProphetNetForConditionalGeneration(ProphetNetConfig(**sizes)).double()
    with pytest.raises(ModelError, match=r"computes its attention \(cross.1\) where it cannot be recorded"):
        tracing.probe(network, tracing.dissect(network))


def test_it_is_a_model() -> None:
    model: Model = load_family("t5")
    assert model.name == "t5"
