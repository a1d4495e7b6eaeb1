"""Rules on how many segments an audit could not treat as others."""

from __future__ import annotations

from nmt_audit.gating.gated import GatedRun
from nmt_audit.gating.rule import Kind, Measured, Rule
from nmt_audit.records import NOT_OK


def measure(rule: Rule, gated: GatedRun) -> Measured:
    """Segments of a status, of all of the run; against the baseline, how many more there are."""
    after = sum(version.status == rule.subject for version in gated.versions)
    over = f"{len(gated.versions)} segments"
    if not rule.against_baseline:
        return Measured(float(after), over, "count")
    before = sum(version.status == rule.subject for version in gated.baseline_versions)
    return Measured(float(after - before), over, "count", float(before), float(after))


def check(rule: Rule) -> None:
    """A misspelt status would be one that no segment ever has."""
    if rule.subject not in NOT_OK:
        raise ValueError(f"there is no status {rule.subject}; there are {', '.join(NOT_OK)}")


KIND = Kind("status", ", ".join(NOT_OK), measure, digits=0, check=check)
