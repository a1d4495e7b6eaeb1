"""Corpus-level findings, on made-up runs whose numbers are known because they were planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted_findings import PATH, Made, Position, random_segments, states, tokens, written

from nmt_audit.controls import stratum
from nmt_audit.findings import Findings, Row, findings
from nmt_audit.findings.comparing import LEAST_POSITIONS, LEAST_SEGMENTS, Bootstrap, matched
from nmt_audit.language.pieces import merge
from nmt_audit.records import Array
from nmt_audit.store import Run, open_run


def row(found: tuple[Row, ...], measure: str, state: str, category: str | None) -> Row:
    [one] = [one for one in found if (one.measure, one.state, one.category) == (measure, state, category)]
    return one


# Sources of three words of one piece and `</s>`; the end of a target of two words is position 2.
EARLY = Made(
    "er sah sie", "he saw",
    (Position(2, states([4, 1, 0, 1], [1, -3, 0, 2], [1, 0, 0, -5]), (1.0, 1.0), ("EARLY_EOS",), margins=(6.0, 1.5)),),
    attention=[0.7, 0.2, 0.1, 0.0],
)  # fmt: skip
ORDINARY = Made(
    "er sah sie", "he saw her",
    (Position(3, states([1, 2, 0, 0], [0, 4, -1, 0], [2, 3, 0, 1]), (0.0, 2.0, 2.0), margins=(4.0,)),),
    attention=[0.1, 0.7, 0.2, 0.0],
)  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    run = written(tmp_path_factory.mktemp("planted") / "run", [EARLY] * 12 + [ORDINARY] * 30)
    found = findings(run)
    assert found is not None
    return found


def test_what_it_is_about(planted: Findings) -> None:
    assert (planted.rules, planted.states, planted.categories) == ("stable", PATH, ("EARLY_EOS",))
    assert (planted.flagged_positions, planted.flagged_segments) == (12, 12)
    assert (planted.control_positions, planted.control_segments) == (30, 30)
    assert (planted.blown_up, planted.excluded_of) == (0, 42 * len(PATH))


@pytest.mark.parametrize(
    ("finding", "measure", "state", "flagged", "control"),
    [
        ("attention", "differs", "context", 0.0, 0.0),
        ("attention", "differs", "output", 1.0, 0.0),
        ("attention", "differs", "logit", 1.0, 0.0),
        ("layers", "same", "context", 0.0, 1.0),
        ("layers", "same", "output", 0.0, 1.0),
        ("context", "source", "context", 5 / 8, 3 / 7),
        ("context", "end", "context", 1 / 8, 0.0),
        ("context", "prefix", "context", 2 / 8, 4 / 7),
        ("context", "source", "logit", 1 / 8, 5 / 10),
        ("context", "end", "logit", 5 / 8, 1 / 10),
        ("context", "prefix", "logit", 2 / 8, 4 / 10),
        ("ends", "end", "output", 2 / 8, 0.0),
        ("ends", "end", "logit", 5 / 8, 1 / 10),
        ("ends", "margin", "logit", 1.5, 4.0),
    ],
)
def test_what_was_planted_is_found(
    planted: Findings, finding: str, measure: str, state: str, flagged: float, control: float
) -> None:
    for category in (None, "EARLY_EOS") if finding != "ends" else ("EARLY_EOS",):
        found = row(getattr(planted, finding), measure, state, category)
        for estimate, value in (
            (found.flagged, flagged), (found.control, control), (found.difference, flagged - control)
        ):  # fmt: skip
            assert estimate is not None
            # All positions are alike, so the interval has no width.
            assert (estimate.value, estimate.low, estimate.high) == pytest.approx((value, value, value), abs=1e-8)


def test_correlations_are_spearmans(planted: Findings) -> None:
    # context: |R| 4 1 0 1 has the ranks 3, 1.5, 0, 1.5; attention .7 .2 .1 0 has 3, 2, 1, 0.
    with_attention = row(planted.attention, "correlation", "context", None).flagged
    assert with_attention is not None
    assert with_attention.value == pytest.approx(np.corrcoef([3, 1.5, 0, 1.5], [3, 2, 1, 0])[0, 1], abs=1e-8)
    # output: |R| 1 3 0 2 has the ranks 1, 3, 0, 2.
    between = row(planted.layers, "correlation", "context", None)
    assert between.next_state == "output"
    assert between.flagged is not None
    assert between.flagged.value == pytest.approx(np.corrcoef([3, 1.5, 0, 1.5], [1, 3, 0, 2])[0, 1], abs=1e-8)


def test_what_goes_with_an_early_end(tmp_path: Path) -> None:
    def with_flags(*flags: str) -> Made:
        return replace(EARLY, positions=(replace(EARLY.positions[0], flags=flags),))

    segments = [with_flags("EARLY_EOS", "OMISSION")] * 3 + [with_flags("EARLY_EOS")] + [with_flags("OMISSION")]
    found = findings(written(tmp_path / "run", [*segments, *[ORDINARY] * 9]))
    assert found is not None
    [omission] = found.together
    assert omission.category == "OMISSION"
    assert omission.with_early is not None
    assert omission.without_early is not None
    assert (omission.with_early.hits, omission.with_early.total) == (3, 4)
    assert (omission.without_early.hits, omission.without_early.total) == (1, 10)
    assert omission.with_early.low < omission.with_early.value == 0.75 < omission.with_early.high


def test_too_few_positions_give_no_number_and_too_few_segments_no_interval(tmp_path: Path) -> None:
    few = findings(written(tmp_path / "few", [EARLY] * (LEAST_POSITIONS - 1) + [ORDINARY] * 30))
    assert few is not None
    assert row(few.context, "end", "logit", None).flagged is None
    many = replace(
        EARLY,
        positions=(
            *EARLY.positions,
            replace(EARLY.positions[0], position=0, prefix=()),
        ),
    )
    run = written(tmp_path / "narrow", [many] * (LEAST_SEGMENTS - 1) + [ORDINARY] * 3)
    narrow = findings(run)
    assert narrow is not None
    of_all = row(narrow.context, "end", "logit", None)
    assert of_all.flagged is not None
    assert (of_all.flagged.positions, of_all.flagged.segments) == (2 * LEAST_SEGMENTS - 2, LEAST_SEGMENTS - 1)
    assert (of_all.flagged.low, of_all.flagged.high) == (None, None)
    assert (of_all.control, of_all.difference) == (None, None)


def test_positions_that_no_control_is_like_are_left_out_and_counted(tmp_path: Path) -> None:
    first = replace(
        EARLY, positions=(Position(0, states([9, 0, 0, 0], [9, 0, 0, 0], [9, 0, 0, 0]), (), ("UNRELATED",)),)
    )
    found = findings(written(tmp_path / "run", [EARLY] * 12 + [first] * 5 + [ORDINARY] * 30))
    assert found is not None
    of_all = row(found.context, "end", "logit", None)
    assert of_all.unmatched == 5
    assert of_all.flagged is not None
    assert (of_all.flagged.positions, of_all.flagged.value) == (12, 5 / 8)


def test_controls_count_as_much_as_the_positions_they_stand_for(tmp_path: Path) -> None:
    """Two lengths: flagged positions 30 to 10, controls 10 to 30, and relevance hangs on the length alone."""
    words = ("er sah sie", "er sah sie und den Hof am See")
    end = {words[0]: [1, 0, 0, 3], words[1]: [3, 0, 0, 0, 0, 0, 0, 0, 1]}

    def made(source: str, flags: tuple[str, ...]) -> Made:
        return Made(source, "he saw", (Position(2, states(*[end[source]] * 3), (0.0, 0.0), flags),))

    segments = [
        *[made(words[0], ("EARLY_EOS",))] * 30, *[made(words[1], ("EARLY_EOS",))] * 10,
        *[made(words[0], ())] * 10, *[made(words[1], ())] * 30,
    ]  # fmt: skip
    found = findings(written(tmp_path / "run", segments))
    assert found is not None
    of_end = row(found.ends, "end", "logit", "EARLY_EOS")
    assert of_end.flagged is not None
    assert of_end.control is not None
    assert of_end.difference is not None
    assert of_end.flagged.value == of_end.control.value == (30 * 3 / 4 + 10 * 1 / 4) / 40
    assert of_end.difference.value == 0


def test_dismissed_flags_and_blown_up_relevance_do_not_count(tmp_path: Path) -> None:
    rejected = replace(EARLY, positions=(replace(EARLY.positions[0], dismissed=True),))
    noise = {**EARLY.positions[0].source, "output": [1e5, -1e5, 3, 2], "logit": [float("nan"), 1, 2, 3]}
    blown = replace(EARLY, positions=(replace(EARLY.positions[0], source=noise),))
    found = findings(written(tmp_path / "run", [EARLY] * 12 + [rejected] * 3 + [blown] * 4 + [ORDINARY] * 20))
    assert found is not None
    assert found.flagged_positions == 16
    assert (found.blown_up, found.excluded_of) == (8, 36 * len(PATH))
    counts = {state: row(found.context, "end", state, None).flagged for state in PATH}
    assert {state: one and one.positions for state, one in counts.items()} == {"context": 16, "output": 12, "logit": 12}
    pairs = row(found.layers, "same", "context", None).flagged
    assert pairs is not None
    assert pairs.positions == 12


def test_pieces_of_a_word_are_added_before_anything_is_compared(tmp_path: Path) -> None:
    """“gegangen” is three pieces whose relevance cancels: the first word is the other one."""
    values = states(*[[5.0, -5.0, 1.0, 2.0, 0.0]] * 3)
    made = Made(
        "gegangen er", "went", (Position(1, values, (0.0,), ("EARLY_EOS",)),), attention=[0.3, 0.3, 0.3, 0.1, 0]
    )
    found = findings(written(tmp_path / "run", [made] * 12))
    assert found is not None
    for measure, value in (("differs", 1.0), ("correlation", 0.5)):
        flagged = row(found.attention, measure, "logit", None).flagged
        assert flagged is not None
        assert flagged.value == pytest.approx(value)


def test_a_model_without_attention_has_no_first_finding(tmp_path: Path) -> None:
    found = findings(written(tmp_path / "run", [replace(EARLY, attention=None)] * 12))
    assert found is not None
    assert found.attention == ()
    assert row(found.context, "end", "logit", None).flagged is not None


def test_a_run_without_explanations_has_no_findings(tmp_path: Path) -> None:
    run = written(tmp_path / "run", [ORDINARY] * 3)
    assert findings(run) is None
    assert findings(Run(run.directory, {"settings": {"rules": None}})) is None
    nothing = replace(EARLY, positions=(replace(EARLY.positions[0], source={}),))
    assert findings(written(tmp_path / "nothing explained", [nothing] * 3)) is None


# --- the slow twin ----------------------------------------------------------------------------------------------------


def slow_ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) - 1) / 2 for value in values]


def slow_words(values: Array, text: str) -> list[float]:
    groups = merge(tokens(text), text, "de")
    return [abs(sum(float(values[token]) for token in group.tokens)) for group in groups]


def slow_correlations(run: Run) -> dict[str, dict[tuple[str, int], float]]:
    """Purpose → (segment, position) → Spearman's correlation of attention and |R| of the logit, from the frames."""
    texts = run.segments.set_index("id")
    found: dict[str, dict[tuple[str, int], float]] = {"flag": {}, "control": {}}
    for one in run.explanations.itertuples():
        if (one.state, one.rules) == ("logit", "stable") and pd.isna(one.against):
            segment = texts.loc[one.segment_id]
            attention = segment.attention.reshape(len(segment.target_pieces), -1)[one.position]
            left, right = (
                slow_ranks(slow_words(values, segment.source)) for values in (one.source_relevance, attention)
            )
            if len(set(left)) > 1 and len(set(right)) > 1:
                found[one.purpose][one.segment_id, one.position] = float(np.corrcoef(left, right)[0, 1])
    return found


