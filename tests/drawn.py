"""Figures of every kind made by tiny models, for the tests of drawing and of making."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree

from families import load_family
from tiny import tiny_model

from nmt_audit.models.protocol import Model
from nmt_audit.picturing import FigureRequest, check, draw_with
from nmt_audit.report.pictures.caption import Caption
from nmt_audit.report.pictures.writing import Picture

TEXT = "die frau sieht den garten nicht ."
OTHER = "ein hund sucht das haus ."
GIVEN = "the woman sees not the garden ."

# What each kind is asked for, and the model: an RNNsearch, or a Marian where only a Transformer has what it shows.
ASKED: dict[str, dict[str, Any]] = {
    "relevance": {"target": GIVEN, "word": "sees"},
    "map": {"target": GIVEN, "method": "lrp"},
    "steps": {"source": ("das haus .",), "target": "the house ."},
    "phrases": {"source": ("haus", "das haus", TEXT)},
    "projection": {"source": ("haus", "das haus", "nicht das haus", TEXT)},
    "states": {"source": (TEXT, OTHER)},
    "saliency": {"target": GIVEN, "word": "sees"},
    "variance": {"target": GIVEN},
    "heads": {"source": ("die katze sieht das dach .", "der hund malt den brunnen ."), "model": ("marian",)},
    "attention-saliency": {"target": GIVEN},
    "models": {"target": GIVEN, "model": ("tiny", "marian")},
    "gates": {"target": GIVEN, "word": "sees"},
}


def made(kind: str, **more: Any) -> tuple[Sequence[Picture], Caption]:
    """A figure as `ASKED` has it, with `more` asked for."""
    asked = FigureRequest(kind, **{"model": ("tiny",), "source": (TEXT,), **ASKED[kind], **more})
    check(asked)
    models: dict[str, Model] = {"tiny": tiny_model(), "marian": load_family("marian")}
    return draw_with(asked, [models[name] for name in asked.model])


@cache
def drawn(kind: str) -> tuple[Sequence[Picture], Caption]:
    """A figure as `ASKED` has it."""
    return made(kind)


def texts(document: str) -> list[str]:
    """The texts of an SVG, which must be well-formed."""
    return [element.text or "" for element in ElementTree.fromstring(document).iter("{http://www.w3.org/2000/svg}text")]
