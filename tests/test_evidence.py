"""Evidence from a real, tiny, untrained RNNsearch: its numbers are noise, their bookkeeping is not."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
import torch
from tiny import random_network

from nmt_audit.checks import check_segment, default_thresholds
from nmt_audit.checks.coverage import gap_word, uncovered
from nmt_audit.checks.registry import suspicions
from nmt_audit.decode import decode
from nmt_audit.evidence import gather, gather_clean
from nmt_audit.evidence.contrastive import MOST_SPANS, deletions
from nmt_audit.evidence.forced import case_of
from nmt_audit.evidence.source_dependence import blanked
from nmt_audit.models.luong_network import Luong, LuongSizes
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.rnnsearch_network import RNNsearch, Sizes
from nmt_audit.models.vocabulary import END, UNKNOWN, Vocabulary
from nmt_audit.records import Evidence, Segment, Token, Translation
from nmt_audit.relevance import explain

ALL = -inf  # every segment is suspicious enough for the dear questions
WORDS = "der hund schläft im garten the dog sleeps in garden , nicht not heute today haus house".split()


@pytest.fixture(scope="module")
def model() -> RecurrentModel:
    lines = [" ".join(WORDS[(n * k) % len(WORDS)] for k in range(1, 9)) + "." for n in range(300)]
    vocabulary = Vocabulary.train(lines, 120)
    torch.manual_seed(3)
    sizes = Sizes(vocabulary=len(vocabulary), embedding=8, hidden=8, attention=8)
    return RecurrentModel(RNNsearch(sizes), vocabulary, name="tiny", fingerprint="", max_length=60)


def segments(count: int) -> list[Segment]:
    made = []
    for n in range(count):
        source = " ".join(WORDS[(n * 3 + k) % 5] for k in range(3 + n % 7)) + f", heute {n}."
        made.append(Segment(str(n), source, "de", "en", hypothesis=f"the dog sleeps {' house' * (n % 4)} {n}."))
    return made


def same(one: Evidence | None, other: Evidence | None) -> None:
    """Equal but for what batching does to the last digits."""
    assert one is not None and other is not None
    assert one.target_tokens == other.target_tokens and one.continuation == other.continuation
    for name in ("logprobs", "entropies", "gaps", "attention", "source_gain"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-12)
    assert [(s.start, s.end) for s in one.untranslated] == [(s.start, s.end) for s in other.untranslated]


def test_the_numbers_are_those_of_forced_decoding(model: RecurrentModel) -> None:
    (segment,) = segments(1)
    (evidence,) = gather(model, [segment], [None], ALL)
    assert evidence is not None and segment.hypothesis is not None
    (expected,) = model.score([segment.source], [segment.hypothesis])
    np.testing.assert_allclose(evidence.logprobs, expected)
    size, width = len(evidence.target_tokens), len(evidence.source_tokens)
    assert (
        evidence.attention is not None and evidence.attention.shape == (size, width) and evidence.ranks.shape == (size,)
    )
    np.testing.assert_allclose(evidence.attention.sum(1), 1.0)


def test_source_gain_is_the_difference_to_a_source_of_unknowns(model: RecurrentModel) -> None:
    (segment,) = segments(1)
    (evidence,) = gather(model, [segment], [None], ALL)
    assert evidence is not None
    ids = [token.id for token in evidence.source_tokens]
    unknown = blanked(evidence.source_tokens, UNKNOWN)
    assert unknown == [UNKNOWN] * (len(ids) - 1) + [END]
    target = [token.id for token in evidence.target_tokens]
    true, blind = model.force([ids, unknown], [target, target])
    np.testing.assert_allclose(evidence.source_gain, true.logprobs - blind.logprobs)


def test_what_stands_for_no_text_is_not_blanked() -> None:
    """Language codes and `</s>` say what is to be done; a blank of its own belongs to the text, `<unk>` too."""
    tokens = [
        Token("de_DE", 7, 0, 0), Token("▁", 8, 0, 0), Token("5", 9, 0, 1), Token("<unk>", 3, 2, 3),
        Token("</s>", 2, 3, 3),
    ]  # fmt: skip
    assert blanked(tokens, 3) == [7, 3, 3, 3, 2]


@pytest.fixture(scope="module")
def blind(model: RecurrentModel) -> RecurrentModel:
    """An autoencoder of LSTMs: no attention."""
    sizes = LuongSizes(len(model.vocabulary), embedding=8, hidden=8, layers=1, score="none")
    network = random_network(lambda: Luong(sizes), 5, 1.5)  # large weights: it has opinions, however wrong
    return RecurrentModel(network, model.vocabulary, name="blind", fingerprint="", max_length=60)


def test_without_attention_there_is_all_other_evidence(blind: RecurrentModel) -> None:
    pairs = segments(20)
    found = gather(blind, pairs, [None] * 20, ALL)
    for segment, evidence in zip(pairs, found, strict=True):
        assert evidence is not None and evidence.attention is None and segment.hypothesis is not None
        (expected,) = blind.score([segment.source], [segment.hypothesis])
        np.testing.assert_allclose(evidence.logprobs, expected)
        unasked = replace(evidence, relevance=None)
        assert uncovered(segment, unasked) == [] and gap_word(segment, unasked, 0, 3) is None
    assert all(evidence is not None and evidence.continuation is not None for evidence in found)
    assert any(evidence is not None and evidence.untranslated for evidence in found)


def test_without_attention_spans_are_deleted_in_the_order_of_the_text(blind: RecurrentModel) -> None:
    segment = Segment("1", "der hund, heute garten haus.", "de", "en", hypothesis="the dog.")
    (evidence,) = gather(blind, [segment], [None], ALL)
    case = case_of(blind, segment, None)
    assert case is not None and evidence is not None
    found = [segment.source[d.start : d.end] for d in deletions(case, evidence)]
    assert found[:6] == ["der hund", "heute garten haus", "hund", "heute", "garten", "haus"]


def test_without_attention_checks_find_what_does_not_need_it(blind: RecurrentModel) -> None:
    pairs = [
        Segment("negation", "der hund schläft nicht.", "de", "en", hypothesis="the dog sleeps."),
        Segment("repetition", "der hund.", "de", "en", hypothesis="the dog the dog the dog the dog."),
        *segments(20),
    ]
    evidence = gather(blind, pairs, [None] * len(pairs), ALL)
    found = [
        suspicion
        for pair in zip(pairs, evidence, strict=True)
        for of_category in suspicions(*pair).values()
        for suspicion in of_category
    ]
    rules = {suspicion.rule for suspicion in found}
    assert {rule.split(".")[0] for rule in rules} == {"omission", "repetition", "unrelated", "negation", "early_eos"}
    assert {"omission.uncovered", "early_eos.margin", "unrelated.improbable"} <= rules
    for pair in zip(pairs, evidence, strict=True):
        check_segment(*pair, default_thresholds())


def test_forced_decoding_that_a_translation_brings_is_not_done_again(model: RecurrentModel) -> None:
    asked = replace(segments(1)[0], hypothesis=None)
    [item] = decode(model, [asked], beam=2)
    assert item.translation is not None and item.forced is not None
    same(*(gather(model, [item.segment], [item.translation], inf, forced)[0] for forced in (None, [item.forced])))
    marked = replace(item.forced, entropies=item.forced.entropies + 1)
    (evidence,) = gather(model, [item.segment], [item.translation], inf, [marked])
    assert evidence is not None
    assert evidence.entropies is marked.entropies


def test_a_translation_brings_its_own_tokens_and_how_it_ended(model: RecurrentModel) -> None:
    (segment,) = segments(1)
    target = model.tokenize_target("dog the.")
    cut = Translation("dog the.", model.tokenize(segment.source), target[:-1], np.zeros(len(target) - 1), 0.0, False)
    (evidence,) = gather(model, [segment], [cut], ALL)
    assert evidence is not None
    assert evidence.target_tokens == target[:-1]
    assert not evidence.finished and evidence.continuation is None


@pytest.mark.parametrize(
    "segment",
    [
        Segment("empty", "  ", "de", "en", hypothesis="x"),
        Segment("untranslated", "Hund.", "de", "en"),
        Segment("long source", "hund " * 61, "de", "en", hypothesis="x"),
        Segment("long target", "hund", "de", "en", hypothesis="dog " * 500),
    ],
    ids=lambda segment: segment.id,
)
def test_what_cannot_be_asked_gets_no_evidence(model: RecurrentModel, segment: Segment) -> None:
    known = segments(1)[0]
    found = gather(model, [segment, known], [None, None], ALL)
    assert found[0] is None
    same(found[1], gather(model, [known], [None], ALL)[0])


def test_an_empty_hypothesis_is_only_an_end(model: RecurrentModel) -> None:
    (evidence,) = gather(model, [Segment("1", "der hund.", "de", "en", hypothesis="")], [None], ALL)
    assert evidence is not None and evidence.logprobs.shape == (1,)


def test_dear_questions_are_asked_from_a_level_on_that_a_fifth_reach(model: RecurrentModel) -> None:
    pairs = segments(60)
    found, level = gather_clean(model, pairs)
    asked = [evidence is not None and evidence.continuation is not None for evidence in found]
    assert 12 <= sum(asked) <= 24  # equal segments reach it together
    for evidence, dear in zip(found, asked, strict=True):
        assert evidence is not None and (evidence.relevance is not None) == dear
        assert dear or not evidence.untranslated
    for one, other in zip(found, gather(model, pairs, [None] * 60, level), strict=True):
        same(one, other)
    assert all(e is not None and e.continuation is None for e in gather(model, pairs, [None] * 60, inf))


def test_what_else_is_in_the_list_changes_nothing(model: RecurrentModel) -> None:
    pairs = segments(30)
    whole = gather(model, pairs, [None] * 30, 3.0)
    backwards = gather(model, pairs[::-1], [None] * 30, 3.0)[::-1]
    alone = [gather(model, [segment], [None], 3.0)[0] for segment in pairs]
    doubled = gather(model, [*pairs, *pairs], [None] * 60, 3.0)
    for one, others in zip(whole, zip(backwards, alone, doubled[:30], doubled[30:], strict=True), strict=True):
        for other in others:
            same(one, other)


def test_relevance_is_that_of_all_words_together(model: RecurrentModel) -> None:
    (segment,) = segments(1)
    (evidence,) = gather(model, [segment], [None], ALL)
    assert evidence is not None and evidence.relevance is not None
    each = [
        explain(model, source=segment.source, target=segment.hypothesis, position=j, state="logit", rules="stable")
        for j in range(len(evidence.target_tokens))
    ]
    together = explain(
        model, source=segment.source, target=segment.hypothesis, position=range(len(each)), state="logit",
        rules="stable",
    )  # fmt: skip
    np.testing.assert_allclose(evidence.relevance, together.source_relevance, atol=1e-9)
    np.testing.assert_allclose(evidence.relevance, sum(one.source_relevance for one in each), atol=1e-9)


def test_a_negation_is_weighed_by_what_the_affirmed_source_says(model: RecurrentModel) -> None:
    segment = Segment("1", "der hund schläft nicht.", "de", "en", hypothesis="the dog sleeps.")
    affirmative = Segment("2", "der hund schläft.", "de", "en", hypothesis="the dog sleeps.")
    negated, plain = gather(model, [segment, affirmative], [None, None], inf)
    assert negated is not None and plain is not None and plain.without_negation == ()
    (found,) = negated.without_negation
    assert segment.source[found.start : found.end] == "nicht"
    assert found.gain == pytest.approx(float(plain.logprobs.sum() - negated.logprobs.sum()))


def test_untranslated_spans_are_source_spans_whose_deletion_helps(model: RecurrentModel) -> None:
    pairs = segments(20)
    for segment, evidence in zip(pairs, gather(model, pairs, [None] * 20, ALL), strict=True):
        assert evidence is not None and segment.hypothesis is not None
        gains = [span.gain for span in evidence.untranslated]
        assert gains == sorted(gains, reverse=True) and all(gain > 0 for gain in gains)
        case = case_of(model, segment, None)
        assert case is not None
        rests = {(d.start, d.end): d.rest for d in deletions(case, evidence)}
        for span in evidence.untranslated:
            (scores,) = model.score([rests[span.start, span.end]], [segment.hypothesis])
            assert span.gain == pytest.approx(float(scores.sum() - evidence.logprobs.sum()))


def rests(model: RecurrentModel, source: str, language: str = "de") -> dict[str, str]:
    segment = Segment("1", source, language, "en", hypothesis="the dog.")
    (evidence,) = gather(model, [segment], [None], ALL)
    case = case_of(model, segment, None)
    assert case is not None and evidence is not None
    return {source[d.start : d.end]: d.rest for d in deletions(case, evidence)}


def test_deletions_leave_a_sentence_with_its_blanks_and_commas_in_order(model: RecurrentModel) -> None:
    found = rests(model, "Der Hund, der schläft, geht heute nach Haus.")
    assert found["der schläft"] == "Der Hund, geht heute nach Haus."
    assert found["Der Hund"] == "der schläft, geht heute nach Haus."
    assert found["geht heute nach Haus"] == "Der Hund, der schläft."
    assert found["heute"] == "Der Hund, der schläft, geht nach Haus."
    assert "der" not in found and "Der Hund, der" not in found


def test_deletions_are_bounded_and_start_with_the_clauses(model: RecurrentModel) -> None:
    source = ", ".join(["hund garten haus heute hund"] * 6)
    found = rests(model, source)
    assert len(found) <= MOST_SPANS
    assert next(iter(found)) == "hund garten haus heute hund"


def test_checks_take_what_was_gathered(model: RecurrentModel) -> None:
    pairs = segments(20)
    for segment, evidence in zip(pairs, gather(model, pairs, [None] * 20, ALL), strict=True):
        assert evidence is not None
        for flag in check_segment(segment, evidence, default_thresholds()).flags:
            assert flag.positions and set(flag.positions) <= set(range(len(evidence.target_tokens)))
