"""RNNsearch is the network of the paper: each part against its formula, written out slowly."""

from dataclasses import asdict

import pytest
import torch
from torch import Tensor, nn

from nmt_audit.models.batches import pad
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.rnnsearch_network import Cell, Encoded, RNNsearch, RNNsearchState, Sizes
from nmt_audit.models.vocabulary import END, Vocabulary

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


def encode(net: RNNsearch, rows: list[list[int]]) -> tuple[Encoded, RNNsearchState]:
    """All states of the encoder, and the decoder's before the first word."""
    ids, mask = pad(rows)
    zeros = torch.zeros(len(rows), H).double()
    encoded: Encoded = net.encoder(net.embed(ids), mask, zeros, zeros)
    return encoded, net.begin(net.embed(ids), mask)


def columns(weight: Tensor, *widths: int) -> list[Tensor]:
    """The parts of a weight that belong to the parts of its concatenated input."""
    ends = [sum(widths[: i + 1]) for i in range(len(widths))]
    assert ends[-1] == weight.shape[1]
    return [weight[:, end - width : end] for end, width in zip(ends, widths, strict=True)]


@pytest.fixture(scope="module")
def model() -> RecurrentModel:
    alphabet = Vocabulary.train(["abc def ghi jkl mno pqr stu vwx yz"] * 5, SIZES.vocabulary)
    return RecurrentModel(network(), alphabet, name="tiny", fingerprint="")


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
    same(cell(x, h)[0], slow)


def test_the_cell_says_how_far_its_gates_are_open() -> None:
    cell, x, h = random_cell()
    (wr, wz), (ur, uz) = (part.chunk(2) for part in columns(cell.gates.weight, 4, H))
    _, (reset, update) = cell(x, h)
    same(reset, 1 / (1 + (-(x @ wr.mT + h @ ur.mT)).exp()))
    same(update, 1 / (1 + (-(x @ wz.mT + h @ uz.mT)).exp()))


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
    assert (cell(x, h)[0] - as_torch_gru(cell, 4)(x, h)).abs().max() > 0.01


def test_the_place_of_the_reset_is_all_that_parts_it_from_pytorch() -> None:
    """With r∘(U h) for U (r∘h) the two are equal, so the test above sees that difference and no mistake in mapping."""
    cell, x, h = random_cell()
    reset, update = torch.sigmoid(cell.gates(torch.cat([x, h], -1))).chunk(2, -1)
    w, u = columns(cell.candidate.weight, 4, H)
    candidate = torch.tanh(x @ w.mT + reset * (h @ u.mT) + cell.candidate.bias)
    same(update * candidate + (1 - update) * h, as_torch_gru(cell, 4)(x, h))


# --- encoder ----------------------------------------------------------------------------------------------------------


def test_the_encoder_reads_from_both_ends() -> None:
    net = network()
    encoded, _ = encode(net, SOURCES[:1])
    words = net.embedding.weight[SOURCES[0]]
    state = torch.zeros(1, H).double()
    for i in range(len(words)):
        state, gates = net.encoder.forwards(words[i : i + 1], state)
        same(encoded.forward[:, i], state)
        for name, gate in zip(("reset", "update"), gates, strict=True):
            same(encoded.gates[f"forward.{name}"][i], gate)
    state = torch.zeros(1, H).double()
    for i in reversed(range(len(words))):
        state, gates = net.encoder.backwards(words[i : i + 1], state)
        same(encoded.backward[:, i], state)
        for name, gate in zip(("reset", "update"), gates, strict=True):
            same(encoded.gates[f"backward.{name}"][i], gate)
    assert torch.equal(encoded.joint, torch.cat([encoded.forward, encoded.backward], -1))


def test_the_decoder_starts_from_the_first_backward_state() -> None:
    net = network()
    encoded, state = encode(net, SOURCES)
    start = net.decoder.start
    slow = torch.stack([torch.tanh(start.weight @ row[0] + start.bias) for row in encoded.backward])
    same(state.hidden, slow)


def test_padding_does_not_matter(model: RecurrentModel) -> None:
    (ids, mask), (targets, _) = pad(SOURCES), pad(TARGETS)
    assert not mask.all()
    trace = model.trace(ids, mask, targets)
    assert trace.attention is not None
    for row, (source, target) in enumerate(zip(SOURCES, TARGETS, strict=True)):
        width, length = len(source), len(target)
        alone = model.trace(torch.tensor([source]), torch.ones(1, width, dtype=torch.bool), torch.tensor([target]))
        for name, side in model.states.items():
            here = width if side == "source" else length
            same(trace.states[name][row, :here], alone.states[name][0])
        for name, gate in trace.gates.items():
            here = width if name.startswith("encoder.") else length
            same(gate[row, :here], alone.gates[name][0])
        assert alone.attention is not None
        same(trace.attention[row, :length, :width], alone.attention[0])
        same(trace.scores["cross.1"][row, :, :length, :width], alone.scores["cross.1"][0])
        assert not trace.attention[row, :, width:].any(), "padding gets no attention at all"


# --- decoder ----------------------------------------------------------------------------------------------------------


def test_attention_is_the_formula_and_its_rows_sum_to_one() -> None:
    net = network()
    encoded, start = encode(net, SOURCES)
    state = torch.randn(len(SOURCES), H).double()
    context, attention, _ = net.decoder.attention(state, start.memory)
    same(attention.sum(-1), torch.ones(len(SOURCES)).double())
    w_a, u_a = net.decoder.attention.query.weight, net.encoder.keys.weight
    for row, source in enumerate(SOURCES):
        h = encoded.joint[row]
        energies = torch.stack(
            [net.decoder.attention.energy.weight[0] @ torch.tanh(w_a @ state[row] + u_a @ h[i])
             for i in range(len(source))]
        )  # fmt: skip
        alpha = energies.exp() / energies.exp().sum()
        same(attention[row, : len(source)], alpha)
        slow = sum((alpha[i] * h[i] for i in range(len(source))), torch.zeros(2 * H).double())
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
    """t_j comes from s_{j−1}, y_{j−1} and c_j, as in GroundHog."""
    net, target = network(), torch.tensor([TARGETS[1]])
    _, start = encode(net, SOURCES[:1])
    decoded = net.decode(net.shift(target), start)
    hidden, previous = start.hidden, torch.zeros(1, E).double()
    for j in range(target.shape[1]):
        context, attention, _ = net.decoder.attention(hidden, start.memory)
        same(decoded.context[:, j], context)
        assert decoded.attention is not None
        same(decoded.attention[:, j], attention)
        same(decoded.readout[:, j], net.decoder.read_out(hidden, previous, context))
        hidden, gates = net.decoder.cell(torch.cat([previous, context], -1), hidden)
        same(decoded.hidden[:, j + 1], hidden)
        for name, gate in zip(("reset", "update"), gates, strict=True):
            same(decoded.gates[f"decoder.{name}"][j], gate)
        previous = net.embedding.weight[target[:, j]]
    same(decoded.state.hidden, hidden)


def test_dropout_is_off_in_the_audit_and_on_in_training() -> None:
    net, ids = RNNsearch(Sizes(**{**asdict(SIZES), "dropout": 0.5})), torch.tensor([SOURCES[0]])
    target = torch.tensor([TARGETS[0]])
    net.train()
    mask = torch.ones_like(ids, dtype=torch.bool)
    assert not torch.equal(net(ids, mask, target), net(ids, mask, target))
    net.eval()
    assert torch.equal(net(ids, mask, target), net(ids, mask, target))
