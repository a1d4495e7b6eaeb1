"""Words of any script, and the grouping of subword tokens into them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.language.length import length_deviation
from nmt_audit.language.pieces import merge
from nmt_audit.language.words import words
from nmt_audit.models.vocabulary import Vocabulary
from nmt_audit.records import Token

ANY_TEXT = st.text(st.characters(exclude_categories=()))
LANGUAGES = st.sampled_from(["de", "en", "fr", "zh", "ja", "th", "ar", "hi", "xx", "pt-BR"])


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "I don't co-operate.", "I|don't|co-operate|."),
        ("en", "“It’s 12:30,” he said…", "“|It’s|12:30|,|”|he|said|…"),
        ("de", "3.141,59 € am 5.10.", "3.141,59|€|am|5.10|."),
        ("de", "Baden-Baden - und?", "Baden-Baden|-|und|?"),
        ("fr", "L'eau d’aujourd'hui", "L'|eau|d’|aujourd'|hui"),
        ("zh", "你好，世界2024年", "你|好|，|世|界|2024|年"),
        ("ja", "テストです。", "テ|ス|ト|で|す|。"),
        ("th", "ที่นี่", "ที่|นี่"),
        ("hi", "हिन्दी में", "हिन्दी|में"),
        ("ar", "مرحبا، كيف؟", "مرحبا|،|كيف|؟"),
        ("en", "cafe\u0301 soft\u00adhyphen", "cafe\u0301|soft\u00adhyphen"),
        ("en", "a\u0000b\tc\u2028d", "a|b|c|d"),
        ("en", "👍🏽 ok", "👍|🏽|ok"),
        ("en", "", ""),
    ],
)
def test_words_by_script(language: str, text: str, expected: str) -> None:
    assert "|".join(word.text for word in words(text, language)) == expected


@given(ANY_TEXT, LANGUAGES)
def test_words_are_ordered_disjoint_slices_without_blanks(text: str, language: str) -> None:
    end = 0
    for word in words(text, language):
        assert end <= word.start < word.end <= len(text)
        assert text[word.start : word.end] == word.text
        assert not any(char.isspace() for char in word.text)
        end = word.end


@given(ANY_TEXT, LANGUAGES)
def test_no_letter_or_digit_is_lost(text: str, language: str) -> None:
    covered = {i for word in words(text, language) for i in range(word.start, word.end)}
    assert all(i in covered for i, char in enumerate(text) if char.isalnum())


@pytest.mark.parametrize("line", ["word " * 2_000, "x" * 10_000, "好" * 10_000, "e\u0301-" * 3_333, "1.2," * 2_500])
def test_long_lines_are_quick(line: str) -> None:
    began = time.perf_counter()
    words(line, "en")
    assert time.perf_counter() - began < 0.1


def token(piece: str, start: int, end: int) -> Token:
    return Token(piece, 5, start, end)


def test_pieces_of_a_word_are_one_group_and_the_end_stays_alone() -> None:
    tokens = [token("▁un", 0, 2), token("happy", 2, 7), token("▁dog", 8, 11), token(".", 11, 12), token("</s>", 12, 12)]
    groups = merge(tokens, "unhappy dog.", "en")
    assert [(g.text, g.tokens) for g in groups] == [
        ("unhappy", (0, 1)),
        ("dog", (2,)),
        (".", (3,)),
        ("</s>", (4,)),
    ]
    assert [g.is_end for g in groups] == [False, False, False, True]


def test_a_token_without_width_joins_the_word_after_it() -> None:
    tokens = [token("▁", 0, 0), token("好", 0, 1), token("▁", 1, 1), token("</s>", 1, 1)]
    assert [(g.text, g.tokens) for g in merge(tokens, "好", "zh")] == [("好", (0, 1, 2)), ("</s>", (3,))]


def test_a_piece_over_several_characters_is_one_group() -> None:
    tokens = [token("▁你好", 0, 2), token("世", 2, 3), token("</s>", 3, 3)]
    assert [g.text for g in merge(tokens, "你好世", "zh")] == ["你好", "世", "</s>"]


def test_a_text_that_says_end_is_not_the_end() -> None:
    tokens = [token("</s>", 0, 4), token("</s>", 4, 4)]
    assert [g.is_end for g in merge(tokens, "</s>", "en")] == [False, True]


def test_only_special_tokens_and_nothing_at_all() -> None:
    assert merge([], "", "en") == ()
    assert [g.tokens for g in merge([token("▁", 0, 0)], "", "en")] == [(0,)]


VOCABULARY = Vocabulary.train((f"the {n} cats and dogs saw a house in town {n * 7}" for n in range(300)), 120)


@given(ANY_TEXT.filter(lambda text: text.isprintable()), LANGUAGES)
def test_every_token_of_a_real_vocabulary_is_in_exactly_one_group(text: str, language: str) -> None:
    tokens = VOCABULARY.encode(text)
    groups = merge(tokens, text, language)
    assert [index for group in groups for index in group.tokens] == list(range(len(tokens)))
    assert all(text[group.start : group.end] == group.text for group in groups if not group.is_end)
    assert groups[-1].is_end


def test_the_length_to_expect_depends_on_the_languages() -> None:
    german, english = "Ich habe den ganzen Vormittag Fenster geputzt.", "I have been cleaning windows all morning."
    assert abs(length_deviation(german, "de", english, "en")) < 1
    assert length_deviation(german, "de", "I did.", "en") < -2.5
    assert length_deviation("今天天气很好。", "zh", "The weather is nice today.", "en") < 1.5
    assert length_deviation("", "de", "", "en") == 0
