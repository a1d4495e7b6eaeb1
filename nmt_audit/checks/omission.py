"""OMISSION: content of the source that the translation leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nmt_audit.checks.coverage import Run, gap_word, uncovered, unsupported, unsupported_runs, word_at
from nmt_audit.checks.suspicion import Suspicion, last_position, positions_of, shortened
from nmt_audit.language.anchors import (
    has_headline_case,
    name_is_supported,
    names,
    numbers,
    spellings,
)
from nmt_audit.language.anchors import unsupported as unsupported_numbers
from nmt_audit.language.function_words import is_content
from nmt_audit.language.length import length_deviation, length_share
from nmt_audit.language.lexical import Lexical
from nmt_audit.language.pieces import merge
from nmt_audit.language.words import Kind, Word, kind, words
from nmt_audit.records import Evidence, Insertion, Segment, Span

GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)")  # a number with blanks between thousands
CENTURY = ("世纪", "世紀")

STEADY = 3.0  # nats added to a hypothesis' surprise, so that a share of next to none is not large

# A standard deviation below the expected length is worth 5 nats of words without support. A free translation has such
# words on both sides: what the target has is taken off.
NATS_PER_DEVIATION = 5.0
FREEDOM = 1.0

# What a model's evidence is worth: of the hypothesis' surprise, the share that goes away when the missing words are put
# in (1) or the source loses its span (CONTRAST); a standard deviation below the expected length (SHORT), a nat of
# missing coverage (COVERAGE) and of missing support (SUPPORT), of which the first MOST_NATS count. Rounded from a
# logistic regression on errors planted in everyday German-English pairs.
CONTRAST, SHORT, COVERAGE, SUPPORT = 0.4, 0.05, 0.03, 0.02
MOST_SPANS = 3  # of a segment; where more is missing, these stand for all
MOST_NATS = 4.0


def omission(segment: Segment, evidence: Evidence | None, lexical: Lexical) -> Iterator[Suspicion]:
    """Part of the source has no counterpart in the target.

    Text: the target is shorter than its source makes likely, and words that the lexicon knows have no counterpart; a
    number or (where capitals mark them) a name is gone. Model: a span whose deletion helps the hypothesis, or a word
    that helps it when it is put in, counted together with coverage, support and length.

    Misses small words, and text alone misses all that changes the length little. Suspects very free translations.

    flags: Er kaufte 35 Äpfel und 12 Birnen. | He bought apples and 12 pears. @ 10:12
    flags: Im Jahr 1987 zog sie nach Bonn. | She moved to Bonn. @ 8:12
    flags: Der alte Mann ging gestern mit seinem Hund durch den verschneiten Wald nach Hause. | He went home. @ 19:70
    clear: Er kaufte zwei Äpfel. | He bought two apples.
    clear: Der Zug fährt um 15 Uhr. | The train leaves at 3 p.m.
    clear: Der Eintritt kostet 1.500,50 Euro. | Admission is 1,500.50 euros.
    clear: Wie geht es dir? | How are you?
    """
    yield from _anchors(segment, evidence)
    if evidence is None:
        yield from _text(segment, lexical)
    else:
        spans = sorted(_model(segment, evidence, lexical), key=lambda span: (-span.value, span.start or 0))
        yield from spans[:MOST_SPANS]


def _text(segment: Segment, lexical: Lexical) -> Iterator[Suspicion]:
    target = segment.hypothesis or ""
    deviation = length_deviation(segment.source, segment.src_lang, target, segment.tgt_lang)
    worst = max(unsupported_runs(lexical.source), key=lambda run: (run.deficit, -run.start), default=Run(0, 0, 0.0))
    missing = max(0.0, worst.deficit - FREEDOM * unsupported(lexical.target)) / NATS_PER_DEVIATION
    value = missing - deviation
    if value <= 0:
        return
    share = length_share(segment.source, segment.src_lang, target, segment.tgt_lang)
    message = f"the translation has {share:.0%} of the length to expect"
    if deviation < 0:
        message += f" · {-deviation:.1f} standard deviations short"
    if missing:
        message = f"“{shortened(segment.source[worst.start : worst.end])}” has no counterpart that is known · {message}"
    start, end = (worst.start, worst.end) if missing else (None, None)
    yield Suspicion("omission.length", value, "src", start, end, message)


def _anchors(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    """Numbers and names that vanished. As many as the target made up were changed rather than lost."""
    target = segment.hypothesis or ""
    lost = unsupported_numbers(_whole_numbers(segment.source, segment.src_lang), target, segment.tgt_lang)
    new = unsupported_numbers(_whole_numbers(target, segment.tgt_lang), segment.source, segment.src_lang)
    for number in lost if len(lost) > len(new) else []:
        value = 1.0 + 0.25 * min(len(number.text), 4)
        message = f"“{number.text}” is not in the translation, in digits or in words"
        yield Suspicion(
            "omission.number", value, "src", number.start, number.end, message, last_position(evidence)
        )  # fmt: skip
    if has_headline_case(segment.source, segment.src_lang):
        return
    spelt = spellings(words(target, segment.tgt_lang))
    missing = [n for n in names(segment.source, segment.src_lang) if not name_is_supported(n, spelt)]
    for name in missing if _same_script(segment.source, target) else []:
        message = f"the name “{name.text}” has nothing like it in the translation"
        yield Suspicion(
            "omission.name", float(len(missing)), "src", name.start, name.end, message, last_position(evidence)
        )  # fmt: skip


def _whole_numbers(text: str, language: str) -> list[Word]:
    """The numbers of a text, without the groups of a longer one ("10 000") and without centuries ("20世纪90年代")."""
    inside = [match.span() for match in GROUPED.finditer(text)]
    return [
        number
        for number in numbers(text, language)
        if not text.startswith(CENTURY, number.end)
        and kind(number.text[0]) is not Kind.WORD  # one digit of a Khmer number, which is cut up
        and not any(start <= number.start and number.end <= end for start, end in inside)
    ]


def _same_script(source: str, target: str) -> bool:
    """Whether both sides are in the Latin script, so that names can be compared by their letters."""
    return all(
        sum(char.isalpha() and ord(char) < 0x250 for char in text) > 0.7 * sum(char.isalpha() for char in text)
        for text in (source, target)
    )


@dataclass(frozen=True, slots=True)
class _Missing:
    """A source span that may be missing. `wanted`: what the model would have said of it, and where."""

    start: int
    end: int
    contrast: float = 0.0
    wanted: Insertion | None = None


def _model(segment: Segment, evidence: Evidence, lexical: Lexical) -> Iterator[Suspicion]:
    """One suspicion per span that anything speaks for, all that speaks for it added up."""
    target = segment.hypothesis or ""
    surprise = STEADY - float(evidence.logprobs.sum())
    short = max(0.0, -length_deviation(segment.source, segment.src_lang, target, segment.tgt_lang))
    low, unknown = uncovered(segment, evidence), unsupported_runs(lexical.source)
    free = FREEDOM * unsupported(lexical.target)
    for found in _candidates(segment, evidence, lexical, [*low, *unknown]):
        deficit = min(_within(low, found), MOST_NATS)
        support = min(max(0.0, _within(unknown, found) - free), MOST_NATS)
        put_in = found.wanted.gain if found.wanted else 0.0
        value = (
            (put_in + CONTRAST * found.contrast) / surprise + SHORT * short + COVERAGE * deficit + SUPPORT * support
        )  # fmt: skip
        parts = [f"“{shortened(segment.source[found.start : found.end])}” has no counterpart"]
        if found.wanted:
            parts.append(f"the model would say “{found.wanted.text}” here, which adds {put_in:.1f} nats")
        if found.contrast:
            parts.append(f"contrastive gain {found.contrast:.1f}")
        if deficit:
            parts.append(f"the model took {deficit:.1f} nats too little from it")
        if support:
            parts.append("no word that is known for it")
        if short:
            parts.append(f"{short:.1f} standard deviations short")
        place = word_at(segment, evidence, found.wanted.position) if found.wanted else None
        gap = place or gap_word(segment, evidence, found.start, found.end)
        message, positions = " · ".join(parts), _with_gap(evidence, gap)
        if value > 0:
            yield Suspicion("omission.uncovered", value, "src", found.start, found.end, message, positions, gap)


def _candidates(segment: Segment, evidence: Evidence, lexical: Lexical, runs: list[Run]) -> list[_Missing]:
    """The spans that a contrast names, those that an insertion belongs to, and runs that neither names."""
    found = [_Missing(span.start, span.end, span.gain) for span in evidence.untranslated]
    for insertion in evidence.insertions:
        place = _source_of(segment, evidence, lexical, insertion)
        if place is None:
            continue
        same = next((one for one in found if one.start < place[1] and place[0] < one.end), None)
        if same is None:
            found.append(_Missing(*place, wanted=insertion))
        elif same.wanted is None:
            found[found.index(same)] = _Missing(same.start, same.end, same.contrast, insertion)
    for run in runs:
        if not any(one.start < run.end and run.start < one.end for one in found):
            found.append(_Missing(run.start, run.end))
    return found


def _source_of(segment: Segment, evidence: Evidence, lexical: Lexical, insertion: Insertion) -> tuple[int, int] | None:
    """The content word that the model was at when it wanted to say more; one without support where it can be."""
    attention = evidence.attention
    unsaid = {one.word.start for one in lexical.source if not one.is_supported}
    groups = [
        group
        for group in merge(evidence.source_tokens, segment.source, segment.src_lang)
        if not group.is_end and is_content(group.text, segment.src_lang)
    ]
    if not groups:
        return None

    def weight(start: int, tokens: tuple[int, ...]) -> float:
        seen = 1.0 if attention is None else float(attention[insertion.position, list(tokens)].sum())
        return round(seen * (2.0 if start in unsaid else 1.0), 9)

    best = max(groups, key=lambda group: (weight(group.start, group.tokens), -group.start))
    return best.start, best.end


def _within(runs: list[Run], found: _Missing) -> float:
    """What the runs say against a span that they overlap with."""
    return sum(run.deficit for run in runs if run.start < found.end and found.start < run.end)


def _with_gap(evidence: Evidence, gap: Span | None) -> tuple[int, ...]:
    after = positions_of(evidence, gap.start, gap.end) if gap else ()
    return tuple(sorted({*after, *last_position(evidence)}))
