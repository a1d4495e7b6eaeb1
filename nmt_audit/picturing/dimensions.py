"""`figure saliency` and `figure variance`: words by embedding dimensions (Li et al. 2016, figures 5–8)."""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.picturing.asked import Drawing, FigureRequest, asked_word, sentence, side_of
from nmt_audit.picturing.corpora import one_source
from nmt_audit.report.pictures.dimensions import SIGNED, of_explanation
from nmt_audit.report.pictures.lettering import method_name

DERIVATIVES = ("gradient", *SIGNED)


def saliency(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """|∂S/∂e| of every dimension by default; S is the logit of the word, its log-probability or another state."""
    [model] = models
    method = asked.method or "gradient"
    if method not in DERIVATIVES:
        raise RequestError(f"the figure saliency has no method “{method}”; it has {', '.join(DERIVATIVES)}")
    if len(asked.state) > 1:
        raise RequestError("the figure saliency shows one state; give one --state")
    state = asked.state[0] if asked.state else "logit"
    pair = sentence(model, one_source(asked), asked.target)
    word, tokens = asked_word(asked, pair, side_of(model, state))
    [found] = pair.explain([tokens], method=method, state=state, against=asked.against)
    name = method_name(method)
    against = (("against", asked.against),) if asked.against else ()
    return Drawing(
        (of_explanation(found, f"{name.capitalize()} of the {state} of “{word}”"),),
        f"What each dimension of each word counts for “{word}”",
        (*pair.facts, ("method", name), ("state", state), *against),
    )


def variance(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """How far each word's embedding is from the mean of the sentence; source words, then target words."""
    [model] = models
    pair = sentence(model, one_source(asked), asked.target)
    [found] = pair.explain([len(pair.target_tokens) - 1], method="variance", state="logit")
    return Drawing(
        (of_explanation(found, "Deviation of the embeddings from their mean"),),
        "Which words stand out by their embeddings alone",
        (*pair.facts, ("method", "variance")),
    )
