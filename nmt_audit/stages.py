"""The stages between decoding and explaining, for one shard: evidence and checks. Whoever judges segments does it here:
the audit, `check`, the calibration on references and the measurement on planted errors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nmt_audit.checks import Thresholds, check_segment
from nmt_audit.decode import Decoded, decode
from nmt_audit.language.learning import LEAST_PAIRS, learn
from nmt_audit.language.lexicon import Lexicon, shipped_lexicon
from nmt_audit.models.protocol import Model
from nmt_audit.records import Audited, Evidence, Segment
from nmt_audit.store import FlagNames

MOST_PAIRS = 10_000  # that a lexicon is learned from: a minute or two of aligning news, and little more to be learned
SHARD = 100  # segments; what is computed of one never hangs on the others

Judged = tuple[Segment, Evidence | None]


@dataclass(frozen=True, slots=True)
class Standard:
    """What segments are judged by: the model that gives evidence, if any, and lexicons and thresholds."""

    model: Model | None
    thresholds: Thresholds
    lexicons: Mapping[tuple[str, str], Lexicon] = field(default_factory=dict)

    def lexicon(self, segment: Segment) -> Lexicon:
        """That of the corpus for the segment's languages, else the shipped one."""
        languages = (segment.src_lang, segment.tgt_lang)
        return self.lexicons[languages] if languages in self.lexicons else shipped_lexicon(*languages)


def learned_lexicons(segments: Sequence[Segment]) -> dict[tuple[str, str], Lexicon]:
    """Language pair → what its segments teach about translation, for the pairs that have enough of them.

    Learned from the references, or where there are none from the given hypotheses; by content, not by order, and from
    a sample of more than MOST_PAIRS. What the shipped lexicon knows is kept beside it.
    """
    pairs: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for segment in segments:
        text = segment.reference or segment.hypothesis or ""
        if segment.source.strip() and text.strip():
            pairs.setdefault((segment.src_lang, segment.tgt_lang), set()).add((segment.source, text))
    return {
        languages: learn(sorted(found, key=_digest)[:MOST_PAIRS], *languages).joined(shipped_lexicon(*languages))
        for languages, found in pairs.items()
        if len(found) >= LEAST_PAIRS
    }


def _digest(pair: tuple[str, str]) -> str:
    return hashlib.sha256("\x1f".join(pair).encode()).hexdigest()


def shards(segments: Sequence[Segment]) -> Iterator[Sequence[Segment]]:
    """The segments, SHARD at a time."""
    for start in range(0, len(segments), SHARD):
        yield segments[start : start + SHARD]


def translate(model: Model | None, sources: Sequence[str], like: Segment, beam: int) -> list[str]:
    """Translations of further sources in the languages of a segment; "" for what the model cannot take."""
    made = [replace(like, source=source, hypothesis=None) for source in sources]
    return [item.segment.hypothesis or "" for shard in shards(made) for item in decode(model, shard, beam=beam)]


def evidence_on(standard: Standard, shard: Sequence[Decoded]) -> list[Evidence | None]:
    """What the model says of each segment; None for all without a model."""
    if standard.model is None:
        return [None] * len(shard)
    from nmt_audit.evidence import gather

    segments, translations = [item.segment for item in shard], [item.translation for item in shard]
    return gather(standard.model, segments, translations, standard.thresholds.dear)


def judge(
    standard: Standard,
    shard: Sequence[Decoded],
    evidence: Sequence[Evidence | None],
    scores: Sequence[Mapping[str, float]],
    names: FlagNames,
) -> list[Audited]:
    """The flags of each segment, with their names."""
    judged = []
    for item, known, values in zip(shard, evidence, scores, strict=True):
        # Where there was nothing to translate, or it was not translated, there is nothing to suspect either.
        checkable = item.status == "ok" or bool(item.segment.hypothesis)
        segment = item.segment if checkable else replace(item.segment, hypothesis=None)
        found = check_segment(segment, known, standard.thresholds, standard.lexicon(segment))
        judged.append(
            Audited(
                item.segment, item.status, item.translation, known, values, found.flags,
                names.of(item.segment, found.flags), found.not_checked,
            )
        )  # fmt: skip
    return judged


def judge_all(standard: Standard, segments: Sequence[Segment]) -> list[Audited]:
    """Flags for segments that have hypotheses; nothing is scored or explained."""
    names = FlagNames()
    return [item for shard in shards(segments) for item in _judge_given(standard, shard, names)]


def with_evidence(standard: Standard, segments: Iterable[Segment]) -> list[Judged]:
    """Segments that have hypotheses, each with its evidence."""
    found: list[Judged] = []
    for shard in shards(list(segments)):
        decoded = decode(None, shard, beam=1)
        found += zip(shard, evidence_on(standard, decoded), strict=True)
    return found


def _judge_given(standard: Standard, shard: Sequence[Segment], names: FlagNames) -> list[Audited]:
    decoded = decode(None, shard, beam=1)
    return judge(standard, decoded, evidence_on(standard, decoded), [{}] * len(shard), names)
