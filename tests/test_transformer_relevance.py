"""Relevance through every family of Transformers: parity, the ledger, batches, contextual words, strange operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import pytest
import torch
from families import FAMILIES, SOURCES, TARGETS, load_family
from rule_formulas import numbers
from strange import hooks_and_modes
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.module import register_module_forward_hook
from torch.overrides import TorchFunctionMode

from nmt_audit.errors import UnknownOperator
from nmt_audit.models.batches import pad
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.records import Explanation
from nmt_audit.relevance import explain, explain_batch
from nmt_audit.relevance.lrp import relevances
from nmt_audit.relevance.propagation import propagation
from nmt_audit.relevance.request import request
from nmt_audit.relevance.rules import RULE_SETS, STABLE

# Under “paper” with ε = 0 relevances of 1e6 cancel to values near 1: its ledger is tested with the twin.
RULES = tuple(name for name in RULE_SETS if name != "paper")
PAIRS = [(SOURCES[0], TARGETS[1]), (SOURCES[17], TARGETS[3]), (SOURCES[30], TARGETS[30])]
CLOSED = 1e-9


def batch_of(model: HuggingFaceModel) -> tuple[Tensor, Tensor, Tensor]:
    """Ids and mask of sources of different lengths, and ids of targets."""
    sources = [[token.id for token in model.tokenize(source)] for source, _ in PAIRS]
    targets = [[token.id for token in model.tokenize_target(target)] for _, target in PAIRS]
    assert len({len(source) for source in sources}) > 1
    return *pad(sources), pad(targets)[0]


def states_of(model: HuggingFaceModel) -> tuple[str, ...]:
    return (*model.states, "logit")


# --- the forward pass -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("family", FAMILIES)
def test_states_are_the_plain_models_to_the_bit(family: str, rules: str) -> None:
    model = load_family(family)
    source, mask, target = batch_of(model)
    before = hooks_and_modes()
    with propagation(RULE_SETS[rules], len(PAIRS)):
        found = model.trace(source, mask, target)
    assert hooks_and_modes() == before
    plain = model.trace(source, mask, target)
    for kind in ("states", "scores", "heads"):
        of_found, of_plain = getattr(found, kind), getattr(plain, kind)
        assert of_found.keys() == of_plain.keys() and of_found
        assert all(of_found[name].equal(of_plain[name]) for name in of_plain), kind
    prompt = torch.tensor(model.direction.prompt).expand(len(target), -1)
    padding = model.network.config.pad_token_id or 0
    read: list[Tensor] = []
    layer: nn.Module = model.network.get_output_embeddings()  # type: ignore[no-untyped-call]
    hook = layer.register_forward_pre_hook(lambda module, inputs: read.append(inputs[0][:, prompt.shape[1] - 1 :]))
    with torch.no_grad():
        logits = model.network(
            input_ids=source.masked_fill(~mask, padding), attention_mask=mask.long(),
            decoder_input_ids=torch.cat([prompt, target[:, :-1]], 1), use_cache=False,
        ).logits[:, prompt.shape[1] - 1 :]  # fmt: skip
    hook.remove()
    assert found.states["output"].equal(*read)  # what the output layer reads, to the bit
    ours = F.linear(found.states["output"].detach(), *model.output_layer())
    torch.testing.assert_close(ours, logits, rtol=1e-12, atol=1e-12)


# --- the way back -----------------------------------------------------------------------------------------------------


class Held(TorchFunctionMode):
    """Autograd's own way to the rules of “signal” and “stable”: what takes no part is detached in the forward pass.

    Attention weights keep `share` of their gradient; the deviation of a normalisation none.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func is F.softmax:
            return self.share * result + (1 - self.share) * result.detach()
        if func is F.layer_norm:
            return _layer_norm_held(*args, **(kwargs or {}))
        return result.detach() if func is torch.rsqrt else result


def _layer_norm_held(x: Tensor, shape: Any, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    sigma = torch.sqrt(x.var(-1, correction=0, keepdim=True) + eps)
    return (x - x.mean(-1, keepdim=True)) / sigma.detach() * weight + bias


@contextmanager
def held(rules: str) -> Iterator[None]:
    """Activations f(x) become x·(f(x)/x), the bracket held; an activation that weighs is held where the signal takes
    all."""

    def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Any) -> Any:
        if isinstance(module, nn.ReLU | nn.SiLU) or "activations" in type(module).__module__:
            return inputs[0] * (output / inputs[0]).detach()
        if type(module).__name__ == "MT5LayerFF" and rules == "signal":
            normed, part = (
                module.get_submodule("layer_norm")(inputs[0]),
                cast(Any, module.get_submodule("DenseReluDense")),
            )
            return inputs[0] + part.wo(part.act(part.wi_0(normed)).detach() * part.wi_1(normed))
        return None

    handle = register_module_forward_hook(hook)
    try:
        with Held(numbers(STABLE["attend"])["share"] if rules == "stable" else 0.0):
            yield
    finally:
        handle.remove()


