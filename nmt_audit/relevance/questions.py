"""What is asked about a flag: which states of which positions explain it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Audited, Explanation, Translation
from nmt_audit.relevance import explain_batch
from nmt_audit.relevance.request import LOGIT

# A word that would have kept a negation, per target language: the contrast for a lost one.
NEGATION_PIECES = {
    "en": ("▁not", "▁no", "▁never"),
    "de": ("▁nicht", "▁kein", "▁nie"),
    "fr": ("▁pas", "▁ne", "▁jamais"),
    "es": ("▁no", "▁nunca"),
    "it": ("▁non", "▁mai"),
    "pt": ("▁não", "▁nunca"),
    "nl": ("▁niet", "▁geen"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One explanation to be made for a flag: explain's keywords."""

    segment_id: str
    flag_id: str
    keywords: dict[str, Any]


def explain_flags(
    model: Model, audited: Sequence[Audited], rules: Sequence[str], methods: Sequence[str] = ()
) -> list[list[tuple[Question, Explanation]]]:
    """For each segment every question about every flag, answered, in the order of the flags."""
    asked = [list(questions(model, item, rules, methods)) for item in audited]
    answers = iter(explain_batch(model, [question.keywords for row in asked for question in row]))
    return [[(question, next(answers)) for question in row] for row in asked]


def questions(model: Model, item: Audited, rules: Sequence[str], methods: Sequence[str] = ()) -> Iterator[Question]:
    """Each flagged position: the states on the way from the source to the produced word, as in the paper's figures
    4–11, and the logit of the word, by relevance with each of the rule sets; the logit by each of the further
    `methods` too.

    And why this token, not that one: at an end, or at a second copy, the produced token against the best other. A lost
    negation may lie anywhere, so it is flagged at every position, and there the contrast is with a negation word.
    """
    if item.evidence is None or not isinstance(model, Traceable):
        return
    target = forced(item)
    for name, flag in zip(item.flag_ids, item.flags, strict=True):
        for position in flag.positions:
            about = {"source": item.segment.source, "target": target, "position": position}
            other = against(model, item, flag.category, position)
            for number, rule_set in enumerate(rules):
                by_rules = {**about, "rules": rule_set}
                for state in (*model.path, LOGIT):
                    yield Question(item.segment.id, name, {**by_rules, "state": state})
                for method in methods if number == 0 else ():  # which know nothing of rule sets
                    yield Question(item.segment.id, name, {**by_rules, "state": LOGIT, "method": method})
                if other is not None:
                    yield Question(item.segment.id, name, {**by_rules, "state": LOGIT, "against": other})


def forced(item: Audited) -> Translation:
    """The hypothesis as the model was forced through it: its token ids are those that evidence is about.

    The segment must have evidence.
    """
    evidence = item.evidence
    assert evidence is not None
    return Translation(
        item.segment.hypothesis or "", evidence.source_tokens, evidence.target_tokens, evidence.logprobs,
        float(evidence.logprobs.mean()), evidence.finished,
    )  # fmt: skip


def against(model: Model, item: Audited, category: str, position: int) -> str | None:
    """The token that the produced one is held against; None where no contrast tells more."""
    evidence = item.evidence
    if evidence is None:
        return None
    if category == "NEGATION":
        return _negation_piece(model, item.segment.tgt_lang)
    ends = evidence.target_tokens[position].id == model.end_id
    if category != "REPETITION" and not (ends and category in ("OMISSION", "EARLY_EOS")):
        return None
    return model.piece(int(evidence.rivals[position]))


def _negation_piece(model: Model, language: str) -> str | None:
    for piece in NEGATION_PIECES.get(language.split("-")[0].lower(), ()):
        try:
            model.piece_id(piece)
        except RequestError:
            continue
        return piece
    return None
