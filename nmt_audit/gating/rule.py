"""What a rule of a gate is, what a kind of rule is, and what is measured for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from nmt_audit.gating.gated import GatedRun

Missing: TypeAlias = Literal["error", "pass", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A bound on a number of a run, or on its change since the baseline.

    `kind` is a key of `kinds.KINDS`, `subject` what it is of: a score, a category, a method. Against the baseline the
    bounds are those of the change, run minus baseline, and so a band of noise around 0; with `significant`, a change
    beyond the band fails only where a two-sided test finds it at this level too. `if_missing`: what follows where the
    number cannot be had. `options`: further keys of the kind.
    """

    kind: str
    subject: str
    name: str
    at_least: float | None = None
    at_most: float | None = None
    against_baseline: bool = False
    significant: float | None = None
    if_missing: Missing = "error"
    options: Mapping[str, str] = field(default_factory=dict)

    def keeps(self, value: float) -> bool:
        """Whether a value is within the bounds; what is not a number is not."""
        low, high = self.at_least, self.at_most
        return (low is None or value >= low) and (high is None or value <= high) and value == value


@dataclass(frozen=True, slots=True)
class Measured:
    """The number that a rule bounds: of the run, or its change since the baseline, from `before` to `after`.

    `low` and `high`: its 95 % interval. `test` names the test that `p_value` is of. `over` says what it was measured
    on, `signature` how it can be measured again.
    """

    value: float
    over: str
    signature: str
    before: float | None = None
    after: float | None = None
    low: float | None = None
    high: float | None = None
    test: str | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule. `check` raises ValueError for rules that contradict themselves.

    `key` names a rule's subject, as in `score = "BLEU"`; `subjects` says what there is. `digits` and `unit` are of its
    numbers, `change_unit` of changes. `compares`: whether a rule may, must or cannot be against the baseline. `tests`:
    what a change is tested with. `options`: further keys, each with what it may be, the default first.
    """

    key: str
    subjects: str
    measure: Callable[[Rule, GatedRun], Measured]
    digits: int
    unit: str = ""
    change_unit: str = ""
    compares: Literal["may", "must"] = "may"
    tests: str | None = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    check: Callable[[Rule], None] = lambda rule: None
