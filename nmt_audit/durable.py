"""A file is there whole or not at all, and stays there when the power goes; so is a folder that replaces another."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from nmt_audit.errors import OutputError


@contextmanager
def durable_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to under a temporary name, which begins with a dot. Once the block has ended well it is flushed
    and renamed, and the folder flushed; otherwise nothing has happened. Raises OSError."""
    temporary = _beside(path)
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    flush_folder(path.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all. Raises OSError."""
    with durable_file(path) as file:
        file.write(content)


@contextmanager
def new_folder(out: Path, *, mark: str, what: str) -> Iterator[Path]:
    """A folder to fill, which takes the place of `out` once the block has ended well; otherwise nothing has happened.

    `mark`: a file that all folders of this kind have, by which an earlier one is known; `what` it is called. Raises
    OutputError where `out` holds something else.
    """
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out}: is a file, not a directory; choose another --out")
    if out.is_dir() and any(out.iterdir()) and not (out / mark).is_file():
        raise OutputError(f"{out}: holds files that are not a {what}; choose another --out")
    temporary = _beside(out)
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        yield temporary
        shutil.rmtree(out, ignore_errors=True)
        temporary.rename(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.parent / f".{path.name}.partial"


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
