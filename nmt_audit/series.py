"""Which runs are of one series: the same model in training, on the same test set, night after night.

Nights are compared by names, and names of nights differ: a folder has the date, a checkpoint its step, a file a hash.
`stable_name` leaves out what changes from night to night and keeps what tells two models or test sets apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNNAMED = "unnamed"
NO_MODEL, NO_DATA = "no model", "no data"

# Names of folders that say nothing without the folder around them.
GENERIC = frozenset(
    {"best", "checkpoint", "checkpoints", "ckpt", "export", "final", "last", "latest", "model", "models", "output"}
)

_SEPARATOR = r"[-_. ]"
_CLOCK = r"(?:[01][0-9]|2[0-3])[:.-]?[0-5][0-9](?:[:.-]?[0-5][0-9](?:\.[0-9]+)?)?"
_TIME = rf"(?:[T_ -]?{_CLOCK}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?)?"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
_HEX = r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}"
# What counts something, with the number that changes; the word stays.
_COUNTED = r"(?:global_?step|steps?|epochs?|ep|checkpoint|ckpt|iter(?:ation)?|updates?|night(?:ly)?|run|build|job|rev)"

# In this order. Each pattern is of what is left out, together with the separator before it.
_CHANGING = (
    # 2026-11-29, 2026_11_29T03:00:00Z, 20261129-0300; not v2021-08-07, which is a version
    re.compile(rf"(?:^|{_SEPARATOR})(?:19|20)[0-9]{{2}}([-_.]){_MONTH}\1{_DAY}{_TIME}(?![0-9A-Za-z])"),
    re.compile(rf"(?:^|{_SEPARATOR}|(?<=[A-Za-uw-z]))(?:19|20)[0-9]{{2}}{_MONTH}{_DAY}{_TIME}(?![0-9A-Za-z])"),
    re.compile(rf"(?:^|{_SEPARATOR})[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}(?![0-9A-Za-z])", re.IGNORECASE),
    re.compile(rf"(?:(?<=^)|(?<={_SEPARATOR}))(?P<kept>{_COUNTED})[-_.=]?[0-9]+(?![0-9A-Za-z])", re.IGNORECASE),
    re.compile(rf"(?:^|{_SEPARATOR}){_HEX}(?![0-9A-Za-z])", re.IGNORECASE),
    # a number alone: of five digits and more, or padded with zeros; not 2014, not nllb-200
    re.compile(rf"(?:^|{_SEPARATOR})(?:[0-9]{{5,}}|0[0-9]{{2,}})(?![0-9A-Za-z])"),
)


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """What the nights of a trend have in common."""

    model: str
    test_set: str


def series_of(manifest: Mapping[str, Any]) -> Series:
    """The series of a run: as its manifest says, or else from the names of its model and data.

    Runs of before there were series have no names for them. Theirs are derived as an audit derives them today; the
    test set's from the option `--source` in the command, or, where there is none, from the names of all data.
    """
    told = _table(manifest.get("series"))
    model, test_set = told.get("model"), told.get("test_set")
    return Series(
        model if isinstance(model, str) and model else _model(manifest),
        test_set if isinstance(test_set, str) and test_set else _test_set(manifest),
    )


def _model(manifest: Mapping[str, Any]) -> str:
    model = manifest.get("model")
    name = model.get("name") if isinstance(model, Mapping) else model
    return stable_name(name) if isinstance(name, str) else NO_MODEL


def _test_set(manifest: Mapping[str, Any]) -> str:
    command = manifest.get("command")
    if isinstance(command, list) and "--source" in command[:-1]:
        source = command[command.index("--source") + 1]
        if isinstance(source, str) and source != "-":
            return stable_name(re.split(r"[/\\]", source)[-1])
    names = sorted({stable_name(name) for name in _table(manifest.get("data"))})
    return " + ".join(names) or NO_DATA


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def stable_name(text: str) -> str:
    """The name of a model or a test set without what changes from night to night.

    Of a path, the last part that says anything; where that is as general as “model” or “checkpoint”, with the part
    before it. Left out are dates with or without a time, hexadecimal hashes of seven digits or more, numbers of steps,
    epochs, checkpoints, nights, runs and builds, and numbers that stand alone and have five digits or a leading zero.
    What stays: years and numbers within names (newstest2014, wmt22, nllb-200), and versions (v2, v2021-08-07).

        /models/2026-11-29/de-en        de-en
        /models/de-en/checkpoint-012000 de-en/checkpoint
        nightly-20261129.de             nightly.de

    The name of a name is the name itself. Two models whose folders have the same name are taken for one: they need
    names of their own (`audit --as-model`, `--as-test-set`).
    """
    parts = [name for part in re.split(r"[/\\]", text) if (name := _without_changes(part.strip()))]
    if not parts:
        return UNNAMED
    last = parts[-1]
    general = last.casefold() in GENERIC
    return f"{parts[-2]}/{last}" if general and len(parts) > 1 else last


def _without_changes(part: str) -> str:
    """A part of a path; empty where it changes as a whole, or is a dot."""
    before = None
    while part != before:  # what is left out may bring together what then is left out, too
        before = part
        for pattern in _CHANGING:
            part = pattern.sub(lambda found: found.groupdict().get("kept") or "", part)
        part = re.sub(rf"^{_SEPARATOR}+|{_SEPARATOR}+$", "", part)
    return part
