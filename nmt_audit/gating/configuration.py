"""The rules of a gate: from a TOML file, or those that hold without one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from nmt_audit.errors import InputError
from nmt_audit.gating.gated import GatedRun, checks
from nmt_audit.gating.kinds import KINDS
from nmt_audit.gating.rule import Kind, Missing, Rule
from nmt_audit.gating.score import BETTER_HIGH, BETTER_LOW
from nmt_audit.gating.wording import named
from nmt_audit.records import CATEGORIES
from nmt_audit.toml_file import read_toml

Correction: TypeAlias = Literal["holm", "none"]

LEVEL = 0.05  # of the tests of a gate without a file
BASELINE = "baseline"
COMMON = ("name", "at_least", "at_most", "against", "significant", "if_missing")
FEWEST_RESAMPLES, MOST_RESAMPLES = 100, 100_000


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules, and how their tests are made: see `GatedRun` for the last three.

    `correction`: "holm" keeps the probability that any test finds a change where there is none at its level; "none"
    keeps it for each test alone.
    """

    rules: tuple[Rule, ...]
    correction: Correction = "holm"
    seed: int = 1
    resamples: int = 1000
    overlap: float = 0.9


def default_gate(gated: GatedRun) -> Gate:
    """No score significantly lower, and no category significantly more often flagged, than in the baseline.

    Scores that neither run has, and categories that neither was checked for, have no rule.
    """
    runs = [run for run in (gated.run, gated.baseline) if run is not None]
    scored = {score["name"] for run in runs for score in run.manifest.get("scores") or ()}
    rules = [
        *(_no_worse("score", name, f"{name} is not lower", at_least=0.0) for name in BETTER_HIGH if name in scored),
        *(_no_worse("score", name, f"{name} is not higher", at_most=0.0) for name in BETTER_LOW if name in scored),
    ]
    for category in CATEGORIES:
        if any(checks(version, category) for version in (*gated.versions, *gated.baseline_versions)):
            rules.append(_no_worse("rate", category, f"{category} is not more frequent", at_most=0.0))
    return Gate(tuple(rules))


def _no_worse(kind: str, subject: str, name: str, **bound: Any) -> Rule:
    return Rule(kind=kind, subject=subject, name=name, against_baseline=True, significant=LEVEL, **bound)


def read_gate(path: Path) -> Gate:
    """The gate of a TOML file. Raises InputError with one line: the file, the rule, the key, and what it may be."""
    content = read_toml(path, wanted="a TOML file of rules", example="see docs/gate.md for an example")
    try:
        return _gate(content)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error


def _gate(content: Mapping[str, Any]) -> Gate:
    """Raises ValueError for what is no gate."""
    _only(content, ("rule", "correction", "seed", "resamples", "overlap"), "")
    tables = content.get("rule")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise ValueError("no [[rule]]; a gate without rules would let everything pass")
    rules: list[Rule] = []
    for number, table in enumerate(tables, 1):
        where = f"rule {number}"
        try:
            rule = _rule(table)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error
        for other, known in enumerate(rules, 1):
            if known.name == rule.name:
                raise ValueError(f"{where}: has the name of rule {other}, “{rule.name}”; give it another")
        rules.append(rule)
    return Gate(
        tuple(rules), correction=_choice(content, "correction", get_args(Correction), "holm"),
        seed=_whole(content, "seed", 1, 0, 2**32 - 1),
        resamples=_whole(content, "resamples", 1000, FEWEST_RESAMPLES, MOST_RESAMPLES),
        overlap=_share(content, "overlap", 0.9),
    )  # fmt: skip


def _rule(table: Mapping[str, Any]) -> Rule:
    kind = _kind(table)
    _only(table, (kind.key, *COMMON, *kind.options), f" in a rule on {kind.key}")
    significant = _number(table, "significant")
    rule = Rule(
        kind=kind.key, subject=_text(table, kind.key) or "", name=_text(table, "name") or "",
        at_least=_number(table, "at_least"), at_most=_number(table, "at_most"),
        against_baseline=_choice(table, "against", (BASELINE,), None) == BASELINE or kind.compares == "must",
        significant=significant, if_missing=_choice(table, "if_missing", get_args(Missing), "error"),
        options={key: _choice(table, key, values, values[0]) for key, values in kind.options.items()},
    )  # fmt: skip
    _refuse_contradictions(rule, kind)
    kind.check(rule)
    return rule if rule.name else replace(rule, name=named(rule))


def _kind(table: Mapping[str, Any]) -> Kind:
    found = [key for key in KINDS if key in table]
    if not found:
        raise ValueError(f"says not what it is on: one of {', '.join(KINDS)} is needed")
    if len(found) > 1:
        raise ValueError(f"is on {' and '.join(found)}; make a rule of each")
    return KINDS[found[0]]


def _refuse_contradictions(rule: Rule, kind: Kind) -> None:
    if not rule.subject.strip():
        raise ValueError(f"{kind.key} is empty; it may be {kind.subjects}")
    if rule.at_least is None and rule.at_most is None:
        raise ValueError("has no bound, and would let everything pass; give at_least or at_most")
    if rule.at_least is not None and rule.at_most is not None and rule.at_least > rule.at_most:
        raise ValueError(f"at_least {rule.at_least:g} is over at_most {rule.at_most:g}; no value keeps both")
    if rule.significant is None:
        return
    if kind.tests is None:
        raise ValueError(f"significant: there is no test of {kind.key}; only scores and rates have one")
    if not rule.against_baseline:
        raise ValueError(f'significant: a test compares two runs; add against = "{BASELINE}"')
    if not 0 < rule.significant < 1:
        raise ValueError(f"significant is {rule.significant:g}; it is a level between 0 and 1, as in 0.05")
    # The test asks whether there is any change. It cannot tell whether a gain is as large as was asked for.
    if (rule.at_least or 0) > 0 or (rule.at_most or 0) < 0:
        raise ValueError("significant: a test goes with a band that holds 0 (at_least ≤ 0, at_most ≥ 0)")


# --- values -----------------------------------------------------------------------------------------------------------


def _only(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    if unknown := sorted(table.keys() - set(known)):
        raise ValueError(f"no key {', '.join(unknown)}{where}; there are {', '.join(known)}")


def _text(table: Mapping[str, Any], key: str) -> str | None:
    value = table.get(key)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{key} is {_shown(value)}, not text")


def _number(table: Mapping[str, Any], key: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{key} is {_shown(value)}, not a number")
    return float(value)


def _whole(table: Mapping[str, Any], key: str, default: int, least: int, most: int) -> int:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{key} is {_shown(value)}, not a whole number from {least} to {most}")
    return value


def _share(table: Mapping[str, Any], key: str, default: float) -> float:
    value = _number(table, key)
    if value is not None and not 0 < value <= 1:
        raise ValueError(f"{key} is {value:g}; it is a share of the segments, above 0 and up to 1")
    return default if value is None else value


def _choice(table: Mapping[str, Any], key: str, values: Sequence[Any], default: Any) -> Any:
    value = table.get(key, default)
    if value is not default and value not in values:
        raise ValueError(f"{key} is {_shown(value)}; it may be {', '.join(values)}")
    return value


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"
