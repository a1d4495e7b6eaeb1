"""Finds the runs in a directory tree and says of each what an archive shows. One broken run never hides the others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from nmt_audit.archiving.manifests import Night, night_of
from nmt_audit.errors import InputError
from nmt_audit.store import MANIFEST, SCHEMA_VERSION

CACHE = ".nmt-audit-archive.json"  # a folder with such a file is an archive's output, and holds no runs
OWN_PARTS = ("data", "site")  # of a run; nothing in them is a run
VERDICTS = "verdicts.json"

Kind: TypeAlias = Literal["complete", "partial", "newer", "damaged"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A run as it was found. `path`: from the archived directory on, with slashes; "." is the directory itself.

    `kind`: "complete", "partial", "newer" (made by a newer version, which this one cannot read) or "damaged", these two
    with the `reason` and without a `night`. `linked`: it was reached through a symbolic link. `stamp`: the manifest's
    time of change in nanoseconds and size, and the directory's time of change: while they stay, the run is the same.
    `bytes`: of all its files, links not followed.
    """

    path: str
    kind: Kind
    reason: str | None
    night: Night | None
    linked: bool
    has_site: bool
    has_verdicts: bool
    bytes: int
    stamp: tuple[int, int, int]


def scan(directory: Path, known: Mapping[str, Entry] | None = None) -> tuple[Entry, ...]:
    """The runs in a directory and below, in the order of their paths: folders with a manifest, at any depth.

    Folders with a dot before their names are left out, and so are the outputs of archives, and `data` and `site` of
    runs. Symbolic links are followed, after all that is there without them, and no folder is visited twice. A folder
    that cannot be listed is an entry of its own, with the reason. `known`: entries of an earlier scan by path; what has
    not changed since is not read again.

    Raises InputError where the directory itself cannot be listed.
    """
    if not directory.is_dir():
        raise InputError(f"{directory}: is not a directory; give one that holds runs")
    known = known or {}
    found = [_entry(folder, known.get(folder.path)) for folder in _folders(directory)]
    return tuple(sorted(found, key=lambda entry: entry.path))


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder that is a run, or, where `problem` says why, one that cannot be listed."""

    place: Path
    path: str
    linked: bool
    problem: str | None = None


def _folders(directory: Path) -> Iterator[_Folder]:
    waiting, links = [_Folder(directory, ".", False)], list[_Folder]()
    visited: set[tuple[int, int]] = set()
    while waiting or links:
        here = (waiting or links).pop()
        try:
            status = here.place.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(here.place) as listed:
                items = sorted(listed, key=lambda item: item.name, reverse=True)
        except OSError as error:
            if here.path == ".":
                raise InputError(f"{directory}: cannot be listed ({error.strerror})") from error
            yield _Folder(here.place, here.path, here.linked, error.strerror or "no reason given")
            continue
        names = {item.name for item in items}
        if CACHE in names:
            continue
        is_run = MANIFEST in names and (here.place / MANIFEST).is_file()
        if is_run:
            yield here
        for item in items:
            if item.name.startswith(".") or (is_run and item.name in OWN_PARTS) or not _is_folder(item):
                continue
            path = item.name if here.path == "." else f"{here.path}/{item.name}"
            linked = here.linked or item.is_symlink()
            (links if linked else waiting).append(_Folder(Path(item.path), path, linked))


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _entry(folder: _Folder, known: Entry | None) -> Entry:
    if folder.problem is not None:
        return _broken(folder, f"cannot be listed ({folder.problem})", (0, 0, 0), 0)
    try:
        file, place = (folder.place / MANIFEST).stat(), folder.place.stat()
        stamp = (file.st_mtime_ns, file.st_size, place.st_mtime_ns)
        # A run that is not finished grows without a change of its manifest or its own folder.
        if known is not None and known.stamp == stamp and known.linked == folder.linked and known.kind != "partial":
            return known
        return _read(folder, stamp)
    except OSError as error:
        return _broken(folder, f"{MANIFEST}: cannot be read ({error.strerror})", (0, 0, 0), 0)


def _read(folder: _Folder, stamp: tuple[int, int, int]) -> Entry:
    size = _bytes(folder.place)
    try:
        manifest = json.loads((folder.place / MANIFEST).read_bytes())
    except (ValueError, RecursionError) as error:
        return _broken(folder, f"{MANIFEST}: is damaged ({error})", stamp, size)
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if isinstance(schema, bool) or not isinstance(schema, int):
        return _broken(folder, f"{MANIFEST}: is not that of a run (it names no schema)", stamp, size)
    if schema > SCHEMA_VERSION:
        reason = f"made by a newer version (schema {schema}; this one reads up to {SCHEMA_VERSION})"
        return _broken(folder, reason, stamp, size, "newer")
    state = manifest.get("state")
    if state not in ("complete", "partial"):
        return _broken(folder, f"{MANIFEST}: says neither that the run is complete nor that it is partial", stamp, size)
    night = night_of(manifest)
    if not night.date:
        return _broken(folder, f"{MANIFEST}: has no date and no time of creation", stamp, size)
    return Entry(
        path=folder.path, kind=state, reason=None, night=night, linked=folder.linked,
        has_site=(folder.place / "site" / "index.html").is_file(),
        has_verdicts=(folder.place / VERDICTS).is_file(), bytes=size, stamp=stamp,
    )  # fmt: skip


def _broken(folder: _Folder, reason: str, stamp: tuple[int, int, int], size: int, kind: Kind = "damaged") -> Entry:
    return Entry(
        path=folder.path, kind=kind, reason=" ".join(reason.split()), night=None, linked=folder.linked, has_site=False,
        has_verdicts=False, bytes=size, stamp=stamp,
    )  # fmt: skip


def _bytes(folder: Path) -> int:
    """What the files below a folder hold, but for runs within it, which are counted on their own."""
    total, waiting = 0, [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as listed:
                items = list(listed)
        except OSError:
            continue  # as much as can be seen
        if here != folder and any(item.name == MANIFEST for item in items):
            continue
        for item in items:
            with suppress(OSError):  # a run that is being written has files that come and go
                if item.is_dir(follow_symlinks=False):
                    waiting.append(Path(item.path))
                elif item.is_file(follow_symlinks=False):
                    total += item.stat(follow_symlinks=False).st_size
    return total
