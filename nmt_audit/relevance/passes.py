"""What every method that goes back through a trace shares: batches, the scalars that are asked for, backward passes.

One forward pass serves several requests about each sentence pair of a batch; each backward pass serves one request of
every pair, and several backward passes are batched. Nothing of size width × width per word pair is ever made.

B rows (sentence pairs) of a batch, S source and T target tokens, N requests. A row's requests are numbered by slot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from nmt_audit.errors import RequestError
from nmt_audit.models.batches import pad
from nmt_audit.models.protocol import Model, Trace, Traceable
from nmt_audit.records import Explanation
from nmt_audit.relevance.packing import ROW_REQUESTS, packed
from nmt_audit.relevance.request import LOGIT, LOGPROB, Request

STARTS_AT_ONCE = ROW_REQUESTS  # backward passes in one batch of them


def traceable(model: Model) -> Traceable:
    """The model, if it shows its states. Raises RequestError if not."""
    if not isinstance(model, Traceable):
        raise RequestError(f"{model.name} does not show its states; relevance needs a model that does")
    return model


# --- batches --------------------------------------------------------------------------------------------------------


def in_batches(
    requests: Sequence[Request], answer: Callable[[list[list[Request]]], Sequence[Sequence[Explanation]]]
) -> list[Explanation]:
    """The answers to all requests, in their order. `answer` gets a batch: for each row the requests about its pair."""
    found: dict[int, Explanation] = {}
    for batch in packed(requests):
        answers = answer([[requests[i] for i in row] for row in batch])
        for row, of_row in zip(batch, answers, strict=True):
            found.update(zip(row, of_row, strict=True))
    return [found[i] for i in range(len(requests))]


def ids(rows: Sequence[Sequence[Request]]) -> tuple[Tensor, Tensor, Tensor]:
    """Source [B,S], its mask [B,S] and target [B,T] of a batch; the targets end after the last explained position."""
    source, mask = pad([[token.id for token in row[0].source_tokens] for row in rows])
    steps = max(request.steps for row in rows for request in row)
    target, _ = pad([[token.id for token in row[0].target_tokens[:steps]] for row in rows])
    return source, mask, target


# --- scalars --------------------------------------------------------------------------------------------------------


def scalars(model: Traceable, trace: Trace, requests: Sequence[Request], rows: Sequence[int] | None = None) -> Tensor:
    """S of each request [N], with its graph: the sum over the request's positions of what its state names.

    "logit": the logit of the produced token, or by how much it is above that of `against`; "logprob": its
    log-probability, natural (the only one that needs the whole vocabulary), or by how much it is above; any other
    state: the sum of its components. `rows[n]` is the row of the trace that request n is about; the n-th by default.
    """
    of_state: dict[str, list[tuple[int, int, int]]] = {}
    for n, request in enumerate(requests):
        row = n if rows is None else rows[n]
        of_state.setdefault(request.state, []).extend((n, row, position) for position in request.positions)
    total = trace.source.new_zeros(len(requests))
    for state, places in of_state.items():
        asked, row_of, position = (list(column) for column in zip(*places, strict=True))
        hidden = trace.states["output" if state in (LOGIT, LOGPROB) else state][row_of, position]
        if state in (LOGIT, LOGPROB):
            tokens = [requests[n].target_tokens[j].id for n, _, j in places]
            against = [requests[n].against_id for n in asked]
            values = _of_tokens(model, hidden, tokens, against, state)
        else:
            values = hidden.sum(-1)
        total = total.index_add(0, torch.tensor(asked, device=total.device), values)
    return total


def _of_tokens(
    model: Traceable, hidden: Tensor, tokens: Sequence[int], against: Sequence[int | None], state: str
) -> Tensor:
    """Logits or log-probabilities of tokens, or differences of two of them: [K], for hidden [K,width]."""
    weight, bias = model.output_layer()
    rows, biases = output_neurons(weight, bias, tokens, against)
    values = (hidden * rows).sum(-1) + biases
    if state == LOGPROB:  # where two tokens are compared, the normalisation cancels
        alone = [k for k, other in enumerate(against) if other is None]
        if alone:
            logits = F.linear(hidden[alone], weight, bias)
            values = values.index_add(0, torch.tensor(alone, device=values.device), -torch.logsumexp(logits, -1))
    return values


def output_neurons(
    weight: Tensor, bias: Tensor | None, tokens: Sequence[int], against: Sequence[int | None]
) -> tuple[Tensor, Tensor]:
    """Weights [K,width] and biases [K] of the neurons of tokens, or of the difference of two of them."""
    neurons = []
    for parameter in (weight, weight.new_zeros(len(weight)) if bias is None else bias):
        rows = parameter[list(tokens)]
        others = [0 if other is None else other for other in against]
        there = torch.tensor([other is not None for other in against], device=weight.device)
        shape = (-1, *(1,) * (parameter.dim() - 1))
        neurons.append(torch.where(there.view(shape), rows - parameter[others], rows))
    return neurons[0], neurons[1]


# --- passes ---------------------------------------------------------------------------------------------------------


def slots(rows: Sequence[Sequence[Request]]) -> Iterator[range]:
    """The slots that go back together."""
    most = max(map(len, rows))
    for first in range(0, most, STARTS_AT_ONCE):
        yield range(first, min(first + STARTS_AT_ONCE, most))


def backward(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], seeds: Sequence[Tensor], *, last: bool
) -> list[Tensor]:
    """What `seeds` [P,…] at the outputs bring to each input: [P,…], zeros where nothing arrives. P passes at once.

    The graph is freed after the `last` one.
    """
    reached: list[int] = []

    def once(*one: Tensor) -> tuple[Tensor, ...]:
        found: Sequence[Tensor | None] = torch.autograd.grad(
            outputs, inputs, one, retain_graph=not last, allow_unused=True
        )
        reached[:] = [number for number, back in enumerate(found) if back is not None]
        return tuple(back for back in found if back is not None)

    # torch.func's own vmap rather than `is_grads_batched`, which has no way for a function to look at its batch.
    found = torch.func.vmap(once)(*seeds)
    arrived = dict(zip(reached, found, strict=True))
    return [
        arrived[number] if number in arrived else input.new_zeros(len(seeds[0]), *input.shape)
        for number, input in enumerate(inputs)
    ]


@dataclass(frozen=True, slots=True)
class Derivative:
    """One request's S, and its derivative with respect to what its row holds of each tensor: [N,…] each."""

    value: float
    of: tuple[Tensor, ...]


