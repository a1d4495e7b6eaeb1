"""REPETITION: the target says something more often than the source warrants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nmt_audit.checks.suspicion import Suspicion, positions_of, shortened
from nmt_audit.language.doubling import is_gradual, may_double
from nmt_audit.language.lexical import Lexical
from nmt_audit.language.loops import STEM, Echo, Loop, Phrases, inside_loops
from nmt_audit.records import Evidence, Segment

NEAR = 10  # words between two sayings of a phrase; farther apart it counts half
CLOSE = 4  # words between two sayings of a single word
PARTED = 0.5  # what a word said twice counts where punctuation parts the two
THOUSANDS = 3  # digits of a group in "3 000 000"
SENTENCE_ENDS = frozenset(".!?…。！？؟।")


def repetition(segment: Segment, evidence: Evidence | None, lexical: Lexical) -> Iterator[Suspicion]:
    """The target repeats words or phrases that the source does not repeat.

    Looks at loops (a phrase again at once), echoes (again after other words) and syllables that repeat inside a word.
    What the source repeats itself is allowed as often as there, by the lexicon word for word, and so is what the
    reference repeats. Words that good text doubles ("had had", "very very"), function words alone and pairings ("side
    by side") are not worth a suspicion. Text alone: a model that loops finds its loop likely.

    Misses paraphrased repetition, single words that come again far apart, and a word that good text may double.

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
    told = segment.reference if segment.reference != target else None  # which would say nothing
    texts = _Texts(
        Phrases(segment.source, segment.src_lang),
        Phrases(target, segment.tgt_lang),
        None if told is None else Phrases(told, segment.tgt_lang),
        lexical,
    )
    for rule, value, first, last, message in (*_loops(texts), *_echoes(texts)):
        start, end = texts.said.words[first].start, texts.said.words[last].end
        message = f"“{shortened(target[start:end])}” {message}"
        yield Suspicion(rule, value, "tgt", start, end, message, positions_of(evidence, start, end))
    if not any(inside_loops(segment.source, segment.src_lang)):
        for start, end, copies in inside_loops(target, segment.tgt_lang):
            message = f"“{shortened(target[start:end])}” is the same syllables {copies} times"
            positions = positions_of(evidence, start, end)
            yield Suspicion("repetition.inside", copies - 2.0, "tgt", start, end, message, positions)


Found = tuple[str, float, int, int, str]  # rule, value, first and last word of the copy, rest of the message


@dataclass(frozen=True, slots=True)
class _Texts:
    """What a repetition is judged by. `reference`: None where there is none, or where it is the target itself."""

    source: Phrases
    said: Phrases
    reference: Phrases | None
    lexical: Lexical

    def in_reference(self, first: int, size: int) -> int:
        """How often the reference says a phrase of the target."""
        return self.reference.said(self.said.forms[first : first + size]) if self.reference else 0

    def looped(self) -> int:
        """How often the source says its longest loop."""
        return max((loop.copies for loop in self.source.loops()), default=1)

    def partner(self, at: int) -> int | None:
        """The source word that a word of the target translates, as far as that is known."""
        known = self.lexical.target[at]
        return known.partner if known.is_supported else None


def _loops(texts: _Texts) -> Iterator[Found]:
    said, in_source = texts.said, texts.looped()
    for loop in said.loops():
        is_parted = bool(said.between(loop.first + loop.size - 1, loop.first + loop.size))
        warranted = _warranted(texts, loop, is_parted, in_source)
        allowed = max(warranted, texts.in_reference(loop.first, loop.size), 1)
        excess = loop.copies - allowed
        if excess <= 0 or _is_good_text(said, loop, is_parted):
            continue
        unit = said.weight(loop.first, loop.size)
        value = excess * (max(1.0, unit) if said.is_spaced(loop.first) else unit)
        if loop.copies == 2 and is_parted and said.content(loop.first, loop.size) < 2:
            value *= PARTED
        first = loop.first + loop.size * allowed
        repeats = f"the source loops too, {in_source} times" if in_source > 1 else "the source does not repeat it"
        message = f"comes {loop.copies} times in a row; {repeats}"
        yield "repetition.adjacent", value, first, loop.first + loop.size * loop.copies - 1, message


def _warranted(texts: _Texts, loop: Loop, is_parted: bool, in_source: int) -> int:
    """How often the source warrants a phrase, by the word of it that is warranted least.

    As often as what it translates loops there, or where punctuation parts the copies ("big problems, small problems")
    comes at all. Of a word that nothing is known of, as often as anything loops.
    """
    counts = []
    for at in range(loop.first, loop.first + loop.size):
        partner = texts.partner(at)
        if not texts.said.is_content(at):
            continue
        if partner is None:
            counts.append(in_source)
        elif is_parted:
            counts.append(texts.source.akin(partner))
        else:
            covering = (one.copies for one in texts.source.loops() if one.covers(partner))
            counts.append(max(covering, default=1))
    spelt = texts.said.forms[loop.first : loop.first + loop.size]
    alike = [
        one.copies for one in texts.source.loops() if texts.source.forms[one.first : one.first + one.size] == spelt
    ]
    return max(min(counts, default=in_source), *alike, 1)


def _is_good_text(said: Phrases, loop: Loop, is_parted: bool) -> bool:
    """Doublings of the language, "more and more", and a phrase that ends a sentence and begins the next."""
    forms = said.forms[loop.first : loop.first + loop.size]
    if all(form.isdigit() and len(form) == THOUSANDS for form in forms):
        return True
    if loop.copies > 2:
        return False
    if loop.size == 1 and (may_double(forms[0], said.language) or (is_parted and not said.content(loop.first, 1))):
        return True
    if loop.size == 2 and is_gradual((forms[0], forms[1]), said.language):
        return True
    between = said.between(loop.first + loop.size - 1, loop.first + loop.size)
    return any(word.text in SENTENCE_ENDS for word in between)


def _echoes(texts: _Texts) -> Iterator[Found]:
    said = texts.said
    repeated = _repeated(texts.source)
    for echo in said.echoes():
        places = [at for at in range(echo.second, echo.second + echo.size) if said.is_content(at)]
        again = sum(_is_said_again(texts, at, repeated) for at in places)
        gap = echo.second - echo.first - echo.size
        if 2 * again > len(places) or texts.in_reference(echo.first, echo.size) > 1:
            continue
        weight = said.weight(echo.first, echo.size) - again
        if len(places) == 1 and gap <= CLOSE and not _paired(said, echo, gap):
            value, rule = weight * (2.0 / max(gap, 2)) ** 0.5, "repetition.echo"
            message = f"was said {gap} words before; no word of the source comes twice"
        elif len(places) > 1:
            value = weight * (1.0 if gap <= NEAR else 0.5)
            rule, message = "repetition.near", f"was said {gap} words before; the source does not repeat itself"
        else:
            continue
        yield rule, value, echo.second, echo.second + echo.size - 1, message


def _is_said_again(texts: _Texts, at: int, repeated: int) -> bool:
    """Whether the source says twice what a word of the target translates; where nothing tells, anything.

    A character of an unspaced script is half a word at best: there, too, anything counts that comes twice.
    """
    partner = texts.partner(at)
    if partner is not None and texts.source.is_spaced(partner):
        return texts.source.akin(partner) > 1
    return repeated > 0 and (partner is not None or not texts.lexical.target[at].known)


def _paired(said: Phrases, echo: Echo, gap: int) -> bool:
    """Whether two sayings of a word belong together, or are parted by more than function words."""
    between = said.between(echo.first + echo.size - 1, echo.second)
    if any(word.text in SENTENCE_ENDS for word in between) or said.content(echo.first + echo.size, gap):
        return True
    return gap == 1 and echo.size == 1


def _repeated(phrases: Phrases) -> int:
    """How many content words of a text come twice or more, by their beginnings: forms and compounds count."""
    found = {
        form[:STEM]: phrases.akin(at)
        for at, form in enumerate(phrases.forms)
        if phrases.is_content(at) and not form[0].isdigit()
    }
    return sum(count > 1 for count in found.values())
