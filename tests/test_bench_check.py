"""`bench check`: every way is compared with sacrebleu, and every category of the checks is timed."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nmt_audit.bench.check import CHECKED, REFERENCE, SUPPORT, bench_check
from nmt_audit.bench.sentences import FLAWED, made_up_segments, write_corpus
from nmt_audit.checks import CHECKS
from nmt_audit.cli import app
from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError
from nmt_audit.language.negation import AFFIXED, negations
from nmt_audit.pipeline import check_segments


def negates(text: str, language: str) -> bool:
    return any(negation.strength >= AFFIXED for negation in negations(text, language))


def test_made_up_sentences_hold_what_checks_look_at(tmp_path: Path) -> None:
    made = list(islice(made_up_segments(), 250))
    assert made[:50] == list(islice(made_up_segments(), 50)) and made[:50] != list(islice(made_up_segments(2), 50))
    assert len({segment.source for segment in made}) > 240
    assert 20 < sum(any(char.isdigit() for char in segment.source) for segment in made) < 200
    negated = [segment for segment in made if negates(segment.source, "de")]
    assert 20 < len(negated) < 100
    assert negated == [segment for segment in made if negates(segment.reference or "", "en")]
    flagged = sum(bool(item.flags) for item in check_segments(made, None)) / len(made)
    assert 0.5 * FLAWED < flagged < 1.2 * FLAWED
    write_corpus(tmp_path / "made.jsonl", made)
    assert list(read_corpus(str(tmp_path / "made.jsonl")).segments) == made


def test_ways_and_parts_are_timed() -> None:
    found = bench_check(list(islice(made_up_segments(), 60)), "made-up", repetitions=2)
    first, *others = found.rows
    assert first.name == REFERENCE and first.times == 1
    [whole] = [row.timing for row in others if row.name == CHECKED]
    assert whole.slowest > max(part.timing.fastest for part in found.parts), "the checks are done, not only begun"
    for row in found.rows:
        assert row.times == pytest.approx(row.timing.median / first.timing.median)
        assert row.per_second == pytest.approx(60 / row.timing.median)
    assert [part.name for part in found.parts] == [SUPPORT, *CHECKS]
    assert sum(part.share for part in found.parts) == pytest.approx(1)


def test_the_command_takes_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "a.de").write_text("Das ist nicht gut.\nEr kommt morgen.\nSie geht.\n", "utf-8")
    (tmp_path / "a.en").write_text("That is good.\nHe comes tomorrow.\nShe goes.\n", "utf-8")
    options = ["--source", str(tmp_path / "a.de"), "--hypotheses", str(tmp_path / "a.en"), "--segments", "2"]
    options += ["--repetitions", "1", "--out", str(tmp_path / "F.md")]
    run = CliRunner().invoke(app, ["bench", "check", *options, "--json"])
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    assert (found["corpus"], found["segments"], found["words"], found["flagged"]) == ("a.de", 2, 13, 1)
    assert found["versions"]["sacrebleu"]
    assert "| NEGATION |" in (tmp_path / "F.md").read_text("utf-8")
    shown = CliRunner().invoke(app, ["bench", "check", *options])
    assert "a.de, 2 segments" in shown.stdout and "all checks" in shown.stdout


def test_segments_without_translation_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.de").write_text("Das ist gut.\n", "utf-8")
    with pytest.raises(InputError, match="segment 1 has no translation; give --hypotheses"):
        bench_check(read_corpus(str(tmp_path / "a.de"), src_lang="de", tgt_lang="en").segments, "a.de")
