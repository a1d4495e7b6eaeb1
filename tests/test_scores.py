"""The scores are sacrebleu's own, and so are their signatures."""

import os
from collections.abc import Mapping, Sequence

import pytest
import sacrebleu

from nmt_audit import scores
from nmt_audit.records import Score
from nmt_audit.scores import Statistics, sacrebleu_seed

HYPOTHESES = [
    "The cat sat on the mat .",
    "He does not know what to do about it.",
    "",
    "It rains again and again and again today.",
    "Good.",
] * 4
REFERENCES = [
    "The cat sits on the mat.",
    "He knows what he should do about it.",
    "Nothing was said.",
    "It is raining again today.",
    "Good.",
] * 4
ONE_EACH = [(text,) for text in REFERENCES]

SHARD = 7  # segments that pass by together


def corpus_scores(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], *, seed: int, tgt_lang: str = "en"
) -> tuple[Score, ...]:
    gathered = Statistics()
    scored = scores.segment_scores(hypotheses, references, tgt_lang=tgt_lang)
    for start in range(0, len(scored), SHARD):
        part = slice(start, start + SHARD)
        gathered.add([row.statistics for row in scored[part]], [len(texts) for texts in references[part]])
    return gathered.corpus_scores(seed=seed, tgt_lang=tgt_lang)


def segment_scores(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], *, tgt_lang: str = "en"
) -> list[Mapping[str, float]]:
    return [row.scores for row in scores.segment_scores(hypotheses, references, tgt_lang=tgt_lang)]


THEIRS = {"BLEU": sacrebleu.BLEU, "chrF": sacrebleu.CHRF, "TER": sacrebleu.TER}


