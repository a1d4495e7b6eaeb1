"""Failing patterns: which words and constructions are found, by which numbers, and what is not said of too little."""

from __future__ import annotations

import math
import random
from math import comb
from urllib.parse import unquote

import pytest

from nmt_audit.report.features import CONSTRUCTIONS, LONGEST, constructions, query, vocabulary
from nmt_audit.report.pattern_tables import pattern_section
from nmt_audit.report.patterns import (
    ANY,
    LEAST_FLAGGED,
    Patterns,
    Shared,
    Table,
    discoveries,
    look_at,
    patterns,
)
from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.tally import Reservoir, Sampled, Tally

FILLER = "haus baum wolke straße tisch regen lampe garten fluss berg brot stuhl".split()


def segment(index: int, source: str, language: str = "de", document: str | None = None) -> SegmentRow:
    return SegmentRow(
        index, f"s{index}", source, "a translation", None, language, "en", "ok", -0.5, None, None, None, None, (),
        document,
    )  # fmt: skip


def flag(index: int, category: str = "OMISSION") -> FlagRow:
    return FlagRow(
        f"f{index}", f"s{index}", category, "src", 0, 3, 0.7, "a.rule", 1.0, 2.0, (), "says so", None, None, None
    )  # fmt: skip


def corpus(flagged: int = 60, clear: int = 400, word: str = "obwohl", category: str = "OMISSION") -> Tally:
    """Half of the flagged segments have the word, and one in forty of the others."""
    chance, tally = random.Random(5), Tally()
    for index in range(flagged + clear):
        words = chance.sample(FILLER, 5)
        has_word = index % 2 == 0 if index < flagged else index % 40 == 0
        words.insert(2, word if has_word else "kissen")  # of one length, so that length has no part in it
        tally.add(segment(index, " ".join(words)), [flag(index, category)] if index < flagged else [])
    return tally


def found(tally: Tally) -> Patterns:
    return patterns(tally, look_at(tally))


def of(run: Patterns, code: str = "OMISSION") -> Shared:
    return next(shared for shared in run.categories if shared.code == code)


def test_the_odds_ratio_is_haldanes_and_its_interval_woolfs() -> None:
    """The slow twin: the formulas as the textbooks have them."""
    a, b, c, d = 30.5, 30.5, 10.5, 390.5
    ratio, low, high = Table(30, 60, 10, 400).odds_ratio()
    error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert ratio == pytest.approx((a * d) / (b * c))
    assert (low, high) == pytest.approx((ratio * math.exp(-1.959964 * error), ratio * math.exp(1.959964 * error)))


@pytest.mark.parametrize("table", [Table(3, 10, 4, 30), Table(0, 10, 4, 30), Table(10, 10, 30, 30), Table(6, 9, 1, 40)])
def test_the_test_is_fishers(table: Table) -> None:
    """The slow twin: hypergeometric probabilities by counting."""
    marked, total = table.flagged + table.clear, table.of_flagged + table.of_clear
    tail = sum(
        comb(marked, hits) * comb(total - marked, table.of_flagged - hits)
        for hits in range(table.flagged, min(marked, table.of_flagged) + 1)
    )
    assert table.more_often() == pytest.approx(tail / comb(total, table.of_flagged))


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    assert discoveries([0.01, 0.039, 0.2, 0.8]) == [True, False, False, False]
    # The first two are past their own limits, 0.017 and 0.033, but the third is within its own, which is 0.05.
    assert discoveries([0.03, 0.04, 0.045]) == [True, True, True]
    assert discoveries([0.5, 0.04]) == [False, False]
    assert discoveries([]) == []


def test_a_word_that_flagged_segments_share_is_found_with_its_counts() -> None:
    shared = of(found(corpus()))
    word = next(pattern for pattern in shared.words if pattern.kind == "word")
    assert (word.text, word.table) == ("obwohl", Table(30, 60, 10, 400))
    assert word.stands_out and word.odds == pytest.approx(word.table.odds_ratio()[0])
    assert shared.words[0] == word and word.like_length is not None and word.like_length > 5


def test_constructions_are_told_with_the_words_that_show_them() -> None:
    shared = of(found(corpus()))
    clause = next(pattern for pattern in shared.constructions if pattern.text == "clause")
    assert clause.stands_out and clause.cues == ("obwohl",) and clause.table == Table(30, 60, 10, 400)


def test_nothing_stands_out_where_there_is_nothing() -> None:
    """The near miss: the same share on both sides, tested and not listed."""
    chance, tally = random.Random(9), Tally()
    for index in range(400):
        text = " ".join(chance.sample(FILLER, 5))
        tally.add(segment(index, text), [flag(index)] if index % 5 == 0 else [])
    shared = of(found(tally))
    assert shared.tested >= len(FILLER) and shared.words == ()
    [any_flag, omission] = pattern_section(found(tally), "de").tables
    assert "No word stands out" in any_flag.says and any_flag.words == omission.words == ()


