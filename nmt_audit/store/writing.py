"""A run comes into being: shard by shard, under a lock, and after a kill from where it was.

The order of events makes every instant a safe one to die at. First the lock, then a manifest that says what the run is
of and that it is partial; then the shards, the parts of the three tables each under a temporary name first, the
segments' last; then what is known only at the end; the site, the hashes of all files, and the final manifest. So a
shard is done if its segments are there, and a run is whole if its manifest says so.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmt_audit.durable import write_durably
from nmt_audit.errors import InputError, Interrupted, OutputError
from nmt_audit.locking import folder_for, locked
from nmt_audit.records import Audited
from nmt_audit.store.parts import Part, packed, table_of
from nmt_audit.store.reading import open_run, read_part
from nmt_audit.store.rows import Explained, audited_of, explanation_row
from nmt_audit.store.schema import MANIFEST, SCHEMA_VERSION, part_name
from nmt_audit.store.sealing import manifest_text, sealed

if TYPE_CHECKING:
    import pyarrow as pa

LOCK = ".lock"
# What two audits must have in common for the second to go on with the first.
SAME = ("model", "data", "settings", "name", "date", "series", "src_lang", "tgt_lang", "threads", "device", "versions")


class RunWriter:
    """Writes one run into `directory`. See `new_run`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.begun: dict[str, Any] = {}

    def begin(self, values: Mapping[str, Any]) -> None:
        """Notes what the run is of: the manifest as far as it is known before the first shard.

        Where the directory has one already, it must be of the same model, data and settings, and its time of creation
        stays. Raises InputError with what differs.
        """
        if (self.directory / MANIFEST).is_file():
            before = open_run(self.directory).manifest
            if differing := _differences(before, values):
                raise InputError(
                    f"{self.directory}: holds a run of something else: {'; '.join(differing)}; "
                    "resume with what it was begun with, or choose another --out"
                )
            self.begun = {**values, "created": before.get("created"), "state": before.get("state")}
            return
        self.begun = {**values, "state": "partial"}
        write_durably(self.directory / MANIFEST, manifest_text({"schema": SCHEMA_VERSION, **self.begun}))

    @property
    def finished(self) -> bool:
        """Whether the run that `begin` found was whole already."""
        return self.begun.get("state") == "complete"

    @property
    def shards(self) -> int:
        """How many shards are there."""
        return len(list((self.directory / "data" / "segments").glob("part-*.parquet")))

    def has_shard(self, number: int) -> bool:
        """Whether a shard is there already."""
        return self._path("segments", number).is_file()

    def has_explained(self, number: int) -> bool:
        """Whether a further part of the explanations is there already."""
        return self._path("explanations", number).is_file()

    def audited(self, number: int) -> list[Audited]:
        """The segments of a shard as they are stored, which is all that later stages may see of them: what they
        compute is the same then, whether or not the run was interrupted.

        Raises InputError where a part is corrupt.
        """
        segments, flags = (read_part(self._path(table, number), table).to_pylist() for table in ("segments", "flags"))
        return audited_of(segments, flags)

    def shard(self, number: int, audited: Sequence[Audited], explained: Sequence[Explained]) -> None:
        """Writes a shard from its records."""
        self.part(number, Part.of(audited, explained))

    def part(self, number: int, part: Part) -> None:
        """Writes part `number` of the three tables, the segments last: they say that the shard is done."""
        self._write("explanations", number, part.explanations)
        self._write("flags", number, part.flags)
        self._write("segments", number, part.segments)

    def explained(self, number: int, explained: Sequence[Explained]) -> None:
        """Writes a further part of the explanations alone, `number` being over those of the shards."""
        self._write("explanations", number, table_of("explanations", [explanation_row(item) for item in explained]))

    def manifest(self, values: Mapping[str, Any]) -> None:
        """Writes the final manifest, with the hash of every file of the data and the site."""
        content = sealed(self.directory, {"schema": SCHEMA_VERSION, **values})
        write_durably(self.directory / MANIFEST, manifest_text(content))

    def _path(self, table: str, number: int) -> Path:
        return self.directory / "data" / table / part_name(number)

    def _write(self, table: str, number: int, values: pa.Table) -> None:
        path = self._path(table, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, packed(values))