@pytest.mark.parametrize("seed", [1, 12345])
def test_corpus_scores_are_those_of_sacrebleu(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setenv("SACREBLEU_SEED", str(seed))
    expected = []
    for name, kind in THEIRS.items():
        metric = kind()
        score = metric.corpus_score(HYPOTHESES, [REFERENCES], n_bootstrap=1000)
        expected.append((name, score.score, score._mean - score._ci, score._mean + score._ci, metric.get_signature()))
    monkeypatch.delenv("SACREBLEU_SEED")
    for score, (name, value, low, high, signature) in zip(
        corpus_scores(HYPOTHESES, ONE_EACH, seed=seed), expected, strict=True
    ):
        assert (score.name, score.value, score.signature) == (name, value, str(signature))
        assert f"|bs:1000|seed:{seed}|" in score.signature
        assert [score.low, score.high] == [low, high], "the very same resamples"
        assert score.low is not None and score.high is not None
        assert score.low < score.value < score.high


def test_the_seed_decides_the_interval_and_nothing_else() -> None:
    one, two = (corpus_scores(HYPOTHESES, ONE_EACH, seed=seed) for seed in (1, 2))
    assert [score.value for score in one] == [score.value for score in two]
    assert [score.low for score in one] != [score.low for score in two]
    assert corpus_scores(HYPOTHESES, ONE_EACH, seed=1) == one


@pytest.mark.parametrize("before", [None, "77"])
def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    if before is not None:
        monkeypatch.setenv("SACREBLEU_SEED", before)
    with sacrebleu_seed(1):
        assert os.environ["SACREBLEU_SEED"] == "1"
    assert os.environ.get("SACREBLEU_SEED") == before


def test_segment_scores_are_those_of_sacrebleu() -> None:
    metrics = {"bleu": sacrebleu.BLEU(effective_order=True), "chrf": sacrebleu.CHRF(), "ter": sacrebleu.TER()}
    expected = [
        {name: metric.sentence_score(said, [given]).score for name, metric in metrics.items()}
        for said, given in zip(HYPOTHESES, REFERENCES, strict=True)
    ]
    assert segment_scores(HYPOTHESES, ONE_EACH) == expected
    assert expected[4] == {"bleu": pytest.approx(100), "chrf": pytest.approx(100), "ter": 0}, "one word can be perfect"


def test_without_a_reference_there_is_no_score() -> None:
    assert corpus_scores(["a", "b"], [(), ()], seed=1) == ()
    assert corpus_scores([], [], seed=1) == ()
    assert segment_scores(["a", "b"], [(), ()]) == [{}, {}]


def test_segments_without_a_reference_do_not_count() -> None:
    scored = corpus_scores([*HYPOTHESES, "anything"], [*ONE_EACH, ()], seed=1)
    assert scored == corpus_scores(HYPOTHESES, ONE_EACH, seed=1)
    assert segment_scores(["a", "b"], [(), ("b",)]) == [{}, segment_scores(["b"], [("b",)])[0]]


def test_texts_must_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        corpus_scores(["a", "b"], [["a"]], seed=1)
    with pytest.raises(ValueError, match="shorter"):
        segment_scores(["a", "b"], [["a"]])


def test_a_resample_of_empty_texts_takes_the_interval_only() -> None:
    """sacrebleu cannot average the resamples here; the score itself is fine, and its signature claims no resamples."""
    ter = corpus_scores(["", ""], [("",), ("b",)], seed=1)[2]
    metric = sacrebleu.TER()
    assert ter.value == metric.corpus_score(["", ""], [["", "b"]]).score
    assert (ter.low, ter.high) == (None, None)
    assert ter.signature == str(metric.get_signature())


@pytest.mark.parametrize(
    ("language", "tokeniser", "asian"),
    [("en", "13a", "no"), ("zh", "zh", "yes"), ("zh-TW", "zh", "yes"), ("ja_JP", "char", "yes"), ("TH", "char", "yes")],
)
def test_languages_without_spaces_are_cut_otherwise(language: str, tokeniser: str, asian: str) -> None:
    bleu, _, ter = corpus_scores(["汤姆怎么知道"], [["汤姆怎么知道你"]], seed=1, tgt_lang=language)
    assert f"|tok:{tokeniser}|" in bleu.signature
    assert f"|asian:{asian}|" in ter.signature
    [segment] = segment_scores(["汤姆怎么知道"], [["汤姆怎么知道你"]], tgt_lang=language)
    assert (segment["bleu"] > 50) == (language != "en"), "six characters of seven are right"


TWO_EACH = [(text, f"{text} Indeed.") for text in REFERENCES]
# The first segment has one reference less; sacrebleu's word for that is None.
UNEVEN = [TWO_EACH[0][:1], *TWO_EACH[1:]]


@pytest.mark.parametrize(
    ("references", "given", "signed"),
    [
        (TWO_EACH, [REFERENCES, [f"{text} Indeed." for text in REFERENCES]], "nrefs:2"),
        (UNEVEN, [REFERENCES, [None, *(f"{text} Indeed." for text in REFERENCES[1:])]], "nrefs:var"),
    ],
    ids=["two each", "uneven"],
)
def test_several_references_are_given_to_sacrebleu_as_it_takes_them(
    references: list[tuple[str, ...]], given: list[list[str]], signed: str
) -> None:
    scored = corpus_scores(HYPOTHESES, references, seed=1)
    assert [score.value for score in scored] == [
        kind().corpus_score(HYPOTHESES, given).score for kind in THEIRS.values()
    ]
    assert all(score.signature.startswith(f"{signed}|") for score in scored)
    chrf = sacrebleu.CHRF()
    assert [row["chrf"] for row in segment_scores(HYPOTHESES, references)] == [
        chrf.sentence_score(said, list(texts)).score for said, texts in zip(HYPOTHESES, references, strict=True)
    ]


def test_another_reference_can_only_help() -> None:
    one, two = corpus_scores(["Good."], [["Bad."]], seed=1), corpus_scores(["Good."], [["Bad.", "Good."]], seed=1)
    assert one[1].value < two[1].value == 100
