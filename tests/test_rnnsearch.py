"""RNNsearch is the network of the paper: each part against its formula, written out slowly."""

from dataclasses import asdict

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from nmt_audit.models.batches import pad
from nmt_audit.models.rnnsearch import RNNsearchModel
from nmt_audit.models.rnnsearch_network import Cell, RNNsearch, Sizes
from nmt_audit.models.vocabulary import END, PAD, Vocabulary

SIZES = Sizes(vocabulary=40, embedding=8, hidden=6, attention=5)
E, H = SIZES.embedding, SIZES.hidden

SOURCES = [[7, 9, 30, 11, 5, END], [12, END], [4, 33, 8, END]]
TARGETS = [[21, 6, END], [3, 17, 17, 39, END], [END]]


def network(seed: int = 0) -> RNNsearch:
    """A random network of float64 without a zero anywhere: biases start at zero and would hide mistakes."""
    torch.manual_seed(seed)
    made = RNNsearch(SIZES).double().eval().requires_grad_(False)
    for parameter in made.parameters():
        parameter.copy_(torch.randn_like(parameter) * 0.5)
    return made


def same(one: Tensor, other: Tensor) -> None:
    torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


def columns(weight: Tensor, *widths: int) -> list[Tensor]:
    """The parts of a weight that belong to the parts of its concatenated input."""
    ends = [sum(widths[: i + 1]) for i in range(len(widths))]
    assert ends[-1] == weight.shape[1]
    return [weight[:, end - width : end] for end, width in zip(ends, widths, strict=True)]


@pytest.fixture(scope="module")
def model() -> RNNsearchModel:
    alphabet = Vocabulary.train(["abc def ghi jkl mno pqr stu vwx yz"] * 5, SIZES.vocabulary)
    return RNNsearchModel(network(), alphabet, name="tiny", fingerprint="")


# --- the GRU cell -----------------------------------------------------------------------------------------------------


def slow_cell(cell: Cell, x: Tensor, h: Tensor) -> Tensor:
    """r = σ(Wr x + Ur h), z = σ(Wz x + Uz h), n = tanh(W x + U (r∘h) + b), h' = z∘n + (1−z)∘h; x [I], h [H]."""
    (wr, wz), (ur, uz) = (part.chunk(2) for part in columns(cell.gates.weight, len(x), len(h)))
    w, u = columns(cell.candidate.weight, len(x), len(h))
    after = []
    for unit in range(len(h)):
        r = [torch.sigmoid(wr[k] @ x + ur[k] @ h) for k in range(len(h))]
        z = torch.sigmoid(wz[unit] @ x + uz[unit] @ h)
        recurrent = sum((u[unit, k] * r[k] * h[k] for k in range(len(h))), torch.tensor(0.0).double())
        n = torch.tanh(w[unit] @ x + recurrent + cell.candidate.bias[unit])
        after.append(z * n + (1 - z) * h[unit])
    return torch.stack(after)


def random_cell() -> tuple[Cell, Tensor, Tensor]:
    torch.manual_seed(3)
    cell = Cell(4, H).double().requires_grad_(False)
    nn.init.normal_(cell.candidate.bias)
    return cell, torch.randn(5, 4).double(), torch.randn(5, H).double()


def test_the_cell_is_the_formula() -> None:
    cell, x, h = random_cell()
    slow = torch.stack([slow_cell(cell, *row) for row in zip(x, h, strict=True)])
    same(cell(x, h), slow)


def as_torch_gru(cell: Cell, inputs: int) -> nn.GRUCell:
    """PyTorch's cell with the same weights. Its update gate keeps where ours renews, so the gate's sign is turned."""
    gru = nn.GRUCell(inputs, H).double().requires_grad_(False)
    (wr, wz), (ur, uz) = (part.chunk(2) for part in columns(cell.gates.weight, inputs, H))
    w, u = columns(cell.candidate.weight, inputs, H)
    gru.weight_ih.copy_(torch.cat([wr, -wz, w]))
    gru.weight_hh.copy_(torch.cat([ur, -uz, u]))
    gru.bias_hh.zero_()
    gru.bias_ih.copy_(torch.cat([torch.zeros(2 * H), cell.candidate.bias]))
    return gru


def test_the_cell_is_not_that_of_pytorch() -> None:
    cell, x, h = random_cell()
    assert (cell(x, h) - as_torch_gru(cell, 4)(x, h)).abs().max() > 0.01


