"""The job of `nmt-audit bench faithfulness`: a model and a corpus in, how true every map is out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import Any, Literal

from nmt_audit import __version__
from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError
from nmt_audit.evidence.forced import Case, case_of
from nmt_audit.loading import load
from nmt_audit.models.protocol import Model
from nmt_audit.progress import progress
from nmt_audit.records import Segment
from nmt_audit.relevance.erasing import Operator
from nmt_audit.relevance.faithfulness import Faithfulness, Probe, measure, samples

Tokens = Literal["own", "forced"]  # the model's own translation, or the reference
TRANSLATED_AT_ONCE = 64
VERSIONED = ("torch", "transformers", "numpy")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is measured. `sentences` None: all after the `skip` first; `positions` None: all of a sentence."""

    model: str
    source: str
    probes: tuple[Probe, ...]
    operators: tuple[Operator, ...]
    reference: str | None = None
    src_lang: str | None = None
    tgt_lang: str | None = None
    sentences: int | None = None
    skip: int = 0
    positions: int | None = 8
    thorough: bool = True
    beam: int = 5
    seed: int = 1
    threads: int | None = None
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class FaithfulnessBench:
    """What was measured, and what the numbers rest on."""

    model: str
    fingerprint: str
    data: Mapping[str, str]  # name of a file → its sha256
    first: int  # the segments' number in the corpus, from 1
    last: int
    settings: Settings
    versions: Mapping[str, str]
    command: str
    seconds: float
    measured: Mapping[Tokens, Faithfulness]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        own = asdict(replace(self, measured={}))
        return {**own, "measured": {tokens: found.as_dict() for tokens, found in self.measured.items()}}


def bench_faithfulness(settings: Settings, command: str = "") -> FaithfulnessBench:
    """Measures every probe on the model's own translations and, where the corpus has references, on these.

    Segments that are empty or over the model's length are left out. Raises InputError where none is left.
    """
    start = time.monotonic()
    corpus = read_corpus(
        settings.source, src_lang=settings.src_lang or "", tgt_lang=settings.tgt_lang or "",
        references=() if settings.reference is None else (settings.reference,),
    )  # fmt: skip
    last = len(corpus.segments) if settings.sentences is None else settings.skip + settings.sentences
    segments = corpus.segments[settings.skip : last]
    model = load(settings.model, settings.threads, settings.src_lang, settings.tgt_lang, settings.device)
    assert model is not None
    measured: dict[Tokens, Faithfulness] = {}
    of_tokens: dict[Tokens, list[Case]] = {
        "own": _own(model, segments, settings.beam), "forced": _forced(model, segments)
    }  # fmt: skip
    for tokens, cases in of_tokens.items():
        if cases:
            measured[tokens] = _measure(model, cases, settings, tokens)
    if not measured:
        raise InputError(f"{settings.source}: no segment to measure; see --skip and --sentences")
    return FaithfulnessBench(
        model.name, model.fingerprint, corpus.hashes, settings.skip + 1, settings.skip + len(segments), settings,
        {"nmt-audit": __version__, **{package: version(package) for package in VERSIONED}}, command,
        round(time.monotonic() - start, 1), measured,
    )  # fmt: skip


def _own(model: Model, segments: Sequence[Segment], beam: int) -> list[Case]:
    """The segments with what the model makes of them."""
    fit = [s for s in segments if s.source.strip() and len(model.tokenize(s.source)) <= model.max_length]
    found = []
    with progress("translating", len(fit)) as advance:
        for first in range(0, len(fit), TRANSLATED_AT_ONCE):
            some = fit[first : first + TRANSLATED_AT_ONCE]
            translations = model.translate([segment.source for segment in some], beam=beam)
            found += [case_of(model, segment, said) for segment, said in zip(some, translations, strict=True)]
            advance(len(some))
    return [case for case in found if case is not None]


def _forced(model: Model, segments: Sequence[Segment]) -> list[Case]:
    """The segments with their references, those that have one."""
    given = [replace(segment, hypothesis=segment.reference) for segment in segments if segment.reference]
    return [case for segment in given if (case := case_of(model, segment, None)) is not None]


def _measure(model: Model, cases: Sequence[Case], settings: Settings, tokens: str) -> Faithfulness:
    drawn = samples(
        [(case.source_tokens, case.target_tokens) for case in cases], positions=settings.positions, seed=settings.seed
    )
    with progress(f"measuring, {tokens} tokens", len(drawn)) as advance:
        return measure(
            model, drawn, settings.probes, operators=settings.operators, thorough=settings.thorough,
            seed=settings.seed, advance=advance,
        )  # fmt: skip
