"""Where in the target the counterpart of a source word is to be expected."""

from __future__ import annotations

from nmt_audit.language.lexical import Lexical
from nmt_audit.language.words import Word
from nmt_audit.records import Segment

SUPPORTED = 0.3  # from this lexical support on a word is taken for the counterpart of another
NEIGHBOURS = 3  # words with a counterpart that are asked


class Places:
    """Expected places in one segment: near the counterparts of neighbours, and as far into the text as the word is."""

    def __init__(self, segment: Segment, lexical: Lexical) -> None:
        self.source_length = max(len(segment.source), 1)
        self.target_length = max(len(segment.hypothesis or ""), 1)
        self.anchors = [
            (one.word.start, lexical.target[one.partner].word.start)
            for one in lexical.source
            if one.partner is not None and one.content and one.support >= SUPPORTED
        ]

    def distance(self, source: Word, target: Word) -> float:
        """How far a word of the target is from where that of the source belongs, as a share of the target."""
        return abs(self._expected(source.start) - target.start / self.target_length)

    def _expected(self, start: int) -> float:
        near = sorted(self.anchors, key=lambda anchor: (abs(anchor[0] - start), anchor))[:NEIGHBOURS]
        places = [place / self.target_length for _, place in near]
        return sum((*places, start / self.source_length)) / (len(places) + 1)
