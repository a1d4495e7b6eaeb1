"""`nmt-audit bench faithfulness` through the real command, on a shipped model."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from nmt_audit import load_model
from nmt_audit.bench.faithfulness import Settings, bench_faithfulness
from nmt_audit.bench.faithfulness_tables import markdown
from nmt_audit.bench.tables import Table
from nmt_audit.cli import main
from nmt_audit.errors import InputError
from nmt_audit.relevance.faithfulness import Probe

LINES = (
    "Der Hund schläft im Garten.\tThe dog sleeps in the garden.",
    "\tNo source.",
    "Ich habe das Buch nicht gelesen.\tI have not read the book.",
    "Sie trinkt jeden Morgen Tee.\tShe drinks tea every morning.",
)
MODEL = "rnnsearch-de-en"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "few.tsv"
    path.write_text("\n".join(LINES) + "\n", "utf-8")
    return path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """The exit code of `nmt-audit bench faithfulness …`."""
    monkeypatch.setattr(sys, "argv", ["nmt-audit", "bench", "faithfulness", "--model", MODEL, *map(str, arguments)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_it_measures_own_and_forced_tokens_and_says_what_it_rests_on(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = corpus.parent / "F.md"
    options = ("--positions", "2", "--method", "lrp", "--method", "gradient_x_input", "--method", "heads")
    assert run(monkeypatch, "--source", corpus, *options, "--rules", "signal", "--json", "--out", out) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["measured"].keys() == {"own", "forced"}
    assert found["fingerprint"] == load_model(MODEL).fingerprint
    assert found["data"] == {"few.tsv": hashlib.sha256(corpus.read_bytes()).hexdigest()}
    assert (found["first"], found["last"], found["settings"]["seed"]) == (1, 4, 1)
    for measured in found["measured"].values():
        assert (measured["segments"], measured["positions"]) == (3, 6)  # one segment has no source
        [refused] = measured["does_not_apply"]
        assert refused["method"] == "heads" and MODEL in refused["reason"]
        [sizes] = measured["sizes"][:1]
        assert (sizes["method"], sizes["rules"], sizes["maps"]) == ("lrp", "signal", 6) and sizes["residual"] < 1e-9
    text = out.read_text("utf-8")
    for part in (
        found["fingerprint"],
        found["data"]["few.tsv"],
        "bench faithfulness --model rnnsearch-de-en",
        "seed 1",
    ):
        assert part in text
    assert "| gradient\\_x\\_input |" in text and "heads signal: " in text
    row = next(
        row for row in found["measured"]["own"]["rows"]
        if (row["probe"]["method"], row["side"], row["operator"]) == ("lrp", "source", "unknown")
    )  # fmt: skip
    share = row["share"]
    assert f"{share['value']:.3f} [{share['low']:.3f}, {share['high']:.3f}]" in text


def test_the_terminal_gets_shares_and_correlations(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, all of its positions; without references there is nothing to force."""
    options = ("--skip", "2", "--sentences", "1", "--positions", "0", "--method", "attention", "--operator", "deletion")
    source = corpus.parent / "source.txt"
    source.write_text("\n".join(line.split("\t")[0] for line in LINES) + "\n", "utf-8")
    assert run(monkeypatch, "--source", source, *options, "--quick") == 0
    printed = capsys.readouterr().out
    assert printed.count("Share of the best fall and rank correlation") == 2  # the source and the prefix
    assert "source words, the model's own tokens" in printed and "forced" not in printed
    assert "share, deleted" in printed and "zero" not in printed
    [attention] = [line for line in printed.splitlines() if line.strip().startswith("attention")]
    assert "[" not in attention, "one segment has no interval"


def test_python_gets_the_same_document() -> None:
    """All of the document is made of the record."""
    source = Path(__file__).parent.parent / "docs" / "sample.de-en.jsonl"
    settings = Settings(
        MODEL, str(source), (Probe("attention"),), ("zero",), sentences=2, positions=1, thorough=False
    )  # fmt: skip
    once, again = (bench_faithfulness(settings, "a command") for _ in range(2))
    assert markdown(once) == markdown(again)
    assert once.measured == again.measured


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("--method", "guess"), "no method “guess”"),
        (("--operator", "blank"), "no operator “blank”"),
        (("--state", "output"), "no measured state “output”"),
        (("--skip", "9"), "no segment to measure"),
        (("--out", "nowhere/F.md"), "its directory is not there"),
    ],
)
def test_what_cannot_be_measured_is_said_in_a_line(
    corpus: Path, wrong: tuple[str, str], message: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert run(monkeypatch, "--source", corpus, *wrong) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_corpus_without_a_source_has_nothing_to_measure(tmp_path: Path) -> None:
    path = tmp_path / "blank.txt"
    path.write_text(" \n \n", "utf-8")
    with pytest.raises(InputError, match="no segment to measure"):
        bench_faithfulness(Settings(MODEL, str(path), (Probe("attention"),), ("zero",)))


def test_a_table_is_text_to_markdown() -> None:
    table = Table("Title", ("map", "share, <unk>"), (("a_b", "1|2"),))
    assert table.markdown() == "### Title\n\n| map | share, \\<unk> |\n| --- | ---: |\n| a\\_b | 1\\|2 |"
