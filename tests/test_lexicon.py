"""Lexicons: learned ones are the same whatever the order, saved ones are read back, shipped ones know common words."""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.errors import InputError
from nmt_audit.language import learning
from nmt_audit.language.cognates import ALIKE, likeness, romanised
from nmt_audit.language.entries import Entries
from nmt_audit.language.han_numbers import han_numbers
from nmt_audit.language.learning import LEAST_PAIRS, learn
from nmt_audit.language.lexicon import Lexicon, common_words, parsed, shipped_lexicon
from nmt_audit.language.seeds import TABLES, seeded
from nmt_audit.language.units import LONGEST_UNIT, units
from nmt_audit.language.words import words

WHO = {"hund": "dog", "mann": "man", "lehrer": "teacher", "könig": "king", "vogel": "bird", "bauer": "farmer"}
WHO |= {"koch": "cook", "dieb": "thief"}
WHAT = {"sieht": "sees", "kauft": "buys", "malt": "paints", "findet": "finds", "holt": "fetches", "mag": "likes"}
WHOM = {"apfel": "apple", "tisch": "table", "ball": "ball", "stein": "stone", "brief": "letter", "hut": "hat"}
WHOM |= {"topf": "pot"}
WHEN = {"heute": "today", "morgen": "tomorrow", "immer": "always", "oft": "often", "bald": "soon", "nie": "never"}
PAIRS = [
    (f"Der {a} {b} {d} den {c}.", f"The {WHO[a]} {WHEN[d]} {WHAT[b]} the {WHOM[c]}.")
    for a, b, c, d in itertools.product(WHO, WHAT, WHOM, WHEN)
]


@pytest.fixture(scope="module")
def learned() -> Lexicon:
    return learn(PAIRS, "de", "en")


def test_what_translates_what_is_learned(learned: Lexicon) -> None:
    for german, english in {**WHO, **WHAT, **WHOM, **WHEN}.items():
        assert max(learned.forward[german], key=learned.forward[german].__getitem__) == english
        assert max(learned.backward[english], key=learned.backward[english].__getitem__) == german


def test_neither_order_nor_copies_make_a_difference(learned: Lexicon) -> None:
    mixed = random.Random(7).sample(PAIRS + PAIRS[:200], len(PAIRS) + 200)
    assert learn(mixed, "de", "en") == learned


def test_probabilities_are_shares_of_occurrences(learned: Lexicon) -> None:
    for table in (learned.forward, learned.backward):
        assert all(0 < probability <= 1 for row in table.values() for probability in row.values())
        assert all(sum(row.values()) <= 1.1 for row in table.values())


def test_a_small_corpus_teaches_nothing_and_says_so() -> None:
    few = learn(PAIRS[: LEAST_PAIRS - 1] + PAIRS[:5], "de", "en")
    assert not few
    assert str(LEAST_PAIRS) in few.origin


def test_without_the_aligner_nothing_is_learned_and_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "thot.alignment", None)
    without = learn(PAIRS, "de", "en")
    assert not without
    assert "pip install sil-thot" in without.origin


def test_neighbouring_characters_that_mean_one_word_make_one_entry() -> None:
    chinese = {"dog": "狗", "library": "图书馆", "school": "学校", "tea": "茶", "window": "窗户", "bread": "面包"}
    chinese |= {"river": "河流"}
    verbs = {"likes": "喜欢", "wants": "想要", "sees": "看见", "needs": "需要", "sells": "卖", "has": "有"}
    people = {"tom": "汤姆", "mary": "玛丽", "john": "约翰", "grandpa": "爷爷", "teacher": "老师", "student": "学生"}
    people |= {"doctor": "医生", "friend": "朋友"}
    days = {"today": "今天", "tomorrow": "明天", "often": "常常", "always": "总是", "soon": "马上", "never": "从不"}
    pairs = [
        (f"{people[a]}{days[d]}{verbs[b]}{chinese[c]}。", f"{a} {d} {b} {c}.")
        for a, b, c, d in itertools.product(people, verbs, chinese, days)
    ]
    found = learn(pairs, "zh", "en")
    assert max(found.backward["library"], key=found.backward["library"].__getitem__) == "图书馆"
    assert "library" in found.forward["图书馆"]
    assert "dog" in found.forward["狗"]


def test_a_saved_lexicon_is_read_back(learned: Lexicon, tmp_path: Path) -> None:
    file = tmp_path / "de-en.tsv"
    learned.save(file, "made up for a test")
    assert Lexicon.load(file) == learned
    again = tmp_path / "again.tsv"
    Lexicon.load(file).save(again, "made up for a test")
    assert again.read_bytes() == file.read_bytes()


def test_a_file_that_is_no_lexicon_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.tsv"
    file.write_text("haus\thouse 98\n", "utf-8")
    with pytest.raises(InputError, match=r"broken\.tsv"):
        Lexicon.load(file)


