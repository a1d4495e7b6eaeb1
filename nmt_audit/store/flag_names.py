"""What flags are called."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence

from nmt_audit.records import Flag, Segment


class FlagNames:
    """Content-keyed names for the flags of one run: they survive insertions and reorderings, and so do verdicts.

    Each is a hash of the normalised source, the category, the side, the text of the span, and an ordinal among the
    equal keys of the run: a corpus may hold the same segment twice.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, segment: Segment, flags: Sequence[Flag]) -> tuple[str, ...]:
        """The names of a segment's flags, each given once."""
        normal = " ".join(unicodedata.normalize("NFC", segment.source).split())
        names = []
        for flag in flags:
            text = segment.source if flag.side == "src" else segment.hypothesis or ""
            span = "" if flag.start is None else text[flag.start : flag.end]
            key = "\x1f".join((normal, flag.category, flag.side, span))
            names.append(hashlib.sha256(f"{key}\x1f{self._seen[key]}".encode()).hexdigest()[:16])
            self._seen[key] += 1
        return tuple(names)
