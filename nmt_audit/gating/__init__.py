"""Whether a night may pass: rules on a run, and on what became of it since a baseline.

`gated` (the run, the baseline, and what rules ask of them) ← `rule` (what a rule and a kind of rule are) ← one file
for each kind: `score`, `rate`, `new_flags`, `faithfulness`, `status` ← `kinds` (their table) ← `wording` ←
`configuration` (rules from TOML, and those without) ← `outcome` ← `judging` (measures, corrects for many tests by
`holm`, gives verdicts). `markdown` is the outcome as a build page shows it.
"""

from nmt_audit.gating.configuration import Gate, default_gate, read_gate
from nmt_audit.gating.gated import GatedRun, gated_run
from nmt_audit.gating.judging import gate_run, judge
from nmt_audit.gating.kinds import KINDS
from nmt_audit.gating.outcome import Judgement, Outcome
from nmt_audit.gating.rule import Kind, Measured, Rule

__all__ = [
    "KINDS",
    "Gate",
    "GatedRun",
    "Judgement",
    "Kind",
    "Measured",
    "Outcome",
    "Rule",
    "default_gate",
    "gate_run",
    "gated_run",
    "judge",
    "read_gate",
]
