"""Character references of HTML (`&#39;`, `&quot;`) in a text, which some systems leave in their translations.

Checks see the characters that are meant, or every “don&#39;t” would be a lost negation and every 39 a made-up number.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from nmt_audit.checks.suspicion import Suspicion
from nmt_audit.records import Evidence, Segment, Side, Span, Token, UntranslatedSpan, WithoutNegation

REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|quot|amp|lt|gt|apos|nbsp);")

Extended = TypeVar("Extended", Token, UntranslatedSpan, WithoutNegation)


@dataclass(frozen=True, slots=True)
class Plain:
    """A text with its references resolved. `starts` and `ends`: where each character of it stands in the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int | None, end: int | None) -> tuple[int | None, int | None]:
        """A stretch of the plain text in the original."""
        if start is None or end is None:
            return start, end
        if start >= len(self.starts):  # behind the last character
            after = self.ends[-1] if self.ends else 0
            return after, after
        return self.starts[start], self.ends[end - 1] if end > start else self.starts[start]

    def plain(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of the original text in the plain one."""
        return bisect_right(self.ends, start), bisect_left(self.starts, end)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A segment and its evidence as if nobody had escaped anything, and the way back."""

    segment: Segment
    evidence: Evidence | None
    sides: dict[Side, Plain]

    def original(self, suspicion: Suspicion) -> Suspicion:
        """A suspicion about the plain texts, in the texts as they were given."""
        start, end = self.sides[suspicion.side].original(suspicion.start, suspicion.end)
        return replace(suspicion, start=start, end=end, counterpart=self._span(suspicion.counterpart))

    def _span(self, span: Span | None) -> Span | None:
        if span is None:
            return None
        start, end = self.sides[span.side].original(span.start, span.end)
        return Span(span.side, start or 0, end or 0)


def resolved(segment: Segment, evidence: Evidence | None) -> Resolved | None:
    """The segment without character references; None where it has none."""
    texts = (segment.source, segment.hypothesis or "")
    if not any("&" in text and REFERENCE.search(text) for text in texts):
        return None
    source, target = map(_plain, texts)
    if evidence is not None:
        evidence = replace(
            evidence,
            source_tokens=_moved(source, evidence.source_tokens),
            target_tokens=_moved(target, evidence.target_tokens),
            untranslated=_moved(source, evidence.untranslated),
            without_negation=_moved(source, evidence.without_negation),
        )
    plain = replace(segment, source=source.text, hypothesis=None if segment.hypothesis is None else target.text)
    return Resolved(plain, evidence, {"src": source, "tgt": target})


def _plain(text: str) -> Plain:
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in [*REFERENCE.finditer(text), None]:
        upto = len(text) if match is None else match.start()
        characters += text[at:upto]
        starts += range(at, upto)
        ends += range(at + 1, upto + 1)
        if match is not None:
            meant = html.unescape(match.group())
            characters += meant
            starts += [match.start()] * len(meant)
            ends += [match.end()] * len(meant)
            at = match.end()
    return Plain("".join(characters), tuple(starts), tuple(ends))


def _moved(plain: Plain, records: Sequence[Extended]) -> tuple[Extended, ...]:
    """Records that name a stretch of the original text, with its place in the plain one."""
    places = (plain.plain(record.start, record.end) for record in records)
    return tuple(replace(record, start=start, end=end) for record, (start, end) in zip(records, places, strict=True))
