"""What a finished run consists of, by hash, and whether it still does.

The manifest of a finished run has "files", the sha256 of every file under data/ and site/, and "digest", that of the
manifest without it. This tells damage and careless edits; it does not keep out who means to deceive, because anybody
can compute hashes anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmt_audit.durable import durable_hash, flush_folder, write_durably
from nmt_audit.store.reading import Run, open_run
from nmt_audit.store.schema import MANIFEST

PARTS = ("data", "site")


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a run's files since they were written. `sealed` is False for runs that have no hashes.

    `manifest`: whether the manifest is as it was; True too where it has no digest to compare with.
    """

    sealed: bool
    manifest: bool
    files: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether everything is there, as it was, and nothing else."""
        return self.sealed and self.manifest and not (self.changed or self.missing or self.added)


def manifest_text(values: Mapping[str, Any]) -> bytes:
    """A manifest as it is written: keys sorted."""
    return (json.dumps(values, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")


def sealed(directory: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest's values with the hashes of the run's files; each file is flushed to the disk on the way."""
    content = {**values, "files": {name: durable_hash(path) for name, path in _files(directory)}}
    for part in PARTS:
        for folder in [directory / part, *(directory / part).rglob("*/")]:
            flush_folder(folder)
    return _digested(content)


def reseal_site(run: Run) -> None:
    """Takes a site that was built again into the manifest of a finished run.

    The hashes of the data stay as they are. A manifest that is not as it was written is left alone, so that `verify`
    goes on saying so.
    """
    manifest = dict(run.manifest)
    if "files" not in manifest or not _manifest_intact(manifest):
        return
    data = {name: value for name, value in manifest["files"].items() if not name.startswith("site/")}
    site = {name: durable_hash(path) for name, path in _files(run.directory) if name.startswith("site/")}
    manifest["files"] = {**data, **site}
    write_durably(run.directory / MANIFEST, manifest_text(_digested(manifest)))


def verify(directory: Path) -> Verified:
    """Hashes the files of a run again. Raises InputError where there is no run."""
    manifest = open_run(directory).manifest
    known: Mapping[str, str] = manifest.get("files") or {}
    found = {name: durable_hash(path) for name, path in _files(directory)}
    return Verified(
        sealed="files" in manifest,
        manifest=_manifest_intact(manifest),
        files=len(known),
        changed=tuple(sorted(name for name, value in known.items() if found.get(name, value) != value)),
        missing=tuple(sorted(known.keys() - found.keys())),
        added=tuple(sorted(found.keys() - known.keys())) if known else (),
    )


def _files(directory: Path) -> Iterator[tuple[str, Path]]:
    """The files under data/ and site/, by their names from the run on, in order."""
    for part in PARTS:
        for path in sorted((directory / part).rglob("*")):
            if path.is_file():
                yield path.relative_to(directory).as_posix(), path


def _manifest_intact(manifest: Mapping[str, Any]) -> bool:
    return "digest" not in manifest or _digested(manifest)["digest"] == manifest["digest"]


def _digested(values: Mapping[str, Any]) -> dict[str, Any]:
    content = {name: value for name, value in values.items() if name != "digest"}
    return {**content, "digest": hashlib.sha256(manifest_text(content)).hexdigest()}
