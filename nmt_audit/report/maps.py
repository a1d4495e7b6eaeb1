"""What the model computed for segments: tokens, attention, and relevance in steps that a page draws from."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nmt_audit.language.pieces import merge
from nmt_audit.records import Array, Token
from nmt_audit.report.packing import Ragged, packed, quantised, weights
from nmt_audit.report.reading import LEDGER, SegmentRow
from nmt_audit.report.wording import visible

if TYPE_CHECKING:
    import pyarrow as pa

KEY = ("position", "state", "method", "rules", "against")  # one row of a segment for each

MODEL_COLUMNS = [
    *(f"{side}_{part}" for side in ("source", "target") for part in ("pieces", "ids", "starts", "ends")),
    "logprobs", "attention",
]  # fmt: skip


def maps_name(number: int) -> str:
    """The file of the maps of a chunk, counted from 1."""
    return f"data/maps-{number:04d}.js"


def map_rows(table: pa.Table) -> dict[str, list[dict[str, Any]]]:
    """The explanations of a table by segment, as `nmtAudit.maps` gets them; those of the same key once."""
    if not len(table):
        return {}
    columns = {
        name: table.column(name).to_pylist()
        for name in ("segment_id", *KEY, "epsilon", "value", *LEDGER, "offsets", "details")
    }
    numbers = quantised(ragged(table, "source_relevance"), ragged(table, "target_relevance"))
    rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
    scaled = zip(numbers.scales, *numbers.columns, strict=True)
    for values, parts in zip(zip(*columns.values(), strict=True), scaled, strict=True):
        row = dict(zip(columns, values, strict=True))
        known = rows[row["segment_id"]]
        found = known.setdefault(values[1 : len(KEY) + 1], {})
        if not found:
            found |= _row(row, *parts)
        if row["details"]:  # a position of a flag may come again with what its map holds besides
            found["details"] = {item["name"]: _detail(item) for item in row["details"]}
    return {name: list(found.values()) for name, found in rows.items()}


def ragged(table: pa.Table, name: str) -> Ragged:
    """A column of lists of numbers; a missing list is an empty one."""
    import pyarrow.compute as pc

    column = table.column(name)
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy().astype(np.int64)
    return Ragged(pc.list_flatten(column).to_numpy().astype(np.float64), lengths)


def _row(values: Mapping[str, Any], scale: float | None, source: str | None, target: str | None) -> dict[str, Any]:
    ledger = {name: _finite(values[name]) for name in LEDGER}
    against = values["against"]
    return {
        "position": values["position"], "state": values["state"], "method": values["method"], "rules": values["rules"],
        "epsilon": _finite(values["epsilon"]), "against": None if against is None else visible(against),
        "scale": scale, "source": source, "target": target, "value": _finite(values["value"]),
        "ledger": ledger if any(values[name] is not None for name in LEDGER) else None,
        "offsets": {name: _finite(part) for name, part in json.loads(values["offsets"] or "{}").items()},
    }  # fmt: skip


def _detail(item: Mapping[str, Any]) -> dict[str, Any]:
    values = np.asarray(item["values"], np.float64)
    found = quantised(Ragged(values, np.array([len(values)])))
    return {"shape": item["shape"], "scale": found.scales[0], "values": found.columns[0][0]}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def segment_maps(segment: SegmentRow, row: Mapping[str, Any], explained: Sequence[Any]) -> dict[str, Any] | None:
    """One segment, from its row of the run's table; None where no model read it."""
    source, target = (_tokens(row, side) for side in ("source", "target"))
    if not source and not target:
        return None
    return {
        "source": _pieces(source, segment.source, segment.src_lang),
        "target": _pieces(target, segment.hypothesis, segment.tgt_lang),
        "attention": _attention(np.asarray(row["attention"] or (), np.float64), len(target) * len(source)),
        "logprobs": packed(row["logprobs"] or (), "f4"),
        "rows": list(explained),
    }


def _attention(values: Array, size: int) -> str | None:
    return weights(values) if size and len(values) == size else None


def _tokens(row: Mapping[str, Any], side: str) -> list[Token]:
    columns = (row[f"{side}_{part}"] or () for part in ("pieces", "ids", "starts", "ends"))
    return [Token(*values) for values in zip(*columns, strict=True)]


def _pieces(tokens: Sequence[Token], text: str, language: str) -> dict[str, Any]:
    words = [0] * len(tokens)
    for number, group in enumerate(merge(tokens, text, language)):
        for place in group.tokens:
            words[place] = number
    return {
        "pieces": [visible(token.piece) for token in tokens], "starts": [token.start for token in tokens],
        "ends": [token.end for token in tokens], "word": words,
    }  # fmt: skip
