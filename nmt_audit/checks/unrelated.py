"""UNRELATED: words of the target that the source does not support."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

import numpy as np

from nmt_audit.checks.suspicion import Suspicion, positions_of
from nmt_audit.language.anchors import has_headline_case, name_is_supported, names, numbers, unsupported
from nmt_audit.language.function_words import is_content
from nmt_audit.language.length import length_deviation, length_share
from nmt_audit.language.pieces import merge
from nmt_audit.language.words import words
from nmt_audit.records import Evidence, Segment, Span

DEPENDENT = 0.5  # how much of a gain from the source speaks against a suspicion
FREE = 3.0  # nats by which a word may fall short of the model's first choice: a synonym


def unrelated(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    """Words of the target have no support in the source.

    Text: a number or a name that the source does not have; a target far longer than its source makes likely.
    Model: a word that is both improbable and no likelier with the source than without; a whole translation that the
    model finds improbable (detached from the source).

    Misses, without a model, all words but numbers and names; with one, fluent additions that it finds likely. Suspects
    rare but right words that the model does not know.

    flags: Er kaufte 35 Äpfel. | He bought 53 apples. @ 10:12
    flags: Der Hund schläft. | The dog of Nathaniel sleeps. @ 11:20
    flags: Er kommt. | He is coming, and the weather will be very nice for all of the people in the garden. @ *
    clear: Er kaufte zwei Äpfel. | He bought 2 apples.
    clear: Am Montag fliegt Alexander nach Köln. | Alexander is flying to Cologne on Monday.
    clear: Der Zug fährt um 15 Uhr. | The train leaves at 3 p.m.
    """
    if not segment.source.strip():
        if (segment.hypothesis or "").strip():
            yield Suspicion("unrelated.length", 10.0, "tgt", None, None, "a translation of an empty source")
        return
    yield from _numbers(segment, evidence)
    yield from _names(segment, evidence)
    yield from _length(segment, evidence)
    if evidence is not None:
        yield from _improbable(segment, evidence)
        yield from _detached(segment, evidence)


def _numbers(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    target = segment.hypothesis or ""
    lost = unsupported(list(numbers(segment.source, segment.src_lang)), target, segment.tgt_lang)
    new = unsupported(list(numbers(target, segment.tgt_lang)), segment.source, segment.src_lang)
    for place, number in enumerate(new):
        instead = lost[place] if place < len(lost) else None
        value = 1.0 + 0.25 * min(len(number.text), 4) + (0.5 if instead else 0.0)
        said = f"; the source has “{instead.text}”" if instead else ""
        yield Suspicion(
            rule="unrelated.number",
            value=value,
            side="tgt",
            start=number.start,
            end=number.end,
            message=f"“{number.text}” is not in the source, in digits or in words{said}",
            positions=positions_of(evidence, number.start, number.end),
            counterpart=Span("src", instead.start, instead.end) if instead else None,
        )


def _names(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    target = segment.hypothesis or ""
    if has_headline_case(target, segment.tgt_lang) or not _is_latin(segment.source):
        return
    others = words(segment.source, segment.src_lang)
    for name in names(target, segment.tgt_lang):
        if not name_is_supported(name, others):
            message = f"the name “{name.text}” has nothing like it in the source"
            positions = positions_of(evidence, name.start, name.end)
            yield Suspicion("unrelated.name", 1.0, "tgt", name.start, name.end, message, positions)


def _is_latin(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum(ord(char) < 0x250 for char in letters) > 0.7 * len(letters)


def _length(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    target = segment.hypothesis or ""
    deviation = length_deviation(segment.source, segment.src_lang, target, segment.tgt_lang)
    if deviation > 0:
        share = length_share(segment.source, segment.src_lang, target, segment.tgt_lang)
        message = f"the translation has {share:.0%} of the length to expect · {deviation:.1f} standard deviations long"
        yield Suspicion("unrelated.length", deviation, "tgt", None, None, message, positions_of(evidence, 0, len(target)))


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far a word is from what the model would have said, and what the source does for it."""

    start: int
    end: int
    gap: float  # largest over its pieces, nats
    gain: float  # summed over its pieces, nats

    @property
    def value(self) -> float:
        """Improbable and independent of the source: a gain from the source makes up for part of the gap."""
        return self.gap - FREE - DEPENDENT * max(0.0, self.gain)


def _improbable(segment: Segment, evidence: Evidence) -> Iterator[Suspicion]:
    target = segment.hypothesis or ""
    for doubt in _doubts(segment, evidence):
        text = target[doubt.start : doubt.end]
        positions = positions_of(evidence, doubt.start, doubt.end)
        looked_at = _looked_at(evidence, positions)
        if doubt.value > 0:
            message = f"“{text}” is {doubt.gap:.1f} nats behind the model's choice; the source adds {doubt.gain:.1f} to it"
            yield Suspicion(
                "unrelated.improbable", doubt.value, "tgt", doubt.start, doubt.end, message, positions, looked_at
            )  # fmt: skip
        if doubt.gain < 0:
            message = f"“{text}” is {exp(-doubt.gain):.1f} times as likely without the source as with it"
            yield Suspicion(
                "unrelated.ungrounded", exp(-doubt.gain), "tgt", doubt.start, doubt.end, message, positions, looked_at
            )  # fmt: skip


def _doubts(segment: Segment, evidence: Evidence) -> Iterator[Doubt]:
    for group in merge(evidence.target_tokens, segment.hypothesis or "", segment.tgt_lang):
        pieces = list(group.tokens)
        if not group.is_end and is_content(group.text, segment.tgt_lang):
            gap, gain = float(evidence.gaps[pieces].max()), float(evidence.source_gain[pieces].sum())
            yield Doubt(group.start, group.end, gap, gain)


def _looked_at(evidence: Evidence, positions: tuple[int, ...]) -> Span | None:
    """The source token that a word looked at most; none where that is `</s>`."""
    token = evidence.source_tokens[int(evidence.attention[list(positions)].sum(0).argmax())]
    return Span("src", token.start, token.end) if positions and token.start < token.end else None


def _detached(segment: Segment, evidence: Evidence) -> Iterator[Suspicion]:
    surprise = -float(np.mean(evidence.logprobs))
    gain = float(np.mean(evidence.source_gain))
    if surprise > 0:
        target = segment.hypothesis or ""
        message = f"improbable as a whole: {surprise:.1f} nats a token, of which the source explains {gain:.1f}"
        value = surprise / (1.0 + max(0.0, gain))
        yield Suspicion("unrelated.detached", value, "tgt", None, None, message, positions_of(evidence, 0, len(target)))
