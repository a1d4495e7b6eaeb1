"""The failing patterns as tables, with links to the list of segments that have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.report.features import CONSTRUCTIONS, any_of, matching, query
from nmt_audit.report.patterns import ANY, LEAST, LEAST_FLAGGED, LIKE_LENGTH, Pattern, Patterns, Shared
from nmt_audit.report.spans import Span, SpanChart
from nmt_audit.report.wording import Category, category, count, fixed, percent, plural, visible

SHOWN = 10  # words of a category
CHARTED = 12
CUES = 12  # words that a link asks for
TEASED = 6  # on the run page
LONG = 48  # characters of a word that are shown

KIND = {item.key: item for item in CONSTRUCTIONS}
EVERY = Category("", "any", "any flag", "flags", "Segments with at least one suspected flag of any category.")


@dataclass(frozen=True, slots=True)
class PatternRow:
    """A line. `lang`: the language of a word; None for a construction, whose `help` says what it is."""

    text: str
    lang: str | None
    help: str
    flagged: str
    flagged_detail: str
    clear: str
    clear_detail: str
    odds: str
    interval: str
    like_length: str
    stands_out: bool
    href: str | None


@dataclass(frozen=True, slots=True)
class PatternTable:
    """The patterns of a category. `says` is a sentence; the tables are empty where there is too little to say."""

    category: Category
    says: str
    words: tuple[PatternRow, ...]
    constructions: tuple[PatternRow, ...]


@dataclass(frozen=True, slots=True)
class Teaser:
    """A pattern of the run page."""

    category: Category
    text: str
    lang: str | None
    odds: str
    detail: str
    href: str | None


@dataclass(frozen=True, slots=True)
class PatternSection:
    """The section. `tables`: any flag first, then a table per category."""

    explained: str
    tables: tuple[PatternTable, ...]
    chart: SpanChart | None
    teasers: tuple[Teaser, ...]


def pattern_section(found: Patterns, language: str) -> PatternSection:
    """The section of a run. `language`: the tag of the sources."""
    tables = tuple(_table(shared, language) for shared in found.categories)
    return PatternSection(_explained(found), tables, _chart(found), tuple(_teasers(found, language)))


def _explained(found: Patterns) -> str:
    looked = f"{count(found.flagged)} segments with flags and {count(found.clear)} without any were cut into words"
    if (found.flagged, found.clear) != (found.of_flagged, found.of_clear):
        of = f"{count(found.of_flagged)} and {count(found.of_clear)}"
        looked += f", drawn by a seed from {of}"
    return (
        f"{looked}. A word or a pair of neighbouring words is tested where at least {LEAST} flagged segments have it. "
        "The odds ratio says how many times larger the odds of the pattern are in flagged segments (one half added to "
        "each count; 95 % interval). Words are shown that flagged segments have more often by Fisher’s exact test, "
        "with at most 5 % false discoveries among all words and constructions of this page (Benjamini–Hochberg), and "
        f"whose odds ratio is still at least {LIKE_LENGTH} among sentences of like length (Mantel–Haenszel)."
    )


def _table(shared: Shared, language: str) -> PatternTable:
    words = tuple(_row(pattern, shared.code, language) for pattern in shared.words[:SHOWN])
    built = tuple(_row(pattern, shared.code, language) for pattern in shared.constructions)
    return PatternTable(_named(shared.code), _says(shared), words, built)


def _named(code: str) -> Category:
    return category(code) if code != ANY else EVERY


def _says(shared: Shared) -> str:
    have = plural(shared.flagged, "segment has", "segments have")
    if shared.flagged < LEAST_FLAGGED:
        return f"Too little to say: {have} such a flag, and at least {LEAST_FLAGGED} are needed."
    if not shared.constructions and not shared.tested:
        return f"Nothing to compare with: {have} such a flag, and too few have none."
    tested = f"{plural(shared.tested, 'word or pair', 'words and pairs')} tested in {count(shared.flagged)} segments"
    dropped = ""
    if shared.by_length:
        dropped = f" {plural(shared.by_length, 'more goes', 'more go')} with long sentences rather than with the flag."
    if not shared.words:
        return f"No word stands out: {tested}.{dropped}"
    more = f", the {SHOWN} plainest shown" if len(shared.words) > SHOWN else ""
    return f"{plural(len(shared.words), 'stands', 'stand')} out{more}: {tested}.{dropped}"


def _row(pattern: Pattern, code: str, language: str) -> PatternRow:
    table = pattern.table
    built = KIND[pattern.text] if pattern.kind == "construction" else None
    return PatternRow(
        text=built.label if built else _short(visible(pattern.text)), lang=None if built else language,
        help=_help(pattern),
        flagged=percent(table.flagged / table.of_flagged if table.of_flagged else None),
        flagged_detail=f"{count(table.flagged)} of {count(table.of_flagged)}",
        clear=percent(table.clear / table.of_clear if table.of_clear else None),
        clear_detail=f"{count(table.clear)} of {count(table.of_clear)}",
        odds=fixed(pattern.odds, 1), interval=f"{fixed(pattern.low, 1)} to {fixed(pattern.high, 1)}",
        like_length="–" if pattern.like_length is None else fixed(pattern.like_length, 1),
        stands_out=pattern.stands_out, href=_href(pattern, code) if table.flagged else None,
    )  # fmt: skip


def _help(pattern: Pattern) -> str:
    if pattern.kind != "construction":
        return "two words in a row" if pattern.kind == "pair" else "a word"
    shown = [visible(cue)[:20] for cue in pattern.cues[:5]] if KIND[pattern.text].query is None else []
    examples = f" Here: {', '.join(shown)}." if shown else ""
    return KIND[pattern.text].help + examples


def _href(pattern: Pattern, code: str) -> str | None:
    address = query(pattern.text) if pattern.kind != "construction" else _construction_address(pattern)
    chosen = f"c={category(code).slug}" if code != ANY else "show=flagged"
    return f"segments.html#{chosen}&{address}" if address else None


def _construction_address(pattern: Pattern) -> str | None:
    expression = KIND[pattern.text].query
    if expression is None:
        return any_of(pattern.cues[:CUES]) if pattern.cues else None
    return matching(expression) if expression else None


def _chart(found: Patterns) -> SpanChart | None:
    """The words and constructions that stand out most, of any flag together."""
    every = next((shared for shared in found.categories if shared.code == ANY), None)
    if every is None:
        return None
    out = [*every.words[:CHARTED], *(item for item in every.constructions if item.stands_out)]
    best = sorted(out, key=lambda item: (-item.odds, item.text))[:CHARTED]
    if not best:
        return None
    rows = tuple((_label(item), Span(item.odds, item.low, item.high), None) for item in best)
    alt = "; ".join(f"{_label(item)}: odds ratio {fixed(item.odds, 1)}" for item in best)
    return SpanChart(
        rows, "Patterns that flagged segments share", f"{alt}.", "odds ratio (1: as often as elsewhere)",
        ("odds ratio",), scale=1.0, rule=1.0, logarithmic=True,
    )  # fmt: skip


def _label(pattern: Pattern) -> str:
    if pattern.kind == "construction":
        return KIND[pattern.text].label
    text = visible(pattern.text)
    return f"“{text if len(text) <= 24 else text[:23] + '…'}”"


def _teasers(found: Patterns, language: str) -> Sequence[Teaser]:
    """The plainest of all categories, each pattern once: of its own category rather than of any flag together."""
    best: dict[str, tuple[float, str, Pattern]] = {}
    for shared in sorted(found.categories, key=lambda item: item.code == ANY):
        for pattern in (*shared.words, *(item for item in shared.constructions if item.stands_out)):
            if pattern.text not in best or pattern.chance < best[pattern.text][0] * (1e-6 if shared.code == ANY else 1):
                best[pattern.text] = (pattern.chance, shared.code, pattern)
    chosen = sorted(best.values(), key=lambda item: (item[0], item[2].text))[:TEASED]
    teasers = []
    for _, code, pattern in chosen:
        row = _row(pattern, code, language)
        detail = f"in {row.flagged} of them, in {row.clear} of the segments without flags"
        teasers.append(Teaser(_named(code), row.text, row.lang, row.odds, detail, row.href))
    return teasers


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"
