"""EARLY_EOS: the translation ends before the source does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nmt_audit.checks.coverage import surprise_of, uncovered
from nmt_audit.checks.suspicion import Suspicion, last_position, shortened
from nmt_audit.language.anchors import name_is_supported, spellings
from nmt_audit.language.function_words import is_content
from nmt_audit.language.length import length_deviation, length_share
from nmt_audit.language.lexical import Lexical, Support
from nmt_audit.language.words import primary, words
from nmt_audit.records import Evidence, Segment, Span

FINAL = frozenset(".!?…。！？؟।\"”»“’')]】」』:;；：~〜")
COMPLETE = 0.85  # from this share of the expected length on, an end is not early by its length
WHOLE = 1.0  # nor by a missing full stop or a dangling word, from this share on
# Words that no sentence ends with: articles, possessives, conjunctions. Prepositions may be left at an English end.
DANGLING: Mapping[str, frozenset[str]] = {
    "en": frozenset("the a an and or than my your our their every 's whose".split()),
    "de": frozenset("der das den dem des ein eine einen einem einer eines und oder im am zum zur vom sehr".split()),
    "fr": frozenset("le la les l' un une des du de d' et ou à au aux ce cette ces son sa ses leur que qu' par".split()),
    "es": frozenset("el la los las un una de del y o a al en su sus que por con para".split()),
    "it": frozenset("il lo la i gli le l' un uno una di del della dei delle e o a al alla da dal in nel che".split()),
    "pt": frozenset("o a os as um uma de do da dos das e ou em no na ao que por com para seu sua".split()),
    "nl": frozenset("de het een en of mijn zijn hun onze dat te".split()),
}  # fmt: skip
LAST_WORDS = 3  # content words that make up the end of a sentence
BONUS = 2.5  # standard deviations that a missing full stop or a dangling word is worth
NATS_PER_DEVIATION = 5.0  # of words without support at the source's end, for one standard deviation of length

# What else speaks for an early end, in nats of doubt: a standard deviation below the expected length (SHORTNESS), a
# missing full stop (UNFINISHED), each content word that the model would add, a nat of missing coverage (1) or support
# (SUPPORT) at the source's end or of gain from a word put in there (INSERTED), and the whole surprise of the hypothesis
# if it were to go with the source's end (CONTRAST). Rounded from a logistic regression on errors planted in everyday
# German-English pairs.
SURE = 8.0  # the lead of `</s>` over the best other logit from which on an end is not doubted at all
SHORTNESS, UNFINISHED, SUPPORT, INSERTED, CONTRAST = 1.0, 3.0, 1.0, 0.5, 16.0
MOST_WORDS, MOST_INSERTED, MOST_CONTRAST = 4, 8.0, 2.0
STEADY = 3.0  # nats added to a hypothesis' surprise, so that a share of next to none is not large


def early_eos(segment: Segment, evidence: Evidence | None, lexical: Lexical) -> Iterator[Suspicion]:
    """The target stops while the source still has something to say.

    Text: a target too short, the more so where it lacks the source's final punctuation or ends in a comma, and where
    the source's last words have no counterpart that the lexicon knows. Model: `</s>` without a clear lead over other
    words, words that the model adds when it may not stop, and an end of the source that the translation took nothing
    from, all counted together. A search that hit its length limit says so instead.

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
    rest = _rest(segment, evidence, lexical)
    found_by = _text(segment, lexical) if evidence is None else _model(segment, evidence, lexical)
    for rule, value, message in found_by:
        yield Suspicion(rule, value, "tgt", start, end, message, last_position(evidence), rest)


Found = tuple[str, float, str]


def _text(segment: Segment, lexical: Lexical) -> Iterator[Found]:
    target = segment.hypothesis or ""
    short = _short_by(segment)
    share = length_share(segment.source, segment.src_lang, target, segment.tgt_lang)
    broken_off = _broken_off(segment)
    if short <= 0 or share > (WHOLE if broken_off else COMPLETE):
        return
    reached = _reaches_the_end(segment, lexical)
    value = (short + _unsaid_at_the_end(lexical) / NATS_PER_DEVIATION) / (2.0 if reached else 1.0)
    message = f"the translation has {share:.0%} of the length to expect · {short:.1f} standard deviations short"
    if broken_off:
        value += BONUS
        message += f" · {broken_off}"
    yield "early_eos.length", value, message


def _broken_off(segment: Segment) -> str:
    """What about the last word tells that more should come, in words; empty: nothing does."""
    if _is_unfinished(segment):
        return "no full stop, unlike the source"
    said = [word for word in words(segment.hypothesis or "", segment.tgt_lang) if word.is_lexical]
    if said and said[-1].text.lower() in DANGLING.get(primary(segment.tgt_lang), ()):
        return f"“{said[-1].text}” ends no sentence"
    return ""


def _is_unfinished(segment: Segment) -> bool:
    return _ends(segment.source) and not _ends(segment.hypothesis or "")


def _ends(text: str) -> bool:
    return text.rstrip()[-1:] in FINAL if text.strip() else False


