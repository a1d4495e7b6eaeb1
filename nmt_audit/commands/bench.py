"""The commands `nmt-audit bench …`. Thin layers over the jobs in `nmt_audit.bench`, which import what is heavy."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from nmt_audit.commands.bench_costs import Out, Repetitions, audit, check, memory, say
from nmt_audit.commands.options import AsJson, Device, Threads
from nmt_audit.errors import InputError

SrcLang = Annotated[str | None, typer.Option("--src-lang", help="For a multilingual model, as in de.")]
TgtLang = Annotated[str | None, typer.Option("--tgt-lang", help="For a multilingual model, as in en.")]

bench = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Measure checks, explanations, reports and gates: how often they are right, and what they cost.",
)


@bench.callback()
def benchmarks() -> None:
    """A group of its own, however many benchmarks there are."""


for command in (check, audit, memory):
    bench.command()(command)


@bench.command()
def faithfulness(
    model: Annotated[str, typer.Option("--model", help="A shipped model, a directory or a Hugging Face name.")],
    source: Annotated[str, typer.Option("--source", help="The corpus; .tsv or .jsonl may hold references too.")],
    reference: Annotated[str | None, typer.Option("--reference", help="Reference translations, one a line.")] = None,
    src_lang: SrcLang = None,
    tgt_lang: TgtLang = None,
    sentences: Annotated[int | None, typer.Option("--sentences", min=1, help="How many; all by default.")] = None,
    skip: Annotated[int, typer.Option("--skip", min=0, help="Leave out so many at the beginning.")] = 0,
    positions: Annotated[int, typer.Option("--positions", min=0, help="Target tokens per sentence; 0: all.")] = 8,
    method: Annotated[list[str] | None, typer.Option("--method", help="Repeatable; all by default.")] = None,
    rules: Annotated[
        list[str] | None, typer.Option("--rules", help="Rule set of lrp; repeatable; all by default.")
    ] = None,
    state: Annotated[str, typer.Option("--state", help="What is explained of a token: logit or logprob.")] = "logit",
    operator: Annotated[
        list[str] | None, typer.Option("--operator", help="zero, unknown, deletion; repeatable; all by default.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only the first word and the rank correlation.")] = False,
    beam: Annotated[int, typer.Option("--beam", help="Width of the beam search.")] = 5,
    seed: Annotated[int, typer.Option("--seed", help="Seed of positions, random order and bootstrap.")] = 1,
    threads: Threads = None,
    device: Device = "auto",
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write all tables to this Markdown file.")] = None,
) -> None:
    """Is a relevance map true? Words are erased in its order; a true map's first words take the token with them.

    Measured on the model's own translations and, where there are references, on these, over source words and over
    earlier target words, with 95 % intervals, beside a random order and the best possible one. With all methods it
    takes about a second per target token on one core; --quick takes a fifth of that.

    Example: nmt-audit bench faithfulness --model rnnsearch-de-en --source dev.tsv --skip 100 --sentences 300 --out F.md
    """
    from nmt_audit.bench.faithfulness import Settings, bench_faithfulness
    from nmt_audit.bench.faithfulness_tables import markdown, tables
    from nmt_audit.bench.tables import check_out, print_tables, write_markdown
    from nmt_audit.relevance.erasing import operators
    from nmt_audit.relevance.faithfulness import probes

    settings = Settings(
        model, source, probes(method, rules, state), operators(operator), reference=reference, src_lang=src_lang,
        tgt_lang=tgt_lang, sentences=sentences, skip=skip, positions=positions or None, thorough=not quick, beam=beam,
        seed=seed, threads=threads, device=device,
    )  # fmt: skip
    check_out(out)
    found = bench_faithfulness(settings, shlex.join(["nmt-audit", *sys.argv[1:]]))
    if out is not None:
        write_markdown(out, markdown(found))
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    for tokens, measured in found.measured.items():
        print_tables(tables(measured, tokens, detail=False))
    for reason in dict.fromkeys(
        f"{p.name} does not apply: {why}" for m in found.measured.values() for p, why in m.refused.items()
    ):
        typer.echo(reason)
    if out is not None:
        typer.echo(str(out))


@bench.command()
def explain(
    model: Annotated[str, typer.Option("--model", help="A shipped model, a directory or a Hugging Face name.")],
    source: Annotated[str, typer.Option("--source", help="The corpus; 16 segments of middle length are used.")],
    src_lang: SrcLang = None,
    tgt_lang: TgtLang = None,
    lengths: Annotated[
        bool, typer.Option("--lengths", help="Instead, what a position costs in sentences of different length.")
    ] = False,
    repetitions: Repetitions = 5,
    threads: Threads = None,
    device: Device = "auto",
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """What an explanation costs: positions a second, and forward passes of the plain model per position.

    Inseq's input × gradient is timed beside it where Inseq is installed and the model is one of Hugging Face's.

    Example: nmt-audit bench explain --model rnnsearch-de-en --source dev.tsv
    """
    from nmt_audit.bench.explain import METHODS, bench_explain
    from nmt_audit.bench.lengths import bench_lengths
    from nmt_audit.bench.tables import check_out
    from nmt_audit.corpus import read_corpus
    from nmt_audit.loading import load

    check_out(out)
    corpus = read_corpus(source, src_lang=src_lang or "", tgt_lang=tgt_lang or "")
    loaded = load(model, threads, src_lang, tgt_lang, device)
    assert loaded is not None
    sources = [segment.source for segment in corpus.segments]
    if lengths:
        say(bench_lengths(loaded, sources, repetitions=repetitions), as_json, out)
    else:
        say(bench_explain(loaded, sources, METHODS, repetitions=repetitions), as_json, out)


@bench.command()
def decode(
    source: Annotated[str, typer.Option("--source", help="The corpus; with references, BLEU is shown too.")],
    model: Annotated[
        str | None, typer.Option("--model", help="A shipped model, a directory or a Hugging Face name.")
    ] = None,
    random: Annotated[
        bool, typer.Option("--random", help="Instead: a Marian of 6 + 6 layers, 512 wide, with random weights.")
    ] = False,
    src_lang: SrcLang = None,
    tgt_lang: TgtLang = None,
    sentences: Annotated[int | None, typer.Option("--sentences", min=1, help="How many; all by default.")] = None,
    skip: Annotated[int, typer.Option("--skip", min=0, help="Leave out so many at the beginning.")] = 0,
    beam: Annotated[int, typer.Option("--beam", min=1, help="Width of the beam search.")] = 5,
    repetitions: Repetitions = 5,
    threads: Threads = None,
    device: Device = "auto",
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """What decoding costs: sentences a second of each way to do it, and whether all say the same.

    A recurrent model is timed with one sentence at a time, with small batches in corpus order, and as an audit does it;
    one of Hugging Face's with generate, as an audit does it, and with CTranslate2 where that is installed.

    Example: nmt-audit bench decode --model rnnsearch-de-en --source dev.tsv --sentences 300
    """
    from nmt_audit.bench.decode import bench_decode, random_marian
    from nmt_audit.bench.tables import check_out
    from nmt_audit.corpus import read_corpus
    from nmt_audit.loading import use_threads
    from nmt_audit.models import load_model

    check_out(out)
    if random == (model is not None):
        raise InputError("one of --model and --random is needed")
    corpus = read_corpus(source, src_lang=src_lang or "", tgt_lang=tgt_lang or "")
    chosen = corpus.segments[skip : None if sentences is None else skip + sentences]
    use_threads(threads)
    named = model and load_model(model, src_lang=src_lang, tgt_lang=tgt_lang, device=device)
    loaded = named or random_marian(device=device)
    references = [segment.reference for segment in chosen if segment.reference is not None]
    found = bench_decode(
        loaded, [segment.source for segment in chosen], references if len(references) == len(chosen) else None,
        beam=beam, repetitions=repetitions,
    )  # fmt: skip
    say(found, as_json, out)


@bench.command()
def flags(
    gold: Annotated[Path, typer.Option("--gold", help="JSONL of labelled segments, as plant writes them.")],
    source: Annotated[
        str | None, typer.Option("--source", help="Where sources are that the labels name by their sha256.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Gives evidence; without, the text alone.")] = None,
    clean: Annotated[str | None, typer.Option("--clean", help="Right pairs to set thresholds on.")] = None,
    false_alarms: Annotated[float, typer.Option("--false-alarms", help="Share of them that may be flagged.")] = 0.02,
    src_lang: Annotated[str | None, typer.Option("--src-lang", help="Where the lines do not say, as in de.")] = None,
    tgt_lang: Annotated[str | None, typer.Option("--tgt-lang", help="Where the lines do not say, as in en.")] = None,
    threads: Threads = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """How many labelled errors the checks find, and how often they are wrong; with 95 % intervals.

    Example: nmt-audit bench flags --gold planted.jsonl --model rnnsearch-de-en --clean dev.tsv
    """
    from nmt_audit.bench.flags import as_dict, bench_flags, table
    from nmt_audit.bench.tables import print_tables
    from nmt_audit.loading import load

    loaded = load(model, threads, src_lang, tgt_lang, device)
    found = bench_flags(
        gold, sources=source, model=loaded, clean=clean, rate=false_alarms, src_lang=src_lang or "",
        tgt_lang=tgt_lang or "",
    )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(as_dict(found), ensure_ascii=False))
        return
    print_tables([table(found, f"{gold.name}, {loaded.name if loaded else 'text alone'}")])


@bench.command()
def site(
    segments: Annotated[int, typer.Option("--segments", min=1, help="How many.")] = 100_000,
    browser: Annotated[
        bool, typer.Option("--browser", help="Open the pages in Chromium, too; needs selenium.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the nonsense.")] = 1,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """What a report of many segments costs: to build, to store, and to open, filter, sort and search in a browser.

    The segments are seeded nonsense, one in twenty flagged and explained, in the system's temporary folder (about 5 KB
    each). Budgets stand beside the figures; the exit code does not depend on them.

    Example: nmt-audit bench site --segments 100000 --browser
    """
    from nmt_audit.bench.site import bench_site
    from nmt_audit.bench.tables import check_out

    check_out(out)
    found = bench_site(segments, seed, browser)
    say(found, as_json, out)


@bench.command()
def archive(
    runs: Annotated[int, typer.Option("--runs", min=1, help="How many, of 12 series.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the numbers.")] = 1,
    as_json: AsJson = False,
) -> None:
    """What an archive of many runs costs: to build at first, and again after a night more.

    The runs are manifests of models that learn, with seeded noise, in the system's temporary folder. Budgets stand
    beside the figures; the exit code does not depend on them.

    Example: nmt-audit bench archive --runs 1000
    """
    from dataclasses import asdict

    from nmt_audit.bench.archive import bench_archive, table
    from nmt_audit.bench.tables import print_tables

    found = bench_archive(runs, seed)
    if as_json:
        figures = [{**asdict(figure), "kept": figure.kept} for figure in found]
        typer.echo(json.dumps({"runs": runs, "seed": seed, "figures": figures}, ensure_ascii=False))
        return
    print_tables([table(found, runs)])


@bench.command()
def gate(
    nights: Annotated[int, typer.Option("--nights", min=1, help="How many are simulated.")] = 200,
    segments: Annotated[int, typer.Option("--segments", min=10, help="Segments of the test set.")] = 200,
    worse: Annotated[
        float, typer.Option("--worse", min=0, max=1, help="Share of further words that tonight's system gets wrong.")
    ] = 0.0,
    resamples: Annotated[int, typer.Option("--resamples", min=100, help="Of the paired bootstrap.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the nights and of the bootstrap.")] = 1,
    as_json: AsJson = False,
) -> None:
    """How often does the gate without rules fail? On nights without a change it should in at most 5 of 100.

    Nights are simulated: a test set is translated twice by systems of the same quality, or by one that is worse.

    Example: nmt-audit bench gate --nights 200 --segments 200

    Example, whether it sees that two words in a hundred more are wrong: nmt-audit bench gate --worse 0.02
    """
    from dataclasses import asdict

    from nmt_audit.bench.gates import Nights, simulated

    asked = Nights(nights, segments, worse, resamples, seed)
    found = simulated(asked)
    low, high = found.interval
    if as_json:
        typer.echo(json.dumps({**asdict(asked), "failed": found.failed, "low": low, "high": high}))
        return
    share = 100 * found.failed / found.nights
    typer.echo(
        f"{found.failed} of {found.nights} nights failed: {share:.1f} % (95 %: {100 * low:.1f} to {100 * high:.1f}) of "
        f"{segments} segments, worse by {worse:g}, {resamples} resamples, seed {seed}"
    )
