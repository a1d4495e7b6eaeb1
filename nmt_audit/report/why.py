"""One figure of a segment page: its grids, the sentences in words, the ledgers, the warnings, how far to believe it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nmt_audit.report.bearings import Bearings, Phrase, shown
from nmt_audit.report.faithfulness import Belief, belief, beliefs
from nmt_audit.report.grid import Grid, Suspect, grid, is_main, piece
from nmt_audit.report.ledgers import Ledger, ledger, warning
from nmt_audit.report.rows import ATTENTION, Focus, Row, parting, top
from nmt_audit.report.wording import fixed, language_tag, method, percent, plural, quoted, state


@dataclass(frozen=True, slots=True)
class Map:
    """Some rows of a figure with what belongs to them. `title` is None for those that a reader sees first."""

    title: str | None
    grid: Grid
    ledgers: tuple[Ledger, ...]
    belief: Belief | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why this word, here."""

    key: str
    word: Phrase
    number: int
    is_end: bool
    maps: tuple[Map, ...]
    sentences: tuple[tuple[Phrase, ...], ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def why(key: str, focus: Focus, bearings: Bearings, suspect: Suspect) -> Why:
    """The figure of one explained word. `suspect` has the words inside the flag's spans, source and target."""
    group = bearings.target.groups[focus.word]
    return Why(
        key=key,
        word=Phrase(shown(group), language_tag(bearings.segment.tgt_lang)),
        number=focus.word + 1,
        is_end=group.is_end,
        maps=tuple(_maps(focus, bearings, suspect)),
        sentences=tuple(_sentences(focus, bearings)),
        warnings=tuple(warning(row) for row in focus.rows if row.blown_up),
        notes=tuple(_notes(focus)),
    )


def _maps(focus: Focus, bearings: Bearings, suspect: Suspect) -> Sequence[Map]:
    """Attention and relevance; then the other methods, if there are any."""
    found = []
    main = [row for row in focus.rows if is_main(row)]
    other = [row for row in focus.rows if not is_main(row)]
    for rows, believed in ((main, belief), (other, beliefs)):
        if rows or (rows is main and not other):
            names = list(dict.fromkeys(method(row.method).prose for row in rows))
            found.append(
                Map(
                    title=None if rows is main else f"Other methods: {', '.join(names)}",
                    grid=grid(rows, focus, bearings, suspect),
                    ledgers=tuple(ledger(row) for row in rows if row.value is not None and row.ledger),
                    belief=believed(bearings.faithfulness, [(row.method, row.rules) for row in rows]),
                )
            )
    return found


def _sentences(focus: Focus, bearings: Bearings) -> Sequence[tuple[Phrase, ...]]:
    found = []
    relevance = _telling(focus)
    looks = _looks(focus.attention, bearings)
    if looks or relevance is not None:
        found.append((*looks, *_gives(relevance, focus, bearings, bool(looks)), Phrase(".")))
    if looks and relevance is not None and top(relevance, 1):
        found.append((Phrase(_agreement(focus)),))
    found += [_contrast(row, focus, bearings) for row in focus.contrasts if not row.blown_up and top(row, 1)]
    return found


def _telling(focus: Focus) -> Row | None:
    """The stage nearest to the choice of the word that did not blow up."""
    return next((row for row in reversed(focus.path) if not row.blown_up), None)


def _looks(row: Row | None, bearings: Bearings) -> tuple[Phrase, ...]:
    places = top(row, 1) if row is not None else []
    if row is None or not places:
        return ()
    text, lang = bearings.name(places[0])
    text = quoted(text)
    end = ", the end mark" if bearings.is_source_end(places[0]) else ""
    weight = fixed(float(row.source[places[0]]), 2)
    return Phrase("Attention looks at "), Phrase(text, lang), Phrase(f"{end} ({weight})")


def _gives(row: Row | None, focus: Focus, bearings: Bearings, joined: bool) -> tuple[Phrase, ...]:
    if row is None:
        if focus.contrasts:
            return ()  # the contrast speaks for itself, in a sentence of its own
        return (Phrase("; relevance blew up and says little" if focus.path else "; relevance was not computed"),)
    stage = state(row.state)
    opening = f"{'; relevance' if joined else 'Relevance'} of the {stage.prose if stage else row.state} "
    places = top(row, 2)
    if not places:
        return (Phrase(f"{opening}is zero for every word"),)
    shares = row.shares
    named = [place for rank, place in enumerate(places) if rank == 0 or shares[place] >= 0.1]
    phrases = [Phrase(f"{opening}gives most to ")]
    for rank, place in enumerate(named):
        phrases.append(Phrase(f"{' and ' if rank else ''}{bearings.kind(place, focus)}"))
        phrases.append(bearings.named(place, focus))
        against = ", pulling the value down" if row.numbers[place] < 0 else ""
        phrases.append(Phrase(f" ({percent(float(shares[place]))}{against})"))
    return tuple(phrases)


def _agreement(focus: Focus) -> str:
    where = parting(focus)
    if where is None:
        return "Attention and relevance agree on the most important word."
    return f"They do not agree on the most important word: relevance parts from attention in the {where.prose}."


def _contrast(row: Row, focus: Focus, bearings: Bearings) -> tuple[Phrase, ...]:
    written, language = bearings.name(len(bearings.source.groups) + focus.word)
    numbers, shares = row.numbers, row.shares
    other = f" rather than “{piece(row.against)}”" if row.against else ""
    phrases = [Phrase("For "), Phrase(written, language), Phrase(f"{other}, ")]
    joiner = ""
    for place, verb in ((int(np.argmax(numbers)), "speaks for it most"), (int(np.argmin(numbers)), "against it most")):
        if (numbers[place] > 0) == (verb != "against it most") and numbers[place] != 0:
            phrases += [Phrase(f"{joiner}{bearings.kind(place, focus)}"), bearings.named(place, focus)]
            phrases.append(Phrase(f" {verb} ({percent(float(shares[place]))})"))
            joiner = ", "
    return (*phrases, Phrase("."))


def _notes(focus: Focus) -> Sequence[str]:
    found = []
    if focus.attention is None:
        found.append("This model has no attention to show.")
    if all(row is focus.attention for row in focus.rows):
        found.append("No relevance was computed for this word.")
    pieces = max((row.pieces for row in focus.rows), default=1)
    if pieces > 1:
        means = dict.fromkeys(method(row.method).prose for row in focus.rows if _is_mean(row))
        found.append(
            f"The model wrote this word in {plural(pieces, 'piece', 'pieces')}: relevance is the sum over them"
            + "".join(f", {name} their mean" for name in means)
            + "."
        )
    return found


def _is_mean(row: Row) -> bool:
    return row.method == ATTENTION or not method(row.method).adds
