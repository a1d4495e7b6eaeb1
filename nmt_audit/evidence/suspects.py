"""Which segments are worth the dear kinds of evidence: the most suspicious fifth by what is known already."""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.evidence.forced import Case
from nmt_audit.language.length import length_deviation
from nmt_audit.records import Evidence

SHARE = 5  # one segment in so many
DIGITS = 9  # of the suspicion: batching changes sums in the fifteenth, and must not change an order


def suspicion(case: Case, evidence: Evidence) -> float:
    """How suspicious a segment is on cheap evidence: surprise at its end, surprise in the mean, unusual length.

    All three are 0 … 3 for most translations, in nats and standard deviations, so their sum lets any one of them stand
    out. A reluctant `</s>` is seen in its margin, which unlike its probability grows without bound.
    """
    segment = case.segment
    deviation = length_deviation(segment.source, segment.src_lang, segment.hypothesis or "", segment.tgt_lang)
    reluctance = max(0.0, -evidence.eos_margin)
    return round(reluctance - float(evidence.logprobs.mean()) + abs(deviation), DIGITS)


def most_suspicious(cases: Sequence[Case], evidence: Sequence[Evidence]) -> list[int]:
    """Indices of the most suspicious fifth (at least one), in the order given; equals go by their text, not place."""
    ranked = sorted(
        range(len(cases)),
        key=lambda i: (-suspicion(cases[i], evidence[i]), cases[i].segment.source, cases[i].segment.hypothesis or ""),
    )
    return sorted(ranked[: -(-len(cases) // SHARE)])
