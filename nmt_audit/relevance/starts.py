"""Where layer-wise relevance propagation starts: at all neurons of a state, or at the logit of a token.

K logits of a batch, P passes of it at once, B rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from nmt_audit.models.protocol import Trace, Traceable
from nmt_audit.relevance.passes import output_neurons
from nmt_audit.relevance.request import LOGIT, Request
from nmt_audit.relevance.rules import RuleSet, Start


@dataclass(frozen=True, slots=True)
class Starts:
    """What some passes start with: r = v or γ = 1 at the asked neurons, 0 elsewhere."""

    states: tuple[Tensor, ...]  # [B,N,width] each
    seeds: tuple[Tensor, ...]  # [P,B,N,width] each
    values: Tensor  # [P,B]
    leaks: Mapping[str, Tensor]  # [P,B], by account: what the output layer kept


def starts(model: Traceable, trace: Trace, rows: Sequence[Sequence[Request]], some: range, rules: RuleSet) -> Starts:
    """The starts of the passes of some slots of a batch; 0 where a row has no request in a slot."""
    names = tuple(dict.fromkeys(_begins_at(request) for row in rows for request in row))
    states = tuple(trace.states[name] for name in names)
    seeds = tuple(state.new_zeros(len(some), *state.shape) for state in states)
    values = trace.source.new_zeros(len(some), len(rows))
    leaks: dict[str, Tensor] = {}
    logits: list[tuple[int, int, int, int, int | None]] = []
    for place, slot in enumerate(some):
        for number, row in enumerate(rows):
            if slot >= len(row):
                continue
            request = row[slot]
            which = names.index(_begins_at(request))
            for j in request.positions:
                if request.state == LOGIT:
                    logits.append((place, number, j, request.target_tokens[j].id, request.against_id))
                    continue
                value = states[which][number, j].detach()
                seeds[which][place, number, j] = value if rules.carries == "relevance" else 1.0
                values[place, number] += value.sum()
    if logits:
        places, numbers, positions, tokens, against = map(list, zip(*logits, strict=True))
        hidden = trace.states["output"][numbers, positions].detach()
        found = _at_logits(model, hidden, tokens, against, rules)
        passes, asked, steps = (torch.tensor(one, device=values.device) for one in (places, numbers, positions))
        at = (passes, asked)
        seeds[names.index("output")][(*at, steps)] = found.seeds
        values.index_put_(at, found.values, accumulate=True)
        for name, leak in found.leaks.items():
            leaks[name] = torch.zeros_like(values).index_put_(at, leak, accumulate=True)
    return Starts(states, seeds, values, leaks)


def _begins_at(request: Request) -> str:
    """Logits are gone back through at once, up to what the output layer reads."""
    return "output" if request.state == LOGIT else request.state


@dataclass(frozen=True, slots=True)
class _Logits:
    """Logits, and what is left of them below the output layer."""

    values: Tensor  # [K]
    seeds: Tensor  # [K,width]: what reaches the state "output"
    leaks: Mapping[str, Tensor]  # [K], by account


def _at_logits(
    model: Traceable, hidden: Tensor, tokens: Sequence[int], against: Sequence[int | None], rules: RuleSet
) -> _Logits:
    """Logits of tokens, or differences of two, go back through the output layer by the set's own rule for linear
    neurons: hidden [K,width], one neuron for each. What the set's `start` leaves out goes to the account "vocabulary".
    """
    parameters = model.output_layer()
    weight, bias = output_neurons(*parameters, tokens, against)
    values = (hidden * weight).sum(-1) + bias
    leaks = {}
    if rules.start != "plain":
        common_weight, common_bias = _in_common(*parameters, hidden, tokens, against, rules.start)
        leaks["vocabulary"] = (hidden * common_weight).sum(-1) + common_bias
        weight, bias = weight - common_weight, bias - common_bias
    neurons = ((hidden * weight).sum(-1) + bias).view(-1, 1, 1)
    shares = rules.rules["linear"].propagate(
        hidden.unsqueeze(1),
        weight=weight.unsqueeze(1),
        bias=bias.view(-1, 1, 1),
        output=neurons,
        carried=neurons if rules.carries == "relevance" else torch.ones_like(neurons),
        epsilon=rules.epsilon,
    )
    [seeds] = shares.inputs
    assert seeds is not None
    leaks |= {name: leak.flatten(1).sum(1) for name, leak in shares.leaks.items()}
    return _Logits(values, seeds.squeeze(1), leaks)


def _in_common(
    weight: Tensor, bias: Tensor | None, hidden: Tensor, tokens: Sequence[int], against: Sequence[int | None],
    start: Start,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The neuron of what a logit shares with the other tokens': weights [K,width] and bias [K].

    "centred": the mean of the vocabulary; "rivals": Σ_{v≠a} p_v/(1−p_a) of each v, held constant. A token that a
    bias of −∞ forbids, as padding, has no part. In the difference of two logits it all cancels: 0.
    """
    bias = weight.new_zeros(len(weight)) if bias is None else bias
    allowed = bias > -torch.inf
    if start == "centred":
        shares = (allowed.to(weight) / allowed.sum()).expand(len(tokens), -1)
    else:
        own = torch.tensor(tokens, device=weight.device).unsqueeze(1)
        shares = F.linear(hidden, weight, bias).scatter(1, own, -torch.inf).softmax(-1)
    alone = torch.tensor([other is None for other in against], device=weight.device).unsqueeze(1)
    shares = shares * alone
    return shares @ weight, shares @ bias.masked_fill(~allowed, 0.0)
