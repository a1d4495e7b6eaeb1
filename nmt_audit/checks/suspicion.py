"""What a check yields before anybody has decided whether it is worth a flag."""

from __future__ import annotations

from dataclasses import dataclass

from nmt_audit.records import Evidence, Side, Span

LONGEST_QUOTATION = 60


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One thing that a rule saw, and how strongly. Becomes a flag where `value` reaches the rule's threshold.

    `value` is above 0, and higher is more suspicious. `start` and `end` are None where the whole side is meant.
    """

    rule: str
    value: float
    side: Side
    start: int | None
    end: int | None
    message: str
    positions: tuple[int, ...] = ()
    counterpart: Span | None = None


def positions_of(evidence: Evidence | None, start: int, end: int) -> tuple[int, ...]:
    """The target tokens that overlap a span of the hypothesis; none without a model."""
    if evidence is None:
        return ()
    return tuple(j for j, token in enumerate(evidence.target_tokens) if token.start < end and start < token.end)


def last_position(evidence: Evidence | None) -> tuple[int, ...]:
    """Where `</s>` stands (or the last token, where the search was cut off); nothing without a model."""
    return (len(evidence.target_tokens) - 1,) if evidence is not None and evidence.target_tokens else ()


def shortened(text: str) -> str:
    """A quotation for a message: at most LONGEST_QUOTATION characters."""
    return text if len(text) <= LONGEST_QUOTATION else text[: LONGEST_QUOTATION - 1] + "…"
