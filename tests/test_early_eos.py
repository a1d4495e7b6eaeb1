"""EARLY_EOS: translations that stop before their source does, with and without a model."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from test_checks import calm, segment

from nmt_audit import load_model
from nmt_audit.checks import check_segment, default_thresholds
from nmt_audit.checks.registry import suspicions
from nmt_audit.checks.suspicion import Suspicion
from nmt_audit.evidence import gather
from nmt_audit.records import Evidence, Flag, Insertion, Segment, Span, UntranslatedSpan

SOURCE = "Meine Schwester kaufte gestern Brot, und ihr Mann kochte eine Suppe."
WHOLE = segment(SOURCE, "My sister bought bread yesterday, and her husband cooked a soup.")
CUT = segment(SOURCE, "My sister bought bread yesterday.")


def found(pair: Segment, evidence: Evidence | None = None) -> Suspicion | None:
    """What the check suspects, which is one thing at most."""
    of_category = suspicions(pair, evidence)["EARLY_EOS"]
    return of_category[0] if of_category else None


def flags(pair: Segment, evidence: Evidence | None = None) -> list[Flag]:
    checked = check_segment(pair, evidence, default_thresholds())
    return [flag for flag in checked.flags if flag.category == "EARLY_EOS"]


def value(pair: Segment, evidence: Evidence | None = None) -> float:
    suspicion = found(pair, evidence)
    return suspicion.value if suspicion else 0.0


# --- text -----------------------------------------------------------------------------------------------------------


def test_the_flag_stands_on_the_last_word_and_names_the_source_that_was_not_reached() -> None:
    (flag,) = flags(CUT)
    assert (flag.rule, flag.side, flag.start, flag.end) == ("early_eos.length", "tgt", 32, 33)
    assert flag.counterpart is not None
    assert SOURCE[flag.counterpart.start : flag.counterpart.end] == "Mann kochte eine Suppe."
    assert flags(WHOLE) == []


@pytest.mark.parametrize(
    ("longer", "told"),
    [
        ("My sister bought bread yesterday and her husband", "no full stop, unlike the source"),
        ("My sister bought bread yesterday and the.", "“the” ends no sentence"),
    ],
)
def test_what_is_broken_off_is_suspected_although_it_is_longer(longer: str, told: str) -> None:
    pair = segment(SOURCE, longer)
    (flag,) = flags(pair)
    assert told in flag.message
    assert value(pair) > value(segment(SOURCE, "My sister bought some bread yesterday and home."))


def test_a_translation_that_says_the_sources_last_words_has_not_stopped_early() -> None:
    reached = segment(SOURCE, "Her husband cooked a soup.")
    stopped = segment(SOURCE, "My sister bought some wax.")
    assert value(reached) < value(stopped)


def test_a_dropped_full_stop_alone_is_nothing() -> None:
    assert flags(segment("Guten Morgen, Herr Müller.", "Good morning, Mr Müller")) == []


# --- with evidence --------------------------------------------------------------------------------------------------


def test_the_reader_is_told_what_would_have_come() -> None:
    evidence = replace(calm(CUT), eos_margin=-3.0, continuation="and her husband cooked.")
    (flag,) = flags(CUT, evidence)
    assert flag.message.startswith("it would have gone on: “and her husband cooked.” · the end mark </s> is 3.0 behind")
    assert flag.positions == (len(evidence.target_tokens) - 1,)


def test_each_kind_of_evidence_adds_to_the_doubt() -> None:
    evidence = replace(calm(CUT), eos_margin=4.0)
    tokens, width = len(evidence.target_tokens), len(evidence.source_tokens)
    attention = np.full((tokens, width), 1.0 / width)
    attention[:, width - 4 :] = 1e-6
    more = {
        "margin": replace(evidence, eos_margin=1.0),
        "continuation": replace(evidence, continuation="and her husband cooked a soup."),
        "coverage": replace(evidence, attention=attention),
        "insertion": replace(evidence, insertions=(Insertion(tokens - 1, "and her husband", 3.0),)),
        "contrast": replace(evidence, untranslated=(UntranslatedSpan(37, len(SOURCE) - 1, 3.0),)),
    }
    for kind, changed in more.items():
        assert value(CUT, changed) > value(CUT, evidence), kind


def test_what_is_missing_before_the_end_is_no_early_end() -> None:
    evidence = replace(calm(CUT), eos_margin=4.0)
    elsewhere = replace(
        evidence, untranslated=(UntranslatedSpan(0, 15, 3.0),), insertions=(Insertion(1, "younger", 3.0),)
    )
    assert value(CUT, elsewhere) == value(CUT, evidence)


def test_the_source_from_the_first_uncovered_word_on_is_the_counterpart() -> None:
    evidence = replace(calm(CUT), eos_margin=0.0)
    attention = np.full((len(evidence.target_tokens), len(evidence.source_tokens)), 0.2)
    attention[:, 8:] = 1e-6  # from "Mann" on
    suspicion = found(CUT, replace(evidence, attention=attention))
    assert suspicion is not None and suspicion.counterpart == Span("src", SOURCE.index("Mann"), len(SOURCE))


def test_a_search_that_was_cut_off_says_only_that() -> None:
    (flag,) = flags(CUT, replace(calm(CUT), eos_margin=-9.0, finished=False))
    assert (flag.rule, flag.message) == (
        "early_eos.limit", "cut off by the length limit of the search, not ended by the model"
    )  # fmt: skip


def test_an_end_that_the_model_is_sure_of_is_none() -> None:
    assert flags(WHOLE, calm(WHOLE)) == []


def test_a_trained_model_tells_an_early_end_and_what_was_to_come() -> None:
    model = load_model("rnnsearch-de-en")
    source = "Ich gehe morgen mit meinem Bruder schwimmen."
    cut = segment(source, "I'm going swimming with my")
    whole = segment(source, "I'm going swimming with my brother tomorrow.")
    of_cut, of_whole = gather(model, [cut, whole], [None, None], -inf)
    (flag,) = flags(cut, of_cut)
    assert "it would have gone on: “brother tomorrow.”" in flag.message
    assert flags(whole, of_whole) == []
