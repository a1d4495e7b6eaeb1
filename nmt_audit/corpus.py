"""Reads corpora: plain text, TSV and JSONL, plain or gzipped, from a file or from standard input.

A line ends at `\\n` alone. `str.splitlines` also cuts at U+2028, U+0085 and vertical tabs, which real corpora contain
within sentences, and would silently shift every later line against its translation.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from nmt_audit.errors import InputError
from nmt_audit.records import Segment

STANDARD_INPUT = "-"
GZIP_MAGIC = b"\x1f\x8b"  # no UTF-8 text begins with it

Form = Literal["text", "tsv", "jsonl"]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The segments in the order of the file, and the sha256 of each file that was read, by its name alone."""

    segments: tuple[Segment, ...]
    hashes: Mapping[str, str]


def read_corpus(
    source: str,
    *,
    src_lang: str | None = None,
    tgt_lang: str | None = None,
    hypotheses: str | None = None,
    reference: str | None = None,
    form: Form | None = None,
) -> Corpus:
    """Reads `source`, and its hypotheses and references from plain text files with a line for each segment.

    `form` is told by the name unless given: `.jsonl`, `.tsv`, anything else is plain text; `.gz` may follow. Languages
    and texts that a JSONL row has itself win over `src_lang` and `tgt_lang`, and lose against the other files. A JSONL
    row may name its document, as "document" or "doc".
    Raises InputError, one line, where a file is not what it should be.
    """
    if [source, hypotheses, reference].count(STANDARD_INPUT) > 1:
        raise InputError("standard input can be only one of source, hypotheses and reference; give files for the rest")
    file = _read(source)
    rows = _READERS[form or _form(source)](file, _Languages(src_lang, tgt_lang))
    segments = list(_with_unique_ids(file, rows))
    hashes = {file.name: file.digest}
    for column, path in (("hypothesis", hypotheses), ("reference", reference)):
        if path is None:
            continue
        other = _read(path)
        texts = _parallel(path, other, file)
        segments = [_with_text(segment, column, text) for segment, text in zip(segments, texts, strict=True)]
        # Two files of the same name may lie in different directories.
        hashes[f"{other.name} ({column})" if other.name in hashes else other.name] = other.digest
    return Corpus(tuple(segments), hashes)


@dataclass(frozen=True, slots=True)
class _File:
    """A decoded file. `label` is what messages call it, `name` has no directories."""

    label: str
    name: str
    digest: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class _Languages:
    """What holds where a row does not say its languages itself."""

    source: str | None
    target: str | None


def _form(path: str) -> Form:
    name = path.lower().removesuffix(".gz")
    return "jsonl" if name.endswith(".jsonl") else "tsv" if name.endswith(".tsv") else "text"


def _read(path: str) -> _File:
    label = "standard input" if path == STANDARD_INPUT else path
    data = _bytes(path, label)
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(GZIP_MAGIC) or path.lower().endswith(".gz"):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{label}: not a whole gzip file ({error}); compress or copy it again") from error
    text = _decode(data, label)
    if not text:
        raise InputError(f"{label}: is empty; give a file with at least one segment")
    lines = text.removesuffix("\n").split("\n")
    return _File(label, Path(path).name, digest, [line.removesuffix("\r") for line in lines])


