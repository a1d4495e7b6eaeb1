"""A real process with too little memory: batches are halved until they fit, and the answers are the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nights.undisturbed import pairs
from nmt_audit.store import open_run

# Runs a small audit first, so that all that is loaded once is loaded; then the large one, under a limit on what may be
# allocated in addition, if one is given; and prints how much it was.
SCRIPT = """
import resource, sys
from pathlib import Path
import torch
from nmt_audit.config import AuditConfig
from nmt_audit.pipeline import audit

torch.set_num_threads(1)

def kilobytes(name):
    [line] = [line for line in open("/proc/self/status") if line.startswith(name + ":")]
    return int(line.split()[1])

def config(source, out):
    return AuditConfig(
        source=source, out=Path(out), src_lang="de", tgt_lang="en", model="rnnsearch-de-en", planted=0, maps=0,
        controls=0, beam=2, threads=1,
    )

small, large, out, limit = sys.argv[1:]
audit(config(small, out + "-small"))
before = kilobytes("VmSize")
if int(limit):
    most = (before + int(limit)) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
audit(config(large, out))
print(kilobytes("VmPeak") - before)
"""


def audited(folder: Path, out: str, limit: int) -> subprocess.CompletedProcess[str]:
    arguments = (str(folder / "small.jsonl"), str(folder / "large.jsonl"), str(folder / out), str(limit))
    return subprocess.run([sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty segments with translations: what the model says of them together takes hundreds of megabytes."""
    folder = tmp_path_factory.mktemp("memory")
    sentences = pairs(1)
    rows = [
        {
            "id": str(number),
            "source": " ".join(source for source, _ in sentences[number + 1 : number + 10 : 3]),
            "hypothesis": " ".join(target for _, target in sentences[number + 1 : number + 10 : 3]),
        }
        for number in range(40)
    ]
    for name, some in (("small", rows[:1]), ("large", rows)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")
    return folder


def test_batches_are_halved_until_they_fit(folder: Path) -> None:
    free = audited(folder, "free", 0)
    assert free.returncode == 0, free.stderr
    tight = audited(folder, "tight", int(free.stdout) * 3 // 4)  # half does not hold what one segment takes alone
    assert tight.returncode == 0, tight.stderr
    assert "segments do not fit into memory; again with" in tight.stderr
    runs = {name: open_run(folder / name) for name in ("free", "tight")}
    assert sum(runs["tight"].manifest["memory"]["retried"].values()) > 0
    assert not runs["free"].manifest["memory"]["retried"]
    assert runs["tight"].manifest["counts"]["out_of_memory"] == 0
    rows = {name: run.segments for name, run in runs.items()}
    pd.testing.assert_frame_equal(
        rows["free"].drop(columns=["logprobs", "attention", "logprob"]),
        rows["tight"].drop(columns=["logprobs", "attention", "logprob"]),
    )
    for one, other in zip(rows["free"].logprobs, rows["tight"].logprobs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)
    assert list(runs["free"].flags.id) == list(runs["tight"].flags.id)


def test_what_does_not_fit_alone_is_marked(folder: Path) -> None:
    """Enough for the model, and so little more that segments do not fit: they say so, and there is a report."""
    done = audited(folder, "none", 44_000)
    assert done.returncode == 0, done.stderr
    assert "even alone" in done.stderr
    run = open_run(folder / "none")
    assert run.manifest["counts"]["out_of_memory"] > 0
    assert set(run.segments.status) <= {"ok", "out_of_memory"}
    assert run.manifest["state"] == "complete"
