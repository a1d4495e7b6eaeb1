"""The file of a night as its tables: every key known, every value of its kind, nothing filled in yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmt_audit.errors import InputError
from nmt_audit.nights.options import Option, no_such, read_options
from nmt_audit.toml_file import read_toml

KEYS = ("out", "skip", "only", "settings", "models", "test_sets", "gate", "archive")
EXAMPLE_FILE = "docs/nightly.toml is an example"
EXAMPLE = 'out = "nights/{date}/{model}/{test_set}"'
# What a night says itself to every audit.
SET_BY_THE_NIGHT = ("as_model", "as_test_set", "config", "date", "json", "out", "resume")
# A series is called so in folders, patterns and pages; a slash stands between model and test set.
NAME = re.compile(r"\w[\w .+=@,-]{0,99}(?<! )")

Options = Mapping[str, Any]
Known = Mapping[str, Mapping[str, Option]]  # of each command by its name


@dataclass(frozen=True, slots=True)
class GateTable:
    """`[gate]`. `baseline`: a run, or "previous"; `only`: patterns of the jobs that are gated, all where none."""

    options: Options
    baseline: str
    only: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArchiveTable:
    """`[archive]`."""

    directory: str
    options: Options


@dataclass(frozen=True, slots=True)
class Tables:
    """What the file says. `models` and `test_sets`: name of the series → options of `nmt-audit audit`."""

    file: Path
    out: str
    settings: Options
    models: Mapping[str, Options]
    test_sets: Mapping[str, Options]
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    gate: GateTable | None = None
    archive: ArchiveTable | None = None


def read_tables(file: Path, known: Known) -> Tables:
    """The tables of a night's file. `known`: the options of the commands audit, gate and archive.

    Raises InputError with file, table and key where it cannot be read, is not TOML, or says something unknown.
    """
    document = read_toml(file, wanted="the TOML file of a night", example=EXAMPLE_FILE)
    for key in document:
        if key not in KEYS:
            raise InputError(f"{file}: {no_such('table or key', key, KEYS)}")
    options = {name: option for name, option in known["audit"].items() if name not in SET_BY_THE_NIGHT}
    settings = dict(_table(document.get("settings", {}), f"{file}, [settings]"))
    out = _out(file, document, settings)
    gate, archive = document.get("gate"), document.get("archive")
    return Tables(
        file=file,
        out=out,
        settings=_audit_options(settings, options, f"{file}, [settings]"),
        models=_series(document, "models", options, file),
        test_sets=_series(document, "test_sets", options, file),
        only=_texts(document.get("only", []), f"{file}: only"),
        skip=_texts(document.get("skip", []), f"{file}: skip"),
        gate=None if gate is None else _gate(gate, known["gate"], f"{file}, [gate]"),
        archive=None if archive is None else _archive(archive, known["archive"], f"{file}, [archive]"),
    )


def _out(file: Path, document: Mapping[str, Any], settings: dict[str, Any]) -> str:
    """Where runs go: at the top of the file, or among the settings."""
    places = [table.get("out") for table in (document, settings) if "out" in table]
    settings.pop("out", None)
    if len(places) != 1 or not isinstance(places[0], str) or not places[0]:
        raise InputError(f"{file}: say once where the runs go, at the top of the file: {EXAMPLE}")
    return places[0]


def _series(document: Mapping[str, Any], kind: str, known: Mapping[str, Option], file: Path) -> dict[str, Options]:
    """The tables `[models.NAME]` or `[test_sets.NAME]`."""
    found = {}
    for name, table in _table(document.get(kind, {}), f"{file}, [{kind}]").items():
        where = f"{file}, [{kind}.{name}]"
        if not NAME.fullmatch(name):
            raise InputError(
                f"{file}, [{kind}]: “{name}” cannot be the name of a folder and of a series; letters, digits, blanks "
                "and .+=@,-_ can, from a letter or digit on"
            )
        found[name] = _audit_options(_table(table, where), known, where)
    if not found:
        raise InputError(f"{file}: has no [{kind}.NAME], and a night needs one; {EXAMPLE_FILE}")
    return found


def _audit_options(table: Mapping[str, object], known: Mapping[str, Option], where: str) -> Options:
    for key in table:
        if key.replace("-", "_") in SET_BY_THE_NIGHT:
            raise InputError(f"{where}: {key} is not for this table: every job gets its own from the night")
    return read_options(table, known, where)


def _gate(value: object, known: Mapping[str, Option], where: str) -> GateTable:
    table = dict(_table(value, where))
    only = _texts(table.pop("only", []), f"{where}: only")
    baseline = table.pop("baseline", "previous")
    if not isinstance(baseline, str) or not baseline:
        raise InputError(f"{where}: baseline = {baseline!r}: it must be a run, or “previous” for the one before")
    options = {name: option for name, option in known.items() if name not in ("annotate", "json")}
    return GateTable(read_options(table, options, where), baseline, only)


def _archive(value: object, known: Mapping[str, Option], where: str) -> ArchiveTable:
    table = dict(_table(value, where))
    directory = table.pop("directory", None)
    if not isinstance(directory, str) or not directory:
        raise InputError(f'{where}: say what is archived, as in directory = "nights"')
    options = {name: option for name, option in known.items() if name != "json"}
    return ArchiveTable(directory, read_options(table, options, where))


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{where}: must be a table, not {value!r}")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f'{where} = {value!r}: it must be a list of patterns, as in ["production/*"]')
    return tuple(value)
