"""Corpora wait on the disk: what is read of a file, and what is made of it, is held a block at a time."""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, overload

from nmt_audit.corpus.files import Unnamed, temporary

T = TypeVar("T")

BLOCK = 256  # items


class Spool(Sequence[T]):
    """Items in their order, in a temporary file: as many as the disk can hold, and a block of them in memory.

    To be gone through from one end to the other, as often as one likes; an item out of order costs a block. The file
    has no name, is only in memory while it is small, and goes with the object. Raises OutputError where the temporary
    folder is full.
    """

    def __init__(self, items: Iterable[T]) -> None:
        self._file = Unnamed()
        self._starts = array("q", [0])
        self._length = 0
        self._last: tuple[int, list[T]] = (-1, [])
        for block in _blocks(items):
            with temporary():
                pickle.dump(block, self._file, pickle.HIGHEST_PROTOCOL)
            self._starts.append(self._file.tell())
            self._length += len(block)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self._starts) - 1):
            yield from self._block(number)

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> list[T]: ...

    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(self._length))]
        if not -self._length <= place < self._length:
            raise IndexError(place)
        number, within = divmod(place % self._length, BLOCK)
        return self._block(number)[within]

    def _block(self, number: int) -> list[T]:
        if self._last[0] != number:
            self._file.seek(self._starts[number])
            self._last = number, pickle.load(self._file)
        return self._last[1]


def _blocks(items: Iterable[T]) -> Iterator[list[T]]:
    block: list[T] = []
    for item in items:
        block.append(item)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block
