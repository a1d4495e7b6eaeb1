"""How far a run's flags can be trusted: false alarms on references, and how many planted errors are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nmt_audit.calibrating import Calibrated
from nmt_audit.intervals import wilson
from nmt_audit.planting import Planted, plant_in_references, plant_in_sources
from nmt_audit.records import CATEGORIES, Audited, Flag, Span
from nmt_audit.stages import Standard, judge_all

Translate = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Recall:
    """Of `planted` errors `found` have a flag of their category; `overlap` of the `with_span` hits touch the error."""

    planted: int
    found: int
    with_span: int
    overlap: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the manifest, with the 95 % interval of the recall."""
        low, high = wilson(self.found, self.planted)
        return {
            "found": self.found, "of": self.planted, "overlap": self.overlap, "with_span": self.with_span,
            "low": low, "high": high,
        }  # fmt: skip


def trust_of_run(
    known: Calibrated, audited: Sequence[Audited], per_category: int, seed: int, translate: Translate | None
) -> dict[str, Any]:
    """The manifest's "trust": per category, false alarms on references, flag rate, recall on planted errors.

    `per_category` errors of each kind are planted (0: none) in the references of the run, and in its sources where
    `translate` makes translations of them. What was not measured is None.
    """
    segments = [item.segment for item in audited]
    recalls: dict[str, Mapping[str, Recall]] = {}
    if per_category:
        standard = known.standard
        planted = {"target": plant_in_references(segments, per_category, seed, standard.lexicon)}
        if translate is not None:
            planted["source"] = plant_in_sources(segments, per_category, seed, translate)
        recalls = {how: recall(standard, errors) for how, errors in planted.items()}
    return {
        "references": known.references,
        "origin": known.standard.thresholds.origin,
        "rate": known.standard.thresholds.rate,
        "planted": {how: sum(one.planted for one in found.values()) for how, found in recalls.items()} or None,
        "categories": {
            category: {
                "false_alarms": _share(known.alarms[category], known.references),
                "flagged": _flagged(category, audited),
                "target": _recall(recalls, "target", category),
                "source": _recall(recalls, "source", category),
            }
            for category in CATEGORIES
        },
    }


def recall(standard: Standard, planted: Sequence[Planted]) -> dict[str, Recall]:
    """Category → how many of its planted errors get a flag of that very category, and one that overlaps the error."""
    judged = judge_all(standard, [error.segment for error in planted])
    found: dict[str, Recall] = {}
    for category in CATEGORIES:
        pairs = [
            (error, [flag for flag in item.flags if flag.category == category])
            for error, item in zip(planted, judged, strict=True)
            if error.category == category and category not in item.not_checked
        ]
        if pairs:
            hits = [(error, flags) for error, flags in pairs if flags]
            labelled = [(error, flags) for error, flags in hits if error.spans]
            overlapping = sum(any(overlaps(flag, error.spans) for flag in flags) for error, flags in labelled)
            found[category] = Recall(len(pairs), len(hits), len(labelled), overlapping)
    return found


def overlaps(flag: Flag, spans: Sequence[Span]) -> bool:
    """Whether a flag touches one of the spans; one of a whole side touches nothing."""
    return any(
        flag.side == span.side
        and flag.start is not None
        and flag.end is not None
        and flag.start < span.end
        and span.start < flag.end
        for span in spans
    )


def _share(count: int, of: int) -> dict[str, Any] | None:
    if not of:
        return None
    low, high = wilson(count, of)
    return {"count": count, "of": of, "low": low, "high": high}


def _flagged(category: str, audited: Sequence[Audited]) -> dict[str, Any] | None:
    judged = [item for item in audited if category not in item.not_checked]
    return _share(sum(any(flag.category == category for flag in item.standing) for item in judged), len(judged))


def _recall(recalls: Mapping[str, Mapping[str, Recall]], how: str, category: str) -> dict[str, Any] | None:
    found = recalls.get(how, {}).get(category)
    return None if found is None else found.as_dict()
