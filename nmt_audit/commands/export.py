"""The command `nmt-audit export`. A thin layer over `nmt_audit.exporting`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from nmt_audit.errors import RequestError


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run directory, finished or not.")],
    form: Annotated[
        str,
        typer.Option(
            "--format", help="jsonl, csv, xlsx, parquet; sarif, junit, markdown; xliff, tmx of the flagged segments."
        ),
    ],
    out: Annotated[str, typer.Option("--out", help="The file; - is standard output, for formats that are text.")],
    rows: Annotated[
        str | None,
        typer.Option("--rows", help="Of jsonl, csv, xlsx and parquet: flags (default) or segments, a row each."),
    ] = None,
    pair: Annotated[
        str | None, typer.Option("--pair", help="Only segments of these languages, as in de-en; xliff has one pair.")
    ] = None,
    dismissals: Annotated[
        Path | None,
        typer.Option("--dismissals", help="Flags dismissed since: a file of dismissals or verdicts, or a run."),
    ] = None,
    exact: Annotated[
        bool,
        typer.Option("--exact", help="Of csv: texts as they are, though a spreadsheet may take them for formulas."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")] = False,
) -> None:
    """A run in another format: tables, code scanning (SARIF), build pages (JUnit, Markdown), translators' tools.

    The file is there whole or not at all, and the same run gives the same bytes. Dismissed flags are marked as such,
    not left out. What each format holds stands in docs/export.md.

    Examples:

    nmt-audit export reports/tonight --format xlsx --out flags.xlsx

    nmt-audit export reports/tonight --format csv --rows segments --out segments.csv

    nmt-audit export reports/tonight --format sarif --out flags.sarif

    nmt-audit export reports/tonight --format markdown --out - >> "$GITHUB_STEP_SUMMARY"
    """
    from nmt_audit.dismissing import dismissed_for
    from nmt_audit.exporting import FORMATS, Options, export_run
    from nmt_audit.store import open_run

    if rows not in (None, "flags", "segments"):
        raise RequestError(f"--rows {rows}: rows are flags or segments")
    known = FORMATS.get(form)
    if known is not None and not known.table and rows is not None:
        raise RequestError(
            f"--rows is for tables ({', '.join(f.name for f in FORMATS.values() if f.table)}), not {form}"
        )
    if exact and form != "csv":
        raise RequestError(f"--exact is for csv; {form} is exact, or says where it is not")
    opened = open_run(run)
    options = Options(
        rows="segments" if rows == "segments" else "flags", pair=pair, exact=exact,
        rejected=dismissed_for(opened.manifest, dismissals),
    )  # fmt: skip
    target = None if out == "-" else Path(out)
    found = export_run(opened, form, target, options)
    if found.note is not None:
        typer.echo(found.note, err=True)
    if as_json:
        typer.echo(json.dumps({"run": str(run), "format": form, "out": out, **asdict(found)}), err=target is None)
    elif target is not None:
        typer.echo(f"{out}: {found.count:,} {found.thing}{'' if found.count == 1 else 's'}")
