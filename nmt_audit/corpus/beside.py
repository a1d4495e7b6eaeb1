"""Reads a file of hypotheses or references, and finds for each segment of the corpus what the file says of it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.corpus.files import File, open_file
from nmt_audit.corpus.forms import Form, form_of
from nmt_audit.corpus.markup import shown
from nmt_audit.corpus.rows import Asked, Role, Row, quoted
from nmt_audit.corpus.spool import Spool
from nmt_audit.errors import InputError
from nmt_audit.records import Segment

WHAT = {"hypotheses": "hypothesis", "references": "reference"}


@dataclass(frozen=True, slots=True)
class Source:
    """The segments that another file belongs to; `label` and `unit` are for messages."""

    label: str
    unit: str
    segments: Sequence[Segment]


def read_beside(source: Source, path: str, role: Role, system: str | None = None) -> tuple[File, Spool[Row]]:
    """The file, and a row for each segment of the source, in its order.

    Rows with ids (JSONL) go to the segments with these ids, others go by their order. Raises InputError where the rows
    are not as many, where a row has another source than its segment, and where no row has what the file is read for.
    """
    file = open_file(path)
    form = form_of(path, file)
    first = source.segments[0]
    rows = Spool(form.read(file, Asked(first.src_lang, first.tgt_lang, role, checked_system(form, file, system))))
    if len(rows) != len(source.segments):
        unit = "lines" if form.unit == source.unit == "lines" else "segments"
        raise InputError(
            f"{file.label} has {len(rows)} {unit}, {source.label} has {len(source.segments)}; give as many"
        )
    rows = _by_id(source, file, rows) if form.pairs_by_id else rows
    for number, (row, segment) in enumerate(zip(rows, source.segments, strict=True), 1):
        if row.source is not None and row.source.split() != segment.source.split():
            raise InputError(
                f"{file.label}: line {row.line}: its source is not that of segment {number} of {source.label}; "
                "give translations of the same text, in the same order"
            )
    if not any(row.references if role == "references" else row.hypothesis is not None for row in rows):
        raise InputError(f"{file.label}: has no {WHAT[role]} for any segment; give a file with some")
    return file, rows


def checked_system(form: Form, file: File, system: str | None) -> str | None:
    """The system that was asked for. Raises InputError where the form knows none."""
    if system is not None and not form.systems:
        raise InputError(f"--system {shown(system)}: {file.label} is {form.name}, which names no systems; leave it out")
    return system


def _by_id(source: Source, file: File, rows: Spool[Row]) -> Spool[Row]:
    """The rows in the order of the segments whose ids they have; as they are where they have none."""
    if all(row.id is None for row in rows):
        return rows
    if all(row.id == segment.id for row, segment in zip(rows, source.segments, strict=True)):
        return rows
    # Rows in another order: the one case in which ids have to be in memory.
    places = {segment.id: place for place, segment in enumerate(source.segments)}
    found = array("q", [-1]) * len(rows)
    for number, row in enumerate(rows):
        if row.id is None:
            raise InputError(f"{file.label}: line {row.line}: has no id, other lines have; give ids to all or to none")
        place = places.get(row.id)
        if place is None:
            raise InputError(
                f"{file.label}: line {row.line}: no segment of {source.label} has the id {quoted(row.id)}; "
                "give ids that are there, or none and the same order"
            )
        if found[place] >= 0:
            raise InputError(
                f"{file.label}: line {row.line}: the id {quoted(row.id)} is that of line {rows[found[place]].line} "
                "already; give each segment its own"
            )
        found[place] = number
    return Spool(rows[number] for number in found)  # as many as segments, each at its own place: none is missing
