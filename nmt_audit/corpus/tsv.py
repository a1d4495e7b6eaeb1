"""TSV: source TAB translation, and further columns, which are left out. There is no quoting and no heading."""

from __future__ import annotations

from collections.abc import Iterator

from nmt_audit.corpus.files import File, lines
from nmt_audit.corpus.rows import Asked, Row, with_translations
from nmt_audit.errors import InputError


def read_tsv(file: File, asked: Asked) -> Iterator[Row]:
    """The second column is the reference, or the hypothesis in a file of hypotheses.

    Raises InputError for a row without a tab, and for one with another number of columns than the first.
    """
    first = 0
    for number, line in enumerate(lines(file), 1):
        columns = line.split("\t")
        first = first or len(columns)
        if len(columns) < 2:
            raise InputError(f"{file.label}: line {number}: has no tab; write source TAB reference")
        if len(columns) != first:
            raise InputError(
                f"{file.label}: line {number}: has {len(columns)} columns, line 1 has {first}; give all rows as many"
            )
        yield with_translations(Row(number, source=columns[0]), asked.role, (columns[1],))
