"""How Chinese and Japanese words are read: known sentences, and that every reading belongs to what it stands above."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from nmt_audit.language.pronunciation import above, available, readings

CASES = [
    # language, text, what is read how
    ("zh", "你的猫。", "你 nǐ, 的 de, 猫 māo"),
    ("zh-CN", "银行行长", "银 yín, 行 háng, 行 háng, 长 zhǎng"),  # one character, two readings
    ("zh_Hant", "重要，重新", "重 zhòng, 要 yào, 重 chóng, 新 xīn"),
    ("zho", "在 Berlin 看 3 本书", "在 zài, 看 kàn, 本 běn, 书 shū"),
    ("ja", "昨日、食べ物を見ませんでした。", "昨日 きのう, 食 た, 物 もの, 見 み"),
    ("ja-JP", "取り扱い", "取 と, 扱 あつか"),
    ("ja", "3月に東京タワーへ行った", "3月 さんがつ, 東京 とうきょう, 行 い"),
    ("ja", "ひらがなとカタカナ", ""),  # they read themselves
    ("yue", "你好", ""),  # Cantonese is not read as Mandarin
    ("de", "你好", ""),
    ("zh", "", ""),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_words_are_read_as_a_learners_book_prints_them(language: str, text: str, expected: str) -> None:
    assert ", ".join(f"{text[start:end]} {reading}" for start, end, reading in readings(text, language)) == expected


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_readings_stand_in_order_above_what_they_belong_to_whatever_the_text(language: str) -> None:
    draw = random.Random(0xC0FFEE)
    letters = "你行长重々〇食べ物タワー東京取り扱い𠀀\ue000 a1。\x00\u2028\u202e\ud800\u0301😀"
    for _ in range(300):
        text = "".join(draw.choices(letters, k=draw.randrange(1, 30)))
        found = readings(text, language)
        edges = [edge for start, end, _ in found for edge in (start, end)]
        assert edges == sorted(edges), text
        assert all(0 <= start < end <= len(text) and reading.strip() for start, end, reading in found), text
        assert readings(text, language) == found, text


def test_a_word_that_does_not_fit_its_reading_gets_it_as_a_whole() -> None:
    assert list(above("取り扱い", "とりあつかい")) == [(0, 1, "と"), (2, 3, "あつか")]
    assert list(above("今日は", "べつのよみ")) == [(0, 3, "べつのよみ")]
    assert list(above("々", "々")) == []


def test_a_line_of_ten_thousand_characters_is_read_to_its_end() -> None:
    text = "我没有看见你的猫。" * 1200
    assert readings(text, "zh")[-1] == (len(text) - 2, len(text) - 1, "māo")


def test_languages_that_can_be_read() -> None:
    assert available("zh-CN") and available("ja")
    assert not available("yue") and not available("en")


def test_without_the_packages_for_japanese_nothing_is_read_and_nothing_fails() -> None:
    code = (
        "import sys; sys.modules['fugashi'] = None\n"
        "from nmt_audit.language.pronunciation import available, readings\n"
        "print(available('ja'), available('zh'), readings('東京', 'ja'), readings('猫', 'zh'))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert answer.stdout.strip() == "False True [] [(0, 1, 'māo')]"
