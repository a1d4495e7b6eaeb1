"""The whole job, stage by stage. Read this first.

corpus ─Segment▶ decode ─Translation▶ evidence ─Evidence▶ check ─Flag▶ explain ─Explanation▶ report

Segments go through the stages in shards of fixed size; each shard is written before the next is begun.
"""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nmt_audit import __version__
from nmt_audit.checks import Thresholds, check_segment, default_thresholds
from nmt_audit.config import RULE_SET_NAMES, AuditConfig
from nmt_audit.corpus import Corpus, read_corpus
from nmt_audit.decode import Decoded, decode
from nmt_audit.errors import InputError, RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.progress import progress
from nmt_audit.records import CATEGORIES, Audited, Evidence, Flag, Score, Segment
from nmt_audit.scores import corpus_scores, segment_scores
from nmt_audit.store import Explained, FlagNames, RunWriter, new_run, open_run

SHARD = 100  # the blocks that evidence chooses its suspects in are as large
VERSIONED = ("torch", "sentencepiece", "sacrebleu", "numpy", "pandas", "pyarrow")

Timings = dict[str, float]


def audit(config: AuditConfig) -> Path:
    """Decodes (or takes the given hypotheses), checks, explains and reports; returns the run directory.

    Raises InputError, ModelError or OutputError with one line for the user; nothing is left at `config.out` then.
    """
    timings: Timings = {}
    with _timed(timings, "reading"):
        corpus = read_corpus(
            config.source, src_lang=config.src_lang, tgt_lang=config.tgt_lang, hypotheses=config.hypotheses,
            reference=config.reference,
        )  # fmt: skip
        _refuse_nonsense(config, corpus)
    with new_run(config.out, replace=config.replace) as writer:
        with _timed(timings, "loading"):
            model = load(config.model, config.threads, config.src_lang, config.tgt_lang)
        thresholds = thresholds_for(model)
        audited = _audit_shards(corpus.segments, config, model, thresholds, writer, timings)
        with _timed(timings, "scoring"):
            texts = _texts(item.segment for item in audited)
            scores = corpus_scores(*texts, seed=config.seed, tgt_lang=config.tgt_lang)
        with _timed(timings, "faithfulness"):
            believed = _believed(model, audited, config)
        writer.manifest(_manifest(config, corpus, model, thresholds, scores, audited, believed, timings))
        from nmt_audit.report import build_site

        build_site(open_run(writer.directory), writer.directory / "site")
    return config.out


def check(
    source: str,
    hypothesis: str,
    src_lang: str,
    tgt_lang: str,
    reference: str | None = None,
    model: Model | None = None,
) -> list[Flag]:
    """The flags of one translation: from the text alone, or with a model's evidence too.

    A language without negation cues gives no NEGATION flag; `check_segments` says which categories were not checked.
    """
    segment = Segment("1", source, src_lang, tgt_lang, reference, hypothesis)
    [checked] = check_segments([segment], model, thresholds_for(model))
    return list(checked.flags)


def check_segments(segments: Sequence[Segment], model: Model | None, thresholds: Thresholds) -> list[Audited]:
    """Flags for segments that have hypotheses, in shards; nothing is scored or explained."""
    found: list[Audited] = []
    names = FlagNames()
    for start in range(0, len(segments), SHARD):
        shard = decode(None, segments[start : start + SHARD], beam=1)
        found += _check(shard, _evidence(model, shard), thresholds, [{}] * len(shard), names)
    return found


def thresholds_for(model: Model | None) -> Thresholds:
    """The thresholds that a model carries, else the shipped defaults."""
    if model is not None and model.directory is not None and (model.directory / "thresholds.json").is_file():
        return Thresholds.load(model.directory / "thresholds.json")
    return default_thresholds()


def _refuse_nonsense(config: AuditConfig, corpus: Corpus) -> None:
    """What can be known to fail later fails before a model is loaded."""
    if config.model is None:
        for number, segment in enumerate(corpus.segments, 1):
            if segment.hypothesis is None:
                raise InputError(f"{config.source}, line {number}: no hypothesis; give --hypotheses or --model")
    elif config.rules not in RULE_SET_NAMES:
        raise RequestError(f"no rule set “{config.rules}”; there are {', '.join(RULE_SET_NAMES)}")


def load(
    model: str | None, threads: int | None = None, src_lang: str | None = None, tgt_lang: str | None = None
) -> Model | None:
    """A model by name, None for none; how many CPU threads it may use, and the direction of a multilingual one."""
    if model is None:
        return None
    import torch

    from nmt_audit.models import load_model

    if threads is not None:
        torch.set_num_threads(threads)
    return load_model(model, src_lang=src_lang, tgt_lang=tgt_lang)


# --- the stages, shard by shard ---------------------------------------------------------------------------------------