def _reaches_the_end(segment: Segment, lexical: Lexical) -> bool:
    """Whether one of the source's last content words is among the target's last, by the lexicon or by its spelling.

    Then what is missing is missing before, and the translation did not stop short.
    """
    last, said = _last(lexical.source), _last(lexical.target)
    places = {lexical.target.index(one) for one in said}
    if any(one.is_supported and one.partner in places for one in last):
        return True
    return any(
        len(one.word.text) > 2 and name_is_supported(one.word, spellings(other.word for other in said))
        for one in last
        if one.word.text[0].isalpha()
    ) or any(one.word.text == other.word.text for one in last for other in said)


def _last(words: Sequence[Support]) -> list[Support]:
    """The content words that make up the end."""
    return [one for one in words if one.content][-LAST_WORDS:]


def _unsaid_at_the_end(lexical: Lexical) -> float:
    """How surprising it is, in nats, that the source's last words have no counterpart."""
    return sum((1.0 - min(one.support, 1.0)) * surprise_of(one) for one in _last(lexical.source))


def _model(segment: Segment, evidence: Evidence, lexical: Lexical) -> Iterator[Found]:
    if not evidence.finished:
        yield "early_eos.limit", 1.0, "cut off by the length limit of the search, not ended by the model"
        return
    short = max(0.0, _short_by(segment))
    tail = _tail(segment, evidence)
    parts = {
        "margin": SURE - evidence.eos_margin,
        "short": SHORTNESS * short,
        "broken off": UNFINISHED * bool(_broken_off(segment)),
        "words": float(min(_more(segment, evidence), MOST_WORDS)),
        "coverage": tail,
        "support": SUPPORT * _unsaid_at_the_end(lexical),
        "inserted": INSERTED * min(_put_in_at_the_end(segment, evidence), MOST_INSERTED),
        "contrast": CONTRAST * min(_contrast_at_the_end(segment, evidence), MOST_CONTRAST),
    }
    value = sum(parts.values())
    if value > 0:
        yield "early_eos.margin", value, _message(evidence, parts, short, _broken_off(segment))


def _message(evidence: Evidence, parts: Mapping[str, float], short: float, broken_off: str) -> str:
    margin = evidence.eos_margin
    lead = f"leads by {margin:.1f}" if margin >= 0 else f"is {-margin:.1f} behind"
    said = [f"it would have gone on: “{shortened(evidence.continuation or '')}”"] if parts["words"] else []
    said.append(f"the end mark </s> {lead} in the model's scores")
    if short:
        said.append(f"{short:.1f} standard deviations short")
    if broken_off:
        said.append(broken_off)
    if parts["coverage"] or parts["contrast"]:
        said.append("hardly anything comes from the source's end")
    elif parts["support"]:
        said.append("the source's last words have no counterpart that is known")
    return " · ".join(said)


def _short_by(segment: Segment) -> float:
    """Standard deviations below the expected length."""
    return -length_deviation(segment.source, segment.src_lang, segment.hypothesis or "", segment.tgt_lang)


def _tail(segment: Segment, evidence: Evidence) -> float:
    """What the translation took too little of at the source's end, in nats; 0 where it took the last word."""
    last = [word for word in words(segment.source, segment.src_lang) if is_content(word.text, segment.src_lang)][-1:]
    return sum(run.deficit for run in uncovered(segment, evidence) if last and run.end >= last[0].end)


def _put_in_at_the_end(segment: Segment, evidence: Evidence) -> float:
    """The gain from words put in after the last word, before the final punctuation or after it."""
    said = [word for word in words(segment.hypothesis or "", segment.tgt_lang) if word.is_lexical]
    end = said[-1].end if said else 0
    after = (i.gain for i in evidence.insertions if evidence.target_tokens[i.position].start >= end)
    return max(after, default=0.0)


def _contrast_at_the_end(segment: Segment, evidence: Evidence) -> float:
    """The share of the hypothesis' surprise that goes away without a span that reaches the source's last word."""
    last = [word for word in words(segment.source, segment.src_lang) if is_content(word.text, segment.src_lang)][-1:]
    gains = (span.gain for span in evidence.untranslated if last and span.end >= last[0].end)
    return max(gains, default=0.0) / (STEADY - float(evidence.logprobs.sum()))


def _more(segment: Segment, evidence: Evidence) -> int:
    """Content words of the continuation that the translation has not said."""
    said = {word.text.lower() for word in words(segment.hypothesis or "", segment.tgt_lang)}
    more = words(evidence.continuation or "", segment.tgt_lang)
    return sum(is_content(word.text, segment.tgt_lang) and word.text.lower() not in said for word in more)


def _rest(segment: Segment, evidence: Evidence | None, lexical: Lexical) -> Span | None:
    """The source from the first uncovered word on, which is what the translation did not get to.

    By what the model took from it; without a model from the first of the last words that have no support. None where
    all of them have, or nothing is known of them.
    """
    if evidence is not None:
        runs = uncovered(segment, evidence)
        return Span("src", min(run.start for run in runs), len(segment.source)) if runs else None
    unsaid: list[Support] = []
    for one in reversed([one for one in lexical.source if one.content]):
        if one.is_supported:
            break
        unsaid.append(one)
    return Span("src", unsaid[-1].word.start, len(segment.source)) if any(one.known for one in unsaid) else None
