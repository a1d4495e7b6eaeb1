"""Reads the data scripts of a site, as the script of the pages does; and changes a run's tables, for the tests."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from nmt_audit.store import Run, schema


def content(path: Path) -> list[Any]:
    """What a data script calls its function with."""
    text = path.read_text("utf-8")
    name, _, rest = text.partition("(")
    assert name.startswith("window.nmtAudit.") and rest.endswith(");\n")
    return list(json.loads(f"[{rest.removesuffix(chr(10)).removesuffix(');')}]"))


def unpacked(text: str, kind: str) -> np.ndarray[Any, Any]:
    """The numbers of a packed column, as "u2"."""
    return np.frombuffer(b64decode(text), f"<{kind}")


def index(site: Path) -> dict[str, Any]:
    """The index of a site."""
    [found] = content(site / "data" / "index.js")
    assert isinstance(found, dict)
    return found


def chunks(site: Path) -> list[dict[str, Any]]:
    """The chunks of segments, in order."""
    found = [content(path) for path in sorted((site / "data").glob("segments-*.js"))]
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    return [chunk for _, chunk in found]


def flags_of(site: Path, segment_id: str) -> list[dict[str, Any]]:
    """The flags of a segment."""
    for chunk in chunks(site):
        if segment_id in chunk["id"]:
            place = chunk["id"].index(segment_id)
            return [flag for flag in chunk["flags"] if flag["segment"] == place]
    raise AssertionError(f"no segment {segment_id}")


def maps(site: Path) -> dict[int, dict[str, Any]]:
    """What the model computed, by the number of the segment in the run."""
    size = index(site)["size"]
    found = [content(path) for path in sorted((site / "data").glob("maps-*.js"))]
    return {(chunk - 1) * size + int(offset): one for chunk, held in found for offset, one in held.items()}


def column(site: Path, name: str, kind: str) -> list[Any]:
    """A column of the index."""
    return list(unpacked(index(site)["columns"][name], kind).tolist())


def change(run: Run, table: str, changed: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Rewrites the parts of a table of a run."""
    for path in sorted((run.directory / "data" / table).iterdir()):
        frame = pq.read_table(path, schema=schema(table)).to_pandas()
        if frame.empty:
            continue
        frame = changed(frame)
        pq.write_table(pa.Table.from_pandas(frame, schema=schema(table), preserve_index=False), path)
