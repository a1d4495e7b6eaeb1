"""Translation in two parts: a search, and forced decoding of what it found, which is what all figures come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Forced, Model
from nmt_audit.records import Translation


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation, and all that the model says of its tokens: forced decoding need not be done again."""

    translation: Translation
    forced: Forced


def translate(model: Model, sources: Sequence[str], *, beam: int) -> list[Translated]:
    """Searches and forces; in the order of `sources`. Raises RequestError as `Model.search` does."""
    tokens = [model.tokenize(source) for source in sources]
    ids = [[token.id for token in row] for row in tokens]
    found = model.search(ids, beam=beam)
    forced = model.force(ids, found)
    rows = zip(tokens, found, forced, strict=True)
    return [Translated(model.translation(row, said, known), known) for row, said, known in rows]


def refuse(sources: Sequence[Sequence[int]], *, beam: int, max_length: int) -> None:
    """Raises RequestError for what no search can do: a beam of nothing, or a source over the model's length."""
    if beam < 1:
        raise RequestError(f"a beam of {beam}: at least one hypothesis is needed")
    for ids in sources:
        if len(ids) > max_length:
            raise RequestError(
                f"a source of {len(ids)} tokens is over the model's {max_length}; split it or leave it out"
            )
