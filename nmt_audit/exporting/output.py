"""Where an export goes: into a file that is there whole or not at all, or to standard output."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from nmt_audit.durable import durable_file
from nmt_audit.errors import OutputError


@contextmanager
def whole(out: Path | None) -> Iterator[BinaryIO]:
    """A file to write to; what was written is where it should be only once the block has ended without an error.

    None is standard output. A file gets a temporary name first; what is not a plain file (a pipe, a link, /dev/stdout)
    is written to at the end. Raises OutputError.
    """
    try:
        if out is None:
            with tempfile.TemporaryFile() as file:
                yield file
                _hand_over(file, sys.stdout.buffer)
        elif out.is_symlink() or (out.exists() and not out.is_file()):
            with tempfile.TemporaryFile() as file:
                yield file
                with out.open("wb") as special:
                    _hand_over(file, special)
        else:
            with durable_file(out) as file:
                yield file
    except BrokenPipeError as error:
        with suppress(OSError):  # what Python still holds would be written, and fail again, when it ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"{_label(out)}: closed before all was written; read it to its end") from error
    except OSError as error:
        remedy = "free some space" if error.errno == errno.ENOSPC else "choose another --out"
        raise OutputError(f"{_label(out)}: cannot be written ({error.strerror or error}); {remedy}") from error


def _hand_over(file: BinaryIO, target: BinaryIO) -> None:
    file.seek(0)
    shutil.copyfileobj(file, target)
    target.flush()


def _label(out: Path | None) -> str:
    return "standard output" if out is None else str(out)


@contextmanager
def as_text(out: BinaryIO) -> Iterator[TextIO]:
    """The file as UTF-8 text whose line ends are written as they are given."""
    # Half a surrogate pair in a file's name has no UTF-8; in JSON, the escape that takes its place is right.
    text = TextIOWrapper(out, encoding="utf-8", errors="backslashreplace", newline="", write_through=False)
    try:
        yield text
        text.flush()
    finally:
        text.detach()
