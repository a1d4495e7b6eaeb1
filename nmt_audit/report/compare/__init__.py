"""The page that shows what two runs differ in.

`gathering` (the most changed segments, with what the models computed) → `content` (what the script of the page reads)
and `views` with `segments` (every number and word of the page as it stands without a script; `differing`: the words
that two translations do not share) → `pages` (writes them).
"""

from nmt_audit.report.compare.pages import write_comparison

__all__ = ["write_comparison"]
