"""Ctrl-C and SIGTERM wait for what has been begun.

A shard is minutes of work, and half of one is worth nothing. So within `finishing()` a signal is noted and answered at
its end; elsewhere, and the second time, it stops at once.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Knows whether a signal has asked to stop. See `stoppable`."""

    def __init__(self) -> None:
        self._asked = False
        self._busy = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """A signal has come. Raises KeyboardInterrupt unless something is being finished."""
        if not self._busy or self._asked:
            raise KeyboardInterrupt
        self._asked = True
        print("nmt-audit: stopping after this shard; once more stops at once", file=sys.stderr, flush=True)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """The block comes to its end before a signal is answered; raises KeyboardInterrupt then."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
        if self._asked:
            raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[Stopping]:
    """Within, SIGINT and SIGTERM are answered as `Stopping` says. In a thread other than the main one nothing changes:
    signals do not come there."""
    stopping = Stopping()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return
    before = {number: signal.signal(number, stopping.ask) for number in SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
