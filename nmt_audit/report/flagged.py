"""The page of one flagged segment: its lines, its flags, and for each flag the figures that say why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.report.bearings import Bearings, Phrase
from nmt_audit.report.faithfulness import Faithfulness
from nmt_audit.report.grid import Suspect
from nmt_audit.report.reading import Explanations, FlagRow, SegmentRow
from nmt_audit.report.rows import Focus, focuses, top
from nmt_audit.report.texts import Line, hypothesis_line, reference_line, source_line
from nmt_audit.report.why import Why, why
from nmt_audit.report.wording import Category, category, fixed, language_tag, number, percent, visible
from nmt_audit.report.words import Words, gather


@dataclass(frozen=True, slots=True)
class Fact:
    """A small number with its name and what it means."""

    label: str
    value: str
    help: str


@dataclass(frozen=True, slots=True)
class FlagSection:
    """One suspicion. `shown` is the figure that a reader sees first; `dismissed` says who rejected it earlier."""

    anchor: str
    category: Category
    message: str
    points_at: tuple[Phrase, ...]
    measure: str
    score: str
    whys: tuple[Why, ...]
    shown: int
    note: str | None
    dismissed: str | None


@dataclass(frozen=True, slots=True)
class SegmentPage:
    """Everything on the page of a flagged segment."""

    number: int
    id: str
    href: str
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...]
    continuation: Phrase | None
    not_checked: str | None
    flags: tuple[FlagSection, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """For one explained word: which word attention and each kind of relevance put first, as the run page counts it."""

    segment: int
    href: str
    category: str
    word: Phrase
    looked_at: Phrase
    weight: float
    states: tuple[tuple[str, str, Phrase, float], ...]  # state, kind of word, word, its share of Σ|R|


def page_name(segment_id: str) -> str:
    """The file name of a segment's page. Ids come from corpora and may hold anything, so that they are hashed."""
    return f"{hashlib.sha256(segment_id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}.html"


def ranked(flags: Sequence[FlagRow]) -> list[FlagRow]:
    """The flags of a segment in the order of its page: most suspicious first, dismissed ones last."""
    return sorted(flags, key=lambda flag: (flag.dismissed, -flag.score))


def anchor(place: int) -> str:
    """The name of the flag at a place of its page, from 0, that links lead to."""
    return f"flag-{place + 1}"


def segment_page(
    segment: SegmentRow, flags: Sequence[FlagRow], explanations: Explanations, measured: Faithfulness | None
) -> tuple[SegmentPage, list[Comparison]]:
    """The page of a segment, and what its figures say for the run page. `measured`: how faithful the run's maps are."""
    source = gather(segment.source_tokens, segment.source, segment.src_lang)
    target = gather(segment.target_tokens, segment.hypothesis, segment.tgt_lang)
    bearings = Bearings(segment, source, target, measured)
    href = f"segments/{page_name(segment.id)}"
    sections, comparisons = [], []
    for place, flag in enumerate(ranked(flags)):
        found = focuses(segment, source, target, flag.positions, explanations.of(flag.id))
        suspect = _covered(source, flag, "src"), _covered(target, flag, "tgt")
        sections.append(_section(anchor(place), flag, found, bearings, suspect))
        comparisons += [_comparison(f"{href}#{anchor(place)}", flag, focus, bearings) for focus in found]
    reference = reference_line(segment)
    lines = (source_line(segment, flags), hypothesis_line(segment, flags), *((reference,) if reference else ()))
    page = SegmentPage(
        number=segment.index + 1, id=visible(segment.id), href=href, lines=lines, facts=tuple(_facts(segment)),
        continuation=_continuation(segment), not_checked=_not_checked(segment), flags=tuple(sections),
    )  # fmt: skip
    return page, [item for item in comparisons if item is not None]


def _section(name: str, flag: FlagRow, found: Sequence[Focus], bearings: Bearings, suspect: Suspect) -> FlagSection:
    return FlagSection(
        anchor=name,
        category=category(flag.category),
        message=visible(flag.message),
        points_at=_points_at(flag, bearings.segment),
        measure=f"{flag.rule} {number(flag.value)} (threshold {number(flag.threshold)})",
        score=fixed(flag.score, 2),
        whys=tuple(why(f"{name}-w{focus.word + 1}", focus, bearings, suspect) for focus in found),
        shown=_shown_first(found, suspect[0]),
        note=_note(bearings.segment, found),
        dismissed=f"dismissed earlier by {visible(flag.dismissed_by) or 'a reviewer'}" if flag.dismissed else None,
    )


