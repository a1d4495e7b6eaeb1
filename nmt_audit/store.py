"""Reads and writes run directories. No other module knows where in a run something lies.

Only what reviewers add later is elsewhere: see `verdicts`.

A run is written under a temporary name beside its place and renamed when it is whole, so that no half-written run is
ever found under the name that the user gave. Shard files share one explicit Arrow schema per table.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nmt_audit.errors import InputError, OutputError
from nmt_audit.records import Array, Audited, Explanation, Flag, Segment, Token

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
TABLES = ("segments", "flags", "explanations")
Purpose = Literal["flag", "map", "control"]  # why something was explained


class FlagNames:
    """Content-keyed names for the flags of one run: they survive insertions and reorderings, and so do verdicts.

    Each is a hash of the normalised source, the category, the side, the text of the span, and an ordinal among the
    equal keys of the run: a corpus may hold the same segment twice.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, segment: Segment, flags: Sequence[Flag]) -> tuple[str, ...]:
        """The names of a segment's flags, each given once."""
        normal = " ".join(unicodedata.normalize("NFC", segment.source).split())
        names = []
        for flag in flags:
            text = segment.source if flag.side == "src" else segment.hypothesis or ""
            span = "" if flag.start is None else text[flag.start : flag.end]
            key = "\x1f".join((normal, flag.category, flag.side, span))
            names.append(hashlib.sha256(f"{key}\x1f{self._seen[key]}".encode()).hexdigest()[:16])
            self._seen[key] += 1
        return tuple(names)


def schema(table: str) -> pa.Schema:
    """The Arrow schema of a table: "segments", "flags" or "explanations"."""
    import pyarrow as pa

    text, number, whole = pa.string(), pa.float64(), pa.int32()
    numbers, wholes, texts = pa.list_(number), pa.list_(whole), pa.list_(text)
    detail = pa.struct([("name", text), ("shape", wholes), ("values", pa.list_(pa.float32()))])
    token_lists = [
        (f"{side}_{part}", kind)
        for side in ("source", "target")
        for part, kind in (("pieces", texts), ("ids", wholes), ("starts", wholes), ("ends", wholes))
    ]
    columns: dict[str, list[tuple[str, pa.DataType]]] = {
        "segments": [
            ("id", text), ("source", text), ("hypothesis", text), ("reference", text),
            ("src_lang", text), ("tgt_lang", text), ("status", text), ("finished", pa.bool_()),
            ("logprob", number), ("bleu", number), ("chrf", number), ("ter", number), ("continuation", text),
            ("not_checked", texts), *token_lists, ("logprobs", numbers), ("attention", numbers),
            ("document", text),
        ],
        "flags": [
            ("id", text), ("segment_id", text), ("category", text), ("side", text), ("start", whole), ("end", whole),
            ("score", number), ("rule", text), ("threshold", number), ("value", number), ("positions", wholes),
            ("message", text), ("counterpart_side", text), ("counterpart_start", whole), ("counterpart_end", whole),
            ("dismissed", pa.bool_()),
        ],
        "explanations": [
            ("flag_id", text), ("segment_id", text), ("position", whole), ("state", text), ("method", text),
            ("rules", text), ("epsilon", number), ("against", text),
            ("source_relevance", numbers), ("target_relevance", numbers),
            *((name, number) for name in ("value", "source", "target", "initial", "bias", "offset", "stabiliser")),
            ("offsets", text), ("purpose", text), ("details", pa.list_(detail)),
        ],
    }  # fmt: skip
    return pa.schema([pa.field(name, kind) for name, kind in columns[table]])


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation, the segment and flag that it belongs to, and which of its named arrays are kept.

    `purpose`: "flag"; "map", a position that no flag points at of a segment that is shown in full; or "control", one
    of an unflagged segment that flagged positions are compared with. `flag_id` is None but for flags.
    """

    segment_id: str
    flag_id: str | None
    explanation: Explanation
    purpose: Purpose = "flag"
    details: Mapping[str, Array] = field(default_factory=dict)


class RunWriter:
    """Writes one run. `directory` is the temporary place that `new_run` made."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def shard(self, number: int, audited: Sequence[Audited], explained: Sequence[Explained]) -> None:
        """Writes part `number` of the three tables."""
        rows = {
            "segments": [_segment_row(item) for item in audited],
            "flags": [row for item in audited for row in _flag_rows(item)],
            "explanations": [_explanation_row(item) for item in explained],
        }
        for table in TABLES:
            self._write(table, number, rows[table])

    def explained(self, number: int, explained: Sequence[Explained]) -> None:
        """Writes a further part of the explanations alone, `number` being over those of the shards."""
        self._write("explanations", number, [_explanation_row(item) for item in explained])

    def manifest(self, values: Mapping[str, Any]) -> None:
        """Writes the manifest, keys sorted."""
        text = json.dumps({"schema": SCHEMA_VERSION, **values}, indent=2, ensure_ascii=False, sort_keys=True)
        (self.directory / MANIFEST).write_text(text + "\n", "utf-8")

    def _write(self, table: str, number: int, rows: list[dict[str, Any]]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = self.directory / "data" / table
        folder.mkdir(parents=True, exist_ok=True)
        data = pa.Table.from_pylist(rows, schema=schema(table))
        pq.write_table(data, folder / f"part-{number:05d}.parquet", compression="zstd")


def _tokens(side: str, tokens: Sequence[Token]) -> dict[str, Any]:
    return {
        f"{side}_pieces": [token.piece for token in tokens],
        f"{side}_ids": [token.id for token in tokens],
        f"{side}_starts": [token.start for token in tokens],
        f"{side}_ends": [token.end for token in tokens],
    }


def _segment_row(item: Audited) -> dict[str, Any]:
    segment, evidence = item.segment, item.evidence
    return {
        "id": segment.id, "source": segment.source, "hypothesis": segment.hypothesis, "reference": segment.reference,
        "src_lang": segment.src_lang, "tgt_lang": segment.tgt_lang, "status": item.status,
        "finished": evidence.finished if evidence else None,
        "logprob": float(evidence.logprobs.mean()) if evidence else None,
        **item.scores,
        "continuation": evidence.continuation if evidence else None,
        "not_checked": list(item.not_checked),
        **_tokens("source", evidence.source_tokens if evidence else ()),
        **_tokens("target", evidence.target_tokens if evidence else ()),
        "logprobs": evidence.logprobs.tolist() if evidence else [],
        "attention": evidence.attention.ravel().tolist() if evidence and evidence.attention is not None else [],
        "document": segment.document,
    }  # fmt: skip


def _flag_rows(item: Audited) -> Iterator[dict[str, Any]]:
    dismissed = item.dismissed or (False,) * len(item.flags)
    for name, flag, rejected in zip(item.flag_ids, item.flags, dismissed, strict=True):
        other = flag.counterpart
        yield {
            "id": name, "segment_id": item.segment.id, "category": flag.category, "side": flag.side,
            "start": flag.start, "end": flag.end, "score": flag.score, "rule": flag.rule,
            "threshold": flag.threshold, "value": flag.value, "positions": list(flag.positions),
            "message": flag.message, "counterpart_side": other.side if other else None,
            "counterpart_start": other.start if other else None, "counterpart_end": other.end if other else None,
            "dismissed": rejected,
        }  # fmt: skip


def _explanation_row(item: Explained) -> dict[str, Any]:
    found = item.explanation
    return {
        "flag_id": item.flag_id, "segment_id": item.segment_id, "position": found.positions[-1],
        "state": found.state, "method": found.method, "rules": found.rules, "epsilon": found.epsilon,
        "against": found.against, "source_relevance": found.source_relevance.tolist(),
        "target_relevance": found.target_relevance.tolist(), **(found.ledger or {}),
        "offsets": json.dumps(dict(found.offsets), sort_keys=True), "purpose": item.purpose,
        "details": [
            {"name": name, "shape": list(values.shape), "values": values.ravel().tolist()}
            for name, values in item.details.items()
        ],
    }  # fmt: skip


@contextmanager
def new_run(out: Path, *, replace: bool = False) -> Iterator[RunWriter]:
    """A writer whose run appears at `out` when the block ends well, and leaves nothing behind when it does not.

    Raises OutputError where `out` holds something already (unless `replace` and it is a run), cannot be written, or
    the disk is full.
    """
    _refuse_occupied(out, replace)
    temporary = out.parent / f".{out.name}.partial"
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        yield RunWriter(temporary)
        if out.exists():
            shutil.rmtree(out)
        os.replace(temporary, out)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError(f"{out}: no space left on the device; free some or choose another --out") from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOTDIR, errno.EEXIST):
            raise OutputError(f"{out}: cannot be written ({error.strerror}); choose another --out") from error
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _refuse_occupied(out: Path, replace: bool) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(f"{out}: is a file, not a directory; choose another --out")
    if not any(out.iterdir()):
        return
    if not (out / MANIFEST).is_file():
        raise OutputError(f"{out}: holds files that are not a run; choose another --out")
    if not replace:
        raise OutputError(f"{out}: holds another run; choose another --out or remove it")


