"""`figure attention-saliency` and `figure models`: attention beside its saliency (Ghaeini et al. 2018, figures 1–2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.picturing.asked import Drawing, FigureRequest, Sentence, sentence
from nmt_audit.picturing.corpora import sources
from nmt_audit.picturing.word_map import attention
from nmt_audit.report.pictures.lettering import label, pieces
from nmt_audit.report.pictures.word_map import Grid, GridTable


def attention_saliency(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """A column per sentence: attention above, saliency of the same scores below, each row for its own word."""
    [model] = models
    pairs = _pairs(asked, model)
    numbers = [f" ({number})" if len(pairs) > 1 else "" for number in range(1, len(pairs) + 1)]
    above = [attention(pair, f"attention{number}", as_pieces=True) for pair, number in zip(pairs, numbers, strict=True)]
    below = tuple(saliency(pair, f"attention saliency{number}") for pair, number in zip(pairs, numbers, strict=True))
    return Drawing(
        (GridTable("Attention, and how much it matters", (on_one_scale(above), below)),),
        "Where the model looks, and how much the logit of each word would change with the score of each look",
        tuple(
            (name + number, value) for pair, number in zip(pairs, numbers, strict=True) for name, value in pair.facts
        ),
    )


def compared(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """A row per sentence: attention of both models, then saliency of both, all through the same translation."""
    if len(models) != 2:
        raise RequestError("the figure models compares two models; give --model twice")
    rows = []
    facts: list[tuple[str, str]] = []
    for first in _pairs(asked, models[0]):
        both = (first, sentence(models[1], first.source, first.target))
        names = [label(pair.model.name) for pair in both]
        looks = [attention(pair, f"attention, {name}", as_pieces=True) for pair, name in zip(both, names, strict=True)]
        counts = [saliency(pair, f"saliency, {name}") for pair, name in zip(both, names, strict=True)]
        rows.append((*on_one_scale(looks), *counts))
        facts += first.facts
    return Drawing(
        (GridTable(" and ".join(model.name for model in models), tuple(rows)),),
        f"Two models forced through the same words, which are {models[0].name}'s unless a target is given",
        tuple(facts),
    )


def saliency(pair: Sentence, title: str) -> Grid:
    """|∂S/∂e_ji| for the logit S of each target token j, piece by piece: each has its own scores."""
    found = pair.explain(range(len(pair.target_tokens)), method="attention_saliency", state="logit")
    values = np.stack([one.source_relevance for one in found])
    return Grid(title, pieces(pair.target_tokens), pieces(pair.source_tokens), values, by_row=True, about="|∂S/∂e|")


def _pairs(asked: FigureRequest, model: Model) -> list[Sentence]:
    found = sources(asked)
    if asked.target is not None and len(found) > 1:
        raise RequestError("a target belongs to one source; give one --source with --target")
    return [sentence(model, source, asked.target) for source in found]


def on_one_scale(grids: Sequence[Grid]) -> tuple[Grid, ...]:
    """The grids with the same colour for the same number."""
    ceiling = max(grid.largest for grid in grids)
    return tuple(replace(grid, ceiling=ceiling) for grid in grids)
