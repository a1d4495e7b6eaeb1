"""Beam search finds what an honest loop finds, alone or in a batch."""

import itertools
import random

import numpy as np
import pytest
import torch

from nmt_audit.errors import RequestError
from nmt_audit.models import rnnsearch_steps
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.models.rnnsearch_network import RNNsearch, Sizes
from nmt_audit.models.search import beam_search
from nmt_audit.models.vocabulary import END, PAD, Vocabulary

LETTERS = Vocabulary.train(["abc def ghi jkl mno pqr stu vwx yz"] * 5, 40)
WORDS = ["abc", "def", "ghi", "jkl mno", "pqr", "stu vwx", "yz a", "c"]


def tiny_model(
    seed: int = 0, *, vocabulary: int = 40, end: float = 1.0, max_length: int = 512,
    precision: torch.dtype | None = None,
) -> RecurrentModel:  # fmt: skip
    """Random weights; `end` is the bias of `</s>`, large where hypotheses shall end early."""
    torch.manual_seed(seed)
    network = RNNsearch(Sizes(vocabulary, embedding=8, hidden=8, attention=8)).requires_grad_(False)
    for parameter in network.parameters():
        parameter.copy_(torch.randn_like(parameter) * 0.7)
    network.bias[END] = end
    return RecurrentModel(
        network, LETTERS, name="tiny", fingerprint="", max_length=max_length, precision=precision
    )  # fmt: skip


def some_sources(count: int = 24) -> list[str]:
    chance = random.Random(5)
    return [" ".join(chance.choices(WORDS, k=chance.randint(0, 7))) for _ in range(count)]


def ids_of(model: RecurrentModel, source: str) -> list[int]:
    return [token.id for token in model.tokenize(source)]


def greedy(model: RecurrentModel, source: list[int], limit: int, prefix: tuple[int, ...] = ()) -> list[int]:
    """The most probable token, again and again; after a prefix at least one that does not end it. PAD is no word."""
    state, last = model.begin([source]), PAD
    said: list[int] = []
    for step in range(limit + len(prefix)):
        logprobs, state = model.step(torch.tensor([last]), state)
        if step < len(prefix):
            last = prefix[step]
            continue
        order = logprobs[0].argsort(descending=True).tolist()
        allowed = [token for token in order if token != PAD and not (prefix and not said and token == END)]
        last = allowed[0]
        said.append(last)
        if last == END:
            break
    return said


# --- one sentence -----------------------------------------------------------------------------------------------------


def test_a_beam_of_one_is_greedy() -> None:
    model = tiny_model()
    sources = [ids_of(model, source) for source in some_sources()]
    found = model.search(sources, beam=1)
    assert {said[-1] == END for said in found} == {True, False}, "both ways to end are tested"
    for source, said in zip(sources, found, strict=True):
        assert said == greedy(model, source, 2 * len(source) + 10)


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_beam_of_all_is_an_exhaustive_search(seed: int, length_penalty: float) -> None:
    """Five words, at most three of them: the best of all that end is found.

    That a larger beam finds something better than a smaller one is not tested, because it is not so: it may drop the
    path of the smaller one half way, and it prefers what ends to what the limit cuts off, which may have been more
    probable per word. It is so where the beam holds every path.
    """
    model = tiny_model(seed, vocabulary=5, end=0.0, precision=torch.float64)
    words = [token for token in range(5) if token not in (PAD, END)]
    limit = 3
    paths = [(*path, END) for length in range(limit) for path in itertools.product(words, repeat=length)]
    forced = model.force([[3, 4, END]] * len(paths), paths)
    scores = [row.logprobs.sum() / len(path) ** length_penalty for row, path in zip(forced, paths, strict=True)]
    [found] = beam_search(model, model.begin([[3, 4, END]]), [limit], beam=5**limit, length_penalty=length_penalty)
    assert found.ids == paths[int(np.argmax(scores))]
    assert found.score == pytest.approx(max(scores), abs=1e-12)


@pytest.mark.parametrize("beam", [1, 2, 5, 30, 100])
def test_the_score_is_the_log_probability_per_token(beam: int) -> None:
    """Beams beyond the vocabulary's 40 too: their first step has fewer candidates than places."""
    model = tiny_model()
    for translation in model.translate(some_sources(6), beam=beam):
        length = len(translation.target_tokens)
        assert translation.score == pytest.approx(translation.logprobs.sum() / length, abs=1e-12)
        assert len(translation.logprobs) == length


def test_the_limit_leaves_a_hypothesis_unfinished() -> None:
    model = tiny_model(end=-1000.0)
    [translation] = model.translate(["abc def"], beam=3)
    assert not translation.finished
    assert len(translation.target_tokens) == 2 * len(translation.source_tokens) + 10
    assert END not in [token.id for token in translation.target_tokens]


