"""The command `nmt-audit nightly`. A thin layer over `nmt_audit.nights`."""

from __future__ import annotations

import inspect
import json
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nmt_audit.commands.archive import archive
from nmt_audit.commands.audit import audit
from nmt_audit.commands.build_page import write_build_page
from nmt_audit.commands.gate import gate
from nmt_audit.errors import GateFailed, InputError, Interrupted, NightFailed

if TYPE_CHECKING:
    from nmt_audit.nights import Night, NightResult, Option


def nightly(
    file: Annotated[Path, typer.Argument(metavar="F.toml", help="What is audited: docs/nightly.toml is an example.")],
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="MODEL/TEST_SET", help="These jobs alone; * stands for anything; repeatable."),
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The night's date, today (UTC) by default.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the jobs and their commands, and what is missing; do nothing.")
    ] = False,
    summary: Annotated[
        Path | None,
        typer.Option(
            "--summary",
            help="Write a Markdown summary for the page of a build. The file "
            "$GITHUB_STEP_SUMMARY is added to, any other written anew.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end, and no lines.")] = False,
) -> None:
    """Audit every model on every test set, gate each run, and bring the archive up to date.

    A job is a process of its own: one that fails or is killed does not stop the others. The same command again goes on
    where it was stopped, and leaves alone what is whole.

    Exit code: 0 all is well, 1 a job could not run, 2 a gate has failed, 130 stopped by Ctrl-C or SIGTERM.

    Examples:

    nmt-audit nightly audit.toml --dry-run

    nmt-audit nightly audit.toml --date 2026-11-29 --only "production/*" --summary "$GITHUB_STEP_SUMMARY"
    """
    from nmt_audit.nights import line, markdown, plan_night, run_night, signatures

    known = {command.__name__: options_of(command) for command in (audit, gate, archive)}
    night = plan_night(file, known, date=_checked(date), only=only or ())
    if dry_run:
        _print_plan(night, as_json)
        return
    width = max(len(job.name) for job in night.jobs)
    result = run_night(night, lambda job: None if as_json else typer.echo(line(job, width)))
    if as_json:
        typer.echo(json.dumps(result.as_dict(), ensure_ascii=True))
    else:
        if result.archive is not None:
            typer.echo(f"{'archive':<16}  {result.archive}")
        for signature in signatures(result.jobs):
            typer.echo(signature)
        typer.echo(result.in_words)
    if summary is not None:
        write_build_page(summary, markdown(result), "--summary")
    _end(result)


def options_of(command: Callable[..., None]) -> dict[str, Option]:
    """The options of a command by the names that they have on the command line, in its order."""
    from nmt_audit.nights import Option

    found = {}
    hints = typing.get_type_hints(command, include_extras=True)
    for name in inspect.signature(command).parameters:
        kind, *about = typing.get_args(hints[name]) or (None,)
        for option in about:
            if isinstance(option, typer.models.OptionInfo):
                names = (option.default, *(option.param_decls or ()))  # in an annotation the first name is the default
                flag = next(filter(_is_flag, map(str, names)), f"--{name.replace('_', '-')}")
                key = flag.removeprefix("--").replace("-", "_")
                found[key] = Option(key, flag, *_kind(kind), least=option.min)
    return found


def _is_flag(text: str) -> bool:
    return text.startswith("--")


def _kind(hint: Any) -> tuple[type, bool]:
    """The type of an option's value, and whether it may be given several times: list[str] | None → str, True."""
    if isinstance(hint, types.UnionType):
        [hint] = (part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) is list:
        [hint] = typing.get_args(hint)
        return hint, True
    return hint, False


def _checked(date: str | None) -> str:
    """A date as 2026-11-29."""
    from datetime import UTC, datetime

    if date is None:
        return f"{datetime.now(UTC):%Y-%m-%d}"
    try:
        return f"{datetime.strptime(date, '%Y-%m-%d'):%Y-%m-%d}"
    except ValueError:
        raise InputError(f"--date {date}: a day is written as 2026-11-29") from None


def _print_plan(night: Night, as_json: bool) -> None:
    """What would be done. Raises NightFailed where something is missing."""
    from shlex import join

    if as_json:
        jobs = [
            {"model": job.model, "test_set": job.test_set, "run": str(job.out),
             "command": ["nmt-audit", *job.arguments], "missing": job.missing()}
            for job in night.jobs
        ]  # fmt: skip
        typer.echo(json.dumps({"file": str(night.file), "date": night.date, "jobs": jobs}, ensure_ascii=True))
    else:
        for job in night.jobs:
            typer.echo(f"{job.name}: {job.missing() or 'ready'}")
            typer.echo(f"  nmt-audit {join(job.arguments)}")
            if job.gate is not None:
                against = job.gate.baseline or "<the newest earlier run>"
                typer.echo(f"  nmt-audit gate {join([str(job.out)])} --baseline {against} {join(job.gate.arguments)}")
        if night.archive is not None:
            typer.echo(f"nmt-audit {join(night.archive)}")
    if missing := [job.name for job in night.jobs if job.missing()]:
        raise NightFailed(f"{len(missing)} of {len(night.jobs)} jobs cannot run: {', '.join(missing)}")


def _end(result: NightResult) -> None:
    """Ends with the exit code of the night."""
    from nmt_audit.nights.results import STOPPED

    if result.code == STOPPED:
        left = result.named("interrupted", "not run")
        what = f"{len(left)} of {len(result.jobs)} jobs" if left else "the archive"
        raise Interrupted(f"stopped with {what} left to do; the same command with --date {result.night.date} goes on")
    if failed := result.named("failed"):
        raise NightFailed(f"{len(failed)} of {len(result.jobs)} jobs could not run: {', '.join(failed)}")
    if result.archive_reason is not None:
        raise NightFailed(f"the archive could not be made: {result.archive_reason}")
    if gated := result.named("gate failed"):
        raise GateFailed(f"{len(gated)} of {len(result.jobs)} jobs did not pass the gate: {', '.join(gated)}")
