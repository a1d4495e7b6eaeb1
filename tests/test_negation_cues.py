"""What counts as a negation, what only looks like one, and how strongly it counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.language.cues import CUE_LISTS
from nmt_audit.language.negation import AFFIXED, FAINT, IMPLIED, STRONG, WEAK, has_cues, negations


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
        ("en", "Nobody didn't laugh.", ["Nobody", "didn't"]),
        ("en", "It isn't just me, and I can't help laughing.", []),
        ("en", "He has not called, nor has he written.", ["not", "nor"]),
        ("en", "They don&#39;t know, we don 't care.", ["don&#39;t", "don 't"]),
        ("en", "The never-ending rain is intolerable.", ["never-ending", "intolerable"]),
        ("en", "Room no. 5 is regardless of price.", []),
        ("fr", "Je ne sais pas, ce n'est rien.", ["ne", "n'"]),
        ("fr", "Une personne viendra pas à pas.", []),
        ("fr", "Je ne sais pas ce que tu veux.", ["ne"]),
        ("fr", "Il ne boit que du lait.", []),
        ("fr", "Avant qu'il ne parte un peu plus tard, il chante.", []),
        ("fr", "Il n'y a plus rien.", ["n'"]),
        ("fr", "Il n'a pas cessé de pleuvoir.", []),
        ("fr", "Il n&#39;est pas là.", ["n&#39;"]),
        ("fr", "N'importe qui peut venir.", []),
        ("es", "Salió sin decir nada a nadie.", ["sin"]),
        ("es", "No vino nadie sin sombrero.", ["No", "sin"]),
        ("es", "Llueve, ¿no?", []),
        ("it", "Non ho visto nessuno.", ["Non"]),
        ("it", "Non solo lui.", []),
        ("pt", "Não vi ninguém.", ["Não"]),
        ("pt", "É bom, não é?", []),
        ("nl", "Er is niemand en het is onmogelijk.", ["niemand", "onmogelijk"]),
        ("nl", "Niet alleen hij.", []),
        ("ru", "Никто не пришёл.", ["Никто"]),
        ("ru", "Никто никогда ничего не говорит.", ["Никто"]),
        ("ru", "Он не пьёт. Никто не пьёт.", ["не", "Никто"]),
        ("ru", "Он не пьёт, и она не пьёт.", ["не", "не"]),
        ("ru", "Он не только умён.", []),
        ("pl", "Nie widziałem nikogo bez kapelusza.", ["Nie", "bez"]),
        ("cs", "Nikdo nepřišel, nebo ano?", ["Nikdo"]),
        ("cs", "Není to nejlepší.", ["Není"]),
        ("ro", "Nu a venit nimeni.", ["Nu"]),
        ("zh", "我不知道，他没来。", ["不", "没"]),
        ("zh", "不仅如此，非常好，是不是？", []),
        ("zh", "别告诉别人，我从来没去过。", ["别", "从来没"]),
        ("tr", "Gelmedi, çünkü evde değildi.", ["Gelmedi", "değildi"]),
        ("tr", "Gelmeden önce aradı.", []),
        ("sr", "Никога нисам видео.", ["Никога"]),
        ("sr", "Није дошао без шешира.", ["Није", "без"]),
        ("hr", "Nitko nije došao, a ni ja ne dolazim.", ["Nitko", "ne"]),
        ("hr", "Ne samo on, nego i nešto više.", []),
        ("fi", "En tiedä, eikä hän tiedä.", ["En"]),
        ("fi", "Hän lähti ilman hattua, ei vain kerran.", ["ilman"]),
        ("fi", "Se on mahdoton, ja työttömät tietävät sen.", ["mahdoton", "työttömät"]),
        ("lt", "Niekas neatėjo, nes lijo.", ["Niekas"]),
        ("lt", "Ne tik jis, bet ir nedidelis šuo.", []),
        ("lv", "Neviens neatnāca šonedēļ.", ["Neviens"]),
        ("et", "Ma ei tea mitte midagi.", ["ei"]),
        ("ja", "彼は来ませんでした。", ["ませんでした"]),
        ("ja", "本を読まないで、寝ずに待った。", ["ないで", "ずに"]),
        ("ja", "行かなければならない。雨かもしれない。人は少ない。", []),
        ("ja", "彼 は 来 ま せ ん で し た 。", ["ま せ ん で し た"]),
        ("ja", "行 か なけれ ば な ら な い 。", []),
        ("ar", "لا أعرف ولم يأت أحد.", ["لا", "ولم"]),
        ("ar", "لا يزال هنا، وليس فقط اليوم.", []),
        ("hi", "वह नहीं आया।", ["नहीं"]),
        ("hi", "न केवल वह, बल्कि कोई न कोई और।", []),
        ("hi", "वह बिना टोपी के गया।", ["बिना"]),
        ("uk", "Ніхто не прийшов без капелюха.", ["Ніхто", "без"]),
        ("bg", "Никой не дойде, но нещо падна.", ["Никой"]),
        ("sk", "Nikto neprišiel.", ["Nikto"]),
        ("sl", "Nihče ni prišel.", ["Nihče"]),
        ("hu", "Senki sem jött.", ["Senki"]),
        ("el", "Δεν ήρθε κανείς χωρίς καπέλο.", ["Δεν", "χωρίς"]),
        ("sv", "Han kom inte, utan stannade hemma.", ["inte"]),
        ("da", "Hun er ikke kun klog.", []),
        ("nb", "Ingen kom uten hatt.", ["Ingen", "uten"]),
        ("is", "Hann kom ekki.", ["ekki"]),
        ("ko", "그는 오지 않았다.", ["않았다"]),
        ("ko", "그뿐만 아니라 나도 간다.", []),
        ("vi", "Tôi không biết.", ["không"]),
        ("vi", "Hàng không, phải không?", []),
        ("id", "Dia tidak datang tanpa topi.", ["tidak", "tanpa"]),
        ("he", "הוא לא בא, ואין לו כובע.", ["לא", "ואין"]),
        ("fa", "نمی‌دانم.", ["نمی‌دانم"]),
        ("ps", "هغه نه راځي.", ["نه"]),
        ("ur", "وہ نہیں آیا۔", ["نہیں"]),
        ("th", "เขาไม่มา", ["ไม่"]),
        ("km", "គាត់មិនមកទេ", ["មិន"]),
        ("gu", "તે આવ્યો નથી.", ["નથી"]),
        ("ta", "அவர் வரவில்லை.", ["வரவில்லை"]),
        ("kk", "Ол келмеді, үйде емес.", ["келмеді", "емес"]),
    ],
)
def test_cues_and_exceptions(language: str, text: str, expected: list[str]) -> None:
    assert found(text, language) == expected


@pytest.mark.parametrize(
    ("text", "strength"),
    [("not", STRONG), ("hardly", WEAK), ("unhappy", AFFIXED), ("refused", IMPLIED), ("wrong", FAINT)],
)
def test_strength_falls_with_plainness(text: str, strength: float) -> None:
    assert [n.strength for n in negations(text, "en")] == [strength]


def test_spans_point_into_the_text_as_given() -> None:
    text = "İstanbul ist NICHT weit."  # lower-casing the first letter would make two of it
    (negation,) = negations(text, "de")
    assert text[negation.word.start : negation.word.end] == "NICHT"


def test_both_scripts_of_serbian_say_no_alike() -> None:
    latin, cyrillic = CUE_LISTS["sr"].strong & set("nije nema nikad".split()), {"није", "нема", "никад"}
    assert len(latin) == 3 and cyrillic <= CUE_LISTS["sr"].strong
    assert found("Nezadovoljan je.", "sr") == ["Nezadovoljan"] and found("Незадовољан је.", "sr") == ["Незадовољан"]


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
