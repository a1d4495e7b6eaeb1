"""Verdicts for tests, as a review page would have written them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nmt_audit.verdicts import Verdict, read_verdicts

ENTRY: dict[str, Any] = {
    "flag_id": "f1", "segment_id": "s1", "verdict": "reject", "category": "OMISSION", "severity": None,
    "span": {"side": "src", "start": 3, "end": 9}, "comment": "Steht doch da.", "reviewer": "anna",
    "at": "2024-05-17T09:30:00+00:00",
}  # fmt: skip


def verdicts(tmp_path: Path, *changes: dict[str, Any]) -> list[Verdict]:
    """Verdicts as they come out of a file: ENTRY with changes."""
    path = tmp_path / "given.json"
    path.write_text(json.dumps([{**ENTRY, **change} for change in changes]), "utf-8")
    return read_verdicts(path)


def front_page(site: Path) -> str:
    """The run page of a site."""
    return (site / "index.html").read_text("utf-8")
