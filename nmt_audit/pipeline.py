"""The whole job, stage by stage. Read this first.

corpus ─Segment▶ decode ─Translation▶ evidence ─Evidence▶ check ─Flag▶ explain ─Explanation▶ report

Segments go through the stages in shards of fixed size; each shard is written before the next is begun. Before, the
thresholds of the run are set on its references; after, it is measured how far its flags can be trusted.
"""

from __future__ import annotations

import datetime
import sys
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nmt_audit import __version__
from nmt_audit.calibrating import Calibrated, calibrated, references_of, thresholds_for
from nmt_audit.config import RULE_SET_NAMES, AuditConfig
from nmt_audit.corpus import Corpus, read_corpus
from nmt_audit.decode import decode
from nmt_audit.errors import InputError, RequestError
from nmt_audit.further import explain_further
from nmt_audit.models.protocol import Model
from nmt_audit.progress import progress
from nmt_audit.records import CATEGORIES, Audited, Flag, Score, Segment
from nmt_audit.scores import corpus_scores, segment_scores
from nmt_audit.stages import SHARD, Standard, evidence_on, judge, judge_all, learned_lexicons, shards, translate
from nmt_audit.store import Explained, FlagNames, RunWriter, new_run, open_run
from nmt_audit.trust import trust_of_run
from nmt_audit.verdicts import dismiss, dismissals

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
        clean = None if config.clean is None else _clean_corpus(config)
        rejected = {} if config.dismissals is None else dismissals(Path(config.dismissals))
        _refuse_nonsense(config, corpus)
    with new_run(config.out, replace=config.replace) as writer:
        with _timed(timings, "loading"):
            model = load(config.model, config.threads, config.src_lang, config.tgt_lang)
        with _timed(timings, "calibrating"):
            known = _calibrated(corpus, clean, model, config)
        audited = _audit_shards(corpus.segments, config, known.standard, rejected, writer, timings)
        with _timed(timings, "explaining further"):
            further = explain_further(known.standard.model, audited, config, writer)
        with _timed(timings, "scoring"):
            texts = _texts(item.segment for item in audited)
            scores = corpus_scores(*texts, seed=config.seed, tgt_lang=config.tgt_lang)
        with _timed(timings, "faithfulness"):
            believed = _believed(model, audited, config)
        with _timed(timings, "trust"):
            retranslate = (
                None if model is None else partial(translate, model, like=corpus.segments[0], beam=config.beam)
            )
            trust = trust_of_run(known, audited, config.planted, config.seed, retranslate)
        found = {name for item in audited for name in item.flag_ids}
        dismissed_by = {name: reviewer for name, reviewer in rejected.items() if name in found}
        measured = {**believed, "trust": trust, "dismissed_by": dismissed_by, "explained": further}
        writer.manifest(_manifest(config, corpus, known.standard, scores, audited, measured, timings))
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
    [checked] = check_segments([segment], model)
    return list(checked.flags)


def check_segments(segments: Sequence[Segment], model: Model | None) -> list[Audited]:
    """Flags for segments that have hypotheses, by the thresholds of the model or the shipped ones; nothing else."""
    return judge_all(Standard(model, thresholds_for(model), learned_lexicons(segments)), segments)


def _calibrated(corpus: Corpus, clean: Corpus | None, model: Model | None, config: AuditConfig) -> Calibrated:
    """What this run is judged by: thresholds from its references, or from the clean corpus that was given."""
    standard = Standard(model, thresholds_for(model), learned_lexicons(corpus.segments))
    where = "references of this run" if clean is None else f"pairs of {Path(config.clean or '').name}"
    right = references_of((clean or corpus).segments)
    return calibrated(standard, right, config.false_alarms, where)


def _refuse_nonsense(config: AuditConfig, corpus: Corpus) -> None:
    """What can be known to fail later fails before a model is loaded."""
    if config.model is None:
        for number, segment in enumerate(corpus.segments, 1):
            if segment.hypothesis is None:
                raise InputError(f"{config.source}, line {number}: no hypothesis; give --hypotheses or --model")
    for name in config.rule_sets if config.model is not None else ():
        if name not in RULE_SET_NAMES:
            raise RequestError(f"no rule set “{name}”; there are {', '.join(RULE_SET_NAMES)}")


