"""The run that is gated, its baseline, and what rules ask of them, each computed once and when it is first asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from nmt_audit.records import CATEGORIES

if TYPE_CHECKING:
    from nmt_audit.comparing import FlagChanges, Matched, RateChange, ScoreChange, Version
    from nmt_audit.store import Run

ANY = "*"  # flags of any category
STAND_IN = CATEGORIES[0]  # for any: the name under which flags of all categories are counted together
BROKEN = ("not_finite", "out_of_memory")  # segments that an audit could judge only in part, or not at all


class CannotTell(Exception):
    """The number of a rule cannot be had; the message says why, and what would mend it."""


@dataclass(frozen=True)
class GatedRun:
    """A run and the baseline it is compared with; None: there is none, and `matched` has the run on both sides.

    `seed` and `resamples` are of the paired bootstrap. `overlap`: the share of the larger run's segments that a
    comparison must rest on.
    """

    run: Run
    baseline: Run | None
    matched: Matched  # A is the baseline
    seed: int = 1
    resamples: int = 1000
    overlap: float = 0.9

    @cached_property
    def versions(self) -> Sequence[Version]:
        """All segments of the run, in no order."""
        return [*(pair.b for pair in self.matched.pairs), *self.matched.only_b]

    @cached_property
    def baseline_versions(self) -> Sequence[Version]:
        """All segments of the baseline, in no order; none without one."""
        if self.baseline is None:
            return []
        return [*(pair.a for pair in self.matched.pairs), *self.matched.only_a]

    @cached_property
    def scores(self) -> Mapping[str, ScoreChange]:
        """What became of the scores, by name."""
        from nmt_audit.comparing import score_changes

        changes = score_changes(self.matched, seed=self.seed, resamples=self.resamples)
        return {change.name: change for change in changes}

    @cached_property
    def rates(self) -> Mapping[str, RateChange]:
        """What became of the rates, by category, `ANY` among them."""
        from nmt_audit.comparing import rate_changes

        found = {change.category: change for change in rate_changes(self.matched)}
        together = {change.category: change for change in rate_changes(_of_any_category(self.matched))}
        return {**found, ANY: replace(together[STAND_IN], category=ANY)}

    @cached_property
    def flags(self) -> FlagChanges:
        """What became of the flags."""
        from nmt_audit.comparing import flag_changes

        return flag_changes(self.matched)

    @cached_property
    def broken(self) -> int:
        """How many segments of both runs could not be judged as others in one of them."""
        return sum(pair.a.status in BROKEN or pair.b.status in BROKEN for pair in self.matched.pairs)

    def larger(self, counts: Callable[[Version], bool]) -> int:
        """How many segments count in the run that has more of them."""
        return max(sum(map(counts, versions)) for versions in (self.baseline_versions, self.versions))

    def require(self, compared: int, of: int, what: str) -> None:
        """Raises CannotTell where a comparison rests on too few of the segments that it should be of."""
        if compared < self.overlap * of or not of:
            raise CannotTell(
                f"only {compared} of {of} segments {what} in both runs, and overlap = {self.overlap:g} asks for more; "
                "take a baseline of the same test set"
            )


def gated_run(
    run: Run,
    baseline: Run | None = None,
    *,
    dismissed: Collection[str] = (),
    seed: int = 1,
    resamples: int = 1000,
    overlap: float = 0.9,
) -> GatedRun:
    """Pairs the segments of a run and its baseline. `dismissed`: ids of flags that count in neither.

    Raises InputError where the runs have no segment in common, or cannot be read.
    """
    from nmt_audit.comparing import match

    matched = match(baseline or run, run)
    if dismissed:
        known = frozenset(dismissed)
        pairs = tuple(replace(pair, a=_dismiss(pair.a, known), b=_dismiss(pair.b, known)) for pair in matched.pairs)
        matched = replace(matched, pairs=pairs, only_b=tuple(_dismiss(one, known) for one in matched.only_b))
    return GatedRun(run, baseline, matched, seed, resamples, overlap)


def _dismiss(version: Version, known: frozenset[str]) -> Version:
    flags = tuple(replace(flag, dismissed=flag.dismissed or flag.id in known) for flag in version.flags)
    return replace(version, flags=flags)


def _of_any_category(matched: Matched) -> Matched:
    """The same segments, with all flags in one category, and that checked wherever any was."""
    pairs = tuple(replace(pair, a=_in_one_category(pair.a), b=_in_one_category(pair.b)) for pair in matched.pairs)
    return replace(matched, pairs=pairs)


def _in_one_category(version: Version) -> Version:
    flags = tuple(replace(flag, category=STAND_IN) for flag in version.flags)
    return replace(version, flags=flags, not_checked=() if checks(version, ANY) else (STAND_IN,))


def checks(version: Version, category: str) -> bool:
    """Whether a segment was checked for a category, or for any."""
    if category == ANY:
        return not set(CATEGORIES) <= set(version.not_checked)
    return category not in version.not_checked


def known_category(name: str) -> None:
    """Raises ValueError for a category that no check has: a misspelt one would never be exceeded."""
    if name not in (ANY, *CATEGORIES):
        raise ValueError(f"there is no category {name}; there are {', '.join(CATEGORIES)}, and {ANY} for any")
