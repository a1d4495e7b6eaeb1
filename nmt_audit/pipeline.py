"""The whole job, stage by stage. Read this first.

corpus ─Segment▶ decode ─Translation▶ evidence ─Evidence▶ check ─Flag▶ explain ─Explanation▶ report

Segments go through the stages in shards of fixed size, which an engine audits here or on other machines; each shard is
written before the next, and an audit that was stopped goes on behind the last one. Before, the thresholds of the run
are set on its references; after, it is measured how far its flags can be trusted. Nothing holds all segments: what
later stages need of them is gathered while they pass.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nmt_audit.calibrating import thresholds_for
from nmt_audit.config import RULE_SET_NAMES, AuditConfig
from nmt_audit.corpus import Corpus, read_corpus, read_test_set
from nmt_audit.dismissing import dismiss, dismissals, run_day
from nmt_audit.engines import Shard, Task, engine
from nmt_audit.errors import InputError, RequestError
from nmt_audit.further import explain_further
from nmt_audit.loading import load
from nmt_audit.manifest import begun, outcome
from nmt_audit.measuring import believed, cache_of, calibrated_by, recalls
from nmt_audit.models.protocol import Model
from nmt_audit.progress import progress
from nmt_audit.records import Audited, Flag, Segment
from nmt_audit.seen import Seen
from nmt_audit.stages import SHARD, Standard, judge_all, learned_lexicons, named, shards
from nmt_audit.stopping import Stopping, stoppable
from nmt_audit.store import FlagNames, Run, RunWriter, new_run
from nmt_audit.trust import trust_of_run


@dataclass(slots=True)
class _Job:
    """What accompanies an audit from stage to stage."""

    config: AuditConfig
    writer: RunWriter
    stopping: Stopping
    timings: dict[str, float] = field(default_factory=dict)  # seconds by stage

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Adds what the block takes to the stage's seconds."""
        begin = time.perf_counter()
        yield
        self.add({stage: time.perf_counter() - begin})

    def add(self, seconds: Mapping[str, float]) -> None:
        """Adds seconds that were counted elsewhere."""
        for stage, taken in seconds.items():
            self.timings[stage] = self.timings.get(stage, 0.0) + taken


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
                model = load(
                    config.model, config.threads, config.src_lang, config.tgt_lang, config.device, config.decoder
                )
            writer.begin(begun(config, _hashes(corpus, clean, rejected), model))
            if not writer.finished:
                _finish(job, model, corpus, clean, rejected)
    return config.out


def _finish(
    job: _Job, model: Model | None, corpus: Corpus, clean: Corpus | None, rejected: dict[str, str] | None
) -> None:
    """Everything from the first shard that is not there yet to the final manifest."""
    manifest, writer = _found(job, model, corpus, clean, rejected or {}), job.writer
    with job.timed("report"):  # whose memory would come on top of all that was gathered, were that still there
        from nmt_audit.report import build_site

        build_site(Run(writer.directory, manifest), writer.directory / "site")
    writer.manifest({**manifest, "timings": {stage: round(seconds, 3) for stage, seconds in job.timings.items()}})


def _found(
    job: _Job, model: Model | None, corpus: Corpus, clean: Corpus | None, rejected: Mapping[str, str]
) -> dict[str, Any]:
    """Audits and measures everything; what the manifest says of it, but for how long it took."""
    config, writer = job.config, job.writer
    with job.timed("calibrating"):
        cache = cache_of(config, model, corpus, clean)
        known = calibrated_by(cache, corpus, clean, model, config)
    standard = known.standard
    before, begin = sum(job.timings.values()), time.perf_counter()
    seen = _audit_shards(job, corpus.segments, standard, rejected)
    clock = time.perf_counter() - begin
    beside = max(0.0, sum(job.timings.values()) - before - clock)
    with job.timed("explaining further"):
        further = explain_further(model, seen.suspects, seen.pool, config, writer, job.stopping, standard.halved)
    with job.timed("scoring"):
        scores = seen.statistics.corpus_scores(seed=config.seed, tgt_lang=config.tgt_lang)
    with job.timed("faithfulness"):
        faithful = believed(cache, standard, seen.read, config)
    with job.timed("trust"):
        trust = trust_of_run(known, seen.rates, recalls(cache, standard, corpus, config))
    return {
        **writer.begun,
        **outcome(standard, scores, seen.counts),
        **faithful,
        "trust": trust,
        "dismissed_by": {name: reviewer for name, reviewer in rejected.items() if name in seen.dismissed},
        "explained": further,
        "memory": standard.halved.as_dict(),
        "from_cache": cache.used,
        # Seconds of all shards by the clock, and those of stages that ran while others did.
        "engine": {"name": config.engine, "seconds": round(clock, 3), "side_by_side": round(beside, 3)},
    }


def _audit_shards(job: _Job, segments: Sequence[Segment], standard: Standard, rejected: Container[str]) -> Seen:
    """Audits and writes the shards that are not there yet; what is to be known of all of them, as they are stored."""
    writer, names, seen = job.writer, FlagNames(), Seen(job.config, rejected)
    missing = (Task(number, part) for number, part in enumerate(shards(segments)) if not writer.has_shard(number))
    with (
        closing(engine(job.config, standard, writer.begun).shards(missing)) as audited,
        progress("auditing", len(segments)) as advance,
    ):
        for number in range(-(-len(segments) // SHARD)):
            if writer.has_shard(number):
                with job.timed("reading back"):
                    part = writer.audited(number)
                    for item in part:  # equal flags of later segments get the next names
                        names.of(item.segment, item.flags)
            else:
                with job.stopping.finishing():
                    part = _written(job, next(audited), standard, names, rejected)
            seen.add(number * SHARD, part)
            advance(len(part), f"{seen.counts.standing.total()} flags")
        next(audited, None)  # there is none: the engine is at its end, and tidies up
    return seen


def _written(job: _Job, shard: Shard, standard: Standard, names: FlagNames, rejected: Container[str]) -> list[Audited]:
    """Writes a shard, with names for its flags that no earlier one has, and what was dismissed of them."""
    standard.halved.add(shard.memory)
    job.add(shard.seconds)
    with job.timed("writing"):
        audited = [dismiss(item, rejected) for item in named(shard.part.audited(), names)]
        job.writer.part(shard.number, shard.part.told(audited))
    return audited


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


def check_segments(segments: Iterable[Segment], model: Model | None) -> Iterator[Audited]:
    """Flags for segments that have hypotheses, by the thresholds of the model or the shipped ones; nothing else. The
    segments are gone through twice, shard by shard the second time."""
    return judge_all(Standard(model, thresholds_for(model), learned_lexicons(segments)), segments)


def _hashes(corpus: Corpus, clean: Corpus | None, rejected: Mapping[str, str] | None) -> dict[str, str]:
    """The sha256 of everything that the run was made of: files by their names alone, and what was dismissed."""
    hashes = dict(corpus.hashes)
    if clean is not None:
        hashes |= {f"{name} (clean)": digest for name, digest in clean.hashes.items()}
    if rejected is not None:
        hashes["dismissals"] = hashlib.sha256(json.dumps(rejected, sort_keys=True).encode()).hexdigest()
    return hashes


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
