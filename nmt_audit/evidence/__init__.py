"""What the audited model says about hypotheses, gathered into frozen records that checks read without it."""

from nmt_audit.evidence.gathering import gather, gather_clean

__all__ = ["gather", "gather_clean"]
