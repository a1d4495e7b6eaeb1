"""Corpus scores of two runs: sacrebleu's paired bootstrap, and what it is not asked about."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sacrebleu
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest

from nights.two_runs import Told, night_a, night_b, write_run
from nmt_audit.comparing import ScoreChange, match, score_changes

RESAMPLES = 200


def compared(folder: Path, a: list[Told], b: list[Told], **how: int) -> dict[str, ScoreChange]:
    matched = match(write_run(folder / "a", a), write_run(folder / "b", b))
    return {score.name: score for score in score_changes(matched, **how)}


def test_scores_and_p_are_those_of_sacrebleu_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compared(tmp_path, night_a(), night_b(), seed=7, resamples=RESAMPLES)
    a, b = ([one.hypothesis or "" for one in night] for night in (night_a(), night_b()))
    references = [[one.references[0] for one in night_a()]]
    monkeypatch.setenv("SACREBLEU_SEED", "7")
    test = PairedTest(
        [("A", a), ("B", b)], {"BLEU": BLEU(), "chrF2": CHRF()}, references, test_type="bs", n_samples=RESAMPLES
    )
    signatures, results = test()
    for name, theirs in (("BLEU", "BLEU"), ("chrF", "chrF2")):
        before, after = results[theirs]
        assert not isinstance(before, str) and not isinstance(after, str)
        assert (found[name].a, found[name].b) == pytest.approx((before.score, after.score))
        assert found[name].p_value == after.p_value
        assert found[name].signature == str(signatures[theirs])
    assert os.environ["SACREBLEU_SEED"] == "7"


def test_the_interval_is_of_the_differences_of_the_resamples(tmp_path: Path) -> None:
    """The slow twin: the corpus score of each resample, from its texts."""
    found = compared(tmp_path, night_a(), night_b(), seed=3, resamples=100)["chrF"]
    a, b = ([one.hypothesis or "" for one in night] for night in (night_a(), night_b()))
    given = [one.references[0] for one in night_a()]
    rows = np.random.default_rng(3).choice(len(a), size=(100, len(a)), replace=True)
    slow = [
        sacrebleu.corpus_chrf([b[i] for i in row], [[given[i] for i in row]]).score
        - sacrebleu.corpus_chrf([a[i] for i in row], [[given[i] for i in row]]).score
        for row in rows
    ]
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(slow, (2.5, 97.5))), abs=1e-4)
    assert found.low is not None and found.high is not None and found.low <= found.difference <= found.high


def test_all_further_references_count(tmp_path: Path) -> None:
    several = [replace(one, references=(*one.references, one.hypothesis or "")) for one in night_a()[:11]]
    found = compared(tmp_path, [*several, night_a()[11]], [*several, night_b()[11]], resamples=0)
    texts = [one.hypothesis or "" for one in night_a()]
    streams = [[one.references[0] for one in night_a()], [*texts[:11], ""]]
    assert found["BLEU"].a == pytest.approx(sacrebleu.corpus_bleu(texts, streams).score)
    assert "nrefs:var" in found["BLEU"].signature


def test_segments_with_other_references_are_left_out(tmp_path: Path) -> None:
    b = night_b()
    b[0] = replace(b[0], references=("Something else.",))
    b[1] = replace(b[1], references=())  # A has one: it is used for both
    found = compared(tmp_path, night_a(), b, resamples=0)
    assert {score.segments for score in found.values()} == {11}
    assert [score.p_value for score in found.values()] == [None] * 3


def test_without_references_there_are_no_scores(tmp_path: Path) -> None:
    bare = [replace(one, references=()) for one in night_a()]
    assert compared(tmp_path, bare, bare) == {}


def test_a_handful_of_segments_is_scored_and_not_tested(tmp_path: Path) -> None:
    found = compared(tmp_path, night_a()[:9], night_b()[:9])
    for score in found.values():
        assert score.difference != 0 and (score.low, score.high, score.p_value) == (None, None, None)


def test_no_difference_is_not_called_significant(tmp_path: Path) -> None:
    """sacrebleu itself reports its smallest p for two equal systems: no resample is further off than 0."""
    for score in compared(tmp_path, night_a(), night_a()).values():
        assert (score.difference, score.low, score.high, score.p_value) == (0.0, 0.0, 0.0, 1.0)


def test_empty_translations_do_not_stop_it(tmp_path: Path) -> None:
    silent = [replace(one, hypothesis=None, status="too_long") for one in night_a()]
    found = compared(tmp_path, silent, night_b(), resamples=RESAMPLES)
    assert found["BLEU"].a == 0 and found["BLEU"].b > 0
    assert found["TER"].a == 100 and not found["TER"].higher_is_better


def test_the_seed_decides(tmp_path: Path) -> None:
    matched = match(write_run(tmp_path / "a", night_a()), write_run(tmp_path / "b", night_b()))
    one, again, other = (score_changes(matched, seed=seed, resamples=RESAMPLES) for seed in (1, 1, 2))
    assert one == again != other
