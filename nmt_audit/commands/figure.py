"""The command `nmt-audit figure`: a figure of the papers from one command, as SVG, PNG or a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from nmt_audit.commands.options import Device
from nmt_audit.errors import RequestError
from nmt_audit.report.pictures import KINDS

LISTED = "\n\n".join(f"[bold]{kind.name}[/bold]  {kind.about} ({kind.papers})" for kind in KINDS.values())
HELP = f"""A figure as the papers have it, with the model's own numbers, in a file for a paper or on a page.

{LISTED}

Example: nmt-audit figure relevance --model rnnsearch-de-en --source "Das ist nicht gut." --word not --out not.svg

Example: nmt-audit figure map --model rnnsearch-de-en --source "Das ist nicht gut." --method lrp --out map.html

Example: nmt-audit figure heads --model marian-de-en --source test.de --limit 50 --out heads.png
"""


def figure(
    kind: Annotated[str, typer.Argument(help="One of the kinds above.", metavar="KIND")],
    model: Annotated[
        list[str], typer.Option("--model", help="A shipped model, a directory or a name on the Hugging Face hub.")
    ],
    source: Annotated[
        list[str],
        typer.Option("--source", help="A source text, or a file of them; repeatable where a figure compares."),
    ],
    out: Annotated[
        list[Path] | None, typer.Option("--out", help="F.svg, F.png or F.html; repeatable: one picture, many files.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="The target text; the model's own translation by default.")
    ] = None,
    word: Annotated[str | None, typer.Option("--word", help="The word to explain, as it is written.")] = None,
    position: Annotated[int | None, typer.Option("--position", help="Or one of its tokens, from 0.")] = None,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="State of the model; repeatable for [bold]relevance[/bold].")
    ] = None,
    method: Annotated[
        str | None, typer.Option("--method", help="lrp, gradient, attention, … (as for explain).")
    ] = None,
    rules: Annotated[
        str | None, typer.Option("--rules", help="Rule set of relevance: stable, signal, paper or paper-eps.")
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", help="Contrast with this token (states logit and logprob).")
    ] = None,
    pieces: Annotated[bool, typer.Option("--pieces", help="Pieces instead of words.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", help="At most so many segments of a file; 100.")] = None,
    src_lang: Annotated[
        str | None, typer.Option("--src-lang", help="Language of the source (many-to-many models).")
    ] = None,
    tgt_lang: Annotated[str | None, typer.Option("--tgt-lang", help="Language of the target.")] = None,
    threads: Annotated[int | None, typer.Option("--threads", help="CPU threads; all cores by default.")] = None,
    device: Device = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers behind the picture.")] = False,
) -> None:
    """Its help is `HELP`."""
    if not out and not as_json:
        raise RequestError("say where the figure goes: --out F.svg, F.png or F.html, or --json for its numbers")
    if kind not in KINDS:
        raise RequestError(f"no figure “{kind}”; there are {', '.join(KINDS)}")
    from nmt_audit.report.pictures.writing import check_suffix, save

    for path in out or ():
        check_suffix(path)
    from nmt_audit.picturing import FigureRequest, as_plain, make_figure

    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    pictures, caption = make_figure(
        FigureRequest(
            kind, tuple(model), tuple(source), target=target, position=position, word=word, state=tuple(state or ()),
            method=method, rules=rules, against=against, src_lang=src_lang, tgt_lang=tgt_lang, pieces=pieces,
            limit=limit, device=device,
        )
    )  # fmt: skip
    for path in out or ():
        save(path, pictures, caption)
        typer.echo(str(path), err=as_json)
    if as_json:
        typer.echo(json.dumps(as_plain(kind, pictures, caption), ensure_ascii=False))
