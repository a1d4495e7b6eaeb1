"""What is explained beside flags: every position of the most suspicious segments, and controls of unflagged ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from nmt_audit.models.protocol import Model, Trace, Traceable
from nmt_audit.records import Array, Audited, Explanation
from nmt_audit.relevance import explain_batch
from nmt_audit.relevance.questions import against, forced
from nmt_audit.relevance.request import LOGIT
from nmt_audit.store import Explained

DETAILED = 5  # segments that are shown dimension by dimension: some hundred kilobytes each
MOST_DETAILED = 8  # positions of one of them
CURVES = ("gates", "gate_saliency")  # methods that have a curve over the words for each gate

Keywords = dict[str, Any]


def explain_maps(
    model: Model, numbered: Sequence[tuple[int, Audited]], rules: str, methods: Sequence[str] = ()
) -> list[list[Explained]]:
    """All positions of each segment but what its flags have explained already.

    `numbered`: segments by their place among all that are shown, the most suspicious being 0. Each position: the states
    of the model's path and the logit by relevance, and the logit by each of the further `methods`. A Transformer's
    heads are told for every position, a recurrent network's gates for the whole sentence; for the first DETAILED
    segments also the derivative by dimension at flagged positions, and the states themselves.
    """
    assert isinstance(model, Traceable)
    inner = _inner(model, numbered[0][1])
    asked = [
        [*_of_segment(model, item, inner, rules, methods), *(_by_dimension(item) if number < DETAILED else ())]
        for number, item in numbered
    ]
    answers = iter(explain_batch(model, [keywords for row in asked for keywords in row]))
    return [
        [
            *(kept for keywords in row for kept in _kept(item, keywords["position"], next(answers))),
            *(_states(model, item) if number < DETAILED else ()),
        ]
        for (number, item), row in zip(numbered, asked, strict=True)
    ]


def explain_controls(model: Model, positions: Sequence[tuple[Audited, int]], rules: str) -> list[list[Explained]]:
    """For each position of a segment, the states of the path and the logit by relevance; at an end also against the
    best other token, as early ends are."""
    assert isinstance(model, Traceable)
    asked: list[tuple[Audited, list[Keywords]]] = []
    for item, position in positions:
        about = _about(item, position, rules)
        questions = [{**about, "state": state} for state in (*model.path, LOGIT)]
        other = against(model, item, "EARLY_EOS", position)
        asked.append((item, [*questions, *([] if other is None else [{**about, "state": LOGIT, "against": other}])]))
    answers = iter(explain_batch(model, [keywords for _, row in asked for keywords in row]))
    return [[Explained(item.segment.id, None, next(answers), "control") for _ in row] for item, row in asked]


def _about(item: Audited, position: int, rules: str) -> Keywords:
    return {"source": item.segment.source, "target": forced(item), "position": position, "rules": rules}


@dataclass(frozen=True, slots=True)
class _Inner:
    """What the insides of a model are."""

    heads: bool
    gates: bool


def _of_segment(
    model: Traceable, item: Audited, inner: _Inner, rules: str, methods: Sequence[str]
) -> Iterator[Keywords]:
    flagged = _flagged(item)
    assert item.evidence is not None
    last = len(item.evidence.target_tokens) - 1
    for position in range(last + 1):
        about = _about(item, position, rules)
        if inner.heads:
            yield {**about, "state": LOGIT, "method": "heads"}
        if inner.gates and position == last:
            yield {**about, "state": LOGIT, "method": "gates"}
        if position in flagged:
            continue
        for state in model.path if inner.heads else (*model.path, LOGIT):
            yield {**about, "state": state}
        for method in methods:
            if (method, position) != ("gates", last):
                yield {**about, "state": LOGIT, "method": method}


def _by_dimension(item: Audited) -> Iterator[Keywords]:
    for position in sorted(_flagged(item))[:MOST_DETAILED]:
        yield {**_about(item, position, "stable"), "state": LOGIT, "method": "gradient"}


def _flagged(item: Audited) -> set[int]:
    return {position for flag in item.flags for position in flag.positions}


def _kept(item: Audited, position: int, answer: Explanation) -> Iterator[Explained]:
    """What is stored of an answer. Head relevance is relevance, further told by head: one pass serves both."""
    if answer.method == "heads" and position not in _flagged(item):
        yield Explained(item.segment.id, None, replace(answer, method="lrp", details={}), "map")
    details: Mapping[str, Array] = {}
    if answer.method in ("heads", "gradient"):
        details = answer.details
    elif answer.method in CURVES:
        details = {name: values for name, values in answer.details.items() if not name.endswith(".dimensions")}
    yield Explained(item.segment.id, None, answer, "map", details)


def _states(model: Traceable, item: Audited) -> Iterator[Explained]:
    """The vectors of the states themselves, those of the source that attention looks at first: nothing is explained."""
    evidence = item.evidence
    assert evidence is not None
    trace = _traced(model, item)
    of_source = [name for name, side in model.states.items() if side == "source"]
    encoder = ["source" if "source" in of_source else of_source[-1]] if of_source else []
    for state in (*encoder, *model.path):
        tokens = evidence.source_tokens if state in encoder else evidence.target_tokens
        answer = Explanation(
            evidence.source_tokens, evidence.target_tokens, (len(tokens) - 1,), state, "states", None, None, None,
            np.zeros(0), np.zeros(0),
        )  # fmt: skip
        values = trace.states[state][0, : len(tokens)].cpu().numpy()
        yield Explained(item.segment.id, None, answer, "map", {"values": values})


def _inner(model: Traceable, item: Audited) -> _Inner:
    trace = _traced(model, item)
    return _Inner(bool(trace.heads), bool(trace.gates))


@torch.no_grad()
def _traced(model: Traceable, item: Audited) -> Trace:
    assert item.evidence is not None
    source = torch.tensor([[token.id for token in item.evidence.source_tokens]])
    target = torch.tensor([[token.id for token in item.evidence.target_tokens]])
    return model.trace(source, torch.ones_like(source, dtype=torch.bool), target)
