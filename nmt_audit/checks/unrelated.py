"""UNRELATED: words of the target that the source does not support."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nmt_audit.checks.improbable import improbable
from nmt_audit.checks.suspicion import Suspicion, positions_of
from nmt_audit.checks.unsupported import extra, vocabulary
from nmt_audit.language.anchors import has_headline_case, name_is_supported, names, numbers, spellings, unsupported
from nmt_audit.language.length import length_deviation, length_share
from nmt_audit.language.lexical import BY_NAME, Lexical
from nmt_audit.language.pieces import TokenGroup, merge
from nmt_audit.language.relatedness import heaviest
from nmt_audit.language.words import words
from nmt_audit.records import Array, Evidence, Segment, Span

EVEN = 0.01  # nats by which a token must be more improbable than the mean, to stand out
STRETCH = 6  # tokens over which the entropy is averaged: one open choice is nothing unusual


def unrelated(segment: Segment, evidence: Evidence | None, lexical: Lexical) -> Iterator[Suspicion]:
    """Words of the target have no support in the source.

    Text: a number or a name that the source does not have; words in a row that no word of the source means; too few
    words with a counterpart for a text of the same meaning, in all or in a clause; a target far longer than its source
    makes likely.
    Model: a word that is improbable and that the source's words do not explain; a translation that is improbable as a
    whole (detached from the source); a stretch where the model had no clear choice.

    Misses single words that are wrong or added, without a model, and without a lexicon of the language pair nearly
    everything but numbers, names and cognates; with a model, fluent additions that it finds likely. Suspects free
    translations, and rare but right words.

    flags: Er kaufte 35 Äpfel. | He bought 53 apples. @ 10:12
    flags: Der Hund schläft. | The dog of Nathaniel sleeps. @ 11:20
    flags: Er kommt. | He is coming, and the weather will be very nice for all of the people in the garden. @ 22:83
    clear: Er kaufte zwei Äpfel. | He bought 2 apples.
    clear: Am Montag fliegt Alexander nach Köln. | Alexander is flying to Cologne on Monday.
    clear: Der Zug fährt um 15 Uhr. | The train leaves at 3 p.m.
    """
    if not segment.source.strip():
        if (segment.hypothesis or "").strip():
            yield Suspicion("unrelated.length", 10.0, "tgt", None, None, "a translation of an empty source")
        return
    yield from _numbers(segment, evidence)
    yield from _names(segment, evidence, lexical)
    yield from _length(segment, evidence)
    yield from vocabulary(segment, evidence, lexical)
    if evidence is None:
        yield from extra(segment, evidence, lexical)
    else:
        yield from improbable(segment, evidence, lexical)
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


def _names(segment: Segment, evidence: Evidence | None, lexical: Lexical) -> Iterator[Suspicion]:
    target = segment.hypothesis or ""
    if has_headline_case(target, segment.tgt_lang) or not _is_latin(segment.source):
        return
    spelt = spellings(words(segment.source, segment.src_lang))
    unlisted = {word.word.start for word in lexical.target if not word.is_supported and word.expected <= BY_NAME}
    new = [name for name in names(target, segment.tgt_lang) if name.start in unlisted]
    made_up = [name for name in new if not name_is_supported(name, spelt)]
    # "Waadt" is Vaud in other languages, and "Vorpommern" Pomerania: a name may stand for one that is left over.
    left = [w for w in lexical.source if w.word.text[0].isupper() and not w.is_supported and w.expected <= BY_NAME]
    for name in made_up if len(made_up) > len(left) else []:
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


def _detached(segment: Segment, evidence: Evidence) -> Iterator[Suspicion]:
    """A translation that is improbable as a whole, and the stretch in which the model knew least what to say.

    The first sees what others translated; a search finds its own words probable, but not that it had a clear choice. It
    points at the words that are more improbable than the rest, if there are such.
    """
    target = segment.hypothesis or ""
    groups = [group for group in merge(evidence.target_tokens, target, segment.tgt_lang) if not group.is_end]
    surprise = -float(np.mean(evidence.logprobs))
    if surprise > 0:
        message = f"improbable as a whole: {surprise:.1f} nats a token"
        beyond = [_surprise(group, evidence) - (surprise + EVEN) * len(group.tokens) for group in groups]
        most = heaviest(beyond)
        start, end = (groups[most.first].start, groups[most.last].end) if most else (None, None)
        positions = positions_of(evidence, start or 0, len(target) if end is None else end)
        yield Suspicion("unrelated.detached", surprise, "tgt", start, end, message, positions)
    found = max(_stretches(groups, evidence.entropies), key=lambda stretch: stretch[0], default=None)
    if found is not None and found[0] > 0:
        value, start, end = found
        message = f"the model had no clear choice here: {value:.1f} nats of entropy a token"
        yield Suspicion("unrelated.unsure", value, "tgt", start, end, message, positions_of(evidence, start, end))


def _surprise(group: TokenGroup, evidence: Evidence) -> float:
    return -float(evidence.logprobs[list(group.tokens)].sum())


def _stretches(groups: Sequence[TokenGroup], entropies: Array) -> Iterator[tuple[float, int, int]]:
    """Whole words of at least STRETCH tokens together (all of a shorter target): mean entropy, start and end."""
    for first in range(len(groups)):
        tokens: list[int] = []
        for group in groups[first:]:
            tokens += group.tokens
            if len(tokens) >= STRETCH or (first == 0 and group is groups[-1]):
                yield float(entropies[tokens].mean()), groups[first].start, group.end
                break
