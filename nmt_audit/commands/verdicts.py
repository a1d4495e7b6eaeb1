"""The commands `nmt-audit verdicts …`. Thin layers over `nmt_audit.reviewing`, which imports what is heavy."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nmt_audit.errors import RequestError

if TYPE_CHECKING:
    from nmt_audit.agreement import Agreement

NAMELESS = "(no name)"
SHOWN = 5  # unknown names that a line of text has; --json has all

verdicts = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="What reviewers said of the flags: into a run, where it becomes the precision of each rule, and out again.\n\n"
    "A later audit takes rejected flags for dismissed: [bold]audit --dismissals RUN[/bold], or a file of dismissals "
    "that lies in git and that [bold]gate[/bold] reads, too.",
)

RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")]


@verdicts.command("import")
def import_(
    run: RunArgument,
    files: Annotated[list[Path], typer.Argument(metavar="F…", help="Files of verdicts; as many as you like.")],
    as_json: AsJson = False,
) -> None:
    """Add verdicts to a run and build its pages again, with the precision of each rule.

    Of several verdicts of a reviewer on a flag the latest counts, so that a file may come twice and in any order.
    Verdicts on flags that this run does not have are kept and named. With several reviewers, their agreement is
    reported: Cohen's κ over the flags that two of them answered, with its 95 % interval, and by category.

    Example: nmt-audit verdicts import reports/tonight anna.json

    Example, of two reviewers: nmt-audit verdicts import reports/tonight anna.json ben.json

    Example, to take along what was said of last night's run: nmt-audit verdicts import reports/tonight \\
    reports/yesterday/verdicts.json
    """
    from nmt_audit.reviewing import import_verdicts

    found = import_verdicts(run, files)
    if as_json:
        typer.echo(json.dumps({"run": str(run), **asdict(found)}, ensure_ascii=True))
        return
    typer.echo(
        f"{found.read} verdicts read: {found.new} new, {found.replaced} replaced, {found.unchanged} unchanged; "
        f"the run has {found.total}"
    )
    for names, what in ((found.unknown_flags, "flags"), (found.unknown_segments, "segments")):
        if names:
            typer.echo(f"kept, though this run does not have these {what}: {_listed(names)}")
    for agreement in found.agreement:
        typer.echo(_agreed(agreement))
    typer.echo(str(run / "site" / "index.html"))


@verdicts.command()
def export(
    run: RunArgument,
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file; standard output by default.")] = None,
    dismissals: Annotated[
        Path | None,
        typer.Option("--dismissals", help="Instead, put the rejected flags into this file of dismissals (F.jsonl)."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --out or --dismissals, print one JSON object for programs.")
    ] = False,
) -> None:
    """The verdicts of a run as JSON: a list of {flag_id, segment_id, verdict, category, severity, span, …}.

    A file of dismissals has a line for each flag that most of its reviewers reject. Lines that are there stay as they
    are, with the reasons that somebody wrote; those whose flag a later verdict confirms go. Keep it in git, and give it
    to [bold]audit --dismissals[/bold] and [bold]gate --dismissals[/bold].

    Example: nmt-audit verdicts export reports/tonight --out verdicts.json

    Example: nmt-audit verdicts export reports/tonight --dismissals dismissals.jsonl
    """
    from nmt_audit.reviewing import export_dismissals, export_verdicts

    if dismissals is not None:
        if out is not None:
            raise RequestError("--out and --dismissals write different files; give one of them at a time")
        found = export_dismissals(run, dismissals)
        if as_json:
            typer.echo(json.dumps({"run": str(run), "dismissals": str(dismissals), **asdict(found)}))
        else:
            typer.echo(f"{dismissals}: {found.total} dismissals, {found.new} new, {found.withdrawn} withdrawn")
        return
    text, count = export_verdicts(run, out)
    if out is None:
        typer.echo(text, nl=False)
    elif as_json:
        typer.echo(json.dumps({"run": str(run), "out": str(out), "verdicts": count}))
    else:
        typer.echo(str(out))


def _agreed(found: Agreement) -> str:
    """A line on two reviewers: "anna and ben: κ 0.62 (95 %: 0.41 to 0.83), the same on 34 of 40 flags"."""
    pair = f"{found.first or NAMELESS} and {found.second or NAMELESS}"
    subject = pair if found.category is None else f"  {found.category}"
    interval = "" if found.low is None else f" (95 %: {found.low:.2f} to {found.high:.2f})"
    kappa = "no κ, for chance would agree as well" if found.kappa is None else f"κ {found.kappa:.2f}{interval}"
    return f"{subject}: {kappa}, the same on {found.same} of {found.flags} flags"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
