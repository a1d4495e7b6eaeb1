"""Which segments are worth the dear kinds of evidence: the most suspicious by what is known already."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from nmt_audit.evidence.forced import Case
from nmt_audit.language.length import length_deviation
from nmt_audit.records import Evidence

SHARE = 0.2  # of segments that are known to be right gets the dear kinds
SURPRISE = 0.25  # what a nat between the best token and the given one adds
DIGITS = 9  # of the suspicion: batching changes sums in the fifteenth, and must not change a choice


def suspicion(case: Case, evidence: Evidence) -> float:
    """How suspicious a segment is on cheap evidence: a doubtful end, a short target, a surprise, a word that is wanted.

    The first two are 0 … 3 for most translations, in nats and standard deviations, as is a quarter of the largest gap
    to the best token, so their sum lets any one of them stand out. What the hypothesis gains from a word that is put
    in is 0 for nearly all.
    """
    segment = case.segment
    deviation = length_deviation(segment.source, segment.src_lang, segment.hypothesis or "", segment.tgt_lang)
    reluctance = max(0.0, -evidence.eos_margin)
    wanted = max((insertion.gain for insertion in evidence.insertions), default=0.0)
    surprise = SURPRISE * float(evidence.gaps.max(initial=0.0))
    return round(reluctance + max(0.0, -deviation) + surprise + wanted, DIGITS)


def dear_from(suspicions: Sequence[float]) -> float:
    """The suspicion that a fifth of these segments reach: where dear evidence begins."""
    ranked = sorted(suspicions, reverse=True)
    return ranked[int(SHARE * len(ranked))] if ranked else inf
