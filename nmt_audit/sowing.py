"""The job of `nmt-audit plant`: a corpus in, a JSONL file of segments with one known error each out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nmt_audit.checks import default_thresholds
from nmt_audit.corpus import Corpus, read_corpus
from nmt_audit.errors import InputError
from nmt_audit.jsonl import write_lines
from nmt_audit.loading import load
from nmt_audit.planting import Planted, plant_in_references, plant_in_sources
from nmt_audit.stages import Standard, learned_lexicons, translate


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be planted: `how` "target" alters references, "source" has the model translate altered sources."""

    source: str
    how: str
    src_lang: str
    tgt_lang: str
    reference: str | None = None
    model: str | None = None
    per_category: int = 50
    seed: int = 1
    beam: int = 5
    threads: int | None = None
    device: str = "auto"


def plant_file(plan: Plan, out: Path) -> Mapping[str, int]:
    """Writes the planted segments, one a line, as `check` and `bench flags` read them; returns how many by category.

    Raises InputError for a plan that cannot be carried out, and OutputError.
    """
    if plan.how not in ("target", "source"):
        raise InputError(f"--how {plan.how}: errors are planted in the target or in the source")
    if plan.how == "source" and plan.model is None:
        raise InputError("--how source needs --model: it translates the altered sources")
    references = () if plan.reference is None else (plan.reference,)
    corpus = read_corpus(plan.source, src_lang=plan.src_lang, tgt_lang=plan.tgt_lang, references=references)
    planted = _in_references(plan, corpus) if plan.how == "target" else _in_sources(plan, corpus)
    if not planted:
        raise InputError(f"{plan.source}: no segment is long enough for an error; give more text")
    write_lines(out, (line(error, plan.seed) for error in planted))
    return Counter(error.category for error in planted)


def line(error: Planted, seed: int) -> dict[str, Any]:
    """A segment with its error: what `check` reads, and beside it what is wrong and where."""
    segment = error.segment
    return {
        "id": segment.id, "source": segment.source, "hypothesis": segment.hypothesis, "reference": segment.reference,
        "src_lang": segment.src_lang, "tgt_lang": segment.tgt_lang, "labels": [error.category],
        "spans": [{"category": error.category, **asdict(span)} for span in error.spans],
        "planted": {"how": error.how, "kind": error.kind, "seed": seed, "altered_source": error.altered_source},
    }  # fmt: skip


def _in_references(plan: Plan, corpus: Corpus) -> list[Planted]:
    if all(segment.reference is None for segment in corpus.segments):
        raise InputError(f"{plan.source}: has no references; give --reference, or a .tsv of source TAB reference")
    standard = Standard(None, default_thresholds(), learned_lexicons(corpus.segments))
    return plant_in_references(corpus.segments, plan.per_category, plan.seed, standard.lexicon)


def _in_sources(plan: Plan, corpus: Corpus) -> list[Planted]:
    model = load(plan.model, plan.threads, plan.src_lang, plan.tgt_lang, plan.device)
    standard = Standard(model, default_thresholds())
    retranslate = partial(translate, standard, like=corpus.segments[0], beam=plan.beam)
    return plant_in_sources(corpus.segments, plan.per_category, plan.seed, retranslate)
