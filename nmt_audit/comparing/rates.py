"""How often each category is suspected in both runs, and whether the difference is more than chance.

Over the pairs that both runs checked for a category. Both runs judge the same segments, so that only those that one of
them flags and the other does not speak for a difference: McNemar's test (1947), exact, two-sided: a binomial test of
`new` in `new + fixed` against ½. The interval of the difference of the two shares is Newcombe's for paired data
(1998, method 10): Wilson's intervals of both shares, joined with regard to their correlation φ. It may include 0
where p < 0.05, and the other way round, since it is not made from the test. Where no segment differs, there is no
difference to bound: the interval is 0 to 0.

Flags that were dismissed in either run do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import sqrt

from nmt_audit.comparing.flags import pair_changes
from nmt_audit.comparing.records import Matched, Pair, Rate, RateChange
from nmt_audit.intervals import wilson
from nmt_audit.records import CATEGORIES


def rate_changes(matched: Matched) -> tuple[RateChange, ...]:
    """One for each category: those that are known, in their order, then others that either run has flags of."""
    flagged = [_flagged(pair) for pair in matched.pairs]
    found = {code for sides in flagged for codes in sides for code in codes}
    codes = (*CATEGORIES, *sorted(found - set(CATEGORIES)))
    return tuple(_change(code, _checked(matched.pairs, code), flagged) for code in codes)


def _flagged(pair: Pair) -> tuple[frozenset[str], frozenset[str]]:
    """The categories that each run suspects in a segment."""
    counted = [change for change in pair_changes(pair) if change.compared]
    return (
        frozenset(change.category for change in counted if change.a is not None),
        frozenset(change.category for change in counted if change.b is not None),
    )


def _checked(pairs: Sequence[Pair], code: str) -> int:
    return sum(code not in pair.a.not_checked and code not in pair.b.not_checked for pair in pairs)


def _change(code: str, checked: int, flagged: Sequence[tuple[frozenset[str], frozenset[str]]]) -> RateChange:
    counts = Counter((code in in_a, code in in_b) for in_a, in_b in flagged)
    both, new, fixed = counts[True, True], counts[False, True], counts[True, False]
    if not checked:
        return RateChange(code, Rate(0, 0, None, None), Rate(0, 0, None, None), 0, 0, None, None, None, None)
    a, b = _rate(both + fixed, checked), _rate(both + new, checked)
    low, high = newcombe(both, new, fixed, checked)
    return RateChange(code, a, b, new, fixed, (new - fixed) / checked, low, high, _mcnemar(new, fixed))


def _rate(flagged: int, checked: int) -> Rate:
    return Rate(flagged, checked, *wilson(flagged, checked))


def _mcnemar(new: int, fixed: int) -> float:
    if new == fixed:
        return 1.0
    from scipy.stats import binomtest

    return min(float(binomtest(new, new + fixed, 0.5).pvalue), 1.0)


def newcombe(both: int, new: int, fixed: int, total: int) -> tuple[float, float]:
    """95 % interval of (new − fixed)/total, the difference of two shares of the same things. `total` is not 0.

    `both`, `new`, `fixed`: how many the second and the first have, the second alone, the first alone.
    """
    if not new and not fixed:
        return 0.0, 0.0
    first, second = (both + fixed) / total, (both + new) / total
    (low_1, high_1), (low_2, high_2) = wilson(both + fixed, total), wilson(both + new, total)
    phi = _phi(both, new, fixed, total - both - new - fixed)
    below, above = second - low_2, high_1 - first
    low = second - first - sqrt(max(below**2 - 2 * phi * below * above + above**2, 0.0))
    below, above = first - low_1, high_2 - second
    high = second - first + sqrt(max(above**2 - 2 * phi * above * below + below**2, 0.0))
    return max(low, -1.0), min(high, 1.0)


def _phi(both: int, new: int, fixed: int, neither: int) -> float:
    """The correlation of the two, Newcombe's way: drawn towards 0 by half of n where it is positive."""
    margins = (both + new) * (both + fixed) * (neither + new) * (neither + fixed)
    if not margins:
        return 0.0
    excess = both * neither - new * fixed
    total = both + new + fixed + neither
    return (max(excess - total / 2, 0.0) if excess > 0 else excess) / sqrt(margins)
