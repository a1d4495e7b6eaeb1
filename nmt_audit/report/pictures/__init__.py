"""Figures as the papers have them: SVG and PNG for a paper, a page for a reader. Pure: no model, no torch.

A picture is a frozen record of numbers that knows how to draw itself on a `Sheet`; `writing` makes files of pictures
and a caption, `page` the HTML. This module is only the table of what there is, so that help is there at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of figure: what it shows, and which figures of the papers it is the counterpart of."""

    name: str
    about: str
    papers: str


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("relevance", "relevance of every word for the states behind one word", "Ding et al. 2017, figures 4–11"),
        Kind("map", "all words over all words, by attention or any method", "Alammar 2018; Li et al. 2016, figure 9"),
        Kind("steps", "encoder states, attention, context and produced word, step by step", "Alammar 2018"),
        Kind("phrases", "the vectors of words, phrases and sentences", "Li et al. 2016, figure 1"),
        Kind("projection", "the same vectors on a plane", "Li et al. 2016, figures 2 and 4"),
        Kind("states", "the states of two sentences over time, and their difference", "Li et al. 2016, figure 3"),
        Kind("saliency", "derivatives, words by embedding dimensions", "Li et al. 2016, figures 5–7"),
        Kind("variance", "deviation from the mean, words by embedding dimensions", "Li et al. 2016, figure 8"),
        Kind("heads", "relevance of each attention head over a corpus", "Voita et al. 2019, appendix A"),
        Kind("attention-saliency", "attention beside attention saliency", "Ghaeini et al. 2018, figure 1"),
        Kind("models", "attention and attention saliency of two models", "Ghaeini et al. 2018, figure 2"),
        Kind("gates", "gate signals and gate saliency, word by word", "Ghaeini et al. 2018, figure 3"),
    )
}
