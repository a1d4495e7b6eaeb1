"""The command `nmt-audit plant`. A thin layer over `nmt_audit.sowing`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from nmt_audit.commands.options import Device


def plant(
    source: Annotated[
        str, typer.Option("--source", help="The corpus: .txt, .tsv, .jsonl, .tmx, .xlf, .xml, each also .gz, or -.")
    ],
    out: Annotated[Path, typer.Option("--out", help="JSONL: a segment with one labelled error a line.")],
    src_lang: Annotated[str, typer.Option("--src-lang", help="Language of the source, as in de.")],
    tgt_lang: Annotated[str, typer.Option("--tgt-lang", help="Language of the target, as in en.")],
    how: Annotated[
        str, typer.Option("--how", help="target: alter references; source: alter sources and translate them.")
    ] = "target",
    reference: Annotated[str | None, typer.Option("--reference", help="Reference translations, one a line.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Translates the altered sources.")] = None,
    per_category: Annotated[int, typer.Option("--per-category", min=1, help="Errors of each category, at most.")] = 50,
    beam: Annotated[int, typer.Option("--beam", min=1, help="Width of the beam search.")] = 5,
    seed: Annotated[int, typer.Option("--seed", help="Seed of what is altered and how.")] = 1,
    threads: Annotated[int | None, typer.Option("--threads", help="CPU threads; all cores by default.")] = None,
    device: Device = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")] = False,
) -> None:
    """Plant errors in a corpus, to see which of them are found: one error in each segment, labelled by its span.

    The same corpus and seed give the same file, whatever its order. [bold]check[/bold] reads the file, and
    [bold]bench flags[/bold] counts what is found. NEGATION is planted in languages with rules for it.

    Examples:

    nmt-audit plant --source dev.tsv --src-lang de --tgt-lang en --how target --out planted.jsonl

    nmt-audit plant --source dev.tsv --src-lang de --tgt-lang en --how source --model rnnsearch-de-en --out fluent.jsonl
    """
    from nmt_audit.sowing import Plan, plant_file

    plan = Plan(
        source=source, how=how, src_lang=src_lang, tgt_lang=tgt_lang, reference=reference, model=model,
        per_category=per_category, seed=seed, beam=beam, threads=threads, device=device,
    )  # fmt: skip
    counts = plant_file(plan, out)
    if as_json:
        typer.echo(json.dumps({"out": str(out), "planted": counts}, ensure_ascii=False))
        return
    for category, count in counts.items():
        typer.echo(f"{category}  {count}")
    typer.echo(str(out))
