"""The whole job, stage by stage. Read this first.

corpus ─Segment▶ decode ─Translation▶ evidence ─Evidence▶ check ─Flag▶ explain ─Explanation▶ report

Segments go through the stages in shards of fixed size; each shard is written before the next is begun, and an audit
that was stopped goes on behind the last one. Before, the thresholds of the run are set on its references; after, it is
measured how far its flags can be trusted.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from nmt_audit.calibrating import Calibrated, calibrated, references_of, thresholds_for
from nmt_audit.config import RULE_SET_NAMES, AuditConfig
from nmt_audit.corpus import Corpus, read_corpus, read_test_set
from nmt_audit.dismissing import dismiss, dismissals, run_day
from nmt_audit.errors import InputError, RequestError
from nmt_audit.further import explain_further
from nmt_audit.manifest import begun, outcome
from nmt_audit.models.protocol import Model
from nmt_audit.progress import progress
from nmt_audit.records import Audited, Flag, Segment
from nmt_audit.scores import corpus_scores, segment_scores
from nmt_audit.stages import Standard, decoded, judge, judge_all, learned_lexicons, shards, translate, weigh
from nmt_audit.stopping import Stopping, stoppable
from nmt_audit.store import Explained, FlagNames, Run, RunWriter, new_run
from nmt_audit.trust import trust_of_run


@dataclass(slots=True)
class _Job:
    """What accompanies an audit from stage to stage."""

    config: AuditConfig
    writer: RunWriter
    stopping: Stopping
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Adds what the block takes to the stage's seconds."""
        begin = time.perf_counter()
        yield
        self.timings[stage] = self.timings.get(stage, 0.0) + time.perf_counter() - begin


def audit(config: AuditConfig) -> Path:
    """Decodes (or takes the given hypotheses), checks, explains and reports; returns the run directory.

    An audit that was killed or interrupted goes on from its last finished shard where `config.resume` is set, and ends
    with the same bytes in data/ and site/. Raises InputError, ModelError or OutputError with one line for the user;
    shards that are finished by then are kept, and nothing else.
    """
    with stoppable() as stopping:
        corpus, clean, rejected = _read(config)
        first = corpus.segments[0]
        config = replace(config, src_lang=config.src_lang or first.src_lang, tgt_lang=config.tgt_lang or first.tgt_lang)
        with new_run(config.out, resume=config.resume, replace=config.replace) as writer:
            job = _Job(config, writer, stopping)
            with job.timed("loading"):
                model = load(config.model, config.threads, config.src_lang, config.tgt_lang, config.decoder)
            writer.begin(begun(config, _hashes(corpus, clean, rejected), model))
            if not writer.finished:
                _finish(job, model, corpus, clean, rejected)
    return config.out


def _finish(
    job: _Job, model: Model | None, corpus: Corpus, clean: Corpus | None, rejected: dict[str, str] | None
) -> None:
    """Everything from the first shard that is not there yet to the final manifest."""
    config, writer = job.config, job.writer
    with job.timed("calibrating"):
        known = _calibrated(corpus, clean, model, config)
    halved, rejected = known.standard.halved, rejected or {}
    audited = _audit_shards(job, corpus.segments, known.standard, rejected)
    with job.timed("explaining further"):
        further = explain_further(model, audited, config, writer, job.stopping, halved)
    with job.timed("scoring"):
        texts, references = _texts([item.segment for item in audited])
        scores = corpus_scores(texts, references, seed=config.seed, tgt_lang=config.tgt_lang)
    with job.timed("faithfulness"):
        [believed] = halved.run("faithfulness", lambda _: [_believed(model, audited, config)], [None])
    with job.timed("trust"):
        retranslate = partial(translate, known.standard, like=corpus.segments[0], beam=config.beam)
        trust = trust_of_run(known, audited, config.planted, config.seed, retranslate if model else None)
    found = {name for item in audited for name in item.flag_ids}
    manifest = {
        **writer.begun,
        **outcome(known.standard, scores, audited),
        **(believed or {"faithfulness": None, "heads": None}),
        "trust": trust,
        "dismissed_by": {name: reviewer for name, reviewer in rejected.items() if name in found},
        "explained": further,
        "memory": halved.as_dict(),
    }
    with job.timed("report"):
        from nmt_audit.report import build_site

        build_site(Run(writer.directory, manifest), writer.directory / "site")
    writer.manifest({**manifest, "timings": {stage: round(seconds, 3) for stage, seconds in job.timings.items()}})


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


def _hashes(corpus: Corpus, clean: Corpus | None, rejected: Mapping[str, str] | None) -> dict[str, str]:
    """The sha256 of everything that the run was made of: files by their names alone, and what was dismissed."""
    hashes = dict(corpus.hashes)
    if clean is not None:
        hashes |= {f"{name} (clean)": digest for name, digest in clean.hashes.items()}
    if rejected is not None:
        hashes["dismissals"] = hashlib.sha256(json.dumps(rejected, sort_keys=True).encode()).hexdigest()
    return hashes


def _calibrated(corpus: Corpus, clean: Corpus | None, model: Model | None, config: AuditConfig) -> Calibrated:
    """What this run is judged by: thresholds from its references, or from the clean corpus that was given."""
    standard = Standard(model, thresholds_for(model), learned_lexicons(corpus.segments))
    where = "references of this run" if clean is None else f"pairs of {Path(config.clean or '').name}"
    right = references_of((clean or corpus).segments)
    return calibrated(standard, right, config.false_alarms, where)


