"""`figure gates`: gate signals and gate saliency (Ghaeini et al. 2018, figure 3)."""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.picturing.asked import Drawing, FigureRequest, asked_word, sentence, side_of
from nmt_audit.picturing.corpora import one_source
from nmt_audit.report.pictures.gates import of_explanations


def gates(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """All gates of encoder and decoder up to one word; saliency is that of its logit unless a state is named."""
    [model] = models
    if len(asked.state) > 1:
        raise RequestError("the figure gates shows one state; give one --state")
    state = asked.state[0] if asked.state else "logit"
    pair = sentence(model, one_source(asked), asked.target)
    word, tokens = asked_word(asked, pair, side_of(model, state))
    signal, saliency = (
        pair.explain([tokens], method=method, state=state, against=asked.against)[0]
        for method in ("gates", "gate_saliency")
    )
    against = (("against", asked.against),) if asked.against else ()
    return Drawing(
        (of_explanations(signal, saliency, f"Gates on the way to “{word}”"),),
        f"How far gates open at each word, and how much the {state} of “{word}” would change with them",
        (*pair.facts, ("state", state), *against),
    )
