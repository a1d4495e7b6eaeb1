"""Whatever is wrong with the input: one line that says what, where and what to do; exit 1; nothing left behind."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_disk import small_disk

import nmt_audit
from nmt_audit.models import model_directory

COMMAND = (sys.executable, "-m", "nmt_audit")
LANGUAGES = ("--src-lang", "de", "--tgt-lang", "en")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True)


def refused(folder: Path, *arguments: str | Path, names: tuple[str, ...]) -> None:
    """One line on standard error with all of `names`, exit 1, and the folder as it was."""
    before = sorted(folder.rglob("*"))
    done = run(*arguments)
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("nmt-audit: ")
    for name in names:
        assert name in done.stderr
    assert sorted(folder.rglob("*")) == before


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "source.txt"
    path.write_text("Das ist gut.\nIch weiß es nicht.\n", "utf-8")
    return path


def audit(source: Path | str, out: Path, *more: str | Path, model: str | Path = "rnnsearch-de-en") -> tuple[str, ...]:
    return ("audit", "--source", str(source), "--out", str(out), "--model", str(model), *LANGUAGES, *map(str, more))


def test_a_missing_file(tmp_path: Path) -> None:
    refused(tmp_path, *audit(tmp_path / "none.txt", tmp_path / "out"), names=("none.txt",))


def test_a_wrong_number_of_lines(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "short.txt").write_text("That is good.\n", "utf-8")
    refused(
        tmp_path, *audit(corpus, tmp_path / "out", "--reference", tmp_path / "short.txt"),
        names=("short.txt", "source.txt", "1", "2"),
    )  # fmt: skip


def test_invalid_utf8(tmp_path: Path, corpus: Path) -> None:
    corpus.write_bytes("Das ist gut.\nSchön".encode("latin-1"))
    refused(tmp_path, *audit(corpus, tmp_path / "out"), names=("source.txt", "line 2", "UTF-8"))


def test_an_empty_file(tmp_path: Path, corpus: Path) -> None:
    corpus.write_bytes(b"")
    refused(tmp_path, *audit(corpus, tmp_path / "out"), names=("source.txt", "empty"))


def test_an_unknown_model(tmp_path: Path, corpus: Path) -> None:
    refused(tmp_path, *audit(corpus, tmp_path / "out", model="gpt-9"), names=("gpt-9", "rnnsearch-de-en"))


@pytest.mark.parametrize("part", ["model.safetensors", "vocabulary.spm", "model.json"])
@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_a_corrupt_model(tmp_path: Path, corpus: Path, part: str, damage: str) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(model_directory("rnnsearch-de-en"), broken)
    if damage == "cut":
        (broken / part).write_bytes((broken / part).read_bytes()[:1000] if part != "model.json" else b'{"sizes":')
    else:
        (broken / part).unlink()
    refused(tmp_path, *audit(corpus, tmp_path / "out", model=broken), names=(part,))


def test_an_output_directory_with_another_run(tmp_path: Path, corpus: Path) -> None:
    out = tmp_path / "out"
    assert run(*audit(corpus, out)).returncode == 0
    refused(tmp_path, *audit(corpus, out), names=(str(out), "another run"))


def test_an_output_directory_with_other_files(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("precious", "utf-8")
    refused(tmp_path, *audit(corpus, tmp_path / "out"), names=("not a run",))
    assert run("demo", "--out", tmp_path / "out").returncode == 1
    assert (tmp_path / "out" / "thesis.txt").read_text("utf-8") == "precious"


def test_no_space_left(tmp_path: Path, corpus: Path) -> None:
    with small_disk(tmp_path / "disk", "16k") as disk:  # less than a shard takes
        refused(disk, *audit(corpus, disk / "out"), names=("no space left", "--out"))


def test_a_directory_that_cannot_be_written(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    refused(tmp_path, *audit(corpus, tmp_path / "file" / "out"), names=("file",))


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--beam", "0"), ("--beam",)),
        (("--threads", "0"), ("--threads",)),
        (("--rules", "magic"), ("magic", "stable")),
        (("--config", "none.toml"), ("none.toml",)),
    ],
)
def test_settings_without_sense(tmp_path: Path, corpus: Path, options: tuple[str, ...], names: tuple[str, ...]) -> None:
    refused(tmp_path, *audit(corpus, tmp_path / "out", *options), names=names)


def test_neither_model_nor_hypotheses(tmp_path: Path, corpus: Path) -> None:
    arguments = ("audit", "--source", corpus, "--out", tmp_path / "out", *LANGUAGES)
    refused(tmp_path, *arguments, names=("--model", "--hypotheses"))


def test_a_wrong_option_is_an_error_and_not_a_failed_gate(tmp_path: Path) -> None:
    assert run("audit", "--nonsense").returncode == 1


def test_a_configuration_with_an_unknown_option(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "audit.toml").write_text("beem = 3\n", "utf-8")
    refused(tmp_path, *audit(corpus, tmp_path / "out", "--config", tmp_path / "audit.toml"), names=("beem", "beam"))


def test_a_run_that_is_none(tmp_path: Path) -> None:
    refused(tmp_path, "site", tmp_path, names=("not a run",))


def test_hostile_text_passes_through(tmp_path: Path) -> None:
    """Empty lines, a very long line, NUL, emoji, right-to-left text and markup are corpora too."""
    lines = ["", "   ", "Hallo. " * 1500, "a\0b", "😀 gut!", "\u202eשלום עולם", "<script>alert(1)</script>", "x\u2028y"]
    with gzip.open(tmp_path / "hostile.txt.gz", "wt", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")
    done = run(*audit(tmp_path / "hostile.txt.gz", tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    segments = nmt_audit.open_run(tmp_path / "out").segments
    assert list(segments.source) == lines
    assert list(segments.status) == ["empty", "empty", "too_long", *["ok"] * 5]


def test_options_from_a_file(tmp_path: Path, corpus: Path) -> None:
    settings = 'src-lang = "de"\ntgt_lang = "en"\nmodel = "rnnsearch-de-en"\nbeam = 2\nrules = "signal"\n'
    (tmp_path / "audit.toml").write_text(settings, "utf-8")
    done = run("audit", "--config", tmp_path / "audit.toml", "--source", corpus, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["segments"] == 2
    made = nmt_audit.open_run(tmp_path / "out").manifest["settings"]
    assert (made["beam"], made["rules"], made["rule_sets"]) == (2, "signal", ["signal"])
