"""`bench site`: the made-up run is a run, its figures are of the site that is built from it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from nmt_audit.bench.made_up import EXPLAINED, FLAGGED, STATES, made_up_run
from nmt_audit.bench.site import Figure, bench_site
from nmt_audit.cli import app
from nmt_audit.errors import InputError


def test_the_made_up_run_is_the_same_each_time_and_as_an_audit_would_write_it(tmp_path: Path) -> None:
    first, second = (made_up_run(tmp_path / name, 430) for name in ("first", "second"))
    for frame in ("segments", "flags", "explanations"):
        pd.testing.assert_frame_equal(getattr(first, frame), getattr(second, frame))
    assert len(first.segments) == 430 and first.segments["id"].is_unique and first.flags["id"].is_unique
    flagged = first.flags["segment_id"].nunique()
    assert 0.5 * FLAGGED < flagged / 430 < 2 * FLAGGED
    explained = first.explanations.groupby(["flag_id", "position"]).size()
    assert (explained == len(STATES) + 1).all()
    assert explained.groupby("flag_id").size().max() == EXPLAINED
    source = first.segments.iloc[0]
    assert len(source["attention"]) == len(source["source_pieces"]) * len(source["target_pieces"])
    assert made_up_run(tmp_path / "other", 30, seed=2).segments["source"][0] != source["source"]


def test_it_measures_the_building_of_a_site() -> None:
    found = bench_site(150)
    figures = {figure.name: figure for figure in found.figures}
    assert figures["built, per second of one core"].least == 3000
    size = figures["texts, index and names"]
    assert 200 < size.value < 1500 and size.kept and figures["the whole site"].value > size.value
    assert 20 < figures["peak memory of building"].value < 2000
    [table] = found.tables()
    assert len(table.rows) == len(found.figures)


@pytest.mark.parametrize(
    ("figure", "kept"),
    [
        (Figure("a", 2.0, "s", most=2.0), True), (Figure("a", 2.1, "s", most=2.0), False),
        (Figure("a", 3.0, "s", least=3.0), True), (Figure("a", 2.9, "s", least=3.0), False),
        (Figure("a", 2.9, "s"), None),
    ],
)  # fmt: skip
def test_budgets(figure: Figure, kept: bool | None) -> None:
    assert figure.kept is kept


def test_the_command_prints_json() -> None:
    run = CliRunner().invoke(app, ["bench", "site", "--segments", "20", "--json"])
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    assert found["segments"] == 20 and {"name", "value", "unit", "most", "least", "kept"} == set(found["figures"][0])


def test_without_a_browser_it_says_so_before_it_builds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="chromium and chromedriver"):
        bench_site(10**9, browser=True)
