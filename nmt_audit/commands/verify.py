"""The command `nmt-audit verify`. A thin layer over `nmt_audit.store.verify`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

SHOWN = 10  # files of a kind


def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run directory.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")] = False,
) -> None:
    """Is a run as it was written? Hashes all its files again and says what was altered; exit 1 where anything was.

    Verdicts that were imported are no alteration. Hashes tell damage, not forgery: who edits a run can hash it again.

    Example: nmt-audit verify reports/tonight
    """
    from nmt_audit.store import verify as verify_run

    found = verify_run(run)
    if as_json:
        typer.echo(json.dumps({"run": str(run), "intact": found.intact, **asdict(found)}, ensure_ascii=False))
    elif not found.sealed:
        typer.echo(f"{run}: has no hashes: it is not finished, or was made by a version that wrote none")
    elif found.intact:
        typer.echo(f"{run}: {found.files} files as they were written")
    else:
        if not found.manifest:
            typer.echo("altered: manifest.json")
        for what, names in (("altered", found.changed), ("missing", found.missing), ("added", found.added)):
            for name in names[:SHOWN]:
                typer.echo(f"{what}: {name}")
            if len(names) > SHOWN:
                typer.echo(f"{what}: {len(names) - SHOWN} more files")
    if not found.intact:
        raise typer.Exit(1)
