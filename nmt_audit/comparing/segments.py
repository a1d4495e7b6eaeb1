"""Which segments got better or worse, those first where it matters most.

The gain of a segment is

    (chrF of B − chrF of A) / 100  +  Σ over categories of (highest score of A's flags − highest score of B's)

with chrF of the segment as the runs hold it, 0 where one has none or their references differ, and with scores of flags
between 0 and 1, 0 without a flag. Flags that were dismissed in either run count nothing, nor do those of a category
that one of the runs did not check the segment for. A lost negation of score 0.6 so weighs as much as 60 points of chrF,
and ten flags of one category no more than the worst of them. The order is by the size of the gain, those of equal size
as in B.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from nmt_audit.comparing.flags import pair_changes
from nmt_audit.comparing.records import FlagChange, Matched, Pair, SegmentChange

NOTHING = 1e-9  # of a gain: two computations of the same number may differ in their last digits


def segment_changes(matched: Matched) -> tuple[SegmentChange, ...]:
    """The pairs whose translation, chrF or flags differ, the largest gain or loss first."""
    found = []
    for pair in matched.pairs:
        flags = pair_changes(pair)
        chrf = _chrf(pair)
        gain = (chrf or 0.0) / 100 + _relief(flags)
        gain = 0.0 if abs(gain) < NOTHING else gain
        if gain or pair.a.hypothesis != pair.b.hypothesis or any(flag.kind != "persisting" for flag in flags):
            found.append(SegmentChange(pair, gain, chrf, flags))
    return tuple(sorted(found, key=lambda item: (-abs(item.gain), item.pair.b.index)))


def _chrf(pair: Pair) -> float | None:
    if pair.a.chrf is None or pair.b.chrf is None or not pair.references:
        return None
    return pair.b.chrf - pair.a.chrf


def _relief(flags: Sequence[FlagChange]) -> float:
    """By how much the suspicion falls, summed over the categories."""
    a: dict[str, float] = defaultdict(float)
    b: dict[str, float] = defaultdict(float)
    for change in flags:
        for scores, flag in ((a, change.a), (b, change.b)):
            if flag is not None and change.compared:
                scores[flag.category] = max(scores[flag.category], flag.score)
    return sum(a[code] - b[code] for code in sorted({*a, *b}))