def test_the_correlation_with_attention_agrees_with_loops_over_the_frames(tmp_path: Path) -> None:
    run = written(tmp_path / "run", random_segments(80))
    texts = run.segments.set_index("id")
    slow = slow_correlations(run)

    def of(key: tuple[str, int]) -> tuple[int, int]:
        segment = texts.loc[key[0]]
        return stratum(key[1], len(segment.target_pieces), len(segment.source_pieces))

    controls: dict[tuple[int, int], list[float]] = {}
    for key, value in slow["control"].items():
        controls.setdefault(of(key), []).append(value)
    expected = []
    for key in slow["flag"]:
        place, length = of(key)
        nearest = min((one for one in controls if one[0] == place), key=lambda one: (abs(one[1] - length), one[1]))
        expected.append(np.mean(controls[nearest]))
    found = findings(run)
    assert found is not None
    fast = row(found.attention, "correlation", "logit", None)
    assert fast.flagged is not None
    assert fast.control is not None
    assert fast.flagged.positions == len(slow["flag"])
    assert fast.flagged.value == pytest.approx(np.mean(list(slow["flag"].values())), abs=1e-8)
    assert fast.control.value == pytest.approx(np.mean(expected), abs=1e-8)


def test_the_same_run_gives_the_same_findings(tmp_path: Path) -> None:
    run = written(tmp_path / "run", random_segments(30))
    assert findings(run) == findings(open_run(tmp_path / "run")) is not None


