"""Which requests go through a model together: batches whose rows are alike, so that little of a pass is for nothing.

A row of a batch is a sentence pair with some requests about it. A forward pass costs every row the longest source and
the most steps of the batch, and a backward pass goes through all rows, also those that have nothing left to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, isqrt

from nmt_audit.relevance.request import Request

BATCH_ROWS, BATCH_TOKENS = 64, 1_250
BATCH_REQUESTS = 256  # that all passes through a batch could serve
ROW_REQUESTS = 8  # requests that share a forward pass
FEW = 8  # rows with the same number of requests that are not worth batches of their own


@dataclass(frozen=True, slots=True)
class _Row:
    """Some requests about one sentence pair, by index; S source tokens, and how many steps of the decoder they need."""

    asked: list[int]
    source: int
    steps: int


def packed(requests: Sequence[Request]) -> Iterator[list[list[int]]]:
    """Batches of rows; a row holds the indices of a few requests about one sentence pair.

    Rows of a batch have about as many requests, sources about as long and about as many steps: sorted by the one, cut
    into slices, and these sorted by the next.
    """
    rows = sorted(_rows(requests), key=lambda row: -len(row.asked))
    for group in _grouped(rows):
        most = max(1, min(BATCH_ROWS, BATCH_REQUESTS // len(group[0].asked)))
        batches = ceil(len(group) / most)
        slices = isqrt(batches - 1) + 1
        size = most * ceil(batches / slices)
        group.sort(key=lambda row: row.source)
        for start in range(0, len(group), size):
            for batch in _cut(sorted(group[start : start + size], key=lambda row: row.steps), most):
                yield [row.asked for row in batch]


def _rows(requests: Sequence[Request]) -> Iterator[_Row]:
    """The requests about each pair, dealt out by position: a row about early positions is cropped after them."""
    of_pair: dict[object, list[int]] = {}
    for index, request in enumerate(requests):
        of_pair.setdefault(request.key, []).append(index)
    for asked in of_pair.values():
        asked.sort(key=lambda i: requests[i].steps)
        for start in range(0, len(asked), ROW_REQUESTS):
            some = asked[start : start + ROW_REQUESTS]
            yield _Row(some, len(requests[some[0]].source_tokens), requests[some[-1]].steps)


def _grouped(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Rows with the same number of requests; FEW of them go with those that have more."""
    found: list[_Row] = []
    for _, some in groupby(rows, key=lambda row: len(row.asked)):
        same = list(some)
        if len(same) > FEW and found:
            yield found
            found = []
        found += same
    if found:
        yield found


def _cut(rows: Sequence[_Row], most: int) -> Iterator[list[_Row]]:
    """The rows in their order, in batches of at most `most` and, padding included, BATCH_TOKENS."""
    batch: list[_Row] = []
    source = steps = 0
    for row in rows:
        source, steps = max(source, row.source), max(steps, row.steps)
        if batch and (len(batch) == most or (len(batch) + 1) * (source + steps) > BATCH_TOKENS):
            yield batch
            batch, source, steps = [], row.source, row.steps
        batch.append(row)
    if batch:
        yield batch
