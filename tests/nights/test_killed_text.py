"""An audit of given translations, killed at random instants and resumed: the same bytes each time."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from nights.undisturbed import Undisturbed, assert_like, killed_after, resumed, text_audit, undisturbed

KILLS = 13


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    return undisturbed(text_audit(folder), folder / "another name")


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_run_ends_with_the_same_bytes(tmp_path: Path, wanted: Undisturbed, seed: int) -> None:
    """Some are killed twice, the second time while they resume."""
    instants = random.Random(seed)
    out = tmp_path / "run"
    killed_after(instants.uniform(0.2, 1) * wanted.seconds, wanted.audit.command(out))
    if seed % 3 == 0:
        killed_after(instants.uniform(0.2, 1) * wanted.seconds, wanted.audit.command(out, "--resume"))
    done = resumed(wanted.audit, out)
    assert done.returncode == 0, done.stderr
    assert_like(out, wanted)
