"""Parts of a run: one shard as three tables, as they are stored; in memory, or as the bytes of Parquet files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nmt_audit.errors import InputError
from nmt_audit.records import Audited
from nmt_audit.store.rows import Explained, audited_of, explanation_row, flag_rows, segment_row
from nmt_audit.store.schema import schema

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Part:
    """One shard of a run, as Arrow tables with the columns of `schema`. Explanations are of flags of its segments."""

    segments: pa.Table
    flags: pa.Table
    explanations: pa.Table

    @classmethod
    def of(cls, audited: Sequence[Audited], explained: Sequence[Explained]) -> Part:
        """The tables of a shard."""
        return cls(
            table_of("segments", [segment_row(item) for item in audited]),
            table_of("flags", [row for item in audited for row in flag_rows(item)]),
            table_of("explanations", [explanation_row(item) for item in explained]),
        )

    def audited(self) -> list[Audited]:
        """The segments as they are stored, which is all that later stages may see of them: what they compute is the
        same then, wherever and whenever the shard was audited."""
        return audited_of(self.segments.to_pylist(), self.flags.to_pylist())

    def told(self, audited: Sequence[Audited]) -> Part:
        """The same with the names of the flags, and whether they were dismissed, as these segments have them."""
        import pyarrow as pa

        before = self.flags.column("id").to_pylist()
        names = [name for item in audited for name in item.flag_ids]
        dismissed = [rejected for item in audited for rejected in item.dismissed]
        renamed = dict(zip(before, names, strict=True))
        of_flags = [None if name is None else renamed[name] for name in self.explanations.column("flag_id").to_pylist()]
        flags = _with_column(self.flags, "id", pa.array(names, pa.string()))
        return replace(
            self,
            flags=_with_column(flags, "dismissed", pa.array(dismissed, pa.bool_())),
            explanations=_with_column(self.explanations, "flag_id", pa.array(of_flags, pa.string())),
        )


def table_of(table: str, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows as an Arrow table with the columns of `schema`."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=schema(table))


def packed(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    import pyarrow.parquet as pq

    content = io.BytesIO()
    pq.write_table(table, content, compression="zstd")
    return content.getvalue()


def unpacked(content: bytes, table: str, where: str, columns: Sequence[str] | None = None) -> pa.Table:
    """A table, or some of its columns, from what `packed` gave. Those that a run is too old to have are filled with
    nulls. Raises InputError where the bytes are not those of such a table; `where` says where they are from."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        found = file.read(columns=None if columns is None else list(columns), use_threads=False)  # parts are small
        wanted = schema(table)
        if columns is not None:
            wanted = pa.schema([wanted.field(name) for name in columns])
        if found.schema.equals(wanted):
            return pa.Table.from_arrays(found.columns, schema=wanted)  # without the notes of the file's own schema
        columns = [
            found.column(field.name).cast(field.type) if field.name in found.column_names
            else pa.nulls(len(found), field.type)
            for field in wanted
        ]  # fmt: skip
        return pa.Table.from_arrays(columns, schema=wanted)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{where}: corrupt ({str(error).splitlines()[0]}); audit again") from error


def _with_column(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    place = table.column_names.index(name)
    return table.set_column(place, table.schema.field(place), values)
