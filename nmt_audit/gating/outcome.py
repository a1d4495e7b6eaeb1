"""What came of a gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from nmt_audit.gating.configuration import Gate
from nmt_audit.gating.kinds import KINDS
from nmt_audit.gating.rule import Measured, Rule
from nmt_audit.gating.wording import bound, probability, value

Verdict: TypeAlias = Literal["passed", "failed", "could not tell"]

EXIT_CODES: Mapping[Verdict, int] = {"passed": 0, "failed": 2, "could not tell": 1}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule and its verdict. `measured` is None where the number cannot be had; `reason` says what led to the verdict.

    `adjusted`: the p-value of its test, corrected for the other tests of the gate.
    """

    rule: Rule
    verdict: Verdict
    reason: str
    measured: Measured | None = None
    adjusted: float | None = None

    @property
    def by_chance(self) -> bool:
        """Whether the number is beyond the bound and the rule kept all the same, since that may be chance."""
        return self.verdict == "passed" and self.measured is not None and not self.rule.keeps(self.measured.value)

    @property
    def number(self) -> str:
        """The number and what it is of, in words; or why there is none."""
        return self.reason if self.measured is None else f"{value(self.rule, self.measured)}, {self.measured.over}"

    @property
    def test(self) -> str:
        """The test in words; nothing where none was asked for."""
        if self.rule.significant is None or self.adjusted is None:
            return ""
        return f"{KINDS[self.rule.kind].tests}: {probability(self.adjusted)}, level {self.rule.significant:g}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """All judgements, in the order of the rules.

    `notes`: what a reader must know beside them; `signatures`: what the run and its baseline are.
    """

    run: str
    baseline: str | None
    gate: Gate
    judgements: tuple[Judgement, ...]
    notes: tuple[str, ...]
    signatures: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Failed where any rule is not kept, whatever could not be told; passed where all are."""
        verdicts = {judgement.verdict for judgement in self.judgements}
        return "failed" if "failed" in verdicts else "could not tell" if "could not tell" in verdicts else "passed"

    @property
    def exit_code(self) -> int:
        """0 passed, 2 failed, 1 could not tell."""
        return EXIT_CODES[self.verdict]

    @property
    def counted(self) -> str:
        """The outcome in one sentence, without names: "1 of 8 rules failed, 2 of 8 rules could not be judged"."""
        return f"{', '.join(f'{rules} {words}' for rules, words, _ in self._not_kept()) or 'All rules are kept'}."

    @property
    def sentence(self) -> str:
        """The outcome in one sentence that names the rules which are not kept, or could not be judged."""
        if self.verdict == "passed":
            return f"The gate passed: all of {self._rules} kept."
        said = (f"{rules} {words} ({'; '.join(names)})" for rules, words, names in self._not_kept())
        return f"The gate {'failed' if self.verdict == 'failed' else 'could not tell'}: {', '.join(said)}."

    def _not_kept(self) -> Iterator[tuple[str, str, list[str]]]:
        """How many rules failed, or could not be judged, and their names."""
        for verdict, words in (("failed", "failed"), ("could not tell", "could not be judged")):
            names = [judgement.rule.name for judgement in self.judgements if judgement.verdict == verdict]
            if names:
                yield f"{len(names)} of {self._rules}", words, names

    @property
    def _rules(self) -> str:
        return "1 rule" if len(self.judgements) == 1 else f"{len(self.judgements)} rules"

    def as_dict(self) -> dict[str, Any]:
        """The outcome as JSON has it."""
        gate = self.gate
        return {
            "run": self.run,
            "baseline": self.baseline,
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "summary": self.sentence,
            "correction": gate.correction,
            "seed": gate.seed,
            "resamples": gate.resamples,
            "overlap": gate.overlap,
            "rules": [_entry(number, judgement) for number, judgement in enumerate(self.judgements, 1)],
            "notes": list(self.notes),
            "signatures": list(self.signatures),
        }


def _entry(number: int, judgement: Judgement) -> dict[str, Any]:
    rule = judgement.rule
    measured = {name: None for name in Measured.__dataclass_fields__}
    if judgement.measured is not None:
        measured = asdict(judgement.measured)
    return {
        "number": number,
        "name": rule.name,
        "kind": rule.kind,
        "subject": rule.subject,
        **rule.options,
        "against": "baseline" if rule.against_baseline else None,
        "at_least": rule.at_least,
        "at_most": rule.at_most,
        "bound": bound(rule),
        "significant": rule.significant,
        "if_missing": rule.if_missing,
        **measured,
        "adjusted_p_value": judgement.adjusted,
        "verdict": judgement.verdict,
        "reason": judgement.reason,
    }
