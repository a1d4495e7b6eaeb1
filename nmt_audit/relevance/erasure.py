"""Erasure: what a state would lose without a word, one word at a time (Li, Monroe and Jurafsky 2016)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nmt_audit.models.protocol import Model, Trace, Traceable
from nmt_audit.records import Array, Explanation
from nmt_audit.relevance.erasing import OPERATORS, Erased, Operator, traces
from nmt_audit.relevance.passes import scalars, traceable
from nmt_audit.relevance.request import Request

PAIRS_AT_ONCE = 32  # whose rows are batched together
SIDES = ("source", "target")


def erasure(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """R_i = S(x) − S(x without word i) for every source token, `</s>` too, and every earlier target word.

    Signed, in the units of S. Relevance is that of the zero embedding; `details` has each operator of `erasing`:
    "source_zero", "source_unknown", "source_deletion" [S], "target_zero", … [P]. It does not add up to S, so there is
    no ledger. Where a state is deleted with its word, or no source is left to read, all of S is lost.
    Raises RequestError for a model that hides its states.
    """
    shown = traceable(model)
    of_pair: dict[object, list[int]] = {}
    for index, request in enumerate(requests):
        of_pair.setdefault(request.key, []).append(index)
    pairs = list(of_pair.values())
    found: dict[int, Explanation] = {}
    for first in range(0, len(pairs), PAIRS_AT_ONCE):
        some = pairs[first : first + PAIRS_AT_ONCE]
        answers = _answers(shown, model.unknown_id, [[requests[i] for i in pair] for pair in some])
        for pair, of_one in zip(some, answers, strict=True):
            found.update(zip(pair, of_one, strict=True))
    return [found[i] for i in range(len(requests))]


@dataclass(frozen=True, slots=True)
class _Row:
    """A pair without one word, or whole; it answers all requests about the pair."""

    pair: int
    erased: Erased

    @property
    def what(self) -> tuple[str, Operator, int] | None:
        """Side, operator and word; None where the pair is whole."""
        for side, words in zip(SIDES, (self.erased.source_words, self.erased.target_words), strict=True):
            if words:
                return side, self.erased.operator, words[0]
        return None


def _rows(pair: int, asked: Sequence[Request]) -> Iterator[_Row]:
    """The whole pair first."""
    source, target = asked[0].key
    target = target[: max(request.steps for request in asked)]
    earlier = max(request.prefix for request in asked)
    yield _Row(pair, Erased(source, target, "zero"))
    for operator in OPERATORS:
        for word in range(len(source)):
            yield _Row(pair, Erased(source, target, operator, source_words=(word,)))
        for word in range(earlier):
            yield _Row(pair, Erased(source, target, operator, target_words=(word,)))


def _answers(model: Traceable, unknown_id: int, pairs: Sequence[Sequence[Request]]) -> list[list[Explanation]]:
    """The explanations of each pair's requests."""
    rows = [row for number, asked in enumerate(pairs) for row in _rows(number, asked)]
    readable = [row for row in rows if row.erased.read(unknown_id)[0]]
    values = {row: np.zeros(len(pairs[row.pair])) for row in rows}
    for batch, trace in traces(model, unknown_id, [row.erased for row in readable]):
        some = [readable[i] for i in batch]
        values.update(zip(some, _values(model, trace, some, pairs), strict=True))
    whole = {row.pair: of_row for row, of_row in values.items() if row.what is None}
    lost: list[dict[tuple[str, Operator], list[Array]]] = [{} for _ in pairs]
    for row, of_row in values.items():
        if row.what is not None:
            side, operator, _ = row.what
            lost[row.pair].setdefault((side, operator), []).append(whole[row.pair] - of_row)
    return [
        [_explanation(request, n, lost[number]) for n, request in enumerate(asked)]
        for number, asked in enumerate(pairs)
    ]


def _values(
    model: Traceable, trace: Trace, rows: Sequence[_Row], pairs: Sequence[Sequence[Request]]
) -> list[Array]:  # fmt: skip
    """S of each request of the pair of each row [N]; its positions one by one, because they move apart or together."""
    parts, at = [], []
    for number, row in enumerate(rows):
        for n, request in enumerate(pairs[row.pair]):
            for position in request.positions:
                place = row.erased.place(position) if request.side == "source" else row.erased.step(position)
                if place is not None:
                    parts.append(_moved(request, position, place))
                    at.append((number, n))
    found = [np.zeros(len(pairs[row.pair])) for row in rows]
    for (number, n), value in zip(at, scalars(model, trace, parts, [number for number, _ in at]).tolist(), strict=True):
        found[number][n] += value
    return found


def _moved(request: Request, position: int, place: int) -> Request:
    """The request about one of its positions, which is at another place now but still says the same word."""
    tokens = request.target_tokens
    if request.side == "target":
        tokens = (*tokens[:place], tokens[position])
    return replace(request, positions=(place,), target_tokens=tokens)


def _explanation(request: Request, n: int, lost: dict[tuple[str, Operator], list[Array]]) -> Explanation:
    """Of the n-th request of a pair: what it loses by each word."""
    details = {
        f"{side}_{operator}": np.array([of_word[n] for of_word in lost.get((side, operator), [])][:count])
        for side, count in (("source", len(request.source_tokens)), ("target", request.prefix))
        for operator in OPERATORS
    }
    return request.explained("erasure", details["source_zero"], details["target_zero"], details=details)
