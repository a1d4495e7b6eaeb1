"""Writing fails: one line, exit 1, what is finished stays, and with space again the run ends as if nothing had been.

The space is limited by the system: by a size limit on files of the process, and by a small file system.
"""

from __future__ import annotations

import random
import resource
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from small_disk import small_disk

from nights.undisturbed import Undisturbed, assert_like, resumed, text_audit, undisturbed
from nmt_audit.store import open_run

LIMITS = 6


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    return undisturbed(text_audit(folder), folder / "run")


def limited(most: int) -> Callable[[], None]:
    """What a process runs before it begins, so that it can write no file of more than so many bytes."""
    return partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("seed", range(LIMITS))
def test_after_a_failed_write_the_run_goes_on(tmp_path: Path, wanted: Undisturbed, seed: int) -> None:
    """Limits from less than a manifest to nearly the largest file: some fail at a table, some at a page."""
    most = int(10 ** random.Random(seed).uniform(2, 5))
    out = tmp_path / "run"
    failed = subprocess.run(
        wanted.audit.command(out), capture_output=True, text=True, preexec_fn=limited(most)
    )  # fmt: skip
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1, failed.stderr
    assert "no space left" in failed.stderr
    if out.exists():
        assert "--resume" in failed.stderr
        assert open_run(out).manifest["state"] == "partial"
    done = resumed(wanted.audit, out)
    assert done.returncode == 0, done.stderr
    assert_like(out, wanted)


def test_a_full_disk_that_is_made_larger(tmp_path: Path, wanted: Undisturbed) -> None:
    with small_disk(tmp_path / "disk", "200k") as disk:
        out = disk / "run"
        failed = subprocess.run(wanted.audit.command(out), capture_output=True, text=True)
        assert failed.returncode == 1
        assert "no space left" in failed.stderr
        assert "--resume" in failed.stderr
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert resumed(wanted.audit, out).returncode == 0
        assert_like(out, wanted)
