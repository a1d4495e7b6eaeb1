"""Plain text: one segment a line. It knows no ids, no documents and no languages."""

from __future__ import annotations

from collections.abc import Iterator

from nmt_audit.corpus.files import File, lines
from nmt_audit.corpus.rows import Asked, Row


def read_text(file: File, asked: Asked) -> Iterator[Row]:
    """Each line is a source, a hypothesis or a reference, as its role is. An empty line is an empty segment."""
    for number, line in enumerate(lines(file), 1):
        if asked.role == "corpus":
            yield Row(number, source=line)
        elif asked.role == "hypotheses":
            yield Row(number, hypothesis=line)
        else:
            yield Row(number, references=(line,))
