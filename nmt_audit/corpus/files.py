"""Opens files and standard input: gzip, sizes that memory can bear, UTF-8, and lines.

A line ends at `\n` alone, and a `\r` before it is dropped. `str.splitlines` also cuts at U+2028, U+0085 and vertical
tabs, which real corpora contain within sentences, and would silently shift every later line against its translation.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nmt_audit.errors import InputError

STANDARD_INPUT = "-"
GZIP_MAGIC = b"\x1f\x8b"  # no UTF-8 text and no XML begins with it

# Far above any corpus that a night can translate, and low enough that a small gzip file cannot fill the memory.
MOST_BYTES = 2**30  # of a file, unpacked
MOST_SEGMENTS = 10_000_000
LONGEST_LINE = 10_000_000  # bytes; also what libxml2 allows one text of an XML file

_CHUNK = 2**20


class Readable(Protocol):
    """Bytes, a piece at a time: files, gzip's streams, standard input."""

    def read(self, size: int, /) -> bytes:
        """At most so many; none at the end."""


@dataclass(frozen=True, slots=True)
class File:
    """A file, unpacked. `label` is what messages call it, `name` has no directories; `digest` is of the file as it is.

    `data` is never empty.
    """

    label: str
    name: str
    digest: str
    data: bytes


def open_file(path: str) -> File:
    """Reads a file, or standard input for "-", and unpacks it if it is gzip, whatever it is called.

    Raises InputError where it cannot be read, is empty, holds over a GiB, or is not whole.
    """
    label = "standard input" if path == STANDARD_INPUT else path
    packed = _bytes(path, label)
    digest = hashlib.sha256(packed).hexdigest()
    data = packed
    if packed.startswith(GZIP_MAGIC) or path.lower().endswith(".gz"):
        try:
            with gzip.open(io.BytesIO(packed)) as stream:
                data = _bounded(stream, label)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{label}: not a whole gzip file ({error}); compress or copy it again") from error
    if not data.removeprefix(codecs.BOM_UTF8):
        raise InputError(f"{label}: is empty; give a file with at least one segment")
    return File(label, Path(path).name, digest, data)


def lines(file: File) -> list[str]:
    """The lines of a UTF-8 text without their ends; a byte order mark before the first is dropped.

    Raises InputError for bytes that are not UTF-8, more than `MOST_SEGMENTS` lines, or a line over `LONGEST_LINE`.
    """
    text = _decode(file)
    if text.count("\n") > MOST_SEGMENTS:
        raise InputError(f"{file.label}: has over {MOST_SEGMENTS:,} lines; split it")
    found = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    for number, line in enumerate(found, 1):
        if len(line) > LONGEST_LINE:
            raise InputError(f"{file.label}: line {number}: has over {LONGEST_LINE:,} characters; split it")
    return found


def _bytes(path: str, label: str) -> bytes:
    try:
        if path == STANDARD_INPUT:
            return _bounded(sys.stdin.buffer, label)
        with Path(path).open("rb") as stream:
            return _bounded(stream, label)
    except FileNotFoundError as error:
        raise InputError(f"{label}: does not exist; check the name") from error
    except IsADirectoryError as error:
        raise InputError(f"{label}: is a directory; name a file in it") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{label}: cannot be read ({reason}); check the name and its permissions") from error


def _bounded(stream: Readable, label: str) -> bytes:
    """All of a stream in pieces, so that one that never ends (a device, a gzip bomb) is noticed in time."""
    data = bytearray()
    while piece := stream.read(_CHUNK):
        data += piece
        if len(data) > MOST_BYTES:
            raise InputError(f"{label}: holds over {MOST_BYTES // 2**30} GiB unpacked; split it")
    return bytes(data)


def _decode(file: File) -> str:
    data = file.data
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        return str(memoryview(data)[start:], "utf-8")
    except UnicodeDecodeError as error:
        offset = start + error.start
        line = data.count(b"\n", 0, offset) + 1
        raise InputError(
            f"{file.label}: line {line}: byte {offset} of the file, 0x{data[offset]:02x}, is not UTF-8; "
            "convert it to UTF-8"
        ) from error
