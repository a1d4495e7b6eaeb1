"""What counts as a negation, what only looks like one, and how strongly it counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.language.cues import CUE_LISTS
from nmt_audit.language.negation import AFFIXED, IMPLIED, STRONG, WEAK, has_cues, negations


def found(text: str, language: str, strength: float = AFFIXED) -> list[str]:
    return [n.word.text for n in negations(text, language) if n.strength >= strength]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Das ist nicht gut.", ["nicht"]),
        ("de", "Keine von ihnen hat jemals nichts gesagt.", ["Keine", "nichts"]),
        ("de", "Weder er noch sie kam.", ["Weder"]),
        ("de", "Er ist noch da.", []),
        ("de", "Er ging ohne Hut, kaum dass es tagte.", ["ohne", "kaum"]),
        ("de", "Sie war unglücklich und arbeitslos.", ["unglücklich", "arbeitslos"]),
        ("de", "Und unser Onkel ist unter uns, los, lose!", []),
        ("de", "Er ist nicht nur klug, sondern auch nett.", []),
        ("de", "Ich sehe nichts als Wasser.", []),
        ("de", "Du kommst doch, nicht wahr?", []),
        ("de", "Kommst du, oder nicht?", []),
        ("de", "Ich weiß nicht, ob er kommt oder nicht.", ["nicht"]),
        ("en", "I don’t know; he isn't here.", ["don’t", "isn't"]),
        ("en", "Nobody saw anything, nor did we.", ["Nobody", "nor"]),
        ("en", "Neither he nor she came.", ["Neither"]),
        ("en", "It was impossible, hopeless and unfair.", ["impossible", "hopeless", "unfair"]),
        ("en", "The union under the unit, until uncle unites us, bless him.", []),
        ("en", "He left without a word, hardly awake.", ["without", "hardly"]),
        ("en", "Not only that, it is nothing but trouble.", []),
        ("en", "You're tired, aren't you?", []),
        ("en", "Aren't you tired?", ["Aren't"]),
        ("fr", "Je ne sais pas, ce n'est rien.", ["ne", "n'"]),
        ("fr", "Une personne viendra pas à pas.", []),
        ("es", "No vino nadie sin sombrero.", ["No", "sin"]),
        ("es", "Llueve, ¿no?", []),
        ("it", "Non ho visto nessuno.", ["Non"]),
        ("it", "Non solo lui.", []),
        ("pt", "Não vi ninguém.", ["Não"]),
        ("pt", "É bom, não é?", []),
        ("nl", "Er is niemand en het is onmogelijk.", ["niemand", "onmogelijk"]),
        ("nl", "Niet alleen hij.", []),
        ("ru", "Никто не пришёл.", ["Никто"]),
        ("ru", "Он не только умён.", []),
        ("pl", "Nie widziałem nikogo bez kapelusza.", ["Nie", "bez"]),
        ("cs", "Nikdo nepřišel, nebo ano?", ["Nikdo"]),
        ("cs", "Není to nejlepší.", ["Není"]),
        ("ro", "Nu a venit nimeni.", ["Nu"]),
        ("zh", "我不知道，他没来。", ["不", "没"]),
        ("zh", "不仅如此，非常好，是不是？", []),
        ("tr", "Gelmedi, çünkü evde değildi.", ["Gelmedi", "değildi"]),
    ],
)
def test_cues_and_exceptions(language: str, text: str, expected: list[str]) -> None:
    assert found(text, language) == expected


@pytest.mark.parametrize(
    ("text", "strength"), [("not", STRONG), ("hardly", WEAK), ("unhappy", AFFIXED), ("refused", IMPLIED)]
)
def test_strength_falls_with_plainness(text: str, strength: float) -> None:
    assert [n.strength for n in negations(text, "en")] == [strength]


def test_spans_point_into_the_text_as_given() -> None:
    text = "İstanbul ist NICHT weit."  # lower-casing the first letter would make two of it
    (negation,) = negations(text, "de")
    assert text[negation.word.start : negation.word.end] == "NICHT"


def test_a_language_without_a_list_is_not_checked() -> None:
    assert not has_cues("xx")
    assert negations("not", "xx") == ()
    assert has_cues("pt-BR") and has_cues("de_AT")


@pytest.mark.parametrize("language", sorted(CUE_LISTS))
def test_every_cue_is_one_word_as_words_are_cut(language: str) -> None:
    cues = CUE_LISTS[language]
    for cue in cues.strong | cues.weak:
        text = f"{cue}{'' if cue.endswith(chr(39)) else ' '}amic"
        assert [n.word.text for n in negations(text, language)] == [cue], cue


@given(st.text(), st.sampled_from(sorted(CUE_LISTS)))
def test_any_text_is_survived(text: str, language: str) -> None:
    for negation in negations(text, language):
        assert text[negation.word.start : negation.word.end] == negation.word.text
        assert negation.strength > 0
