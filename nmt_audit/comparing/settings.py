"""What the two runs were made with and differ in: whoever compares them must know what else has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nmt_audit.comparing.records import SettingChange

THRESHOLD = "threshold"


def setting_changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[SettingChange, ...]:
    """The entries of two manifests that differ: model, languages, data, settings, thresholds, versions, in that order.

    Names, dates, commands and timings of the runs are not looked at: they always differ.
    """
    first, second = _facts(a), _facts(b)
    names = dict.fromkeys([*first, *second])
    return tuple(
        SettingChange(name, first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name)
    )


def _facts(manifest: Mapping[str, Any]) -> dict[str, str]:
    model = _table(manifest.get("model"))
    thresholds = _table(manifest.get("thresholds"))
    found: dict[str, Any] = {
        "model": model.get("name"), "model fingerprint": model.get("fingerprint"),
        "source language": manifest.get("src_lang"), "target language": manifest.get("tgt_lang"),
        "schema": manifest.get("schema"), "state": manifest.get("state"),
        **_named("data", manifest.get("data")), **_named("setting", manifest.get("settings")),
        "origin of the thresholds": thresholds.get("origin"), **_named(THRESHOLD, thresholds.get("rules")),
        **_named("version", manifest.get("versions")),
    }  # fmt: skip
    return {name: _text(value) for name, value in found.items() if value is not None}


def _named(kind: str, values: object) -> dict[str, Any]:
    return {f"{kind}: {name}": value for name, value in sorted(_table(values).items())}


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "none"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
