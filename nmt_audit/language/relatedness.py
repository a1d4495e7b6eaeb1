"""Do two texts say the same? Odds from the lexical support of their words, in nats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

from nmt_audit.language.lexical import Lexical, Support

ACCIDENT = 0.007  # chance of a word that is easy to find to have support in one unrelated word
LEAST_ACCIDENT = 0.01
SURE = 0.85  # translators are free: of the support that single words make likely, texts keep this much
DEPENDENCE = 0.5  # each link is counted on both sides
SPREAD = 0.03  # a text's words are right or wrong, known or unknown, together: odds count less in a longer one


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring words, by their first and last index, and the sum of their odds in nats."""

    first: int
    last: int
    nats: float


@dataclass(frozen=True, slots=True)
class Odds:
    """The odds that two texts have nothing to do with each other. `nats` is above 0 where that is more likely.

    `source`, `target`: the words of each side that together speak for it most; None where none does.
    """

    nats: float
    supported: int
    expected: float  # how many words would find support in a right translation
    asked: int  # words that could be looked up
    source: Stretch | None = None
    target: Stretch | None = None

    @property
    def of_stretches(self) -> float:
        """The odds that these stretches have nothing to do with each other, whatever the rest of the texts."""
        return DEPENDENCE * sum(stretch.nats for stretch in (self.source, self.target) if stretch is not None)


def odds_against(lexical: Lexical) -> Odds:
    """The log-odds of "unrelated" to "right translation", over the content words that can be looked up."""
    of_source = _odds_by_word(lexical.source, len(lexical.target))
    of_target = _odds_by_word(lexical.target, len(lexical.source))
    asked = [word for word in (*lexical.source, *lexical.target) if word.content and word.expected > 0]
    return Odds(
        nats=DEPENDENCE * (sum(of_source) + sum(of_target)) / sqrt(1 + SPREAD * len(asked)),
        supported=sum(word.is_supported for word in asked),
        expected=sum(SURE * word.expected for word in asked),
        asked=len(asked),
        source=heaviest(of_source),
        target=heaviest(of_target),
    )


def heaviest(values: Sequence[float]) -> Stretch | None:
    """The neighbouring values with the largest sum; None where none is above 0."""
    best: Stretch | None = None
    total, first = 0.0, 0
    for last, value in enumerate(values):
        if total <= 0:
            total, first = 0.0, last
        total += value
        if total > (best.nats if best else 0.0):
            best = Stretch(first, last, total)
    return best


def _odds_by_word(words: Sequence[Support], opposite: int) -> list[float]:
    easy = 1 - (1 - ACCIDENT) ** opposite
    return [_word_odds(word, easy) if word.content and word.expected > 0 else 0.0 for word in words]


def _word_odds(word: Support, easy: float) -> float:
    """One word's log-odds. Common words find support by accident more easily than those that are rarely found."""
    expected = SURE * word.expected
    accident = min(max(LEAST_ACCIDENT, easy * word.expected**2), 0.8 * expected)
    if word.is_supported:
        return log(accident / expected)
    return log((1 - accident) / (1 - expected))
