"""What two runs differ in: pairing by content, what becomes of flags, rates, gains, settings."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_run import RNNSEARCH

from nights.two_runs import Made, Told, flag, night_a, night_b, on, write_run
from nmt_audit.comparing import (
    FlagChanges,
    Matched,
    SegmentChange,
    compare_runs,
    match,
    rate_changes,
    segment_changes,
    setting_changes,
)
from nmt_audit.comparing.flags import flag_changes, pair_changes
from nmt_audit.comparing.rates import newcombe
from nmt_audit.comparing.records import Pair, Rate, StoredFlag, Version
from nmt_audit.errors import InputError
from nmt_audit.records import CATEGORIES, Flag
from nmt_audit.store import open_run

SCHEMA_1 = Path(__file__).parents[1] / "schema-1-run"
SAMPLE = Path(__file__).parents[2] / "reports" / "sample"
KINDS = tuple(FlagChanges.__dataclass_fields__)


# --- whole runs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", [SCHEMA_1, SAMPLE], ids=["schema 1", "sample"])
def test_a_run_does_not_differ_from_itself(run: Path) -> None:
    found = compare_runs(open_run(run), open_run(run), resamples=100)
    assert found.identical and found.segments == () and found.settings == ()
    assert [(score.difference, score.low, score.high, score.p_value) for score in found.scores] == [(0, 0, 0, 1)] * 3
    for rate in found.rates:
        assert (rate.difference, rate.low, rate.high, rate.p_value, rate.new, rate.fixed) == (0, 0, 0, 1, 0, 0)
        assert rate.a == rate.b
    counts = found.as_dict()["flags"]["counts"]
    assert counts.pop("persisting") == len(open_run(run).flags) > 0
    assert set(counts.values()) == {0}


def test_two_nights(tmp_path: Path) -> None:
    a, b = write_run(tmp_path / "a", night_a()), write_run(tmp_path / "b", night_b())
    found = compare_runs(a, b, resamples=100)
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert told["flags"]["counts"] == {
        "new": 2, "fixed": 2, "persisting": 0, "changed": 1, "dismissed": 0, "unchecked": 0
    }  # fmt: skip
    assert [(one["category"], one["segment_b"]) for one in told["flags"]["new"]] == [
        ("NEGATION", "line-1"), ("REPETITION", "line-6"),
    ]  # fmt: skip
    assert {one["id"] for one in told["flags"]["new"]} <= set(b.flags.id)
    assert {one["id"] for one in told["flags"]["fixed"]} <= set(a.flags.id)
    assert told["segments"]["matched"] == 12 and told["segments"]["same_translation"] == 6
    assert (told["segments"]["better"], told["segments"]["worse"], told["segments"]["even"]) == (4, 2, 0)
    assert not told["identical"]


def test_the_other_way_round_everything_has_the_other_sign(tmp_path: Path) -> None:
    a, b = write_run(tmp_path / "a", night_a()), write_run(tmp_path / "b", night_b())
    there, back = compare_runs(a, b, resamples=100), compare_runs(b, a, resamples=100)
    assert (len(there.flags.new), len(there.flags.fixed)) == (len(back.flags.fixed), len(back.flags.new))
    for one, other in zip(there.rates, back.rates, strict=True):
        assert (one.difference, one.low, one.high, one.p_value) == pytest.approx(
            (-(other.difference or 0), -(other.high or 0), -(other.low or 0), other.p_value)
        )
    for score, other_score in zip(there.scores, back.scores, strict=True):
        assert score.difference == pytest.approx(-other_score.difference)
        assert score.p_value == other_score.p_value
        assert (score.low, score.high) == pytest.approx((-(other_score.high or 0), -(other_score.low or 0)), abs=1e-5)
    gains = {item.pair.b.index: item.gain for item in there.segments}
    assert {item.pair.b.index: -item.gain for item in back.segments} == pytest.approx(gains)


# --- pairing ----------------------------------------------------------------------------------------------------------


def test_segments_are_paired_by_content_whatever_their_order_and_names(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", night_a())
    shuffled = [replace(one, id=f"renamed {place}") for place, one in enumerate(night_b())]
    random.Random(5).shuffle(shuffled)
    shuffled.insert(3, Told("Neu hier.", "New here."))
    shuffled[5] = replace(shuffled[5], source="  " + shuffled[5].source.replace(" ", "\u00a0 "))
    b = write_run(tmp_path / "b", shuffled, shard=5)
    found = match(a, b)
    assert len(found.pairs) == 12 and [one.source for one in found.only_b] == ["Neu hier."] and found.only_a == ()
    assert all(pair.a.source.split() == pair.b.source.split() for pair in found.pairs)
    assert [pair.b.index for pair in found.pairs] == sorted(pair.b.index for pair in found.pairs)
    straight = compare_runs(a, write_run(tmp_path / "c", night_b()), resamples=0)
    assert flag_changes(found) != straight.flags  # other identifiers
    for kind in KINDS:
        one, other = getattr(flag_changes(found), kind), getattr(straight.flags, kind)
        assert sorted(change.category for change in one) == sorted(change.category for change in other)


def test_equal_sources_are_paired_within_their_document_and_in_order(tmp_path: Path) -> None:
    told = [Told("Ja.", f"{word}.", document=name) for word, name in (("Yes", "x"), ("Aye", "y"), ("Yeah", "x"))]
    a = write_run(tmp_path / "a", told)
    b = write_run(tmp_path / "b", [told[1], told[0], told[2], Told("Ja.", "Yep.", document="x")])
    found = match(a, b)
    assert [(pair.a.hypothesis, pair.b.hypothesis) for pair in found.pairs] == [
        ("Aye.", "Aye."), ("Yes.", "Yes."), ("Yeah.", "Yeah."),
    ]  # fmt: skip
    assert [one.hypothesis for one in found.only_b] == ["Yep."]


def test_runs_that_know_no_documents_are_paired_all_the_same(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", [Told("Ja.", "Yes."), Told("Nein.", "No.")])
    b = write_run(tmp_path / "b", [Told("Ja.", "Yes.", document="x"), Told("Ja.", "Aye.", document="y")])
    found = match(a, b)
    assert [(pair.a.hypothesis, pair.b.hypothesis) for pair in found.pairs] == [("Yes.", "Yes.")]
    assert (len(found.only_a), len(found.only_b)) == (1, 1)


def test_nothing_in_common_is_an_error_that_says_why(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", [Told("Ja.", "Yes.")])
    french = write_run(tmp_path / "b", [Told("Ja.", "Oui.", languages=("de", "fr"))])
    with pytest.raises(InputError, match=r"of de → en and .* of de → fr.*same languages"):
        match(a, french)
    with pytest.raises(InputError, match=r"no source segment in common.*same one"):
        match(a, write_run(tmp_path / "c", [Told("Nein.", "No.")]))
    regional = write_run(tmp_path / "d", [Told("Ja.", "Yes.", languages=("de_DE", "en-GB"))])
    assert len(match(a, regional).pairs) == 1


# --- flags ------------------------------------------------------------------------------------------------------------

SAID = "the dog the dog sleeps"
WHOLE = flag("UNRELATED", "tgt", None, None)
LOOP = on(SAID, "the dog", "REPETITION", "tgt")
FLAG_CASES = {
    "the same": (SAID, SAID, LOOP, LOOP, ["persisting"]),
    "another value": (SAID, SAID, LOOP, replace(LOOP, value=3.0), ["changed"]),
    "another score": (SAID, SAID, LOOP, replace(LOOP, score=0.51), ["changed"]),
    "another threshold": (SAID, SAID, LOOP, replace(LOOP, threshold=1.5), ["changed"]),
    "another rule": (SAID, SAID, LOOP, replace(LOOP, rule="other"), ["changed"]),
    "another message": (SAID, SAID, LOOP, replace(LOOP, message="other"), ["changed"]),
    "rounded otherwise": (SAID, SAID, LOOP, replace(LOOP, value=2.0 + 1e-15), ["persisting"]),
    "another category": (SAID, SAID, LOOP, replace(LOOP, category="UNRELATED"), ["fixed", "new"]),
    "moved to words that overlap": (SAID, SAID, LOOP, replace(LOOP, start=4, end=11), ["changed"]),
    "moved to other words": (SAID, SAID, LOOP, on(SAID, "sleeps", "REPETITION", "tgt"), ["fixed", "new"]),
    "the same words elsewhere": (SAID, f"now {SAID}", LOOP, replace(LOOP, start=4, end=11), ["persisting"]),
    "shares a word of another translation": (
        SAID, "a Dog a Dog", LOOP, on("a Dog a Dog", "a Dog", "REPETITION", "tgt"), ["changed"],
    ),
    "shares no word of another translation": (
        SAID, "it it", LOOP, on("it it", "it it", "REPETITION", "tgt"), ["fixed", "new"],
    ),
    "whole side": (SAID, "it", WHOLE, WHOLE, ["persisting"]),
    "whole side against words": (SAID, SAID, replace(LOOP, start=None, end=None), LOOP, ["fixed", "new"]),
}  # fmt: skip


def stored(flags: tuple[Flag, ...], dismissed: bool = False) -> tuple[StoredFlag, ...]:
    return tuple(
        StoredFlag(
            f"{place:016x}", one.category, one.side, one.start, one.end, one.score, one.rule, one.threshold, one.value,
            one.message, dismissed,
        )
        for place, one in enumerate(flags)
    )  # fmt: skip


def version(
    hypothesis: str, *flags: Flag, dismissed: bool = False, not_checked: tuple[str, ...] = (), chrf: float | None = None
) -> Version:
    return Version(
        0, "x", "Der Hund schläft", hypothesis, ("ref",), "de", "en", "ok", None, chrf, not_checked,
        stored(flags, dismissed),
    )  # fmt: skip


@pytest.mark.parametrize("case", FLAG_CASES)
def test_what_becomes_of_a_flag(case: str) -> None:
    said_a, said_b, in_a, in_b, wanted = FLAG_CASES[case]
    changes = pair_changes(Pair(version(said_a, in_a), version(said_b, in_b)))
    assert [change.kind for change in changes] == wanted


def test_dismissed_flags_stand_apart_in_whichever_run_they_were_dismissed() -> None:
    kept, rejected = version(SAID, LOOP), version(SAID, LOOP, dismissed=True)
    for pair in (
        Pair(kept, rejected),
        Pair(rejected, kept),
        Pair(rejected, version(SAID)),
        Pair(version(SAID), rejected),
    ):
        assert [change.kind for change in pair_changes(pair)] == ["dismissed"]


def test_what_the_other_run_did_not_check_is_neither_new_nor_fixed() -> None:
    unable = version(SAID, not_checked=("REPETITION",))
    for pair in (Pair(unable, version(SAID, LOOP)), Pair(version(SAID, LOOP), unable)):
        assert [change.kind for change in pair_changes(pair)] == ["unchecked"]


def spans(length: int) -> st.SearchStrategy[Flag]:
    return st.builds(
        lambda category, start, size, score: flag(category, "tgt", start, min(start + size, length), score=score),
        st.sampled_from(CATEGORIES[:2]), st.integers(0, length), st.integers(0, length), st.sampled_from([0.2, 0.7]),
    )  # fmt: skip


@given(st.lists(spans(len(SAID)), max_size=5), st.lists(spans(len(SAID)), max_size=5), st.booleans())
def test_each_flag_of_both_runs_is_told_of_once(in_a: list[Flag], in_b: list[Flag], same: bool) -> None:
    a, b = version(SAID, *in_a), version(SAID if same else "the cat the cat sleeps", *in_b)
    changes = pair_changes(Pair(a, b))
    for side, flags in (("a", a.flags), ("b", b.flags)):
        told = [getattr(change, side) for change in changes if getattr(change, side) is not None]
        assert sorted(one.id for one in told) == sorted(one.id for one in flags)
    assert all(change.a and change.b for change in changes if change.kind in ("persisting", "changed"))
    assert [change.kind for change in pair_changes(Pair(a, a))] == ["persisting"] * len(in_a)


# --- rates ------------------------------------------------------------------------------------------------------------


def test_newcombe_gives_the_interval_of_the_paper() -> None:
    """Newcombe 1998, Statistics in Medicine 17: 2635, Table II: 36, 12, 2, 0 by method 10."""
    assert newcombe(both=36, new=12, fixed=2, total=50) == pytest.approx((0.0569, 0.3404), abs=5e-5)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_intervals_hold_the_difference_and_turn_round_with_it(both: int, new: int, fixed: int, neither: int) -> None:
    total = max(both + new + fixed + neither, 1)
    low, high = newcombe(both, new, fixed, total)
    assert -1 <= low <= (new - fixed) / total <= high <= 1
    assert newcombe(both, fixed, new, total) == pytest.approx((-high, -low))


def flagged(*letters: str) -> list[Told]:
    """A segment for each letter: "f" flagged, "-" not, "?" not checked."""
    return [
        Told(
            f"Satz {place}.", "Said.", flags=(flag("OMISSION", "src", 0, 4),) if letter == "f" else (),
            not_checked=("OMISSION",) if letter == "?" else (),
        )
        for place, letter in enumerate(letters)
    ]  # fmt: skip


def test_rates_are_of_what_both_checked_and_p_is_the_exact_binomial(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", flagged(*"ff--------?f"))
    b = write_run(tmp_path / "b", flagged(*"f-ffffff--f?"))
    [omission] = [rate for rate in rate_changes(match(a, b)) if rate.category == "OMISSION"]
    assert (omission.a.flagged, omission.b.flagged, omission.a.checked, omission.b.checked) == (2, 7, 10, 10)
    assert (omission.new, omission.fixed) == (6, 1)
    assert omission.p_value == pytest.approx(2 * sum(math.comb(7, k) for k in (0, 1)) / 2**7)
    assert omission.difference == pytest.approx(0.5)
    nothing = write_run(tmp_path / "c", flagged(*"?" * 12))
    unchecked = rate_changes(match(a, nothing))[0]
    assert unchecked.p_value is None and unchecked.difference is None and unchecked.a == Rate(0, 0, None, None)


# --- gains and settings -----------------------------------------------------------------------------------------------


def test_the_gain_is_chrf_and_the_fall_of_suspicion_and_orders_the_segments(tmp_path: Path) -> None:
    a, b = write_run(tmp_path / "a", night_a()), write_run(tmp_path / "b", night_b())
    found = segment_changes(match(a, b))
    chrf = [dict(zip(run.segments.id, run.segments.chrf, strict=True)) for run in (a, b)]
    falls = {"line-1": -0.8, "line-3": 0.6, "line-5": 0.7, "line-6": 0.4 - 0.5 - 0.9}
    for item in found:
        name = item.pair.b.id
        assert item.gain == pytest.approx((chrf[1][name] - chrf[0][name]) / 100 + falls.get(name, 0.0))
    sizes = [abs(item.gain) for item in found]
    assert sizes == sorted(sizes, reverse=True) and len(found) == 6


def test_flags_that_cannot_be_compared_move_no_gain() -> None:
    told = replace(version(SAID, LOOP), chrf=None)
    pairs = [Pair(told, version(SAID, not_checked=("REPETITION",))), Pair(told, version(SAID, LOOP, dismissed=True))]
    assert [item.gain for item in _changes(pairs[0])] == [0.0]
    assert [item.gain for item in _changes(pairs[1])] == [0.0]


def _changes(pair: Pair) -> tuple[SegmentChange, ...]:
    return segment_changes(Matched((pair,), (), ()))


def test_settings_that_differ_are_named(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", night_a(), Made("one"))
    notes = {"settings": {"beam": 4, "rules": "stable", "seed": 1}, "thresholds": {"rules": {"made.up": 2.0}}}
    b = write_run(tmp_path / "b", night_b(), Made("two", RNNSEARCH, notes))
    found = {item.name: (item.a, item.b) for item in setting_changes(a.manifest, b.manifest)}
    assert found["setting: beam"] == ("5", "4") and found["threshold: made.up"] == ("1.0", "2.0")
    assert found["model"] == (None, "rnnsearch-de-en")
    assert found.keys() == {"setting: beam", "threshold: made.up", "model", "model fingerprint"}


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(1, 1000))
def test_no_order_of_the_segments_changes_what_is_found(seed: int) -> None:
    told = [version(str(place), *((LOOP,) if place % 2 else ())) for place in range(6)]
    pairs = [
        Pair(replace(one, index=place, source=str(place)), replace(told[-1 - place], index=place, source=str(place)))
        for place, one in enumerate(told)
    ]
    shuffled = random.Random(seed).sample(pairs, len(pairs))
    one, other = (rate_changes(Matched(tuple(order), (), ())) for order in (pairs, shuffled))
    assert one == other
