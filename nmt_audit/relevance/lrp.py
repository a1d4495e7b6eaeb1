"""Layer-wise relevance propagation of any state of any traceable model, many requests at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Array, Explanation
from nmt_audit.relevance.passes import carried_back, ids, in_batches, slots, traceable
from nmt_audit.relevance.propagation import propagation
from nmt_audit.relevance.request import LOGPROB, Request
from nmt_audit.relevance.rules import RULE_SETS, RuleSet
from nmt_audit.relevance.starts import starts

OWN_ENTRIES = ("bias", "stabiliser")  # of the ledger; all other accounts are offsets


def lrp(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """Relevance of source words and earlier target words, with the ledger, in the order of `requests`.

    Source: Ding et al. 2017, Algorithm 1; the rules are those of `requests[…].rules`. Units: those of the state.
    Raises RequestError for a log-probability and for a model that hides its states, UnknownOperator where relevance
    meets an operator without a rule.
    """
    shown = traceable(model)
    return with_rules(
        requests,
        lambda rules, rows: [
            [one.explanation(request, "lrp", rules) for request, one in zip(asked, found, strict=True)]
            for asked, found in zip(rows, relevances(shown, rows, rules), strict=True)
        ],
    )


def with_rules(
    requests: Sequence[Request], answer: Callable[[RuleSet, list[list[Request]]], Sequence[Sequence[Explanation]]]
) -> list[Explanation]:
    """The answers in the order of the requests; each batch has one rule set. Raises RequestError as `lrp` does."""
    if any(request.state == LOGPROB for request in requests):
        raise RequestError(
            "relevance starts at a linear neuron, which a log-probability is not: ask for state “logit”, "
            "or for a gradient method"
        )
    found: dict[int, Explanation] = {}
    for name in dict.fromkeys(request.rules for request in requests):
        numbers = [i for i, request in enumerate(requests) if request.rules == name]
        answers = in_batches([requests[i] for i in numbers], partial(answer, RULE_SETS[name]))
        found.update(zip(numbers, answers, strict=True))
    return [found[i] for i in range(len(requests))]


@dataclass(frozen=True, slots=True)
class Relevance:
    """Where the value of one request's state went: relevance summed over the width of each word, padding included."""

    value: float
    source: Array  # [S]
    target: Array  # [T−1]
    initial: float
    accounts: Mapping[str, float]  # what leaked, by account
    heads: Mapping[str, Array] = field(default_factory=dict)  # [N,heads] each

    def explanation(
        self, request: Request, method: str, rules: RuleSet, details: Mapping[str, Array] | None = None
    ) -> Explanation:
        """The answer to the request, with its ledger."""
        offsets = {name: leak for name, leak in self.accounts.items() if name not in OWN_ENTRIES and leak != 0}
        ledger = {
            "value": self.value,
            "source": float(self.source.sum()),
            "target": float(self.target.sum()),
            "initial": self.initial,
            "bias": self.accounts.get("bias", 0.0),
            "offset": sum(offsets.values(), 0.0),
            "stabiliser": self.accounts.get("stabiliser", 0.0),
        }
        return request.explained(
            method, self.source, self.target, rules=rules.name, epsilon=rules.epsilon, ledger=ledger, offsets=offsets,
            details=details,
        )  # fmt: skip


def relevances(
    model: Traceable, rows: list[list[Request]], rules: RuleSet, *, heads: bool = False
) -> list[list[Relevance]]:
    """What the passes of a batch bring; for each row its requests' own. `heads`: also to the heads of attention."""
    with propagation(rules, len(rows), model.device) as mode:
        trace = model.trace(*ids(rows))
    inner = dict(trace.heads) if heads else {}
    leaves = (trace.source, trace.target, *inner.values(), *trace.initial)
    accounts = mode.accounts
    found: list[list[Relevance]] = [[] for _ in rows]
    for some in slots(rows):
        start = starts(model, trace, rows, some, rules)
        last = some.stop == max(map(len, rows))
        carried = carried_back(start.states, (*leaves, *accounts.values()), start.seeds, last=last)
        relevance = [
            (back if rules.carries == "relevance" else leaf * back).sum(-1).detach().cpu()
            for leaf, back in zip(leaves, carried, strict=False)
        ]
        leaked = dict(zip(accounts, carried[len(leaves) :], strict=True))
        for name, leak in start.leaks.items():
            leaked[name] = leaked[name] + leak if name in leaked else leak
        values, leaked = start.values.cpu(), {name: leak.cpu() for name, leak in leaked.items()}
        for number, row in enumerate(rows):
            for place in range(min(len(some), len(row) - some.start)):
                source, target, *rest = (part[place, number].numpy() for part in relevance)
                found[number].append(
                    Relevance(
                        float(values[place, number]),
                        source,
                        target,
                        sum(float(part.sum()) for part in rest[len(inner) :]),
                        {name: float(leak[place, number]) for name, leak in leaked.items()},
                        dict(zip(inner, rest, strict=False)),
                    )
                )
    return found
