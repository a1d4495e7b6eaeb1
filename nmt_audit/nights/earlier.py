"""The run that tonight's is compared with: the newest earlier one of its series."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nmt_audit.series import Series, series_of
from nmt_audit.store import MANIFEST


@dataclass(frozen=True, slots=True)
class Known:
    """A whole run that was found. `when`: its date, and when it was begun."""

    directory: Path
    series: Series
    when: tuple[str, str]


@dataclass(frozen=True)
class EarlierRuns:
    """The whole runs below a folder, which is looked through once, when it is first asked."""

    folder: Path

    @cached_property
    def _found(self) -> list[Known]:
        found = []
        for directory, folders, files in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            if MANIFEST in files:
                folders.clear()  # a run has no runs in it
                manifest = read_manifest(Path(directory))
                if manifest.get("state") == "complete":
                    found.append(Known(Path(directory), series_of(manifest), _when(manifest)))
        return found

    def before(self, manifest: Mapping[str, Any]) -> Path | None:
        """The newest run of the manifest's series that is older than it; None: there is none."""
        series, when = series_of(manifest), _when(manifest)
        earlier = [run for run in self._found if run.series == series and run.when < when]
        return max(earlier, key=lambda run: run.when).directory if earlier else None


def read_manifest(run: Path) -> Mapping[str, Any]:
    """The manifest of a run of any schema; an empty one where there is none that can be read."""
    try:
        manifest = json.loads((run / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _when(manifest: Mapping[str, Any]) -> tuple[str, str]:
    created = str(manifest.get("created") or "")
    return str(manifest.get("date") or created[:10]), created
