"""Words of the target that the audited model would not have said, and that the source's words do not explain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nmt_audit.checks.suspicion import Suspicion, positions_of
from nmt_audit.checks.unsupported import surprise
from nmt_audit.language.lexical import Lexical, Support
from nmt_audit.language.pieces import TokenGroup, merge
from nmt_audit.records import Array, Evidence, Segment, Span

FREE = 3.0  # nats by which a word may fall short of the model's first choice: a synonym
LEXICAL = 2.0  # weight of a nat of missing lexical support beside one of the model's: the two seldom err together
DEPENDENT = 0.25  # how much of a gain from the source speaks against a suspicion
LEAST_GAIN, MOST_GAIN = -2.0, 6.0  # beyond, a gain says how rare the word is


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks for a word being unrelated, in nats; `value` is the sum."""

    start: int
    end: int
    gap: float  # how far the word is behind the model's choice, largest over its pieces
    own: float  # how unlikely it is that a right word has no counterpart in the source
    opposite: float  # the same of the source words that it looks at, by attention
    left: float  # and of the source word that lacks a counterpart most
    left_word: Support | None
    gain: float  # what the source does for the word, summed over its pieces
    whole: float  # mean surprise of the whole text: where all is improbable, a word is nothing special

    @property
    def value(self) -> float:
        """How much speaks for the word being unrelated."""
        gain = min(max(self.gain, LEAST_GAIN), MOST_GAIN)
        return self.gap + LEXICAL * (self.own + self.opposite + self.left) - DEPENDENT * gain - self.whole


def improbable(segment: Segment, evidence: Evidence, lexical: Lexical) -> Iterator[Suspicion]:
    """Words far from the model's choice, the more suspicious the less the words of both sides explain them.

    A word that replaced the right one leaves two without counterpart: itself, and the source word that it stands for.
    """
    for doubt in _doubts(segment, evidence, lexical):
        if doubt.gap > FREE and doubt.value > 0:
            positions = positions_of(evidence, doubt.start, doubt.end)
            yield Suspicion(
                rule="unrelated.improbable",
                value=doubt.value,
                side="tgt",
                start=doubt.start,
                end=doubt.end,
                message=_message(segment, doubt),
                positions=positions,
                counterpart=_looked_at(evidence, positions),
            )


def _message(segment: Segment, doubt: Doubt) -> str:
    text = (segment.hypothesis or "")[doubt.start : doubt.end]
    parts = [f"“{text}” is {doubt.gap:.1f} nats behind the model's choice; the source adds {doubt.gain:.1f} to it"]
    if doubt.own > 0:
        parts.append("nothing in the source means it")
    if doubt.left_word is not None:
        parts.append(f"“{doubt.left_word.word.text}” has no counterpart")
    return " · ".join(parts)


def _doubts(segment: Segment, evidence: Evidence, lexical: Lexical) -> Iterator[Doubt]:
    whole = -float(np.mean(evidence.logprobs))
    left = max(lexical.source, key=surprise, default=None)
    left_over = surprise(left) if left is not None else 0.0
    opposite = _surprise_of_tokens(evidence, lexical)
    for group in merge(evidence.target_tokens, segment.hypothesis or "", segment.tgt_lang):
        if group.is_end or not any(char.isalnum() for char in group.text):
            continue
        pieces = list(group.tokens)
        yield Doubt(
            start=group.start,
            end=group.end,
            gap=float(evidence.gaps[pieces].max()),
            own=_own_surprise(group, lexical),
            opposite=_looked_at_surprise(evidence, pieces, opposite),
            left=left_over,
            left_word=left if left_over > 0 else None,
            gain=float(evidence.source_gain[pieces].sum()),
            whole=whole,
        )


def _own_surprise(group: TokenGroup, lexical: Lexical) -> float:
    inside = [word for word in lexical.target if group.start <= word.word.start < group.end]
    return max(map(surprise, inside), default=0.0)


def _surprise_of_tokens(evidence: Evidence, lexical: Lexical) -> Array:
    found = np.zeros(len(evidence.source_tokens))
    for index, token in enumerate(evidence.source_tokens):
        touched = (w for w in lexical.source if token.start < w.word.end and w.word.start < token.end)
        found[index] = max(map(surprise, touched), default=0.0)
    return found


def _looked_at_surprise(evidence: Evidence, pieces: list[int], opposite: Array) -> float:
    if evidence.attention is None:
        return 0.0
    weights = evidence.attention[pieces].sum(0)
    return float(weights @ opposite / max(weights.sum(), 1e-9))


def _looked_at(evidence: Evidence, positions: tuple[int, ...]) -> Span | None:
    """The source token that a word looked at most; none where that is `</s>`, or the model has no attention."""
    if evidence.attention is None:
        return None
    token = evidence.source_tokens[int(evidence.attention[list(positions)].sum(0).argmax())]
    return Span("src", token.start, token.end) if positions and token.start < token.end else None