def _clean_corpus(config: AuditConfig) -> Corpus:
    """The corpus of right translations that thresholds are set on. Raises InputError where one has none."""
    corpus = read_corpus(config.clean or "", src_lang=config.src_lang, tgt_lang=config.tgt_lang)
    for number, segment in enumerate(corpus.segments, 1):
        if segment.reference is None:
            raise InputError(f"{config.clean}, line {number}: no translation; --clean needs source TAB translation")
    return corpus


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
    standard: Standard,
    rejected: Container[str],
    writer: RunWriter,
    timings: Timings,
) -> list[Audited]:
    everything: list[Audited] = []
    names = FlagNames()
    with progress("auditing", len(segments)) as advance:

        def stage(name: str) -> AbstractContextManager[None]:
            advance(0, f"{name} · {sum(len(item.flags) for item in everything)} flags")
            return _timed(timings, name)

        for number, part in enumerate(shards(segments)):
            with stage("decoding"):
                shard = decode(standard.model, part, beam=config.beam)
            with stage("evidence"):
                evidence = evidence_on(standard, shard)
            with stage("checking"):
                scores = segment_scores(*_texts(item.segment for item in shard), tgt_lang=config.tgt_lang)
                judged = judge(standard, shard, evidence, scores, names)
                audited = [dismiss(item, rejected) for item in judged]
            with stage("explaining"):
                explained = _explain(standard.model, audited, config)
            with stage("writing"):
                writer.shard(number, audited, explained)
            everything += audited
            advance(len(shard))
    return everything


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
        for question, answer in explain_flags(model, audited, config.rule_sets, config.methods)
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
    standard: Standard,
    scores: Sequence[Score],
    audited: Sequence[Audited],
    measured: dict[str, Any],
    timings: Timings,
) -> dict[str, Any]:
    model = standard.model
    return {
        **measured,
        "state": "complete",
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "name": config.name or Path(config.source).name,
        "date": config.date,
        "model": None if model is None else {"name": model.name, "fingerprint": model.fingerprint},
        "src_lang": config.src_lang,
        "tgt_lang": config.tgt_lang,
        "scores": [asdict(score) for score in scores],
        "counts": _counts(audited),
        "thresholds": standard.thresholds.as_dict(),
        "lexicons": {f"{source}-{target}": lexicon.origin for (source, target), lexicon in standard.lexicons.items()},
        "settings": {
            "beam": config.beam if model is not None and config.hypotheses is None else None,
            "rules": config.rules if model is not None else None,
            "rule_sets": list(config.rule_sets) if model is not None else [],
            "methods": ["attention", "lrp", *config.methods] if model is not None else [],
            "seed": config.seed,
            "false_alarms": config.false_alarms,
            "planted": config.planted,
            "maps": config.maps if model is not None else 0,
            "controls": config.controls if model is not None else 0,
            "threads": config.threads,
            "shard": SHARD,
        },
        "data": dict(corpus.hashes),
        "versions": {"nmt-audit": __version__, **{package: version(package) for package in VERSIONED}},
        "command": sys.argv[1:],
        "timings": {stage: round(seconds, 3) for stage, seconds in timings.items()},
    }


def _counts(audited: Sequence[Audited]) -> dict[str, Any]:
    """How many of what. Flags that were dismissed earlier are counted apart."""
    found = Counter(flag.category for item in audited for flag in item.flags)
    standing = Counter(flag.category for item in audited for flag in item.standing)
    return {
        "segments": len(audited),
        "flagged": sum(bool(item.standing) for item in audited),
        "flags": {name: standing[name] for name in CATEGORIES},
        "dismissed": {name: found[name] - standing[name] for name in CATEGORIES},
        "not_checked": {name: sum(name in item.not_checked for item in audited) for name in CATEGORIES},
        "empty": sum(item.status == "empty" for item in audited),
        "too_long": sum(item.status == "too_long" for item in audited),
    }


@contextmanager
def _timed(timings: Timings, stage: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    timings[stage] = timings.get(stage, 0.0) + time.perf_counter() - begin
