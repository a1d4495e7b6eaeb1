"""NEGATION: a negation in the source that the target lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import exp

from nmt_audit.checks.suspicion import Suspicion
from nmt_audit.language.lexical import Lexical
from nmt_audit.language.negation import AFFIXED, FAINT, IMPLIED, WEAK, Negation, has_affixes, negations
from nmt_audit.language.places import Places
from nmt_audit.language.words import Word, words
from nmt_audit.records import Evidence, Segment, Span

ELSEWHERE = 0.85  # a sentence that still negates elsewhere may have drawn two negations together,
NEARBY = 0.5  # above all where the source says them in one breath:
NEAR = 12  # characters between them in the source
REPHRASED = 0.5  # "lack", "refuse" and their like may stand for a negation,
FAR_OFF = 0.75  # though less likely where they are not around its place,
AROUND, CLOSE = 0.3, 30  # as a share of the sentence, and at least so many characters
TRANSLATED = 0.4  # a word with an affix that has a counterpart of its own ("strangers" for "inconnus"),
OWN = 0.7  # which takes more lexical support than its opposite gets ("möglich" for "impossible")
OTHER_KIND = 0.25  # shares of the sentence that a word pays for an affix from, and an affix for a word
BARE = 2.0  # times as sure where the target has the same word without its affix
STEM, ENDING = 5, 3  # letters that show it: so many at least, and so many at the end that may differ
PREFIX = re.compile(r"(?:un|in|im|il|ir|dis|des|dés|de|non|an|ne|не|не-)-?")
NEUTRAL, SCALE = -3.0, 1.5  # nats: a gain that says nothing, and how fast others do


def negation(segment: Segment, evidence: Evidence | None, lexical: Lexical) -> Iterator[Suspicion]:
    """The source negates and the target has no negation left for it.

    Looks at the words of both sides: every negation of the target, an affix (unhappy) or a near negation (hardly)
    included, pays for the nearest of the source. One that remains is worth its strength: 1 for "nicht", 0.7 for
    "kaum", 0.5 for "unglücklich" under its own rule; less where the target still negates elsewhere, or says it in
    another way (fails to).

    Where a model has tried the source without that negation, its gain counts too. Up to twice what the words say
    where the hypothesis becomes likelier so, next to nothing where it becomes unlikely, for then something in it says
    no, however phrased. A gain above 0 is a suspicion by itself, in nats, whatever else in the target negates.

    Misses, on words alone, a negation that moved to the wrong clause and a lost one that an unrelated cue pays for;
    always one that the target made up, and languages without a cue list. Suspects true opposites ("nicht schlecht",
    "good").

    flags: Das ist nicht gut. | That is good. @ 8:13
    flags: Niemand hat angerufen. | Somebody called. @ 0:7
    flags: Er ging ohne seinen Hut. | He went with his hat. @ 8:12
    flags: Weder er noch sie kam. | He and she came. @ 0:5
    flags: Sie war unzufrieden. | She was content. @ 8:19
    clear: Das ist nicht gut. | That isn't good.
    clear: Er konnte es nicht finden. | He was unable to find it.
    clear: Er kam nicht. | He failed to come.
    clear: Sie war unhöflich. | She was rude.
    clear: Er ist nicht nur klug, sondern auch nett. | He is smart and kind as well.
    clear: Das schmeckt gut, nicht wahr? | That tastes good, right?
    clear: Ich sehe nichts als Wasser. | I see only water.
    """
    gains = {(tried.start, tried.end): tried.gain for tried in evidence.without_negation} if evidence else {}
    positions = tuple(range(len(evidence.target_tokens))) if evidence else ()
    target = segment.hypothesis or ""
    whole = Span("tgt", 0, len(target)) if target else None  # where in it the negation is missing is not known
    owed = _asked_for(negations(segment.source, segment.src_lang))
    for unpaid, strength in _unpaid(owed, segment, lexical):
        word = unpaid.word
        rule = "negation.lost" if unpaid.strength >= WEAK else "negation.affixed"
        gain = gains.get((word.start, word.end))
        value = strength * (1.0 if gain is None else _believed(gain))
        message = f"“{word.text}” negates, and the translation has nothing in its place · strength {value:.2f}"
        yield Suspicion(rule, value, "src", word.start, word.end, message, positions, whole)
    for word, gain in ((one.word, gains.get((one.word.start, one.word.end), 0.0)) for one in owed):
        if gain > 0:
            message = f"the translation fits better without “{word.text}” · gain {gain:.1f} nats"
            yield Suspicion("negation.contrast", gain, "src", word.start, word.end, message, positions, whole)


def _believed(gain: float) -> float:
    """What the model makes of a suspicion: 0 … 2 times."""
    return 2.0 / (1.0 + exp(min((NEUTRAL - gain) / SCALE, 50.0)))


def _asked_for(source: Sequence[Negation]) -> list[Negation]:
    """The negations that a translation must keep: without words that only imply one, and without pairs that make a yes.

    Two in a row ("nicht unmöglich") ask for nothing.
    """
    plain = [n for n in source if n.strength >= AFFIXED]
    doubled = {i for i in range(1, len(plain)) if plain[i].word.start - plain[i - 1].word.end <= 1}
    return [n for i, n in enumerate(plain) if i not in doubled and i + 1 not in doubled]


def _unpaid(owed: Sequence[Negation], segment: Segment, lexical: Lexical) -> list[tuple[Negation, float]]:
    """What is left of the source's negations when those of the target have paid, and what it is worth."""
    said = negations(segment.hypothesis or "", segment.tgt_lang)
    paying = [n for n in said if n.strength >= AFFIXED]
    places = Places(segment, lexical)
    left = _left(owed, paying, places) if owed else []
    rephrased = _implied(said) - _implied(negations(segment.source, segment.src_lang))
    around = max(AROUND, CLOSE / places.target_length)
    faint = any(n.strength == FAINT for n in said)
    supported = {one.word.start for one in lexical.source if one.support >= OWN}
    found = []
    for n in sorted(left, key=lambda n: (-n.strength, n.word.start)):
        value = n.strength
        if paying:
            value *= NEARBY if _drawn_together(n, owed) else ELSEWHERE
        if rephrased > 0:
            here = any(o.strength == IMPLIED and places.distance(n.word, o.word) < around for o in said)
            value *= REPHRASED if here else FAR_OFF
            rephrased -= here
        elif faint and n.strength == AFFIXED:
            value *= REPHRASED
        if n.strength == AFFIXED and not has_affixes(segment.tgt_lang):
            value *= REPHRASED
        if n.strength == AFFIXED and _stands_bare(n.word, segment):
            value *= BARE
        elif n.strength == AFFIXED and n.word.start in supported:
            value *= TRANSLATED
        found.append((n, value))
    return found


