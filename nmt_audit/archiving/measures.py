"""What trends are of, and which way is worse."""

from __future__ import annotations

from dataclasses import dataclass

from nmt_audit.records import CATEGORIES


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that every run of a series has. `falling`: whether less of it is worse; otherwise more is."""

    key: str
    falling: bool


# In the order of the pages. "faithfulness" is the share of the costliest word that relevance finds, in percent; the
# others but the scores are per 100 segments: "flagged" with any flag, "empty" translations, "failed" that have no
# finite numbers or did not fit into memory, and flags of each category per 100 segments that were checked for it.
MEASURES = {
    item.key: item
    for item in (
        Measure("BLEU", falling=True),
        Measure("chrF", falling=True),
        Measure("TER", falling=False),
        Measure("flagged", falling=False),
        *(Measure(category, falling=False) for category in CATEGORIES),
        Measure("faithfulness", falling=True),
        Measure("empty", falling=False),
        Measure("failed", falling=False),
    )
}
