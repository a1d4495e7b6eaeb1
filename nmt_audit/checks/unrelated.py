"""UNRELATED: words of the target that the source does not support."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nmt_audit.checks.suspicion import Suspicion, positions_of
from nmt_audit.language.anchors import has_headline_case, name_is_supported, names, numbers, spellings, unsupported
from nmt_audit.language.length import length_deviation, length_share
from nmt_audit.language.pieces import TokenGroup, merge
from nmt_audit.language.words import words
from nmt_audit.records import Array, Evidence, Segment, Span

DEPENDENT = 0.25  # how much of a gain from the source speaks against a suspicion
FREE = 3.0  # nats by which a word may fall short of the model's first choice: a synonym
AT_MOST = 3.0  # standard deviations of length that may speak for or against an added word
STRETCH = 6  # tokens over which the entropy is averaged: one open choice is nothing unusual


def unrelated(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    """Words of the target have no support in the source.

    Text: a number or a name that the source does not have; a target far longer than its source makes likely.
    Model: a word that is improbable and gains little from the source; a translation that is improbable as a whole
    (detached from the source); a stretch where the model had no clear choice.

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
    spelt = spellings(words(segment.source, segment.src_lang))
    for name in names(target, segment.tgt_lang):
        if not name_is_supported(name, spelt):
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
        yield Suspicion(
            "unrelated.length", deviation, "tgt", None, None, message, positions_of(evidence, 0, len(target))
        )


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far a word is from what the model would have said, and what the source does for it."""

    start: int
    end: int
    gap: float  # largest over its pieces, nats
    gain: float  # summed over its pieces, nats


def _improbable(segment: Segment, evidence: Evidence) -> Iterator[Suspicion]:
    """Words far from the model's choice. A target longer than expected speaks for an addition, a short one against."""
    target = segment.hypothesis or ""
    deviation = length_deviation(segment.source, segment.src_lang, target, segment.tgt_lang)
    longer = min(max(deviation, -AT_MOST), AT_MOST)
    for doubt in _doubts(segment, evidence):
        text = target[doubt.start : doubt.end]
        positions = positions_of(evidence, doubt.start, doubt.end)
        looked_at = _looked_at(evidence, positions)
        value = doubt.gap - FREE - DEPENDENT * max(0.0, doubt.gain) + longer
        if doubt.gap > FREE and value > 0:
            message = (
                f"“{text}” is {doubt.gap:.1f} nats behind the model's choice; the source adds {doubt.gain:.1f} to it"
            )
            yield Suspicion("unrelated.improbable", value, "tgt", doubt.start, doubt.end, message, positions, looked_at)


def _doubts(segment: Segment, evidence: Evidence) -> Iterator[Doubt]:
    for group in merge(evidence.target_tokens, segment.hypothesis or "", segment.tgt_lang):
        pieces = list(group.tokens)
        if not group.is_end and any(char.isalnum() for char in group.text):
            gap, gain = float(evidence.gaps[pieces].max()), float(evidence.source_gain[pieces].sum())
            yield Doubt(group.start, group.end, gap, gain)


def _looked_at(evidence: Evidence, positions: tuple[int, ...]) -> Span | None:
    """The source token that a word looked at most; none where that is `</s>`, or the model has no attention."""
    if evidence.attention is None:
        return None
    token = evidence.source_tokens[int(evidence.attention[list(positions)].sum(0).argmax())]
    return Span("src", token.start, token.end) if positions and token.start < token.end else None


def _detached(segment: Segment, evidence: Evidence) -> Iterator[Suspicion]:
    """A translation that is improbable as a whole, and the stretch in which the model knew least what to say.

    The first sees what others translated; a search finds its own words probable, but not that it had a clear choice.
    """
    target = segment.hypothesis or ""
    surprise = -float(np.mean(evidence.logprobs))
    if surprise > 0:
        message = f"improbable as a whole: {surprise:.1f} nats a token"
        positions = positions_of(evidence, 0, len(target))
        yield Suspicion("unrelated.detached", surprise, "tgt", None, None, message, positions)
    groups = [group for group in merge(evidence.target_tokens, target, segment.tgt_lang) if not group.is_end]
    found = max(_stretches(groups, evidence.entropies), key=lambda stretch: stretch[0], default=None)
    if found is not None and found[0] > 0:
        value, start, end = found
        message = f"the model had no clear choice here: {value:.1f} nats of entropy a token"
        yield Suspicion("unrelated.unsure", value, "tgt", start, end, message, positions_of(evidence, start, end))


def _stretches(groups: Sequence[TokenGroup], entropies: Array) -> Iterator[tuple[float, int, int]]:
    """Whole words of at least STRETCH tokens together (all of a shorter target): mean entropy, start and end."""
    for first in range(len(groups)):
        tokens: list[int] = []
        for group in groups[first:]:
            tokens += group.tokens
            if len(tokens) >= STRETCH or (first == 0 and group is groups[-1]):
                yield float(entropies[tokens].mean()), groups[first].start, group.end
                break
