"""What two runs on the same segments differ in: pure computation, without a model and without a page.

`records` (what is compared) ← `matching` (segments paired by content) ← `scores` (paired tests), `flags` (new, fixed,
persisting, changed), `rates` (per category, with intervals), `segments` (better and worse) and `settings` (what the
runs were made with) ← `comparison` (all of it, and as plain values for programs).
"""

from nmt_audit.comparing.comparison import Comparison, compare_runs
from nmt_audit.comparing.flags import flag_changes
from nmt_audit.comparing.matching import match
from nmt_audit.comparing.rates import rate_changes
from nmt_audit.comparing.records import (
    FlagChange,
    FlagChanges,
    Matched,
    Pair,
    Rate,
    RateChange,
    ScoreChange,
    SegmentChange,
    SettingChange,
    StoredFlag,
    Version,
)
from nmt_audit.comparing.scores import score_changes
from nmt_audit.comparing.segments import segment_changes
from nmt_audit.comparing.settings import setting_changes

__all__ = [
    "Comparison",
    "FlagChange",
    "FlagChanges",
    "Matched",
    "Pair",
    "Rate",
    "RateChange",
    "ScoreChange",
    "SegmentChange",
    "SettingChange",
    "StoredFlag",
    "Version",
    "compare_runs",
    "flag_changes",
    "match",
    "rate_changes",
    "score_changes",
    "segment_changes",
    "setting_changes",
]
