"""One process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nmt_audit.errors import OutputError


@contextmanager
def locked(path: Path, busy: str, *, patience: float = 0.0) -> Iterator[None]:
    """Within, no other process gets the lock at `path`. It is the system's: it dies with its process.

    Whoever has it may remove its file at the end of the block; who opened the removed file notices and opens a new one.
    Raises OutputError with `busy` where another process still has it after `patience` seconds, and OSError where the
    file cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=patience)
    try:
        lock.acquire()
    except Timeout as error:
        raise OutputError(busy) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def folder_for(directory: Path) -> Iterator[None]:
    """Makes a folder and those above it; of those that it made, the ones that are empty at the end go again.

    Raises OSError where they cannot be made.
    """
    made = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for folder in made:  # the deepest first
            with suppress(OSError):
                folder.rmdir()
