"""Thresholds from segments that are known to be right: at most a given share of them is flagged, per category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, sqrt

from nmt_audit.checks.registry import CHECKS, suspicions
from nmt_audit.checks.thresholds import FLOORS, Thresholds
from nmt_audit.language.lexicon import Lexicon
from nmt_audit.records import Evidence, Segment

STEPS_PER_UNIT = 100  # thresholds are rounded up to hundredths, so that a report can print them in full

Strongest = Mapping[str, float]  # rule → its largest value in one segment


@dataclass(frozen=True, slots=True)
class Calibration:
    """Thresholds, the share of the clean segments that they still flag, and how many segments that is based on."""

    thresholds: Thresholds
    rates: Mapping[str, float]
    segments: int


def strongest(segment: Segment, evidence: Evidence | None, lexicon: Lexicon | None = None) -> Strongest:
    """What each rule saw at most in a segment: all that a calibration needs to know of it."""
    values: dict[str, float] = {}
    for found in suspicions(segment, evidence, lexicon).values():
        for suspicion in found:
            values[suspicion.rule] = max(values.get(suspicion.rule, 0.0), suspicion.value)
    return values


def calibrate(
    segments: Sequence[Strongest], rate: float = 0.02, *, dear: float | None = None, origin: str | None = None
) -> Calibration:
    """Sets the thresholds so that, per category, at most `rate` of these clean segments is flagged.

    The rules of a category get equal shares of clean segments, the largest that together stay within the rate, less
    one standard deviation of such a count: other clean text is to stay within it too. No threshold falls below the
    floor of its rule, which is all that a rule gets that never fires on clean text. `dear` goes into the thresholds.
    """
    expected = rate * len(segments)
    allowed = max(0, floor(expected - sqrt(expected)))
    values: dict[str, float] = {}
    rates: dict[str, float] = {}
    for category in CHECKS:
        chosen = _thresholds(segments, rules_of(category), allowed)
        values.update(chosen)
        rates[category] = flagged(segments, chosen) / max(len(segments), 1)
    origin = origin or f"at most {rate:.1%} of {len(segments)} clean segments flagged per category"
    made = Thresholds(values, origin, rate) if dear is None else Thresholds(values, origin, rate, dear=dear)
    return Calibration(made, rates, len(segments))


def held_out_counts(segments: Sequence[Strongest], rate: float = 0.02) -> dict[str, int]:
    """Per category, how many clean segments are flagged by thresholds that were set on others: what a user will see.

    Thresholds are set on every other segment and counted on the rest, then the other way round.
    """
    halves = (segments[::2], segments[1::2])
    counts = dict.fromkeys(CHECKS, 0)
    for known, other in (halves, halves[::-1]):
        thresholds = calibrate(known, rate).thresholds
        for category in CHECKS:
            counts[category] += flagged(other, {rule: thresholds[rule] for rule in rules_of(category)})
    return counts


def rules_of(category: str) -> list[str]:
    """The rules that speak for a category."""
    return [rule for rule in FLOORS if category_of(rule) == category]


def category_of(rule: str) -> str:
    """The category that a rule speaks for: the part of its name before the dot."""
    return rule.partition(".")[0].upper()


def _thresholds(segments: Sequence[Strongest], rules: Sequence[str], allowed: int) -> dict[str, float]:
    """The loosest thresholds that flag at most `allowed` segments, every rule flagging equally many on its own."""
    ranked = {rule: sorted((s[rule] for s in segments if rule in s), reverse=True) for rule in rules}
    best: dict[str, float] = {}
    for each in range(allowed + 1):  # more for each rule never means fewer in all
        tried = {rule: max(FLOORS[rule], _above(ranked[rule], each)) for rule in rules}
        if best and flagged(segments, tried) > allowed:
            break
        best = tried
    return best


def _above(ranked: Sequence[float], count: int) -> float:
    """A round threshold that at most `count` of the values reach, given largest first."""
    return (floor(ranked[count] * STEPS_PER_UNIT) + 1) / STEPS_PER_UNIT if count < len(ranked) else 0.0


def flagged(segments: Sequence[Strongest], thresholds: Mapping[str, float]) -> int:
    """How many segments any of these rules flags."""
    return sum(any(values.get(rule, 0.0) >= limit for rule, limit in thresholds.items()) for values in segments)
