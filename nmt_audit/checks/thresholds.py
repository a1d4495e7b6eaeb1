"""From which value on a suspicion becomes a flag: one number per rule, and where the numbers are from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nmt_audit.errors import InputError

SHIPPED: Mapping[str, float] = {
    "omission.length": 2.4,
    "omission.number": 1.0,
    "omission.name": 3.0,
    "omission.contrastive": 1.0,
    "omission.coverage": 3.0,
    "omission.ending": 3.0,
    "repetition.adjacent": 1.0,
    "repetition.near": 1.5,
    "repetition.echo": 1.0,
    "repetition.inside": 1.0,
    "unrelated.number": 1.0,
    "unrelated.name": 1.0,
    "unrelated.length": 3.0,
    "unrelated.improbable": 8.0,
    "unrelated.ungrounded": 4.0,
    "unrelated.detached": 3.0,
    "negation.lost": 0.6,
    "negation.affixed": 0.5,
    "early_eos.length": 3.0,
    "early_eos.unfinished": 2.0,
    "early_eos.surprise": 3.0,
    "early_eos.continuation": 3.0,
    "early_eos.limit": 0.5,
}  # fmt: skip

# Below these no calibration goes: what a rule says there is no suspicion, however clean the text it was set on. Rules
# over text mean the same with every model and keep what is shipped, rules over model evidence start low.
FLOORS: Mapping[str, float] = {
    **SHIPPED,
    "omission.contrastive": 0.5,
    "omission.coverage": 1.0,
    "omission.ending": 0.7,
    "omission.length": 2.0,
    "unrelated.improbable": 2.0,
    "unrelated.ungrounded": 1.0,
    "unrelated.detached": 0.5,
    "early_eos.length": 2.0,
    "early_eos.unfinished": 1.5,
    "early_eos.surprise": 0.7,
    "early_eos.continuation": 1.0,
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Rule → threshold. `origin` says in words how they were set; it goes into the manifest."""

    values: Mapping[str, float]
    origin: str

    def __getitem__(self, rule: str) -> float:
        return self.values[rule]

    def save(self, path: Path) -> None:
        """Writes them as JSON, rules in alphabetical order."""
        content = {"origin": self.origin, "thresholds": dict(sorted(self.values.items()))}
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Thresholds:
        """Reads what `save` wrote; a rule that the file does not name keeps its shipped threshold."""
        try:
            content = json.loads(path.read_text("utf-8"))
            values = {str(rule): float(value) for rule, value in content["thresholds"].items()}
            origin = str(content["origin"])
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); name a file of thresholds") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: not a file of thresholds ({error}); calibrate again") from error
        return cls({**SHIPPED, **values}, origin)


def default_thresholds() -> Thresholds:
    """The shipped thresholds: for text alone set on news and Tatoeba references, for model evidence cautious."""
    return Thresholds(SHIPPED, "shipped defaults")
