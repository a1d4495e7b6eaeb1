"""The stacked LSTM is the network of the paper: each part against PyTorch's LSTM or its formula, written out slowly."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tiny import random_network
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from nmt_audit.models.batches import pad
from nmt_audit.models.luong_network import (
    SCORES,
    ConcatScore,
    GeneralScore,
    Layers,
    Luong,
    LuongAttention,
    LuongSizes,
    LuongState,
    StackedLSTM,
)
from nmt_audit.models.vocabulary import END

SIZES = LuongSizes(vocabulary=40, embedding=8, hidden=6, layers=3, score="general", dropout=0.1)
E, H = SIZES.embedding, SIZES.hidden
KINDS = [*SCORES, "none"]

SOURCES = [[7, 9, 30, 11, 5, END], [12, END], [4, 33, 8, END]]
TARGETS = [[21, 6, END], [3, 17, 17, 39, END], [END]]


def network(score: str = "general") -> Luong:
    """A random network of float64 without a zero anywhere: biases start at fixed values and would hide mistakes."""
    made = random_network(lambda: Luong(replace(SIZES, score=score)), 0, 0.5)
    return made.double().eval().requires_grad_(False)


def same(one: Tensor, other: Tensor) -> None:
    torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


def encode(net: Luong, rows: list[list[int]]) -> tuple[Layers, LuongState]:
    """All states of the encoder, and the decoder's before the first word."""
    ids, mask = pad(rows)
    zeros = torch.zeros(len(rows), SIZES.layers, 2, H).double()
    encoded: Layers = net.encoder(net.embed(ids), zeros)
    return encoded, net.begin(net.embed(ids), mask)


# --- stacked LSTM -----------------------------------------------------------------------------------------------------


def as_torch_lstm(stack: StackedLSTM) -> nn.LSTM:
    """PyTorch's layers with the same weights; their rows are in the order i, f, n, o."""
    lstm = nn.LSTM(E, H, SIZES.layers, batch_first=True).double().requires_grad_(False)
    for number, cell in enumerate(stack.layers):
        take, keep, show, candidate = cell.linear.weight.chunk(4)  # type: ignore[union-attr, operator]
        weight = torch.cat([take, keep, candidate, show])
        take, keep, show, candidate = cell.linear.bias.chunk(4)  # type: ignore[union-attr, operator]
        getattr(lstm, f"weight_ih_l{number}").copy_(weight[:, :-H])
        getattr(lstm, f"weight_hh_l{number}").copy_(weight[:, -H:])
        getattr(lstm, f"bias_ih_l{number}").copy_(torch.cat([take, keep, candidate, show]))
        getattr(lstm, f"bias_hh_l{number}").zero_()
    return lstm


def test_the_stack_is_that_of_pytorch() -> None:
    net = network()
    words, start = torch.randn(4, 7, E).double(), torch.randn(4, SIZES.layers, 2, H).double()
    found = net.encoder(words, start)
    top, (hidden, cells) = as_torch_lstm(net.encoder)(words, tuple(start.permute(2, 1, 0, 3).contiguous()))
    same(found.hidden[-1], top)
    same(found.last(), torch.stack([hidden, cells], -2).transpose(0, 1))
    assert found.cells[0].abs().max() > 1, "the cells are not confused with what they say"


def test_the_encoder_ends_at_the_last_token_of_each_row() -> None:
    """PyTorch packs its rows; here they are padded, and the decoder starts from the state after the last token."""
    net = network()
    ids, mask = pad(SOURCES)
    encoded, state = encode(net, SOURCES)
    packed = pack_padded_sequence(net.embed(ids), mask.sum(1), batch_first=True, enforce_sorted=False)
    output, (hidden, cells) = as_torch_lstm(net.encoder)(packed)
    top, _ = pad_packed_sequence(output, batch_first=True)
    same(state.layers, torch.stack([hidden, cells], -2).transpose(0, 1))
    same(encoded.hidden[-1][mask], top[mask])


