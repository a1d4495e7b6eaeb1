"""Progress on standard error: a bar on a terminal, a line a minute elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

LINE_EVERY_SECONDS = 60.0


class Advance(Protocol):
    """Tells that `steps` more are done; `note` is shown beside the count."""

    def __call__(self, steps: int = 1, note: str = "") -> None:
        """`steps` more are done."""


@contextmanager
def progress(what: str, total: int, done: int = 0) -> Iterator[Advance]:
    """Within the block, call the yielded function for each finished step."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
        )  # fmt: skip
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total, completed=done, note="")

            def on_terminal(steps: int = 1, note: str = "") -> None:
                if note:
                    bar.update(task, note=note)
                bar.advance(task, steps)

            yield on_terminal
        return

    state = {"done": done, "next": time.monotonic() + LINE_EVERY_SECONDS}

    def on_log(steps: int = 1, note: str = "") -> None:
        state["done"] += steps
        if time.monotonic() >= state["next"]:
            state["next"] = time.monotonic() + LINE_EVERY_SECONDS
            print(f"{what}: {state['done']} of {total} {note}".rstrip(), file=sys.stderr, flush=True)

    yield on_log
