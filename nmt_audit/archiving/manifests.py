"""What an archive needs of a manifest, whatever wrote it: nothing in here fails on what a file may hold."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any, TypeAlias

from nmt_audit.records import CATEGORIES
from nmt_audit.series import Series, series_of

Manifest: TypeAlias = Mapping[str, Any]

DIGITS = 4  # decimals of a reading, so that it is the same number wherever it is written and read
INTERVAL = 2 * 1.96  # standard errors in a 95 % interval
LEAST_OF_ERROR = 0.1  # share of a score's standard error that its noise is at least
LEAST_POINTS = 0.02  # the same, for a score without an interval, in points
# Variance of a count for each that is counted. Of chance alone it would be 1; but the segments are the same every
# night, which leaves less, and flags come several to a segment, which brings it back.
OF_SEGMENTS, OF_FLAGS = 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A measurement of a night. `floor`: a standard deviation that its noise is at least, see `steps`."""

    value: float
    floor: float


@dataclass(frozen=True, slots=True)
class Night:
    """What the manifest of a finished or partial run says.

    `date`: the day that it is of, as YYYY-MM-DD, which is that of its option `--date`, or else of its creation; empty
    where there is neither. `readings`: by the keys of `measures`. `traits`: what the numbers rest on, each as a text
    that differs where the thing does: model, data, settings, thresholds, scores, version. Those of settings and
    thresholds are hashes.
    """

    name: str
    model: str | None
    series: Series
    languages: tuple[str, str]
    date: str
    created: str
    segments: int | None
    readings: Mapping[str, Reading]
    traits: Mapping[str, str]


def night_of(manifest: Manifest) -> Night:
    """The night that a manifest is of. What is missing or of another kind than expected is left out."""
    created = _day_and_time(manifest.get("created"))
    model = _table(manifest.get("model"))
    return Night(
        name=str(manifest.get("name") or "audit"),
        model=model["name"] if isinstance(model.get("name"), str) else None,
        series=series_of(manifest),
        languages=(str(manifest.get("src_lang") or "und"), str(manifest.get("tgt_lang") or "und")),
        date=(_day_and_time(manifest.get("date")) or created)[:10],
        created=created,
        segments=_count(_table(manifest.get("counts")).get("segments")),
        readings=dict(_readings(manifest)),
        traits=_traits(manifest),
    )


def _readings(manifest: Manifest) -> Iterator[tuple[str, Reading]]:
    for score in _tables(manifest.get("scores")):
        if isinstance(score.get("name"), str) and (reading := _with_interval(score, "value", 1.0)):
            yield score["name"], reading
    yield from _rates(_table(manifest.get("counts")))
    for row in _tables(_table(manifest.get("faithfulness")).get("rows")):
        if row.get("method") == "lrp" and row.get("side") == "source":
            if reading := _with_interval(row, "share", 100.0):
                yield "faithfulness", reading
            break  # further rule sets come after the main one


def _rates(counts: Manifest) -> Iterator[tuple[str, Reading]]:
    """Per 100 segments; of a category, per 100 that were checked for it."""
    segments = _count(counts.get("segments")) or 0
    single = {"flagged": counts.get("flagged"), "empty": counts.get("empty")}
    failed = [number for key in ("not_finite", "out_of_memory") if (number := _count(counts.get(key))) is not None]
    single["failed"] = sum(failed) if failed else None
    for key, number in single.items():
        if (reading := _share(_count(number), segments)) is not None:
            yield key, reading
    flags, unchecked = _table(counts.get("flags")), _table(counts.get("not_checked"))
    for category in CATEGORIES:
        checked = segments - (_count(unchecked.get(category)) or 0)
        if (reading := _per_hundred(_count(flags.get(category)), checked)) is not None:
            yield category, reading


def _share(number: int | None, of: int) -> Reading | None:
    """Of segments, in percent. The noise is never quite none, even at 0 and 100 %."""
    if number is None or not 0 <= number <= of or of == 0:
        return None
    near = (number + 1) / (of + 2)
    return Reading(round(100 * number / of, DIGITS), 100 * sqrt(OF_SEGMENTS * near * (1 - near) / of))


def _per_hundred(number: int | None, of: int) -> Reading | None:
    """Of flags, of which a segment can have several, per 100 segments."""
    if number is None or of <= 0:
        return None
    return Reading(round(100 * number / of, DIGITS), 100 * sqrt(OF_FLAGS * (number + 1)) / of)


def _with_interval(found: Manifest, key: str, scale: float) -> Reading | None:
    value, low, high = (_number(found.get(name)) for name in (key, "low", "high"))
    if value is None:
        return None
    floor = LEAST_POINTS if low is None or high is None else scale * LEAST_OF_ERROR * abs(high - low) / INTERVAL
    return Reading(round(scale * value, DIGITS), floor)


def _traits(manifest: Manifest) -> dict[str, str]:
    model, thresholds = _table(manifest.get("model")), _table(manifest.get("thresholds"))
    scores = _tables(manifest.get("scores"))
    return {
        "model": str(model.get("fingerprint") or model.get("name") or ""),
        "data": " ".join(sorted(str(value)[:8] for value in _table(manifest.get("data")).values())),
        "settings": _digest(manifest.get("settings")),
        "thresholds": _digest(thresholds.get("rules")),
        "scores": "; ".join(sorted(f"{score.get('name')} {score.get('signature')}" for score in scores)),
        "version": str(_table(manifest.get("versions")).get("nmt-audit") or ""),
    }


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _day_and_time(value: object) -> str:
    """A date, or a date with a time in UTC, as ISO 8601 has it; empty for anything else."""
    if not isinstance(value, str):
        return ""
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    try:
        found = datetime.datetime.fromisoformat(value)
        return (found.astimezone(datetime.UTC) if found.tzinfo else found).isoformat()
    except (ValueError, OverflowError):
        return ""


def _table(value: object) -> Manifest:
    return value if isinstance(value, Mapping) else {}


def _tables(value: object) -> list[Manifest]:
    return [_table(item) for item in value] if isinstance(value, list) else []


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:  # a whole number of hundreds of digits
        return None


def _count(value: object) -> int | None:
    found = _number(value)
    return int(found) if found is not None and found >= 0 else None
