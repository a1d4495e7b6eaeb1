"""`bench decode` times what it says, and sees whether all ways say the same."""

import json
from pathlib import Path

import pytest
from families import SOURCES, TARGETS, family_directory
from tiny import pairs, tiny_model
from typer.testing import CliRunner

from nmt_audit.bench.decode import bench_decode, random_marian
from nmt_audit.cli import app
from nmt_audit.errors import InputError


def test_a_recurrent_model_says_the_same_in_every_way() -> None:
    found = bench_decode(tiny_model(), [source for source, _ in pairs()[::50]], beam=3, repetitions=1)
    assert [row.same for row in found.rows] == [8, 8, 8]
    assert [row.bleu for row in found.rows] == [None] * 3
    reference = found.rows[0]
    assert reference.times == 1
    for row in found.rows:
        assert row.per_second == pytest.approx(8 / row.timing.median)
        assert row.times == pytest.approx(reference.timing.median / row.timing.median)
    assert found.tokens >= 8


def test_the_command(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.tsv"
    corpus.write_text("".join(f"{a}\t{b}\n" for a, b in zip(SOURCES[:7], TARGETS[:7], strict=True)), "utf-8")
    arguments = ["bench", "decode", "--model", str(family_directory("marian")), "--source", str(corpus)]
    done = CliRunner().invoke(
        app, [*arguments, "--skip", "1", "--sentences", "5", "--beam", "2", "--repetitions", "1", "--json"]
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [row["name"] for row in found["rows"]] == [
        "generate directly, same batches", "our path", "generate directly, in float32", "ctranslate2 float32",
        "ctranslate2 int8",
    ]  # fmt: skip
    assert (found["sentences"], found["beam"]) == (5, 2)
    assert [row["same"] for row in found["rows"]][:4] == [5, 5, 5, 5]
    assert all(row["bleu"] >= 0 for row in found["rows"])


def test_a_model_of_random_weights_decodes() -> None:
    found = bench_decode(random_marian(layers=1, width=16), ["Das ist gut.", "Nein."], beam=2, repetitions=1)
    assert found.model == "random Marian, 1 + 1 layers, 16 wide,"
    assert [row.same for row in found.rows[:2]] == [2, 2]


def test_nothing_to_decode_and_sources_too_long_are_refused() -> None:
    with pytest.raises(InputError, match="nothing to decode"):
        bench_decode(tiny_model(), [])
    with pytest.raises(InputError, match="over the model's 512"):
        bench_decode(tiny_model(), ["haus " * 600])
