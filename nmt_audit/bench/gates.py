"""How often a gate fails: on simulated nights without a change, where it should not, and on worse ones.

A night is a test set translated twice, by the baseline and by tonight's system. Segments differ in difficulty, which
both share; what goes wrong with a segment is drawn anew for each system, as two trainings of one model differ. What
goes wrong takes words away, says them again or says others, and raises flags: scores and rates fall and rise together.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nmt_audit.comparing import Matched, Pair, StoredFlag, Version
from nmt_audit.gating import GatedRun, judge
from nmt_audit.intervals import wilson
from nmt_audit.records import CATEGORIES
from nmt_audit.store import Run

WORDS = 3000  # of the vocabulary; few words are frequent, as in any language
SHORTEST, LONGEST = 5, 25  # words of a reference
MISTAKEN = 0.15  # share of words that the systems get wrong, on average
FLAGGED = {"OMISSION": 0.3, "REPETITION": 0.1, "UNRELATED": 0.15, "NEGATION": 0.08, "EARLY_EOS": 0.12}
SCORES = ({"name": "BLEU"}, {"name": "chrF"}, {"name": "TER"})


@dataclass(frozen=True, slots=True)
class Nights:
    """What is simulated. `worse`: how many more words, as a share, tonight's system gets wrong than the baseline."""

    nights: int = 200
    segments: int = 200
    worse: float = 0.0
    resamples: int = 1000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Failures:
    """How many of the nights the gate let fail, and the 95 % Wilson interval of the share."""

    nights: int
    failed: int

    @property
    def interval(self) -> tuple[float, float]:
        """Of the probability that a night like these fails."""
        return wilson(self.failed, self.nights)


def simulated(asked: Nights) -> Failures:
    """Judges so many nights by the gate without rules. The same settings give the same nights."""
    random = np.random.default_rng(asked.seed)
    failed = 0
    for night in range(asked.nights):
        matched = _night(asked, random)
        run, baseline = (Run(Path(f"{name} {night}"), {"scores": SCORES}) for name in ("tonight", "baseline"))
        failed += judge(GatedRun(run, baseline, matched, night, asked.resamples)).verdict == "failed"
    return Failures(asked.nights, failed)


def _night(asked: Nights, random: np.random.Generator) -> Matched:
    common = 1 / np.arange(1, WORDS + 1)  # Zipf
    pairs = []
    for place in range(asked.segments):
        length = int(random.integers(SHORTEST, LONGEST + 1))
        words = [f"w{number}" for number in random.choice(WORDS, length, p=common / common.sum())]
        difficulty = float(random.beta(1, 1 / MISTAKEN - 1))  # of mean MISTAKEN
        a, b = (_translated(place, words, min(1.0, difficulty + more), random) for more in (0.0, asked.worse))
        pairs.append(Pair(a, b))
    return Matched(tuple(pairs), (), ())


def _translated(place: int, words: list[str], mistaken: float, random: np.random.Generator) -> Version:
    """A translation in which each word is wrong with some probability: gone, said twice, or another one."""
    said: list[str] = []
    for word, wrong, how in zip(words, random.random(len(words)) < mistaken, random.random(len(words)), strict=True):
        said += [word] if not wrong else [] if how < 0.4 else [word, word] if how < 0.6 else [f"x{word}"]
    flags = tuple(
        StoredFlag(f"{place} {category}", category, "src", None, None, 0.5, "simulated", 1.0, 1.0, "", False)
        for category in CATEGORIES
        if random.random() < FLAGGED[category] * min(1.0, 2 * mistaken)
    )
    return Version(
        place, str(place), f"source {place}", " ".join(said), (" ".join(words),), "de", "en", "ok", None, None, (),
        flags,
    )  # fmt: skip
