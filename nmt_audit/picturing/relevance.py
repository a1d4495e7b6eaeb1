"""`figure relevance`: rows of relevance for the states behind one word (Ding et al. 2017, figures 4–11)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.picturing.asked import (
    Drawing,
    FigureRequest,
    Sentence,
    asked_word,
    has_attention,
    sentence,
    side_of,
    traceable,
)
from nmt_audit.picturing.corpora import one_source
from nmt_audit.records import Explanation
from nmt_audit.report.pictures.lettering import method_name
from nmt_audit.report.pictures.relevance import OWN_NAMES, Relevance, many_methods, row


def relevance(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """By default attention, the states on the way from the source to the word, and its logit."""
    [model] = models
    states = asked.state or (*traceable(model).path, "logit")
    sides = {side_of(model, state) for state in states}
    if len(sides) > 1:
        raise RequestError("states of the source and of the target belong to different words; ask for one side's only")
    [side] = sides
    pair = sentence(model, one_source(asked), asked.target)
    shown, tokens = asked_word(asked, pair, side)
    method = asked.method or "lrp"
    if method in OWN_NAMES:  # one row, whatever the state
        states = states[-1:]
    against_fact = (("against", asked.against),) if asked.against else ()
    found = []
    if method == "lrp" and side == "target" and has_attention(model):
        found = pair.explain([tokens], method="attention", state=states[0])
    for state in states:
        against = asked.against if state in ("logit", "logprob") else None
        found += pair.explain([tokens], method=method, state=state, rules=asked.rule_set, against=against)
    return Drawing(
        (picture(pair, found, shown, as_pieces=asked.pieces),),
        f"Relevance of the words for the states behind “{shown}”",
        (*pair.facts, ("method", method_name(method)), ("states", ", ".join(states)), *against_fact),
        rules=found[-1].rules, epsilon=found[-1].epsilon,
    )  # fmt: skip


def picture(pair: Sentence, found: Sequence[Explanation], shown: str, *, as_pieces: bool) -> Relevance:
    """Explanations of one word, gathered into words. Attention is the mean over the word's pieces: it adds up to 1."""
    source, target = (pair.side(side, as_pieces=as_pieces) for side in ("source", "target"))
    reach = max(len(one.target_relevance) for one in found)
    before = [group for group in target.tokens if group[0] < reach]
    names = list(target.shown[: len(before)])
    if before and before[-1][-1] >= reach:  # of the explained word only what stood there when its end was chosen
        begun = pair.target_tokens[before[-1][0] : reach]
        names[-1] = pair.target[begun[0].start : begun[-1].end].strip() + "…"
    side = "source" if found[-1].state.startswith("source") else "target"
    place = (source if side == "source" else target).of(found[-1].positions[-1])
    rows = []
    for one in found:
        weight = len(one.positions) if one.method == "attention" else 1
        prefix = one.target_relevance
        sums = [prefix[[place for place in group if place < len(prefix)]].sum() for group in before]
        of_source = source.sums(one.source_relevance) / weight
        rows.append(row(one, of_source, np.array(sums), place=place, named=many_methods(found)))
    return Relevance(f"{place + 1}  {shown}", source.shown, tuple(names), tuple(rows))