@pytest.mark.parametrize("layer", range(SIZES.layers))
def test_gates_are_those_of_the_formula(layer: int) -> None:
    """i, f, o = σ(W [x; h] + b), n = tanh(W [x; h] + b), c' = f∘c + i∘n, h' = o∘tanh(c'): number by number."""
    net = network()
    encoded, _ = encode(net, SOURCES[:1])
    inputs = net.embed(torch.tensor(SOURCES[:1]))[0] if layer == 0 else encoded.hidden[layer - 1][0]
    weights, biases = (
        net.state_dict()[f"encoder.layers.{layer}.linear.weight"],
        net.state_dict()[f"encoder.layers.{layer}.linear.bias"],
    )
    hidden = cell = torch.zeros(H).double()
    for n, word in enumerate(inputs):
        pre = weights @ torch.cat([word, hidden]) + biases
        take, keep, show = (1 / (1 + (-pre[k * H : (k + 1) * H]).exp()) for k in range(3))
        cell = keep * cell + take * torch.tanh(pre[3 * H :])
        hidden = show * torch.tanh(cell)
        for name, gate in (("input", take), ("forget", keep), ("output", show)):
            same(encoded.gates[f"{layer + 1}.{name}"][n][0], gate)
        same(encoded.cells[layer][0, n], cell)
        same(encoded.hidden[layer][0, n], hidden)


def test_a_new_network_remembers() -> None:
    for cell in Luong(SIZES).encoder.layers:
        take, keep, show, candidate = cell.linear.bias.chunk(4)  # type: ignore[union-attr, operator]
        assert (keep == 1).all() and not torch.stack([take, show, candidate]).any()


# --- attention --------------------------------------------------------------------------------------------------------


def slow_score(attention: LuongAttention, target: Tensor, source: Tensor) -> Tensor:
    """The paper's three content-based functions; target [H], source [H]."""
    score = attention.score
    if isinstance(score, ConcatScore):
        joint = torch.cat([score.query.weight, score.key.weight], 1)
        return score.energy.weight[0] @ torch.tanh(joint @ torch.cat([target, source]))
    if isinstance(score, GeneralScore):
        return target @ score.key.weight @ source
    return target @ source


@pytest.mark.parametrize("kind", SCORES)
def test_attention_is_the_formula_and_its_rows_sum_to_one(kind: str) -> None:
    net = network(kind)
    assert net.attention is not None
    encoded, state = encode(net, SOURCES)
    decoded = net.decode(net.shift(pad(TARGETS)[0]), state)
    assert decoded.attention is not None and decoded.context is not None and decoded.energies is not None
    same(decoded.attention.sum(-1), torch.ones(decoded.attention.shape[:2]).double())
    for row, (source, target) in enumerate(zip(SOURCES, TARGETS, strict=True)):
        h = encoded.hidden[-1][row]
        for j in range(len(target)):
            top = decoded.layers.hidden[-1][row, j]
            energies = torch.stack([slow_score(net.attention, top, h[i]) for i in range(len(source))])
            same(decoded.energies[row, 0, j, : len(source)], energies)
            alpha = energies.exp() / energies.exp().sum()
            same(decoded.attention[row, j, : len(source)], alpha)
            assert not decoded.attention[row, j, len(source) :].any(), "padding gets no attention at all"
            context = sum((alpha[i] * h[i] for i in range(len(source))), torch.zeros(H).double())
            same(decoded.context[row, j], context)


# --- decoder ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_readout_is_the_formula(kind: str) -> None:
    """h̃_j = tanh(W [h_j; c_j] + b), and tanh(W h_j + b) without attention; the logits use the embedding table."""
    net = network(kind)
    ids, mask = pad(SOURCES)
    target, _ = pad(TARGETS)
    decoded = net.decode(net.shift(target), net.begin(net.embed(ids), mask))
    top = decoded.layers.hidden[-1]
    joined = top if decoded.context is None else torch.cat([top, decoded.context], -1)
    assert (decoded.context is None) == (kind == "none")
    slow = torch.tanh(joined @ net.readout.weight.mT + net.readout.bias)
    same(decoded.readout, slow)
    same(net(ids, mask, target), slow @ net.embedding.weight.mT + net.bias)