def test_a_word_of_long_sentences_is_put_down_to_length() -> None:
    """Flags and the word depend on length alone: crude odds are high, those among sentences of like length are not."""
    chance, tally = random.Random(2), Tally()
    for index in range(4000):
        is_long = chance.random() < 0.5
        words = chance.choices(FILLER, k=40 if is_long else 5)
        if chance.random() < (0.5 if is_long else 0.02):
            words.append("und")
        is_flagged = chance.random() < (0.4 if is_long else 0.02)
        tally.add(segment(index, " ".join(words)), [flag(index)] if is_flagged else [])
    shared = of(found(tally))
    assert shared.by_length > 0
    assert "und" not in {pattern.text for pattern in shared.words}


def test_a_pair_that_only_repeats_its_word_is_left_out() -> None:
    tally = Tally()
    for index in range(200):
        is_flagged = index < 40
        text = f"guten abend nummer {FILLER[index % 12]}" if is_flagged else f"nummer {FILLER[index % 12]}"
        tally.add(segment(index, text), [flag(index)] if is_flagged else [])
    texts = {pattern.text for pattern in of(found(tally)).words}
    assert {"guten", "abend"} <= texts and "guten abend" not in texts


def test_too_few_flags_say_nothing() -> None:
    run = found(corpus(flagged=LEAST_FLAGGED - 1))
    assert all(not shared.words and not shared.constructions for shared in run.categories)
    [any_flag, _] = pattern_section(run, "de").tables
    assert any_flag.says.startswith("Too little to say: 19 segments have such a flag")


def test_without_unflagged_segments_there_is_nothing_to_compare_with() -> None:
    [any_flag, _] = pattern_section(found(corpus(clear=0)), "de").tables
    assert any_flag.says.startswith("Nothing to compare with")


def test_dismissed_flags_and_empty_sources_count_nothing() -> None:
    tally = corpus()
    before = len(tally.clear.kept)
    tally.add(segment(9999, ""), [])
    assert len(tally.clear.kept) == before and len(tally) == 461
    assert found(Tally()).categories == () and pattern_section(found(Tally()), "de").tables == ()


def test_any_flag_comes_first_then_each_category() -> None:
    assert [shared.code for shared in found(corpus(category="MADE_UP")).categories] == [ANY, "MADE_UP"]


def test_links_find_the_word_and_keep_its_category() -> None:
    table = pattern_section(found(corpus(word="c++")), "de").tables[1]
    hrefs = [unquote(row.href) for row in table.words if row.href]
    assert hrefs and all(href.startswith("segments.html#c=omission&q=") for href in hrefs)
    assert "q=(?<![\\p{L}\\p{N}])c\\+\\+(?!" in unquote(query("c++"))
    assert unquote(query("会 议")).startswith("q=会 ?议&")


# --- features ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "key", "cues"),
    [
        ("Das ist nicht gut.", "de", "negation", ("nicht",)),
        ("Das ist gut.", "de", "negation", ()),
        ("Er kommt, weil er muss.", "de", "clause", ("weil",)),
        ("Er kommt sofort.", "de", "clause", ()),
        ("你好吗？", "zh", "question", ("？",)),
        ("Good; better.", "en", "question", ()),
        ("um 15 Uhr", "de", "number", ("1",)),
        ("He met Anna Smith today.", "en", "names", ("Anna", "Smith")),
        ("Today he left. Then she came.", "en", "names", ()),
        ("(sic)", "en", "brackets", ("(",)),
        ("„Ja“, sagte er", "de", "quotes", ("„",)),
        ("eins, zwei, drei", "de", "commas", (", zwei,",)),
        ("eins, zwei", "de", "commas", ()),
    ],
)
def test_constructions_hit_and_miss(text: str, language: str, key: str, cues: tuple[str, ...]) -> None:
    assert constructions(text, language)[key] == cues


def test_what_cannot_be_told_for_a_language_is_not_offered() -> None:
    assert {"negation", "clause"}.isdisjoint(constructions("abc", "xx")) and "names" not in constructions("Haus", "de")
    assert {item.key for item in CONSTRUCTIONS} == set(constructions("abc", "en"))


def test_words_are_folded_and_pairs_do_not_cross_punctuation() -> None:
    assert vocabulary("Das IST gut, ja.", "de") == {"das", "ist", "gut", "ja", "das ist", "ist gut"}
    assert "会 议" in vocabulary("会议", "zh")


def test_a_hostile_line_is_cut_off() -> None:
    assert len(vocabulary(" ".join(f"w{number}" for number in range(5000)), "en")) <= 2 * LONGEST


# --- samples ----------------------------------------------------------------------------------------------------------


def test_a_sample_is_fair_and_the_same_each_time() -> None:
    def kept() -> list[int]:
        sample = Reservoir(50)
        for index in range(5000):
            sample.offer(lambda index=index: Sampled(index, 0, "a", "de"))  # type: ignore[misc]
        assert sample.seen == 5000 and sample.weight == 100
        return [item.index for item in sample.kept]

    assert kept() == kept() and len(set(kept())) == 50
    assert 1500 < sum(kept()) / 50 < 3500
