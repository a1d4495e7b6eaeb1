"""How far a run's flags can be trusted: false alarms on references, and how many planted errors are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nmt_audit.calibrating import Calibrated
from nmt_audit.intervals import wilson
from nmt_audit.planting import Planted, plant_in_references, plant_in_sources
from nmt_audit.records import CATEGORIES, Audited, Flag, Segment, Span
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


Recalls = Mapping[str, Mapping[str, Recall]]  # where errors were planted → category → how many were found


class FlagRates:
    """How many segments each category flags, of those that it could judge; gathered while they pass."""

    def __init__(self) -> None:
        self._judged: Counter[str] = Counter()
        self._flagged: Counter[str] = Counter()

    def add(self, item: Audited) -> None:
        """A segment passes by. Flags that somebody dismissed do not count."""
        self._judged.update(category for category in CATEGORIES if category not in item.not_checked)
        self._flagged.update({flag.category for flag in item.standing} - set(item.not_checked))

    def of(self, category: str) -> dict[str, Any] | None:
        """The share of a category with its 95 % interval; None where it could judge none."""
        return _share(self._flagged[category], self._judged[category])


def recalls_of_run(
    standard: Standard, segments: Iterable[Segment], per_category: int, seed: int, translate: Translate | None
) -> Recalls:
    """How many planted errors are found: `per_category` errors of each kind are planted in the references of the
    segments, and in their sources where `translate` makes translations of them. {}: none were asked for.
    """
    if not per_category:
        return {}
    planted = {"target": plant_in_references(segments, per_category, seed, standard.lexicon)}
    if translate is not None:
        planted["source"] = plant_in_sources(segments, per_category, seed, translate)
    return {how: recall(standard, errors) for how, errors in planted.items()}


def trust_of_run(known: Calibrated, rates: FlagRates, recalls: Recalls) -> dict[str, Any]:
    """The manifest's "trust": per category, false alarms on references, flag rate, recall on planted errors. What was
    not measured is None."""
    return {
        "references": known.references,
        "origin": known.standard.thresholds.origin,
        "rate": known.standard.thresholds.rate,
        "planted": {how: sum(one.planted for one in found.values()) for how, found in recalls.items()} or None,
        "categories": {
            category: {
                "false_alarms": _share(known.alarms[category], known.references),
                "flagged": rates.of(category),
                "target": _recall(recalls, "target", category),
                "source": _recall(recalls, "source", category),
            }
            for category in CATEGORIES
        },
    }


def recall(standard: Standard, planted: Sequence[Planted]) -> dict[str, Recall]:
    """Category → how many of its planted errors get a flag of that very category, and one that overlaps the error."""
    judged = list(judge_all(standard, [error.segment for error in planted]))
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


def _recall(recalls: Recalls, how: str, category: str) -> dict[str, Any] | None:
    found = recalls.get(how, {}).get(category)
    return None if found is None else found.as_dict()