@pytest.mark.parametrize("kind", KINDS)
def test_the_decoder_is_that_of_pytorch_without_input_feeding(kind: str) -> None:
    net = network(kind)
    target, _ = pad(TARGETS)
    _, state = encode(net, SOURCES)
    previous = torch.cat([torch.zeros(len(TARGETS), 1, E).double(), net.embedding.weight[target[:, :-1]]], 1)
    top, _ = as_torch_lstm(net.decoder)(previous, tuple(state.layers.permute(2, 1, 0, 3).contiguous()))
    decoded = net.decode(net.shift(target), state)
    same(decoded.layers.hidden[-1], top)


def test_an_autoencoder_knows_the_source_by_the_last_state_alone() -> None:
    net = network("none")
    _, state = encode(net, SOURCES)
    assert state.memory is None
    assert {name for name in net.state_dict() if "attention" in name} == set()


# --- the whole --------------------------------------------------------------------------------------------------------


def test_a_score_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match="score = 'cosine' is not known; there is dot, general, concat and none"):
        Luong(replace(SIZES, score="cosine"))


def test_its_states_follow_from_its_layers_and_its_attention() -> None:
    one = Luong(replace(SIZES, layers=1))
    assert dict(one.states) == {"source": "source", "context": "target", "target": "target", "output": "target"}
    assert one.path == ("context", "target", "output")
    none = Luong(replace(SIZES, layers=2, score="none"))
    assert dict(none.states) == {
        "source": "source", "source.1": "source", "source.2": "source",
        "target": "target", "target.1": "target", "target.2": "target", "output": "target",
    }  # fmt: skip
    assert none.path == ("target", "output")


def test_a_trace_names_the_layers_from_the_words_on() -> None:
    net = network()
    (ids, mask), (target, _) = pad(SOURCES), pad(TARGETS)
    trace = net.trace(net.embed(ids), mask, net.embed(target[:, :-1]))
    encoded, state = encode(net, SOURCES)
    decoded = net.decode(net.shift(target), state)
    for number in range(SIZES.layers):
        assert trace.states[f"source.{number + 1}"].equal(encoded.hidden[number])
        assert trace.states[f"target.{number + 1}"].equal(decoded.layers.hidden[number])
    assert trace.states["source"].equal(encoded.hidden[-1]) and trace.states["target"].equal(decoded.layers.hidden[-1])
    for name, steps in decoded.layers.gates.items():
        assert trace.gates[f"decoder.{name}"].equal(torch.stack(steps, 1))


def test_dropout_is_off_in_the_audit_and_on_in_training() -> None:
    """On the words, between the layers and on what the output layer reads."""
    net = Luong(replace(SIZES, dropout=0.5)).requires_grad_(False)
    (ids, mask), (target, _) = pad(SOURCES), pad(TARGETS)
    words, start, readout = net.eval().embed(ids), torch.zeros(len(ids), SIZES.layers, 2, H), torch.randn(3, E)
    quiet = words, net.encoder(words, start).hidden[-1], net.logits(readout), net(ids, mask, target)
    again = net.embed(ids), net.encoder(words, start).hidden[-1], net.logits(readout), net(ids, mask, target)
    net.train()
    noisy = net.embed(ids), net.encoder(words, start).hidden[-1], net.logits(readout), net(ids, mask, target)
    assert all(map(torch.equal, quiet, again))
    assert not any(map(torch.equal, quiet, noisy))
    assert torch.equal(net.encoder(words, start).hidden[0], net.eval().encoder(words, start).hidden[0])


@pytest.mark.parametrize("kind", KINDS)
def test_it_learns_in_half_precision(kind: str) -> None:
    """Autocast halves the matrix products; every weight still gets a gradient, and memory cells stay float32."""
    torch.manual_seed(0)
    net = Luong(replace(SIZES, score=kind)).train()
    (ids, mask), (target, real) = pad(SOURCES), pad(TARGETS)
    with torch.autocast("cpu", torch.bfloat16):
        state = net.begin(net.embed(ids), mask)
        assert state.layers.dtype == torch.float32
        logits = net(ids, mask, target)
    loss = nn.functional.cross_entropy(logits.float()[real], target[real])
    loss.backward()  # type: ignore[no-untyped-call]
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all() and parameter.grad.any(), name
