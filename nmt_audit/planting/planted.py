"""Plants errors in references, or in the sources that a model then translates; seeded, and labelled by span.

What is planted hangs on the seed and the text of a segment alone, so that neither the order of a corpus nor copies in
it change anything: segments are taken in the order of a hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import chain, islice
from random import Random
from typing import Literal

from nmt_audit.language.function_words import is_content
from nmt_audit.language.lexical import lexical_support
from nmt_audit.language.lexicon import Lexicon
from nmt_audit.language.negation import AFFIXED, negations
from nmt_audit.language.words import words
from nmt_audit.planting.altering import IN_REFERENCES, IN_SOURCES, Alter, Alteration
from nmt_audit.records import Segment, Span
from nmt_audit.sampling import Least, content_key

How = Literal["target", "source"]
MOST_DONORS = 60  # texts among which a word that fits is looked for
CANDIDATES, FEWEST_CANDIDATES = 20, 2_000  # segments that are tried per error that is wanted, and at all

Translate = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Planted:
    """A segment with one error. `segment.source` is intact, `segment.hypothesis` has the error.

    `spans`: where a flag would have to point; empty where that is not known (a lost phrase that nothing links to the
    source). `altered_source`: what the model translated, where the error was planted in the source.
    """

    segment: Segment
    category: str
    how: How
    kind: str
    spans: tuple[Span, ...]
    altered_source: str | None = None


def plant_in_references(
    segments: Iterable[Segment], per_category: int, seed: int, lexicon: Callable[[Segment], Lexicon]
) -> list[Planted]:
    """At most `per_category` errors of each category, each in the reference of another segment.

    `lexicon`: that of a segment; it links a lost phrase of the reference to the source, for the label. Categories that
    a language has no rules for (NEGATION) are left out, and segments that are too short for an error.
    """
    planted = []
    for category, alter in IN_REFERENCES.items():
        for segment, change in _altered(segments, category, alter, "target", per_category, seed):
            intact = replace(segment, hypothesis=segment.reference)
            spans = _spans_in_target(category, intact, change, lexicon(segment))
            altered = replace(segment, id=_name(segment, category, "target"), hypothesis=change.text)
            planted.append(Planted(altered, category, "target", change.kind, spans))
    return planted


def plant_in_sources(segments: Iterable[Segment], per_category: int, seed: int, translate: Translate) -> list[Planted]:
    """At most `per_category` errors of each category: translations of altered sources, beside the intact source.

    An alteration that has no effect on the translation is no error in it, and left out, so there may be fewer (see
    `_took_effect`). REPETITION is not planted this way: a model smooths it out.
    """
    planted = []
    for category, alter in IN_SOURCES.items():
        chosen = list(_altered(segments, category, alter, "source", per_category, seed))
        intact = translate([segment.source for segment, _ in chosen])
        made = translate([change.text for _, change in chosen])
        for (segment, change), right, wrong in zip(chosen, intact, made, strict=True):
            if _took_effect(category, right, wrong, segment.tgt_lang):
                altered = replace(segment, id=_name(segment, category, "source"), hypothesis=wrong)
                spans = _spans_in_source(category, altered, change, right)
                planted.append(Planted(altered, category, "source", change.kind, spans, change.text))
    return planted


def _altered(
    segments: Iterable[Segment], category: str, alter: Alter, how: How, most: int, seed: int
) -> Iterator[tuple[Segment, Alteration]]:
    """Segments that could be altered, in the order of their hashes; the next ones in the same language are donors."""
    candidates: Least[Segment] = Least(max(FEWEST_CANDIDATES, CANDIDATES * most))
    for segment in segments:
        if segment.source.strip() and (segment.reference or "").strip():
            key = content_key(str(seed), category, how, segment.source, segment.reference or "")
            if candidates.wants(key) and _can_lose(category, segment):
                candidates.add(key, segment)
    ordered = [(key, segment, *_side(segment, how)) for key, segment in candidates]
    found = 0
    for place, (key, segment, text, language) in enumerate(ordered):
        if found == most:
            return
        after = chain(islice(ordered, place + 1, None), islice(ordered, place))
        donors = list(islice((other for _, _, other, spoken in after if spoken == language), MOST_DONORS))
        change = alter(text, language, Random(key), donors)
        if change is not None and change.text.strip() and change.text != text:
            found += 1
            yield segment, change


def _can_lose(category: str, segment: Segment) -> bool:
    """Whether there is something to be lost: a negation of the source, for NEGATION."""
    return category != "NEGATION" or bool(_negated(segment))


def _negated(segment: Segment) -> tuple[Span, ...]:
    found = [n for n in negations(segment.source, segment.src_lang) if n.strength >= AFFIXED]
    return tuple(Span("src", n.word.start, n.word.end) for n in found)


def _side(segment: Segment, how: How) -> tuple[str, str]:
    """The text that is altered, and its language."""
    return (segment.reference or "", segment.tgt_lang) if how == "target" else (segment.source, segment.src_lang)


def _name(segment: Segment, category: str, how: How) -> str:
    return f"{segment.id}/{how}/{category}"


def _spans_in_target(category: str, intact: Segment, change: Alteration, lexicon: Lexicon) -> tuple[Span, ...]:
    """Where the error of an altered reference is; `intact` has the reference for its hypothesis."""
    if category in ("REPETITION", "UNRELATED") and change.new:
        return (Span("tgt", *change.new),)
    if category == "NEGATION":
        return _negated(intact)
    if category == "EARLY_EOS":
        return _last_word(change.text, intact.tgt_lang)
    return _counterparts(intact, change, lexicon)


def _counterparts(intact: Segment, change: Alteration, lexicon: Lexicon) -> tuple[Span, ...]:
    """The source words that the lost words of the reference support."""
    if change.lost is None:
        return ()
    start, end = change.lost
    lexical = lexical_support(intact, lexicon)
    lost = {i for i, one in enumerate(lexical.target) if start <= one.word.start and one.word.end <= end}
    return tuple(
        Span("src", one.word.start, one.word.end) for one in lexical.source if one.content and one.partner in lost
    )


def _spans_in_source(category: str, altered: Segment, change: Alteration, right: str) -> tuple[Span, ...]:
    """Where the error of a translation is; `right` is the translation of the intact source."""
    if category in ("OMISSION", "NEGATION") and change.lost:
        return (Span("src", *change.lost),)
    if category == "EARLY_EOS":
        return _last_word(altered.hypothesis or "", altered.tgt_lang)
    return _different(altered.hypothesis or "", right, altered.tgt_lang)


def _took_effect(category: str, right: str, wrong: str, language: str) -> bool:
    """Whether a translation of an altered source has the error, beside that of the intact one.

    For an unrelated word it must have a content word that the other has not, for an omission lack one that the other
    has, for an early end be shorter; for a lost negation any difference will do.
    """
    new, old = (
        {w.text.lower() for w in words(text, language) if is_content(w.text, language)} for text in (wrong, right)
    )
    effects = {"UNRELATED": bool(new - old), "OMISSION": bool(old - new), "EARLY_EOS": len(wrong) < len(right)}
    return effects.get(category, right != wrong)


def _last_word(text: str, language: str) -> tuple[Span, ...]:
    """The last word and the punctuation after it."""
    said = [word for word in words(text, language) if word.is_lexical]
    return (Span("tgt", said[-1].start, len(text.rstrip())),) if said else ()


def _different(text: str, other: str, language: str) -> tuple[Span, ...]:
    """The words of a text that stand where another text has others."""
    here, there = words(text, language), words(other, language)
    matcher = SequenceMatcher(None, [w.text.lower() for w in there], [w.text.lower() for w in here], autojunk=False)
    return tuple(
        Span("tgt", here[first].start, here[last - 1].end)
        for change, _, _, first, last in matcher.get_opcodes()
        if change in ("replace", "insert")
    )
