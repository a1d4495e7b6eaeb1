"""Head relevance: how much of a value goes through each attention head (Voita et al. 2019, appendix A)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.records import Array, Explanation, Token
from nmt_audit.relevance.lrp import relevances, with_rules
from nmt_audit.relevance.passes import traceable
from nmt_audit.relevance.request import LOGIT, Request
from nmt_audit.relevance.rules import RuleSet

KINDS = ("encoder", "decoder", "cross")  # self-attention of either side, and attention to the source
SEGMENTS = 20  # that a run's own average is made of


def heads(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """`details`: "encoder", "decoder" and "cross" [layers,heads], each head's share of its layer. Words: as by `lrp`.

    A share is the relevance of the neurons that the head gives out, summed, over the sum of |relevance| of the layer's
    heads (a signed sum may vanish); 0 where nothing goes through the layer. The paper averages it over all generation
    steps of a corpus. Raises RequestError for a model without heads, and as `lrp` does.
    """
    shown = traceable(model)

    def answer(rules: RuleSet, rows: list[list[Request]]) -> list[list[Explanation]]:
        found = relevances(shown, rows, rules, heads=True)
        if not found[0][0].heads:
            raise RequestError(f"{model.name} has no attention heads; the method heads is for Transformers")
        return [
            [one.explanation(request, "heads", rules, shares(one.heads)) for request, one in zip(*pair, strict=True)]
            for pair in zip(rows, found, strict=True)
        ]

    return with_rules(requests, answer)


def shares(relevance: Mapping[str, Array]) -> dict[str, Array]:
    """Relevance [N,heads] of each attention by name ("cross.1") → [layers,heads] for each kind."""
    found = {}
    for kind in KINDS:
        layers = sorted((int(name.split(".")[1]), name) for name in relevance if name.split(".")[0] == kind)
        if layers:
            per_head = np.stack([relevance[name].sum(0) for _, name in layers])
            total = np.abs(per_head).sum(1, keepdims=True)
            found[kind] = np.divide(per_head, total, out=np.zeros_like(per_head), where=total != 0)
    return found


def heads_of_run(
    model: Model, read: Sequence[tuple[tuple[Token, ...], tuple[Token, ...]]], rules: str, seed: int
) -> dict[str, Any] | None:
    """The manifest's entry "heads": shares [layers][heads] of each kind, averaged over every position of some segments,
    SEGMENTS at most. `read`: source and target tokens of the segments, drawn by `seed`. None for a model without
    attention heads, and where no segment was decoded.
    """
    chosen = read[:SEGMENTS]
    requests = [
        Request(source, target, (j,), LOGIT, "target", rules, None, None)
        for source, target in chosen
        for j in range(len(target))
    ]
    try:
        found = heads(model, requests)
    except RequestError:
        return None
    if not found:
        return None
    means = {kind: np.mean([one.details[kind] for one in found], 0).round(6).tolist() for kind in found[0].details}
    return {"segments": len(chosen), "positions": len(found), "rules": rules, "seed": seed, **means}
