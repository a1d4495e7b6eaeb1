"""Explanations: which source words and earlier target words made a state what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.records import Explanation, Translation
from nmt_audit.relevance.attention import attention
from nmt_audit.relevance.attention_saliency import attention_saliency
from nmt_audit.relevance.erasure import erasure
from nmt_audit.relevance.gate_saliency import gate_saliency
from nmt_audit.relevance.gates import gates
from nmt_audit.relevance.gradient import gradient
from nmt_audit.relevance.gradient_x_input import gradient_x_input
from nmt_audit.relevance.heads import heads
from nmt_audit.relevance.integrated_gradients import integrated_gradients
from nmt_audit.relevance.lrp import lrp
from nmt_audit.relevance.request import Request, check_keywords, request
from nmt_audit.relevance.variance import variance

METHODS: Mapping[str, Callable[[Model, Sequence[Request]], list[Explanation]]] = {
    "attention": attention,
    "lrp": lrp,
    "gradient": gradient,
    "gradient_x_input": gradient_x_input,
    "integrated_gradients": integrated_gradients,
    "attention_saliency": attention_saliency,
    "gates": gates,
    "gate_saliency": gate_saliency,
    "variance": variance,
    "erasure": erasure,
    "heads": heads,
}


def explain(
    model: Model,
    *,
    source: str,
    target: str | Translation | None = None,
    position: int | range | None = None,
    state: str = "output",
    method: str = "lrp",
    rules: str = "stable",
    against: str | None = None,
) -> Explanation:
    """The relevance of every contextual word for one state.

    `target`: a text, a Translation (its token ids are used), or None for the model's own translation. `position`: an
    index into the target tokens (source tokens for source states), a range (one pass started at all of them), or None
    for the last. `state`: one of the model's `states`, "logit" of the produced token, or "logprob", its log-probability
    (methods that need no linear start). `against`: a token; explained is then by how much the logit, or the
    log-probability, of the produced token is above that of this one. `rules`: of lrp and heads. Relevance is not
    normalised.

    Raises RequestError for what the model or the sentence does not have.
    """
    [found] = explain_batch(
        model,
        [
            {
                "source": source, "target": target, "position": position, "state": state, "method": method,
                "rules": rules, "against": against,
            }
        ],
    )  # fmt: skip
    return found


def explain_batch(model: Model, requests: Sequence[Mapping[str, Any]]) -> list[Explanation]:
    """Many explanations at once, each request a mapping of `explain`'s keywords; equal to the single calls.

    What is asked twice is computed once: two flags often point at the same `</s>`.
    """
    for keywords in requests:
        check_keywords(keywords)
        if keywords.get("method", "lrp") not in METHODS:
            raise RequestError(f"no method “{keywords['method']}”; there are {', '.join(METHODS)}")
    own = _own_translations(model, requests)
    asked: list[tuple[str, Request]] = []
    for keywords in requests:
        wanted = {key: value for key, value in keywords.items() if key != "method"}
        if keywords.get("target") is None:
            wanted["target"] = own[keywords["source"]]
        asked.append((keywords.get("method", "lrp"), request(model, **wanted)))
    found: dict[tuple[str, Request], Explanation] = {}
    for method in dict.fromkeys(name for name, _ in asked):
        different = list(dict.fromkeys(one for name, one in asked if name == method))
        answers = METHODS[method](model, different)
        found.update(((method, one), answer) for one, answer in zip(different, answers, strict=True))
    return [found[one] for one in asked]


def _own_translations(model: Model, requests: Sequence[Mapping[str, Any]]) -> dict[str, Translation]:
    """What the model says to the sources of requests without a target, each translated once."""
    sources = list(dict.fromkeys(one["source"] for one in requests if one.get("target") is None))
    return dict(zip(sources, model.translate(sources), strict=True)) if sources else {}
