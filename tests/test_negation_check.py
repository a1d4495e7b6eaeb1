"""The NEGATION check: who pays for which negation, what a model's gain does, and what stays unsaid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from nmt_audit.checks import check_segment, default_thresholds
from nmt_audit.checks.negation import negation
from nmt_audit.checks.suspicion import Suspicion
from nmt_audit.checks.thresholds import FLOORS, SHIPPED
from nmt_audit.language.lexical import Lexical, Support
from nmt_audit.language.negation import negations
from nmt_audit.language.words import words
from nmt_audit.records import Evidence, Segment, Token, WithoutNegation

NOTHING_KNOWN = Lexical((), ())


def pair(source: str, target: str, src_lang: str = "de", tgt_lang: str = "en") -> Segment:
    return Segment("1", source, src_lang, tgt_lang, hypothesis=target)


def suspected(segment: Segment, evidence: Evidence | None = None, lexical: Lexical = NOTHING_KNOWN) -> list[Suspicion]:
    return list(negation(segment, evidence, lexical))


def flagged(segment: Segment, evidence: Evidence | None = None, lexical: Lexical = NOTHING_KNOWN) -> list[str]:
    found = [one for one in suspected(segment, evidence, lexical) if one.value >= SHIPPED[one.rule]]
    return [segment.source[one.start : one.end] for one in found]


def tried(segment: Segment, gains: Sequence[float]) -> Evidence:
    """Evidence of a model that tried the source without each of its negations."""
    zeros = np.zeros(1)
    whole = zeros.astype(np.int64)
    tokens = (Token("</s>", 2, 0, 0),)
    found = negations(segment.source, segment.src_lang)
    without = tuple(WithoutNegation(n.word.start, n.word.end, gain) for n, gain in zip(found, gains, strict=True))
    return Evidence(
        tokens, tokens, zeros, zeros, whole, zeros, whole, None, zeros, 9.0, without_negation=without
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "target", "languages", "expected"),
    [
        ("Der Hund bellt nicht.", "The dog barks.", "de en", ["nicht"]),
        ("Nem alszik.", "He is asleep.", "hu en", ["Nem"]),
        ("Nije došao.", "He came.", "sr en", ["Nije"]),
        ("Није дошао.", "He came.", "sr en", ["Није"]),
        ("Hän ei nuku.", "He is asleep.", "fi en", ["ei"]),
        ("彼は来ませんでした。", "He came.", "ja en", ["ませんでした"]),
        ("वह नहीं आया।", "He came.", "hi en", ["नहीं"]),
        ("لم يأت.", "He came.", "ar en", ["لم"]),
        ("他没有来。", "He came.", "zh en", ["没有"]),
        ("The door is locked without reason.", "Die Tür ist mit Grund verschlossen.", "en de", ["without"]),
        ("That is impossible.", "Das ist möglich.", "en de", ["impossible"]),
        # one negation, however many words of it
        ("Никто никогда ничего не говорит.", "Nobody ever says anything.", "ru en", []),
        ("Je n'ai jamais rien dit à personne.", "I never told anybody anything.", "fr en", []),
        ("Nobody said anything.", "Nadie dijo nada.", "en es", []),
        # said in another way
        ("Er kam nicht.", "He refused to come.", "de en", []),
        ("Sie war unhöflich.", "She was rude.", "de en", []),
        ("Das ist nicht unmöglich.", "That is possible.", "de en", []),
        ("他不在，门没开。", "He is out and the door stayed shut, not open.", "zh en", []),
        ("This is illegal.", "这是违法的。", "en zh", []),
        # affixes pay for affixes first, and words for words
        ("Das Unglück war nicht neu.", "The misfortune was new.", "de en", ["nicht"]),
        ("The untidy room is not locked.", "Das unordentliche Zimmer ist abgeschlossen.", "en de", ["not"]),
        ("The room upstairs is not locked, however untidy it is.",
         "Das Zimmer oben ist wohl, so unordentlich es ist, verschlossen.", "en de", ["not"]),
        # what the source itself refuses rephrases nothing else
        ("Il refuse de payer, sans raison.", "He refuses to pay, with reason.", "fr en", ["sans"]),
        # the same word without its affix is sure, whatever else negates
        ("Le résultat est inexact, et il ne dit pas pourquoi.", "The result is exact, and he doesn't say why.", "fr en",
         ["inexact"]),
    ],
)  # fmt: skip
def test_what_is_flagged(source: str, target: str, languages: str, expected: list[str]) -> None:
    assert flagged(pair(source, target, *languages.split())) == expected


def test_of_several_the_one_whose_place_says_yes_is_named() -> None:
    source = "Er kommt nicht, weil sein altes Auto seit gestern Abend leider nicht fährt."
    first = "He comes, because his old car unfortunately has not been running since last night."
    second = "He isn't coming, because his old car has unfortunately been running since last night."
    assert [one.start for one in suspected(pair(source, first))] == [9]
    assert [one.start for one in suspected(pair(source, second))] == [source.rindex("nicht")]


def test_neighbours_with_a_counterpart_tell_the_place_where_the_order_differs() -> None:
    segment = pair("Am Morgen singt Anna nicht, am Abend tanzt Paul nicht.", "Paul doesn't dance tonight; Anna sings.")
    partners = {"singt": "sings", "Anna": "Anna", "tanzt": "dance", "Paul": "Paul"}
    assert [one.start for one in suspected(segment)] == [segment.source.rindex("nicht")]
    found = suspected(segment, lexical=linked(segment, partners))
    assert [one.start for one in found] == [segment.source.index("nicht")]


def linked(segment: Segment, partners: dict[str, str]) -> Lexical:
    """Lexical support of these source words by those target words, and of no others."""
    target = [word for word in words(segment.hypothesis or "", segment.tgt_lang) if word.is_lexical]
    places = {word.text: place for place, word in enumerate(target)}
    source = tuple(
        Support(word, True, True, 0.8 if word.text in partners else 0.0, places.get(partners.get(word.text, "")))
        for word in words(segment.source, segment.src_lang)
        if word.is_lexical
    )
    return Lexical(source, tuple(Support(word, True, False, 0.0, None) for word in target))


def test_an_affixed_word_with_a_counterpart_of_its_own_is_hardly_suspected() -> None:
    segment = pair("Der Unbekannte winkte.", "The visitor waved.")
    (alone,) = suspected(segment)
    (known,) = suspected(segment, lexical=linked(segment, {"Unbekannte": "visitor"}))
    assert flagged(segment) == ["Unbekannte"]
    assert known.value < alone.value and known.value < SHIPPED["negation.affixed"]


def test_values_fall_with_doubt() -> None:
    sure = suspected(pair("Er kam nicht.", "He came."))[0].value
    near = suspected(pair("Er kam kaum.", "He came."))[0].value
    elsewhere = suspected(pair("Er kam nicht, und dann ging sie auch nicht.", "He came, and then she didn't go."))[
        0
    ].value
    rephrased = suspected(pair("Er kam nicht.", "He failed, but he came."))[0].value
    assert sure == 1.0
    assert rephrased < near < elsewhere < sure


def test_the_bare_word_is_twice_as_sure_as_any_other() -> None:
    (bare,) = suspected(pair("Le résultat est inexact.", "The result is exact.", "fr"))
    (other,) = suspected(pair("Le résultat est inexact.", "The result is fine.", "fr"))
    assert bare.value == 2 * other.value == 1.0


def test_what_rephrases_stands_around_the_place_of_the_negation() -> None:
    source = "Der alte Mann mit dem grauen Hut kam gestern Abend leider nicht in unser Haus."
    (near,) = suspected(pair(source, "The old man with the grey hat came to our house only yesterday evening."))
    (far,) = suspected(pair(source, "Only the old man with the grey hat came to our house yesterday evening."))
    assert near.value < SHIPPED["negation.lost"] < far.value < 1.0


def test_a_model_that_finds_the_negation_expressed_refutes_the_words() -> None:
    segment = pair("Ich habe nichts dagegen.", "It is fine with me.")
    assert flagged(segment) == ["nichts"]
    assert flagged(segment, tried(segment, [-9.0])) == []
    (left,) = suspected(segment, tried(segment, [-9.0]))
    assert 0 < left.value < 0.1


def test_a_gain_makes_words_surer_and_none_leaves_them_as_they_were() -> None:
    segment = pair("Sie war unhöflich.", "She was rude.")
    alone, lost = suspected(segment), suspected(segment, tried(segment, [6.0]))
    assert flagged(segment) == [] and "unhöflich" in flagged(segment, tried(segment, [6.0]))
    assert 1.9 * alone[0].value < lost[0].value < 2.0 * alone[0].value


def test_a_gain_shows_what_an_unrelated_negation_hides() -> None:
    segment = pair("Er kam nicht.", "He came without a hat.")
    assert suspected(segment) == []
    (found,) = suspected(segment, tried(segment, [7.5]))
    assert (found.rule, found.value, segment.source[found.start : found.end]) == ("negation.contrast", 7.5, "nicht")
    assert suspected(segment, tried(segment, [-0.5])) == []


def test_each_of_two_negations_is_judged_by_its_own_gain() -> None:
    segment = pair("Er kam nicht, und sie sang nicht.", "He didn't come, and she didn't sing.")
    rules = [(one.rule, one.start) for one in suspected(segment, tried(segment, [-8.0, 3.0]))]
    assert rules == [("negation.contrast", segment.source.rindex("nicht"))]


def test_the_floors_let_a_calibration_choose() -> None:
    assert FLOORS["negation.contrast"] < SHIPPED["negation.contrast"]


@pytest.mark.parametrize(
    ("source", "target", "languages"),
    [
        ("Das war ein nicht allzu schlechter Trost.", "That was a not-too-shabby consolation.", ("de", "en")),
        ("Daran habe ich keine Zweifel.", "I have no doubt about that.", ("de", "en")),
        ("Nichtsdestotrotz kam er.", "Still, he came.", ("de", "en")),
        ("Un faux pas peut coûter la vie.", "A misstep can cost you your life.", ("fr", "en")),
        ("Rien qu'à Paris, il y en a cent.", "In Paris alone there are a hundred.", ("fr", "en")),
    ],
)
def test_what_real_systems_said_rightly_is_left_alone(source: str, target: str, languages: tuple[str, str]) -> None:
    segment = Segment("1", source, *languages, hypothesis=target)
    assert [f for f in check_segment(segment, None, default_thresholds()).flags if f.category == "NEGATION"] == []
