"""The stages between decoding and explaining, for one shard: evidence and checks. Whoever judges segments does it here:
the audit, `check`, the calibration on references and the measurement on planted errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from nmt_audit.checks import Thresholds, check_segment
from nmt_audit.decode import Decoded, decode
from nmt_audit.halving import Halved
from nmt_audit.language.learning import LEAST_PAIRS, learn
from nmt_audit.language.lexicon import Lexicon, shipped_lexicon
from nmt_audit.models.protocol import Model
from nmt_audit.records import Audited, Evidence, Segment
from nmt_audit.sampling import Least, content_key
from nmt_audit.scores import Scored
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


def learned_lexicons(segments: Iterable[Segment]) -> dict[tuple[str, str], Lexicon]:
    """Language pair → what its segments teach about translation, for the pairs that have enough of them.

    Learned from the references, or where there are none from the given hypotheses; by content, not by order, and from
    a sample of more than MOST_PAIRS. What the shipped lexicon knows is kept beside it.
    """
    pairs: dict[tuple[str, str], Least[tuple[str, str]]] = {}
    for segment in segments:
        text = segment.reference or segment.hypothesis or ""
        if segment.source.strip() and text.strip():
            sample = pairs.setdefault((segment.src_lang, segment.tgt_lang), Least(MOST_PAIRS))
            sample.add(content_key(segment.source, text), (segment.source, text))
    return {
        languages: learn([pair for _, pair in found], *languages).joined(shipped_lexicon(*languages))
        for languages, found in pairs.items()
        if len(found) >= LEAST_PAIRS
    }


def shards(segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    """The segments, SHARD at a time."""
    rest = iter(segments)
    while shard := list(islice(rest, SHARD)):
        yield shard


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


def judge(standard: Standard, weighed: Sequence[Weighed], scored: Sequence[Scored]) -> list[Audited]:
    """The flags of each segment, without names."""
    judged = []
    for (item, known), values in zip(weighed, scored, strict=True):
        # Where there was nothing to translate, or it was not translated, there is nothing to suspect either.
        checkable = item.status == "ok" or bool(item.segment.hypothesis)
        segment = item.segment if checkable else replace(item.segment, hypothesis=None)
        found = check_segment(segment, known, standard.thresholds, standard.lexicon(segment))
        judged.append(
            Audited(
                item.segment, item.status, item.translation, known, values.scores, found.flags,
                not_checked=found.not_checked, statistics=values.statistics,
            )
        )  # fmt: skip
    return judged


def named(judged: Sequence[Audited], names: FlagNames) -> list[Audited]:
    """The same with names for their flags, which go on from those that were given before."""
    return [replace(item, flag_ids=names.of(item.segment, item.flags)) for item in judged]


def judge_all(standard: Standard, segments: Iterable[Segment]) -> Iterator[Audited]:
    """Flags for segments that have hypotheses, one shard at a time; nothing is scored, named or explained."""
    for shard in shards(segments):
        weighed = weigh(standard, decode(None, shard, beam=1))
        yield from judge(standard, weighed, [Scored({}, ())] * len(shard))


def with_evidence(standard: Standard, segments: Iterable[Segment]) -> list[Judged]:
    """Segments that have hypotheses, each with its evidence."""
    found: list[Judged] = []
    for shard in shards(segments):
        found += [(item.segment, known) for item, known in weigh(standard, decode(None, shard, beam=1))]
    return found