def _implied(said: Sequence[Negation]) -> int:
    return sum(n.strength == IMPLIED for n in said)


def _drawn_together(one: Negation, owed: Sequence[Negation]) -> bool:
    """Whether another negating word stands so near that one word may translate both; affixes stay with their words."""
    words_apart = [max(o.word.start - one.word.end, one.word.start - o.word.end) for o in owed if o.strength >= WEAK]
    return one.strength >= WEAK and any(0 <= gap < NEAR for gap in words_apart)


def _stands_bare(word: Word, segment: Segment) -> bool:
    """Whether the target has the word without its affix, spelt alike: "exact" for "inexact"."""
    stem = PREFIX.sub("", word.text.lower())
    if len(stem) < STEM or len(stem) == len(word.text):
        return False
    stem = stem[: max(STEM, len(stem) - ENDING)]
    return any(other.text.lower().startswith(stem) for other in words(segment.hypothesis or "", segment.tgt_lang))


def _left(owed: Sequence[Negation], paying: Sequence[Negation], places: Places) -> list[Negation]:
    """Pays for negations one by one, the pair that fits best first; the plainest of equals."""
    pairs = sorted(
        (
            places.distance(n.word, other.word) + OTHER_KIND * ((n.strength == AFFIXED) != (other.strength == AFFIXED)),
            -n.strength,
            i,
            j,
        )
        for i, n in enumerate(owed)
        for j, other in enumerate(paying)
    )
    settled: set[int] = set()
    spent: set[int] = set()
    for _, _, i, j in pairs:
        if i not in settled and j not in spent:
            settled.add(i)
            spent.add(j)
    return [n for i, n in enumerate(owed) if i not in settled]
