"""Which words have support: by the lexicon, by related forms and compounds, by number, by name, by spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.language.lexical import Lexical, Support, lexical_support
from nmt_audit.language.lexicon import Lexicon, shipped_lexicon
from nmt_audit.language.relatedness import odds_against
from nmt_audit.records import Segment


def support(source: str, target: str, src_lang: str = "de", tgt_lang: str = "en") -> Lexical:
    segment = Segment("1", source, src_lang, tgt_lang, hypothesis=target)
    return lexical_support(segment, shipped_lexicon(src_lang, tgt_lang))


def words_without(side: tuple[Support, ...]) -> list[str]:
    return [s.word.text for s in side if s.content and not s.is_supported]


def partner(found: Lexical, word: str) -> str | None:
    (at,) = (s for s in found.target if s.word.text == word)
    return None if at.partner is None else found.source[at.partner].word.text


def test_a_right_translation_is_supported_on_both_sides() -> None:
    found = support("Die Kinder spielen im Garten.", "The children are playing in the garden.")
    assert words_without(found.source) == words_without(found.target) == []
    assert partner(found, "garden") == "Garten"
    assert all(s.known for s in found.target if s.content)


def test_an_added_word_and_a_lost_one_are_not() -> None:
    found = support("Der alte Lehrer trinkt Wasser.", "The teacher is drinking water in the kitchen.")
    assert words_without(found.source) == ["alte"]
    assert words_without(found.target) == ["kitchen"]
    (kitchen,) = (s for s in found.target if s.word.text == "kitchen")
    assert kitchen.known
    assert kitchen.partner is None
    assert kitchen.expected > 0.5


def test_the_shipped_lexicon_serves_the_other_direction() -> None:
    found = support("The children are playing in the garden.", "Die Kinder spielen im Garten.", "en", "de")
    assert words_without(found.source) == words_without(found.target) == []


def test_related_forms_and_parts_of_compounds_support() -> None:
    found = support("Der Schulbus fährt am Krankenhausgarten vorbei.", "The school bus passes the hospital garden.")
    assert {"school", "hospital", "garden"}.isdisjoint(words_without(found.target))
    assert partner(found, "garden") == "Krankenhausgarten"


def test_numbers_are_supported_by_their_value_alone() -> None:
    found = support("Er hat 1.500 Bücher und zwei Katzen.", "He has 1,500 books and 7 cats.")
    by_text = {s.word.text: s for s in found.target}
    assert by_text["1,500"].support == 1.0
    assert by_text["7"].support == 0.0
    assert by_text["7"].known


def test_characters_are_supported_as_the_words_that_they_make() -> None:
    found = support("我的朋友喜欢音乐。", "My friend likes music.", "zh", "en")
    by_text = {s.word.text: s for s in (*found.source, *found.target)}
    assert by_text["friend"].is_supported
    assert by_text["music"].is_supported
    assert by_text["朋"].is_supported
    assert by_text["友"].is_supported
    assert words_without(support("我的朋友喜欢音乐。", "My friend likes fish.", "zh", "en").target) == ["fish"]


@pytest.mark.parametrize(
    ("source", "src_lang", "target", "word"),
    [
        ("Президент Молдавии посетил Минск.", "ru", "The president of Moldova visited Minsk.", "Minsk"),
        ("El hospital de Zaragoza es enorme.", "es", "The hospital of Zaragoza is enormous.", "enormous"),
        ("Ο Παπαδόπουλος ζει στη Λάρισα.", "el", "Papadopoulos lives in Larisa.", "Larisa"),
        ("ピカソの絵を見た。", "ja", "I saw a painting by Picasso.", "Picasso"),
    ],
)
def test_names_and_cognates_are_supported_by_their_spelling(source: str, src_lang: str, target: str, word: str) -> None:
    found = support(source, target, src_lang)
    assert word not in words_without(found.target)
    other = support(source, target.replace(word, "Bartholomew"), src_lang)
    assert "Bartholomew" in words_without(other.target)


def test_without_a_table_absence_of_common_words_means_little() -> None:
    segment = Segment("1", "Aaa bbbb.", "xx", "en", hypothesis="The weather was lovely in 1987 near Tottenham.")
    found = {s.word.text: s for s in lexical_support(segment, Lexicon()).target}
    assert not found["weather"].known
    assert not found["lovely"].known
    assert found["1987"].known
    assert found["Tottenham"].known


def test_partners_point_at_supported_words_of_the_other_side() -> None:
    found = support("Am Montag kauft die Frau vier Fische.", "On Monday the woman buys four fish.")
    for side, other in ((found.source, found.target), (found.target, found.source)):
        for word in side:
            assert (word.partner is None) or other[word.partner].support > 0


def test_without_a_hypothesis_there_are_no_targets() -> None:
    found = lexical_support(Segment("1", "Der Hund schläft.", "de", "en"), shipped_lexicon("de", "en"))
    assert found.target == ()
    assert [s.word.text for s in found.source] == ["Der", "Hund", "schläft"]


def test_another_sentence_is_likelier_unrelated_than_a_translation() -> None:
    right = odds_against(support("Die Kinder spielen im Garten.", "The children are playing in the garden."))
    wrong = odds_against(support("Die Kinder spielen im Garten.", "My brother bought an expensive watch."))
    assert right.nats < -2 < 2 < wrong.nats
    assert (right.supported, wrong.supported) == (right.asked, 0)
    assert wrong.expected > 3


def test_nothing_to_look_up_says_nothing() -> None:
    assert odds_against(Lexical((), ())).nats == 0.0


@given(st.text(max_size=25), st.text(max_size=25), st.sampled_from(["de", "zh", "ja", "es", "ru", "xx"]))
def test_any_text_has_support_between_0_and_1(source: str, target: str, language: str) -> None:
    found = support(source, target, language)
    for word in (*found.source, *found.target):
        assert 0 <= word.support <= 1
        assert 0 <= word.expected <= 1
