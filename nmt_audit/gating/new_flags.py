"""Rules on how many flags are new since the baseline."""

from __future__ import annotations

from nmt_audit.gating.gated import ANY, GatedRun, known_category
from nmt_audit.gating.rule import Kind, Measured, Rule
from nmt_audit.records import CATEGORIES


def measure(rule: Rule, gated: GatedRun) -> Measured:
    """Flags of segments of both runs that the baseline does not have; neither moved nor dismissed ones are new."""
    pairs = len(gated.matched.pairs)
    gated.require(pairs - gated.broken, gated.larger(lambda version: True), "were judged")
    new, fixed = (
        sum(rule.subject in (ANY, change.category) for change in changes)
        for changes in (gated.flags.new, gated.flags.fixed)
    )
    return Measured(float(new), f"{fixed} fixed, in {pairs} segments", "flags paired by content")


def check(rule: Rule) -> None:
    """A lower bound would ask for mistakes."""
    known_category(rule.subject)
    if rule.at_least is not None:
        raise ValueError("at_least: new flags are bounded from above; give at_most")
    if rule.at_most is not None and rule.at_most < 0:
        raise ValueError(f"at_most is {rule.at_most:g}; a count is at least 0")


KIND = Kind(
    "new_flags", f"{', '.join(CATEGORIES)}, or {ANY} for any", measure, digits=0, unit=" new", compares="must",
    check=check,
)  # fmt: skip
