"""The stages between decoding and explaining, for one shard: evidence and checks. Whoever judges segments does it here:
the audit, `check`, the calibration on references and the measurement on planted errors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from nmt_audit.checks import Thresholds, check_segment
from nmt_audit.decode import Decoded, decode
from nmt_audit.halving import Halved
from nmt_audit.language.learning import LEAST_PAIRS, learn
from nmt_audit.language.lexicon import Lexicon, shipped_lexicon
from nmt_audit.models.protocol import Model
from nmt_audit.records import Audited, Evidence, Segment
from nmt_audit.store import FlagNames

MOST_PAIRS = 10_000  # that a lexicon is learned from: a minute or two of aligning news, and little more to be learned
SHARD = 100  # segments; what is computed of one never hangs on the others

T = TypeVar("T")
R = TypeVar("R")

Judged = tuple[Segment, Evidence | None]
Weighed = tuple[Decoded, Evidence | None]


@dataclass(frozen=True, slots=True)
class Standard:
    """What segments are judged by: the model that gives evidence, if any, and lexicons and thresholds.

    `halved` keeps count of what the model could not do at once.
    """

    model: Model | None
    thresholds: Thresholds
    lexicons: Mapping[tuple[str, str], Lexicon] = field(default_factory=dict)
    halved: Halved = field(default_factory=Halved)

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


def decoded(standard: Standard, shard: Sequence[Segment], beam: int) -> list[Decoded]:
    """The segments with their hypotheses (see `decode`); one that does not fit into memory alone is marked so."""

    def translated(some: Sequence[Segment]) -> list[Decoded]:
        return _apart(lambda few: decode(standard.model, few, beam=beam), _decoded_well, some)

    found = standard.halved.run("decoding", translated, shard)
    return [
        item or Decoded(replace(segment, hypothesis=segment.hypothesis or ""), "out_of_memory")
        for item, segment in zip(found, shard, strict=True)
    ]


def translate(standard: Standard, sources: Sequence[str], like: Segment, beam: int) -> list[str]:
    """Translations of further sources in the languages of a segment; "" for what the model cannot take."""
    made = [replace(like, source=source, hypothesis=None) for source in sources]
    return [item.segment.hypothesis or "" for shard in shards(made) for item in decoded(standard, shard, beam)]


def weigh(standard: Standard, shard: Sequence[Decoded]) -> list[Weighed]:
    """Each segment with what the model says of it; None for all without a model.

    Where that is not a number, or does not fit into memory even alone, there is no evidence, and the segment is marked.
    """
    model = standard.model
    if model is None:
        return [(item, None) for item in shard]
    from nmt_audit.evidence import gather

    def ask(some: Sequence[Decoded]) -> list[Weighed]:
        segments, translations = [item.segment for item in some], [item.translation for item in some]
        forced = [item.forced for item in some]
        found = gather(model, segments, translations, standard.thresholds.dear, forced)
        return [
            (item, known) if known is None or known.finite else (replace(item, status="not_finite"), None)
            for item, known in zip(some, found, strict=True)
        ]

    answers = standard.halved.run("evidence", lambda some: _apart(ask, _weighed_well, some), shard)
    return [
        answer or (replace(item, status="out_of_memory"), None) for answer, item in zip(answers, shard, strict=True)
    ]


def _apart(work: Callable[[Sequence[T]], list[R]], well: Callable[[R], bool], items: Sequence[T]) -> list[R]:
    """What `work` makes of the items; those that did not go well are tried again alone.

    In a batch, what is not a number may come from another sentence: padding has no weight, and 0·NaN is NaN.
    """
    found = work(items)
    if len(items) == 1:
        return found
    return [answer if well(answer) else work([item])[0] for item, answer in zip(items, found, strict=True)]


def _decoded_well(item: Decoded) -> bool:
    return item.status != "not_finite"


def _weighed_well(pair: Weighed) -> bool:
    return pair[0].status != "not_finite"


def judge(
    standard: Standard, weighed: Sequence[Weighed], scores: Sequence[Mapping[str, float]], names: FlagNames
) -> list[Audited]:
    """The flags of each segment, with their names."""
    judged = []
    for (item, known), values in zip(weighed, scores, strict=True):
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
        found += [(item.segment, known) for item, known in weigh(standard, decode(None, shard, beam=1))]
    return found


def _judge_given(standard: Standard, shard: Sequence[Segment], names: FlagNames) -> list[Audited]:
    return judge(standard, weigh(standard, decode(None, shard, beam=1)), [{}] * len(shard), names)