def _audit_shards(
    segments: Sequence[Segment],
    config: AuditConfig,
    model: Model | None,
    thresholds: Thresholds,
    writer: RunWriter,
    timings: Timings,
) -> list[Audited]:
    everything: list[Audited] = []
    names = FlagNames()
    with progress("auditing", len(segments)) as advance:

        def stage(name: str) -> AbstractContextManager[None]:
            advance(0, f"{name} · {sum(len(item.flags) for item in everything)} flags")
            return _timed(timings, name)

        for number, start in enumerate(range(0, len(segments), SHARD)):
            with stage("decoding"):
                shard = decode(model, segments[start : start + SHARD], beam=config.beam)
            with stage("evidence"):
                evidence = _evidence(model, shard)
            with stage("checking"):
                scores = segment_scores(*_texts(item.segment for item in shard), tgt_lang=config.tgt_lang)
                audited = _check(shard, evidence, thresholds, scores, names)
            with stage("explaining"):
                explained = _explain(model, audited, config)
            with stage("writing"):
                writer.shard(number, audited, explained)
            everything += audited
            advance(len(shard))
    return everything


def _evidence(model: Model | None, shard: Sequence[Decoded]) -> list[Evidence | None]:
    if model is None:
        return [None] * len(shard)
    from nmt_audit.evidence import gather

    return gather(model, [item.segment for item in shard], [item.translation for item in shard])


def _check(
    shard: Sequence[Decoded],
    evidence: Sequence[Evidence | None],
    thresholds: Thresholds,
    scores: Sequence[dict[str, float]],
    names: FlagNames,
) -> list[Audited]:
    audited = []
    for item, numbers, values in zip(shard, evidence, scores, strict=True):
        # Where there was nothing to translate, or it was not translated, there is nothing to suspect either.
        checkable = item.status == "ok" or bool(item.segment.hypothesis)
        segment = item.segment if checkable else replace(item.segment, hypothesis=None)
        found = check_segment(segment, numbers, thresholds)
        ids = names.of(item.segment, found.flags)
        audited.append(
            Audited(
                item.segment, item.status, item.translation, numbers, values, found.flags, ids, found.not_checked
            )
        )  # fmt: skip
    return audited


def _texts(segments: Iterable[Segment]) -> tuple[list[str], list[str | None]]:
    """Hypotheses and references. What could not be translated counts as empty."""
    pairs = [(segment.hypothesis or "", segment.reference) for segment in segments]
    return [said for said, _ in pairs], [meant for _, meant in pairs]


def _explain(model: Model | None, audited: Sequence[Audited], config: AuditConfig) -> list[Explained]:
    if model is None:
        return []
    from nmt_audit.relevance.questions import explain_flags

    return [
        Explained(question.segment_id, question.flag_id, answer)
        for question, answer in explain_flags(model, audited, config.rules, config.methods)
    ]


def _believed(model: Model | None, audited: Sequence[Audited], config: AuditConfig) -> dict[str, Any]:
    """How far this run's maps can be believed, and what the heads of its attention do."""
    if model is None:
        return {"faithfulness": None, "heads": None}
    from nmt_audit.relevance.faithfulness.of_run import of_run
    from nmt_audit.relevance.heads import heads_of_run

    return {
        "faithfulness": of_run(model, audited, config.rules, config.methods, config.seed),
        "heads": heads_of_run(model, audited, config.rules, config.seed),
    }


# --- the manifest -----------------------------------------------------------------------------------------------------


def _manifest(
    config: AuditConfig,
    corpus: Corpus,
    model: Model | None,
    thresholds: Thresholds,
    scores: Sequence[Score],
    audited: Sequence[Audited],
    believed: dict[str, Any],
    timings: Timings,
) -> dict[str, Any]:
    return {
        **believed,
        "state": "complete",
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "name": config.name or Path(config.source).name,
        "date": config.date,
        "model": None if model is None else {"name": model.name, "fingerprint": model.fingerprint},
        "src_lang": config.src_lang,
        "tgt_lang": config.tgt_lang,
        "scores": [asdict(score) for score in scores],
        "counts": _counts(audited),
        "thresholds": thresholds.as_dict(),
        "settings": {
            "beam": config.beam if model is not None and config.hypotheses is None else None,
            "rules": config.rules if model is not None else None,
            "methods": ["attention", "lrp", *config.methods] if model is not None else [],
            "seed": config.seed,
            "threads": config.threads,
            "shard": SHARD,
        },
        "data": dict(corpus.hashes),
        "versions": {"nmt-audit": __version__, **{package: version(package) for package in VERSIONED}},
        "command": sys.argv[1:],
        "timings": {stage: round(seconds, 3) for stage, seconds in timings.items()},
    }


def _counts(audited: Sequence[Audited]) -> dict[str, Any]:
    return {
        "segments": len(audited),
        "flagged": sum(bool(item.flags) for item in audited),
        "flags": {name: sum(f.category == name for item in audited for f in item.flags) for name in CATEGORIES},
        "not_checked": {name: sum(name in item.not_checked for item in audited) for name in CATEGORIES},
        "empty": sum(item.status == "empty" for item in audited),
        "too_long": sum(item.status == "too_long" for item in audited),
    }


@contextmanager
def _timed(timings: Timings, stage: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    timings[stage] = timings.get(stage, 0.0) + time.perf_counter() - begin
