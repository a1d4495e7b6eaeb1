"""The command `nmt-audit gate`. A thin layer over `nmt_audit.gating`, which imports what is heavy."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nmt_audit.commands.build_page import STANDARD_OUTPUT, write_build_page
from nmt_audit.errors import GateFailed, InputError, NmtAuditError, RequestError

if TYPE_CHECKING:
    from nmt_audit.gating import Outcome

STYLES = {"passed": "green", "failed": "bold red", "could not tell": "bold yellow"}
WIDTH = 180  # of the table where nobody says how wide a line may be, as in the log of a build


def gate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The directory of the run that is judged.")],
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="RUN", help="The directory of a run to compare it with.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="F", help="A TOML file of rules; see docs/gate.md.")
    ] = None,
    dismissals: Annotated[
        Path | None,
        typer.Option("--dismissals", metavar="F", help="A dismissals file, verdicts, or a run that has some: such "
                     "flags count in no rule."),
    ] = None,
    annotate: Annotated[
        Path | None,
        typer.Option("--annotate", metavar="F", help="Write a Markdown summary for the page of a build: all rules, and "
                     "the run. The file $GITHUB_STEP_SUMMARY is added to, any other written anew; - is standard "
                     "output, instead of the table."),
    ] = None,
    allow_partial: Annotated[
        bool, typer.Option("--allow-partial", help="Judge runs, too, whose audit was stopped before its end.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for programs, with all rules.")
    ] = False,
) -> None:  # fmt: skip
    """Whether a run may pass: every rule with its number, its bound and its verdict.

    Exit codes: 0 all rules are kept, 2 a rule is not, 1 the gate could not run or a rule could not be judged (no
    baseline, no references, a file that cannot be read).

    Without --config: no score may be significantly lower, and no category of flags significantly more frequent, than in
    the baseline; p-values are corrected for the eight tests.

    Example: nmt-audit gate reports/tonight --baseline reports/yesterday

    Example: nmt-audit gate reports/tonight --baseline reports/yesterday --config gate.toml \\
    --dismissals dismissals.jsonl --annotate "$GITHUB_STEP_SUMMARY"

    A file of rules:

    [\\[rule]]
    name = "BLEU does not fall by more than half a point"
    score = "BLEU"
    against = "baseline"
    at_least = -0.5
    significant = 0.05
    """
    from nmt_audit.gating import gate_run
    from nmt_audit.gating.markdown import could_not_run

    if as_json and annotate == STANDARD_OUTPUT:
        raise RequestError("--json and --annotate - both write to standard output; give --annotate a file")
    try:
        outcome = gate_run(run, baseline, config, dismissed=dismissals, allow_partial=allow_partial)
    except NmtAuditError as error:
        if annotate is not None:
            write_build_page(annotate, could_not_run(str(error)), "--annotate")
        raise
    if as_json:
        typer.echo(json.dumps(outcome.as_dict(), ensure_ascii=False, allow_nan=False))
    elif annotate != STANDARD_OUTPUT:
        _print(outcome)
    if annotate is not None:
        write_build_page(annotate, _build_page(outcome, run, dismissals), "--annotate")
    _end(outcome)


def _end(outcome: Outcome) -> None:
    """The exit code, and for whoever sees only errors a word on it."""
    if outcome.verdict == "failed":
        raise GateFailed(f"{outcome.run}: {outcome.counted}")
    if outcome.verdict != "passed":
        raise InputError(f"{outcome.run}: {outcome.counted}")


def _print(outcome: Outcome) -> None:
    """The table of the rules, for people; the last line is the outcome in a sentence."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from nmt_audit.gating.wording import bound

    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(width=None if known else WIDTH)
    table = Table("verdict", "rule", "value", "bound", "test", box=None, pad_edge=False)
    for one in outcome.judgements:
        verdict = f"{one.verdict}, may be chance" if one.by_chance else one.verdict
        cells = (one.rule.name, one.number, bound(one.rule), one.test)
        table.add_row(Text(verdict, style=STYLES[one.verdict]), *map(Text, cells))
    console.print(table)
    scores = (one for one in outcome.judgements if one.rule.kind == "score" and one.measured is not None)
    measured = {one.rule.subject: one.measured.signature for one in scores if one.measured is not None}
    for line in (*outcome.signatures, *(f"{name}: {signature}" for name, signature in measured.items())):
        console.print(line, style="dim", markup=False, highlight=False, soft_wrap=True)
    for note in outcome.notes:
        console.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)
    console.print(outcome.sentence, style=STYLES[outcome.verdict], markup=False, highlight=False, soft_wrap=True)


def _build_page(outcome: Outcome, directory: Path, dismissed: Path | None) -> str:
    """The gate's part of the page and the run's, in which the same flags are dismissed."""
    from nmt_audit.dismissing import dismissed_for
    from nmt_audit.exporting import Options, markdown_summary
    from nmt_audit.gating.markdown import markdown
    from nmt_audit.store import open_run

    run = open_run(directory)
    return f"{markdown(outcome)}\n{markdown_summary(run, Options(rejected=dismissed_for(run.manifest, dismissed)))}"
