"""What tests about explanations share: when two are the same, and which words a state may depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nmt_audit.records import Array, Explanation


def assert_same(got: Explanation, wanted: Explanation) -> None:
    """Everything but the numbers is equal, and these to 1e-9 of the largest of their kind."""
    assert_close(_relevance(got), _relevance(wanted), "relevance")
    assert got.details.keys() == wanted.details.keys()
    for name, values in wanted.details.items():
        assert got.details[name].shape == values.shape, name
        assert_close(got.details[name], values, name)
    none = np.empty(0)
    bare: dict[str, Any] = {
        "source_relevance": none, "target_relevance": none, "ledger": None, "offsets": {}, "details": {},
    }  # fmt: skip
    assert repr(replace(got, **bare)) == repr(replace(wanted, **bare))
    assert (got.ledger or {}).keys() == (wanted.ledger or {}).keys()
    assert got.offsets.keys() == wanted.offsets.keys()


def assert_close(got: Array, wanted: Array, name: str = "") -> None:
    """To 1e-9 of the largest, or of 1."""
    largest = max(1.0, np.abs(wanted).max(initial=0.0))
    np.testing.assert_allclose(got / largest, wanted / largest, rtol=0, atol=1e-9, err_msg=name)


def _relevance(one: Explanation) -> Array:
    """Of words, ledger and offsets."""
    entries: list[Mapping[str, float]] = [one.ledger or {}, one.offsets]
    return np.array([*one.source_relevance, *one.target_relevance, *(v for part in entries for v in part.values())])


def contextual(state: str, position: int, source: int, side: str) -> tuple[list[bool], list[bool]]:
    """Definition 1 of Ding et al. 2017: which source words and which earlier target words a state may depend on.

    A layer of a Transformer's encoder depends on all words, as `source` does.
    """
    if side == "target":
        return [True] * source, [True] * position
    until, since = state != "source_backward", state != "source_forward"
    return [(i <= position and until) or (i >= position and since) for i in range(source)], []