# --- intervals --------------------------------------------------------------------------------------------------------


def test_the_bootstrap_knows_that_positions_of_a_segment_go_together() -> None:
    """Five positions of a segment with one value are worth one: the interval is that of 400 independent values."""
    generator = np.random.default_rng(3)
    values = np.repeat(generator.normal(size=400), 5)
    segment = np.repeat(np.arange(400), 5)
    estimate, _ = Bootstrap(1).mean(values, np.ones(2000), segment, 0)
    assert estimate.low is not None
    assert estimate.high is not None
    width = 2 * 1.96 * values.std() / np.sqrt(400)
    assert estimate.high - estimate.low == pytest.approx(width, rel=0.1)
    assert estimate.low < estimate.value < estimate.high


def test_matching_takes_the_nearest_length_at_the_same_place() -> None:
    flagged = Counter({stratum(0, 9, length): count for length, count in ((5, 2), (40, 3), (100, 1))})
    flagged[stratum(8, 9, 5)] = 4
    controls = Counter({stratum(0, 9, 5): 4, stratum(0, 9, 60): 2})
    weights, unmatched = matched(flagged, controls)
    assert weights == {stratum(0, 9, 5): 2 / 4, stratum(0, 9, 60): 4 / 2}
    assert unmatched == 4


def test_of_many_flagged_segments_some_are_drawn_by_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt_audit.findings.measuring.MOST_SEGMENTS", 20)
    run = written(tmp_path / "run", random_segments(60))
    found = findings(run)
    other = findings(Run(run.directory, {"settings": {**run.manifest["settings"], "seed": 8}}))
    assert found is not None
    assert other is not None
    assert (found.flagged_segments, found.sampled_of) == (other.flagged_segments, other.sampled_of) == (20, 30)
    assert found.control_segments == 30
    assert found.flagged_positions != other.flagged_positions or found.context != other.context
    assert found == findings(open_run(tmp_path / "run"))
