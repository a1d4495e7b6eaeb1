"""What an audit by a shipped model gives again, and what a model brings from wherever it lies."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import nmt_audit
from nmt_audit.models import model_directory

SAMPLE = Path(__file__).parent.parent / "docs" / "sample.de-en.jsonl"


def test_the_same_audit_again_has_the_same_bytes(tmp_path: Path) -> None:
    """As `demo` does it: the second run replaces the first."""
    source = tmp_path / "some.jsonl"
    lines = SAMPLE.read_text("utf-8").splitlines(keepends=True)
    source.write_text("".join(line for line in lines[::2] if len(json.loads(line)["source"]) < 70), "utf-8")
    config = nmt_audit.AuditConfig(
        source=str(source), out=tmp_path / "run", src_lang="de", tgt_lang="en", model="rnnsearch-de-en", planted=1,
        maps=1, controls=6, replace=True,
    )  # fmt: skip
    first = _bytes(nmt_audit.audit(config))
    assert _bytes(nmt_audit.audit(config)) == first
    elsewhere = replace(config, out=tmp_path / "another name")
    assert _bytes(nmt_audit.audit(elsewhere)) == first


def test_a_model_from_any_directory_brings_its_thresholds(tmp_path: Path) -> None:
    shutil.copytree(model_directory("rnnsearch-de-en"), tmp_path / "mine")
    thresholds = json.loads((tmp_path / "mine" / "thresholds.json").read_text("utf-8"))
    thresholds["rules"]["negation.contrast"] = 0.25
    (tmp_path / "mine" / "thresholds.json").write_text(json.dumps(thresholds), "utf-8")
    mine = nmt_audit.load_model(str(tmp_path / "mine"))
    [flag] = [f for f in nmt_audit.check("Das ist nicht gut.", "That is good.", "de", "en", model=mine)
              if f.category == "NEGATION"]  # fmt: skip
    assert (flag.rule, flag.threshold, flag.start, flag.end) == ("negation.contrast", 0.25, 8, 13)


def _bytes(run: Path) -> dict[Path, bytes]:
    """All of a run but its manifest, which names the clock and the command."""
    return {
        path.relative_to(run): path.read_bytes()
        for path in sorted(run.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
