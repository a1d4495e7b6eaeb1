"""Everything that stands on the list of all runs of an archive: sound and broken ones, and what would go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.archiving.retention import Plan, Policy
from nmt_audit.archiving.scanning import Entry
from nmt_audit.report.archive.addresses import Links
from nmt_audit.report.archive.wording import size_text
from nmt_audit.report.wording import plural, visible

STATES = {
    "complete": "complete", "partial": "not finished", "newer": "made by a newer version", "damaged": "cannot be read",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run. `note`: why it is not shown in trends, or why it stays though it is old."""

    path: str
    report: str | None
    date: str
    series: str
    state: str
    kind: str
    size: str
    note: str | None
    goes: bool


@dataclass(frozen=True, slots=True)
class RunsPage:
    """The list of runs. `policy`: what is kept, in words; None where nothing was asked."""

    title: str
    lead: str
    policy: str | None
    rows: tuple[RunRow, ...]


def runs_page(title: str, entries: Sequence[Entry], policy: Policy, plan: Plan, links: Links) -> RunsPage:
    """The list of all runs, the newest first, those without a date after them."""
    going = {entry.path for entry in plan.going}
    spared = {entry.path: reason for entry, reason in plan.spared}
    dated = sorted(entries, key=lambda entry: entry.path)
    dated.sort(key=lambda entry: (entry.night.date, entry.night.created) if entry.night else ("", ""), reverse=True)
    total = size_text(sum(entry.bytes for entry in entries))
    return RunsPage(
        title=title,
        lead=f"{plural(len(entries), 'run', 'runs')}, {total} in all.",
        policy=_policy_text(policy, plan),
        rows=tuple(_row(entry, entry.path in going, spared.get(entry.path), links) for entry in dated),
    )


def _row(entry: Entry, goes: bool, spared: str | None, links: Links) -> RunRow:
    night = entry.night
    note = entry.reason if spared is None else f"Old, and stays: {spared}."
    return RunRow(
        path=visible(entry.path),
        report=links.report(entry),
        date=night.date if night else "–",
        series=visible(f"{night.series.model} on {night.series.test_set}") if night else "–",
        state=STATES[entry.kind],
        kind=entry.kind,
        size=size_text(entry.bytes),
        note=None if note is None else visible(note),
        goes=goes,
    )


def _policy_text(policy: Policy, plan: Plan) -> str | None:
    """What is kept and what would go."""
    if policy.runs is None and policy.days is None:
        return None
    kept = [] if policy.runs is None else [f"the newest {policy.runs} of each series"]
    if policy.days is not None:
        kept.append(f"those of the last {policy.days} days before the newest night")
    if not plan.going:
        return f"Kept are {' and '.join(kept)}: nothing would go."
    runs = plural(len(plan.going), "run", "runs")
    return f"Kept are {' and '.join(kept)}: {runs} would go, {size_text(plan.bytes)} in all, and are marked below."
