"""Evidence from a real, tiny, untrained RNNsearch: its numbers are noise, their bookkeeping is not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny import random_network

from nmt_audit.checks import check_segment, default_thresholds
from nmt_audit.checks.coverage import gap_word, uncovered
from nmt_audit.checks.registry import suspicions
from nmt_audit.evidence import BLOCK, gather
from nmt_audit.evidence.contrastive import MOST_SPANS, deletions
from nmt_audit.evidence.forced import case_of
from nmt_audit.evidence.source_dependence import blanked
from nmt_audit.models.luong_network import Luong, LuongSizes
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.rnnsearch_network import RNNsearch, Sizes
from nmt_audit.models.vocabulary import END, UNKNOWN, Vocabulary
from nmt_audit.records import Evidence, Segment, Token, Translation

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
    (evidence,) = gather(model, [segment], [None])
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
    (evidence,) = gather(model, [segment], [None])
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
    found = gather(blind, pairs, [None] * 20)
    for segment, evidence in zip(pairs, found, strict=True):
        assert evidence is not None and evidence.attention is None and segment.hypothesis is not None
        (expected,) = blind.score([segment.source], [segment.hypothesis])
        np.testing.assert_allclose(evidence.logprobs, expected)
        assert uncovered(segment, evidence) == [] and gap_word(segment, evidence, 0, 3) is None
    assert sum(evidence is not None and evidence.continuation is not None for evidence in found) == 4
    assert any(evidence is not None and evidence.untranslated for evidence in found)


def test_without_attention_spans_are_deleted_in_the_order_of_the_text(blind: RecurrentModel) -> None:
    segment = Segment("1", "der hund, heute garten haus.", "de", "en", hypothesis="the dog.")
    (evidence,) = gather(blind, [segment], [None])
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
    evidence = gather(blind, pairs, [None] * len(pairs))
    found = [
        suspicion
        for pair in zip(pairs, evidence, strict=True)
        for of_category in suspicions(*pair).values()
        for suspicion in of_category
    ]
    rules = {suspicion.rule for suspicion in found}
    assert {rule.split(".")[0] for rule in rules} == {"omission", "repetition", "unrelated", "negation", "early_eos"}
    assert {"omission.contrastive", "early_eos.continuation", "unrelated.improbable"} <= rules
    assert "omission.coverage" not in rules
    assert all(s.counterpart is None for s in found if s.rule in ("unrelated.improbable", "early_eos.continuation"))
    for pair in zip(pairs, evidence, strict=True):
        check_segment(*pair, default_thresholds())


def test_a_translation_brings_its_own_tokens_and_how_it_ended(model: RecurrentModel) -> None:
    (segment,) = segments(1)
    target = model.tokenize_target("dog the.")
    cut = Translation("dog the.", model.tokenize(segment.source), target[:-1], np.zeros(len(target) - 1), 0.0, False)
    (evidence,) = gather(model, [segment], [cut])
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
    found = gather(model, [segment, known], [None, None])
    assert found[0] is None
    same(found[1], gather(model, [known], [None])[0])


def test_an_empty_hypothesis_is_only_an_end(model: RecurrentModel) -> None:
    (evidence,) = gather(model, [Segment("1", "der hund.", "de", "en", hypothesis="")], [None])
    assert evidence is not None and evidence.logprobs.shape == (1,)


def test_a_fifth_of_each_block_is_asked_the_dear_questions(model: RecurrentModel) -> None:
    pairs = segments(BLOCK + 10)
    found = gather(model, pairs, [None] * len(pairs))
    asked = [evidence is not None and evidence.continuation is not None for evidence in found]
    assert sum(asked[:BLOCK]) == BLOCK // 5 and sum(asked[BLOCK:]) == 2
    assert all(not e.untranslated for e, dear in zip(found, asked, strict=True) if e is not None and not dear)


def test_cuts_at_blocks_and_order_within_one_change_nothing(model: RecurrentModel) -> None:
    pairs = segments(BLOCK + 10)
    whole = gather(model, pairs, [None] * len(pairs))
    cut = gather(model, pairs[:BLOCK], [None] * BLOCK) + gather(model, pairs[BLOCK:], [None] * 10)
    backwards = gather(model, pairs[:BLOCK][::-1], [None] * BLOCK)[::-1]
    for one, other in [*zip(whole, cut, strict=True), *zip(whole, backwards, strict=False)]:
        same(one, other)


def test_untranslated_spans_are_source_spans_whose_deletion_helps(model: RecurrentModel) -> None:
    pairs = segments(20)
    for segment, evidence in zip(pairs, gather(model, pairs, [None] * 20), strict=True):
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
    (evidence,) = gather(model, [segment], [None])
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
    for segment, evidence in zip(pairs, gather(model, pairs, [None] * 20), strict=True):
        assert evidence is not None
        for flag in check_segment(segment, evidence, default_thresholds()).flags:
            assert flag.positions and set(flag.positions) <= set(range(len(evidence.target_tokens)))
