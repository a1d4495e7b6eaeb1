"""The commands `nmt-audit bench check`, `audit` and `memory`: what checking and whole audits cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from nmt_audit.commands.options import AsJson, Device, ModelName, Threads

if TYPE_CHECKING:
    from nmt_audit.bench.tables import Table
    from nmt_audit.records import Segment

Source = Annotated[
    str | None, typer.Option("--source", help="The corpus, in any form; sentences made up by the seed by default.")
]
Hypotheses = Annotated[str | None, typer.Option("--hypotheses", help="Its translations, one a line.")]
References = Annotated[list[str] | None, typer.Option("--reference", help="Reference translations; repeatable.")]
SrcLang = Annotated[str, typer.Option("--src-lang", help="Language of the source, as in de.")]
TgtLang = Annotated[str, typer.Option("--tgt-lang", help="Language of the target, as in en.")]
Sizes = Annotated[
    list[str] | None,
    typer.Option("--sizes", help="How many segments, as in 1000,10000,100000; repeatable."),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of made-up sentences and of the audits.")]
Repetitions = Annotated[int, typer.Option("--repetitions", min=1, help="Of each, after one to warm up.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the tables to this Markdown file, too.")]


def check(
    source: Source = None,
    hypotheses: Hypotheses = None,
    reference: References = None,
    src_lang: SrcLang = "de",
    tgt_lang: TgtLang = "en",
    segments: Annotated[int, typer.Option("--segments", min=1, help="At most so many, from the beginning.")] = 2000,
    repetitions: Repetitions = 5,
    seed: Seed = 1,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """How many segments a second the checks of the text alone take, beside sacrebleu, and which check takes how much.

    Example: nmt-audit bench check --source test.de --hypotheses system.en --reference test.en
    """
    from itertools import islice

    from nmt_audit.bench.check import bench_check
    from nmt_audit.bench.sentences import made_up_segments
    from nmt_audit.bench.tables import check_out

    check_out(out)
    given = _read(source, hypotheses, reference, src_lang, tgt_lang)
    taken = list(islice(made_up_segments(seed), segments)) if given is None else given[:segments]
    say(bench_check(taken, _corpus(source), repetitions=repetitions), as_json, out)


def audit(
    model: ModelName = None,
    source: Source = None,
    hypotheses: Hypotheses = None,
    reference: References = None,
    src_lang: SrcLang = "de",
    tgt_lang: TgtLang = "en",
    sizes: Sizes = None,
    repetitions: Annotated[int, typer.Option("--repetitions", min=1, help="Of each size; they take turns.")] = 1,
    seed: Seed = 1,
    threads: Threads = None,
    device: Device = "auto",
    figure: Annotated[Path | None, typer.Option("--plot", help="Draw seconds by segments, F.svg or F.png.")] = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """What a whole audit costs, stage by stage and beside its own decoding, and how that grows with the corpus.

    Each audit is a process of its own, after a small one to warm up. Without --model the checks see given translations
    alone, and are what the rest is compared with. Sizes are the first so many segments of --source, by default all of
    it, or of made-up ones, by default 1000.

    Example: nmt-audit bench audit --model rnnsearch-de-en --source test.de --reference test.en

    Example, the cost curve: nmt-audit bench audit --sizes 1000,10000,100000 --plot cost.svg
    """
    from nmt_audit.bench.audit import bench_audit
    from nmt_audit.bench.cost_curve import check_plot, plot
    from nmt_audit.bench.tables import check_out
    from nmt_audit.bench.whole import Asked, parsed_sizes

    check_out(out)
    if figure is not None:
        check_plot(figure)
    given = _read(source, hypotheses, reference, src_lang, tgt_lang)
    wanted = parsed_sizes(sizes) if sizes else [1000 if given is None else len(given)]
    found = bench_audit(Asked(model, given, seed, threads, device), _corpus(source), wanted, repetitions=repetitions)
    if figure is not None:
        plot(figure, found)
    say(found, as_json, out)


def memory(
    model: ModelName = None,
    sizes: Sizes = None,
    seed: Seed = 1,
    threads: Threads = None,
    device: Device = "auto",
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """The most memory that a whole audit holds, by the number of segments: 10,000 and 100,000 unless told otherwise.

    The segments are short, made up by the seed, and audited in processes of their own; with --model they are
    translated, else their translations are given.

    Example: nmt-audit bench memory --sizes 1000,10000 --model rnnsearch-de-en
    """
    from nmt_audit.bench.memory import bench_memory
    from nmt_audit.bench.tables import check_out
    from nmt_audit.bench.whole import Asked, parsed_sizes

    check_out(out)
    wanted = parsed_sizes(sizes or ["10000,100000"])
    say(bench_memory(Asked(model, None, seed, threads, device), _corpus(None), wanted), as_json, out)


class Found(Protocol):
    """What a benchmark has measured."""

    def as_dict(self) -> dict[str, Any]:
        """For programs."""

    def tables(self) -> list[Table]:
        """For people."""


def say(found: Found, as_json: bool, out: Path | None) -> None:
    """Prints what was measured, and writes its tables where a file was asked for. Raises OutputError if it cannot."""
    from nmt_audit.bench.tables import print_tables, write_markdown

    if out is not None:
        write_markdown(out, "\n\n".join(table.markdown() for table in found.tables()) + "\n")
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    print_tables(found.tables())


def _read(
    source: str | None, hypotheses: str | None, references: Sequence[str] | None, src_lang: str, tgt_lang: str
) -> Sequence[Segment] | None:
    """The segments of a corpus; None where none is given, and they are to be made up."""
    from nmt_audit.corpus import read_corpus
    from nmt_audit.errors import InputError

    if source is None:
        if hypotheses or references:
            raise InputError("--hypotheses and --reference belong to a corpus; give its --source")
        return None
    corpus = read_corpus(
        source, src_lang=src_lang, tgt_lang=tgt_lang, hypotheses=hypotheses, references=references or ()
    )
    return corpus.segments


def _corpus(source: str | None) -> str:
    return "made-up sentences" if source is None else Path(source).name
