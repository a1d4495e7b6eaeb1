"""Which check looks for which category, and how what they suspect becomes flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from nmt_audit.checks.character_references import resolved
from nmt_audit.checks.early_eos import early_eos
from nmt_audit.checks.negation import negation
from nmt_audit.checks.omission import omission
from nmt_audit.checks.repetition import repetition
from nmt_audit.checks.suspicion import Suspicion
from nmt_audit.checks.thresholds import Thresholds
from nmt_audit.checks.unrelated import unrelated
from nmt_audit.language.lexical import Lexical, lexical_support
from nmt_audit.language.lexicon import Lexicon, shipped_lexicon
from nmt_audit.language.negation import has_cues
from nmt_audit.records import CheckResult, Evidence, Flag, Segment

Check: TypeAlias = Callable[[Segment, Evidence | None, Lexical], Iterator[Suspicion]]

MOST_FLAGS = 25  # of one category in one segment: nobody reads more

CHECKS: Mapping[str, Check] = {
    "OMISSION": omission,
    "REPETITION": repetition,
    "UNRELATED": unrelated,
    "NEGATION": negation,
    "EARLY_EOS": early_eos,
}


def not_checked(segment: Segment) -> tuple[str, ...]:
    """The categories that nothing can be said about: all without a hypothesis, negation without cue lists."""
    if segment.hypothesis is None:
        return tuple(CHECKS)
    return () if has_cues(segment.src_lang) and has_cues(segment.tgt_lang) else ("NEGATION",)


def suspicions(
    segment: Segment, evidence: Evidence | None, lexicon: Lexicon | None = None
) -> dict[str, list[Suspicion]]:
    """Category → everything that its check saw, below the thresholds too; without the categories not checked.

    `lexicon`: that of the corpus; the shipped one of the language pair where None.
    """
    if lexicon is None:
        lexicon = shipped_lexicon(segment.src_lang, segment.tgt_lang)
    plain = resolved(segment, evidence)
    if plain is None:
        return _suspicions(segment, evidence, lexicon)
    seen = _suspicions(plain.segment, plain.evidence, lexicon)
    return {category: [plain.original(suspicion) for suspicion in found] for category, found in seen.items()}


def _suspicions(segment: Segment, evidence: Evidence | None, lexicon: Lexicon) -> dict[str, list[Suspicion]]:
    skipped = not_checked(segment)
    lexical = lexical_support(segment, lexicon)
    return {
        category: list(check(segment, evidence, lexical))
        for category, check in CHECKS.items()
        if category not in skipped
    }


def check_segment(
    segment: Segment, evidence: Evidence | None, thresholds: Thresholds, lexicon: Lexicon | None = None
) -> CheckResult:
    """The flags of one segment, by category and then best first, and the categories that could not be checked."""
    flags: list[Flag] = []
    for category, found in suspicions(segment, evidence, lexicon).items():
        reached = [_flag(category, s, thresholds[s.rule]) for s in found if s.value >= thresholds[s.rule]]
        flags += _distinct(sorted(reached, key=_rank))
    return CheckResult(tuple(flags), not_checked(segment))


def _flag(category: str, suspicion: Suspicion, threshold: float) -> Flag:
    return Flag(
        category=category,
        side=suspicion.side,
        start=suspicion.start,
        end=suspicion.end,
        score=suspicion.value / (suspicion.value + threshold),
        rule=suspicion.rule,
        threshold=threshold,
        value=suspicion.value,
        message=suspicion.message,
        positions=suspicion.positions,
        counterpart=suspicion.counterpart,
    )


def _rank(flag: Flag) -> tuple[float, str, str, int, int]:
    """Best first; the rest of the key makes the order of equals a matter of content alone."""
    return -flag.score, flag.rule, flag.side, flag.start or 0, flag.end or 0


def _distinct(ranked: list[Flag]) -> list[Flag]:
    """Keeps the strongest of flags that overlap on one side: they tell a reader the same thing twice.

    A flag of a whole side says less than one with a span, so it stays only where there is no other. A very long text
    keeps its MOST_FLAGS strongest.
    """
    kept: list[Flag] = []
    pointed = [flag for flag in ranked if flag.start is not None]
    for flag in pointed + [flag for flag in ranked if flag.start is None]:
        if len(kept) < MOST_FLAGS and not any(_overlap(flag, other) for other in kept):
            kept.append(flag)
    return sorted(kept, key=_rank)


def _overlap(flag: Flag, other: Flag) -> bool:
    if flag.start is None or other.start is None:
        return True
    if flag.side != other.side:
        return False
    return flag.start < (other.end or 0) and other.start < (flag.end or 0)
