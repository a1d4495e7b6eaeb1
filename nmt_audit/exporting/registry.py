"""The formats that a run can be exported in. A new one is a file with a `write`, and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from nmt_audit.exporting import csv_table, excel, jsonl, junit, markdown, parquet, sarif, tmx, xliff
from nmt_audit.exporting.units import Export


@dataclass(frozen=True, slots=True)
class Format:
    """A format. `write` returns how many of a `thing` it wrote; a `table` has rows of flags or of segments."""

    name: str
    write: Callable[[Export, BinaryIO], int]
    thing: str
    table: bool = False
    text: bool = True


FORMATS = {
    item.name: item
    for item in (
        Format("jsonl", jsonl.write, "row", table=True),
        Format("csv", csv_table.write, "row", table=True),
        Format("xlsx", excel.write, "row", table=True, text=False),
        Format("parquet", parquet.write, "row", table=True, text=False),
        Format("sarif", sarif.write, "result"),
        Format("junit", junit.write, "failed case"),
        Format("markdown", markdown.write, "flag"),
        Format("xliff", xliff.write, "unit"),
        Format("tmx", tmx.write, "unit"),
    )
}
