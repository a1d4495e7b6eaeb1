"""What the audited model says about hypotheses, gathered into frozen records that checks read without it."""

from nmt_audit.evidence.gathering import gather, suspicions
from nmt_audit.evidence.suspects import dear_from

__all__ = ["dear_from", "gather", "suspicions"]