def _bytes(path: str, label: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{label}: does not exist; check the name") from error
    except IsADirectoryError as error:
        raise InputError(f"{label}: is a directory; name a file in it") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{label}: cannot be read ({reason}); check the name and its permissions") from error


def _decode(data: bytes, label: str) -> str:
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        return data[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = start + error.start
        line = data.count(b"\n", 0, offset) + 1
        raise InputError(
            f"{label}: line {line}: byte {offset} of the file, 0x{data[offset]:02x}, is not UTF-8; convert it to UTF-8"
        ) from error


def _plain(file: _File, languages: _Languages) -> Iterator[Segment]:
    for number, line in enumerate(file.lines, 1):
        yield _segment(file, number, languages, {"source": line})


def _tsv(file: _File, languages: _Languages) -> Iterator[Segment]:
    """Source TAB reference; further columns are of no interest, but must be there in every row or in none."""
    first = file.lines[0].count("\t") + 1
    for number, line in enumerate(file.lines, 1):
        columns = line.split("\t")
        if len(columns) < 2:
            raise InputError(f"{file.label}: line {number}: has no tab; write source TAB reference")
        if len(columns) != first:
            raise InputError(
                f"{file.label}: line {number}: has {len(columns)} columns, line 1 has {first}; give all rows as many"
            )
        yield _segment(file, number, languages, {"source": columns[0], "reference": columns[1]})


def _jsonl(file: _File, languages: _Languages) -> Iterator[Segment]:
    for number, line in enumerate(file.lines, 1):
        place = f"{file.label}: line {number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{place}: not JSON ({error.msg}, column {error.colno}); mend the line") from error
        except (ValueError, RecursionError) as error:  # an integer of 5,000 digits, a hundred thousand brackets
            raise InputError(f"{place}: not usable JSON ({error}); mend the line") from error
        if not isinstance(row, dict):
            raise InputError(f"{place}: not a JSON object; write {{…}} with a “source”")
        if "source" not in row:
            raise InputError(f"{place}: the object has no “source”; add it")
        yield _segment(file, number, languages, {key: _text(place, row, key) for key in _KEYS})


_KEYS = ("id", "source", "hypothesis", "reference", "src_lang", "tgt_lang", "document", "doc")


def _text(place: str, row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None and key != "source":
        return None
    if not isinstance(value, str):
        raise InputError(f"{place}: “{key}” is {_kind(value)}; make it a string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        escape = f"\\u{ord(value[error.start]):04x}"
        raise InputError(
            f"{place}: “{key}” holds half a character ({escape}), which no file can hold; remove it"
        ) from error
    return value


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else "a number"


def _segment(file: _File, number: int, languages: _Languages, row: Mapping[str, str | None]) -> Segment:
    src_lang, tgt_lang = row.get("src_lang") or languages.source, row.get("tgt_lang") or languages.target
    if src_lang is None or tgt_lang is None:
        missing = "src_lang" if src_lang is None else "tgt_lang"
        raise InputError(f"{file.label}: line {number}: no {missing} is known; give --{missing.replace('_', '-')}")
    document = row.get("document")
    return Segment(
        str(number) if (id := row.get("id")) is None else id,
        row["source"] or "",
        src_lang,
        tgt_lang,
        reference=row.get("reference"),
        hypothesis=row.get("hypothesis"),
        document=row.get("doc") if document is None else document,
    )


def _with_unique_ids(file: _File, rows: Iterator[Segment]) -> Iterator[Segment]:
    lines: dict[str, int] = {}
    for number, segment in enumerate(rows, 1):
        earlier = lines.setdefault(segment.id, number)
        if earlier != number:
            raise InputError(
                f"{file.label}: line {number}: the id {json.dumps(segment.id, ensure_ascii=False)} is that of line "
                f"{earlier} already; give each segment its own"
            )
        yield segment


def _parallel(path: str, file: _File, source: _File) -> list[str]:
    """The lines of a file beside the source, one for each of its segments."""
    if _form(path) != "text":
        raise InputError(f"{file.label}: must be plain text, one line a segment; or put its texts into a JSONL source")
    if len(file.lines) != len(source.lines):
        raise InputError(
            f"{file.label} has {len(file.lines)} lines, {source.label} has {len(source.lines)}; give as many"
        )
    return file.lines


def _with_text(segment: Segment, column: str, text: str) -> Segment:
    return replace(segment, hypothesis=text) if column == "hypothesis" else replace(segment, reference=text)


_READERS: Mapping[Form, Callable[[_File, _Languages], Iterator[Segment]]] = {
    "text": _plain,
    "tsv": _tsv,
    "jsonl": _jsonl,
}
