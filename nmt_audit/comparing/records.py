"""The frozen records of a comparison. A is the run that is compared with, B the one that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["new", "fixed", "persisting", "changed", "dismissed", "unchecked"]


@dataclass(frozen=True, slots=True)
class StoredFlag:
    """A flag as a run holds it; the fields are those of `records.Flag`, with its content-keyed name."""

    id: str
    category: str
    side: str
    start: int | None
    end: int | None
    score: float
    rule: str
    threshold: float
    value: float
    message: str
    dismissed: bool


@dataclass(frozen=True, slots=True)
class Version:
    """A segment as one of the runs has it. `index` counts from 0 in the order of the run."""

    index: int
    id: str
    source: str
    hypothesis: str  # "" where there is none
    references: tuple[str, ...]
    src_lang: str
    tgt_lang: str
    status: str
    document: str | None
    chrf: float | None
    not_checked: tuple[str, ...]
    flags: tuple[StoredFlag, ...]

    @property
    def standing(self) -> tuple[StoredFlag, ...]:
        """The flags that nobody dismissed."""
        return tuple(flag for flag in self.flags if not flag.dismissed)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same segment in both runs."""

    a: Version
    b: Version

    @property
    def references(self) -> tuple[str, ...] | None:
        """What both are scored against: B's references, or A's where B has none. None where they differ: a score would
        compare references then, not translations; () where there are none."""
        if self.a.references and self.b.references and self.a.references != self.b.references:
            return None
        return self.b.references or self.a.references


@dataclass(frozen=True, slots=True)
class Matched:
    """The segments of two runs: those of both in the order of B, and those that only one has."""

    pairs: tuple[Pair, ...]
    only_a: tuple[Version, ...]
    only_b: tuple[Version, ...]

    @property
    def same_translation(self) -> int:
        """How many pairs have the same translation, letter by letter."""
        return sum(pair.a.hypothesis == pair.b.hypothesis for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A corpus-level score of both runs over the segments of both that have a reference.

    `low` and `high`: the 95 % interval of the difference. `p_value`: of the hypothesis that the runs are equally good,
    two-sided. None: too few segments to tell, or nothing to resample.
    """

    name: str
    a: float
    b: float
    difference: float  # b − a; TER counts errors: there, less is better
    low: float | None
    high: float | None
    p_value: float | None
    signature: str
    segments: int
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class FlagChange:
    """What became of a suspicion between A and B; a side is None where the run does not have it.

    `segment_a` and `segment_b`: the identifiers of the segment in each run.
    """

    kind: Kind
    segment_a: str
    segment_b: str
    a: StoredFlag | None
    b: StoredFlag | None

    @property
    def compared(self) -> bool:
        """Whether it counts: nobody dismissed it, and both runs checked for it."""
        return self.kind not in ("dismissed", "unchecked")

    @property
    def newest(self) -> StoredFlag:
        """The flag as B has it, or else as A has it."""
        found = self.b or self.a
        assert found is not None
        return found

    @property
    def id(self) -> str:
        """The content-keyed name."""
        return self.newest.id

    @property
    def category(self) -> str:
        """What is suspected."""
        return self.newest.category

    @property
    def rule(self) -> str:
        """Which rule suspects it."""
        return self.newest.rule


@dataclass(frozen=True, slots=True)
class FlagChanges:
    """The flags of the segments of both runs, each in one of these, in the order of the segments. See `flags`."""

    new: tuple[FlagChange, ...]
    fixed: tuple[FlagChange, ...]
    persisting: tuple[FlagChange, ...]
    changed: tuple[FlagChange, ...]
    dismissed: tuple[FlagChange, ...]
    unchecked: tuple[FlagChange, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """Segments with a flag, of those that were checked, with the 95 % Wilson interval of the share."""

    flagged: int
    checked: int
    low: float | None  # None where nothing was checked
    high: float | None

    @property
    def share(self) -> float | None:
        """Flagged of checked."""
        return self.flagged / self.checked if self.checked else None


@dataclass(frozen=True, slots=True)
class RateChange:
    """How often a category is suspected in both runs, over the segments that both checked for it.

    `new`, `fixed`: segments that only B, or only A, flags. `difference` is that of the shares, B − A, with a 95 %
    interval; `p_value` is McNemar's, exact, two-sided. None where nothing was checked in both runs.
    """

    category: str
    a: Rate
    b: Rate
    new: int
    fixed: int
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """How much better B does on a segment; see `segments` for what `gain` is. `chrf` is the difference, B − A."""

    pair: Pair
    gain: float
    chrf: float | None
    flags: tuple[FlagChange, ...]

    @property
    def direction(self) -> Literal["better", "worse", "even"]:
        """Which way it went."""
        return "better" if self.gain > 0 else "worse" if self.gain < 0 else "even"


@dataclass(frozen=True, slots=True)
class SettingChange:
    """Something that the runs were made with and that differs; None: the run does not name it."""

    name: str
    a: str | None
    b: str | None
