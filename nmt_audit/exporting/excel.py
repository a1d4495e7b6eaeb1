"""Excel: a workbook with one sheet of rows, and one that says what they are."""

from __future__ import annotations

import datetime
import json
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

from nmt_audit.errors import RequestError
from nmt_audit.exporting.columns import COLUMNS, Column, rows
from nmt_audit.exporting.units import Export

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook, Worksheet

LONGEST = 32_767  # UTF-16 units that a cell of Excel takes
MOST_ROWS = 1_048_576
MADE = datetime.datetime(1980, 1, 1)  # every workbook: the clock is no part of a run
WIDTHS = {"source": 50, "hypothesis": 50, "reference": 50, "message": 50, "span": 20, "flag": 18}
WIDTH = 12


def write(export: Export, out: BinaryIO) -> int:
    """Writes the rows and returns how many there are.

    Texts are written as texts: none is taken for a formula, a link or a number. One that is longer than a cell takes is
    cut and ends in saying so. Raises RequestError where XlsxWriter is not installed, or a sheet has not rows enough.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise RequestError("xlsx needs XlsxWriter; install it with: pip install 'nmt-audit[excel]'") from error
    try:
        with TemporaryDirectory() as folder:  # of what is written of each sheet
            settings = {
                "constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_numbers": False,
                "strings_to_urls": False,
            }  # fmt: skip
            with xlsxwriter.Workbook(out, settings) as workbook:
                workbook.set_properties(
                    {"created": MADE, "title": export.facts.name, "comments": export.facts.signature}
                )
                count, cut = _table(workbook, export)
                _about(workbook, export, cut)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise error.args[0] from error  # the OSError that it wraps
    return count


def _table(workbook: Workbook, export: Export) -> tuple[int, int]:
    """The sheet of rows; returns how many, and how many cells were cut."""
    columns = COLUMNS[export.options.rows]
    sheet = workbook.add_worksheet(export.options.rows)
    sheet.freeze_panes(1, 1)
    heading = workbook.add_format({"bold": True})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(column.name, WIDTH))
        sheet.write_string(0, place, column.name, heading)
    count = cut = 0
    for count, row in enumerate(rows(export), 1):
        if count >= MOST_ROWS:
            raise RequestError(f"a sheet of Excel has {MOST_ROWS:,} rows and this run more; export csv or parquet")
        for place, column in enumerate(columns):
            cut += _write(sheet, (count, place), column, row[column.name])
    sheet.autofilter(0, 0, count, len(columns) - 1)
    return count, cut


def _write(sheet: Worksheet, place: tuple[int, int], column: Column, value: Any) -> bool:
    """Writes a cell; returns whether it had to be cut."""
    if value is None:
        return False
    if column.kind in ("number", "whole"):
        sheet.write_number(*place, value)
    elif column.kind == "truth":
        sheet.write_boolean(*place, value)
    else:
        text = value if column.kind == "text" else json.dumps(value, ensure_ascii=False)
        shown = fitting(text)
        sheet.write_string(*place, shown)
        return shown != text
    return False


def fitting(text: str) -> str:
    """The text as a cell takes it: cut where it is too long, and then it ends in saying so."""
    if _size(text) <= LONGEST:
        return text
    note = f" … [cut: {len(text):,} characters]"
    kept, room = 0, LONGEST - len(note)
    for char in text:
        room -= _size(char)
        if room < 0:
            break
        kept += 1
    return text[:kept] + note


def _size(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _about(workbook: Workbook, export: Export, cut: int) -> None:
    """The sheet that says what the other one is of."""
    sheet = workbook.add_worksheet("about")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    lines = [("run", export.facts.name), ("languages", export.facts.languages), ("signature", export.facts.signature)]
    lines += [("note", note) for note in (export.partial, _cut_note(cut)) if note]
    lines += [(column.name, column.about) for column in COLUMNS[export.options.rows]]
    for row, (name, text) in enumerate(lines):
        sheet.write_string(row, 0, fitting(name))
        sheet.write_string(row, 1, fitting(text))


def _cut_note(cut: int) -> str | None:
    if not cut:
        return None
    return (
        f"{cut:,} cells are cut: they end in “[cut: …]”, for a cell takes {LONGEST:,} characters; jsonl has them whole"
    )
