"""What the figures of one segment share: its words, how a sentence names them, and what is known of the run's maps."""

from __future__ import annotations

from dataclasses import dataclass

from nmt_audit.language.pieces import TokenGroup
from nmt_audit.report.faithfulness import Faithfulness
from nmt_audit.report.reading import SegmentRow
from nmt_audit.report.rows import Focus
from nmt_audit.report.wording import END, language_tag, quoted, visible
from nmt_audit.report.words import Words


@dataclass(frozen=True, slots=True)
class Phrase:
    """Part of a sentence. `lang` is set for words of the corpus, which are set apart."""

    text: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Bearings:
    """Words are counted over source words, then target words. `faithfulness` is None where nothing was measured."""

    segment: SegmentRow
    source: Words
    target: Words
    faithfulness: Faithfulness | None = None

    def name(self, place: int) -> tuple[str, str]:
        """The text and the language of a word."""
        side = self.segment.src_lang if place < len(self.source.groups) else self.segment.tgt_lang
        return shown(self._group(place)), language_tag(side)

    def is_source_end(self, place: int) -> bool:
        """Whether a place is the end mark of the source."""
        return place < len(self.source.groups) and self.source.groups[place].is_end

    def kind(self, place: int, focus: Focus) -> str:
        """What goes before a contextual word in a sentence, to say what kind of word it is."""
        if place >= len(self.source.groups):
            return "the beginning of the word itself, " if self._is_own(place, focus) else "the earlier word "
        return "the end mark " if self.is_source_end(place) else ""

    def named(self, place: int, focus: Focus) -> Phrase:
        """A contextual word as a sentence names it; of the explained word only what stood there."""
        text, language = self.name(place)
        return Phrase(self.begun(focus) if self._is_own(place, focus) else quoted(text), language)

    def begun(self, focus: Focus) -> str:
        """What of the explained word stood there when its last piece was chosen."""
        places = self.target.groups[focus.word].tokens
        tokens = [self.segment.target_tokens[place] for place in places if place < focus.last]
        return f"{visible(self.segment.hypothesis[tokens[0].start : tokens[-1].end])}…" if tokens else "…"

    def _is_own(self, place: int, focus: Focus) -> bool:
        return place - len(self.source.groups) == focus.word

    def _group(self, place: int) -> TokenGroup:
        own = len(self.source.groups)
        return self.source.groups[place] if place < own else self.target.groups[place - own]


def shown(group: TokenGroup) -> str:
    """A word as it stands in a figure."""
    return END if group.is_end else visible(group.text) or "∅"
