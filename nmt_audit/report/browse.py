"""The data behind the list of all segments: one index for filters and order, and chunks of rows loaded when shown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nmt_audit.report.flagged import page_name
from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.texts import Stretch, hypothesis_line, reference_line, source_line
from nmt_audit.report.wording import CATEGORY, category, fixed, language_tag, visible

CHUNK = 500

# What may end a script or a string literal early, or is not allowed in a page, is written as an escape.
_UNSAFE = re.compile("[<>&\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def script(name: str, *values: object) -> str:
    """A data script: a call of `window.nmtAudit.<name>` with literals that are safe whatever the corpus holds."""
    literals = (json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for value in values)
    return f"window.nmtAudit.{name}({','.join(_UNSAFE.sub(_escape, text) for text in literals)});\n"


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


@dataclass(slots=True)
class Index:
    """Grows with every segment; small enough to be loaded whole for a hundred thousand of them."""

    masks: list[int] = field(default_factory=list)
    scores: list[int] = field(default_factory=list)
    chrf: list[int | None] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=lambda: list(CATEGORY))

    def add(self, segment: SegmentRow, flags: Sequence[FlagRow]) -> None:
        """Notes what filters and order need to know of a segment. Dismissed flags count for nothing."""
        live = [flag for flag in flags if not flag.dismissed]
        self.masks.append(sum(1 << self._place(code) for code in {flag.category for flag in live}))
        self.scores.append(round(1000 * max((flag.score for flag in live), default=0.0)))
        self.chrf.append(None if segment.chrf is None else round(10 * segment.chrf))
        self.lengths.append(len(segment.source))
        self.statuses.append(_status(segment))

    def script(self) -> str:
        """The index as a data script."""
        kinds = sorted(set(self.statuses))
        return script("index", {
            "size": CHUNK,
            "categories": [{"slug": category(c).slug, "label": category(c).label} for c in self.codes],
            "masks": self.masks, "scores": self.scores, "chrf": self.chrf, "lengths": self.lengths,
            "kinds": kinds, "statuses": [kinds.index(status) for status in self.statuses],
        })  # fmt: skip

    def _place(self, code: str) -> int:
        if code not in self.codes:
            self.codes.append(code)
        return self.codes.index(code)


def _status(segment: SegmentRow) -> str:
    if segment.status != "ok":
        return segment.status
    return "partly" if segment.not_checked else "ok"


def row(segment: SegmentRow, flags: Sequence[FlagRow]) -> list[Any]:
    """A segment as the list shows it: id, page, source, hypothesis, reference, languages, flags, score.

    One whose flags were all dismissed looks like one without, and still leads to its page.
    """
    reference = reference_line(segment)
    live = sorted((flag for flag in flags if not flag.dismissed), key=lambda flag: -flag.score)
    labels = list(dict.fromkeys(category(flag.category).slug for flag in live))
    return [
        visible(segment.id),
        f"segments/{page_name(segment.id)}" if flags else None,
        _text(source_line(segment, flags).stretches),
        _text(hypothesis_line(segment, flags).stretches),
        None if reference is None else _text(reference.stretches),
        language_tag(segment.src_lang),
        language_tag(segment.tgt_lang),
        labels,
        fixed(max((flag.score for flag in live), default=0.0), 2),
    ]


def _text(parts: Sequence[Stretch]) -> str | list[str | list[str]]:
    """Plain text as a string; text with underlines as a list in which [text, title, class…] is underlined."""
    if all(not part.classes for part in parts):
        return "".join(part.text for part in parts)
    return [[part.text, part.title or "", *part.classes] if part.classes else part.text for part in parts]


def chunk_name(number: int) -> str:
    """The file of a chunk, counted from 1."""
    return f"segments-{number:04d}.js"


def chunk_script(number: int, rows: Sequence[list[Any]]) -> str:
    """A chunk as a data script."""
    return script("chunk", number, list(rows))
