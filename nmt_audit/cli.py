"""The command `nmt-audit`. Every command is a thin layer over a function that Python can call too.

Exit codes: 0 done, 1 an error in one line, 130 interrupted. Heavy imports wait inside the commands, so that help is
there at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from nmt_audit.commands import figure
from nmt_audit.commands.archive import archive
from nmt_audit.commands.bench import bench
from nmt_audit.commands.compare import compare
from nmt_audit.commands.export import export
from nmt_audit.commands.gate import gate
from nmt_audit.commands.nightly import nightly
from nmt_audit.commands.plant import plant
from nmt_audit.commands.verdicts import verdicts
from nmt_audit.commands.verify import verify
from nmt_audit.errors import InputError, NmtAuditError

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
for command in (archive, compare, export, gate, nightly, plant, verify):
    app.command()(command)

verbose = False


def _load_config(context: typer.Context, value: Path | None) -> Path | None:
    """Options of a TOML file become the defaults of this command; what the command line says wins."""
    if value is None:
        return None
    import tomllib

    try:
        options = tomllib.loads(value.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{value}: cannot be read ({error.strerror}); give a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{value}: not TOML ({error}); see the README for an example") from error
    known = {parameter.name for parameter in context.command.params}
    values = {key.replace("-", "_"): option for key, option in options.items()}
    unknown = sorted(values.keys() - known)
    if unknown:
        raise InputError(f"{value}: no option {', '.join(unknown)}; there are {', '.join(sorted(filter(None, known)))}")
    for parameter in context.command.params:
        value_of = values.get(parameter.name or "")
        if getattr(parameter, "multiple", False) and isinstance(value_of, str):
            values[parameter.name or ""] = [value_of]  # one value of an option that may be given several times
    context.default_map = {**(context.default_map or {}), **values}
    return value


Config = Annotated[
    Path | None,
    typer.Option("--config", callback=_load_config, is_eager=True, help="A TOML file with any of these options."),
]
ModelName = Annotated[
    str | None, typer.Option("--model", help="A shipped model (see [bold]models[/bold]) or a directory.")
]
Threads = Annotated[int | None, typer.Option("--threads", help="CPU threads; all cores by default.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random (bootstrap intervals).")]
Rules = Annotated[str, typer.Option("--rules", help="Rule set of relevance: stable, signal, paper or paper-eps.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")]


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
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the run goes; an earlier demo there is replaced.")] = Path(
        "reports/demo"
    ),
    as_json: AsJson = False,
    threads: Threads = None,
) -> None:
    """The whole job on the shipped model and the shipped corpus. Prints the path of the report last.

    Example: nmt-audit demo --out reports/demo
    """
    from importlib import resources

    from nmt_audit.config import AuditConfig

    corpus = resources.files("nmt_audit") / "demo" / "corpus.de-en.jsonl"
    _audit(
        AuditConfig(
            source=str(corpus), out=out, src_lang="de", tgt_lang="en", model="rnnsearch-de-en", threads=threads,
            name="Demo: German → English", planted=25, maps=10, controls=200, replace=True,
        ),
        as_json,
    )  # fmt: skip


@app.command()
def audit(
    source: Annotated[str, typer.Option("--source", help="The corpus: .txt, .tsv, .jsonl, each also .gz, or -.")],
    out: Annotated[Path, typer.Option("--out", help="The run's directory; it must not hold another run.")],
    src_lang: Annotated[str, typer.Option("--src-lang", help="Language of the source, as in de.")],
    tgt_lang: Annotated[str, typer.Option("--tgt-lang", help="Language of the target, as in en.")],
    model: ModelName = None,
    hypotheses: Annotated[
        str | None, typer.Option("--hypotheses", help="Given translations, one a line; with a model, forced through.")
    ] = None,
    reference: Annotated[str | None, typer.Option("--reference", help="Reference translations, one a line.")] = None,
    beam: Annotated[int, typer.Option("--beam", help="Width of the beam search.")] = 5,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rules",
            help="Rule set of relevance: stable (the default), signal, paper or paper-eps; repeatable: further ones "
            "explain flags alone.",
        ),
    ] = None,
    maps: Annotated[
        int,
        typer.Option("--maps", help="So many of the most suspicious segments are explained at every word; 0: none."),
    ] = 200,
    controls: Annotated[
        int,
        typer.Option("--controls", help="Words of unflagged segments explained to compare flagged ones with; 0: none."),
    ] = 500,
    method: Annotated[
        list[str] | None,
        typer.Option("--method", help="Explain flags with this too, beside attention and lrp; repeatable."),
    ] = None,
    clean: Annotated[
        str | None,
        typer.Option("--clean", help="Right translations to set thresholds on, source TAB target; else references."),
    ] = None,
    false_alarms: Annotated[
        float, typer.Option("--false-alarms", help="Share of right translations that each check may flag.")
    ] = 0.02,
    planted: Annotated[
        int, typer.Option("--planted", help="Errors of each category planted to see how many are found; 0: none.")
    ] = 50,
    dismissals: Annotated[
        str | None,
        typer.Option("--dismissals", help="Verdicts, or a run that has some: flags rejected there count no more."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The report's heading.")] = None,
    date: Annotated[str | None, typer.Option("--date", help="The date in the report's heading.")] = None,
    seed: Seed = 1,
    threads: Threads = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Translate a corpus (or take given translations), flag what is suspicious, explain it, write a report.

    Examples:

    nmt-audit audit --source test.de --reference test.en --model rnnsearch-de-en \\
        --src-lang de --tgt-lang en --out reports/tonight

    nmt-audit audit --source test.de --hypotheses system.en --src-lang de --tgt-lang en --out reports/system
    """
    from nmt_audit.config import AuditConfig

    main_rules, *also_rules = rules or ["stable"]
    _audit(
        AuditConfig(
            source=source, out=out, src_lang=src_lang, tgt_lang=tgt_lang, model=model, hypotheses=hypotheses,
            reference=reference, beam=beam, rules=main_rules, also_rules=tuple(also_rules),
            methods=tuple(method or ()), maps=maps, controls=controls, clean=clean, false_alarms=false_alarms,
            planted=planted, dismissals=dismissals, name=name, date=date, seed=seed, threads=threads,
        ),
        as_json,
    )  # fmt: skip


