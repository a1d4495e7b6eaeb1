"""The command `nmt-audit`. Every command is a thin layer over a function that Python can call too.

Exit codes: 0 done, 1 an error in one line, 2 a gate has failed, 130 interrupted. Heavy imports wait inside the
commands, so that help is there at once.
"""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from nmt_audit.commands import figure
from nmt_audit.commands.archive import archive
from nmt_audit.commands.audit import audit, demo
from nmt_audit.commands.bench import bench
from nmt_audit.commands.compare import compare
from nmt_audit.commands.export import export
from nmt_audit.commands.gate import gate
from nmt_audit.commands.nightly import nightly
from nmt_audit.commands.options import AsJson, Config, Device, ModelName, Rules, Threads
from nmt_audit.commands.plant import plant
from nmt_audit.commands.verdicts import verdicts
from nmt_audit.commands.verify import verify
from nmt_audit.errors import GateFailed, Interrupted, NmtAuditError
from nmt_audit.halving import is_out_of_memory

app = typer.Typer(
    name="nmt-audit",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
    help="Error-analysis reports for neural machine translation: what looks wrong in a corpus of translations, and "
    "which words made the model say it.\n\nStart with [bold]nmt-audit demo[/bold].",
)
app.add_typer(bench, name="bench")
app.add_typer(verdicts, name="verdicts")

app.command(name="figure", help=figure.HELP)(figure.figure)
for command in (demo, audit, archive, compare, export, gate, nightly, plant, verify):
    app.command()(command)

verbose = False
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS)


def _print_version(wanted: bool) -> None:
    if wanted:
        from nmt_audit import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    detail: Annotated[bool, typer.Option("-v", "--verbose", help="Show the traceback of an unexpected error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every command."""
    global verbose
    verbose = detail


@app.command()
def check(
    source: Annotated[Path, typer.Option("--input", help="JSONL, {id, source, hypothesis, src_lang, tgt_lang}.")],
    out: Annotated[Path, typer.Option("--out", help="JSONL: {id, not_checked, flags}, one line per input line.")],
    model: ModelName = None,
    threads: Threads = None,
    device: Device = "auto",
    config: Config = None,
) -> None:
    """Flags only, from the text alone or with a model's evidence.

    Example: nmt-audit check --input pairs.jsonl --out flags.jsonl
    """
    from nmt_audit.checking import check_file

    check_file(source, out, model=model, threads=threads, device=device)


@app.command()
def explain(
    model: Annotated[
        str, typer.Option("--model", help="A shipped model, a directory or a name on the Hugging Face hub.")
    ],
    source: Annotated[str, typer.Option("--source", help="The source text.")],
    target: Annotated[
        str | None, typer.Option("--target", help="The target text; the model's own translation by default.")
    ] = None,
    position: Annotated[
        list[int] | None, typer.Option("--position", help="Token to explain, from 0; repeatable. All by default.")
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", help="State of the model, logit or logprob; repeatable. Default: output."),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            help="lrp, attention, gradient, gradient_x_input, integrated_gradients, erasure, attention_saliency, "
            "gates, gate_saliency, variance, heads; repeatable. Default: lrp.",
        ),
    ] = None,
    rules: Rules = "stable",
    against: Annotated[
        str | None, typer.Option("--against", help="Contrast with this token (states logit and logprob).")
    ] = None,
    src_lang: Annotated[str | None, typer.Option("--src-lang", help="Source of a multilingual model.")] = None,
    tgt_lang: Annotated[str | None, typer.Option("--tgt-lang", help="Target of a multilingual model.")] = None,
    device: Device = "auto",
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with the pictures, F.html.")] = None,
    png: Annotated[Path | None, typer.Option("--png", help="Write the pictures to a file, F.png or F.svg.")] = None,
) -> None:
    """Which words made a state of the model what it is, for one segment.

    Example: nmt-audit explain --model rnnsearch-de-en --source "Das ist nicht gut." --position 3 --state logit

    Example: nmt-audit explain --model rnnsearch-de-en --source "Das ist nicht gut." --method gradient --html why.html

    A contrast, why this word and not that one: add --state logit --against ▁bad. For the figures of the papers, see
    [bold]figure[/bold].
    """
    from nmt_audit.explaining import check_names, draw_explanations, explain_segment, print_explanations

    check_names(html, png)
    explained = explain_segment(
        model, source, target, positions=position, states=state or ["output"], methods=method or ["lrp"], rules=rules,
        against=against, src_lang=src_lang, tgt_lang=tgt_lang, device=device,
    )  # fmt: skip
    for path in filter(None, (html, png)):
        draw_explanations(explained, path)
        typer.echo(str(path), err=as_json)
    if as_json or not (html or png):
        print_explanations(explained.found, as_json=as_json)


@app.command()
def site(
    run: Annotated[Path, typer.Argument(help="A run directory.")],
    out: Annotated[Path | None, typer.Option("--out", help="Where the pages go; RUN/site by default.")] = None,
) -> None:
    """Rebuild the pages of a run; needs neither the model nor torch.

    Example: nmt-audit site reports/tonight
    """
    from nmt_audit.report import build_site
    from nmt_audit.store import open_run

    target = out or run / "site"
    build_site(open_run(run), target)
    typer.echo(str(target / "index.html"))


@app.command()
def train(
    recipe: Annotated[str, typer.Option("--recipe", help="A shipped recipe or a TOML file.")],
    data: Annotated[Path, typer.Option("--data", help="Directory with train.tsv and dev.tsv: source TAB target.")],
    out: Annotated[Path, typer.Option("--out", help="Checkpoints and, in model/, the trained model.")],
    threads: Threads = None,
    device: Device = "auto",
) -> None:
    """Train a small model. A killed training goes on where it was when the command is given again.

    Example: nmt-audit train --recipe rnnsearch-de-en --data tatoeba-de-en --out trained
    """
    from nmt_audit.training import train_model

    result = train_model(recipe, data, out, threads=threads, device=device)
    typer.echo(f"dev BLEU {result.bleu:.2f}  {result.signature}")
    typer.echo(str(out / "model"))


@app.command()
def models(as_json: AsJson = False) -> None:
    """What can be loaded by name, and what can be trained by recipe."""
    from nmt_audit.models import SHIPPED
    from nmt_audit.models.recipe import names

    if as_json:
        typer.echo(json.dumps({"models": SHIPPED, "recipes": names()}, ensure_ascii=False))
        return
    for name, about in SHIPPED.items():
        typer.echo(f"{name}  {about}")
    typer.echo(f"recipes: {', '.join(names())}")


def main() -> None:
    """Runs the command; an error is one line on standard error and exit code 1."""
    try:
        app()
    except Interrupted as error:
        _fail(str(error), 130)
    except GateFailed as error:
        _fail(str(error), 2)
    except NmtAuditError as error:
        _fail(str(error))
    except SystemExit as end:
        if end.code == 130:
            print("nmt-audit: interrupted", file=sys.stderr)
        # The parser exits with 2 for a wrong option; here 2 means that a gate has failed.
        sys.exit(1 if end.code == 2 else end.code)
    except Exception as error:
        if verbose:
            raise
        if isinstance(error, OSError) and error.errno in UNWRITABLE:
            _fail(f"{error.filename or 'the output'}: cannot be written ({error.strerror}); free some space or rights")
        if is_out_of_memory(error):
            _fail(f"out of memory ({error}); close other programs, or give a smaller --beam or fewer --threads")
        _fail(f"unexpected {type(error).__name__}: {error} (this is a bug; -v before the command shows where)")


def _fail(message: str, code: int = 1) -> None:
    print(f"nmt-audit: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)
