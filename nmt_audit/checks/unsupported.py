"""Words of the target that have no counterpart among the words of the source: all of them, or a few in a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from nmt_audit.checks.suspicion import Suspicion, positions_of, shortened
from nmt_audit.language.length import length_deviation
from nmt_audit.language.lexical import Lexical, Support
from nmt_audit.language.relatedness import SURE, odds_against
from nmt_audit.records import Evidence, Segment, Span

FREEDOM = 0.8  # share of what source words without counterpart stand for that is taken as said
PER_LETTER, FEW_LETTERS = 0.2, 3  # nats for each letter after these, of a source word that may be a compound
AT_MOST = 3.0  # standard deviations of length that may speak for or against an added word


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring target words without support; function words may stand between them."""

    start: int
    end: int
    surprise: float  # nats


def vocabulary(segment: Segment, evidence: Evidence | None, lexical: Lexical) -> Iterator[Suspicion]:
    """Too few words with a counterpart for a text of the same meaning, in nats: in all, or in one stretch of each side.

    Both point at the stretch of the target that speaks for it most; the second at that of the source too.
    """
    odds = odds_against(lexical)
    if odds.target is None:
        return
    start, end = lexical.target[odds.target.first].word.start, lexical.target[odds.target.last].word.end
    positions = positions_of(evidence, start, end)
    if odds.nats > 0:
        message = (
            f"{odds.supported} of {odds.asked} words that could be looked up have a counterpart, "
            f"{odds.expected:.0f} were to be expected · {odds.nats:.1f} nats"
        )
        yield Suspicion("unrelated.vocabulary", odds.nats, "tgt", start, end, message, positions)
    if odds.source is not None:
        left = Span("src", lexical.source[odds.source.first].word.start, lexical.source[odds.source.last].word.end)
        text = shortened(segment.source[left.start : left.end])
        message = f"“{text}” is not what these words say · {odds.of_stretches:.1f} nats"
        yield Suspicion("unrelated.clause", odds.of_stretches, "tgt", start, end, message, positions, left)


def extra(segment: Segment, evidence: Evidence | None, lexical: Lexical) -> Iterator[Suspicion]:
    """Words in a row that the source does not have, in nats: how unlikely that is of right words.

    Where words of the source are without counterpart too, they rather were translated freely, or wrongly, than added: a
    long word that the lexicon does not know may take several. A target longer than expected speaks for an addition, a
    shorter one against.
    """
    target = segment.hypothesis or ""
    deviation = length_deviation(segment.source, segment.src_lang, target, segment.tgt_lang)
    longer = min(max(deviation, -AT_MOST), AT_MOST)
    denser = sum(word.content for word in lexical.target) / max(1, sum(word.content for word in lexical.source))
    free = FREEDOM * sum(map(_left, lexical.source)) * max(1.0, denser)
    for run in runs(lexical.target):
        value = run.surprise - free + longer
        if value > 0:
            text = target[run.start : run.end]
            message = f"nothing in the source means “{text}” · {run.surprise:.1f} nats, {longer:+.1f} for the length"
            positions = positions_of(evidence, run.start, run.end)
            yield Suspicion("unrelated.extra", value, "tgt", run.start, run.end, message, positions)


def _left(word: Support) -> float:
    """How much of the target a source word without counterpart may stand for, in nats."""
    long = PER_LETTER * max(0, len(word.word.text) - FEW_LETTERS)
    return max(surprise(word), long) if word.content and not word.is_supported else 0.0


def surprise(word: Support) -> float:
    """How unlikely it is that a right word is without support, in nats; 0 for words with support."""
    return -log(1 - SURE * word.expected) if word.content and not word.is_supported else 0.0


def runs(words: Sequence[Support]) -> Iterator[Run]:
    """The longest rows of words without support. A content word with support ends one, a function word does not.

    Rows of numbers alone are left to the rule for numbers.
    """
    row: list[Support] = []
    for word in (*words, None):
        if word is not None and surprise(word) > 0:
            row.append(word)
        elif row and (word is None or word.content):
            if not all(any(map(str.isdigit, found.word.text)) for found in row):
                yield Run(row[0].word.start, row[-1].word.end, sum(map(surprise, row)))
            row = []
