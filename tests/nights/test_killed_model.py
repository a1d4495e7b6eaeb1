"""An audit with a model, killed at random instants and resumed: the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from nights.undisturbed import Undisturbed, kill_and_resume, model_audit, undisturbed

KILLS = 12


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    return undisturbed(model_audit(folder), folder / "another name")


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_run_ends_with_the_same_bytes(tmp_path: Path, wanted: Undisturbed, seed: int) -> None:
    kill_and_resume(wanted, tmp_path / "run", seed)
