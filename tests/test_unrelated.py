"""UNRELATED: translations of another sentence, added words, and words that neither model nor lexicon explains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nmt_audit.checks import check_segment, default_thresholds
from nmt_audit.checks.registry import suspicions
from nmt_audit.checks.suspicion import Suspicion
from nmt_audit.checks.unsupported import runs
from nmt_audit.language.lexical import lexical_support
from nmt_audit.language.lexicon import Lexicon, shipped_lexicon
from nmt_audit.language.words import words
from nmt_audit.records import Evidence, Flag, Segment, Token

PLAIN = "Der Lehrer kauft ein Buch."


def segment(source: str, hypothesis: str, src_lang: str = "de", tgt_lang: str = "en") -> Segment:
    return Segment("1", source, src_lang, tgt_lang, hypothesis=hypothesis)


def flags(found: Segment) -> list[Flag]:
    return [flag for flag in check_segment(found, None, default_thresholds()).flags if flag.category == "UNRELATED"]


def strongest(found: Segment, rule: str, evidence: Evidence | None = None, lexicon: Lexicon | None = None) -> Suspicion:
    seen = [s for s in suspicions(found, evidence, lexicon)["UNRELATED"] if s.rule == rule]
    return max(seen, key=lambda s: s.value)


@pytest.mark.parametrize(
    ("src_lang", "source", "right", "wrong"),
    [
        (
            "de", "Die Regierung will im nächsten Jahr mehr Geld für Schulen und Straßen ausgeben.",
            "The government wants to spend more money on schools and roads next year.",
            "My little sister found a wounded bird under the old apple tree this morning.",
        ),
        (
            "zh", "我的朋友每天早上坐火车去学校。", "My friend goes to school by train every morning.",
            "Soldiers burned three houses near the river.",
        ),
        (
            "es", "El presidente visitó ayer la universidad y habló con los estudiantes sobre economía internacional.",
            "Yesterday the president visited the university and talked to the students about international economy.",
            "The birds were sleeping in the tall trees, and snow was falling softly on the village.",
        ),
        (
            "ru", "Президент России встретился в Москве с министром и обсудил новую экономическую программу.",
            "The President of Russia met the minister in Moscow and discussed the new economic program.",
            "My grandmother bakes wonderful cakes for us whenever we come to see her on Sunday.",
        ),
    ],
)  # fmt: skip
def test_a_translation_of_another_sentence_is_flagged(src_lang: str, source: str, right: str, wrong: str) -> None:
    assert flags(segment(source, right, src_lang)) == []
    (flag,) = flags(segment(source, wrong, src_lang))
    assert flag.rule in ("unrelated.vocabulary", "unrelated.clause")
    assert flag.end is not None and flag.end - (flag.start or 0) > len(wrong) / 2
    whole = strongest(segment(source, wrong, src_lang), "unrelated.vocabulary")
    assert whole.value >= default_thresholds()["unrelated.vocabulary"]
    assert "have a counterpart" in whole.message


def test_a_clause_of_another_sentence_is_pointed_at() -> None:
    source = "Der Lehrer kauft ein Buch, und die Kinder spielen mit dem Hund im Garten."
    target = "The teacher buys a book, and every winter heavy ships bring cheap salt from distant islands."
    (flag,) = flags(segment(source, target))
    assert flag.rule == "unrelated.clause"
    assert flag.start is not None and target.index("book") < flag.start <= target.index("heavy")
    assert flag.end == target.index(".")
    assert flag.counterpart is not None
    assert "Kinder" in source[flag.counterpart.start : flag.counterpart.end]
    assert "Lehrer" not in source[flag.counterpart.start : flag.counterpart.end]


def test_a_short_translation_is_not_judged_by_its_few_words() -> None:
    assert flags(segment("Wie bitte?", "Pardon me?")) == []
    assert flags(segment("Mahlzeit!", "Enjoy your meal!")) == []


def test_added_words_in_a_row_are_one_span() -> None:
    target = "The teacher buys a book and four dirty bottles of milk."
    found = strongest(segment(PLAIN, target), "unrelated.extra")
    assert (found.start, found.end) == (target.index("four"), target.index("."))
    assert found.value > strongest(segment(PLAIN, "The teacher buys a dirty book."), "unrelated.extra").value


def test_words_that_stand_for_others_are_less_suspicious_than_added_ones() -> None:
    source = "Der Hund schläft im Garten."
    added = strongest(segment(source, "The dog sleeps in the dirty garden kitchen."), "unrelated.extra")
    instead = suspicions(segment(source, "The dog sleeps in the dirty kitchen."), None)["UNRELATED"]
    assert all(s.value < added.value for s in instead if s.rule == "unrelated.extra")
    assert added.value > 1


def test_supported_content_ends_a_row_and_function_words_do_not() -> None:
    found = lexical_support(segment(PLAIN, "The dirty teacher of the milk drinks."), shipped_lexicon("de", "en"))
    text = "The dirty teacher of the milk drinks."
    assert [text[run.start : run.end] for run in runs(found.target)] == ["dirty", "milk drinks"]


def test_a_number_written_in_han_numerals_is_the_same_number() -> None:
    assert flags(segment("这本书卖五万五千元。", "This book sells for 55,000 yuan.", "zh")) == []
    (flag,) = flags(segment("这本书卖五万五千元。", "This book sells for 56,000 yuan.", "zh"))
    assert flag.rule == "unrelated.number"


def test_offices_and_peoples_are_no_made_up_names() -> None:
    source = "Der Vorstand der Notenbank tritt zusammen."
    assert flags(segment(source, "The Management Board of the Federal Reserve is meeting.")) == []
    (flag,) = flags(segment("Der Hund schläft im Garten.", "The dog of Esmeralda sleeps in the garden."))
    assert flag.rule == "unrelated.name"


def test_a_name_that_may_stand_for_one_of_the_source_is_not_made_up() -> None:
    assert flags(segment("Der Hund schläft in Vorpommern.", "The dog sleeps in Pomerania.")) == []
    (flag,) = flags(segment("Der Hund schläft.", "The dog sleeps in Pomerania."))
    assert flag.rule == "unrelated.name"


def evidence(source: str, target: str, gaps: dict[str, float]) -> Evidence:
    """Of a model that has a gap at these words, and looks at the source evenly."""
    sources, targets = (
        (*(Token(w.text, 5, w.start, w.end) for w in words(text, "")), Token("</s>", 0, len(text), len(text)))
        for text in (source, target)
    )
    size = len(targets)
    array = np.array([gaps.get(token.piece, 0.0) for token in targets])
    return Evidence(
        source_tokens=sources,
        target_tokens=targets,
        logprobs=-0.1 - array,
        entropies=np.full(size, 0.5),
        ranks=np.zeros(size, np.int64),
        gaps=array,
        rivals=np.ones(size, np.int64),
        attention=np.full((size, len(sources)), 1 / len(sources)),
        source_gain=np.full(size, 1.0),
        eos_margin=-5.0,
    )


def test_an_improbable_word_counts_for_more_where_the_lexicon_agrees() -> None:
    swapped, synonym = "The teacher buys a bottle.", "The teacher purchases a book."
    one = strongest(segment(PLAIN, swapped), "unrelated.improbable", evidence(PLAIN, swapped, {"bottle": 8.0}))
    two = strongest(
        segment(PLAIN, synonym), "unrelated.improbable", evidence(PLAIN, synonym, {"book": 8.0})
    )  # fmt: skip
    assert (one.start, one.end) == (swapped.index("bottle"), swapped.index("bottle") + 6)
    assert one.value > two.value + 4
    assert "“Buch” has no counterpart" in one.message
    assert "nothing in the source means it" in one.message
    assert "nothing in the source means it" not in two.message


def test_without_a_lexicon_the_model_decides_alone() -> None:
    swapped = "The teacher buys a bottle."
    seen = evidence(PLAIN, swapped, {"bottle": 8.0})
    found = strongest(segment(PLAIN, swapped), "unrelated.improbable", seen, Lexicon(origin="none for a test"))
    assert found.value == pytest.approx(8.0 - 0.25 * 1.0 - float(-seen.logprobs.mean()), abs=1.0)
    assert found.positions == (4,)


def test_a_text_that_is_improbable_as_a_whole_is_pointed_at_where_it_is_most() -> None:
    target = "The teacher buys a bottle."
    seen = evidence(PLAIN, target, {"buys": 20.0, "a": 18.0})
    found = strongest(segment(PLAIN, target), "unrelated.detached", seen)
    assert (found.start, found.end) == (target.index("buys"), target.index(" bottle"))
    assert found.positions == (2, 3)


def test_in_a_text_that_is_improbable_as_a_whole_one_word_is_less_special() -> None:
    swapped = "The teacher buys a bottle."
    seen = evidence(PLAIN, swapped, {"bottle": 8.0})
    odd = replace(seen, logprobs=seen.logprobs - 3.0)
    found = segment(PLAIN, swapped)
    assert strongest(found, "unrelated.improbable", odd).value == pytest.approx(
        strongest(found, "unrelated.improbable", seen).value - 3.0
    )


def test_a_model_without_attention_is_no_obstacle() -> None:
    swapped = "The teacher buys a bottle."
    seen = replace(evidence(PLAIN, swapped, {"bottle": 8.0}), attention=None)
    found = strongest(segment(PLAIN, swapped), "unrelated.improbable", seen)
    assert found.counterpart is None
    assert found.value > 8
