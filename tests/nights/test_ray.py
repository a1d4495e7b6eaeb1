"""Audits on a real local Ray cluster: the same bytes as in one process, though a worker or the driver is killed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from nights.undisturbed import Undisturbed, assert_like, model_audit, text_audit, undisturbed

RAY = ("--engine", "ray", "--workers", "2")
LONGEST = 240.0  # seconds; a run that hangs fails


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("text")
    return undisturbed(text_audit(folder), folder / "run")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("model")
    return undisturbed(model_audit(folder), folder / "run")


def waited(process: subprocess.Popen[str], until: Callable[[], bool]) -> None:
    """Waits until something is so while the process is at work."""
    while not until():
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"the run was at its end before: {process.communicate()[1]}")


def workers(process: subprocess.Popen[str]) -> Iterator[psutil.Process]:
    """The processes that audit shards, of the cluster that the run has begun."""
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if child.name().startswith("ray::_Worker"):
                yield child
        except psutil.NoSuchProcess:
            continue


def begun(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_worker_that_is_killed_is_replaced_and_the_bytes_are_the_same(model: Undisturbed, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with begun(model.audit.command(out, *RAY)) as process:
        at_work: list[psutil.Process] = []

        def both_at_work() -> bool:
            at_work[:] = [worker for worker in workers(process) if worker.name() == "ray::_Worker.audit"]
            return len(at_work) == 2

        waited(process, both_at_work)
        at_work[0].kill()
        _, told = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, told
    assert_like(out, model)


def test_a_driver_that_is_killed_goes_on_with_shards_from_a_url(text: Undisturbed, tmp_path: Path) -> None:
    out, storage = tmp_path / "out" / "run", tmp_path / "shared"
    more = (*RAY, "--storage", storage.as_uri())
    with begun(text.audit.command(out, *more)) as process:
        waited(process, lambda: any(storage.glob("*/segments/*")) or any(out.glob("data/segments/*")))
        cluster = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    psutil.wait_procs(cluster, timeout=LONGEST)
    done = subprocess.run(text.audit.command(out, *more, "--resume"), capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == 0, done.stderr
    assert_like(out, text)
    assert not [path for path in storage.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--engine", "ray", "--storage", "nowhere://x"), "--storage nowhere://x: cannot be used"),
        (("--engine", "spark"), "--engine spark: there are local, ray"),
        (("--workers", "2"), "--workers and --storage are for --engine ray"),
        (("--engine", "ray", "--workers", "0"), "--workers 0: at least one is needed"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    text: Undisturbed, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    done = subprocess.run(text.audit.command(tmp_path / "run", *options), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert told in line
    assert not any(tmp_path.iterdir())
