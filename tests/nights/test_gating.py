"""Rules of gates: what files may say, what is measured, and what many tests at once are worth."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, norm

import nmt_audit
from nmt_audit.bench.gates import Nights, simulated
from nmt_audit.comparing import Matched, Pair, ScoreChange, StoredFlag, Version
from nmt_audit.errors import InputError
from nmt_audit.gating import KINDS, GatedRun, Outcome, Rule, judge, read_gate
from nmt_audit.gating.configuration import Gate
from nmt_audit.gating.holm import holm
from nmt_audit.gating.score import p_value
from nmt_audit.gating.wording import bound, named
from nmt_audit.store import Run

SAMPLE = Path(__file__).parent.parent.parent / "reports" / "sample"


# --- files ------------------------------------------------------------------------------------------------------------


def gate_of(folder: Path, text: str) -> Gate:
    path = folder / "gate.toml"
    path.write_text(text, "utf-8")
    return read_gate(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no [[rule]]"),
        ("rule = 3", "no [[rule]]"),
        ("[rule]\nscore = 'BLEU'", "no [[rule]]"),
        ("rules = 3", "no key rules; there are rule, correction, seed"),
        ("[[rule]]\nat_least = 3", "rule 1: says not what it is on: one of score, rate"),
        ("[[rule]]\nscore = 'BLEU'\nrate = '*'\nat_least = 3", "rule 1: is on score and rate"),
        ("[[rule]]\nscore = 'BLEU'", "has no bound"),
        ("[[rule]]\nscore = 3\nat_least = 3", "score is 3, not text"),
        ("[[rule]]\nscore = ' '\nat_least = 3", "score is empty"),
        ("[[rule]]\nscore = 'BLEU'\nat_least = true", "at_least is true, not a number"),
        ("[[rule]]\nscore = 'BLEU'\nat_least = nan", "at_least is NaN, not a number"),
        ("[[rule]]\nscore = 'BLEU'\nat_least = '3'", 'at_least is "3", not a number'),
        ("[[rule]]\nscore = 'BLEU'\nat_least = 3\nside = 'source'", "no key side in a rule on score"),
        ("[[rule]]\nscore = 'BLEU'\nat_most = 3", "BLEU is better when it is higher; give at_least"),
        ("[[rule]]\nscore = 'TER'\nat_least = 3", "TER counts errors"),
        ("[[rule]]\nscore = 'BLEU'\nat_least = 3\nagainst = 'last'", 'against is "last"; it may be baseline'),
        ("[[rule]]\nscore = 'BLEU'\nat_least = 3\nsignificant = 0.05", 'add against = "baseline"'),
        ("[[rule]]\nscore = 'BLEU'\nat_least = 0\nagainst = 'baseline'\nsignificant = 5", "a level between 0 and 1"),
        ("[[rule]]\nscore = 'BLEU'\nat_least = 1\nagainst = 'baseline'\nsignificant = 0.05", "a band that holds 0"),
        ("[[rule]]\nnew_flags = '*'\nat_most = 0\nsignificant = 0.05", "there is no test of new_flags"),
        ("[[rule]]\nrate = 'OMISSION'\nat_most = 1\nif_missing = 'skip'", "it may be error, pass, fail"),
        ("[[rule]]\nrate = 'OMISION'\nat_most = 1", "there is no category OMISION; there are OMISSION"),
        ("[[rule]]\nrate = 'OMISSION'\nat_most = 101", "at_most is 101; rates are in percent"),
        ("[[rule]]\nrate = '*'\nat_least = 3\nat_most = 2", "at_least 3 is over at_most 2"),
        ("[[rule]]\nnew_flags = '*'\nat_least = 2", "bounded from above"),
        ("[[rule]]\nstatus = 'fine'\nat_most = 2", "there is no status fine"),
        ("[[rule]]\nfaithfulness = 'lrp/stable'\nat_least = 0.9\nside = 'left'", "it may be source, prefix"),
        ("seed = 1.5\n[[rule]]\nrate = '*'\nat_most = 2", "seed is 1.5, not a whole number"),
        ("resamples = 5\n[[rule]]\nrate = '*'\nat_most = 2", "resamples is 5, not a whole number from 100"),
        ("overlap = 2\n[[rule]]\nrate = '*'\nat_most = 2", "overlap is 2; it is a share"),
        ("[[rule]]\nrate = '*'\nat_most = 2\n[[rule]]\nrate = '*'\nat_most = 2", "rule 2: has the name of rule 1"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        gate_of(tmp_path, text)
    assert said in str(error.value) and str(tmp_path / "gate.toml") in str(error.value)
    assert "\n" not in str(error.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["BLEU", "OMISSION", "*", "baseline", "pass"]),
    lambda inner: st.lists(inner, max_size=2), max_leaves=3,
)  # fmt: skip
KEYS = st.sampled_from([*KINDS, "at_least", "at_most", "against", "significant", "if_missing", "side", "nonsense"])


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=5), max_size=2), st.binary(max_size=30))
def test_any_file_gives_a_gate_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, tables: list[dict[str, object]], tail: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    lines = [f"{key} = {_toml(value)}" for table in tables for key, value in {"[[rule]]": None, **table}.items()]
    text = "\n".join("[[rule]]" if line.startswith("[[rule]]") else line for line in lines)
    for content in (text.encode("utf-8", "replace"), text.encode("utf-8", "replace") + tail):
        path.write_bytes(content)
        try:
            gate = read_gate(path)
        except InputError as error:
            assert str(path) in str(error)
        else:
            assert gate.rules and all(rule.at_least is not None or rule.at_most is not None for rule in gate.rules)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return "''" if value is None else repr(value)


def test_each_kind_has_a_file_and_a_line() -> None:
    folder = Path(nmt_audit.__file__).parent / "gating"
    files = {path.stem for path in folder.glob("*.py") if "KIND = Kind(" in path.read_text("utf-8")}
    assert files == set(KINDS)


def test_rules_without_a_name_say_what_they_ask_for() -> None:
    rule = Rule(kind="rate", subject="*", name="", at_least=-1.5, at_most=0.5, against_baseline=True)
    assert named(rule) == "segments with any flag: change −1.5 to +0.5 points"
    assert bound(Rule(kind="score", subject="BLEU", name="", at_least=27)) == "≥ 27"


# --- what is measured -------------------------------------------------------------------------------------------------


def flag(name: str, category: str = "OMISSION") -> StoredFlag:
    return StoredFlag(name, category, "src", None, None, 0.5, "omission.length", 1.0, 2.0, "gone", False)


def version(index: int, *flags: StoredFlag, status: str = "ok") -> Version:
    return Version(index, str(index), f"Satz {index}", "A sentence.", (), "de", "en", status, None, None, (), flags)


def compared(pairs: Sequence[tuple[Version, Version]], rule: Rule, *, against: bool = True) -> Outcome:
    matched = Matched(tuple(Pair(a, b) for a, b in pairs), (), ())
    run = Run(Path("tonight"), {})
    return judge(GatedRun(run, Run(Path("last"), {}) if against else None, matched), Gate((rule,)))


NEW = Rule(kind="new_flags", subject="*", name="new", at_most=1, against_baseline=True)
CLEAR = [(version(number), version(number)) for number in range(20)]


def test_new_flags_are_counted_against_their_bound() -> None:
    one = [(version(0), version(0, flag("x"))), *CLEAR]
    two = [(version(1), version(1, flag("y", "NEGATION"))), *one]
    for rule, pairs, verdict in (
        (NEW, one, "passed"), (NEW, two, "failed"), (replace(NEW, subject="NEGATION"), two, "passed"),
    ):  # fmt: skip
        assert compared(pairs, rule).verdict == verdict
    assert compared(one, NEW, against=False).exit_code == 1
    assert compared(one, replace(NEW, if_missing="pass"), against=False).exit_code == 0
    assert compared(one, replace(NEW, if_missing="fail"), against=False).exit_code == 2


def test_a_change_must_be_more_than_chance_where_a_test_is_asked_for() -> None:
    rule = Rule(kind="rate", subject="OMISSION", name="rate", at_most=0.0, against_baseline=True)
    for new, verdict in ((5, "passed"), (6, "failed")):  # 2 / 2⁵ = 0.0625, 2 / 2⁶ = 0.03125
        pairs = [*((version(n), version(n, flag(str(n)))) for n in range(100, 100 + new)), *CLEAR]
        assert compared(pairs, rule).verdict == "failed"
        outcome = compared(pairs, replace(rule, significant=0.05))
        assert outcome.verdict == verdict
        [judgement] = outcome.judgements
        assert judgement.adjusted == pytest.approx(2 / 2**new) and judgement.by_chance is (verdict == "passed")


def test_many_segments_that_cannot_be_judged_do_not_pass() -> None:
    rule = Rule(kind="rate", subject="OMISSION", name="rate", at_most=0.0, against_baseline=True)
    broken = [(version(n), version(n, status="not_finite")) for n in range(100, 103)]
    for one in (rule, NEW):
        outcome = compared([*CLEAR, *broken], one)
        assert outcome.verdict == "could not tell" and "only 20 of 23" in outcome.judgements[0].reason
        assert "3 of 23 segments of the run are not_finite" in outcome.notes
    status = Rule(kind="status", subject="not_finite", name="status", at_most=2)
    assert compared([*CLEAR, *broken], status, against=False).verdict == "failed"
    assert compared([*CLEAR, *broken[:2]], status, against=False).verdict == "passed"


def test_faithfulness_is_that_of_the_manifest() -> None:
    run = nmt_audit.open_run(SAMPLE)
    gated = GatedRun(run, run, Matched((Pair(version(0), version(0)),), (), ()))
    rule = Rule(kind="faithfulness", subject="lrp/stable", name="f", at_least=0.9,
                options={"side": "source", "measure": "share"})  # fmt: skip
    rows = {(row["method"], row["side"]): row for row in run.manifest["faithfulness"]["rows"]}
    for one, value in (
        (rule, rows["lrp", "source"]["share"]),
        (replace(rule, subject="attention"), rows["attention", "source"]["share"]),
        (replace(rule, options={"side": "prefix", "measure": "correlation"}), rows["lrp", "prefix"]["correlation"]),
    ):
        [judgement] = judge(gated, Gate((one,))).judgements
        assert judgement.measured is not None and judgement.measured.value == value
        assert judgement.verdict == ("passed" if value >= 0.9 else "failed")
    outcome = judge(gated, Gate((replace(rule, subject="lrp/signal"),)))
    assert outcome.exit_code == 1 and "it has attention (source), lrp/stable (source)" in outcome.judgements[0].reason


def test_beyond_what_resamples_resolve_the_tail_is_normal() -> None:
    def found(p: float, signature: str = "nrefs:1|bs:100|seed:1") -> float | None:
        return p_value(ScoreChange("BLEU", 30.0, 29.0, -1.0, -1.5, -0.5, p, signature, 100_000))

    two_sided = 2 * norm.sf(1.0 / (1.0 / (2 * norm.ppf(0.975))))
    assert found(1 / 101) == pytest.approx(two_sided) and two_sided < 0.001
    assert found(2 / 101) == 2 / 101  # some resample was as extreme
    assert found(1 / 101, "nrefs:1") == 1 / 101


# --- chance -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_keeps_the_order_and_agrees_with_its_definition(p_values: list[float]) -> None:
    """The slow twin: p̃ of each, as the maximum over all that are not larger."""
    found = holm(p_values)
    ranked = sorted(range(len(p_values)), key=lambda place: p_values[place])
    for rank, place in enumerate(ranked):
        slow = max(min(1.0, (len(p_values) - j) * p_values[ranked[j]]) for j in range(rank + 1))
        assert found[place] == slow >= p_values[place]
    if p_values:  # Benjamini and Hochberg's are never larger
        assert all(one >= other - 1e-12 for one, other in zip(found, false_discovery_control(p_values), strict=True))


def test_nights_without_a_change_pass_and_worse_ones_do_not() -> None:
    """Small: docs/gate.md has the figures of many nights."""
    nights = Nights(nights=25, segments=60, resamples=200, seed=7)
    assert simulated(nights).failed <= 2
    assert simulated(replace(nights, nights=6, worse=0.3)).failed >= 5


def test_the_verdict_does_not_hang_on_the_order_of_segments() -> None:
    pairs = [*((version(n), version(n, flag(str(n)))) for n in range(100, 108)), *CLEAR]
    rule = Rule(kind="rate", subject="*", name="rate", at_most=0.0, against_baseline=True, significant=0.05)
    first = compared(pairs, rule).judgements
    random.Random(3).shuffle(pairs)
    assert compared(pairs, rule).judgements == first