def test_ending_at_the_limit_is_finished() -> None:
    """`</s>` as the last token that the limit allows."""
    model = tiny_model(end=1000.0)
    [found] = beam_search(model, model.begin([[3, END]]), [1], beam=2)
    assert (found.ids, found.finished) == ((END,), True)


def test_padding_is_never_said() -> None:
    model = tiny_model()
    model.network.bias[PAD] = 1000.0
    for translation in model.translate(some_sources(8), beam=3):
        assert PAD not in [token.id for token in translation.target_tokens]


def test_an_empty_source_is_its_end_alone() -> None:
    model = tiny_model()
    [translation] = model.translate([""], beam=5)
    assert [(token.id, token.start, token.end) for token in translation.source_tokens] == [(END, 0, 0)]
    [said] = model.search([[END]], beam=5)
    assert [token.id for token in translation.target_tokens] == said


def test_nothing_to_translate() -> None:
    assert tiny_model().translate([], beam=5) == []


def test_a_source_over_the_models_length_is_refused() -> None:
    model = tiny_model(max_length=4)
    assert len(model.tokenize("abc")) <= 4 < len(model.tokenize("abc def ghi jkl"))
    with pytest.raises(RequestError, match="is over the model's 4"):
        model.translate(["abc", "abc def ghi jkl"])


# --- many sentences ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beam", [1, 4])
def test_a_sentence_is_translated_alike_alone_and_in_a_batch(beam: int) -> None:
    model = tiny_model(end=3.0)
    sources = some_sources(70)  # more than one batch, most with padding
    together = model.translate(sources, beam=beam)
    assert len({len(translation.source_tokens) for translation in together}) > 5
    assert len({len(translation.target_tokens) for translation in together}) > 5
    for source, translation in list(zip(sources, together, strict=True))[::5]:
        [alone] = model.translate([source], beam=beam)
        assert [token.id for token in translation.target_tokens] == [token.id for token in alone.target_tokens]
        assert (translation.text, translation.finished) == (alone.text, alone.finished)
        np.testing.assert_allclose(translation.logprobs, alone.logprobs, rtol=0, atol=1e-9)
        assert translation.score == pytest.approx(alone.score, abs=1e-9)


def test_a_vocabulary_too_large_for_a_table_of_its_words_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [ids_of(tiny_model(), source) for source in some_sources(8)]
    with_table = tiny_model().search(sources, beam=3)
    monkeypatch.setattr(rnnsearch_steps, "TABLE", 0)
    assert tiny_model().search(sources, beam=3) == with_table


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
def test_attention_may_be_as_sure_as_it_likes(precision: torch.dtype) -> None:
    """e^2q and e^2k are kept in bounds: 0·∞ is no number, and comparisons with what is none are all false."""
    model = tiny_model(precision=precision)
    weights = dict(model.network.named_parameters())
    for name in ("decoder.attention.query.weight", "encoder.keys.weight"):
        weights[name].mul_(1e4)
    sources = [ids_of(model, source) for source in some_sources(12)]
    state, last = model.begin(sources[:1]), torch.tensor([PAD])
    for _ in range(3):
        logprobs, state = model.step(last, state)
        assert not logprobs.isnan().any()
        last = logprobs.argmax(-1)
    assert model.search(sources, beam=3) == [model.search([one], beam=3)[0] for one in sources]


def test_answers_come_in_the_order_of_the_sources() -> None:
    model = tiny_model()
    sources = some_sources()
    forth = model.translate(sources, beam=3)
    assert [t.source_tokens for t in forth] == [model.tokenize(source) for source in sources]
    back = model.translate(sources[::-1], beam=3)
    assert [t.text for t in forth] == [t.text for t in reversed(back)]


# --- going on after a prefix ------------------------------------------------------------------------------------------


def test_a_continuation_says_at_least_one_word_and_goes_on_greedily() -> None:
    model = tiny_model(end=3.0)
    sources = [ids_of(model, source) for source in some_sources(10)]
    prefixes = [tuple(range(5, 6 + number % 4)) for number in range(10)]
    for source, prefix, text in zip(sources, prefixes, model.resume(sources, prefixes), strict=True):
        expected = greedy(model, source, 2 * len(source) + 10, prefix)
        assert expected[0] != END
        assert text == model.vocabulary.decode(expected)[0]


def test_the_end_is_forbidden_as_long_as_it_was_asked() -> None:
    model = tiny_model(end=1000.0)
    for forbidden in range(4):
        [found] = beam_search(model, model.begin([[3, END]]), [9], beam=2, end_allowed_at=forbidden)
        assert len(found.ids) == forbidden + 1 and found.ids[-1] == END
