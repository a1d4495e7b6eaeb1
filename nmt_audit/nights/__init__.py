"""Many audits from one file, every night: models × test sets, each job a process of its own.

`tables` (the file, key by key) → `plan` (jobs, with `placeholders` filled in and `options` turned into arguments) →
`night` (audit, gate, archive; `processes`, `earlier` runs to compare with) → `results` and `summary` (what came of it).
"""

from nmt_audit.nights.night import run_night
from nmt_audit.nights.options import Option
from nmt_audit.nights.plan import Job, Night, plan_night
from nmt_audit.nights.results import JobResult, NightResult, line, signatures
from nmt_audit.nights.summary import markdown

__all__ = [
           "Job",
           "JobResult",
           "Night",
           "NightResult",
           "Option",
           "line",
           "markdown",
           "plan_night",
           "run_night",
           "signatures",
]  # fmt: skip
