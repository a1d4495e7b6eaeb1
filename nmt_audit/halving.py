"""What does not fit into memory is tried again by halves, down to single items."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

# How the allocators of torch say that there is no memory; that of CUDA has a class of its own.
MESSAGES = ("can't allocate memory", "not enough memory", "std::bad_alloc", "out of memory")


@dataclass(slots=True)
class Halved:
    """How often a stage did not fit: `retried` halvings of lists, and items that were `given_up` even alone."""

    retried: dict[str, int] = field(default_factory=dict)
    given_up: dict[str, int] = field(default_factory=dict)

    def run(self, stage: str, work: Callable[[Sequence[T]], Sequence[R]], items: Sequence[T]) -> list[R | None]:
        """What `work` makes of the items, one result for each in their order; None where one alone was too much.

        Halves give the results of the whole but for rounding: a batch of another shape may add in another order.
        """
        try:
            return list(work(items))
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
        if len(items) == 1:
            self.given_up[stage] = self.given_up.get(stage, 0) + 1
            print(f"nmt-audit: {stage}: does not fit into memory even alone and is left out", file=sys.stderr)
            return [None]
        self.retried[stage] = self.retried.get(stage, 0) + 1
        middle = len(items) // 2
        print(
            f"nmt-audit: {stage}: {len(items)} segments do not fit into memory; again with {len(items) - middle}",
            file=sys.stderr,
        )
        return [*self.run(stage, work, items[:middle]), *self.run(stage, work, items[middle:])]

    def add(self, counted: Mapping[str, Mapping[str, int]]) -> None:
        """Takes in what another count gave with `as_dict`."""
        for mine, name in ((self.retried, "retried"), (self.given_up, "given_up")):
            for stage, number in counted[name].items():
                mine[stage] = mine.get(stage, 0) + number

    def as_dict(self) -> dict[str, dict[str, int]]:
        """Plain values for the manifest."""
        return {"retried": dict(self.retried), "given_up": dict(self.given_up)}


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory is used up."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(text in str(error) for text in MESSAGES)