@contextmanager
def new_run(out: Path, *, resume: bool = False, replace: bool = False) -> Iterator[RunWriter]:
    """A writer of the run at `out`, which nobody else can write within the block.

    `resume`: goes on with a run that is there. `replace`: puts the new run in the place of one that is there, once it
    is whole. Where the block fails, shards that were written after `begin` stay, to be resumed; all else is removed.

    Raises OutputError where `out` holds something already, is being written by another process, cannot be written, or
    the disk is full; and Interrupted for a KeyboardInterrupt, with what can be done then.
    """
    aside = _refuse_occupied(out, resume, replace) and replace
    directory = out.parent / f".{out.name}.partial" if aside else out
    try:
        with folder_for(directory):
            with _locked(directory, out):
                if not aside:
                    _refuse_occupied(out, resume, replace)  # again: another process may have been quicker
                if not resume:
                    _empty(directory)
                _remove_leftovers(directory)
                yield from _written(directory, out)
            if aside:
                shutil.rmtree(out)
                os.replace(directory, out)
    except OSError as error:
        raise _explained(error, out, 0) from error


def _written(directory: Path, out: Path) -> Iterator[RunWriter]:
    """Yields the writer, and sees to what is left behind when the block fails."""
    found = (directory / MANIFEST).is_file()
    writer = RunWriter(directory)
    try:
        yield writer
    except BaseException as error:
        kept = writer.shards if found or writer.begun else 0
        if not (found or kept):
            _empty(directory)
        raise _explained(error, out, kept) from error
    (directory / LOCK).unlink(missing_ok=True)


def _refuse_occupied(out: Path, resume: bool, replace: bool) -> bool:
    """Whether there is something at `out` that may be gone on with or replaced. Raises OutputError where it may not."""
    if not out.exists():
        return False
    if not out.is_dir():
        raise OutputError(f"{out}: is a file, not a directory; choose another --out")
    if not any(not path.name.startswith(".") for path in out.iterdir()):
        return False
    if not (out / MANIFEST).is_file():
        raise OutputError(f"{out}: holds files that are not a run; choose another --out")
    if resume or replace:
        return True
    state = open_run(out).manifest.get("state")
    if state == "partial":
        raise OutputError(f"{out}: holds a run that is not finished; add --resume to go on with it, or remove it")
    raise OutputError(f"{out}: holds another run; choose another --out or remove it")


@contextmanager
def _locked(directory: Path, out: Path) -> Iterator[None]:
    """Within, no other process writes into the directory. Whoever finishes removes the lock's file."""
    with locked(directory / LOCK, f"{out}: is being written by another process; wait for it or choose another --out"):
        try:
            yield
        finally:
            if not any(path.name != LOCK for path in directory.iterdir()):
                (directory / LOCK).unlink(missing_ok=True)


def _empty(directory: Path) -> None:
    """Removes everything but the lock."""
    for path in directory.iterdir():
        if path.name != LOCK:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _remove_leftovers(directory: Path) -> None:
    """Removes what a killed process left under temporary names."""
    for path in [*directory.glob(".*.partial"), *directory.glob("data/*/.*.partial")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _explained(error: BaseException, out: Path, kept: int) -> BaseException:
    """The error as the user should read it."""
    stays = f"; {kept} finished shards are kept: run again with --resume" if kept else ""
    if isinstance(error, KeyboardInterrupt):
        return Interrupted(f"interrupted{stays or '; nothing was written'}")
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            why = f"no space left on the device ({error.strerror})"
            return OutputError(f"{out}: {why}; free some or choose another --out{stays}")
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOTDIR, errno.EEXIST):
            return OutputError(f"{out}: cannot be written ({error.strerror}); choose another --out{stays}")
    return error


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What two manifests of one run do not have in common, in words."""
    told = []
    for key in SAME:
        old, new = _flat(before.get(key)), _flat(json.loads(json.dumps(now.get(key))))
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                label = f"{key} {name}".strip()
                told.append(f"{label} was {_shown(old.get(name))}, is {_shown(new.get(name))}")
    return told


def _flat(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"": value}


def _shown(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False) if value != "" else "empty"
    return text if len(text) <= 60 else f"{text[:12]}…"
