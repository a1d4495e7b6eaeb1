"""The jobs of a night: models × test sets, with all that can be known to fail before the first one starts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from nmt_audit.config import AuditConfig
from nmt_audit.corpus import has_sources_alone
from nmt_audit.errors import InputError
from nmt_audit.gating import read_gate
from nmt_audit.models import SHIPPED
from nmt_audit.nights.options import Option, command_line
from nmt_audit.nights.placeholders import expand
from nmt_audit.nights.tables import ArchiveTable, GateTable, Known, Options, Tables, read_tables

FILES = ("source", "hypotheses", "reference", "clean", "dismissals")  # options of audit that name files
LANGUAGES = ("src_lang", "tgt_lang")
CONFIGURED = {"reference": "references", "method": "methods"}  # option → field of AuditConfig


@dataclass(frozen=True, slots=True)
class Gate:
    """What a job is gated by. `baseline` None: the newest earlier run of its series.

    `alone`: whether it has rules to judge the first run of a series by, which has none before it; `compares`: whether
    it has others, too.
    """

    arguments: tuple[str, ...]
    baseline: Path | None
    alone: bool
    compares: bool


@dataclass(frozen=True, slots=True)
class Job:
    """One model on one test set. `arguments` are those of `nmt-audit`; `files` must be there when it starts."""

    model: str
    test_set: str
    out: Path
    arguments: tuple[str, ...]
    files: tuple[Path, ...]
    asked_model: str | None
    gate: Gate | None

    @property
    def name(self) -> str:
        """As it is said, and chosen by `--only`."""
        return f"{self.model}/{self.test_set}"

    @property
    def log(self) -> Path:
        """What the job and its gate have to say, next to the run."""
        return Path(f"{self.out}.log")

    @property
    def gate_page(self) -> Path:
        """What its gate found, in Markdown."""
        return Path(f"{self.out}.gate.md")

    def missing(self) -> str | None:
        """What it needs and is not there, in words; None: nothing."""
        for path in self.files:
            if not path.exists():
                return f"{path}: no such file"
        model = self.asked_model
        if model is not None and model not in SHIPPED and not Path(model).is_dir():
            if "/" not in model or model.startswith(("/", ".")):  # else it may be on the Hugging Face hub
                return f"{model}: no such model; give a directory or one of {', '.join(SHIPPED)}"
        return None


@dataclass(frozen=True, slots=True)
class Night:
    """What is to be done. `root`: the folder that all runs of the night are in, whichever of its jobs are chosen;
    `earlier`: the one that runs of earlier nights are in."""

    file: Path
    date: str
    root: Path
    earlier: Path
    jobs: tuple[Job, ...]
    archive: tuple[str, ...] | None  # arguments of `nmt-audit`


def plan_night(
    file: Path, known: Known, *, date: str, only: Sequence[str] = (), environment: Mapping[str, str] = os.environ
) -> Night:
    """The night of a file. `known`: options of the commands audit, gate and archive; `only`: patterns of jobs.

    Raises InputError where the file or a pattern makes no sense, a variable is not set, or two jobs would write to
    one place. Files that jobs name may be missing: see `Job.missing`.
    """
    tables = read_tables(file, known)
    fill = _Filling(file.parent, date, environment)
    pairs = _pairs(tables)
    names = ["/".join(pair) for pair in pairs]
    gated = _chosen(names, tables.gate.only or ("*",), f"{file}, [gate]: only") if tables.gate else set()
    everything = [_job(tables, fill, known, *pair, gated="/".join(pair) in gated) for pair in pairs]
    _refuse_shared(file, everything)
    chosen = _chosen(names, only or ("*",), "--only")
    return Night(
        file=file,
        date=date,
        root=Path(os.path.commonpath([job.out.parent for job in everything])),
        earlier=_fixed_part(tables, fill),
        jobs=tuple(job for job in everything if job.name in chosen),
        archive=None if tables.archive is None else _archive(tables, tables.archive, fill, known["archive"]),
    )


@dataclass(frozen=True, slots=True)
class _Filling:
    """Fills in what stands in braces, and finds files from the folder of the night's file on."""

    folder: Path
    date: str
    environment: Mapping[str, str]

    def text(self, text: str, where: str, **names: str) -> str:
        try:
            filled = expand(text, self.environment, {"date": self.date, **names})
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        if "\0" in filled:
            raise InputError(f"{where}: a text with U+0000 in it cannot be given to a command")
        return filled

    def path(self, text: str, where: str, **names: str) -> Path:
        path = Path(self.text(text, where, **names))
        try:
            return self.folder / path.expanduser()
        except RuntimeError as error:
            raise InputError(f"{where}: {path}: {error}") from None

    def options(self, options: Options, known: Mapping[str, Option], where: str, **names: str) -> dict[str, Any]:
        """The options of a table as the command gets them."""

        def one(name: str, value: Any) -> Any:
            if isinstance(value, list):
                return [one(name, item) for item in value]
            if not isinstance(value, str):
                return value
            place = f"{where}: {name}"
            if name in FILES and value == "-":
                raise InputError(f"{place}: a night has no standard input; name a file")
            if name in FILES or known[name].kind is Path:
                return str(self.path(value, place, **names))
            if name == "model":
                directory = self.path(value, place, **names)
                return str(directory) if directory.is_dir() else self.text(value, place, **names)
            return self.text(value, place, **names)

        return {name: one(name, value) for name, value in options.items()}


