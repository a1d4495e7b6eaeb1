"""The manifest of a run: what it is of, as far as it is known before the first shard, and what came of it."""

from __future__ import annotations

import datetime
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nmt_audit import __version__
from nmt_audit.config import AuditConfig
from nmt_audit.models.protocol import Model
from nmt_audit.records import CATEGORIES, NOT_OK, Audited, Score
from nmt_audit.series import NO_MODEL, stable_name
from nmt_audit.stages import SHARD, Standard

VERSIONED = ("torch", "sentencepiece", "sacrebleu", "numpy", "pandas", "pyarrow")


def begun(config: AuditConfig, data: Mapping[str, str], model: Model | None) -> dict[str, Any]:
    """What a run is of. `data`: file name → sha256 of everything that was read."""
    return {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "name": config.name or Path(config.reads).name,
        "date": config.date,
        "series": {
            "model": config.as_model or (NO_MODEL if model is None else stable_name(model.name)),
            "test_set": config.as_test_set or stable_name(Path(config.reads).name),
        },
        "model": None if model is None else {"name": model.name, "fingerprint": model.fingerprint},
        "src_lang": config.src_lang,
        "tgt_lang": config.tgt_lang,
        "settings": _settings(config, model),
        "threads": threads_of(model),
        "device": None if model is None else model.device.type,
        "data": dict(data),
        "versions": {"nmt-audit": __version__, **{package: version(package) for package in _versioned(config)}},
        "command": sys.argv[1:],
    }


class Counts:
    """How many of what, gathered while segments pass. Flags that were dismissed earlier are counted apart."""

    def __init__(self) -> None:
        self.segments = 0
        self.standing: Counter[str] = Counter()
        self._flagged = 0
        self._dismissed: Counter[str] = Counter()
        self._not_checked: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()

    def add(self, item: Audited) -> None:
        """A segment passes by."""
        standing = Counter(flag.category for flag in item.standing)
        self.segments += 1
        self.standing += standing
        self._flagged += bool(standing)
        self._dismissed += Counter(flag.category for flag in item.flags) - standing
        self._not_checked.update(item.not_checked)
        self._statuses[item.status] += 1

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the manifest."""
        return {
            "segments": self.segments,
            "flagged": self._flagged,
            "flags": {name: self.standing[name] for name in CATEGORIES},
            "dismissed": {name: self._dismissed[name] for name in CATEGORIES},
            "not_checked": {name: self._not_checked[name] for name in CATEGORIES},
            **{name: self._statuses[name] for name in NOT_OK},
        }


def outcome(standard: Standard, scores: Sequence[Score], counts: Counts) -> dict[str, Any]:
    """What came of a run, but for what is measured of its flags and maps."""
    return {
        "state": "complete",
        "scores": [asdict(score) for score in scores],
        "counts": counts.as_dict(),
        "thresholds": standard.thresholds.as_dict(),
        "lexicons": {f"{source}-{target}": lexicon.origin for (source, target), lexicon in standard.lexicons.items()},
    }


def _settings(config: AuditConfig, model: Model | None) -> dict[str, Any]:
    """Every option that decides what a run's tables and pages hold."""
    return {
        "beam": config.beam if model is not None and config.hypotheses is None else None,
        "search": None if model is None else str(model.precision).removeprefix("torch."),
        "decoder": config.decoder if model is not None else None,
        "rules": config.rules if model is not None else None,
        "rule_sets": list(config.rule_sets) if model is not None else [],
        "methods": ["attention", "lrp", *config.methods] if model is not None else [],
        "seed": config.seed,
        "false_alarms": config.false_alarms,
        "planted": config.planted,
        "maps": config.maps if model is not None else 0,
        "controls": config.controls if model is not None else 0,
        "system": config.system,
        "threads": config.threads,
        "shard": SHARD,
    }


def _versioned(config: AuditConfig) -> tuple[str, ...]:
    """The packages that a run hangs on."""
    return VERSIONED if config.decoder == "model" else (*VERSIONED, "ctranslate2")


def threads_of(model: Model | None) -> int | None:
    """How many threads the model computes with: sums in another order may round otherwise."""
    if model is None:
        return None
    import torch

    return torch.get_num_threads()
