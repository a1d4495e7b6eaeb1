"""Parquet: the rows of the table in one file, with types."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from nmt_audit.exporting.columns import COLUMNS, rows
from nmt_audit.exporting.units import Export

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 10_000  # rows that are held at once


def write(export: Export, out: BinaryIO) -> int:
    """Writes the rows and returns how many there are.

    The file's own metadata has what the rows are of (run, date, state, signature); that of each column, what it holds.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, count, left = arrow_schema(export), 0, rows(export)
    with pq.ParquetWriter(out, schema) as writer:
        while group := list(islice(left, GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema))
            count += len(group)
    return count


def arrow_schema(export: Export) -> pa.Schema:
    """The columns of the file as Arrow types."""
    import pyarrow as pa

    kinds = {
        "text": pa.string(), "texts": pa.list_(pa.string()), "number": pa.float64(), "whole": pa.int32(),
        "wholes": pa.list_(pa.int32()), "truth": pa.bool_(),
    }  # fmt: skip
    fields = [
        pa.field(column.name, kinds[column.kind], metadata={"about": column.about})
        for column in COLUMNS[export.options.rows]
    ]
    facts = export.facts
    known = {
        "run": facts.name, "date": facts.date or "", "languages": facts.languages, "signature": facts.signature,
        "state": "partial" if export.run.partial else "complete",
    }  # fmt: skip
    return pa.schema(fields, {name: value.encode("utf-8", "backslashreplace") for name, value in known.items()})
