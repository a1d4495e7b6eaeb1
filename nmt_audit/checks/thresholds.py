"""From which value on a suspicion becomes a flag: one number per rule, and where the numbers are from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nmt_audit.errors import InputError

SHIPPED: Mapping[str, float] = {
    "omission.length": 2.5,
    "omission.number": 1.0,
    "omission.name": 3.0,
    "omission.uncovered": 0.35,
    "repetition.adjacent": 1.0,
    "repetition.near": 1.5,
    "repetition.echo": 1.0,
    "repetition.inside": 1.0,
    "unrelated.number": 1.0,
    "unrelated.name": 1.0,
    "unrelated.length": 3.0,
    "unrelated.vocabulary": 1.7,
    "unrelated.clause": 6.0,
    "unrelated.extra": 6.0,
    "unrelated.improbable": 12.5,
    "unrelated.unsure": 6.0,
    "unrelated.detached": 4.5,
    "negation.lost": 0.6,
    "negation.affixed": 0.4,
    "negation.contrast": 1.0,
    "early_eos.length": 2.6,
    "early_eos.margin": 10.0,
    "early_eos.limit": 0.5,
}  # fmt: skip

DEAR = 2.3  # about what a fifth of good translations reach, with a model of the kind that is shipped

# Below these no calibration goes: what a rule says there is no suspicion, however clean the text it was set on. Rules
# over text mean the same with every model and keep what is shipped, rules over model evidence start low.
FLOORS: Mapping[str, float] = {
    **SHIPPED,
    "omission.length": 2.0,
    "omission.uncovered": 0.15,
    "unrelated.improbable": 6.0,
    "unrelated.unsure": 6.0,
    "unrelated.detached": 4.5,
    "negation.contrast": 0.5,
    "early_eos.length": 2.0,
    "early_eos.margin": 6.0,
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Rule → threshold. `origin` says in words how they were set; it goes into the manifest.

    `rate`: the share of clean segments that each category was allowed to flag; None: not calibrated. `false_alarms`:
    the share that each category flagged of clean segments which its thresholds were not set on; empty: not measured.
    `dear`: the suspicion from which on a segment is worth the dear kinds of evidence (`evidence.suspects`).
    """

    values: Mapping[str, float]
    origin: str
    rate: float | None = None
    false_alarms: Mapping[str, float] = field(default_factory=dict)
    dear: float = DEAR

    def __getitem__(self, rule: str) -> float:
        return self.values[rule]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a manifest or a file, rules in alphabetical order."""
        return {
            "origin": self.origin,
            "rate": self.rate,
            "false_alarms": dict(self.false_alarms),
            "dear": self.dear,
            "rules": dict(sorted(self.values.items())),
        }

    def save(self, path: Path) -> None:
        """Writes them as JSON."""
        path.write_text(json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Thresholds:
        """From what `as_dict` gave. Raises ValueError, KeyError, TypeError or AttributeError for other values."""
        values = {str(rule): float(value) for rule, value in content["rules"].items()}
        alarms = {str(category): float(share) for category, share in content.get("false_alarms", {}).items()}
        dear = float(content.get("dear", DEAR))
        return cls({**SHIPPED, **values}, str(content["origin"]), content.get("rate"), alarms, dear)

    @classmethod
    def load(cls, path: Path) -> Thresholds:
        """Reads what `save` wrote; a rule that the file does not name keeps its shipped threshold."""
        try:
            return cls.of(json.loads(path.read_text("utf-8")))
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); name a file of thresholds") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: not a file of thresholds ({error}); calibrate again") from error


def default_thresholds() -> Thresholds:
    """The shipped thresholds: for text alone set on news and Tatoeba references, for model evidence cautious."""
    return Thresholds(SHIPPED, "shipped defaults")
