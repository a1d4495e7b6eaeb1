"""What the pages say, before any HTML: words, sums, and the run page from what its segments say."""

from __future__ import annotations

import math

import pytest

from nmt_audit.records import CATEGORIES
from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.summary import CLIP, MOST_IMPORTANT, Gatherer, RunPage, run_page
from nmt_audit.report.texts import Mark, stretches
from nmt_audit.report.wording import CATEGORY, fixed, number, percent, visible
from nmt_audit.verdicts import Precision


def test_every_category_has_its_words() -> None:
    assert set(CATEGORY) == set(CATEGORIES)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (0.812, "0.812"), (-0.31, "−0.310"), (4.205, "4.21"), (123.4, "123"), (3e47, "3.0 × 10⁴⁷"),
        (-2e-7, "−2.0 × 10⁻⁷"), (math.inf, "not finite"), (math.nan, "not finite"), (None, "–"),
    ],
)  # fmt: skip
def test_numbers_are_short_and_true(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_rounded_zero_has_no_sign() -> None:
    assert fixed(-0.001, 2) == "0.00"
    assert percent(0.4149) == "41 %"


def test_control_characters_become_visible_and_offsets_stay_true() -> None:
    text = "a\x00b\x1bc\x7fd\u0085e\ufffef\tg"
    shown = visible(text)
    assert shown == "a␀b␛c␡d\ufffde\ufffdf g"
    assert len(shown) == len(text)


def test_stretches_join_to_the_text_and_overlaps_carry_both_underlines() -> None:
    parts = stretches("one two three", [Mark(0, 7, "OMISSION"), Mark(4, 13, "NEGATION"), Mark(13, 13, "EARLY_EOS")])
    assert [(part.text, part.classes) for part in parts] == [
        ("one ", ("omission",)), ("two", ("negation", "omission")), (" three", ("negation",)), ("", ("early-end",)),
    ]  # fmt: skip


# --- the run page -----------------------------------------------------------------------------------------------------


def segment(index: int, source: str = "Das ist ein Satz.", not_checked: tuple[str, ...] = ()) -> SegmentRow:
    return SegmentRow(
        index, f"s{index}", source, "That is one.", None, "de", "en", "ok", -0.5, None, None, None, None, not_checked,
        None,
    )  # fmt: skip


def flag(name: str, score: float, category: str = "OMISSION", dismissed: bool = False, start: int = 0) -> FlagRow:
    return FlagRow(
        name, "s", category, "src", start, start + 3, score, "a.rule", 1.0, 2.0, (), "says <so>", None, None, None,
        dismissed, "anna" if dismissed else "",
    )  # fmt: skip


def page(found: Gatherer) -> RunPage:
    return run_page({"src_lang": "de", "tgt_lang": "en"}, found, Precision({}, {}, {}))


def test_rates_count_flags_that_stand() -> None:
    found = Gatherer()
    found.add(segment(0), [flag("a", 0.5), flag("b", 0.4), flag("c", 0.9, "NEGATION", dismissed=True)])
    found.add(segment(1, not_checked=("NEGATION",)), [])
    shown = page(found)
    assert (shown.segments, shown.flagged, shown.total_flags) == ("2", "1", "2")
    rates = {rate.category.code: rate for rate in shown.rates}
    assert (rates["OMISSION"].per_hundred, rates["OMISSION"].step, rates["OMISSION"].count) == ("100.0", 100, "2")
    assert rates["OMISSION"].href == "segments.html#c=omission"
    assert rates["NEGATION"].per_hundred == "0.0"
    assert rates["NEGATION"].notes == ("not checked in 1 segment", "1 flag dismissed earlier and not counted")


def test_an_unknown_category_has_its_line() -> None:
    found = Gatherer()
    found.add(segment(0), [flag("a", 0.5, "MADE_UP")])
    assert [rate.category.label for rate in page(found).rates][-1] == "made up"


def test_the_most_important_flags_are_the_most_suspicious_in_order() -> None:
    found = Gatherer()
    for index in range(MOST_IMPORTANT + 50):
        found.add(segment(index), [flag(f"f{index}", (index * 37 % 100) / 100)])
    scores = [float(item.score) for item in page(found).important]
    assert len(scores) == MOST_IMPORTANT and scores == sorted(scores, reverse=True) and scores[0] == 0.99
    ties = [item.number for item in page(found).important if item.score == "0.99"]
    assert ties == sorted(ties)


def test_an_important_flag_leads_to_its_own_place() -> None:
    found = Gatherer()
    found.add(segment(0), [flag("0a1b", 0.5)])
    [item] = page(found).important
    assert item.href == "segments.html#flag=0a1b" and item.message == "says <so>"


def test_a_long_line_is_cut_around_what_is_suspected() -> None:
    found = Gatherer()
    found.add(segment(0, "x" * 5000 + "abc" + "y" * 5000), [flag("a", 0.5, start=5000)])
    line = page(found).important[0].lines[0]
    text = "".join(part.text for part in line.stretches)
    assert len(text) <= CLIP + 4 and [part.text for part in line.stretches if part.classes] == ["abc"]
    assert text.startswith("… ") and text.endswith(" …")


def test_a_run_without_segments_has_a_page() -> None:
    shown = page(Gatherer())
    assert shown.segments == "0" and shown.important == () and all(rate.per_hundred == "0.0" for rate in shown.rates)
