"""Rules on how far the maps of a run can be believed: see `relevance.faithfulness.of_run` for what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nmt_audit.gating.gated import CannotTell, GatedRun
from nmt_audit.gating.rule import Kind, Measured, Rule
from nmt_audit.store import Run

MEASURES, SIDES = ("share", "correlation"), ("source", "prefix")


def measure(rule: Rule, gated: GatedRun) -> Measured:
    """The share (of the fall for the best word, that for the word the map ranks first), or Spearman's correlation."""
    found, what = _row(gated.run, rule), rule.options["measure"]
    value, over = found[what], f"{found['positions']} positions"
    signature = f"{rule.subject}, {rule.options['side']} words set to zero, seed {found['seed']}"
    low, high = (found["low"], found["high"]) if what == "share" else (None, None)
    if not rule.against_baseline:
        return Measured(value, over, signature, low=low, high=high)
    assert gated.baseline is not None
    before = _row(gated.baseline, rule)[what]
    return Measured(value - before, over, signature, before, value)


def _row(run: Run, rule: Rule) -> Mapping[str, Any]:
    measured = run.manifest.get("faithfulness")
    if not measured:
        raise CannotTell(f"{run.directory} has no faithfulness: it was made without a model that shows its states")
    rows = {
        (row["method"] if row["rules"] is None else f"{row['method']}/{row['rules']}", row["side"]): row
        for row in measured["rows"]
    }
    row = rows.get((rule.subject, rule.options["side"]))
    if row is None or row[rule.options["measure"]] is None:
        there = ", ".join(f"{name} ({side})" for name, side in rows)
        raise CannotTell(f"{run.directory} has no such measurement of {rule.subject}; it has {there}")
    return {**row, "seed": measured["seed"]}


KIND = Kind(
    "faithfulness", "a method, with its rule set if it has one, as in lrp/stable or attention", measure, digits=3,
    options={"side": SIDES, "measure": MEASURES},
)  # fmt: skip
