"""The frozen records that flow from stage to stage: corpus → decode → evidence → check → explain → report.

Offsets are code points into the text as given, end exclusive. Positions are 0-based indices into `target_tokens`
(into `source_tokens` for source states). T target tokens, S source tokens, both with `</s>` as the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Side = Literal["src", "tgt"]

# "ok"; "empty": nothing to translate; "too_long": over the model's length, not decoded; "not_finite": the model's
# numbers for it are not numbers; "out_of_memory": it did not fit into memory even alone.
Status = Literal["ok", "empty", "too_long", "not_finite", "out_of_memory"]
NOT_OK: tuple[Status, ...] = get_args(Status)[1:]

CATEGORIES = ("OMISSION", "REPETITION", "UNRELATED", "NEGATION", "EARLY_EOS")


@dataclass(frozen=True, slots=True)
class Segment:
    """One line of a corpus. `hypothesis` is None until somebody translated it; `document`: which one it is part of."""

    id: str
    source: str
    src_lang: str
    tgt_lang: str
    reference: str | None = None
    hypothesis: str | None = None
    document: str | None = None
    further_references: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """All references; none where there is none."""
        return () if self.reference is None else (self.reference, *self.further_references)


@dataclass(frozen=True, slots=True)
class Token:
    """A subword piece and where it stands in the text. Special tokens have start == end."""

    piece: str
    id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Translation:
    """A model's translation, or a given one that the model was forced through.

    `score` is the length-normalised log-probability that the search ranked by. `finished` is False where the length
    limit cut the search off before `</s>`.
    """

    text: str
    source_tokens: tuple[Token, ...]
    target_tokens: tuple[Token, ...]
    logprobs: Array  # [T], natural logarithms, `</s>` included
    score: float
    finished: bool


@dataclass(frozen=True, slots=True)
class UntranslatedSpan:
    """A source span whose removal does not hurt the hypothesis (Vamvas and Sennrich 2022)."""

    start: int
    end: int
    gain: float  # log p(hypothesis | source without span) − log p(hypothesis | source), nats


@dataclass(frozen=True, slots=True)
class WithoutNegation:
    """What the hypothesis gains when the source negates no longer at one place (contrastive conditioning)."""

    start: int  # the negating word in the source
    end: int
    gain: float  # log p(hypothesis | source without the negation) − log p(hypothesis | source), nats


@dataclass(frozen=True, slots=True)
class Insertion:
    """Words that the hypothesis becomes likelier with, although it gets longer (contrastive insertion)."""

    position: int  # the target token that they go before
    text: str
    gain: float  # log p(hypothesis with the text | source) − log p(hypothesis | source), nats


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the audited model says about a hypothesis when it is forced through it. Pure numbers, no model.

    All arrays are per target token. `source_gain` is log p(y_j | x, y_<j) − log p(y_j | blanked x, y_<j).
    """

    source_tokens: tuple[Token, ...]
    target_tokens: tuple[Token, ...]
    logprobs: Array  # [T]
    entropies: Array  # [T], nats
    ranks: NDArray[np.int64]  # [T], 0: the token is the model's own first choice
    gaps: Array  # [T], log-probability of the best token minus that of the token
    rivals: NDArray[np.int64]  # [T], the id of the best token but for the given one
    attention: Array | None  # [T,S], rows sum to 1; None: the model has no attention
    source_gain: Array  # [T]
    eos_margin: float  # logit of `</s>` minus the best other logit at the last position
    untranslated: tuple[UntranslatedSpan, ...] = ()
    without_negation: tuple[WithoutNegation, ...] = ()
    relevance: Array | None = None  # [S], of the source for the logits of all target tokens together; None: not asked
    continuation: str | None = None  # what the model says next when `</s>` is forbidden; None: not asked
    finished: bool = True  # False: the hypothesis hit the length limit of the search
    insertions: tuple[Insertion, ...] = ()

    @property
    def finite(self) -> bool:
        """Whether all its numbers are numbers; a broken weight, or an overflow, makes a NaN that nothing can be read
        from."""
        arrays = (self.logprobs, self.entropies, self.gaps, self.source_gain, self.attention, self.relevance)
        return not any(np.isnan(values).any() for values in (*arrays, self.eos_margin) if values is not None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a run keeps of the evidence on a segment; the fields are those of `Evidence`."""

    source_tokens: tuple[Token, ...]
    target_tokens: tuple[Token, ...]
    logprobs: Array  # [T]
    rivals: NDArray[np.int64]  # [T]
    attention: Array | None  # [T,S]
    continuation: str | None
    finished: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Part of one side's text."""

    side: Side
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Flag:
    """A suspicion: which rule measured what against which threshold, and where it points.

    `start` and `end` are None where the flag points at the whole side. `score` orders flags, 0 … 1: how far the value
    is past its threshold. `positions` are the target tokens whose explanation a reader wants to see.
    """

    category: str
    side: Side
    start: int | None
    end: int | None
    score: float
    rule: str
    threshold: float
    value: float
    message: str
    positions: tuple[int, ...] = ()
    counterpart: Span | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The flags of one segment, and the categories that could not be checked (no cue list for the language, …)."""

    flags: tuple[Flag, ...]
    not_checked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Relevance of contextual words for one state, not normalised.

    `ledger`: {"value", "source", "target", "initial", "bias", "offset", "stabiliser"}; value is the sum of the rest.
    Methods that do not distribute a value (attention) have no ledger.
    """

    source_tokens: tuple[Token, ...]
    target_tokens: tuple[Token, ...]
    positions: tuple[int, ...]  # the explained tokens
    state: str
    method: str
    rules: str | None
    epsilon: float | None
    against: str | None
    source_relevance: Array  # [S]
    target_relevance: Array  # [position]: y_1 … y_{j−1}
    ledger: Mapping[str, float] | None = None
    offsets: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """A corpus-level metric with the signature that reproduces it."""

    name: str
    value: float
    low: float | None  # 95 % bootstrap interval; None: not computed
    high: float | None
    signature: str


@dataclass(frozen=True, slots=True)
class Audited:
    """Everything known of one segment after all stages. `flag_ids`: the names of its flags; empty: not named yet.

    `dismissed`: for each flag, whether reviewers of an earlier run rejected it; empty: none of them. `statistics`: what
    corpus scores are summed up from (`scores.Scored`); empty without a reference.
    """

    segment: Segment
    status: Status
    translation: Translation | None
    evidence: Evidence | Reading | None  # a reading where it was read back from a run
    scores: Mapping[str, float]
    flags: tuple[Flag, ...]
    flag_ids: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    dismissed: tuple[bool, ...] = ()
    statistics: tuple[float, ...] = ()

    @property
    def standing(self) -> tuple[Flag, ...]:
        """The flags that nobody dismissed."""
        dismissed = self.dismissed or (False,) * len(self.flags)
        return tuple(flag for flag, rejected in zip(self.flags, dismissed, strict=True) if not rejected)
