"""What was computed of a model and data before: lexicons, thresholds, measurements; found again by fingerprints.

An entry's name is the hash of all that it hangs on, this program's own code and the versions of its libraries included.
So an entry is never out of date, and the folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nmt_audit.durable import write_durably

PLACE = "NMT_AUDIT_CACHE"  # the environment variable that names another folder than the user's own
MOST_ENTRIES = 200  # of measurements; a lexicon is the largest, with some MB
VERSIONED = ("torch", "transformers", "numpy", "sacrebleu", "sil-thot")


def cache_folder() -> Path:
    """Where what can be computed again is kept: $NMT_AUDIT_CACHE, else the user's cache folder of the platform."""
    from platformdirs import user_cache_path

    given = os.environ.get(PLACE)
    return Path(given) if given else user_cache_path("nmt-audit")


class Cache:
    """Plain values by what they are computed from. `used`: the kinds of which one was found."""

    def __init__(self, *, on: bool = True, **known: Any) -> None:
        """`known`: what every entry hangs on. With `on` False, nothing is looked up and nothing kept."""
        self._on = on
        self._known = known
        self.used: list[str] = []

    def get(self, kind: str, key: Mapping[str, Any], compute: Callable[[], Any]) -> Any:
        """What `compute` gives, or what it gave when it was asked before. A folder that cannot be used is no error."""
        if not self._on:
            return compute()
        name = _name(kind, {**self._known, **key})
        path = cache_folder() / "measured" / f"{kind}-{name}.json"
        try:
            found = json.loads(path.read_text("utf-8"))
            os.utime(path)  # those that nobody asks for go first
        except (OSError, ValueError):
            found = compute()
            _keep(path, found)
        else:
            self.used.append(kind)
        return found


def _name(kind: str, key: Mapping[str, Any]) -> str:
    text = json.dumps([kind, _code(), [_version(name) for name in VERSIONED], key], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # the aligner has no wheel for some machines
        return None


@cache
def _code() -> str:
    """The hash of this program's source and of the tables beside it."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted(path for pattern in ("*.py", "*.tsv", "*.txt", "*.json") for path in package.rglob(pattern)):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _keep(path: Path, value: Any) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, json.dumps(value).encode())
        entries = sorted(path.parent.glob("*.json"), key=lambda entry: entry.stat().st_mtime)
        for entry in entries[:-MOST_ENTRIES]:
            entry.unlink(missing_ok=True)
    except OSError:
        return
