"""Layer-wise relevance propagation of any state of any traceable model, many requests at a time.

One forward pass serves several requests about each sentence pair of a batch; each backward pass serves one request of
every pair, and several backward passes are batched. Nothing of size width × width per word pair is ever made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from nmt_audit.errors import RequestError
from nmt_audit.models.batches import buckets, pad
from nmt_audit.models.protocol import Model, Trace, Traceable
from nmt_audit.models.vocabulary import PAD
from nmt_audit.records import Explanation
from nmt_audit.relevance.propagation import ACCOUNTS, propagation
from nmt_audit.relevance.request import LOGIT, Request
from nmt_audit.relevance.rules import RULE_SETS, RuleSet

BATCH_ROWS, BATCH_TOKENS = 16, 1_000
ROW_REQUESTS = 8  # requests that share a forward pass
STARTS_AT_ONCE = 4  # backward passes in one batch of them; more no longer fit the cache and are slower


def lrp(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """Relevance of source words and earlier target words, with the ledger, in the order of `requests`.

    Source: Ding et al. 2017, Algorithm 1; the rules are those of `requests[…].rules`. Units: those of the state.
    Raises RequestError for an unknown rule set, UnknownOperator where relevance meets an operator without a rule.
    """
    if not isinstance(model, Traceable):
        raise RequestError(f"{model.name} does not show its states; relevance needs a model that does")
    for name in {request.rules for request in requests} - RULE_SETS.keys():
        raise RequestError(f"no rule set “{name}”; there are {', '.join(RULE_SETS)}")
    found: dict[int, Explanation] = {}
    for name in dict.fromkeys(request.rules for request in requests):
        of_rules = [i for i, request in enumerate(requests) if request.rules == name]
        for batch in _batches([requests[i] for i in of_rules]):
            numbers = [[of_rules[i] for i in row] for row in batch]
            asked = [[requests[i] for i in row] for row in numbers]
            for row, answers in zip(numbers, _explain(model, asked, RULE_SETS[name]), strict=True):
                found.update(zip(row, answers, strict=True))
    return [found[i] for i in range(len(requests))]


def _batches(requests: Sequence[Request]) -> Iterator[list[list[int]]]:
    """Batches of rows of like length; a row holds the indices of a few requests about one sentence pair.

    The requests of a pair are dealt out by position, so that rows about early positions can be cropped after them, and
    no row has more to ask than the others: every backward pass goes through the whole batch.
    """
    of_pair: dict[object, list[int]] = {}
    for index, request in enumerate(requests):
        of_pair.setdefault(request.key, []).append(index)
    rows = []
    for asked in of_pair.values():
        asked.sort(key=lambda i: _needed(iter([requests[i]])))
        rows += [asked[start : start + ROW_REQUESTS] for start in range(0, len(asked), ROW_REQUESTS)]
    lengths = [len(requests[row[0]].source_tokens) + _needed(requests[i] for i in row) for row in rows]
    for batch in buckets(lengths, tokens=BATCH_TOKENS, rows=BATCH_ROWS):
        yield [rows[i] for i in batch]


def _needed(requests: Iterator[Request]) -> int:
    """How many decoder steps the requests need: the target is cropped after the last explained position."""
    return max(max(request.positions) + 1 if request.side == "target" else 1 for request in requests)


@dataclass(frozen=True, slots=True)
class _Starts:
    """Where a batch's passes start: the explained states, and each request's place in them."""

    names: tuple[str, ...]
    states: tuple[Tensor, ...]  # [B,N,width] each
    logit_columns: dict[tuple[int, int | None], int]


def _explain(model: Traceable, rows: list[list[Request]], rules: RuleSet) -> list[list[Explanation]]:
    source = pad([[t.id for t in row[0].source_tokens] for row in rows])
    steps = max(_needed(iter(row)) for row in rows)
    target = pad([[t.id for t in row[0].target_tokens[:steps]] for row in rows])
    with propagation(rules, len(rows)) as mode:
        trace = model.trace(source, source != PAD, target)
        starts = _starts(model, trace, [request for row in rows for request in row])
    leaves = (trace.source, trace.target, *trace.initial, *mode.accounts.values())
    answers: list[list[Explanation]] = [[] for _ in rows]
    slots = max(map(len, rows))
    for first in range(0, slots, STARTS_AT_ONCE):
        some = range(first, min(first + STARTS_AT_ONCE, slots))
        seeds, values = _seeds(starts, rows, some, rules)
        last = some.stop == slots
        carried = torch.autograd.grad(
            starts.states, leaves, seeds, retain_graph=not last, allow_unused=True, is_grads_batched=True
        )
        relevance = [_relevance(leaf, back, rules, len(some)) for leaf, back in zip(leaves, carried, strict=True)]
        for place, slot in enumerate(some):
            for number, row in enumerate(rows):
                if slot < len(row):
                    at = [part[place, number].detach().numpy() for part in relevance]
                    answers[number].append(_answer(row[slot], at, float(values[place, number]), rules))
    return answers


def _starts(model: Traceable, trace: Trace, requests: Sequence[Request]) -> _Starts:
    names = tuple(dict.fromkeys(request.state for request in requests))
    columns: dict[tuple[int, int | None], int] = {}
    for request in requests:
        if request.state == LOGIT:
            for position in request.positions:
                columns.setdefault((request.target_tokens[position].id, request.against_id), len(columns))
    states = tuple(_logits(model, trace, columns) if name == LOGIT else trace.states[name] for name in names)
    return _Starts(names, states, columns)


def _logits(model: Traceable, trace: Trace, columns: dict[tuple[int, int | None], int]) -> Tensor:
    """The logits asked for, or differences of two, as neurons of one output layer: [B,T,len(columns)]."""
    weight, bias = model.output_layer()
    rows = [weight[a] if b is None else weight[a] - weight[b] for a, b in columns]
    biases = [bias[a] if b is None else bias[a] - bias[b] for a, b in columns]
    return torch.nn.functional.linear(trace.states["output"], torch.stack(rows), torch.stack(biases))


def _seeds(starts: _Starts, rows: list[list[Request]], slots: range, rules: RuleSet) -> tuple[list[Tensor], Tensor]:
    """What each pass starts with: r = v or γ = 1 at the asked neurons, 0 elsewhere; and the values, [slots,B]."""
    seeds = [state.new_zeros(len(slots), *state.shape) for state in starts.states]
    values = torch.zeros(len(slots), len(rows), dtype=torch.float64)
    for place, slot in enumerate(slots):
        for number, row in enumerate(rows):
            if slot >= len(row):
                continue
            request = row[slot]
            which = starts.names.index(request.state)
            for position in request.positions:
                neurons: slice | int = slice(None)
                if request.state == LOGIT:
                    neurons = starts.logit_columns[request.target_tokens[position].id, request.against_id]
                value = starts.states[which][number, position, neurons].detach()
                seeds[which][place, number, position, neurons] = value if rules.carries == "relevance" else 1.0
                values[place, number] += value.sum()
    return seeds, values


def _relevance(leaf: Tensor, carried: Tensor | None, rules: RuleSet, slots: int) -> Tensor:
    """What arrived at a leaf, as relevance summed over its width: [slots,B,N] (accounts and h_0: [slots,B])."""
    if carried is None:
        return torch.zeros(slots, *leaf.shape[:2] if leaf.dim() > 2 else leaf.shape[:1], dtype=leaf.dtype)
    if leaf.dim() == 1:
        return carried  # an account already is relevance
    return (carried if rules.carries == "relevance" else leaf * carried).sum(-1)


def _answer(request: Request, parts: Sequence[NDArray[Any]], value: float, rules: RuleSet) -> Explanation:
    source, target, *rest = parts
    initial = sum(float(part.sum()) for part in rest[: -len(ACCOUNTS)])
    accounts = {name: float(part) for name, part in zip(ACCOUNTS, rest[-len(ACCOUNTS) :], strict=True)}
    prefix = max(request.positions) if request.side == "target" else 0
    ledger = {
        "value": value,
        "source": float(source.sum()),
        "target": float(target.sum()),
        "initial": initial,
        "bias": accounts["bias"],
        "offset": 0.0,
        "stabiliser": accounts["stabiliser"],
    }
    return Explanation(
        request.source_tokens, request.target_tokens, request.positions, request.state, "lrp", rules.name,
        rules.epsilon, request.against, source[: len(request.source_tokens)].copy(), target[:prefix].copy(), ledger,
    )  # fmt: skip