def _pairs(tables: Tables) -> list[tuple[str, str]]:
    """Which models go with which test sets: those of one direction, as far as it is said, and as the file chooses."""
    pairs = {
        f"{model}/{test_set}": (model, test_set)
        for model, of_model in tables.models.items()
        for test_set, of_set in tables.test_sets.items()
        if _same_direction(of_model, of_set)
    }
    if not pairs:
        raise InputError(f"{tables.file}: no test set has the languages of a model; see src_lang and tgt_lang of both")
    wanted = _chosen(pairs, tables.only or ("*",), f"{tables.file}: only")
    wanted -= _chosen(pairs, tables.skip, f"{tables.file}: skip")
    if not wanted:
        raise InputError(f"{tables.file}: only and skip leave no job over")
    return [pair for name, pair in pairs.items() if name in wanted]


def _chosen(names: Iterable[str], patterns: Iterable[str], where: str) -> set[str]:
    """The names of jobs that fit a pattern. Raises InputError for a pattern that fits none."""
    names, found = list(names), set()
    for pattern in patterns:
        fitting = {name for name in names if fnmatchcase(name, pattern)}
        if not fitting:
            raise InputError(f"{where}: no job is called {pattern}; there are {', '.join(names)}")
        found |= fitting
    return found


def _same_direction(model: Options, test_set: Options) -> bool:
    """Whether the languages that are said of both are the same: de and de-AT are."""
    sides = zip(_direction(model), _direction(test_set), strict=True)
    return all(not (a and b) or _primary(a) == _primary(b) for a, b in sides)


def _direction(options: Options) -> tuple[str, str]:
    source, _, target = options.get("langpair", "").partition("-")
    return options.get("src_lang", source), options.get("tgt_lang", target)


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].casefold()


