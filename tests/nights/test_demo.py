"""The whole job through the real command, on the shipped model and the shipped corpus."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nmt_audit
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.records import CATEGORIES
from nmt_audit.store import Run

COMMAND = (sys.executable, "-m", "nmt_audit")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    # A blank and an umlaut in the path: users have them.
    out = tmp_path_factory.mktemp("a report für uns") / "demo"
    done = subprocess.run([*COMMAND, "demo", "--out", str(out)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.splitlines()[-1]) == out / "site" / "index.html"
    return nmt_audit.open_run(out)


def test_every_category_is_flagged_at_least_three_times_on_the_models_own_output(demo: Run) -> None:
    counts = demo.flags.groupby("category").size()
    assert {category: int(counts.get(category, 0)) >= 3 for category in CATEGORIES} == dict.fromkeys(CATEGORIES, True)


def test_the_manifest_says_what_made_the_run(demo: Run) -> None:
    manifest = demo.manifest
    model = nmt_audit.load_model("rnnsearch-de-en")
    assert manifest["state"] == "complete"
    assert manifest["model"] == {"name": "rnnsearch-de-en", "fingerprint": model.fingerprint}
    assert [score["name"] for score in manifest["scores"]] == ["BLEU", "chrF", "TER"]
    assert all("version:" in score["signature"] for score in manifest["scores"])
    assert manifest["counts"]["segments"] == len(demo.segments) >= 300
    assert sum(manifest["counts"]["flags"].values()) == len(demo.flags)


def test_every_flag_of_a_position_is_explained_by_all_states_of_the_papers_figures(demo: Run) -> None:
    states = demo.explanations.groupby("flag_id").state.agg(set)
    with_positions = demo.flags[demo.flags.positions.map(len) > 0]
    assert len(with_positions) > 0
    for flag in with_positions.itertuples():
        assert {"context", "target", "output"} <= states[flag.id], flag


def test_the_stored_ledgers_close(demo: Run) -> None:
    parts = demo.explanations[["source", "target", "initial", "bias", "offset", "stabiliser"]].sum(axis=1)
    scale = demo.explanations["value"].abs().clip(lower=1)
    assert ((demo.explanations["value"] - parts).abs() / scale).max() < 1e-9


def test_flags_point_into_their_texts(demo: Run) -> None:
    texts = demo.segments.set_index("id")
    for flag in demo.flags.itertuples():
        text = texts.loc[flag.segment_id, "source" if flag.side == "src" else "hypothesis"]
        if not np.isnan(flag.start):
            assert 0 <= flag.start < flag.end <= len(text), flag


def test_the_site_can_be_rebuilt_elsewhere_without_torch(demo: Run, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from nmt_audit.cli import main\n"
        f"sys.argv = ['nmt-audit', 'site', {str(demo.directory)!r}, '--out', {str(tmp_path / 'pages')!r}]\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rebuilt = {path.relative_to(tmp_path / "pages"): path.read_bytes() for path in _files(tmp_path / "pages")}
    site = demo.directory / "site"
    assert rebuilt == {path.relative_to(site): path.read_bytes() for path in _files(site)}


@pytest.fixture(scope="module")
def model() -> RecurrentModel:
    found = nmt_audit.load_model("rnnsearch-de-en")
    assert isinstance(found, RecurrentModel)
    return found


def test_signal_closes_its_ledger_on_a_hundred_demo_sentences(demo: Run, model: RecurrentModel) -> None:
    chosen = demo.segments[demo.segments.source.str.len() < 120].head(100)
    assert len(chosen) == 100
    requests = [
        {"source": row.source, "target": row.hypothesis, "state": state, "rules": "signal"}
        for row in chosen.itertuples()
        for state in ("context", "target", "output", "logit")
    ]
    for found in nmt_audit.explain_batch(model, requests):
        assert found.ledger is not None
        rest = sum(value for name, value in found.ledger.items() if name != "value")
        assert abs(found.ledger["value"] - rest) <= 1e-9 * max(1.0, abs(found.ledger["value"]))


def test_sixteen_at_once_equal_single_calls(demo: Run, model: RecurrentModel) -> None:
    rows = demo.segments.head(16).itertuples()
    requests = [{"source": row.source, "target": row.hypothesis, "state": "logit"} for row in rows]
    for together, request in zip(nmt_audit.explain_batch(model, requests), requests, strict=True):
        alone = nmt_audit.explain(model, **request)
        np.testing.assert_allclose(together.source_relevance, alone.source_relevance, rtol=0, atol=1e-9)
        np.testing.assert_allclose(together.target_relevance, alone.target_relevance, rtol=0, atol=1e-9)


def test_alone_or_in_a_batch_a_segment_gets_the_same_translation(demo: Run, model: RecurrentModel) -> None:
    for row in demo.segments.iloc[::40].itertuples():
        [alone] = model.translate([row.source])
        assert alone.text == row.hypothesis


def test_flags_of_a_file_by_the_check_command(demo: Run, tmp_path: Path) -> None:
    lines = [
        {
            "id": row.id, "source": row.source, "hypothesis": row.hypothesis, "reference": None, "src_lang": "de",
            "tgt_lang": "en",
        }
        for row in demo.segments.head(40).itertuples()
    ]  # fmt: skip
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    done = subprocess.run(
        [*COMMAND, "check", "--input", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"),
         "--model", "rnnsearch-de-en"], capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [line["id"] for line in found] == [line["id"] for line in lines]
    keys = {"category", "side", "start", "end", "score", "rule", "threshold", "value", "message"}
    assert all(flag.keys() == keys for line in found for flag in line["flags"])
    assert any(line["flags"] for line in found)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
