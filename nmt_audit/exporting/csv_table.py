"""CSV (RFC 4180) for spreadsheets, and, with `exact`, for programs.

A spreadsheet takes a cell that begins with =, +, - or @ for a formula, and a formula of a hostile corpus may run
programs or send what the sheet holds to somebody. So texts that begin with one of these (or with a tab, a line end or a
full-width form of them) get an apostrophe in front, which makes them text. Texts that begin with an apostrophe get one
too: whoever takes one apostrophe off every text that begins with one has the exact texts again.
"""

from __future__ import annotations

import csv
import json
from typing import Any, BinaryIO

from nmt_audit.exporting.columns import COLUMNS, Column, rows
from nmt_audit.exporting.output import as_text
from nmt_audit.exporting.units import Export

# https://owasp.org/www-community/attacks/CSV_Injection, and the guard itself
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
GUARD = "'"
BOM = "\ufeff"  # without it Excel reads UTF-8 as if it were something else


def write(export: Export, out: BinaryIO) -> int:
    """Writes the rows and returns how many there are.

    The first line has the column names; what is None is empty; lists are JSON; truths are true and false. Lines end
    with CR LF. `exact`: no apostrophes, and no byte order mark either.
    """
    columns = COLUMNS[export.options.rows]
    exact, count = export.options.exact, 0
    with as_text(out) as text:
        if not exact:
            text.write(BOM)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(column.name for column in columns)
        for row in rows(export):
            writer.writerow(_cell(column, row[column.name], exact) for column in columns)
            count += 1
    return count


def _cell(column: Column, value: Any, exact: bool) -> str:
    if value is None:
        return ""
    if column.kind == "text":
        text = str(value)
        return text if exact or not text.startswith(FORMULA) else GUARD + text
    # Numbers below zero begin with a minus sign and are no formulas; JSON begins with a bracket.
    return json.dumps(value, ensure_ascii=False)