def test_the_place_of_the_reset_is_all_that_parts_it_from_pytorch() -> None:
    """With r∘(U h) for U (r∘h) the two are equal, so the test above sees that difference and no mistake in mapping."""
    cell, x, h = random_cell()
    reset, update = torch.sigmoid(cell.gates(torch.cat([x, h], -1))).chunk(2, -1)
    w, u = columns(cell.candidate.weight, 4, H)
    candidate = torch.tanh(x @ w.mT + reset * (h @ u.mT) + cell.candidate.bias)
    same(update * candidate + (1 - update) * h, as_torch_gru(cell, 4)(x, h))


# --- encoder ----------------------------------------------------------------------------------------------------------


def test_the_encoder_reads_from_both_ends() -> None:
    net, ids = network(), torch.tensor([SOURCES[0]])
    memory = net.encode(net.embed(ids), ids != PAD)
    words = net.embedding.weight[ids[0]]
    state = torch.zeros(1, H).double()
    for i in range(len(words)):
        state = net.encoder.forwards(words[i : i + 1], state)
        same(memory.forward[:, i], state)
    state = torch.zeros(1, H).double()
    for i in reversed(range(len(words))):
        state = net.encoder.backwards(words[i : i + 1], state)
        same(memory.backward[:, i], state)
    assert torch.equal(memory.joint, torch.cat([memory.forward, memory.backward], -1))


def test_the_decoder_starts_from_the_first_backward_state() -> None:
    net, ids = network(), pad(SOURCES)
    memory = net.encode(net.embed(ids), ids != PAD)
    start = net.decoder.start
    slow = torch.stack([torch.tanh(start.weight @ row[0] + start.bias) for row in memory.backward])
    same(net.decoder.initial(memory), slow)


def test_padding_does_not_matter() -> None:
    net, ids, targets = network(), pad(SOURCES), pad(TARGETS)
    assert (ids == PAD).any() and (targets == PAD).any()
    memory = net.encode(net.embed(ids), ids != PAD)
    decoded = net.decode(net.shift(targets), memory)
    for row, (source, target) in enumerate(zip(SOURCES, TARGETS, strict=True)):
        width, length = len(source), len(target)
        alone = net.encode(net.embed(torch.tensor([source])), torch.ones(1, width, dtype=torch.bool))
        single = net.decode(net.shift(torch.tensor([target])), alone)
        same(memory.joint[row, :width], alone.joint[0])
        same(decoded.readout[row, :length], single.readout[0])
        same(decoded.hidden[row, : length + 1], single.hidden[0])
        same(decoded.attention[row, :length, :width], single.attention[0])
        assert not decoded.attention[row, :, width:].any(), "padding gets no attention at all"


# --- decoder ----------------------------------------------------------------------------------------------------------


def test_attention_is_the_formula_and_its_rows_sum_to_one() -> None:
    net, ids = network(), pad(SOURCES)
    memory = net.encode(net.embed(ids), ids != PAD)
    state = torch.randn(len(SOURCES), H).double()
    context, attention, _ = net.decoder.attention(state, memory)
    same(attention.sum(-1), torch.ones(len(SOURCES)).double())
    w_a, u_a = net.decoder.attention.query.weight, net.encoder.keys.weight
    for row, source in enumerate(SOURCES):
        energies = torch.stack(
            [net.decoder.attention.energy.weight[0] @ torch.tanh(w_a @ state[row] + u_a @ memory.joint[row, i])
             for i in range(len(source))]
        )  # fmt: skip
        alpha = energies.exp() / energies.exp().sum()
        same(attention[row, : len(source)], alpha)
        slow = sum((alpha[i] * memory.joint[row, i] for i in range(len(source))), torch.zeros(2 * H).double())
        same(context[row], slow)


def test_there_is_no_word_before_the_first() -> None:
    net = network()
    targets = torch.tensor([[21, 6, END], [5, 21, END]])
    shifted = net.shift(targets)
    assert shifted.shape == (2, 3, E)
    assert not shifted[:, 0].any(), "y_0 = 0"
    assert torch.equal(shifted[:, 1:], net.embedding.weight[targets[:, :-1]])


def test_the_readout_is_the_larger_of_each_pair() -> None:
    net = network()
    state, previous, context = (torch.randn(n).double() for n in (H, E, 2 * H))
    u, v, c = columns(net.decoder.readout.weight, H, E, 2 * H)
    pairs = u @ state + v @ previous + c @ context + net.decoder.readout.bias
    slow = torch.stack([torch.maximum(pairs[2 * k], pairs[2 * k + 1]) for k in range(E)])
    same(net.decoder.read_out(state, previous, context), slow)


