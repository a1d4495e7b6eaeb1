"""Rules on a corpus score: of the run, or how far it moved since the baseline."""

from __future__ import annotations

import re
from math import erfc, sqrt
from typing import TYPE_CHECKING

from nmt_audit.gating.gated import CannotTell, GatedRun
from nmt_audit.gating.rule import Kind, Measured, Rule
from nmt_audit.intervals import Z95

if TYPE_CHECKING:
    from nmt_audit.comparing import ScoreChange

BETTER_HIGH, BETTER_LOW = ("BLEU", "chrF"), ("TER",)
TEST = "paired bootstrap"


def measure(rule: Rule, gated: GatedRun) -> Measured:
    """The score as the run's manifest has it, or its change over the segments of both runs with the same references."""
    return _change(rule, gated) if rule.against_baseline else _value(rule, gated)


def check(rule: Rule) -> None:
    """A bound on the side where the score gets better fails a run for being good."""
    if rule.at_most is not None and rule.subject in BETTER_HIGH:
        raise ValueError(f"at_most: {rule.subject} is better when it is higher; give at_least")
    if rule.at_least is not None and rule.subject in BETTER_LOW:
        raise ValueError(f"at_least: {rule.subject} counts errors and is better when it is lower; give at_most")


def _value(rule: Rule, gated: GatedRun) -> Measured:
    scores = {score["name"]: score for score in gated.run.manifest.get("scores") or ()}
    if not scores:
        raise CannotTell("the run has no score, for it has no references; audit with --reference")
    if rule.subject not in scores:
        raise CannotTell(f"the run has no score {rule.subject}; it has {', '.join(scores)}")
    found = scores[rule.subject]
    counted = sum(bool(version.references) for version in gated.versions)
    return Measured(
        found["value"], f"{counted} segments", found["signature"], low=found.get("low"), high=found.get("high")
    )


def _change(rule: Rule, gated: GatedRun) -> Measured:
    of = gated.larger(lambda version: bool(version.references))
    if not of:
        raise CannotTell("neither run has references; audit with --reference")
    change = gated.scores.get(rule.subject)
    if change is None and gated.scores:
        raise CannotTell(f"there is no score {rule.subject}; there are {', '.join(gated.scores)}")
    gated.require(0 if change is None else change.segments, of, "have the same reference")
    assert change is not None
    return Measured(
        change.difference, f"{change.segments} segments", change.signature, change.a, change.b, change.low,
        change.high, TEST, p_value(change),
    )  # fmt: skip


def p_value(change: ScoreChange) -> float | None:
    """The bootstrap's, and beyond what it can resolve the normal distribution's.

    Of n resamples the smallest p is 1 / (n + 1), which large corpora, with few resamples, and corrections for many
    tests can make too coarse. Where the bootstrap comes to that, no resample being as extreme, the tail is that of a
    normal distribution with the bootstrap's standard error, and at most that smallest p.
    """
    drawn = re.search(r"\bbs:(\d+)", change.signature)  # as sacrebleu writes it
    if change.p_value is None or change.low is None or change.high is None or drawn is None:
        return change.p_value
    if change.p_value > 1.001 / (int(drawn[1]) + 1) or change.low >= change.high:
        return change.p_value
    error = (change.high - change.low) / (2 * Z95)
    return min(change.p_value, erfc(abs(change.difference) / error / sqrt(2)))


KIND = Kind("score", "BLEU, chrF, TER", measure, digits=2, tests=TEST, check=check)
