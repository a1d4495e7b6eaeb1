"""A model whose numbers for long sentences are not numbers: these are marked, wherever they stand; the run goes on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import families
import pytest
import torch
from safetensors.torch import load_file, save_file

from nights.undisturbed import COMMAND
from nmt_audit.models import load_model
from nmt_audit.store import Run, open_run

POSITIONS = "model.encoder.embed_positions.weight"
SOURCES, TARGETS = families.SOURCES[::4], families.TARGETS[::4]
OFFSET = 2  # of mBART's positions: row 2 is the first


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bool]]:
    """mBART with a NaN in the weights for a late position, and which of SOURCES have so many tokens.

    Half of the batches hold both kinds. Shorter sentences are padded up to the position there, and get a NaN with it.
    """
    directory = families.family("mbart", tmp_path_factory.mktemp("models") / "broken")
    model = load_model(str(directory))
    lengths = [len(model.tokenize(text)) for text in SOURCES]
    last = sorted(lengths)[-len(lengths) // 4]
    weights = load_file(directory / "model.safetensors")
    weights[POSITIONS][OFFSET + last - 1] = torch.nan
    save_file(weights, directory / "model.safetensors", {"format": "pt"})
    return directory, [length >= last for length in lengths]


def audited(folder: Path, broken: tuple[Path, list[bool]], given: bool) -> Run:
    """An audit of all sentences, the translations made or given."""
    model, long = broken
    (folder / "source.txt").write_text("".join(f"{text}\n" for text in SOURCES), "utf-8")
    (folder / "given.txt").write_text("".join(f"{text}\n" for text in TARGETS), "utf-8")
    command = [
        *COMMAND, "audit", "--source", str(folder / "source.txt"), "--reference", str(folder / "given.txt"), "--model",
        str(model), "--src-lang", "de", "--tgt-lang", "en", "--planted", "0", "--maps", "3", "--controls", "3",
        "--threads", "1", "--beam", "2", "--out", str(folder / "run"), "--json",
        *(("--hypotheses", str(folder / "given.txt")) if given else ()),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["not_finite"] == sum(long) > 0
    return open_run(folder / "run")


@pytest.mark.parametrize("given", [True, False], ids=["given", "made"])
def test_only_these_segments_are_marked(tmp_path: Path, broken: tuple[Path, list[bool]], given: bool) -> None:
    run = audited(tmp_path, broken, given)
    rows = run.segments
    marked = rows.status == "not_finite"
    assert list(marked) == broken[1]
    assert set(rows.status[~marked]) == {"ok"}
    assert rows.logprob[marked].isna().all()
    assert rows.logprob[~marked].notna().all()
    assert list(rows.hypothesis[marked]) == [
        target if given else "" for target, long in zip(TARGETS, broken[1], strict=True) if long
    ]
    assert not set(run.explanations.segment_id) & set(rows.id[marked])
    page = (tmp_path / "run" / "site" / "index.html").read_text("utf-8")
    assert "segments.html#show=not_finite" in page
    assert f"{sum(broken[1])} segments for which the model’s numbers are not numbers" in page
