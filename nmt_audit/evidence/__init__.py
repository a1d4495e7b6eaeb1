"""What the audited model says about hypotheses, gathered into frozen records that checks read without it."""

from nmt_audit.evidence.gathering import BLOCK, gather

__all__ = ["BLOCK", "gather"]
