"""The commands `nmt-audit audit` and `nmt-audit demo`. Thin layers over `nmt_audit.pipeline.audit`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from nmt_audit.commands.options import AsJson, Config, Device, ModelName, Seed, Threads


def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the run goes; an earlier demo there is replaced.")] = Path(
        "reports/demo"
    ),
    as_json: AsJson = False,
    threads: Threads = None,
    device: Device = "auto",
) -> None:
    """The whole job on the shipped model and the shipped corpus. Prints the path of the report last.

    Example: nmt-audit demo --out reports/demo
    """
    from importlib import resources

    from nmt_audit.config import AuditConfig

    corpus = resources.files("nmt_audit") / "demo" / "corpus.de-en.jsonl"
    _run(
        AuditConfig(
            source=str(corpus), out=out, src_lang="de", tgt_lang="en", model="rnnsearch-de-en", threads=threads,
            device=device, name="Demo: German → English", planted=25, maps=10, controls=200, replace=True,
        ),
        as_json,
    )  # fmt: skip


def audit(
    out: Annotated[Path, typer.Option("--out", help="The run's directory; it must not hold another run.")],
    source: Annotated[
        str, typer.Option("--source", help="The corpus: .txt, .tsv, .jsonl, .tmx, .xlf, .xml, each also .gz, or -.")
    ] = "",
    src_lang: Annotated[str, typer.Option("--src-lang", help="Language of the source, as in de.")] = "",
    tgt_lang: Annotated[str, typer.Option("--tgt-lang", help="Language of the target, as in en.")] = "",
    testset: Annotated[
        str, typer.Option("--testset", help="Instead of --source, a test set of sacrebleu, as in wmt22.")
    ] = "",
    langpair: Annotated[str, typer.Option("--langpair", help="Of the test set, as in de-en.")] = "",
    form: Annotated[
        str | None, typer.Option("--form", help="Form of --source, where its name does not tell, as of -.")
    ] = None,
    model: ModelName = None,
    hypotheses: Annotated[
        str | None, typer.Option("--hypotheses", help="Given translations; with a model, it is forced through them.")
    ] = None,
    system: Annotated[
        str | None, typer.Option("--system", help="Whose translations, where the file has those of several systems.")
    ] = None,
    reference: Annotated[
        list[str] | None, typer.Option("--reference", help="Reference translations; repeatable for several.")
    ] = None,
    beam: Annotated[int, typer.Option("--beam", help="Width of the beam search.")] = 5,
    decoder: Annotated[
        str,
        typer.Option(
            "--decoder",
            help="What translates: model, or, faster, ctranslate2 (int8) or ctranslate2:float32, for Hugging Face's.",
        ),
    ] = "model",
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
        typer.Option(
            "--dismissals", help="A dismissals file, verdicts, or a run that has some: such flags count no more."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was stopped; begin where there is none.")
    ] = False,
    as_model: Annotated[
        str | None, typer.Option("--as-model", help="What trends call the model; its name without dates by default.")
    ] = None,
    as_test_set: Annotated[
        str | None, typer.Option("--as-test-set", help="What trends call the test set; its name without dates.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The report's heading.")] = None,
    date: Annotated[str | None, typer.Option("--date", help="The date in the report's heading.")] = None,
    engine: Annotated[
        str, typer.Option("--engine", help="local: this process; ray: the machines of a Ray cluster.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes of --engine ray; as many as it has room for by default.")
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option("--storage", help="Where these put their shards: a folder or URL that all machines can write."),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Set thresholds and measure anew, though it was done of the same data.")
    ] = False,
    seed: Seed = 1,
    threads: Threads = None,
    device: Device = "auto",
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Translate a corpus (or take given translations), flag what is suspicious, explain it, write a report.

    Examples:

    nmt-audit audit --source test.de --reference test.en --model rnnsearch-de-en \\
        --src-lang de --tgt-lang en --out reports/tonight

    nmt-audit audit --source test.de --hypotheses system.en --src-lang de --tgt-lang en --out reports/system

    Stopped by Ctrl-C, SIGTERM, a full disk or a crash, it goes on with --resume, and ends with the same files.
    """
    from nmt_audit.config import AuditConfig

    main_rules, *also_rules = rules or ["stable"]
    _run(
        AuditConfig(
            source=source, out=out, src_lang=src_lang, tgt_lang=tgt_lang, testset=testset, langpair=langpair,
            form=form, model=model, hypotheses=hypotheses, system=system, references=tuple(reference or ()),
            beam=beam, decoder=decoder, rules=main_rules, also_rules=tuple(also_rules), methods=tuple(method or ()),
            maps=maps, controls=controls, clean=clean, false_alarms=false_alarms, planted=planted,
            dismissals=dismissals, name=name, date=date, resume=resume, as_model=as_model, as_test_set=as_test_set,
            seed=seed, threads=threads, device=device, engine=engine, workers=workers, storage=storage,
            no_cache=no_cache,
        ),
        as_json,
    )  # fmt: skip


def _run(config: Any, as_json: bool) -> None:
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

    from nmt_audit.report.wording import STATUS, plural

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
    for status, text in STATUS.items():
        if counts.get(status):
            console.print(plural(counts[status], "segment", "segments"), text)


def _percent(measured: Any, key: str) -> str:
    return "–" if measured is None else f"{100 * measured[key] / measured['of']:.1f} % of {measured['of']}"
