"""The pictures of any explanations of one sentence pair: rows for each word, and what single methods add to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from nmt_audit.records import Explanation
from nmt_audit.report.pictures import dimensions, gates, relevance
from nmt_audit.report.pictures.heads import Heads
from nmt_audit.report.pictures.lettering import method_name, pieces
from nmt_audit.report.pictures.writing import Picture

GATES = ("gates", "gate_saliency")


def pictures(found: Sequence[Explanation]) -> list[Picture]:
    """For each explained position its rows, then what is drawn by itself: dimensions, gates and heads."""
    of_place: dict[tuple[bool, tuple[int, ...]], list[Explanation]] = {}
    for one in found:
        of_place.setdefault((one.state.startswith("source"), one.positions), []).append(one)
    return [picture for (of_source, _), some in of_place.items() for picture in _of_place(some, of_source)]


def _of_place(found: Sequence[Explanation], of_source: bool) -> Iterator[Picture]:
    first = found[0]
    shown = pieces(first.source_tokens if of_source else first.target_tokens)
    heading = f"{first.positions[-1] + 1}  {' '.join(shown[place] for place in first.positions)}"
    rows = [with_attention for one in found if one.method not in GATES for with_attention in _beside(one, found)]
    if rows:
        yield relevance.of_explanations(rows, heading)
    for one in found:
        about = f"{heading}: {method_name(one.method)}, {one.state}"
        if dimensions.has_dimensions(one):
            yield dimensions.of_explanation(one, about)
        elif one.method == "heads":
            yield Heads(f"{heading}: attention heads, {one.state}", one.details, steps=1)
        elif one.method in GATES:
            yield from _gates(one, found, f"{heading}: gates, {one.state}")


def _beside(one: Explanation, found: Sequence[Explanation]) -> Iterator[Explanation]:
    """The explanation; attention saliency has the attention of the same scores before it unless that is asked for."""
    if one.method == "attention_saliency" and all(other.method != "attention" for other in found):
        nothing = np.zeros_like(one.target_relevance)
        yield replace(
            one, method="attention", source_relevance=one.details["attention"], target_relevance=nothing, details={}
        )
    yield one


def _gates(one: Explanation, found: Sequence[Explanation], heading: str) -> Iterator[Picture]:
    """Signal and saliency of a state in one picture, at the place of the first."""
    others = [other for other in found if other.method in GATES and other.state == one.state]
    if others[0] is not one:
        return
    by_method = {other.method: other for other in others}
    yield gates.of_explanations(by_method.get("gates"), by_method.get("gate_saliency"), heading)
