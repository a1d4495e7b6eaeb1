"""What the corpus pages need of each segment: numbers in flat arrays, and a sample of the sources to cut into words."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nmt_audit.records import Array
from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.wording import CATEGORY

SAMPLE, FLAGGED = 4_000, 8_000  # sources without flags and with: to cut all of a large run into words is too dear
SEED = 1
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Sampled:
    """A source that was kept. `mask`: the categories of its flags, one bit each in the order of `Tally.codes`."""

    index: int
    mask: int
    text: str
    language: str


@dataclass(slots=True)
class Reservoir:
    """A fair sample of a stream of unknown length (Vitter's algorithm R). The same stream gives the same sample."""

    size: int = SAMPLE
    kept: list[Sampled] = field(default_factory=list)
    seen: int = 0
    _random: random.Random = field(default_factory=lambda: random.Random(SEED))

    def offer(self, item: Callable[[], Sampled]) -> None:
        """Keeps an item or not; it is made only if it is kept."""
        self.seen += 1
        if len(self.kept) < self.size:
            self.kept.append(item())
            return
        place = int(self._random.random() * self.seen)
        if place < self.size:
            self.kept[place] = item()

    @property
    def weight(self) -> float:
        """How many segments each kept one stands for."""
        return self.seen / len(self.kept) if self.kept else 1.0


def _floats() -> Any:
    return array("d")


@dataclass(slots=True)
class Tally:
    """Grows by one entry per segment. Numbers that a segment lacks are NaN; flags that were dismissed count nothing.

    `masks`: a bit per category with a flag, in the order of `codes`. `documents`: place in `names`, −1 for none.
    """

    codes: list[str] = field(default_factory=lambda: list(CATEGORY))
    names: dict[str, int] = field(default_factory=dict)
    flagged: Reservoir = field(default_factory=lambda: Reservoir(FLAGGED))
    clear: Reservoir = field(default_factory=Reservoir)
    _masks: Any = field(default_factory=lambda: array("q"))
    _documents: Any = field(default_factory=lambda: array("l"))
    _columns: dict[str, Any] = field(default_factory=lambda: {name: _floats() for name in COLUMNS})

    def add(self, segment: SegmentRow, live: Sequence[FlagRow]) -> None:
        """Notes a segment with the flags that stand."""
        mask = self._mask(live)
        self._masks.append(mask)
        self._documents.append(self._document(segment.document))
        for name, value in COLUMNS.items():
            number = value(segment, live)
            self._columns[name].append(NAN if number is None else number)
        if segment.source:
            sample = self.flagged if mask else self.clear
            sample.offer(lambda: Sampled(len(self._masks) - 1, mask, segment.source, segment.src_lang))

    def __len__(self) -> int:
        return len(self._masks)

    @property
    def masks(self) -> NDArray[np.int64]:
        """[N]"""
        return np.asarray(self._masks, dtype=np.int64)

    @property
    def documents(self) -> NDArray[np.int64]:
        """[N]"""
        return np.asarray(self._documents, dtype=np.int64)

    def column(self, name: str) -> Array:
        """[N], NaN where a segment has no such number. `name`: one of COLUMNS."""
        return np.asarray(self._columns[name], dtype=np.float64)

    def has(self, code: str) -> NDArray[np.bool_]:
        """[N]: whether the segment has a flag of a category."""
        if code not in self.codes:
            return np.zeros(len(self), dtype=bool)
        return np.asarray((self.masks >> self.codes.index(code)) & 1, dtype=bool)

    def _mask(self, live: Sequence[FlagRow]) -> int:
        mask = 0
        for flag in live:
            if flag.category not in self.codes:
                self.codes.append(flag.category)
            mask |= 1 << min(self.codes.index(flag.category), 62)
        return mask

    def _document(self, name: str | None) -> int:
        return -1 if name is None else self.names.setdefault(name, len(self.names))


def _ratio(segment: SegmentRow, live: Sequence[FlagRow]) -> float | None:
    return len(segment.hypothesis) / len(segment.source) if segment.source else None


COLUMNS: dict[str, Callable[[SegmentRow, Sequence[FlagRow]], float | None]] = {
    "source-length": lambda segment, live: float(len(segment.source)) if segment.source else None,
    "translation-length": lambda segment, live: float(len(segment.hypothesis)) if segment.hypothesis else None,
    "length-ratio": _ratio,
    "suspicion": lambda segment, live: max((flag.score for flag in live), default=None),
    "log-probability": lambda segment, live: segment.logprob,
    "chrf": lambda segment, live: segment.chrf,
    "bleu": lambda segment, live: segment.bleu,
    "ter": lambda segment, live: segment.ter,
}
