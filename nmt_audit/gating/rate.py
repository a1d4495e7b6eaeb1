"""Rules on how many segments in a hundred are flagged: in the run, or how far that moved since the baseline."""

from __future__ import annotations

from nmt_audit.gating.gated import ANY, CannotTell, GatedRun, checks, known_category
from nmt_audit.gating.rule import Kind, Measured, Rule
from nmt_audit.intervals import wilson
from nmt_audit.records import CATEGORIES

TEST = "exact McNemar"


def measure(rule: Rule, gated: GatedRun) -> Measured:
    """Segments with a standing flag, of those that were checked for the category, in percent."""
    return _change(rule, gated) if rule.against_baseline else _value(rule, gated)


def check(rule: Rule) -> None:
    """Rates are percentages, and their changes lie between −100 and 100."""
    known_category(rule.subject)
    least = -100 if rule.against_baseline else 0
    for key, bound in (("at_least", rule.at_least), ("at_most", rule.at_most)):
        if bound is not None and not least <= bound <= 100:
            raise ValueError(f"{key} is {bound:g}; rates are in percent of the segments, {least} to 100")


def _value(rule: Rule, gated: GatedRun) -> Measured:
    checked = [version for version in gated.versions if checks(version, rule.subject)]
    if not checked:
        raise CannotTell(f"no segment was checked for {rule.subject}")
    flagged = sum(
        any(rule.subject in (ANY, flag.category) for flag in version.standing) for version in checked
    )  # fmt: skip
    low, high = wilson(flagged, len(checked))
    return Measured(
        100 * flagged / len(checked), f"{flagged} of {len(checked)} segments", "Wilson interval", low=100 * low,
        high=100 * high,
    )  # fmt: skip


def _change(rule: Rule, gated: GatedRun) -> Measured:
    of = gated.larger(lambda version: checks(version, rule.subject))
    if not of:
        raise CannotTell(f"no segment was checked for {rule.subject}")
    change = gated.rates[rule.subject]
    gated.require(min(change.b.checked, of - gated.broken), of, f"were checked for {rule.subject}")
    a, b, low, high = (
        None if share is None else 100 * share for share in (change.a.share, change.b.share, change.low, change.high)
    )
    return Measured(
        100 * (change.difference or 0.0), f"{change.new} new, {change.fixed} fixed of {change.b.checked} segments",
        "pairs of segments, Newcombe interval", a, b, low, high, TEST, change.p_value,
    )  # fmt: skip


KIND = Kind(
    "rate", f"{', '.join(CATEGORIES)}, or {ANY} for any", measure, digits=2, unit=" %", change_unit=" points",
    tests=TEST, check=check,
)  # fmt: skip