def test_the_command_writes_what_learning_finds(
    learned: Lexicon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs, out = tmp_path / "pairs.tsv", tmp_path / "out.tsv"
    pairs.write_text("".join(f"{source}\t{target}\n" for source, target in PAIRS), "utf-8")
    given = ["learning", "--pairs", str(pairs), "--src-lang", "de", "--tgt-lang", "en", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", given)
    learning.main()
    assert Lexicon.load(out) == learned


def test_joined_lexicons_keep_the_larger_probability() -> None:
    one = Lexicon({"haus": {"house": 0.5, "home": 0.4}}, {"house": {"haus": 0.9}}, "one")
    other = Lexicon({"haus": {"house": 0.8}, "hund": {"dog": 0.7}}, {}, "other")
    both = one.joined(other)
    assert both.forward == {"haus": {"house": 0.8, "home": 0.4}, "hund": {"dog": 0.7}}
    assert both.backward == {"house": {"haus": 0.9}}
    assert both.origin == "one; other"
    assert one.joined(Lexicon()) is one


@pytest.mark.parametrize(
    ("src_lang", "tgt_lang", "word", "translation"),
    [
        ("de", "en", "wetter", "weather"),
        ("en", "de", "weather", "wetter"),
        ("fr-CA", "en", "maison", "house"),
        ("zh", "en", "朋友", "friend"),
        ("en", "ja", "dog", "犬"),
    ],
)
def test_shipped_lexicons_know_common_words_both_ways(
    src_lang: str, tgt_lang: str, word: str, translation: str
) -> None:
    assert shipped_lexicon(src_lang, tgt_lang).forward[word][translation] > 0.05


@pytest.mark.parametrize(
    ("language", "word", "english"),
    [
        ("ru", "правительства", "government"), ("cs", "vlády", "government"), ("pl", "rządu", "governments"),
        ("es", "escuelas", "school"), ("it", "ospedali", "hospital"), ("pt-BR", "médicos", "doctor"),
        ("ro", "orașului", "city"), ("sr", "школа", "school"), ("hr", "zakona", "laws"), ("tr", "ülkenin", "country"),
        ("et", "kooli", "schools"), ("fi", "sairaalassa", "hospitals"), ("lt", "metų", "year"),
        ("hi", "सरकार", "government"), ("nl", "ziekenhuis", "hospital"), ("km", "ប្រទេស", "country"),
    ],
)  # fmt: skip
def test_common_words_of_languages_without_a_corpus_are_known(language: str, word: str, english: str) -> None:
    lexicon = shipped_lexicon(language, "en")
    there = Entries(lexicon.forward, lexicon.backward)
    back = Entries(lexicon.backward, lexicon.forward)
    forms = {form for form, _ in back.forms(english)}
    entries = [entry for entry, _, _ in units(words(word, language))]
    assert any(forms & there.partners[form].keys() for entry in entries for form, _ in there.forms(entry))


def test_an_unknown_pair_has_an_empty_lexicon() -> None:
    assert not shipped_lexicon("xx", "en")
    assert not shipped_lexicon("de", "de")


def test_shipped_tables_are_well_formed() -> None:
    folder = Path(learning.__file__).parent / "lexicons"
    for name in TABLES:
        head, *lines = (folder / name).read_text("utf-8").splitlines()
        languages = head.split("\t")
        assert languages[0] == "en"
        for line in lines:
            assert len(line.split("\t")) == len(languages), line
            assert ",," not in line, line
    for name in ("de-en", "fr-en", "zh-en", "ja-en"):
        text = (folder / f"{name}.tsv").read_text("utf-8")
        assert len(text.encode()) < 600_000
        assert parsed(text).origin.startswith("learned from")


def test_seeds_of_two_languages_meet_in_their_concepts() -> None:
    forward, backward = seeded("es", "it")
    assert "governo*" in forward["gobierno*"]
    assert "gobierno*" in backward["governo*"]


def test_common_words_leave_names_out() -> None:
    assert {"house", "weather", "government"} <= common_words("en")
    assert not {"tom", "boston"} & common_words("en")


def test_compounds_are_found_by_their_parts() -> None:
    entries = Entries({"schule": {"school": 0.9}, "bus": {"bus": 0.9}, "haus": {"house": 0.9}}, {})
    assert ("haus", 0.75) in entries.forms("krankenhaus")
    assert {form for form, _ in entries.forms("hausschule")} == {"haus", "schule"}
    assert entries.forms("mauer") == ()
    assert entries.explained("schule") == 0.9
    assert 0.5 < entries.explained("schulen") < 0.9


def test_units_join_neighbouring_characters_only() -> None:
    found = [entry for entry, _, _ in units(words("我 爱图书馆 now", "zh"))]
    assert {"我", "爱", "爱图", "图书馆", "now"} <= set(found)
    assert "我爱" not in found
    assert max(map(len, found)) <= LONGEST_UNIT


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("process", "Prozess"), ("familia", "family"), ("президента", "president"),
        ("economía", "economy"), ("Πρόγραμμα", "program"), ("मोदी", "Modi"), ("Москве", "Moscow"),
        ("Beşiktaş", "Besiktas"), ("Kraków", "Krakow"),
    ],
)  # fmt: skip
def test_words_that_are_one_word_look_alike(first: str, second: str) -> None:
    assert likeness(first, second) >= ALIKE


@pytest.mark.parametrize(
    ("first", "second"),
    [("Haus", "tree"), ("вода", "friend"), ("gift", "present"), ("an", "an"), ("水曜日", "Wednesday")],
)
def test_other_words_do_not(first: str, second: str) -> None:
    assert likeness(first, second) < ALIKE


@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_is_a_share_and_symmetric(first: str, second: str) -> None:
    assert 0 <= likeness(first, second) <= 1
    assert likeness(first, second) == likeness(second, first)
    assert romanised(first).isascii()


def test_han_numerals_are_read() -> None:
    assert list(han_numbers("约五万五千元，二〇一五年，3.5亿，1万2千人，十二")) == [
        "55000",
        "2015",
        "350000000",
        "12000",
        "12",
    ]
    assert list(han_numbers("no numeral here 12")) == []


@given(st.text(alphabet="零〇一二两三九十百千万亿0123456789.,年x", max_size=12))
def test_no_string_of_numerals_is_too_odd(text: str) -> None:
    assert all(value.replace(".", "").isdigit() or "e" in value for value in han_numbers(text))
