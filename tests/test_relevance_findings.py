"""The four findings in words: what is said of numbers, of few of them, and of none."""

from __future__ import annotations

import dataclasses

import pytest

from nmt_audit.findings import Estimate, Findings, Row, Share, Together
from nmt_audit.report.relevance_findings import Finding, RelevanceSection, relevance_section

MANIFEST = {"model": {"name": "a-model"}}


def estimate(value: float, low: float | None = None, high: float | None = None) -> Estimate:
    return Estimate(value, low, high, 120, 40)


def row(measure: str, state: str, flagged: Estimate | None, control: Estimate | None = None, **other: object) -> Row:
    difference = None
    if flagged and control:
        difference = Estimate(flagged.value - control.value, 0.02, 0.16, 200, 80)
    given = {"next_state": None, "category": None, "difference": difference, "unmatched": 0, **other}
    return Row(measure=measure, state=state, flagged=flagged, control=control, **given)  # type: ignore[arg-type]


def run() -> Findings:
    some, others = estimate(0.62, 0.58, 0.66), estimate(0.53, 0.49, 0.57)
    return Findings(
        "stable", ("context", "output"), ("OMISSION", "EARLY_EOS"), 120, 40, 200, 90, 3, 640, 1, 1000,
        attention=(
            row("differs", "context", others, others), row("differs", "output", some, others, unmatched=4),
            row("correlation", "output", estimate(-0.125, -0.2, -0.05), None),
            row("differs", "output", None, category="OMISSION"),
        ),
        layers=(row("same", "context", estimate(0.4, 0.3, 0.5), next_state="output"),),
        context=(row("prefix", "output", estimate(0.41, 0.38, 0.44), estimate(0.3, 0.27, 0.33)),),
        ends=(
            row("end", "output", estimate(0.3, 0.2, 0.4), estimate(0.2, 0.1, 0.3), category="EARLY_EOS"),
            row("margin", "logit", estimate(-1.5, -2.0, -1.0), None, category="EARLY_EOS"),
        ),
        together=(
            Together("OMISSION", Share(15, 30, 0.5, 0.33, 0.67), Share(30, 300, 0.1, 0.07, 0.14)),
            Together("NEGATION", None, Share(3, 300, 0.01, 0.003, 0.03)),
        ),
    )  # fmt: skip


def section(found: Findings | None = None) -> RelevanceSection:
    return relevance_section(MANIFEST, found or run())


def of(key: str, found: Findings | None = None) -> Finding:
    return next(item for item in section(found).findings if item.key == key)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_all_four_are_there_with_what_they_do_not_show() -> None:
    found = section()
    assert [item.key for item in found.findings] == ["attention", "layers", "context", "ends"]
    assert all(item.says and item.claim and item.not_shown and item.charts for item in found.findings)
    assert "120 words that flags point at, in 40 segments, with rule set stable" in found.explained
    drawn = section(dataclasses.replace(run(), sampled_of=5000)).explained
    assert "drawn by seed 1 from 5,000 flagged segments" in drawn and "drawn by seed 1 from" not in found.explained
    assert "200 words of 90 segments without flags" in found.explained and "3 of 640 maps" in found.explained


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("attention", "For the readout, the most relevant source word is another than the one that attention looks at "
                      "most for 62 % [58, 66] of flagged words and 53 % [49, 57] of controls."),
        ("layers", "From the source context to the readout, the most relevant source word stays the same for 40 % "
                   "[30, 50] of flagged words."),
        ("context", "For the readout, earlier words of the translation get 41 % [38, 44] of all relevance at flagged "
                    "words, and 30 % [27, 33] at controls."),
        ("ends", "Beside a suspected early end, omissions are suspected in 50 % [33, 67] of segments, elsewhere in "
                 "10 % [7, 14]. Where a suspected early end is, the end mark of the source gets 30 % [20, 40] of the "
                 "relevance for the readout, and 20 % [10, 30] at controls."),
    ],
)  # fmt: skip
def test_each_is_said_in_words_with_its_numbers(key: str, said: str) -> None:
    assert plain(of(key).says) == said


def test_a_difference_that_could_be_chance_is_called_one() -> None:
    lead = row("differs", "output", estimate(0.6), estimate(0.55))
    lead = dataclasses.replace(lead, difference=Estimate(0.05, -0.1, 0.2, 200, 80))
    assert "(a difference that could be chance)" in of("attention", dataclasses.replace(run(), attention=(lead,))).says
    assert "chance" not in of("attention").says


def test_rows_have_units_signs_and_what_they_lack() -> None:
    differs, correlation = of("attention").tables
    context, output = differs.rows
    assert (plain(output.flagged), plain(output.difference)) == ("62 % [58, 66]", "+9 points [+2, +16]")
    assert context.unmatched is None and output.unmatched == "4 flagged words have no control like them"
    assert output.detail == "120 · 120" and not differs.mixed
    [only] = differs.more
    assert (only.which, only.flagged, only.control) == ("omission", "too few to say", "–")
    assert plain(correlation.rows[0].flagged) == "−0.12 [−0.20, −0.05]"
    margin = of("ends").tables[1]
    assert margin.mixed and plain(margin.rows[0].flagged) == "−1.50 logits [−2.00, −1.00]"
    without = of("ends").together[1]
    assert (without.with_early, without.detail) == ("too few to say", "3 of 300")


def test_charts_have_controls_only_where_there_are_some() -> None:
    [attention], [layers] = of("attention").charts, of("layers").charts
    assert attention.chart.series == ("flagged words", "controls") and layers.chart.series == ("flagged words",)
    assert [label for label, *_ in layers.chart.rows] == ["Source context → readout"]
    assert "62 % (controls 53 %)" in attention.chart.alt


def test_too_little_has_its_sentence() -> None:
    few = dataclasses.replace(
        run(), attention=(row("differs", "output", None),), layers=(), context=(), together=(), ends=()
    )
    assert all("too few" in item.says.lower() for item in section(few).findings)
    assert not any(item.charts for item in section(few).findings)
    assert "has no attention" in of("attention", dataclasses.replace(run(), attention=())).says
    alone = dataclasses.replace(run(), control_positions=0)
    assert "stored no controls" in section(alone).explained


def test_without_explanations_the_page_says_why() -> None:
    assert "no word of this run was explained" in (relevance_section(MANIFEST, None).empty or "")
    assert "no model took part" in (relevance_section({}, None).empty or "")
