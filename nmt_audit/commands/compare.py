"""The command `nmt-audit compare`. A thin layer over `nmt_audit.comparing` and `nmt_audit.report.compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nmt_audit.commands.options import AsJson, Seed
from nmt_audit.errors import RequestError

if TYPE_CHECKING:
    from rich.table import Table

    from nmt_audit.report.compare.views import ComparePage

WIDTH = 100  # columns, for numbers that stand below each other


def compare(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="The run to compare with, such as last night's.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="The run in question, such as tonight's.")],
    out: Annotated[Path, typer.Option("--out", help="Where the page goes; a comparison that is there is replaced.")],
    resamples: Annotated[
        int, typer.Option("--resamples", help="Of the paired bootstrap; 0: no scores, which take nearly all the time.")
    ] = 1000,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """What two runs on the same segments differ in: scores with paired tests, new and fixed flags, maps side by side.

    Segments are paired by their source, whatever their identifiers and order. Neither model nor torch is needed. Exit
    code 0, whatever is found: [bold]gate[/bold] is the command that judges.

    Example: nmt-audit compare reports/yesterday reports/tonight --out reports/what-changed
    """
    from nmt_audit.comparing import compare_runs
    from nmt_audit.report.compare import write_comparison
    from nmt_audit.report.compare.views import summary
    from nmt_audit.store import open_run

    if resamples < 0:
        raise RequestError(f"--resamples {resamples}: a number below 0; give 1000, or 0 for none")
    a, b = open_run(run_a), open_run(run_b)
    comparison = compare_runs(a, b, seed=seed, resamples=resamples)
    page = write_comparison(a, b, out, comparison)
    if as_json:
        typer.echo(json.dumps({**comparison.as_dict(), "page": str(page)}, ensure_ascii=False, allow_nan=False))
        return
    _print(summary(comparison))
    typer.echo(str(page))


def _print(page: ComparePage) -> None:
    """The head of the page as tables."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(soft_wrap=True, width=max(Console().width, WIDTH))
    for side in (page.a, page.b):
        console.print(f"{side.letter}  {escape(side.name)} [dim]{escape(side.facts.signature)}[/dim]")
    console.print(escape(page.lead))
    for note in page.notes:
        console.print(f"[yellow]{escape(note)}[/yellow]")
    for title, rows in (
        ("score", [(one.name, one) for one in page.scores]),
        ("suspected, per 100", [(one.category.label, one) for one in page.rates]),
    ):
        table = _table(title, "A", "B", "difference", "95 % interval", "p", "B is")
        for name, one in rows:
            table.add_row(name, one.a, one.b, one.difference, one.interval, one.p, one.verdict)
        if rows:
            console.print(table)
    flags = _table("flags", *(name for name, _ in page.flag_kinds))
    for row in page.flags:
        flags.add_row(row.category.label, *row.counts)
    console.print(flags)


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=True)
    return table
