"""REPETITION: loops and echoes that the source does not have, and doublings that are good text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_checks import segment

from nmt_audit.checks import check_segment, default_thresholds
from nmt_audit.language.loops import inside_loops
from nmt_audit.records import Flag, Segment


def flags(pair: Segment) -> list[Flag]:
    checked = check_segment(pair, None, default_thresholds())
    return [flag for flag in checked.flags if flag.category == "REPETITION"]


def texts(pair: Segment) -> list[str]:
    return [(pair.hypothesis or "")[flag.start : flag.end] for flag in flags(pair)]


LOOPS = [
    ("Der Zug fährt ab.", "The train leaves leaves.", "de", "en", "leaves"),
    ("Der Zug fährt ab.", "The train is is leaving.", "de", "en", "is"),
    ("Ich will nach Hause.", "I want I want to go home.", "de", "en", "I want"),
    ("Der Arzt kam spät.", "The doctor came late, the doctor came late.", "de", "en", "the doctor came late"),
    ("The train leaves.", "Der Zug fährt ab fährt ab fährt ab.", "en", "de", "fährt ab fährt ab"),
    ("I like music.", "我喜欢音乐喜欢音乐。", "en", "zh", "喜欢音乐"),
    ("I like music.", "音楽が好きです音楽が好きです。", "en", "ja", "音楽が好きです"),
    ("もともと週末は休みだ。", "The weekend weekend was free.", "ja", "en", "weekend"),
    ("Das Teilstück ist fertig.", "The sub-sub-sub-section is done.", "de", "en", "sub-sub-sub"),
    ("Er wohnt am Meer.", "He lives by the sea and the sea.", "de", "en", "the sea"),
]


@pytest.mark.parametrize(("source", "hypothesis", "src", "tgt", "copy"), LOOPS, ids=[loop[1] for loop in LOOPS])
def test_the_second_copy_is_pointed_at(source: str, hypothesis: str, src: str, tgt: str, copy: str) -> None:
    (said,) = texts(segment(source, hypothesis, src, tgt))
    assert said == copy


GOOD = [
    ("Er sagte, dass das falsch sei.", "He said that that was wrong.", "de", "en"),
    ("Sie hatte es vergessen.", "She had had no time.", "de", "en"),
    ("Sehr sehr gut!", "Very very good!", "de", "en"),
    ("You and I wash.", "Nous nous lavons.", "en", "fr"),
    ("You are late.", "Vous vous trompez.", "en", "fr"),
    ("The people who saw it", "Die Leute, die die Stadt sahen", "en", "de"),
    ("Walk slowly.", "Yavaş yavaş yürü.", "en", "tr"),
    ("Walk slowly.", "Cammina piano piano.", "en", "it"),
    ("Walk slowly.", "धीरे धीरे चलो।", "en", "hi"),
    ("The children play.", "Anak-anak bermain.", "en", "id"),
    ("Take a look.", "看看，慢慢走。", "en", "zh"),
    ("Es wird immer kälter.", "And colder and colder it gets.", "de", "en"),
    ("Er zahlte drei Milliarden.", "Er zahlte 3 000 000 000.", "de", "de"),
    ("Die Bücher sind erschienen.", "Die neu erschienenen Bücher.", "de", "de"),
    ("Er lachte: hahahaha!", "He laughed: hahahaha!", "de", "en"),
    ("Er lachte laut.", "He went hahahaha.", "de", "en"),
    ("Wir sahen The Tap Tap.", "We saw The Tap Tap.", "de", "en"),
    ("Er kam um 3 und ging um 9.", "He came at 3 p.m. and left at 9 p.m.", "de", "en"),
    ("Große Probleme und kleine Probleme.", "Big problems, problems that are small.", "de", "en"),
    ("Er hatte Ärger mit sich selbst.", "He had trouble, trouble of his own.", "de", "en"),
    ("Ich traf Herrn Mo. Er grüßte.", "I met Mr Mo. Mr Mo greeted me.", "de", "en"),
]


@pytest.mark.parametrize(("source", "hypothesis", "src", "tgt"), GOOD, ids=[pair[1] for pair in GOOD])
def test_good_text_may_say_things_twice(source: str, hypothesis: str, src: str, tgt: str) -> None:
    assert texts(segment(source, hypothesis, src, tgt)) == []


def test_the_source_is_looked_at_word_by_word() -> None:
    source = "Der Hund biss den Hund, der schlief."
    assert texts(segment(source, "The dog bit the dog that slept.")) == []
    assert texts(segment(source, "The dog bit bit the dog.")) == ["bit"]


def test_a_source_that_loops_allows_as_many_copies_and_is_told() -> None:
    source = "Nie wieder, nie wieder, nie wieder!"
    assert flags(segment(source, "Never again, never again, never again!")) == []
    (flag,) = flags(segment(source, "Never again, never again, never again, never again, never again!"))
    assert "5 times in a row; the source loops too, 3 times" in flag.message


def test_what_the_reference_repeats_is_subtracted() -> None:
    pair = segment("Er rief die Katze.", "He called kitty kitty.")
    assert texts(pair) == ["kitty"]
    assert texts(replace(pair, reference="He called: kitty kitty.")) == []
    assert texts(replace(pair, reference="He called the cat.")) == ["kitty"]


def test_a_reference_is_no_excuse_for_itself() -> None:
    pair = segment("Er rief die Katze.", "He called kitty kitty.")
    assert texts(replace(pair, reference=pair.hypothesis)) == ["kitty"]


def test_syllables_are_counted_with_their_hyphens() -> None:
    assert [copies for _, _, copies in inside_loops("gegegege sub-sub-sub-way banana Mississippi", "en")] == [4, 3]
