"""`figure map`: all words over all words (Alammar 2018; Li et al. 2016, figure 9)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.picturing.asked import Drawing, FigureRequest, Sentence, sentence, side_of
from nmt_audit.picturing.corpora import one_source
from nmt_audit.report.pictures.lettering import method_name
from nmt_audit.report.pictures.relevance import UNSIGNED, reaches_prefix
from nmt_audit.report.pictures.word_map import Grid, WordMap


def word_map(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """By default attention; by any other method a row per target word, source words and earlier words as columns."""
    [model] = models
    pair = sentence(model, one_source(asked), asked.target)
    method = asked.method or "attention"
    if len(asked.state) > 1:
        raise RequestError("the figure map shows one state; give one --state")
    state = asked.state[0] if asked.state else "logit"
    if side_of(model, state) == "source":
        raise RequestError(f"the figure map has a row per target word; “{state}” is a state of the source")
    if method == "attention":
        grid = attention(pair, as_pieces=asked.pieces)
        return Drawing((WordMap("Attention", grid),), "Where the model looks for each word", pair.facts)
    source, target = (pair.side(side, as_pieces=asked.pieces) for side in ("source", "target"))
    found = pair.explain(
        [range(group[0], group[-1] + 1) for group in target.tokens],
        method=method, state=state, rules=asked.rule_set, against=asked.against,
    )  # fmt: skip
    prefix = np.full((len(found), len(found)), np.nan)
    for place, one in enumerate(found):
        for earlier, group in enumerate(target.tokens[:place]):
            prefix[place, earlier] = one.target_relevance[list(group)].sum()
    name = method_name(method)
    grid = Grid(
        "", target.shown, source.shown, np.stack([source.sums(one.source_relevance) for one in found]),
        prefix if reaches_prefix(found[0]) else None, signed=method not in UNSIGNED, by_row=True, about=name,
    )  # fmt: skip
    facts = (*pair.facts, ("method", name), ("state", state), *((("against", asked.against),) if asked.against else ()))
    return Drawing(
        (WordMap(f"{name[0].upper()}{name[1:]} for each word", grid),),
        "What counts for each word: source words, and right of the gap the earlier words of the translation",
        facts, rules=found[0].rules, epsilon=found[0].epsilon,
    )  # fmt: skip


def attention(pair: Sentence, title: str = "", *, as_pieces: bool) -> Grid:
    """The attention map [T,S]: the mean over the pieces of a target word, the sum over those of a source word."""
    [found] = pair.explain([len(pair.target_tokens) - 1], method="attention", state="logit")
    source, target = (pair.side(side, as_pieces=as_pieces) for side in ("source", "target"))
    return Grid(
        title, target.shown, source.shown, source.sums(target.means(found.details["map"])), about="attention weight"
    )  # fmt: skip
