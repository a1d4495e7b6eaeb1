"""What is measured once of a model and a corpus, however often they are audited: lexicons, thresholds, planted errors,
the faithfulness of explanations. Each is found again in the cache, and reported apart from the audit itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from nmt_audit.caching import Cache
from nmt_audit.calibrating import Calibrated, calibrated, references_of, thresholds_for
from nmt_audit.config import AuditConfig
from nmt_audit.corpus import Corpus
from nmt_audit.language.lexicon import Lexicon
from nmt_audit.manifest import threads_of
from nmt_audit.models.protocol import Model
from nmt_audit.records import Segment, Token
from nmt_audit.stages import Standard, learned_lexicons, translate
from nmt_audit.trust import Recall, Recalls, recalls_of_run


def cache_of(config: AuditConfig, model: Model | None, corpus: Corpus, clean: Corpus | None) -> Cache:
    """What was computed before of the same model and data, with as many threads."""
    return Cache(
        on=not config.no_cache,
        model=None if model is None else model.fingerprint,
        threads=threads_of(model),
        computed=None if model is None else [model.device.type, str(model.precision)],
        corpus=_fingerprint(corpus.segments),
        clean=None if clean is None else [Path(config.clean or "").name, _fingerprint(clean.segments)],
    )


def calibrated_by(
    cache: Cache, corpus: Corpus, clean: Corpus | None, model: Model | None, config: AuditConfig
) -> Calibrated:
    """What a run is judged by: thresholds from its references, or from the clean corpus that was given."""
    standard = Standard(model, thresholds_for(model), _lexicons(cache, corpus.segments))

    def compute() -> dict[str, Any]:
        where = "references of this run" if clean is None else f"pairs of {Path(config.clean or '').name}"
        return calibrated(standard, references_of((clean or corpus).segments), config.false_alarms, where).as_dict()

    return Calibrated.of(standard, cache.get("thresholds", {"rate": config.false_alarms}, compute))


def recalls(cache: Cache, standard: Standard, corpus: Corpus, config: AuditConfig) -> Recalls:
    """How many planted errors are found (see `trust.recalls_of_run`)."""
    retranslate = partial(translate, standard, like=corpus.segments[0], beam=config.beam)

    def compute() -> Mapping[str, Any]:
        found = recalls_of_run(
            standard, corpus.segments, config.planted, config.seed, retranslate if standard.model else None
        )
        return {how: {name: asdict(one) for name, one in by_name.items()} for how, by_name in found.items()}

    key = {
        "thresholds": standard.thresholds.as_dict(), "planted": config.planted, "seed": config.seed,
        "beam": config.beam,
    }  # fmt: skip
    found = cache.get("planted", key, compute)
    return {how: {name: Recall(**one) for name, one in by_name.items()} for how, by_name in found.items()}


def believed(
    cache: Cache,
    standard: Standard,
    read: Sequence[tuple[tuple[Token, ...], tuple[Token, ...]]],
    config: AuditConfig,
) -> dict[str, Any]:
    """The manifest's "faithfulness" and "heads": how far this run's maps can be believed, and what the heads of its
    attention do. `read`: source and target tokens of the segments that are looked at."""
    nothing = {"faithfulness": None, "heads": None}
    model = standard.model
    if model is None:
        return nothing
    from nmt_audit.relevance.faithfulness.of_run import of_run
    from nmt_audit.relevance.heads import heads_of_run

    def measured(_: Sequence[None]) -> list[dict[str, Any]]:
        return [
            {
                "faithfulness": of_run(model, read, config.rules, config.methods, config.seed),
                "heads": heads_of_run(model, read, config.rules, config.seed),
            }
        ]

    texts = json.dumps([[[token.id for token in side] for side in pair] for pair in read])
    key = {
        "rules": config.rules, "methods": list(config.methods), "seed": config.seed,
        "read": hashlib.sha256(texts.encode()).hexdigest(),
    }  # fmt: skip
    found: dict[str, Any] = cache.get(
        "faithfulness", key, lambda: standard.halved.run("faithfulness", measured, [None])[0] or nothing
    )
    return found


def _lexicons(cache: Cache, segments: Iterable[Segment]) -> dict[tuple[str, str], Lexicon]:
    """What the segments teach about translation (see `stages.learned_lexicons`)."""

    def compute() -> list[Any]:
        return [[*languages, asdict(lexicon)] for languages, lexicon in learned_lexicons(segments).items()]

    return {(source, target): Lexicon(**tables) for source, target, tables in cache.get("lexicons", {}, compute)}


def _fingerprint(segments: Iterable[Segment]) -> str:
    """The sha256 of all that segments say, in their order."""
    digest = hashlib.sha256()
    for segment in segments:
        digest.update(repr(segment).encode())
    return digest.hexdigest()