@pytest.mark.parametrize("rules", ["signal", "stable"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_coefficients_are_the_gradient_with_the_rest_held(family: str, rules: str) -> None:
    """Through residuals, normalisation before and after, heads, gated linear units, scaling, positions and padding."""
    model = load_family(family)
    batch = batch_of(model)
    with propagation(RULE_SETS[rules], len(PAIRS)):
        swapped = model.trace(*batch)
    with held(rules):
        other = model.trace(*batch)
    torch.manual_seed(0)
    for state in model.states:
        torch.testing.assert_close(other.states[state], swapped.states[state])
        carried = torch.randn_like(other.states[state])
        found, gradient = (
            torch.autograd.grad(trace.states[state], (trace.source, trace.target, *trace.initial), carried,
                                retain_graph=True, allow_unused=True, materialize_grads=True)
            for trace in (swapped, other)
        )  # fmt: skip
        assert found[0].any()
        for one, wanted in zip(found, gradient, strict=True):
            torch.testing.assert_close(one, wanted, rtol=1e-8, atol=1e-9 * max(1.0, float(wanted.abs().max())))


def figures(found: Explanation) -> np.ndarray[Any, np.dtype[np.float64]]:
    assert found.ledger is not None
    return np.array([*found.source_relevance, *found.target_relevance, *found.ledger.values(), *found.offsets.values()])


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("family", FAMILIES)
def test_sixteen_requests_are_the_single_calls_and_every_ledger_closes(family: str, rules: str) -> None:
    model = load_family(family)
    states = states_of(model)
    asked: list[dict[str, Any]] = [
        {"source": SOURCES[7 * n], "target": TARGETS[5 * n + 1], "state": states[n % len(states)],
         "position": n % 3, "rules": rules}
        for n in range(16)
    ]  # fmt: skip
    for found, one in zip(explain_batch(model, asked), asked, strict=True):
        single = explain(model, **one)
        assert single.ledger is not None and found.offsets.keys() == single.offsets.keys()
        value, *parts = single.ledger.values()
        assert abs(value - sum(parts)) <= CLOSED * max(1.0, abs(value)), one
        wanted = figures(single)
        np.testing.assert_allclose(
            figures(found), wanted, rtol=0, atol=1e-9 * max(1.0, np.abs(wanted).max()), err_msg=str(one)
        )


# --- contextual words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("family", FAMILIES)
def test_words_outside_the_contextual_set_get_exactly_nothing(family: str, rules: str) -> None:
    """In a batch that is not cropped, with padding; words inside get something."""
    model = load_family(family)
    rows = [
        [request(model, source=source, target=target, position=position, state=state, rules=rules)
         for state in states_of(model) for position in (0, 2, len(model.tokenize_target(target)) - 1)
         if model.states.get(state) != "source" or position < 3]
        for source, target in PAIRS
    ]  # fmt: skip
    for row, found in zip(rows, relevances(model, rows, RULE_SETS[rules]), strict=True):
        width = len(row[0].source_tokens)
        for asked, one in zip(row, found, strict=True):
            assert (one.source != 0).tolist() == [True] * width + [False] * (len(one.source) - width)
            prefix = 0 if asked.side == "source" else asked.positions[0]
            # Where attention is a weight, what was said before has no way into a context.
            weighed = asked.state.startswith("context") and "softmax" not in RULE_SETS[rules].rules
            weighed |= asked.state.startswith("context") and RULE_SETS[rules].carries == "relevance"
            inside = [not weighed] * prefix
            assert (one.target != 0).tolist() == inside + [False] * (len(one.target) - prefix), asked.state
            assert (one.initial != 0) == (asked.side == "target" and not weighed), asked.state


# --- operators without a rule -----------------------------------------------------------------------------------------


def bent(layer: nn.Module) -> Callable[..., Any]:
    """The layer's forward pass with a sine behind it."""
    forward = layer.forward

    def strange(*args: Any, **kwargs: Any) -> Any:
        output = forward(*args, **kwargs)
        return (torch.sin(output[0]), *output[1:]) if isinstance(output, tuple) else torch.sin(output)

    return strange


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("family", FAMILIES)
def test_an_operator_that_the_table_does_not_know_stops_with_its_name(
    family: str, rules: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_family(family)
    encoder, decoder = model.network.get_encoder(), model.network.get_decoder()  # type: ignore[no-untyped-call]
    asked: dict[str, Any] = {"source": PAIRS[0][0], "target": PAIRS[0][1], "position": 2, "rules": rules}
    for stack, untouched in ((encoder, None), (decoder, "source.2")):
        (layers,) = [child for child in stack.children() if isinstance(child, nn.ModuleList)]
        with monkeypatch.context() as patch:
            patch.setattr(layers[0], "forward", bent(layers[0]))
            name = type(layers[0]).__name__
            with pytest.raises(UnknownOperator, match=rf"no rule for .*\bsin in .*{name} in the rule set “{rules}”"):
                explain(model, **asked, state="logit")
            if untouched is not None:  # relevance does not come by
                assert explain(model, **asked, state=untouched).source_relevance.any()
    assert explain(model, **asked, state="logit").source_relevance.any()