def _read(config: AuditConfig) -> tuple[Corpus, Corpus | None, dict[str, str] | None]:
    """The corpus, the clean one that thresholds are set on, if any, and dismissed flags with who rejected them."""
    if config.testset:
        corpus = read_test_set(
            config.testset, config.langpair, hypotheses=config.hypotheses, references=config.references,
            system=config.system,
        )  # fmt: skip
    else:
        corpus = read_corpus(
            config.source, src_lang=config.src_lang or None, tgt_lang=config.tgt_lang or None,
            hypotheses=config.hypotheses, references=config.references, form=config.form, system=config.system,
        )  # fmt: skip
    clean = None if config.clean is None else _clean_corpus(config.clean, corpus.segments[0])
    rejected = None if config.dismissals is None else dismissals(Path(config.dismissals), on=run_day(config.date))
    _refuse_nonsense(config, corpus)
    return corpus, clean, rejected


def _refuse_nonsense(config: AuditConfig, corpus: Corpus) -> None:
    """What can be known to fail later fails before a model is loaded."""
    if config.model is None:
        for number, segment in enumerate(corpus.segments, 1):
            if segment.hypothesis is None:
                raise InputError(
                    f"{config.reads}: segment {number} has no translation; give --model to translate with, or "
                    "--hypotheses with translations"
                )
    for name in config.rule_sets if config.model is not None else ():
        if name not in RULE_SET_NAMES:
            raise RequestError(f"no rule set “{name}”; there are {', '.join(RULE_SET_NAMES)}")


def _clean_corpus(path: str, like: Segment) -> Corpus:
    """The corpus of right translations that thresholds are set on. Raises InputError where one has none."""
    corpus = read_corpus(path, src_lang=like.src_lang, tgt_lang=like.tgt_lang)
    for number, segment in enumerate(corpus.segments, 1):
        if segment.reference is None:
            raise InputError(f"{path}: segment {number} has no translation; --clean needs source TAB translation")
    return corpus


def load(
    model: str | None, threads: int | None = None, src_lang: str | None = None, tgt_lang: str | None = None,
    decoder: str = "model",
) -> Model | None:  # fmt: skip
    """A model by name, None for none; how many CPU threads it may use, the direction of a multilingual one, and what it
    translates with (see `config.DECODERS`)."""
    if model is None:
        return None
    from nmt_audit.models import load_model

    use_threads(threads)
    loaded = load_model(model, src_lang=src_lang, tgt_lang=tgt_lang)
    if decoder != "model":
        from nmt_audit.models.ctranslate2_decoder import decode_by_ctranslate2

        decode_by_ctranslate2(loaded, decoder.partition(":")[2] or "int8")
    return loaded


def use_threads(threads: int | None) -> None:
    """How many CPU threads torch may use from now on; None: what it thinks best."""
    import torch

    if threads is not None:
        torch.set_num_threads(threads)


# --- the stages, shard by shard ---------------------------------------------------------------------------------------


def _audit_shards(
    job: _Job, segments: Sequence[Segment], standard: Standard, rejected: Container[str]
) -> list[Audited]:
    """All segments, as they are stored: shards that are there from before an interruption are read back."""
    everything: list[Audited] = []
    names = FlagNames()
    with progress("auditing", len(segments)) as advance:

        def stage(name: str) -> AbstractContextManager[None]:
            advance(0, f"{name} · {sum(len(item.flags) for item in everything)} flags")
            return job.timed(name)

        for number, part in enumerate(shards(segments)):
            if job.writer.has_shard(number):
                audited = job.writer.audited(number)
                for item in audited:  # equal flags of later segments get the next names
                    names.of(item.segment, item.flags)
            else:
                with job.stopping.finishing():
                    _audit_shard(job, number, part, standard, rejected, names, stage)
                audited = job.writer.audited(number)
            everything += audited
            advance(len(part))
    return everything


def _audit_shard(
    job: _Job,
    number: int,
    part: Sequence[Segment],
    standard: Standard,
    rejected: Container[str],
    names: FlagNames,
    stage: Callable[[str], AbstractContextManager[None]],
) -> None:
    config = job.config
    with stage("decoding"):
        shard = decoded(standard, part, config.beam)
    with stage("evidence"):
        weighed = weigh(standard, shard)
    with stage("checking"):
        texts, references = _texts([item.segment for item in shard])
        scores = segment_scores(texts, references, tgt_lang=config.tgt_lang)
        audited = [dismiss(item, rejected) for item in judge(standard, weighed, scores, names)]
    with stage("explaining"):
        explained = standard.halved.run("explaining", partial(_explain, standard.model, config=config), audited)
    with stage("writing"):
        job.writer.shard(number, audited, [one for answers in explained for one in answers or ()])


def _texts(segments: Sequence[Segment]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Hypotheses and references. What could not be translated counts as empty."""
    return [segment.hypothesis or "" for segment in segments], [segment.references for segment in segments]


def _explain(model: Model | None, audited: Sequence[Audited], config: AuditConfig) -> list[list[Explained]]:
    """What explains the flags of each segment."""
    if model is None:
        return [[] for _ in audited]
    from nmt_audit.relevance.questions import explain_flags

    return [
        [Explained(question.segment_id, question.flag_id, answer) for question, answer in answers]
        for answers in explain_flags(model, audited, config.rule_sets, config.methods)
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
