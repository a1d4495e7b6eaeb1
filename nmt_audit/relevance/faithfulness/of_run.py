"""How far the maps of one audit can be believed: a quick measurement on a few of its own positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Token
from nmt_audit.relevance.erasing import Operator
from nmt_audit.relevance.faithfulness.measuring import measure
from nmt_audit.relevance.faithfulness.probes import BEST, RANDOM, Probe, probes
from nmt_audit.relevance.faithfulness.results import Estimate, Faithfulness, Row
from nmt_audit.relevance.faithfulness.samples import samples

SEGMENTS, POSITIONS = 40, 3  # 120 positions give intervals of some hundredths
OPERATOR: Operator = "zero"

Read = tuple[tuple[Token, ...], tuple[Token, ...]]  # source and target tokens of a segment


def of_run(model: Model, read: Sequence[Read], rules: str, methods: Sequence[str], seed: int) -> dict[str, Any] | None:
    """The manifest's entry "faithfulness": plain values, per method and side. `read`: the segments that are taken.

    A word is blanked (its embedding set to zero); `share` is the fall of the explained log-probability for the word
    that the map ranks first, over the fall for the best word. None for a model that hides its states, and where no
    segment was decoded.
    """
    if not read or not isinstance(model, Traceable):
        return None
    drawn = samples(read, positions=POSITIONS, seed=seed)
    asked = probes(("attention", "lrp", *methods), (rules,))
    found = measure(model, drawn, asked, operators=(OPERATOR,), thorough=False, seed=seed)
    return {
        "segments": found.segments,
        "positions": found.positions,
        "operator": OPERATOR,
        "seed": seed,
        "rows": [_entry(found, row) for row in found.rows if row.probe in asked],
    }


def _entry(found: Faithfulness, row: Row) -> Mapping[str, Any]:
    def drop(probe: Probe) -> float:
        return round(found.row(probe, row.side, OPERATOR).measures["drop_1"].value, 6)

    share = row.share or Estimate(float("nan"), None, None)
    correlation = row.measures.get("correlation")
    return {
        "method": row.probe.method,
        "rules": row.probe.rules,
        "side": row.side,
        "positions": row.positions,
        "share": _rounded(share.value),
        "low": _rounded(share.low),
        "high": _rounded(share.high),
        "correlation": None if correlation is None else _rounded(correlation.value),
        "drop": drop(row.probe),
        "best": drop(BEST),
        "random": drop(RANDOM),
    }


def _rounded(value: float | None) -> float | None:
    """Six digits are more than the sample bears; not-a-number is nothing."""
    return None if value is None or not np.isfinite(value) else round(value, 6)
