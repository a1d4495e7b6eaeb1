"""What the pages say, before any HTML: words, sums, sentences, ledgers, links."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from sample_run import sample_run, tokens

from nmt_audit.records import CATEGORIES
from nmt_audit.report.browse import script
from nmt_audit.report.faithfulness import Faithfulness, faithfulness
from nmt_audit.report.flagged import page_name, segment_page
from nmt_audit.report.grid import BAND, DENSE
from nmt_audit.report.reading import Explanations, FlagRow, SegmentRow, flag_rows, segment_rows
from nmt_audit.report.rows import Row, focuses
from nmt_audit.report.texts import Mark, stretches
from nmt_audit.report.why import Why
from nmt_audit.report.wording import CATEGORY, METHOD, STATES, fixed, number, percent, visible
from nmt_audit.report.words import gather
from nmt_audit.store import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return sample_run(tmp_path_factory.mktemp("views") / "run")


def flagged(run: Run, name: str) -> tuple[SegmentRow, list[FlagRow], Explanations, Faithfulness | None]:
    segment = next(row for row in segment_rows(run, {name}) if row.id == name)
    return segment, flag_rows(run)[name], Explanations(run), faithfulness(run.manifest)


def figures(run: Run, name: str) -> list[Why]:
    page, _ = segment_page(*flagged(run, name))
    return [why for flag in page.flags for why in flag.whys]


def said(why: Why) -> str:
    return " ".join("".join(phrase.text for phrase in sentence) for sentence in why.sentences)


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


def test_merging_pieces_into_words_keeps_every_sum() -> None:
    text = "Donaudampfschifffahrt, ja 会议议题 👩‍👩‍👧 ok"
    pieces = tokens(text)
    words = gather(pieces, text, "de")
    values = np.random.default_rng(3).normal(size=len(pieces))
    assert words.sums(values).sum() == pytest.approx(values.sum(), abs=1e-12)
    assert len(words.groups) < len(pieces)
    assert words.sums(values[:2]).sum() == pytest.approx(values[:2].sum(), abs=1e-12)


def test_a_word_of_several_pieces_is_the_sum_of_their_explanations(run: Run) -> None:
    segment, flags, explanations, _ = flagged(run, "talk-007")
    flag = next(flag for flag in flags if flag.category == "UNRELATED")
    explained = explanations.of(flag.id)
    source = gather(segment.source_tokens, segment.source, "de")
    target = gather(segment.target_tokens, segment.hypothesis, "en")
    for focus in focuses(segment, source, target, flag.positions, explained):
        places = target.groups[focus.word].tokens
        for row in focus.rows[1:]:
            here = [item for item in explained if item.position in places and item.state == row.state]
            assert row.source.sum() == pytest.approx(sum(item.source_relevance.sum() for item in here))
            assert row.prefix is None or row.prefix.sum() == pytest.approx(
                sum(item.target_relevance.sum() for item in here)
            )
            assert row.value == pytest.approx(sum(part for _, part in row.ledger))
            assert dict(row.ledger)["offset"] == pytest.approx(sum(part for _, part in row.offsets))
        attention = focus.attention
        assert attention is not None and attention.source.sum() == pytest.approx(1.0)


def test_rows_come_in_the_order_of_the_computation(run: Run) -> None:
    (why, *_) = figures(run, "talk-012")
    [only] = why.maps
    assert [head.label for head in only.grid.heads] == [
        METHOD["attention"].label, *(STATES[name].label for name in ("context", "target", "output")),
        "Contrast with “not”",
    ]  # fmt: skip


def test_the_sentence_says_what_attention_and_relevance_say(run: Run) -> None:
    for why in figures(run, "talk-012"):
        assert said(why).startswith("Attention looks at ")
        assert "relevance of the readout gives most to " in said(why)
        assert " rather than “not”" in said(why)


def test_words_of_the_corpus_carry_their_language(run: Run) -> None:
    (why, *_) = figures(run, "zh-001")
    assert {phrase.lang for sentence in why.sentences for phrase in sentence} == {None, "zh", "en"}


def test_a_lost_negation_begins_where_attention_looks_at_the_cue(run: Run) -> None:
    segment, flags, explanations, measured = flagged(run, "talk-012")
    page, _ = segment_page(segment, flags, explanations, measured)
    (flag,) = page.flags
    assert len(flag.whys) > 5
    place = segment.source.index("nicht")
    cue = next(index for index, token in enumerate(segment.source_tokens) if token.start == place)
    looking = int(segment.attention[:, cue].argmax())
    words = gather(segment.target_tokens, segment.hypothesis, "en")
    assert flag.whys[flag.shown].number - 1 == words.group_of[looking]


def test_bands_wrap_a_long_sentence_without_losing_a_word(run: Run) -> None:
    (why, *_) = figures(run, "book-021")
    grid = why.maps[0].grid
    assert grid.layout == "dense"
    assert [column for band in grid.bands for side in band for column in side.columns] == [
        column for side in grid.sides for column in side.columns
    ]
    assert max(sum(len(side.columns) for side in band) for band in grid.bands) <= BAND // DENSE


def test_the_longest_bar_of_a_row_is_whole_and_signs_are_kept(run: Run) -> None:
    for why in figures(run, "news-004"):
        grid = why.maps[0].grid
        for place in range(len(grid.heads)):
            cells = [column.cells[place] for side in grid.sides for column in side.columns]
            assert max(cell.step for cell in cells) == 100
            assert all(("n" in cell.classes.split()) == cell.number.startswith("−") for cell in cells)


def test_a_ledger_is_written_out_as_a_sum(run: Run) -> None:
    (why, *_) = figures(run, "chat-003")
    for ledger in why.maps[0].ledgers:
        terms = {term.label: (term.sign, term.amount) for term in ledger.terms}
        assert next(iter(terms)) == "source words"
        assert terms["bias"] == ("+", "0.62") and terms["gates"] == ("+", "0.12")
        assert terms["tanh"] == ("−", "0.21") and terms["attention scores"] == ("−", "0.07")
        amounts = [float((sign + amount).replace("−", "-")) for sign, amount in terms.values()]
        assert sum(amounts) == pytest.approx(float(ledger.value.replace("−", "-")), abs=0.005 * (len(amounts) + 1))


def test_blown_up_relevance_is_said_with_its_numbers(run: Run) -> None:
    warnings = [warning for why in figures(run, "mail-009") for warning in why.warnings]
    assert warnings and all("× 10" in warning and "value 1.30" in warning for warning in warnings)
    assert not any(why.warnings for why in figures(run, "news-004"))


@pytest.mark.parametrize("relevance", [[math.inf, 1.0], [math.nan, 0.0], [0.0, 0.0], [1e200, -1e200]])
def test_no_relevance_is_too_odd_to_show(relevance: list[float]) -> None:
    row = Row("lrp", "output", None, np.array(relevance), None, value=1.0)
    assert np.isfinite(row.shares).all()
    assert row.blown_up == (relevance != [0.0, 0.0])


def test_page_names_say_nothing_of_the_identifier() -> None:
    assert page_name("../../x<b>").removesuffix(".html").isalnum()
    assert page_name("a") != page_name("b")


def test_data_scripts_hold_no_markup_and_read_back() -> None:
    value = ["</script><!--", "\u2028\u2029", "\x00\x7f\ufffe", "\ud800", "é会"]
    text = script("chunk", 1, value)
    assert not any(char in text for char in "<>&\u2028\u2029\x00\x7f\ud800")
    inside = text.removeprefix("window.nmtAudit.chunk(").removesuffix(");\n")
    assert json.loads(f"[{inside}]") == [1, value]


def test_without_a_model_a_flag_says_so(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=None, clean=2)
    page, comparisons = segment_page(*flagged(run, "talk-007"))
    assert comparisons == []
    assert all(not flag.whys and flag.note and "No model" in flag.note for flag in page.flags)
