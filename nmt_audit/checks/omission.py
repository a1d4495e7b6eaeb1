"""OMISSION: content of the source that the translation leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from nmt_audit.checks.coverage import gap_word, uncovered
from nmt_audit.checks.suspicion import Suspicion, last_position, positions_of
from nmt_audit.language.anchors import has_headline_case, name_is_supported, names, numbers, spellings, unsupported
from nmt_audit.language.length import length_deviation, length_share
from nmt_audit.language.words import words
from nmt_audit.records import Evidence, Segment, Span

STEADY = 3.0  # nats added to a hypothesis' surprise, so that a share of next to none is not large
SHORTNESS = 1.0  # weight that a standard deviation below the expected length adds to the model's evidence


def omission(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    """Part of the source has no counterpart in the target.

    Text: the target is shorter than its source makes likely; a number or (where capitals mark them) a name is gone.
    Model: a span whose deletion helps the hypothesis (contrastive conditioning); content words that got no attention.
    Both count for more where the target is short.

    Misses small words, and text alone misses all that changes the length little. Suspects very free translations.

    flags: Er kaufte 35 Äpfel und 12 Birnen. | He bought apples and 12 pears. @ 10:12
    flags: Im Jahr 1987 zog sie nach Bonn. | She moved to Bonn. @ 8:12
    flags: Der alte Mann ging gestern mit seinem Hund durch den verschneiten Wald nach Hause. | He went home. @ *
    clear: Er kaufte zwei Äpfel. | He bought two apples.
    clear: Der Zug fährt um 15 Uhr. | The train leaves at 3 p.m.
    clear: Der Eintritt kostet 1.500,50 Euro. | Admission is 1,500.50 euros.
    clear: Wie geht es dir? | How are you?
    """
    yield from _length(segment, evidence)
    yield from _anchors(segment, evidence)
    if evidence is not None:
        yield from _contrastive(segment, evidence)
        yield from _coverage(segment, evidence)


def _length(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    target = segment.hypothesis or ""
    deviation = length_deviation(segment.source, segment.src_lang, target, segment.tgt_lang)
    if deviation < 0:
        share = length_share(segment.source, segment.src_lang, target, segment.tgt_lang)
        message = (
            f"the translation has {share:.0%} of the length to expect · {-deviation:.1f} standard deviations short"
        )
        yield Suspicion("omission.length", -deviation, "src", None, None, message, last_position(evidence))


def _anchors(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    """Numbers and names that vanished. As many as the target made up were changed rather than lost."""
    target = segment.hypothesis or ""
    lost = unsupported(list(numbers(segment.source, segment.src_lang)), target, segment.tgt_lang)
    new = unsupported(list(numbers(target, segment.tgt_lang)), segment.source, segment.src_lang)
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


def _same_script(source: str, target: str) -> bool:
    """Whether both sides are in the Latin script, so that names can be compared by their letters."""
    return all(
        sum(char.isalpha() and ord(char) < 0x250 for char in text) > 0.7 * sum(char.isalpha() for char in text)
        for text in (source, target)
    )


def _contrastive(segment: Segment, evidence: Evidence) -> Iterator[Suspicion]:
    """Spans that the hypothesis is likelier without, by the share of its surprise that goes away with them.

    A share, because the hypotheses that the model would not have said gain most from any change of the source.
    """
    surprise, weight = -float(evidence.logprobs.sum()), _weight(segment)
    for span in evidence.untranslated:
        text = segment.source[span.start : span.end]
        gap = gap_word(segment, evidence, span.start, span.end)
        yield Suspicion(
            rule="omission.contrastive",
            value=span.gain / (STEADY + surprise) * weight,
            side="src",
            start=span.start,
            end=span.end,
            message=f"“{_short(text)}” has no counterpart · contrastive gain {span.gain:.1f}",
            positions=_with_gap(evidence, gap),
            counterpart=gap,
        )


def _coverage(segment: Segment, evidence: Evidence) -> Iterator[Suspicion]:
    """Runs of content words without attention."""
    weight = _weight(segment)
    for run in uncovered(segment, evidence):
        text = _short(segment.source[run.start : run.end])
        gap = gap_word(segment, evidence, run.start, run.end)
        value = run.deficit * weight
        message = f"“{text}” got hardly any attention · {run.deficit:.1f} nats too little"
        yield Suspicion(
            "omission.coverage", value, "src", run.start, run.end, message, _with_gap(evidence, gap), gap
        )  # fmt: skip


def _weight(segment: Segment) -> float:
    """How much the model's evidence counts: more where the target is shorter than expected."""
    target = segment.hypothesis or ""
    deviation = length_deviation(segment.source, segment.src_lang, target, segment.tgt_lang)
    return 1.0 + SHORTNESS * max(0.0, -deviation)


def _with_gap(evidence: Evidence, gap: Span | None) -> tuple[int, ...]:
    after = positions_of(evidence, gap.start, gap.end) if gap else ()
    return tuple(sorted({*after, *last_position(evidence)}))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
