"""Many tests at once: what their p-values are worth together."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given: p̃_(i) = max over j ≤ i of min(1, (m − j + 1) p_(j))   (Holm 1979).

    To call those significant whose p̃ is at most α keeps the probability of calling any wrongly, however the tests hang
    together, at most α.
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return tuple(adjusted)
