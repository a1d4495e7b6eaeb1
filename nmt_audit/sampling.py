"""Samples of whatever passes by, in memory that does not grow with it: those with the smallest keys.

Keys are hashes of what an item says, so that neither the order of a corpus nor copies in it change a sample.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

SLACK = 16  # items beyond a quarter too many, before those with larger keys are forgotten


class Least(Generic[T]):
    """The items with the `most` smallest keys; of equal keys the first counts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[str, T] = {}
        self._bound: str | None = None  # no larger key can be among them any more

    def wants(self, key: str) -> bool:
        """Whether an item with this key might be among them, as far as is known by now."""
        return (self._bound is None or key < self._bound) and key not in self._found and self._most > 0

    def add(self, key: str, item: T) -> None:
        """An item passes by."""
        if self.wants(key):
            self._found[key] = item
            if len(self._found) > 1.25 * self._most + SLACK:
                self._prune()

    def __len__(self) -> int:
        return min(len(self._found), self._most)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        """Keys and items, the smallest key first."""
        self._prune()
        return iter(list(self._found.items()))

    def _prune(self) -> None:
        keys = sorted(self._found)[: self._most]
        self._found = {key: self._found[key] for key in keys}
        if len(keys) == self._most and keys:
            self._bound = keys[-1]


def content_key(*parts: str) -> str:
    """The sha256 of some texts, as the key of what they are of."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
