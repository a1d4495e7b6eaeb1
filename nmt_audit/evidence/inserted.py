"""Contrastive insertion: does the hypothesis become likelier when it says one thing more?

Where a word is left out, the model wants another token than the one that follows. That token, and what it wants after
it, is put in before the rest of the hypothesis. A longer hypothesis is less likely as a rule; one that becomes likelier
was lacking what was put in. This finds what contrastive conditioning on the source cannot: a gap that leaves a sentence
which the model would not say of any part of the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nmt_audit.evidence.forced import Case
from nmt_audit.language.function_words import is_content
from nmt_audit.language.pieces import merge
from nmt_audit.language.words import Kind, Word, kind, words
from nmt_audit.models.protocol import Forced, Model
from nmt_audit.records import Evidence, Insertion

MOST_PLACES = 3  # per segment, those where the model wants another token most
LONGEST = 3  # tokens that are put in
WANTED = 1.5  # nats by which the model must prefer another token, for the place to be tried
STILL_WANTED = 1.0  # nats by which it must prefer another token after what was put in, for more to be put in
STEM = 5  # letters by which a word counts as said already
BLANK = "▁"  # begins a piece that begins a word
DIGITS = 9  # of what is compared: batching changes sums in the fifteenth, and must not change a choice


@dataclass(frozen=True, slots=True)
class Trial:
    """Tokens put into a hypothesis before its token `position`; `rest` are the hypothesis' own from there on."""

    case: int
    position: int
    new: tuple[int, ...]
    rest: tuple[int, ...]


def insertions(model: Model, cases: Sequence[Case], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with what makes each hypothesis likelier if it is put in, best first, one text per place.

    Only what adds a content word that the hypothesis does not say. Costs at most LONGEST forced passes over
    MOST_PLACES places of each segment, most of which have no such place.
    """
    found: list[dict[int, Insertion]] = [{} for _ in cases]
    trials = [trial for number, case in enumerate(cases) for trial in _trials(model, number, case, evidence[number])]
    for _ in range(LONGEST):
        longer: list[Trial] = []
        for trial, scores in zip(trials, _forced(model, cases, trials), strict=True):
            case, best = cases[trial.case], found[trial.case].get(trial.position)
            gain = float(scores.logprobs.sum() - evidence[trial.case].logprobs.sum())
            text, following = _text(model, trial.new), _wanted_next(model, trial, scores)
            if gain > max(0.0, best.gain if best else 0.0) and _is_whole(model, text, following) and _adds(text, case):
                found[trial.case][trial.position] = Insertion(trial.position, text, gain)
            if following is not None and _gap_after(trial, scores) >= STILL_WANTED:
                longer.append(replace(trial, new=(*trial.new, following)))
        trials = longer
    return [
        replace(known, insertions=tuple(sorted(best.values(), key=lambda i: (-round(i.gain, DIGITS), i.position))))
        for known, best in zip(evidence, found, strict=True)
    ]


def _forced(model: Model, cases: Sequence[Case], trials: Sequence[Trial]) -> list[Forced]:
    if not trials:
        return []
    targets = [[*cases[trial.case].target_ids[: trial.position], *trial.new, *trial.rest] for trial in trials]
    return model.force([cases[trial.case].source_ids for trial in trials], targets)


def _gap_after(trial: Trial, scores: Forced) -> float:
    """How much more likely the model's own next token is than the one that follows what was put in."""
    return round(float(scores.gaps[trial.position + len(trial.new)]), DIGITS)


def _wanted_next(model: Model, trial: Trial, scores: Forced) -> int | None:
    """The token that the model wants after what was put in; None where it wants what follows, or the end."""
    wanted = int(scores.rivals[trial.position + len(trial.new)])
    return wanted if _gap_after(trial, scores) > 0 and _can_be_said(model, wanted) else None


def _is_whole(model: Model, text: str, following: int | None) -> bool:
    """Whether what was put in ends with a whole word: the model does not want to go on inside it."""
    return following is None or _begins_word(model.piece(following)) or _unspaced(text)


def _trials(model: Model, number: int, case: Case, evidence: Evidence) -> Iterator[Trial]:
    """The places where the model wants a word that does not come, with the first token of it."""
    text, language = case.segment.hypothesis or "", case.segment.tgt_lang
    places = []
    for group in merge(case.target_tokens, text, language):
        position = group.tokens[0]
        gap, rival = round(float(evidence.gaps[position]), DIGITS), int(evidence.rivals[position])
        if gap >= WANTED and _can_be_said(model, rival) and (_begins_word(model.piece(rival)) or _unspaced(text)):
            places.append((-gap, position, rival))
    for _, position, rival in sorted(places)[:MOST_PLACES]:
        yield Trial(number, position, (rival,), tuple(case.target_ids[position:]))
        if position == 0 and text[:1].isupper():
            small = model.tokenize_target(text[:1].lower() + text[1:])  # no longer the first word
            yield Trial(number, position, (rival,), tuple(token.id for token in small))


def _can_be_said(model: Model, token: int) -> bool:
    piece = model.piece(token)
    return token not in (model.end_id, model.unknown_id) and any(char.isalnum() for char in piece) and piece[0] != "<"


def _begins_word(piece: str) -> bool:
    return piece.startswith(BLANK) or not piece[:1].isalnum()


def _text(model: Model, tokens: Sequence[int]) -> str:
    return "".join(model.piece(token) for token in tokens).replace(BLANK, " ").strip()


def _unspaced(text: str) -> bool:
    return any(kind(char) is Kind.WORD for char in text)


def _adds(text: str, case: Case) -> bool:
    """Whether a text holds a content word that the hypothesis lacks; two, where characters are words."""
    said = {_stem(word) for word in words(case.segment.hypothesis or "", case.segment.tgt_lang)}
    new = [
        word
        for word in words(text, case.segment.tgt_lang)
        if is_content(word.text, case.segment.tgt_lang) and _stem(word) not in said
    ]
    return len(new) >= (2 if _unspaced(text) else 1)


def _stem(word: Word) -> str:
    return word.text.lower()[:STEM]
