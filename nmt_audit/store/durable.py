"""A file is there whole or not at all, and stays there when the power goes."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Writes under a temporary name that begins with a dot, flushes, renames, flushes the folder. Raises OSError."""
    temporary = path.parent / f".{path.name}.partial"
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Makes the names in a folder as durable as the files; where the system cannot, it has other ways to see to it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def durable_hash(path: Path) -> str:
    """The sha256 of a file, which is flushed to the disk on the way."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        with suppress(OSError):  # a file on a medium that cannot be written is as durable as it gets
            os.fsync(file.fileno())
    return found
