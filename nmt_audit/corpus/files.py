"""Opens files and standard input: gzip, sizes that memory can bear, UTF-8, and lines.

A line ends at `\n` alone, and a `\r` before it is dropped. `str.splitlines` also cuts at U+2028, U+0085 and vertical
tabs, which real corpora contain within sentences, and would silently shift every later line against its translation.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from nmt_audit.errors import InputError, OutputError

STANDARD_INPUT = "-"
GZIP_MAGIC = b"\x1f\x8b"  # no UTF-8 text and no XML begins with it

# Far above any corpus that a night can translate, and low enough that a small gzip file cannot fill the memory.
MOST_BYTES = 2**30  # of a file, unpacked
MOST_SEGMENTS = 10_000_000
LONGEST_LINE = 10_000_000  # characters; also what libxml2 allows one text of an XML file, in bytes

IN_MEMORY = 2**24  # bytes of a file; what is larger waits in the temporary folder

_CHUNK = 2**20
_MOST_OF_A_LINE = 4 * LONGEST_LINE + 3  # bytes; a character has four at most, and a line ends with two
_HEAD = 64  # bytes of the beginning, which tell XML from text


class Readable(Protocol):
    """Bytes, a piece at a time: files, gzip's streams, standard input."""

    def read(self, size: int, /) -> bytes:
        """At most so many; none at the end."""


class Unnamed(tempfile.SpooledTemporaryFile[bytes]):
    """A file without a name, in memory while it is small; it goes when nobody needs it any more."""

    def __init__(self) -> None:
        super().__init__(IN_MEMORY)

    def __del__(self) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class File:
    """A file, unpacked. `label` is what messages call it, `name` has no directories; `digest` is of the file as it is.

    `head` is how it begins, without a byte order mark. It is never empty.
    """

    label: str
    name: str
    digest: str
    head: bytes
    unpacked: IO[bytes]

    def stream(self) -> IO[bytes]:
        """The unpacked bytes, from the first on. There is one stream: who asks again begins again."""
        self.unpacked.seek(0)
        return self.unpacked


def open_file(path: str) -> File:
    """Reads a file, or standard input for "-", and unpacks it if it is gzip, whatever it is called.

    Raises InputError where it cannot be read, is empty, holds over a GiB, or is not whole.
    """
    label = "standard input" if path == STANDARD_INPUT else path
    packed = Unnamed()
    digest = _read(path, label, packed)
    packed.seek(0)
    unpacked = packed
    if packed.read(len(GZIP_MAGIC)) == GZIP_MAGIC or path.lower().endswith(".gz"):
        packed.seek(0)
        unpacked = Unnamed()
        try:
            with gzip.open(packed) as stream:
                _copy(stream, unpacked, label)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{label}: not a whole gzip file ({error}); compress or copy it again") from error
    unpacked.seek(0)
    head = unpacked.read(_HEAD).removeprefix(codecs.BOM_UTF8)
    if not head:
        raise InputError(f"{label}: is empty; give a file with at least one segment")
    return File(label, Path(path).name, digest, head, unpacked)


def lines(file: File) -> Iterator[str]:
    """The lines of a UTF-8 text without their ends; a byte order mark before the first is dropped.

    Raises InputError for bytes that are not UTF-8, more than `MOST_SEGMENTS` lines, or a line over `LONGEST_LINE`.
    """
    stream, number, offset = file.stream(), 0, 0
    while line := stream.readline(_MOST_OF_A_LINE):
        number += 1
        if number > MOST_SEGMENTS:
            raise InputError(f"{file.label}: has over {MOST_SEGMENTS:,} lines; split it")
        mark = len(codecs.BOM_UTF8) if number == 1 and line.startswith(codecs.BOM_UTF8) else 0
        whole = len(line) < _MOST_OF_A_LINE
        text = _decoded(file, line[mark:], number, offset + mark) if whole else ""
        text = text.removesuffix("\n").removesuffix("\r")
        if not whole or len(text) > LONGEST_LINE:
            raise InputError(f"{file.label}: line {number}: has over {LONGEST_LINE:,} characters; split it")
        offset += len(line)
        yield text


def _read(path: str, label: str, into: IO[bytes]) -> str:
    """Copies a file; its sha256."""
    try:
        if path == STANDARD_INPUT:
            return _copy(sys.stdin.buffer, into, label)
        with Path(path).open("rb") as stream:
            return _copy(stream, into, label)
    except FileNotFoundError as error:
        raise InputError(f"{label}: does not exist; check the name") from error
    except IsADirectoryError as error:
        raise InputError(f"{label}: is a directory; name a file in it") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{label}: cannot be read ({reason}); check the name and its permissions") from error


def _copy(stream: Readable, into: IO[bytes], label: str) -> str:
    """Copies a stream in pieces, so that one that never ends (a device, a gzip bomb) is noticed in time; its sha256."""
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(_CHUNK):
        size += len(piece)
        if size > MOST_BYTES:
            raise InputError(f"{label}: holds over {MOST_BYTES // 2**30} GiB unpacked; split it")
        digest.update(piece)
        with temporary():
            into.write(piece)
    return digest.hexdigest()


@contextmanager
def temporary() -> Iterator[None]:
    """Within, what cannot be written is the temporary folder's. Raises OutputError, with what can be done."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{tempfile.gettempdir()}: cannot be written ({error.strerror}); free some, or set TMPDIR to a folder "
            "with space"
        ) from error


def _decoded(file: File, line: bytes, number: int, begin: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file.label}: line {number}: byte {begin + error.start} of the file, 0x{line[error.start]:02x}, is not "
            "UTF-8; convert it to UTF-8"
        ) from error
