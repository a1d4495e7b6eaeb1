"""OMISSION: what the target leaves out of the source, with and without a model."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from test_checks import calm, segment

from nmt_audit import load_model
from nmt_audit.checks.coverage import uncovered, unsupported_runs
from nmt_audit.checks.registry import suspicions
from nmt_audit.checks.suspicion import Suspicion
from nmt_audit.checks.thresholds import SHIPPED
from nmt_audit.evidence import gather
from nmt_audit.language.length import length_deviation, length_share
from nmt_audit.language.lexical import lexical_support
from nmt_audit.language.lexicon import Lexicon, shipped_lexicon
from nmt_audit.models.protocol import Model
from nmt_audit.records import Array, Evidence, Insertion, Segment, Span, UntranslatedSpan

PAIR = segment("Der Hund schläft heute im Garten.", "The dog sleeps in the garden.")


def found(pair: Segment, evidence: Evidence | None = None, lexicon: Lexicon | None = None) -> list[Suspicion]:
    """What the check suspects, strongest first."""
    return sorted(suspicions(pair, evidence, lexicon)["OMISSION"], key=lambda suspicion: -suspicion.value)


def flagged(pair: Segment, evidence: Evidence | None = None) -> list[tuple[str, str]]:
    """Rule and source text of what reaches the shipped thresholds."""
    reached = [s for s in found(pair, evidence) if s.value >= SHIPPED[s.rule]]
    return [(s.rule, pair.source[s.start : s.end]) for s in reached]


def even(evidence: Evidence) -> Array:
    """Attention that looks everywhere alike."""
    return np.full((len(evidence.target_tokens), len(evidence.source_tokens)), 0.1)


# --- text -----------------------------------------------------------------------------------------------------------


def test_words_without_a_counterpart_are_named_with_what_the_length_says() -> None:
    pair = segment("Meine Schwester kaufte gestern Brot, Käse und eine Flasche Wein.", "My sister bought bread.")
    (text,) = found(pair)
    assert text.rule == "omission.length" and text.value >= SHIPPED[text.rule]
    assert pair.source[text.start : text.end] == "Käse und eine Flasche Wein"
    assert "has no counterpart that is known" in text.message and "standard deviations short" in text.message


def test_what_the_lexicon_does_not_know_leaves_the_length_alone() -> None:
    pair = segment("Meine Schwester kaufte gestern Brot, Käse und eine Flasche Wein.", "My sister bought bread.")
    (text,) = found(pair, lexicon=Lexicon())
    assert (text.start, text.end) == (None, None)
    assert text.value < found(pair)[0].value


def test_a_target_that_is_as_free_as_the_source_lacks_nothing_by_the_lexicon() -> None:
    lacking = segment("Der Lehrer vergaß die Schlüssel.", "The teacher forgot.")
    free = segment("Der Lehrer vergaß die Schlüssel.", "Dogs eat big blue fish.")
    assert "“Schlüssel” has no counterpart" in found(lacking)[0].message
    (by_length,) = found(free)
    assert "has no counterpart" not in by_length.message


def test_a_run_goes_across_function_words_and_ends_at_a_word_with_support() -> None:
    pair = segment("Der Arzt verlor in dem Garten Geld und die Katze trinkt Milch.", "The cat walks.")
    runs = unsupported_runs(lexical_support(pair, shipped_lexicon("de", "en")).source)
    assert [pair.source[run.start : run.end] for run in runs] == ["Arzt verlor in dem Garten Geld", "trinkt Milch"]
    assert runs[0].deficit > runs[1].deficit > 0


@pytest.mark.parametrize(
    ("source", "hypothesis", "lost"),
    [
        ("Er zahlte 250 Euro und bekam 30 zurück.", "He paid and got 30 back.", ["250"]),
        ("Entre 1 600 et 2 040 mètres, il neige.", "Between 1600 and 2040 metres, it is snowing.", []),
        ("Il vendit 12 000 livres.", "He sold 12,000 books.", []),
        ("Sie kam 1987 an.", "She arrived in 1978.", []),  # a changed number is not a lost one
    ],
)
def test_numbers_that_vanish(source: str, hypothesis: str, lost: list[str]) -> None:
    language = "fr" if "il " in source.lower() else "de"
    assert [text for rule, text in flagged(segment(source, hypothesis, language)) if rule == "omission.number"] == lost


def test_a_century_is_no_number_that_can_be_lost() -> None:
    pair = segment("20世纪90年代他住在这里。", "He lived here in the 1990s.", "zh")
    assert flagged(pair) == []


def test_latin_names_weigh_in_a_chinese_source_what_they_weigh_in_english_and_in_brackets_nothing() -> None:
    assert length_share("Frankie Dettori", "zh", "Frankie Dettori", "en") == 1.0
    plain, glossed = (
        length_deviation(f"他叫弗兰基·德托里{gloss}。", "zh", "His name is Frankie Dettori.", "en")
        for gloss in ("", "（Frankie Dettori）")
    )
    assert plain == glossed


# --- with evidence --------------------------------------------------------------------------------------------------


def test_an_untranslated_span_is_named_and_the_end_is_to_be_explained() -> None:
    evidence = replace(calm(PAIR), untranslated=(UntranslatedSpan(17, 22, 5.1),))
    (best, *_) = found(PAIR, evidence)
    assert (best.rule, best.start, best.end) == ("omission.uncovered", 17, 22)
    assert best.message.startswith("“heute” has no counterpart · contrastive gain 5.1")
    assert len(evidence.target_tokens) - 1 in best.positions


def test_a_word_that_is_wanted_names_the_gap_and_the_source_word_it_comes_from() -> None:
    evidence = calm(PAIR)
    attention = even(evidence)
    attention[3, 3] = 0.9  # "heute" is looked at where the model wants "today"
    evidence = replace(evidence, attention=attention, insertions=(Insertion(3, "today", 4.0),))
    (best, *_) = found(PAIR, evidence)
    assert PAIR.source[best.start : best.end] == "heute"
    assert "the model would say “today” here, which adds 4.0 nats" in best.message
    assert best.counterpart == Span("tgt", 15, 17) and 3 in best.positions  # before "in"


def test_what_speaks_for_one_span_adds_up() -> None:
    attention = even(calm(PAIR))
    attention[3, 3] = 0.9
    evidence = replace(calm(PAIR), attention=attention)
    contrast = replace(evidence, untranslated=(UntranslatedSpan(17, 22, 4.0),))
    insertions = (Insertion(3, "today", 4.0),)
    alone = [found(PAIR, each)[0].value for each in (contrast, replace(evidence, insertions=insertions))]
    both = found(PAIR, replace(contrast, insertions=insertions))[0]
    assert both.value > max(alone)
    assert "contrastive gain" in both.message and "the model would say" in both.message


def test_a_gain_counts_for_less_the_less_likely_the_hypothesis_is() -> None:
    spans = (UntranslatedSpan(17, 22, 3.0),)
    likely, unlikely = (found(PAIR, replace(calm(PAIR, logprob), untranslated=spans))[0] for logprob in (-0.1, -4.0))
    assert likely.value > 2 * unlikely.value


def test_coverage_is_by_relevance_where_there_is_some() -> None:
    evidence = calm(PAIR)
    relevance = np.ones(len(evidence.source_tokens))
    relevance[3] = -5.0  # "heute" speaks against the translation
    runs = uncovered(PAIR, replace(evidence, relevance=relevance))
    assert [PAIR.source[run.start : run.end] for run in runs] == ["heute"]
    assert uncovered(PAIR, evidence) == []
    assert uncovered(PAIR, replace(evidence, attention=None)) == []


def test_a_model_without_attention_still_names_a_word_without_support() -> None:
    evidence = replace(calm(PAIR), attention=None, insertions=(Insertion(3, "today", 4.0),))
    (best, *_) = found(PAIR, evidence)
    assert PAIR.source[best.start : best.end] == "heute"


def test_calm_evidence_of_a_full_translation_gives_nothing() -> None:
    pair = segment("Der Hund schläft heute im Garten.", "The dog sleeps in the garden today.")
    assert flagged(pair, calm(pair)) == []


# --- a trained model ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("rnnsearch-de-en")


SOURCES = {
    "Sie trägt heute einen roten Hut.": ("She is wearing a hat today.", "She is wearing a red hat today.", "roten"),
    "Wir haben lange auf den Bus gewartet.": (
        "We waited a time for the bus.", "We waited a long time for the bus.", "lange",
    ),
    "Tom hat ein Haus am Meer gekauft.": ("Has bought a house by the sea.", "Tom bought a house by the sea.", "Tom"),
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_a_trained_model_finds_what_is_left_out_and_nothing_in_the_full_translation(model: Model, source: str) -> None:
    lacking, full, word = SOURCES[source]
    pairs = [segment(source, lacking), segment(source, full)]
    of_lacking, of_full = gather(model, pairs, [None, None], -inf)
    assert ("omission.uncovered", word) in flagged(pairs[0], of_lacking)
    assert flagged(pairs[1], of_full) == []


def test_the_gain_of_an_insertion_is_the_difference_of_two_scores(model: Model) -> None:
    pair = segment("Wir haben lange auf den Bus gewartet.", "We waited a time for the bus.")
    (evidence,) = gather(model, [pair], [None], inf)
    assert evidence is not None
    (insertion,) = evidence.insertions
    assert insertion.text == "long"
    said = "We waited a long time for the bus."
    shorter, longer = model.score([pair.source] * 2, [pair.hypothesis or "", said])
    assert evidence.target_tokens[insertion.position].start == said.index("long")
    np.testing.assert_allclose(insertion.gain, longer.sum() - shorter.sum())


def test_only_what_adds_a_content_word_and_is_likelier_is_put_in(model: Model) -> None:
    pairs = [
        segment("Ich denke nicht, dass wir eine Erlaubnis brauchen.", "I don't think we need permission."),
        segment("Er ging so weit, sie zu schlagen.", "He went to the length of a beating."),
        segment("Ich kann Lärm nicht ausstehen.", "Noise is a thing that drives me up the wall."),
        segment("Sie zog ihre alten Schuhe aus und die neuen an.", "She off her old shoes and put on the new ones."),
    ]
    of_each = [evidence.insertions for evidence in gather(model, pairs, [None] * 4, inf) if evidence]
    assert [[insertion.text for insertion in insertions] for insertions in of_each] == [[], [], [], ["took"]]
    assert all(insertion.gain > 0 for insertions in of_each for insertion in insertions)
