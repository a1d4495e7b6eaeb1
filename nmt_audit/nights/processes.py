"""The jobs of a night as processes of their own, so that one that dies takes nothing along.

Each is in a session of its own: Ctrl-C on a terminal comes to the night alone, which passes it on once, and the job
finishes its shard. Where the night itself is killed, Linux tells the job to do the same.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shlex import join
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
COMMAND = (sys.executable, "-P", "-m", "nmt_audit")  # -P: a folder called nmt_audit here is not the program
PR_SET_PDEATHSIG = 1  # linux/prctl.h
PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None  # found before a fork: little is safe after one
AT_ONCE = 1.0  # seconds within which a signal that comes again is the same: `timeout` sends it twice
OURS = "nmt-audit: "  # before what a command says on standard error
LAST_BYTES = 4096  # of a log that its last lines are looked for in
LONGEST = 300  # characters of a line that is quoted


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, below 0 the number of the signal that killed it; and its last lines."""

    code: int
    seconds: float
    lines: tuple[str, ...]

    @property
    def result(self) -> str:
        """The last line of what it found, and not of what went wrong."""
        return next((line for line in reversed(self.lines) if not line.startswith(OURS)), "")

    @property
    def reason(self) -> str:
        """Why it failed, in one line."""
        if self.code >= 0:
            said = self.lines[-1].removeprefix(OURS) if self.lines else ""
            return said or f"ended with exit code {self.code} and said nothing"
        try:
            name = signal.Signals(-self.code).name
        except ValueError:
            name = f"signal {-self.code}"
        memory = ": the system may have run out of memory" if self.code == -signal.SIGKILL else ""
        return f"killed by {name}{memory}"


class Processes:
    """Runs one process at a time. See `processes`."""

    def __init__(self) -> None:
        self.stopped: int | None = None  # the last signal that came
        self._asked = 0.0  # when it came
        self._running: subprocess.Popen[bytes] | None = None
        self._told = False

    def stop(self, number: int, frame: FrameType | None) -> None:
        """A signal has come: it goes on to what is running, each time, and nothing else is begun."""
        before, self._asked = self._asked, time.monotonic()
        if self.stopped is not None and self._asked - before < AT_ONCE:
            return
        self.stopped = number
        if self._running is not None:
            self._told = True
            self._running.send_signal(number)

    def run(self, arguments: Sequence[str], log: Path) -> Ended:
        """Runs `nmt-audit` with these arguments; all it says is added to the log. Raises OSError for the log's."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC  nmt-audit {join(arguments)}\n".encode())
            file.flush()
            begin, began = file.tell(), time.monotonic()
            self._running = subprocess.Popen(
                [*COMMAND, *arguments], stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
                start_new_session=True, preexec_fn=partial(_end_with, os.getpid()),
            )  # fmt: skip
            if self.stopped is not None and not self._told:  # it came before there was something to pass it on to
                self._running.send_signal(self.stopped)
            code = self._running.wait()
            self._running = None
            return Ended(code, time.monotonic() - began, _last_lines(log, begin))


@contextmanager
def processes() -> Iterator[Processes]:
    """Within, SIGINT and SIGTERM go on to the process that is running, and end it alone."""
    running = Processes()
    before = {number: signal.signal(number, running.stop) for number in SIGNALS}
    try:
        yield running
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_with(night: int) -> None:
    """In the new process: SIGTERM when the night dies, or has died already."""
    if PRCTL is not None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # what the night does on one would be lost with it at exec
        PRCTL(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != night:
            os.kill(os.getpid(), signal.SIGTERM)


def _last_lines(log: Path, begin: int) -> tuple[str, ...]:
    """The last lines after `begin` that say something, without what would move a terminal."""
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(begin, end - LAST_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return tuple(plain for line in lines if (plain := printable(line)))


def printable(text: str) -> str:
    """A text on one line, without control characters, and not too long."""
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
