"""All that two runs differ in, together, and as plain values for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nmt_audit.comparing.flags import flag_changes
from nmt_audit.comparing.matching import match
from nmt_audit.comparing.rates import rate_changes
from nmt_audit.comparing.records import (
    FlagChange,
    FlagChanges,
    Matched,
    Rate,
    RateChange,
    ScoreChange,
    SegmentChange,
    SettingChange,
    StoredFlag,
)
from nmt_audit.comparing.scores import score_changes
from nmt_audit.comparing.segments import segment_changes
from nmt_audit.comparing.settings import setting_changes
from nmt_audit.store import Run

RESAMPLES = 1000
LISTED = 100  # segments of one run alone that are named
FLAGS_LISTED = ("new", "fixed", "changed", "dismissed", "unchecked")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything about two runs. `scores` is () where no pair has a reference, or where they were not asked for."""

    manifest_a: Mapping[str, Any]
    manifest_b: Mapping[str, Any]
    matched: Matched
    scores: tuple[ScoreChange, ...]
    flags: FlagChanges
    rates: tuple[RateChange, ...]
    segments: tuple[SegmentChange, ...]
    settings: tuple[SettingChange, ...]

    @property
    def identical(self) -> bool:
        """Whether both runs say the same of the same segments; what they were made with may differ."""
        return not self.segments and not self.matched.only_a and not self.matched.only_b

    @property
    def directions(self) -> Mapping[str, int]:
        """How many changed segments are better, worse and even."""
        return Counter(item.direction for item in self.segments)

    def as_dict(self) -> dict[str, Any]:
        """The comparison as JSON has it.

        Of persisting flags there are only counts, of changed segments the identifiers, and of segments that only one
        run has those of the first LISTED.
        """
        matched, flags = self.matched, self.flags
        return {
            "a": _run(self.manifest_a),
            "b": _run(self.manifest_b),
            "identical": self.identical,
            "segments": {
                "matched": len(matched.pairs), "same_translation": matched.same_translation,
                "changed": len(self.segments), **{name: self.directions[name] for name in ("better", "worse", "even")},
                "only_a": len(matched.only_a), "only_b": len(matched.only_b),
                "references_differ": sum(pair.references is None for pair in matched.pairs),
                "only_a_ids": [one.id for one in matched.only_a[:LISTED]],
                "only_b_ids": [one.id for one in matched.only_b[:LISTED]],
            },
            "scores": [asdict(score) for score in self.scores],
            "rates": [{**asdict(rate), "a": _rate(rate.a), "b": _rate(rate.b)} for rate in self.rates],
            "flags": {
                "counts": {name: len(getattr(flags, name)) for name in FlagChanges.__dataclass_fields__},
                **{name: _flags(getattr(flags, name)) for name in FLAGS_LISTED},
            },
            "changed_segments": [
                {"a": item.pair.a.id, "b": item.pair.b.id, "gain": item.gain, "chrf": item.chrf}
                for item in self.segments
            ],
            "settings": [asdict(change) for change in self.settings],
        }  # fmt: skip


def compare_runs(a: Run, b: Run, *, seed: int = 1, resamples: int = RESAMPLES) -> Comparison:
    """Compares run B with run A, the baseline.

    `resamples`: of the paired bootstrap; with 0 the scores are left out, which are nearly all of the time it takes.
    Raises InputError where the runs have no segment in common, or cannot be read.
    """
    matched = match(a, b)
    return Comparison(
        a.manifest, b.manifest, matched,
        score_changes(matched, seed=seed, resamples=resamples) if resamples else (),
        flag_changes(matched), rate_changes(matched), segment_changes(matched),
        setting_changes(a.manifest, b.manifest),
    )  # fmt: skip


def _run(manifest: Mapping[str, Any]) -> dict[str, Any]:
    names = ("name", "date", "created", "model", "src_lang", "tgt_lang", "state", "data", "settings", "versions")
    return {name: manifest.get(name) for name in names}


def _rate(rate: Rate) -> dict[str, Any]:
    return {**asdict(rate), "share": rate.share}


def _flags(changes: Sequence[FlagChange]) -> list[dict[str, Any]]:
    return [
        {
            "id": change.id, "category": change.category, "rule": change.rule, "segment_a": change.segment_a,
            "segment_b": change.segment_b, "a": _flag(change.a), "b": _flag(change.b),
        }
        for change in changes
    ]  # fmt: skip


def _flag(flag: StoredFlag | None) -> dict[str, Any] | None:
    return None if flag is None else asdict(flag)
