"""Confidence intervals of shares."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054  # of the normal distribution, two-sided 95 %


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share, hits of total (Wilson 1927): sensible near 0 and 1, and for few. `total` is not 0."""
    share, weight = hits / total, Z95**2 / total
    middle = (share + weight / 2) / (1 + weight)
    half = Z95 * sqrt(share * (1 - share) / total + weight / total / 4) / (1 + weight)
    return 0.0 if hits == 0 else middle - half, 1.0 if hits == total else middle + half  # exact at both ends
