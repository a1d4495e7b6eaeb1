"""The command `nmt-audit archive`. A thin layer over `nmt_audit.report.archive.building`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nmt_audit.errors import RequestError

if TYPE_CHECKING:
    from nmt_audit.report.archive.building import Built

SHOWN = 10  # lines of a kind; --json has all


def archive(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where the runs are, at any depth.")],
    out: Annotated[Path | None, typer.Option("--out", help="Where the pages go; DIR/archive by default.")] = None,
    title: Annotated[
        str, typer.Option("--title", help="Heading of the pages and of the feed.")
    ] = "Nightly evaluations",
    url: Annotated[str, typer.Option("--url", help="Where the archive will be served, for links in the feed.")] = "",
    compare: Annotated[
        int, typer.Option("--compare", min=0, help="Compare so many of the newest nights with the ones before.")
    ] = 1,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, help="Keep so many finished runs of each series; says what would go.")
    ] = None,
    keep_days: Annotated[
        int | None, typer.Option("--keep-days", min=0, help="Keep the runs of so many days before the newest night.")
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Really delete what --keep and --keep-days let go.")] = False,
    with_verdicts: Annotated[
        bool, typer.Option("--with-verdicts", help="Let go of reviewed runs, too, which otherwise stay.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")] = False,
) -> None:
    """Index all runs of a directory: trends per model and test set, nights that became worse, a feed of them.

    Run it after every night: what has not changed is not read again. Runs that are broken, unfinished or of a newer
    version are listed and hide nothing. Only what --keep or --keep-days lets go is ever deleted, only with --delete,
    and never the newest finished run of a series.

    Example: nmt-audit archive reports/nightly --url https://ci.example.org/nightly/archive

    Example, to see what would go: nmt-audit archive reports/nightly --keep 60
    """
    if delete and keep is None and keep_days is None:
        raise RequestError("--delete: say what to keep, with --keep N or --keep-days N")
    from nmt_audit.archiving.retention import Policy
    from nmt_audit.report.archive.building import Settings, build_archive

    target = out or directory / "archive"
    policy = Policy(keep, keep_days, with_verdicts)
    base = f"{url.rstrip('/')}/" if url else ""
    found = build_archive(directory, target, Settings(title, base, compare, policy, delete))
    if as_json:
        typer.echo(json.dumps(_plain(found, target, delete), ensure_ascii=True))
        return
    for line in _lines(found, delete):
        typer.echo(line)
    typer.echo(str(target / "index.html"))


def _lines(found: Built, deleted: bool) -> list[str]:
    from nmt_audit.archiving.trends import regressions
    from nmt_audit.report.archive.wording import size_text, step_text

    size = size_text(sum(entry.bytes for entry in found.entries))
    told = [f"{len(found.entries)} runs of {len(found.trends)} series, {size}"]
    told += _listed([f"{entry.path}: {entry.reason}" for entry in found.entries if entry.reason is not None])
    told += _listed(
        [
            f"worse on {date}: {trend.series.model} on {trend.series.test_set}: "
            + "; ".join(step_text(measure, step) for measure, step in change.steps)
            for date, trend, change in regressions(found.trends)
        ]
    )
    told += _listed([f"{item.before} and {item.after} not compared: {item.reason}" for item in found.refused])
    going = [f"{'deleted' if deleted else 'would go'}: {entry.path}" for entry in found.plan.going]
    told += _listed(going)
    if going:
        told.append(f"{size_text(found.plan.bytes)} {'free again' if deleted else 'would be free; --delete does it'}")
    told += _listed([f"stays: {entry.path} {reason}" for entry, reason in found.plan.spared])
    return told


def _listed(lines: list[str]) -> list[str]:
    return lines if len(lines) <= SHOWN else [*lines[:SHOWN], f"… and {len(lines) - SHOWN} more; --json has all"]


def _plain(found: Built, target: Path, deleted: bool) -> dict[str, Any]:
    from nmt_audit.archiving.trends import regressions

    kinds = ("complete", "partial", "newer", "damaged")
    return {
        "index": str(target / "index.html"),
        "feed": str(target / "feed.xml"),
        "runs": {kind: sum(entry.kind == kind for entry in found.entries) for kind in kinds},
        "broken": [{"run": entry.path, "reason": entry.reason} for entry in found.entries if entry.reason is not None],
        "bytes": sum(entry.bytes for entry in found.entries),
        "series": [
            {"model": trend.series.model, "test_set": trend.series.test_set, "languages": trend.languages,
             "nights": [entry.path for entry in trend.nights]}
            for trend in found.trends
        ],
        "regressions": [
            {"date": date, "run": trend.nights[change.night].path, "model": trend.series.model,
             "test_set": trend.series.test_set, "changed": change.traits,
             "steps": [{"measure": measure.key, "before": step.before, "after": step.after, "lasts": step.lasts}
                       for measure, step in change.steps]}
            for date, trend, change in regressions(found.trends)
        ],
        "not_compared": [{"runs": [item.before, item.after], "reason": item.reason} for item in found.refused],
        "deleted" if deleted else "would_go": [entry.path for entry in found.plan.going],
        "stays": [{"run": entry.path, "reason": reason} for entry, reason in found.plan.spared],
    }  # fmt: skip