def test_a_step_reads_out_before_it_goes_on() -> None:
    """t_j comes from s_{j−1}, y_{j−1} and c_j, as in GroundHog; the forced pass and the single step agree on it."""
    net = network()
    source, target = torch.tensor([SOURCES[0]]), torch.tensor([TARGETS[1]])
    memory = net.encode(net.embed(source), source != PAD)
    decoded = net.decode(net.shift(target), memory)
    state, previous = net.decoder.initial(memory), torch.zeros(1, E).double()
    for j in range(target.shape[1]):
        context, attention, _ = net.decoder.attention(state, memory)
        same(decoded.readout[:, j], net.decoder.read_out(state, previous, context))
        after, readout, weights, found = net.step(previous, state, memory)
        for here, there in ((readout, decoded.readout), (weights, decoded.attention), (found, decoded.context)):
            same(here, there[:, j])
        same(weights, attention)
        same(after, decoded.hidden[:, j + 1])
        state, previous = after, net.embedding.weight[target[:, j]]


def test_dropout_is_off_in_the_audit_and_on_in_training() -> None:
    net, ids = RNNsearch(Sizes(**{**asdict(SIZES), "dropout": 0.5})), torch.tensor([SOURCES[0]])
    target = torch.tensor([TARGETS[0]])
    net.train()
    assert not torch.equal(net(ids, ids != PAD, target), net(ids, ids != PAD, target))
    net.eval()
    assert torch.equal(net(ids, ids != PAD, target), net(ids, ids != PAD, target))


# --- forced decoding --------------------------------------------------------------------------------------------------


def stepwise(model: RNNsearchModel, source: list[int], target: list[int]) -> tuple[list[Tensor], list[float]]:
    """log p of every word at every position, and of the given ones, one step at a time."""
    state, last = model._encode([source]), torch.tensor([PAD])
    rows, given = [], []
    for token in target:
        logprobs, state = model.step(last, state)
        rows.append(logprobs[0])
        given.append(float(logprobs[0, token]))
        last = torch.tensor([token])
    return rows, given


def test_forced_decoding_equals_a_loop_of_steps(model: RNNsearchModel) -> None:
    for source, target, forced in zip(SOURCES, TARGETS, model.force(SOURCES, TARGETS), strict=True):
        rows, given = stepwise(model, source, target)
        np.testing.assert_allclose(forced.logprobs, given, rtol=0, atol=1e-12)
        assert forced.logprobs.sum() == pytest.approx(sum(given), abs=1e-12)
        for j, (row, token) in enumerate(zip(rows, target, strict=True)):
            better = [other for other in range(len(row)) if row[other] > row[token]]
            assert forced.ranks[j] == len(better)
            assert forced.gaps[j] == pytest.approx(float(row.max() - row[token]), abs=1e-12)
            assert forced.entropies[j] == pytest.approx(float(-(row.exp() * row).sum()), abs=1e-12)
            others = max(float(row[other]) for other in range(len(row)) if other != END)
            assert forced.end_margins[j] == pytest.approx(float(row[END]) - others, abs=1e-12)
        assert forced.attention.shape == (len(target), len(source))
        np.testing.assert_allclose(forced.attention.sum(-1), 1, rtol=0, atol=1e-12)


def test_forced_decoding_keeps_the_order_and_does_not_depend_on_the_batch(model: RNNsearchModel) -> None:
    together = model.force(SOURCES, TARGETS)
    for source, target, forced in zip(SOURCES, TARGETS, together, strict=True):
        [alone] = model.force([source], [target])
        np.testing.assert_allclose(forced.logprobs, alone.logprobs, rtol=0, atol=1e-12)
    backwards = model.force(SOURCES[::-1], TARGETS[::-1])
    for one, other in zip(together, reversed(backwards), strict=True):
        np.testing.assert_allclose(one.logprobs, other.logprobs, rtol=0, atol=1e-12)


def test_score_is_forced_decoding_of_texts(model: RNNsearchModel) -> None:
    source, target = "abc def", "ghi"
    ids = [[token.id for token in tokens] for tokens in (model.tokenize(source), model.tokenize_target(target))]
    [scores] = model.score([source], [target])
    np.testing.assert_allclose(scores, stepwise(model, *ids)[1], rtol=0, atol=1e-12)
    assert ids[1][-1] == END and scores.dtype == np.float64
