"""How far the maps of a run can be believed, and its attention heads: sentences, tables and charts, before any HTML."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from sample_run import AUTOENCODER, RNNSEARCH, TRANSFORMER, manifest

from nmt_audit.report.assets import stylesheet
from nmt_audit.report.believed import RANDOM, believed
from nmt_audit.report.faithfulness import ERASING, NOT_MEASURED, belief, beliefs, faithfulness
from nmt_audit.report.figures import THEMES, span_chart
from nmt_audit.report.heads import heads
from nmt_audit.report.spans import Span, SpanChart
from nmt_audit.report.wording import METHOD

DRAWN = [("attention", None), ("lrp", "stable"), ("lrp", "stable")]


def notes(model: Any = RNNSEARCH, **changed: Any) -> dict[str, Any]:
    """The manifest of a run, with other values in its measurement."""
    found: dict[str, Any] = manifest([], model)
    if changed:
        found["faithfulness"] = {**found["faithfulness"], **changed}
    return found


def without(found: dict[str, Any], method: str, side: str) -> dict[str, Any]:
    """The measurement with no number for a method on a side."""
    nothing = {"share": None, "low": None, "high": None, "correlation": None}
    rows = [
        {**row, **nothing} if (row["method"], row["side"]) == (method, side) else row
        for row in found["faithfulness"]["rows"]
    ]
    return {**found, "faithfulness": {**found["faithfulness"], "rows": rows}}


def sentence(found: dict[str, Any], drawn: Any = DRAWN) -> str:
    line = belief(faithfulness(found), drawn)
    assert line is not None
    return line.text.replace("\u00a0", " ")


def test_a_figure_says_how_far_it_can_be_believed() -> None:
    assert sentence(notes()) == (
        "On this run, blanking the source word that relevance ranks first costs 97 % [93, 100] of what the costliest "
        "does (attention’s 71 % [67, 74], a random word 9 %); the earlier word that relevance ranks first, 93 % "
        "[89, 96] (a random word 12 %)."
    )


def test_a_number_is_not_broken_over_two_lines() -> None:
    line = belief(faithfulness(notes()), DRAWN)
    assert line is not None and "97\u00a0%\u00a0[93,\u00a0100]" in line.text


def test_without_attention_only_relevance_is_named() -> None:
    assert "ttention" not in sentence(notes(AUTOENCODER), [("lrp", "stable")])


def test_without_relevance_attention_stands_alone() -> None:
    assert sentence(notes(), [("attention", None)]) == (
        "On this run, blanking the source word that attention ranks first costs 71 % [67, 74] of what the costliest "
        "does (a random word 9 %)."
    )


def test_a_rule_set_that_was_not_measured_is_not_believed_for_another() -> None:
    assert "Not measured: relevance." in sentence(notes(), [("attention", None), ("lrp", "paper")])


def test_few_positions_are_said() -> None:
    assert sentence(notes(positions=12, segments=1)).endswith("Only 12 positions of 1 segment could be measured.")
    assert "Only" not in sentence(notes(positions=50))


def test_what_could_not_be_measured_is_named() -> None:
    one = without(notes(), "lrp", "source")
    assert sentence(one).startswith("On this run, blanking the source word that attention ranks first costs 71 %")
    assert "; the earlier word that relevance ranks first, 93 %" in sentence(one)
    assert "Not measured: relevance." in sentence(without(one, "lrp", "prefix"))


def test_without_an_interval_the_number_stands_alone() -> None:
    found = notes()
    for row in found["faithfulness"]["rows"]:
        row.update(low=None, high=None)
    assert "costs 97 % of what" in sentence(found)


@pytest.mark.parametrize("operator", [*ERASING, "shuffling"])
def test_every_way_of_taking_words_away_has_its_words(operator: str) -> None:
    line = belief(faithfulness(notes(operator=operator)), DRAWN)
    assert line is not None and line.measured and "  " not in line.help
    assert "240 positions of 60 segments" in line.help


def test_further_methods_are_listed_by_side() -> None:
    kinds = [(method, None) for method in TRANSFORMER.methods]
    line = beliefs(faithfulness(notes(TRANSFORMER)), kinds)
    assert line is not None
    source, prefix = line.text.replace("\u00a0", " ").split("; earlier words: ")
    assert "source words: gradient × input 95 % [91, 98], integrated gradients 98 % [94, 100]" in source
    assert "attention saliency 52 %" in source and "attention saliency" not in prefix
    assert [METHOD[method].prose in source for method in TRANSFORMER.methods] == [True] * 6


@pytest.mark.parametrize("found", [notes(rows=[]), {**notes(), "faithfulness": None}, {"model": None}])
def test_where_nothing_was_measured_the_page_says_so(found: dict[str, Any]) -> None:
    assert faithfulness(found) is None
    assert belief(None, DRAWN) == beliefs(None, DRAWN) == NOT_MEASURED
    section = believed(found)
    assert section.empty and not section.sides and section.chart is None


def test_why_nothing_was_measured_differs() -> None:
    found = [notes(rows=[]), {**notes(), "faithfulness": None}, {"model": None}]
    assert len({believed(one).empty for one in found}) == 3


def test_nothing_is_said_of_nothing_drawn() -> None:
    assert belief(faithfulness(notes()), []) is beliefs(faithfulness(notes()), []) is None


def test_the_table_has_every_map_and_what_frames_it() -> None:
    source, prefix = believed(notes(TRANSFORMER)).sides
    frame = [RANDOM, "The costliest word"]
    further = ["Gradient × input", "Integrated gradients", "Gradient", "Erasure"]
    maps = ["Relevance, stable", "Attention", *further, "Attention saliency", "Variance"]
    assert [row.label for row in source.rows] == maps + frame
    assert [row.label for row in prefix.rows] == ["Relevance, stable", *further, "Variance", *frame]
    first = source.rows[0]
    assert (first.share.replace("\u00a0", " "), first.correlation, first.fall, first.positions) == (
        "97 % [93, 100]", "0.68", "1.81", "240",
    )  # fmt: skip
    assert [(row.share, row.fall) for row in source.rows[-2:]] == [("9 %", "0.17"), ("100 %", "1.86")]


def test_a_map_without_a_number_keeps_its_line() -> None:
    section = believed(without(notes(), "attention", "source"))
    assert section.sides[0].rows[1].share == "not measured" and section.sides[0].rows[1].correlation == "–"
    assert section.chart is not None and [label for label, *_ in section.chart.rows] == ["Relevance, stable", RANDOM]


def test_a_method_that_the_model_does_not_have_is_said() -> None:
    assert believed(notes()).note is None
    found = notes(AUTOENCODER)
    found["settings"] = {"methods": ["attention", "lrp", "gates"]}
    note = believed(found).note
    assert note is not None and note.endswith("does not have it: attention.")


def test_the_chart_has_both_sides_and_is_the_same_each_time() -> None:
    chart = believed(notes(TRANSFORMER)).chart
    assert chart is not None
    light, dark = (span_chart(chart, THEMES[name]) for name in ("light", "dark"))
    assert light == span_chart(chart, THEMES["light"]) != dark
    words = " ".join(ElementTree.fromstring(light).itertext())
    for label in ("Relevance, stable", "Attention saliency", RANDOM, "source words", "earlier words"):
        assert label in words
    assert THEMES["light"].flagged in light and THEMES["light"].second in light


def test_a_share_below_zero_is_drawn_and_labels_are_not_formulas() -> None:
    span = Span(-0.4, -0.6, -0.2)
    chart = SpanChart((("a $x$ map", span, None),), "title", "text", "%", ("one", "two"), rule=100.0, top=100.0)
    drawn = span_chart(chart, THEMES["light"])
    words = list(ElementTree.fromstring(drawn).itertext())
    assert "a $x$ map" in words and "−60" in words
    assert span_chart(dataclasses.replace(chart, rows=(("a $x$ map", Span(0.4, 0.2, 0.6), None),)), THEMES["light"])


# --- heads ------------------------------------------------------------------------------------------------------------


def test_heads_are_shown_by_layer_with_their_signs() -> None:
    shares = [[0.1, 0.4, 0.5], [-0.8, 0.2, 0.0]]
    section = heads({"heads": {"positions": 1873, "rules": "stable", "cross": shares}})
    assert section is not None and section.positions == "1,873"
    [chart] = section.charts
    assert chart.heads == ("1", "2", "3") and [name for name, _ in chart.layers] == ["layer 1", "layer 2"]
    cells = [[(cell.step, cell.classes, cell.text) for cell in row] for _, row in chart.layers]
    assert cells[0] == [(12, "", "10 %"), (50, "", "40 %"), (62, "t", "50 %")]
    assert cells[1] == [(100, "n t", "−80 %"), (25, "", "20 %"), (0, "", "0 %")]
    assert chart.summary == (
        "Head 1 of layer 2 has the largest share, 80 %, and pulls values down; with all alike, each of the 3 would "
        "have 33.3 %."
    )


def test_a_transformer_has_three_charts_and_a_recurrent_model_none() -> None:
    section = heads(notes(TRANSFORMER))
    assert section is not None and [chart.kind for chart in section.charts] == ["encoder", "decoder", "cross"]
    assert heads(notes()) is None and heads({}) is None


def test_a_layer_that_nothing_goes_through_is_drawn() -> None:
    section = heads({"heads": {"positions": 1, "rules": "stable", "encoder": [[0.0, 0.0]]}})
    assert section is not None
    assert all(not cell.classes and cell.step == 0 for _, cells in section.charts[0].layers for cell in cells)


# --- the stylesheet ---------------------------------------------------------------------------------------------------


def test_the_colours_of_heads_leave_their_numbers_legible() -> None:
    """WCAG AA: 4.5 between a number and the strongest fill behind it, in both themes."""
    css = stylesheet()
    share = int(re.findall(r"\.heat tbody td \{[^}]*calc\(var\(--s\) \* (\d+)%\)", css)[0]) / 100
    for theme in (0, 1):
        colours = {
            name: re.findall(rf"--{name}: light-dark\(#(\w+), #(\w+)\)", css)[0][theme]
            for name in ("text", "page", "plus", "minus")
        }
        text, page = rgb(colours["text"]), rgb(colours["page"])
        for fill in ("plus", "minus"):
            mixed = [share * a + (1 - share) * b for a, b in zip(rgb(colours[fill]), page, strict=True)]
            assert contrast(text, mixed) >= 4.5, (fill, theme)


def test_shaded_rates_and_charts_can_be_seen() -> None:
    """WCAG AA: 4.5 between a rate and its fill, 3 between the marks of a chart and the page, in both themes."""
    css = stylesheet()
    share = int(re.findall(r"\.crossed td\.rate \{[^}]*calc\(var\(--s, 0\) \* (\d+)%\)", css)[0]) / 100
    for theme, name in enumerate(("light", "dark")):
        colours = {
            key: rgb(re.findall(rf"--{key}: light-dark\(#(\w+), #(\w+)\)", css)[0][theme])
            for key in ("text", "page", "accent")
        }
        fill = [share * a + (1 - share) * b for a, b in zip(colours["accent"], colours["page"], strict=True)]
        assert contrast(colours["text"], fill) >= 4.5
        for mark in (THEMES[name].flagged, THEMES[name].second):
            assert contrast(rgb(mark[1:]), colours["page"]) >= 3


def rgb(colour: str) -> list[float]:
    return [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]


def contrast(one: list[float], other: list[float]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: list[float]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4) for part in colour]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