@dataclass(frozen=True, slots=True)
class Part:
    """One shard of a run, as Arrow tables with the columns of `schema`. Explanations are of flags of its segments."""

    segments: pa.Table
    flags: pa.Table
    explanations: pa.Table


@dataclass(frozen=True)
class Run:
    """A finished run, read back. The frames are read when they are first asked for."""

    directory: Path
    manifest: Mapping[str, Any]

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

        shards = {path.name for path in self._paths("segments")}
        names = [path.name for path in self._paths("explanations") if path.name not in shards]
        parts = [self._part("explanations", name) for name in names]
        return pa.concat_tables(parts) if parts else schema("explanations").empty_table()

    def _paths(self, table: str) -> list[Path]:
        folder = self.directory / "data" / table
        paths = sorted(folder.glob("part-*.parquet"))
        if not paths:
            raise InputError(f"{folder}: has no shard; the run is incomplete, audit again")
        return paths

    def _part(self, table: str, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One part file, or some of its columns. Those that the run is too old to have are filled with nulls."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.directory / "data" / table / name
        try:
            file = pq.ParquetFile(pa.BufferReader(path.read_bytes()))
            found = file.read(columns=None if columns is None else list(columns), use_threads=False)  # parts are small
            wanted = schema(table)
            if columns is not None:
                wanted = pa.schema([wanted.field(name) for name in columns])
            if found.schema.equals(wanted):
                return found
            columns = [
                found.column(field.name).cast(field.type) if field.name in found.column_names
                else pa.nulls(len(found), field.type)
                for field in wanted
            ]  # fmt: skip
            return pa.Table.from_arrays(columns, schema=wanted)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path}: corrupt ({str(error).splitlines()[0]}); audit again") from error

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


def open_run(directory: str | Path) -> Run:
    """A run from its directory. Raises InputError where there is none, or one of a newer schema."""
    path = Path(directory)
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: is not a run ({MANIFEST}: {error.strerror}); give an audit's --out") from error
    except ValueError as error:
        raise InputError(f"{path / MANIFEST}: is damaged ({error}); audit again") from error
    found = manifest.get("schema") if isinstance(manifest, dict) else None
    if found != SCHEMA_VERSION:
        raise InputError(f"{path}: has schema {found}, this version reads {SCHEMA_VERSION}; upgrade or audit again")
    return Run(path, manifest)
