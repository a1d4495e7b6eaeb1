"""A run, read back from its directory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmt_audit.errors import InputError
from nmt_audit.store.parts import Part, unpacked
from nmt_audit.store.schema import MANIFEST, SCHEMA_VERSION, TABLES, schema

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Run:
    """A run, read back, finished or not. The frames are read when they are first asked for."""

    directory: Path
    manifest: Mapping[str, Any]

    @property
    def partial(self) -> bool:
        """Whether the audit has not come to its end: what is there is of the segments that it had seen."""
        return self.manifest.get("state") == "partial"

    @cached_property
    def segments(self) -> pd.DataFrame:
        """One row per segment, in corpus order."""
        return self._frame("segments")

    @cached_property
    def flags(self) -> pd.DataFrame:
        """One row per flag, in corpus order."""
        flags = self._frame("flags")
        flags["dismissed"] = flags["dismissed"].eq(True)  # runs of before there were dismissals have no such column
        return flags

    @cached_property
    def explanations(self) -> pd.DataFrame:
        """One row per explained state: of flags, of the maps of whole segments, of controls (column `purpose`)."""
        explanations = self._frame("explanations")
        explanations["purpose"] = explanations["purpose"].fillna("flag")  # as all were before there were others
        return explanations

    def parts(self, columns: Mapping[str, Sequence[str]] | None = None) -> Iterator[Part]:
        """The run part by part, in corpus order, for whoever needs no more than one at a time.

        `columns`: of each table by name, where not all are needed.
        """
        for path in self._paths("segments"):
            tables = (self._part(table, path.name, None if columns is None else columns[table]) for table in TABLES)
            yield Part(*tables)

    @cached_property
    def further_explanations(self) -> pa.Table:
        """The explanations that were added after the last shard: maps of whole segments, and controls."""
        import pyarrow as pa
        import pyarrow.compute as pc

        shards = {path.name for path in self._paths("segments")}
        names = [path.name for path in self._paths("explanations") if path.name not in shards]
        parts = [self._part("explanations", name) for name in names]
        found = pa.concat_tables(parts) if parts else schema("explanations").empty_table()
        # A run that was killed while it wrote a shard may have the shard's explanations and not its segments.
        return found.filter(pc.not_equal(found["purpose"], "flag")) if self.partial else found

    def _paths(self, table: str) -> list[Path]:
        folder = self.directory / "data" / table
        paths = sorted(folder.glob("part-*.parquet"))
        if not paths:
            raise InputError(f"{folder}: has no shard; the run is incomplete, audit again")
        return paths

    def _part(self, table: str, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        return read_part(self.directory / "data" / table / name, table, columns)

    def _frame(self, table: str) -> pd.DataFrame:
        import pyarrow as pa
        import pyarrow.parquet as pq

        parts = sorted((self.directory / "data" / table).glob("part-*.parquet"))
        if not parts:
            raise InputError(f"{self.directory / 'data' / table}: has no shard; the run is incomplete, audit again")
        try:
            return pa.concat_tables([pq.read_table(part, schema=schema(table)) for part in parts]).to_pandas()
        except (pa.ArrowInvalid, OSError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"{self.directory / 'data' / table}: corrupt ({reason}); audit again") from error


def read_part(path: Path, table: str, columns: Sequence[str] | None = None) -> pa.Table:
    """One part file, or some of its columns. Raises InputError where the file is missing or corrupt."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: corrupt ({error}); audit again") from error
    return unpacked(content, table, str(path), columns)


def open_run(directory: str | Path) -> Run:
    """A run from its directory. Raises InputError where there is none, or one of a newer schema."""
    path = Path(directory)
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: is not a run ({MANIFEST}: {error.strerror}); give an audit's --out") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path / MANIFEST}: is damaged ({error}); audit again") from error
    found = manifest.get("schema") if isinstance(manifest, dict) else None
    if found != SCHEMA_VERSION:
        raise InputError(f"{path}: has schema {found}, this version reads {SCHEMA_VERSION}; upgrade or audit again")
    return Run(path, manifest)
