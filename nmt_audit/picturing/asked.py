"""What a figure is asked for, and the sentence pairs that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Array, Explanation, Token, Translation
from nmt_audit.relevance import explain_batch
from nmt_audit.report.pictures.lettering import label, pieces, words
from nmt_audit.report.pictures.writing import Picture

CORPUS_LIMIT = 100


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """The options of `nmt-audit figure`; None and () are what was not asked for."""

    kind: str
    model: tuple[str, ...]
    source: tuple[str, ...]
    target: str | None = None
    position: int | None = None
    word: str | None = None
    state: tuple[str, ...] = ()
    method: str | None = None
    rules: str | None = None
    against: str | None = None
    src_lang: str | None = None
    tgt_lang: str | None = None
    pieces: bool = False
    limit: int | None = None
    device: str = "auto"

    @property
    def rule_set(self) -> str:
        """The rule set of relevance."""
        return self.rules or "stable"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Pictures, and what their caption says: a title, then names and values. `rules` of what was explained, or None."""

    pictures: tuple[Picture, ...]
    title: str
    facts: tuple[tuple[str, str], ...]
    rules: str | None = None
    epsilon: float | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """What stands along a side of a figure: words, or single pieces. `tokens` says what each is made of."""

    shown: tuple[str, ...]
    tokens: tuple[tuple[int, ...], ...]

    def sums(self, values: Array) -> Array:
        """Numbers per token [...,N] → per word [...,words], their sums."""
        return np.stack([values[..., list(group)].sum(-1) for group in self.tokens], -1)

    def means(self, rows: Array) -> Array:
        """A row per token [N,...] → per word, their mean."""
        return np.stack([rows[list(group)].mean(0) for group in self.tokens])

    def of(self, token: int) -> int:
        """The word that a token belongs to."""
        return next(place for place, group in enumerate(self.tokens) if token in group)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A source text with its translation: the model's own, or one that it is forced through."""

    model: Model
    source: str
    target: str
    given: str | Translation
    source_tokens: tuple[Token, ...]
    target_tokens: tuple[Token, ...]

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """For the caption."""
        own = isinstance(self.given, Translation)
        return ("source", self.source), ("translation" if own else "target (given)", self.target)

    def side(self, side: str, *, as_pieces: bool) -> Side:
        """The words, or the pieces, of "source" or "target"."""
        tokens, text = (
            (self.source_tokens, self.source) if side == "source" else (self.target_tokens, self.target)
        )  # fmt: skip
        if as_pieces:
            return Side(pieces(tokens), tuple((place,) for place in range(len(tokens))))
        return Side(*words(tokens, text))

    def explain(self, positions: Sequence[int | range], **keywords: str | None) -> list[Explanation]:
        """One explanation for each position."""
        about = {"source": self.source, "target": self.given, **keywords}
        return explain_batch(self.model, [{**about, "position": position} for position in positions])


def sentence(model: Model, source: str, target: str | None) -> Sentence:
    """The pair; the model translates where no target is given."""
    source_tokens = model.tokenize(source)
    if target is not None:
        return Sentence(model, source, target, target, source_tokens, model.tokenize_target(target))
    [translation] = model.translate([source])
    return Sentence(model, source, translation.text, translation, translation.source_tokens, translation.target_tokens)


def traceable(model: Model) -> Traceable:
    """The model, if it shows its states. Raises RequestError if not."""
    if not isinstance(model, Traceable):
        raise RequestError(f"{model.name} does not show its states; choose another model")
    return model


def has_attention(model: Model) -> bool:
    """Whether the model attends to the source, by trying."""
    return model.force([[model.end_id]], [[model.end_id]])[0].attention is not None


def side_of(model: Model, state: str) -> str:
    """Whether positions of a state count "source" or "target" tokens. Raises RequestError for one that is not there."""
    sides = {**traceable(model).states, "logit": "target", "logprob": "target"}
    if state not in sides:
        raise RequestError(f"{model.name} has no state “{state}”; it has {', '.join(sides)}")
    return sides[state]


def asked_word(asked: FigureRequest, pair: Sentence, side: str) -> tuple[str, range]:
    """The word that is asked for by --position or --word, and its tokens. Raises RequestError where it is not there."""
    every = pair.side(side, as_pieces=asked.pieces)
    tokens = pair.source_tokens if side == "source" else pair.target_tokens
    listed = ", ".join(f"{place} {piece}" for place, piece in enumerate(pieces(tokens)))
    if (asked.position is None) == (asked.word is None):
        raise RequestError(f"say which word to explain, by --word or by --position: {listed}")
    if asked.word is not None:
        if asked.word not in every.shown:
            raise RequestError(f"the {side} has no word “{asked.word}”; it has {', '.join(every.shown)}")
        place = every.shown.index(asked.word)
    elif asked.position is not None and 0 <= asked.position < len(tokens):
        place = every.of(asked.position)
    else:
        raise RequestError(f"position {asked.position} is outside of the {side}: {listed}")
    of_word = every.tokens[place]
    return label(every.shown[place]), range(of_word[0], of_word[-1] + 1)