def derivatives(
    model: Traceable, trace: Trace, rows: Sequence[Sequence[Request]], tensors: Sequence[Tensor]
) -> list[list[Derivative]]:
    """∂S/∂tensor of every request, for tensors [B,…] of the trace, leaves or not; for each row its requests' own."""
    places = [(row, slot) for row, asked in enumerate(rows) for slot in range(len(asked))]
    total = scalars(model, trace, [rows[row][slot] for row, slot in places], [row for row, _ in places])
    found: list[list[Derivative]] = [[] for _ in rows]
    for some in slots(rows):
        numbers = [n for n, (_, slot) in enumerate(places) if slot in some]
        seeds = total.new_zeros(len(some), len(places))
        for n in numbers:
            seeds[places[n][1] - some.start, n] = 1.0
        back = backward([total], tensors, [seeds], last=some.stop == max(map(len, rows)))
        for n in numbers:
            row, slot = places[n]
            found[row].append(
                Derivative(float(total[n].detach()), tuple(part[slot - some.start, row].detach() for part in back))
            )
    return found


def inner_derivatives(
    model: Traceable, trace: Trace, rows: Sequence[Sequence[Request]], inner: Mapping[str, Tensor]
) -> list[list[dict[str, Tensor]]]:
    """∂S/∂t of every request for tensors t of `trace.scores` or `trace.gates`: [heads,N,M] or [N,H] by name."""
    steps = {name: trace.steps.get(name, (tensor,)) for name, tensor in inner.items()}
    found = derivatives(model, trace, rows, [tensor for some in steps.values() for tensor in some])

    def by_name(one: Derivative) -> dict[str, Tensor]:
        parts = iter(one.of)
        joined = {}
        for name, some in steps.items():
            of_steps = [next(parts) for _ in some]
            whole = torch.stack(of_steps, -2) if name in trace.steps else of_steps[0]
            joined[name] = whole.reshape(inner[name].shape[1:])
        return joined

    return [[by_name(one) for one in of_row] for of_row in found]
