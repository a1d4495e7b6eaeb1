"""What an archive remembers of its runs, so that a night more costs the reading of one manifest.

Remembered are the entries of the last scan, the steps of each line by its numbers, and what the page of each series was
made from. The cache is a file in the output. It may be missing, damaged or of another version: then everything is read
again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nmt_audit import __version__
from nmt_audit.archiving.manifests import Night, Reading
from nmt_audit.archiving.scanning import Entry
from nmt_audit.archiving.steps import Step, steps
from nmt_audit.durable import write_durably
from nmt_audit.series import Series
from nmt_audit.store import SCHEMA_VERSION

FORMAT = 1


def _made_by() -> list[object]:
    """What must be the same for remembered things to hold: the form of the file, and the code that they come from."""
    sources = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return [FORMAT, SCHEMA_VERSION, __version__, hashlib.sha256(sources).hexdigest()]


@dataclass(slots=True)
class Cache:
    """What is known from the last time, and what will be known the next time: that which was asked for in between.

    `entries`: of the last scan, by path. `pages`: the hash of a page by the hash of what it was made from.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    steps: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    asked_steps: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    asked_pages: dict[str, str] = field(default_factory=dict)

    def steps_of(self, values: Sequence[float], floors: Sequence[float]) -> tuple[Step, ...]:
        """The steps of a line, as `steps` finds them."""
        key = digest((list(values), list(floors)))
        known = self.steps.get(key)
        self.asked_steps[key] = steps(values, floors) if known is None else known
        return self.asked_steps[key]

    def page_is(self, key: str, path: Path) -> bool:
        """Whether a page lies there that was made from what has this hash, and is as it was written."""
        known = self.pages.get(key)
        if known is None or not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != known:
            return False
        self.asked_pages[key] = known
        return True

    def page_made(self, key: str, content: bytes) -> None:
        """Remembers a page."""
        self.asked_pages[key] = hashlib.sha256(content).hexdigest()


def digest(value: object) -> str:
    """A hash of records, numbers and texts, by what they are written as."""
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def read_cache(path: Path) -> Cache:
    """The cache in a file; an empty one where the file cannot be used."""
    try:
        content = json.loads(path.read_bytes())
        if content["made_by"] != _made_by():
            return Cache()
        return Cache(
            entries={item["path"]: _entry(item) for item in content["entries"]},
            steps={key: tuple(Step(**step) for step in found) for key, found in content["steps"].items()},
            pages=dict(content["pages"]),
        )
    except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return Cache()


def write_cache(path: Path, entries: Iterable[Entry], cache: Cache) -> None:
    """Remembers these entries, and the steps and pages that were asked for. Raises OSError."""
    content = {
        "made_by": _made_by(),
        "entries": [_plain(entry) for entry in entries],
        "steps": {key: [asdict(step) for step in found] for key, found in cache.asked_steps.items()},
        "pages": cache.asked_pages,
    }
    write_durably(path, json.dumps(content, separators=(",", ":")).encode("ascii"))


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "path": entry.path,
        "kind": entry.kind,
        "reason": entry.reason,
        "night": None if entry.night is None else _plain_night(entry.night),
        "linked": entry.linked,
        "has_site": entry.has_site,
        "has_verdicts": entry.has_verdicts,
        "bytes": entry.bytes,
        "stamp": entry.stamp,
    }


def _plain_night(night: Night) -> dict[str, Any]:
    return {
        "name": night.name,
        "model": night.model,
        "series": [night.series.model, night.series.test_set],
        "languages": night.languages,
        "date": night.date,
        "created": night.created,
        "segments": night.segments,
        "readings": {key: [reading.value, reading.floor] for key, reading in night.readings.items()},
        "traits": dict(night.traits),
    }


def _entry(item: Mapping[str, Any]) -> Entry:
    night = item["night"]
    manifest, size, folder = item["stamp"]
    return Entry(**{**item, "night": None if night is None else _night(night), "stamp": (manifest, size, folder)})


def _night(item: Mapping[str, Any]) -> Night:
    model, test_set = item["series"]
    source, target = item["languages"]
    readings = {key: Reading(value, floor) for key, (value, floor) in item["readings"].items()}
    return Night(**{**item, "series": Series(model, test_set), "languages": (source, target), "readings": readings})
