"""Judges a run by the rules of a gate."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from nmt_audit.dismissing import dismissed_for
from nmt_audit.errors import InputError
from nmt_audit.gating.configuration import Gate, default_gate, read_gate
from nmt_audit.gating.gated import CannotTell, GatedRun, gated_run
from nmt_audit.gating.holm import holm
from nmt_audit.gating.kinds import KINDS
from nmt_audit.gating.outcome import Judgement, Outcome, Verdict
from nmt_audit.gating.rule import Measured, Rule
from nmt_audit.gating.wording import bound, probability, value
from nmt_audit.records import NOT_OK
from nmt_audit.store import Run, open_run

THRESHOLDS = "threshold: "  # how `comparing.setting_changes` names them


def gate_run(
    directory: Path,
    baseline: Path | None = None,
    config: Path | None = None,
    *,
    dismissed: Path | None = None,
    allow_partial: bool = False,
) -> Outcome:
    """Judges the run in a directory; what the command does.

    `baseline`: the directory of the run that it is compared with. `config`: a TOML file of rules; without one, those of
    `default_gate`, which need a baseline. `dismissed`: flags that count no more (see `dismissing.dismissals`), as on
    the day of the run. Raises InputError where one of them is missing or bad, or a run is partial and that not allowed.
    """
    if config is None and baseline is None:
        raise InputError("nothing to judge by: give --baseline RUN to compare with, --config F with rules, or both")
    gate = None if config is None else read_gate(config)
    run, other = _opened(directory, allow_partial), None if baseline is None else _opened(baseline, allow_partial)
    rejected = dismissed_for(run.manifest, dismissed)
    if gate is None:
        return judge(gated_run(run, other, dismissed=rejected))
    return judge(
        gated_run(
            run, other, dismissed=rejected, seed=gate.seed, resamples=gate.resamples, overlap=gate.overlap
        ),
        gate,
    )  # fmt: skip


def judge(gated: GatedRun, gate: Gate | None = None) -> Outcome:
    """Judges by a gate, or by the default one.

    Every rule gets a verdict, also when others have failed. Tests are corrected for each other over the whole gate,
    those of rules that keep their bound among them.
    """
    gate = gate or default_gate(gated)
    if not gate.rules:
        raise InputError(
            f"{gated.run.directory}: neither it nor the baseline has scores or checked segments; nothing to judge"
        )
    found = [_measured(rule, gated) for rule in gate.rules]
    tested = [
        (place, one.p_value)
        for place, (rule, one) in enumerate(zip(gate.rules, found, strict=True))
        if rule.significant is not None and isinstance(one, Measured) and one.p_value is not None
    ]
    p_values = [p for _, p in tested]
    worth = dict(zip((place for place, _ in tested), holm(p_values), strict=True))
    if gate.correction == "none":
        worth = dict(tested)
    judgements = tuple(
        _unjudged(rule, str(one)) if isinstance(one, CannotTell) else _judged(rule, one, worth.get(place))
        for place, (rule, one) in enumerate(zip(gate.rules, found, strict=True))
    )
    baseline = None if gated.baseline is None else str(gated.baseline.directory)
    notes = _notes(gated)
    if len(tested) > 1 and gate.correction == "holm":
        notes = (*notes, f"p-values are two-sided and corrected for {len(tested)} tests (Holm)")
    return Outcome(str(gated.run.directory), baseline, gate, judgements, notes, _signatures(gated))


def _opened(directory: Path, allow_partial: bool) -> Run:
    run = open_run(directory)
    if run.partial and not allow_partial:
        raise InputError(f"{directory}: is partial, its audit was stopped; resume it (audit --resume)")
    return run


def _measured(rule: Rule, gated: GatedRun) -> Measured | CannotTell:
    if rule.against_baseline and gated.baseline is None:
        return CannotTell("it compares with a baseline, and none was given; add --baseline RUN")
    try:
        found = KINDS[rule.kind].measure(rule, gated)
    except CannotTell as reason:
        return reason
    if found.value != found.value:
        return CannotTell("what was measured is not a number (NaN)")
    return found


def _unjudged(rule: Rule, reason: str) -> Judgement:
    verdicts: dict[str, Verdict] = {"error": "could not tell", "pass": "passed", "fail": "failed"}
    follows = "" if rule.if_missing == "error" else f'; if_missing = "{rule.if_missing}"'
    return Judgement(rule, verdicts[rule.if_missing], f"{reason}{follows}")


def _judged(rule: Rule, measured: Measured, adjusted: float | None) -> Judgement:
    if rule.keeps(measured.value):
        return Judgement(rule, "passed", f"keeps {bound(rule)}", measured, adjusted)
    beyond = f"not {bound(rule)}"
    if rule.significant is None:
        return Judgement(rule, "failed", beyond, measured)
    if adjusted is None:
        return _unjudged(rule, f"{value(rule, measured)} cannot be tested: too few segments")
    if adjusted <= rule.significant:
        return Judgement(rule, "failed", f"{beyond}, {probability(adjusted)}", measured, adjusted)
    return Judgement(rule, "passed", f"{beyond}, but that may be chance, {probability(adjusted)}", measured, adjusted)


def _notes(gated: GatedRun) -> tuple[str, ...]:
    """What the verdicts rest on and a reader would not expect."""
    from nmt_audit.comparing import setting_changes

    notes = []
    statuses = Counter(version.status for version in gated.versions)
    for status in NOT_OK:
        if statuses[status]:
            notes.append(f"{statuses[status]} of {len(gated.versions)} segments of the run are {status}")
    if gated.run.partial or (gated.baseline is not None and gated.baseline.partial):
        notes.append("a partial run was allowed: its numbers are those of the segments that it has")
    if gated.baseline is None:
        return tuple(notes)
    if gated.run.directory.resolve() == gated.baseline.directory.resolve():
        notes.append("the run was compared with itself")
    matched = gated.matched
    if matched.only_a or matched.only_b:
        notes.append(
            f"{len(matched.pairs)} segments are in both runs, {len(matched.only_b)} in the run alone and "
            f"{len(matched.only_a)} in the baseline alone"
        )
    changed = [change.name for change in setting_changes(gated.baseline.manifest, gated.run.manifest)]
    thresholds = [name.removeprefix(THRESHOLDS) for name in changed if name.startswith(THRESHOLDS)]
    if thresholds:
        notes.append(f"thresholds of the checks differ, and rates with them: {', '.join(thresholds)}")
    return tuple(notes)


def _signatures(gated: GatedRun) -> tuple[str, ...]:
    from nmt_audit.report.signature import run_facts

    runs = {"run": gated.run, "baseline": gated.baseline}
    return tuple(f"{name}: {run_facts(run.manifest).signature}" for name, run in runs.items() if run is not None)