def _audit(config: Any, as_json: bool) -> None:
    from nmt_audit.pipeline import audit as run_audit
    from nmt_audit.store import open_run

    directory = run_audit(config)
    manifest = open_run(directory).manifest
    page = directory / "site" / "index.html"
    if as_json:
        summary = {key: manifest[key] for key in ("counts", "scores", "model", "trust", "state")}
        typer.echo(json.dumps({"run": str(directory), "report": str(page), **summary}, ensure_ascii=False))
        return
    _summary(manifest)
    typer.echo(str(page))


def _summary(manifest: Any) -> None:
    """Scores and flags of a run, for people."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    counts = manifest["counts"]
    heads = ("false alarms", "finds planted: references", "the model's voice")
    table = Table("suspected", "flags", "per 100 segments", *heads, box=None)
    for category, number in counts["flags"].items():
        known = manifest["trust"]["categories"][category]
        if counts["not_checked"][category] == counts["segments"]:
            table.add_row(category, "not checked", "")
        else:
            per_hundred = f"{100 * number / max(counts['segments'], 1):.1f}"
            found = (_percent(known[how], "found") for how in ("target", "source"))
            table.add_row(category, str(number), per_hundred, _percent(known["false_alarms"], "count"), *found)
    for score in manifest["scores"]:
        interval = "" if score["low"] is None else f" [{score['low']:.1f}, {score['high']:.1f}]"
        line = f"{score['name']} {score['value']:.1f}{interval}  {score['signature']}"
        console.print(line, style="dim", markup=False)
    console.print(table)
    if dismissed := sum(counts.get("dismissed", {}).values()):
        console.print(f"dismissed earlier and not counted: {dismissed}")
    for status, text in (("too_long", "over the model's length: not translated"), ("empty", "without a source")):
        if counts[status]:
            console.print(f"{counts[status]} segments {text}")


def _percent(measured: Any, key: str) -> str:
    return "–" if measured is None else f"{100 * measured[key] / measured['of']:.1f} % of {measured['of']}"


@app.command()
def check(
    source: Annotated[Path, typer.Option("--input", help="JSONL, {id, source, hypothesis, src_lang, tgt_lang}.")],
    out: Annotated[Path, typer.Option("--out", help="JSONL: {id, not_checked, flags}, one line per input line.")],
    model: ModelName = None,
    threads: Threads = None,
    config: Config = None,
) -> None:
    """Flags only, from the text alone or with a model's evidence.

    Example: nmt-audit check --input pairs.jsonl --out flags.jsonl
    """
    from nmt_audit.checking import check_file

    check_file(source, out, model=model, threads=threads)


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
        against=against, src_lang=src_lang, tgt_lang=tgt_lang,
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
) -> None:
    """Train a small model. A killed training goes on where it was when the command is given again.

    Example: nmt-audit train --recipe rnnsearch-de-en --data tatoeba-de-en --out trained
    """
    from nmt_audit.training import train_model

    result = train_model(recipe, data, out, threads=threads)
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
        _fail(f"unexpected {type(error).__name__}: {error} (this is a bug; -v before the command shows where)")


def _fail(message: str) -> None:
    print(f"nmt-audit: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(1)
