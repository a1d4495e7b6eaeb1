"""EARLY_EOS: the translation ends before the source does."""

from __future__ import annotations

from collections.abc import Iterator

from nmt_audit.checks.coverage import uncovered
from nmt_audit.checks.suspicion import Suspicion, last_position
from nmt_audit.language.anchors import name_is_supported, spellings
from nmt_audit.language.function_words import is_content
from nmt_audit.language.length import length_deviation, length_share
from nmt_audit.language.words import words
from nmt_audit.records import Evidence, Segment, Span

FINAL = frozenset(".!?…。！？؟।\"”»“’')]】」』:;；：~〜")
COMPLETE = 0.85  # from this share of the expected length on, an end is not early by its length
SURE = 8.0  # the lead of `</s>` over the best other logit from which on an end is not doubted at all
SHORTNESS = 2.0  # what a standard deviation below the expected length adds to a doubt
MOST_WORDS = 5  # a continuation of more words says no more
LAST_WORDS = 3  # content words that make up the end of a sentence
BONUS = 1.5  # standard deviations that a missing full stop or a dangling word is worth


def early_eos(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    """The target stops while the source still has something to say.

    Text: a target far too short; a target somewhat short that lacks the source's final punctuation or ends in a comma.
    Model: `</s>` without a clear lead over other words; words that the model adds when it may not stop. Both count
    for more where the target is short. A search that hit its length limit says so instead.

    Misses, without a model, an early end that leaves a well-formed sentence of fair length. Suspects abridgements.

    flags: Als ich nach Hause kam, war die Tür offen und der Hund war weg. | When I came home, the door @ 22:26
    flags: Wir wollten gestern ins Kino gehen, aber der Film war leider schon ausverkauft. | We wanted to @ 10:12
    flags: Er sagte, dass er morgen kommt, weil er heute noch viel arbeiten muss. | He said, @ 7:8
    clear: Als ich nach Hause kam, war die Tür offen. | When I came home, the door was open.
    clear: Guten Morgen! | Good morning
    clear: Wie bitte? | Pardon?
    """
    target = segment.hypothesis or ""
    found = words(target, segment.tgt_lang)
    start, end = (found[-1].start, found[-1].end) if found else (None, None)
    for rule, value, message in (*_text(segment), *_model(segment, evidence)):
        rest = _rest(segment, evidence)
        yield Suspicion(rule, value, "tgt", start, end, message, last_position(evidence), rest)


Found = tuple[str, float, str]


def _text(segment: Segment) -> Iterator[Found]:
    target = segment.hypothesis or ""
    short = -_deviation(segment)
    share = length_share(segment.source, segment.src_lang, target, segment.tgt_lang)
    if short <= 0 or share > COMPLETE:
        return
    if _reaches_the_end(segment):
        short /= 2
    length = f"the translation has {share:.0%} of the length to expect"
    yield "early_eos.length", short, f"{length} · {short:.1f} standard deviations short"
    if _ends(segment.source) and not _ends(target):
        yield "early_eos.unfinished", short + BONUS, f"{length} and no full stop, unlike the source"


def _ends(text: str) -> bool:
    return text.rstrip()[-1:] in FINAL if text.strip() else False


def _reaches_the_end(segment: Segment) -> bool:
    """Whether one of the source's last content words is, in like spelling, among the target's last.

    Then what is missing is missing before, and the translation did not stop short.
    """
    last, said = (
        [word for word in words(text, language) if is_content(word.text, language)][-LAST_WORDS:]
        for text, language in ((segment.source, segment.src_lang), (segment.hypothesis or "", segment.tgt_lang))
    )
    return any(
        len(word.text) > 2 and name_is_supported(word, spellings(said)) for word in last if word.text[0].isalpha()
    ) or any(word.text == other.text for word in last for other in said)


def _model(segment: Segment, evidence: Evidence | None) -> Iterator[Found]:
    if evidence is None:
        return
    if not evidence.finished:
        yield "early_eos.limit", 1.0, "cut off by the length limit of the search, not ended by the model"
        return
    short = max(0.0, -_deviation(segment))
    doubt = SURE - evidence.eos_margin
    if doubt > 0:
        lead = (
            f"leads by {evidence.eos_margin:.1f}"
            if evidence.eos_margin >= 0
            else f"is {-evidence.eos_margin:.1f} behind"
        )
        length = f"the translation is {short:.1f} standard deviations short"
        message = f"the end mark </s> {lead} in the model's scores, and {length}"
        yield "early_eos.margin", doubt + SHORTNESS * short, message
    more = _more(segment, evidence)
    if more:
        deficit = sum(run.deficit for run in uncovered(segment, evidence))
        message = f"if it may not stop, the model goes on “{_short(evidence.continuation or '')}”"
        yield "early_eos.continuation", min(more, MOST_WORDS) + deficit + SHORTNESS * short, message


def _deviation(segment: Segment) -> float:
    return length_deviation(segment.source, segment.src_lang, segment.hypothesis or "", segment.tgt_lang)


def _more(segment: Segment, evidence: Evidence) -> int:
    """Content words of the continuation that the translation has not said."""
    said = {word.text.lower() for word in words(segment.hypothesis or "", segment.tgt_lang)}
    more = words(evidence.continuation or "", segment.tgt_lang)
    return sum(is_content(word.text, segment.tgt_lang) and word.text.lower() not in said for word in more)


def _rest(segment: Segment, evidence: Evidence | None) -> Span | None:
    """The source from the first uncovered word on, which is what the translation did not get to."""
    runs = uncovered(segment, evidence) if evidence is not None else []
    return Span("src", min(run.start for run in runs), len(segment.source)) if runs else None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
