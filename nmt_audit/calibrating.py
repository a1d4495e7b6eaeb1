"""Thresholds for one run: set on its references, or on a clean corpus, and measured where they were not set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nmt_audit.checks import CHECKS, Thresholds, calibrate, default_thresholds, held_out_counts, strongest
from nmt_audit.checks.calibration import flagged, rules_of
from nmt_audit.models.protocol import Model
from nmt_audit.records import Segment
from nmt_audit.sampling import Least, content_key
from nmt_audit.stages import Judged, Standard, with_evidence

LEAST_REFERENCES = 200  # with fewer, a rate of 2 % is a matter of chance
MOST_REFERENCES = 2_000  # more would change little


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What a run is judged by, and how often that flags references.

    `alarms`: category → how many of the `references` are flagged by thresholds that were not set on them.
    """

    standard: Standard
    references: int
    alarms: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, but for the model and the lexicons of the standard."""
        return {
            "thresholds": self.standard.thresholds.as_dict(), "references": self.references,
            "alarms": dict(self.alarms),
        }  # fmt: skip

    @classmethod
    def of(cls, standard: Standard, values: Mapping[str, Any]) -> Calibrated:
        """From what `as_dict` gave, and the standard that was calibrated."""
        thresholds = Thresholds.of(values["thresholds"])
        return cls(replace(standard, thresholds=thresholds), values["references"], values["alarms"])


def calibrated(standard: Standard, clean: Iterable[Segment], rate: float, where: str) -> Calibrated:
    """The standard with thresholds that flag at most `rate` of the clean segments, per category.

    `clean` have their right translations as hypotheses; copies count once, and of more than MOST_REFERENCES a sample
    is taken by a hash of their text, so that their order and copies change nothing. With fewer than LEAST_REFERENCES
    the thresholds stay as they are, and their false alarms are counted. `where` says what the clean segments are.
    """
    chosen = _distinct(clean)
    if len(chosen) < LEAST_REFERENCES:
        judged = [strongest(*row, standard.lexicon(row[0])) for row in with_evidence(standard, chosen)]
        alarms = {name: flagged(judged, _of(standard.thresholds, name)) for name in CHECKS}
        why = f"not set on {len(chosen)} {where}, which are fewer than the {LEAST_REFERENCES} that takes"
        kept = replace(standard.thresholds, origin=f"{standard.thresholds.origin}; {why}")
        return Calibrated(replace(standard, thresholds=kept), len(chosen), alarms)
    pairs, dear = _clean_evidence(standard, chosen)
    judged = [strongest(*row, standard.lexicon(row[0])) for row in pairs]
    origin = f"at most {rate:.1%} of {len(chosen)} {where} flagged per category"
    thresholds = calibrate(judged, rate, dear=dear, origin=origin).thresholds
    alarms = held_out_counts(judged, rate)
    shares = {name: count / len(chosen) for name, count in alarms.items()}
    return Calibrated(replace(standard, thresholds=replace(thresholds, false_alarms=shares)), len(chosen), alarms)


def thresholds_for(model: Model | None) -> Thresholds:
    """The thresholds that a model carries, else the shipped defaults."""
    if model is not None and model.directory is not None and (model.directory / "thresholds.json").is_file():
        return Thresholds.load(model.directory / "thresholds.json")
    return default_thresholds()


def references_of(segments: Iterable[Segment]) -> Iterator[Segment]:
    """The segments that have a reference, with it as their hypothesis."""
    for segment in segments:
        if segment.source.strip() and (segment.reference or "").strip():
            yield replace(segment, hypothesis=segment.reference)


def _clean_evidence(standard: Standard, clean: Sequence[Segment]) -> tuple[list[Judged], float]:
    """Clean segments with their evidence, and the suspicion from which on it has the dear kinds."""
    if standard.model is None:
        return [(segment, None) for segment in clean], standard.thresholds.dear
    from nmt_audit.evidence import gather_clean

    evidence, dear = gather_clean(standard.model, clean)
    usable = (None if known is None or not known.finite else known for known in evidence)
    return list(zip(clean, usable, strict=True)), dear


def _of(thresholds: Thresholds, category: str) -> dict[str, float]:
    return {rule: thresholds[rule] for rule in rules_of(category)}


def _distinct(clean: Iterable[Segment]) -> list[Segment]:
    sample: Least[Segment] = Least(MOST_REFERENCES)
    for segment in clean:
        key = content_key(segment.src_lang, segment.tgt_lang, segment.source, segment.hypothesis or "")
        sample.add(key, segment)
    return [segment for _, segment in sample]
