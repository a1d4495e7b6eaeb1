"""Puts a corpus together: its own file, and the files of hypotheses and references beside it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from nmt_audit.corpus.beside import Source, checked_system, read_beside
from nmt_audit.corpus.files import MOST_SEGMENTS, STANDARD_INPUT, File, open_file
from nmt_audit.corpus.forms import form_of
from nmt_audit.corpus.languages import OPTIONS
from nmt_audit.corpus.rows import Asked, Row, quoted
from nmt_audit.corpus.spool import Spool
from nmt_audit.errors import InputError
from nmt_audit.records import Segment


@dataclass(frozen=True, slots=True)
class Corpus:
    """The segments in the order of the file, and the sha256 of each file that was read, by its name alone.

    The segments wait in a temporary file: a corpus takes little memory, however many it has. Of XML files the rows are
    in memory while they are read, since their end may say what the beginning means.
    """

    segments: Sequence[Segment]
    hashes: Mapping[str, str]


def read_corpus(
    source: str,
    *,
    src_lang: str | None = None,
    tgt_lang: str | None = None,
    hypotheses: str | None = None,
    references: Sequence[str] = (),
    form: str | None = None,
    system: str | None = None,
) -> Corpus:
    """Reads `source`, and files with its hypotheses and references, each in any of the forms; "-" is standard input.

    `form`, one of `FORMS`, is that of `source`, told by its name unless given (`forms.form_of`). Languages: those of a
    JSONL row win over the given ones; in XML the given ones choose among what is there, and may be left out where
    there is but one. `system`: whose hypotheses, of WMT XML that has several; they are taken from `hypotheses`, or from
    `source` where there is no such file. The other files win over what `source` has itself; the references of several
    files go together, in the order of the files.

    What another file says belongs to the segments of `source` in the same order (by the "id" where JSONL rows have
    one), and must be as much. Where it has sources, they must be the same but for white space.
    Raises InputError, one line, where a file is not what it should be.
    """
    if [source, hypotheses, *references].count(STANDARD_INPUT) > 1:
        raise InputError("standard input can be only one of source, hypotheses and reference; give files for the rest")
    file = open_file(source)
    kind = form_of(source, file, form)
    asked = Asked(src_lang, tgt_lang, system=checked_system(kind, file, system) if hypotheses is None else None)
    segments = _segments(file, kind.read(file, asked), asked)
    return completed(Source(file.label, kind.unit, segments), [file], hypotheses, references, system)


def completed(
    source: Source, files: Sequence[File], hypotheses: str | None, references: Sequence[str], system: str | None
) -> Corpus:
    """The corpus of a source and of what the files beside it say. `files`: those that the source was read from."""
    segments = source.segments
    hashes: dict[str, str] = {}
    for file in files:
        _note(hashes, file, None)
    if hypotheses is not None:
        file, rows = read_beside(source, hypotheses, "hypotheses", system)
        _note(hashes, file, "hypothesis")
        segments = Spool(
            replace(segment, hypothesis=row.hypothesis) for segment, row in zip(segments, rows, strict=True)
        )
    if references:
        given = []
        for path in references:
            file, rows = read_beside(source, path, "references")
            _note(hashes, file, "reference")
            given.append(rows)
        segments = Spool(
            with_references(segment, tuple(chain.from_iterable(row.references for row in several)))
            for segment, *several in zip(segments, *given, strict=True)
        )
    return Corpus(segments, hashes)


def _segments(file: File, rows: Iterable[Row], asked: Asked) -> Spool[Segment]:
    lines, ids = array("q"), array("q")

    def noted(numbered: tuple[int, Segment]) -> Segment:
        line, segment = numbered
        lines.append(line)
        ids.append(hash(segment.id))
        return segment

    segments = Spool(noted(_segment(file, *numbered, asked)) for numbered in enumerate(rows, 1))
    if not segments:
        raise InputError(f"{file.label}: has no segments; give a file with at least one")
    if len(np.unique(ids)) < len(ids):  # eight bytes each: ids themselves, as text, would fill the memory
        _refuse_equal_ids(file, segments, lines)
    return segments


def _segment(file: File, number: int, row: Row, asked: Asked) -> tuple[int, Segment]:
    """The line and the segment. One that has no id of its own is called by its number."""
    place = f"{file.label}: line {row.line}"
    if number > MOST_SEGMENTS:
        raise InputError(f"{place}: has over {MOST_SEGMENTS:,} segments; split it")
    if row.source is None:
        raise InputError(f"{place}: has no source; add it")
    src_lang, tgt_lang = row.src_lang or asked.src_lang, row.tgt_lang or asked.tgt_lang
    if src_lang is None or tgt_lang is None:
        missing, side = ("src_lang", "source") if src_lang is None else ("tgt_lang", "target")
        raise InputError(f"{place}: no {missing} is known; give {OPTIONS[side]}")
    segment = Segment(
        str(number) if row.id is None else row.id, row.source, src_lang, tgt_lang,
        hypothesis=row.hypothesis, document=row.document,
    )  # fmt: skip
    return row.line, with_references(segment, row.references)


def with_references(segment: Segment, references: tuple[str, ...]) -> Segment:
    """An empty text beside other references says that there is one less; alone, it is an empty reference."""
    said = tuple(text for text in references if text.strip()) or references[:1]
    return replace(segment, reference=said[0] if said else None, further_references=said[1:])


def _refuse_equal_ids(file: File, segments: Iterable[Segment], lines: Sequence[int]) -> None:
    seen: dict[str, int] = {}
    for line, segment in zip(lines, segments, strict=True):
        if segment.id in seen:
            raise InputError(
                f"{file.label}: line {line}: the id {quoted(segment.id)} is that of line {seen[segment.id]} already; "
                "give each segment its own"
            )
        seen[segment.id] = line


def _note(hashes: dict[str, str], file: File, role: str | None) -> None:
    """Two files of the same name may lie in different directories: the later one is noted with its role."""
    key, number = file.name, 1
    while key in hashes:
        key = f"{file.name} ({role or 'source'})" if number == 1 else f"{file.name} ({role or 'source'} {number})"
        number += 1
    hashes[key] = file.digest
