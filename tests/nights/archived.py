"""Directories of nights for the tests of archives: made-up manifests, and what is wrong with some of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nmt_audit.bench.archive import made_up_night

SCHEMA_1 = Path(__file__).parent.parent / "schema-1-run"
BAD_NIGHT = 20
HOSTILE = '</script><img src=x onerror=alert(1)> {{ 7 * 7 }} \u202e\u2028\x00 مرحبا "&'


def night(directory: Path, number: int, series: int = 0) -> Path:
    """Where a night lies."""
    return directory / f"night-{number:02d}" / f"series-{series}"


def change(place: Path, alter: Callable[[dict[str, Any]], object]) -> None:
    """Alters the manifest of a night."""
    manifest = json.loads((place / "manifest.json").read_text("utf-8"))
    alter(manifest)
    (place / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def nights(directory: Path, count: int = 30, series: int = 1) -> Path:
    """Nights of models that learn; returns the directory."""
    for number in range(count):
        for which in range(series):
            made_up_night(night(directory, number, which), which, number)
    return directory


def much_worse(manifest: dict[str, Any]) -> None:
    """A broken checkpoint: lower scores, and many translations that end early."""
    for score in manifest["scores"]:
        score["value"] += 12 if score["name"] == "TER" else -10
    manifest["counts"]["flags"]["EARLY_EOS"] += 400


def odd_nights(directory: Path) -> Path:
    """Thirty nights of two series with a bad one, and everything else that a directory may hold."""
    nights(directory, 30, 2)
    change(night(directory, BAD_NIGHT), much_worse)
    shutil.copytree(SCHEMA_1, directory / "old")
    for name, text in {
        "torn": '{"schema": 1, "scor',
        "list": "[]",
        "other": '{"name": "a web app", "icons": []}',
        "newer": '{"schema": 99, "state": "complete"}',
        "deep": "[" * 100_000,
        "latin": '{"schema": 1, "name": "é"}',
        "dateless": '{"schema": 1, "state": "complete"}',
    }.items():
        (directory / "broken" / name).mkdir(parents=True)
        (directory / "broken" / name / "manifest.json").write_bytes(text.encode("latin-1"))
    made_up_night(directory / "partial", 0, 30)
    change(directory / "partial", lambda manifest: manifest.update(state="partial"))
    made_up_night(directory / "hostile", 3, 0)
    change(
        directory / "hostile",
        lambda manifest: manifest.update(name=HOSTILE, series={"model": HOSTILE, "test_set": "$x$ | __proto__"}),
    )
    return directory
