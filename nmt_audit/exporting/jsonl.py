"""JSONL: a row of the table a line, as a JSON object."""

from __future__ import annotations

from typing import BinaryIO

from nmt_audit.exporting.columns import rows
from nmt_audit.exporting.json_text import one_line
from nmt_audit.exporting.output import as_text
from nmt_audit.exporting.units import Export


def write(export: Export, out: BinaryIO) -> int:
    """Writes the rows and returns how many there are. Texts are exact; numbers read back as they were."""
    count = 0
    with as_text(out) as text:
        for row in rows(export):
            text.write(one_line(row) + "\n")
            count += 1
    return count
