"""Checks: what looks wrong with a translation, as suspicions with a rule, a value and a threshold.

One file per category, each with one pure function of a segment and, where a model was there, its evidence. Everything
here imports without torch.
"""

from nmt_audit.checks.calibration import Calibration, calibrate, held_out_counts, strongest
from nmt_audit.checks.registry import CHECKS, check_segment
from nmt_audit.checks.suspicion import Suspicion
from nmt_audit.checks.thresholds import Thresholds, default_thresholds

__all__ = [
    "CHECKS",
    "Calibration",
    "Suspicion",
    "Thresholds",
    "calibrate",
    "check_segment",
    "default_thresholds",
    "held_out_counts",
    "strongest",
]
