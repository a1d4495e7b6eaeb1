"""Markdown as GitHub reads it: a summary of a run for the page of a build.

Corpus text stands in code spans, in which nothing is markup, no @name is a mention and no #1 a link. Signs that turn
the direction of writing are exchanged there, for they would turn what follows, too.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from nmt_audit.exporting.output import as_text
from nmt_audit.exporting.units import Export, Options, Unit
from nmt_audit.report.reading import FlagRow
from nmt_audit.report.wording import CATEGORY, STATUS, category, count, fixed, percent, plural, visible
from nmt_audit.store import Run

MOST = 20  # flags that are shown: a summary of GitHub takes 1 MiB, and a reader less
LONGEST = 160  # characters of a text
_TURNING = str.maketrans(dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "\ufffd"))


@dataclass(slots=True)
class _Seen:
    """What the segments of a run said. Dismissed flags are counted apart."""

    segments: int = 0
    flagged: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    flagged_by: Counter[str] = field(default_factory=Counter)
    dismissed: Counter[str] = field(default_factory=Counter)
    not_checked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)

    def add(self, unit: Unit) -> None:
        """Notes a segment."""
        self.segments += 1
        self.statuses[unit.segment.status] += 1
        self.not_checked.update(unit.segment.not_checked)
        self.flagged += bool(unit.standing)
        self.flags.update(flag.category for flag in unit.standing)
        self.flagged_by.update({flag.category for flag in unit.standing})
        self.dismissed.update(flag.category for flag in unit.flags if flag.dismissed)


def write(export: Export, out: BinaryIO) -> int:
    """Writes the summary and returns how many flags stand."""
    seen, text = _summary(export)
    with as_text(out) as file:
        file.write(text)
    return seen.flags.total()


def markdown_summary(run: Run, options: Options | None = None) -> str:
    """A run in Markdown: scores with their signatures, flags by category, the most important of them.

    Whatever the texts of the run are, they are no markup; and the summary is never longer than some 50,000 characters.
    """
    return _summary(Export(run, options or Options()))[1]


def _summary(export: Export) -> tuple[_Seen, str]:
    seen = _Seen()

    def ranked() -> Iterator[tuple[float, int, int, Unit, FlagRow]]:
        for unit in export.units():
            seen.add(unit)
            for place, flag in enumerate(unit.standing):
                yield flag.score, -unit.number, -place, unit, flag

    best = [(unit, flag) for *_, unit, flag in heapq.nlargest(MOST, ranked(), key=lambda one: one[:3])]
    blocks = [
        _heading(export),
        _counts(export, seen),
        _scores(export),
        _categories(export, seen),
        _important(best, seen),
    ]
    blocks.append(f"Signature: {code(export.facts.signature, 2_000)}")
    return seen, "\n\n".join(block for block in blocks if block) + "\n"


def _heading(export: Export) -> str:
    facts = export.facts
    about = " · ".join(code(text) for text in (facts.languages, facts.model or "no model", facts.date) if text)
    warning = f"\n\n> **Partial.** {export.partial}" if export.partial else ""
    return f"## Translation audit: {code(facts.name)}\n\n{about}{warning}"


def _counts(export: Export, seen: _Seen) -> str:
    pair = f" of {code(export.options.pair)}" if export.options.pair else ""
    lines = [f"{plural(seen.segments, 'segment', 'segments')}{pair}, {count(seen.flagged)} with a suspected error."]
    lines += [
        f"{plural(seen.statuses[status], 'segment', 'segments')} {what}."
        for status, what in STATUS.items()
        if seen.statuses[status]
    ]
    return "\n".join(lines)


def _scores(export: Export) -> str:
    scores = export.run.manifest.get("scores") or ()
    if not scores:
        return "No scores: " + ("the run is partial." if export.partial else "the run has no references.")
    rows = []
    for score in scores:
        low, high = score.get("low"), score.get("high")
        interval = "–" if low is None or high is None else f"{fixed(low, 1)} to {fixed(high, 1)}"
        signature = cell(score.get("signature") or "–", 300)
        rows.append((cell(score["name"]), fixed(score["value"], 1), interval, signature))
    return table(("score", "value", "95 % interval", "signature"), rows, "lrrl")


def _categories(export: Export, seen: _Seen) -> str:
    heads = ("suspected", "flags", "per 100 segments", "segments", "dismissed", "not checked", "false alarms")
    trust = (export.run.manifest.get("trust") or {}).get("categories") or {}
    rows = []
    for code_ in [*CATEGORY, *sorted((set(seen.flags) | set(seen.dismissed)) - set(CATEGORY))]:
        flags = seen.flags[code_]
        alarms = (trust.get(code_) or {}).get("false_alarms")
        rows.append(
            (
                category(code_).label if code_ in CATEGORY else cell(code_), count(flags),
                fixed(100 * flags / seen.segments if seen.segments else None, 1), count(seen.flagged_by[code_]),
                count(seen.dismissed[code_]), count(seen.not_checked[code_]),
                "–" if not alarms or not alarms.get("of") else
                f"{percent(alarms['count'] / alarms['of'], 1)} of {count(alarms['of'])}",
            )
        )  # fmt: skip
    return table(heads, rows, "lrrrrrr")


def _important(best: Iterable[tuple[Unit, FlagRow]], seen: _Seen) -> str:
    rows = [
        (
            str(unit.number), category(flag.category).label if flag.category in CATEGORY else cell(flag.category),
            fixed(flag.score, 2), cell(flag.message), _line(unit, flag, "src"), _line(unit, flag, "tgt"),
        )
        for unit, flag in best
    ]  # fmt: skip
    if not rows:
        return "No flag stands."
    listed = table(("segment", "suspected", "score", "why", "source", "translation"), rows, "rlrlll")
    shown = (
        "" if seen.flags.total() == len(rows) else f" The {len(rows)} most important of {count(seen.flags.total())}:"
    )
    return f"### Flags\n\nA flag is a suspicion, not an error.{shown}\n\n{listed}"


def _line(unit: Unit, flag: FlagRow, side: str) -> str:
    """A side of a segment, its suspected words in bold."""
    text = unit.text(side)
    if flag.side != side or flag.start is None or flag.end is None or flag.start >= flag.end:
        return cell(text)
    room = max((LONGEST - (flag.end - flag.start)) // 2, 20)
    before, words, after = text[: flag.start], text[flag.start : flag.end], text[flag.end :]
    before = f"…{before[-room:]}" if len(before) > room else before
    left, right = before.rstrip(), after.lstrip()
    parts = (
        cell(left) if left else "", " " if left != before else "", f"**{cell(words)}**",
        " " if right != after else "", cell(right, room) if right else "",
    )  # fmt: skip
    return "".join(parts)


def cell(text: str, longest: int = LONGEST) -> str:
    """The text as a code span in a cell of a table, which a bare | would end, whatever it stands in.

    A backslash before it helps, but not before one that itself has a backslash before it: such a text gets ¦ instead.
    """
    return code(text, longest).replace("|", "¦" if "\\" in text else "\\|")


def code(text: str, longest: int = LONGEST) -> str:
    """The text as a code span (https://github.github.com/gfm/#code-spans), cut where it is longer than `longest`."""
    shown = visible(text if len(text) <= longest else f"{text[:longest]}…").translate(_TURNING)
    if not shown.strip():
        return "–"
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    # A backtick at the end would belong to the fence; and of blanks at both ends a reader takes one away.
    blank = " " if shown[0] in " `" or shown[-1] in " `" else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]], sides: str) -> str:
    """A table of GitHub's Markdown; `sides`: l or r for each column. Cells with foreign text are made by `cell`."""
    rule = ("---:" if side == "r" else "---" for side in sides)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))
