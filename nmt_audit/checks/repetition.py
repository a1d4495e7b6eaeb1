"""REPETITION: the target says something more often than the source warrants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nmt_audit.checks.suspicion import Suspicion, positions_of
from nmt_audit.language.loops import Echo, Loop, Phrases, inside_loops
from nmt_audit.records import Evidence, Segment

NEAR = 10  # words between two sayings of a phrase; farther apart it counts half
CLOSE = 4  # words between two sayings of a single word
STEM = 5  # letters by which two forms of a word are taken for the same
MAY_DOUBLE = frozenset({"that", "had", "her", "die", "der", "das", "den", "dem", "sie", "ihr", "wir", "nous", "vous"})
SENTENCE_ENDS = frozenset(".!?…。！？")


def repetition(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    """The target repeats words or phrases that the source does not repeat.

    Looks at loops (a phrase again at once), echoes (again after other words) and syllables that repeat inside a word.
    What the source repeats itself is allowed as often as there, function words alone are not worth a suspicion, and a
    pairing ("side by side") is none. Text alone: a model that loops finds its loop likely.

    Misses paraphrased repetition, single words that come again far apart, and a loop in a source that loops too.

    flags: Das ist gut. | That is is good. @ 8:10
    flags: Wir gehen nach Hause. | We go home we go home we go home. @ 11:32
    flags: Das Hotel liegt nahe am Strand. | The hotel is close to the beach and the beach. @ 36:45
    flags: Er bereute es. | He regregregretted it. @ 3:12
    clear: Das war sehr, sehr gut. | That was very, very good.
    clear: Wir flogen nach Bora Bora. | We flew to Bora Bora.
    clear: Sie saßen nebeneinander. | They sat side by side.
    clear: Der Mann kaufte das Haus am Ende der Straße. | The man bought the house at the end of the street.
    """
    target = segment.hypothesis or ""
    source, said = Phrases(segment.source, segment.src_lang), Phrases(target, segment.tgt_lang)
    for rule, value, first, last, message in (*_loops(source, said), *_echoes(source, said)):
        start, end = said.words[first].start, said.words[last].end
        message = f"“{_short(target[start:end])}” {message}"
        yield Suspicion(rule, value, "tgt", start, end, message, positions_of(evidence, start, end))
    if not any(inside_loops(segment.source, segment.src_lang)):
        for start, end, copies in inside_loops(target, segment.tgt_lang):
            message = f"“{_short(target[start:end])}” is the same syllables {copies} times"
            positions = positions_of(evidence, start, end)
            yield Suspicion("repetition.inside", copies - 2.0, "tgt", start, end, message, positions)


Found = tuple[str, float, int, int, str]  # rule, value, first and last word of the copy, rest of the message


def _loops(source: Phrases, said: Phrases) -> Iterator[Found]:
    allowed = max((loop.copies for loop in source.loops()), default=1)
    for loop in said.loops():
        excess = loop.copies - allowed
        if excess > 0 and not _may_double(said, loop):
            unit = said.weight(loop.first, loop.size)
            first = loop.first + loop.size * allowed
            message = f"comes {loop.copies} times in a row; the source repeats at most {allowed}"
            value = excess * (max(1.0, unit) if said.is_spaced(loop.first) else unit)
            yield "repetition.adjacent", value, first, loop.first + loop.size * loop.copies - 1, message


def _may_double(said: Phrases, loop: Loop) -> bool:
    """Some function words come twice in good text: "the book that that man wrote", "die Leute, die die Stadt"."""
    punctuated = any(not word.is_lexical for word in said.between(loop.first, loop.first + 1))
    single = loop.size == 1 and loop.copies == 2
    return single and (said.forms[loop.first] in MAY_DOUBLE or (punctuated and not said.content(loop.first, 1)))


def _echoes(source: Phrases, said: Phrases) -> Iterator[Found]:
    repeated = _repeated_stems(source)
    for echo in said.echoes():
        content = said.content(echo.first, echo.size)
        gap = echo.second - echo.first - echo.size
        if not content or 2 * repeated >= content:
            continue
        if content == 1 and gap <= CLOSE and not _paired(said, echo, gap):
            value, rule = said.weight(echo.first, echo.size) * (2.0 / max(gap, 2)) ** 0.5, "repetition.echo"
            message = f"was said {gap} words before; no word of the source comes twice"
        elif echo.size > 1:
            value = said.weight(echo.first, echo.size) * (1.0 if gap <= NEAR else 0.5)
            rule, message = "repetition.near", f"was said {gap} words before; the source does not repeat itself"
        else:
            continue
        yield rule, value, echo.second, echo.second + echo.size - 1, message


def _paired(said: Phrases, echo: Echo, gap: int) -> bool:
    """Whether two sayings of a word belong together, or are parted by more than function words."""
    between = said.between(echo.first + echo.size - 1, echo.second)
    if any(word.text in SENTENCE_ENDS for word in between) or said.content(echo.first + echo.size, gap):
        return True
    return gap == 1 and echo.size == 1


def _repeated_stems(phrases: Phrases) -> int:
    """How many content words of a text come twice or more, by their first letters: forms and compounds count."""
    stems: Counter[str] = Counter()
    for place, form in enumerate(phrases.forms):
        if phrases.content(place, 1):
            stems[form[:STEM]] += 1
    return sum(count > 1 for count in stems.values())


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
