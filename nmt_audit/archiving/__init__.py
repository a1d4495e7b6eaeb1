"""Many runs as one archive: what is in a directory tree, how it went from night to night, and what may go.

`scanning` (a directory tree → entries, through `manifests` and `cache`) → `trends` (entries → nights, lines and
changes; `measures` says which way is worse, `steps` finds changes) and `retention` (which runs would go). All of it
reads manifests alone; the pages are made by `nmt_audit.report.archive`.
"""

from nmt_audit.archiving.scanning import Entry, scan
from nmt_audit.archiving.steps import Step, steps
from nmt_audit.archiving.trends import Trend, trends

__all__ = ["Entry", "Step", "Trend", "scan", "steps", "trends"]
