"""`figure heads`: the relevance of each attention head, averaged over a corpus (Voita et al. 2019, appendix A)."""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.picturing.asked import CORPUS_LIMIT, Drawing, FigureRequest
from nmt_audit.picturing.corpora import source_texts
from nmt_audit.progress import progress
from nmt_audit.records import Array
from nmt_audit.relevance import explain_batch
from nmt_audit.report.pictures.heads import Heads

AT_ONCE = 8  # segments


def heads(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """The mean over all generation steps of the model's own translations, `</s>` included."""
    [model] = models
    if asked.limit is not None and asked.limit < 1:
        raise RequestError(f"a limit of {asked.limit} segments; at least one is needed")
    texts, facts = source_texts(asked, asked.limit or CORPUS_LIMIT)
    totals: dict[str, Array] = {}
    steps, epsilon = 0, None
    with progress("heads", len(texts)) as advance:
        for start in range(0, len(texts), AT_ONCE):
            some = texts[start : start + AT_ONCE]
            found = explain_batch(
                model,
                [
                    {
                        "source": source, "target": translation, "position": position, "state": "logit",
                        "method": "heads", "rules": asked.rule_set,
                    }
                    for source, translation in zip(some, model.translate(some), strict=True)
                    for position in range(len(translation.target_tokens))
                ],
            )  # fmt: skip
            for one in found:
                for kind, shares in one.details.items():
                    totals[kind] = totals.get(kind, 0.0) + shares
            steps, epsilon = steps + len(found), found[0].epsilon
            advance(len(some))
    picture = Heads("Relevance of attention heads", {kind: total / steps for kind, total in totals.items()}, steps)
    return Drawing(
        (picture,), "How much of each produced word's logit goes through each head",
        (*facts, ("segments", str(len(texts))), ("method", "heads")), rules=asked.rule_set, epsilon=epsilon,
    )  # fmt: skip
