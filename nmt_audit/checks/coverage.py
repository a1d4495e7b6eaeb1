"""Which source words a translation looked at: attention summed over the target, word by word."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from nmt_audit.language.function_words import is_content
from nmt_audit.language.pieces import TokenGroup, merge
from nmt_audit.records import Array, Evidence, Segment, Span

TOKENS_PER_WORD = 1.0  # attention that a content word is worth: that of one target token
ALIGNED = 0.3  # attention from which on a target word is taken for the translation of a source word
LEAST = 1e-6
TOLERATED = 0.5  # nats below the expected attention that are no deficit yet: attention is soft
LONGEST_BRIDGE = 2  # function words that a run of uncovered words may go across


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring source words that the translation hardly looked at. `deficit` is in nats, summed over them."""

    start: int
    end: int
    deficit: float


def uncovered(segment: Segment, evidence: Evidence) -> list[Run]:
    """The runs of uncovered content words, worst first; none where the model has no attention."""
    if evidence.attention is None:
        return []
    groups = [g for g in merge(evidence.source_tokens, segment.source, segment.src_lang) if not g.is_end]
    seen = evidence.attention.sum(0)
    runs: list[Run] = []
    bridge = 0
    for group in groups:
        if not is_content(group.text, segment.src_lang):
            bridge += 1 if group.text.isalnum() else LONGEST_BRIDGE + 1  # punctuation ends a run
            continue
        deficit = _deficit(group, seen)
        if deficit > 0 and runs and bridge <= LONGEST_BRIDGE and runs[-1].end:
            last = runs.pop()
            runs.append(Run(last.start, group.end, last.deficit + deficit))
        elif deficit > 0:
            runs.append(Run(group.start, group.end, deficit))
        bridge = 0 if deficit > 0 else LONGEST_BRIDGE + 1
    return sorted(runs, key=lambda run: (-run.deficit, run.start))


def _deficit(group: TokenGroup, seen: Array) -> float:
    share = max(float(seen[list(group.tokens)].max()) / TOKENS_PER_WORD, LEAST)
    return max(0.0, -log(share) - TOLERATED)


def gap_word(segment: Segment, evidence: Evidence, start: int, end: int) -> Span | None:
    """The target word that follows the gap where a source span is missing; None at the end of the sentence.

    The source word after the span is looked up in the target: where that gets its attention, the gap is before it.
    None, too, where no target word looks at it clearly, or the model has no attention.
    """
    target = segment.hypothesis or ""
    after = [i for i, token in enumerate(evidence.source_tokens) if token.start >= end and token.start < token.end]
    if not after or evidence.attention is None:
        return None
    width = evidence.source_tokens[after[0]].end
    word = [i for i in after if evidence.source_tokens[i].start < max(width, end + 1)]
    looked = evidence.attention[:, word].sum(1)
    position = int(looked.argmax())
    if looked[position] < ALIGNED:
        return None
    token = evidence.target_tokens[position]
    for group in merge(evidence.target_tokens, target, segment.tgt_lang):
        if position in group.tokens and not group.is_end and token.start < token.end:
            return Span("tgt", group.start, group.end)
    return None