def _covered(words: Words, flag: FlagRow, side: str) -> frozenset[int]:
    """The words inside the flag's spans on a side."""
    spans = [(flag.start, flag.end)] if flag.side == side else []
    if flag.counterpart_side == side:
        spans.append((flag.counterpart_start, flag.counterpart_end))
    return frozenset(
        place
        for place, group in enumerate(words.groups)
        for start, end in spans
        if start is not None and end is not None and group.start < end and start < group.end
    )


def _shown_first(found: Sequence[Focus], suspect_source: frozenset[int]) -> int:
    """The figure to begin with: where attention looks most at the suspect source words, else the first."""
    best, most = 0, 0.0
    for place, focus in enumerate(found):
        attention = focus.attention
        seen = float(sum(attention.source[word] for word in suspect_source)) if attention else 0.0
        if seen > most:
            best, most = place, seen
    return best


def _points_at(flag: FlagRow, segment: SegmentRow) -> tuple[Phrase, ...]:
    phrases = []
    for side, start, end, opening in (
        (flag.side, flag.start, flag.end, "points at "),
        (flag.counterpart_side, flag.counterpart_start, flag.counterpart_end, "; its counterpart is "),
    ):
        if side is None:
            continue
        text, language, name = (
            (segment.source, segment.src_lang, "source") if side == "src"
            else (segment.hypothesis, segment.tgt_lang, "translation")
        )  # fmt: skip
        if start is None or end is None or (side != flag.side and (start, end) == (0, len(text))):
            phrases.append(Phrase(f"{opening}the whole {name}"))
        elif start >= end:
            phrases.append(Phrase(f"{opening}a place in the {name}"))
        else:
            phrases += [
                Phrase(f"{opening}the {name}: "), Phrase(visible(text[start:end]), language_tag(language)),
            ]  # fmt: skip
    return tuple(phrases)


def _note(segment: SegmentRow, found: Sequence[Focus]) -> str | None:
    if not segment.target_tokens:
        return "No model took part in this run: there is nothing to explain."
    return None if found else "No position of this flag was explained."


def _facts(segment: SegmentRow) -> list[Fact]:
    found = (
        ("chrF", segment.chrf, 1, "Overlap with the reference in runs of letters, 0 to 100."),
        ("BLEU", segment.bleu, 1, "Overlap with the reference in runs of words, 0 to 100; rough for one sentence."),
        ("log-probability", segment.logprob, 2, "Mean natural logarithm of the probability per token; 0 is certain."),
    )
    return [Fact(label, fixed(value, decimals), text) for label, value, decimals, text in found if value is not None]


def _continuation(segment: SegmentRow) -> Phrase | None:
    return Phrase(visible(segment.continuation), language_tag(segment.tgt_lang)) if segment.continuation else None


def _not_checked(segment: SegmentRow) -> str | None:
    return ", ".join(category(code).label for code in segment.not_checked) or None


def _comparison(href: str, flag: FlagRow, focus: Focus, bearings: Bearings) -> Comparison | None:
    attention = focus.attention
    if attention is None or not top(attention, 1):
        return None
    looked_at = top(attention, 1)[0]
    states = []
    for row in focus.path:
        places = [] if row.blown_up else top(row, 1)
        if places:
            kind = _kind(places[0], looked_at, bearings)
            states.append((row.state, kind, Phrase(*bearings.name(places[0])), float(row.shares[places[0]])))
    if not states:
        return None
    own = len(bearings.source.groups)
    return Comparison(
        bearings.segment.index + 1, href, flag.category, Phrase(*bearings.name(own + focus.word)),
        Phrase(*bearings.name(looked_at)), float(attention.source[looked_at]), tuple(states),
    )  # fmt: skip


def _kind(place: int, looked_at: int, bearings: Bearings) -> str:
    if place == looked_at:
        return "same"
    if place >= len(bearings.source.groups):
        return "earlier"
    return "end" if bearings.is_source_end(place) else "source"


def share_text(word: Phrase, share: float) -> tuple[Phrase, ...]:
    """A word with its share of Σ|R|."""
    return word, Phrase(f" ({percent(share)})")