def _job(tables: Tables, fill: _Filling, known: Known, model: str, test_set: str, *, gated: bool) -> Job:
    names = {"model": model, "test_set": test_set}
    of_audit = known["audit"]
    settings = fill.options(tables.settings, of_audit, f"{tables.file}, [settings]", **names)
    of_model = fill.options(tables.models[model], of_audit, f"{tables.file}, [models.{model}]", **names)
    of_set = fill.options(tables.test_sets[test_set], of_audit, f"{tables.file}, [test_sets.{test_set}]", **names)
    for name in of_model.keys() & of_set.keys() - set(LANGUAGES):
        if of_model[name] != of_set[name]:
            raise InputError(
                f"{tables.file}: [models.{model}] has {name} = {of_model[name]!r} and [test_sets.{test_set}] "
                f"{of_set[name]!r}; say it in one of them"
            )
    out = fill.path(tables.out, f"{tables.file}: out", **names)
    options = {"name": f"{model} · {test_set}", **settings, **of_model, **of_set}
    _refuse_nonsense(options, out, f"{tables.file}, {model}/{test_set}")
    asked = {**options, "out": out, "date": fill.date, "as_model": model, "as_test_set": test_set, "resume": True}
    return Job(
        model=model,
        test_set=test_set,
        out=out,
        arguments=("audit", *command_line(asked, of_audit)),
        files=tuple(Path(path) for name in FILES for path in _list(options.get(name))),
        asked_model=options.get("model"),
        gate=_gate(tables, tables.gate, fill, known["gate"], names) if gated and tables.gate else None,
    )


def _refuse_nonsense(options: Options, out: Path, where: str) -> None:
    """What an audit would refuse at once is refused here."""
    settings = {CONFIGURED.get(name, name): value for name, value in options.items() if name != "rules"}
    main_rules, *also_rules = options.get("rules") or ["stable"]
    try:
        config = AuditConfig(out=out, rules=main_rules, also_rules=tuple(also_rules), **settings)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    untranslated = config.source and config.model is None and config.hypotheses is None
    if untranslated and has_sources_alone(config.source, config.form):
        raise InputError(f"{where}: needs --model to translate with, or --hypotheses with translations")


def _gate(
    tables: Tables, table: GateTable, fill: _Filling, known: Mapping[str, Option], names: Mapping[str, str]
) -> Gate:
    where = f"{tables.file}, [gate]"
    options = fill.options(table.options, known, where, **names)
    for name, option in known.items():
        if option.kind is Path and name in options and not Path(options[name]).exists():
            raise InputError(f"{where}: {name}: {options[name]} is not there")
    baseline = None if table.baseline == "previous" else fill.path(table.baseline, f"{where}: baseline", **names)
    rules = read_gate(Path(options["config"])).rules if "config" in options else ()
    return Gate(
        arguments=tuple(command_line(options, known)),
        baseline=baseline,
        alone=any(not rule.against_baseline for rule in rules),
        compares=any(rule.against_baseline for rule in rules),
    )


def _archive(tables: Tables, table: ArchiveTable, fill: _Filling, known: Mapping[str, Option]) -> tuple[str, ...]:
    where = f"{tables.file}, [archive]"
    options = fill.options(table.options, known, where)
    return ("archive", str(fill.path(table.directory, f"{where}: directory")), *command_line(options, known))


def _refuse_shared(file: Path, jobs: Sequence[Job]) -> None:
    """Two runs need two folders, and none within the other."""
    taken: dict[Path, str] = {}
    for job in jobs:
        path = Path(os.path.abspath(job.out))
        for other, name in taken.items():
            if path == other or path in other.parents or other in path.parents:
                raise InputError(
                    f"{file}: {name} and {job.name} would both be written to {job.out}; put {{model}} and {{test_set}} "
                    "into out"
                )
        taken[path] = job.name


def _fixed_part(tables: Tables, fill: _Filling) -> Path:
    """The folder that `out` begins with before anything of it changes from night to night or job to job."""
    mark = "\n"  # no name has it
    fixed = _Filling(fill.folder, mark, fill.environment).path(tables.out, "out", model=mark, test_set=mark)
    changing = [place for place, part in enumerate(fixed.parts) if mark in part]
    return Path(*fixed.parts[: changing[0]]) if changing else fixed.parent


def _list(value: str | Iterable[str] | None) -> Iterable[str]:
    return () if value is None else (value,) if isinstance(value, str) else value
