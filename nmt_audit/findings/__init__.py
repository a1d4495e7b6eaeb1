"""Corpus-level statistics over explanations: what the failures of a run have in common, as numbers.

Ding et al. 2017 looked at a few sentences and summed up four findings (section 4.5): attention is not enough, relevance
varies between layers, the target side matters, and ending too early does much harm. Each is a row of numbers here, for
the model and the corpus of a run, with the same for controls, positions that nothing is suspected of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nmt_audit.controls import END
from nmt_audit.findings.comparing import LEAST_POSITIONS, LEAST_SEGMENTS, Bootstrap, Mask, Positions, compared
from nmt_audit.findings.measuring import LOGIT, Measured, measured
from nmt_audit.findings.results import Estimate, Findings, Row, Share, Together
from nmt_audit.intervals import wilson
from nmt_audit.records import CATEGORIES, Array
from nmt_audit.store import Run

__all__ = [
    "LEAST_POSITIONS", "LEAST_SEGMENTS", "Estimate", "Findings", "Row", "Share", "Together", "findings",
]  # fmt: skip

EARLY = "EARLY_EOS"
ENDINGS = ("OMISSION", EARLY)  # categories whose flags point at the final `</s>`

# Finding → its measures, by the names that rows and measurements have for them.
ATTENTION = {"differs": "differs", "correlation": "attention_correlation"}
LAYERS = {"same": "same", "correlation": "layer_correlation"}
CONTEXT = {"source": "source", "end": "end", "prefix": "prefix"}


def findings(run: Run) -> Findings | None:
    """The four findings on a run's own explanations by its main rule set. None where no flag has been explained.

    Raises InputError for a run that is incomplete or damaged.
    """
    settings = run.manifest.get("settings", {})
    if not settings.get("rules"):
        return None
    seed = int(settings.get("seed", 1))
    found = measured(run, settings["rules"], seed)
    flagged = found.flagged
    if not flagged.any():
        return None
    bootstrap = Bootstrap(seed)
    comparison = _Comparison(found, Positions(found.segment, found.strata, found.control), bootstrap)
    return Findings(
        rules=settings["rules"],
        states=found.states,
        categories=tuple(name for name, some in zip(CATEGORIES, found.categories.T, strict=True) if some.any()),
        flagged_positions=int(flagged.sum()),
        flagged_segments=len(np.unique(found.segment[flagged])),
        control_positions=int(found.control.sum()),
        control_segments=len(np.unique(found.segment[found.control])),
        blown_up=int(found.blown_up.sum()),
        excluded_of=int(found.explained.sum()),
        seed=seed,
        resamples=bootstrap.resamples,
        attention=tuple(comparison.rows(ATTENTION)),
        layers=tuple(comparison.rows(LAYERS)),
        context=tuple(comparison.rows(CONTEXT)),
        ends=tuple(comparison.ends()),
        together=tuple(_together(found.segment_categories)),
        sampled_of=found.sampled_of,
    )


class _Comparison:
    """Rows of one run: every measure of every state, for all flagged positions and for those of each category."""

    def __init__(self, found: Measured, positions: Positions, bootstrap: Bootstrap) -> None:
        self.found, self.positions, self.bootstrap = found, positions, bootstrap

    def rows(self, measures: dict[str, str]) -> Iterator[Row]:
        """Group by group, so that few bootstrap draws need be kept; measures that no position has are left out."""
        pairs = measures is LAYERS
        states = self.found.states[:-1] if pairs else self.found.states
        for category, group in self._groups():
            for name, key in measures.items():
                if key not in self.found.numbers:
                    continue
                for k, state in enumerate(states):
                    following = self.found.states[k + 1] if pairs else None
                    yield self._row(name, state, following, category, group, self.found.numbers[key][:, k])

    def ends(self) -> Iterator[Row]:
        """Flagged final `</s>` beside ordinary ones."""
        at_end = np.array([place.place == END for place in self.found.strata], bool)
        for category, group in self._groups():
            if category not in ENDINGS:
                continue
            for k, state in enumerate(self.found.states):
                values = np.where(at_end, self.found.numbers["end"][:, k], np.nan)
                yield self._row("end", state, None, category, group, values)
            yield self._row("margin", LOGIT, None, category, group, self.found.margin)

    def _groups(self) -> Iterator[tuple[str | None, Mask]]:
        yield None, self.found.flagged
        for number, category in enumerate(CATEGORIES):
            if self.found.categories[:, number].any():
                yield category, self.found.categories[:, number]

    def _row(
        self, measure: str, state: str, following: str | None, category: str | None, group: Mask, values: Array
    ) -> Row:
        one = compared(values, group, self.positions, self.bootstrap)
        return Row(measure, state, following, category, one.flagged, one.control, one.difference, one.unmatched)


def _together(segments: Sequence[frozenset[str]]) -> Iterator[Together]:
    """What else is flagged in segments that are suspected to end early, and in the others."""
    early = [some for some in segments if EARLY in some]
    others = [some for some in segments if EARLY not in some]
    for category in CATEGORIES:
        if early and category != EARLY and any(category in some for some in segments):
            yield Together(category, _share(early, category), _share(others, category))


def _share(segments: Sequence[frozenset[str]], category: str) -> Share | None:
    if not segments:
        return None
    hits = sum(category in some for some in segments)
    low, high = wilson(hits, len(segments))
    return Share(hits, len(segments), hits / len(segments), low, high)
