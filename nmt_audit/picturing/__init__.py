"""The job of `nmt-audit figure`: computes what a figure needs with the model, and draws it.

A maker turns a request into pictures; one line of the table for each kind. What each may be asked for stands there
too, so that an option which would change nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from nmt_audit.errors import RequestError
from nmt_audit.models import load_model
from nmt_audit.models.protocol import Model
from nmt_audit.picturing.asked import Drawing, FigureRequest
from nmt_audit.picturing.attention_saliency import attention_saliency, compared
from nmt_audit.picturing.dimensions import saliency, variance
from nmt_audit.picturing.gates import gates
from nmt_audit.picturing.heads import heads
from nmt_audit.picturing.relevance import relevance
from nmt_audit.picturing.steps import steps
from nmt_audit.picturing.vectors import phrases, projection, states
from nmt_audit.picturing.word_map import word_map
from nmt_audit.report.pictures import KINDS
from nmt_audit.report.pictures.caption import Caption, signature
from nmt_audit.report.pictures.writing import Picture, plain

__all__ = ["MAKERS", "Drawing", "FigureRequest", "as_plain", "draw_with", "make_figure"]

Make: TypeAlias = Callable[[FigureRequest, Sequence[Model]], Drawing]


@dataclass(frozen=True, slots=True)
class Maker:
    """How a kind is made, and which options it listens to beside model, source and languages."""

    make: Make
    options: frozenset[str]
    models: int = 1


def _maker(make: Make, options: str = "", models: int = 1) -> Maker:
    return Maker(make, frozenset(options.split()), models)


MAKERS: Mapping[str, Maker] = {
    "relevance": _maker(relevance, "target position word state method rules against pieces"),
    "map": _maker(word_map, "target state method rules against pieces"),
    "steps": _maker(steps, "target"),
    "phrases": _maker(phrases, "state"),
    "projection": _maker(projection, "state"),
    "states": _maker(states, "state"),
    "saliency": _maker(saliency, "target position word state method against pieces"),
    "variance": _maker(variance, "target"),
    "heads": _maker(heads, "rules limit"),
    "attention-saliency": _maker(attention_saliency, "target"),
    "models": _maker(compared, "target", models=2),
    "gates": _maker(gates, "target position word state against pieces"),
}
OPTIONS = ("target", "position", "word", "state", "method", "rules", "against", "pieces", "limit")


def make_figure(asked: FigureRequest) -> tuple[Sequence[Picture], Caption]:
    """Loads the models and makes the figure. Raises RequestError for what the kind or the model does not have."""
    check(asked)
    models = [
        load_model(name, src_lang=asked.src_lang, tgt_lang=asked.tgt_lang, device=asked.device) for name in asked.model
    ]
    return draw_with(asked, models)


def check(asked: FigureRequest) -> None:
    """Raises RequestError for an unknown kind, a wrong number of models, or an option that the kind has no use for."""
    if asked.kind not in MAKERS:
        raise RequestError(f"no figure “{asked.kind}”; there are {', '.join(MAKERS)}")
    maker = MAKERS[asked.kind]
    if len(asked.model) != maker.models:
        times = "once" if maker.models == 1 else "twice"
        raise RequestError(f"the figure {asked.kind} needs --model {times}; {len(asked.model)} are given")
    for name in OPTIONS:
        value: Any = getattr(asked, name)
        if value not in (None, (), False) and name not in maker.options:
            has = ", ".join(f"--{option}" for option in OPTIONS if option in maker.options) or "no options of its own"
            raise RequestError(f"the figure {asked.kind} has no use for --{name}; it has {has}")


def draw_with(asked: FigureRequest, models: Sequence[Model]) -> tuple[Sequence[Picture], Caption]:
    """The figure by models that are loaded already. Raises RequestError as `make_figure` does."""
    drawing = MAKERS[asked.kind].make(asked, models)
    facts = (
        ("model", " and ".join(model.name for model in models)),
        *drawing.facts,
        ("after", KINDS[asked.kind].papers),
        (
            "signature",
            signature(
                [(model.name, model.fingerprint) for model in models], rules=drawing.rules, epsilon=drawing.epsilon
            ),
        ),
    )
    return drawing.pictures, Caption(drawing.title, facts)


def as_plain(kind: str, pictures: Sequence[Picture], caption: Caption) -> dict[str, Any]:
    """All numbers of a figure as values for JSON."""
    return {"figure": kind, "caption": plain(caption), "pictures": [plain(picture) for picture in pictures]}
