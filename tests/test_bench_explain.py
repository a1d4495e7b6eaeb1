"""`bench explain` reports what it says: positions, ratios to a forward pass, and all states of a long pair."""

import json

import pytest
from tiny import pairs, tiny_model

from nmt_audit.bench.explain import BATCH, LONG, METHODS, bench_explain
from nmt_audit.bench.lengths import bench_lengths
from nmt_audit.errors import InputError

SOURCES = [source for source, _ in pairs()[:40]]


def test_every_method_is_timed_against_a_forward_pass() -> None:
    model = tiny_model()
    found = bench_explain(model, SOURCES, METHODS, repetitions=2)
    assert [row.method for row in found.rows] == [
        "lrp stable", "lrp signal", "gradient_x_input", "integrated_gradients",
    ]  # fmt: skip
    assert found.segments == BATCH
    assert found.positions >= BATCH
    for row in found.rows:
        assert row.timing.fastest <= row.timing.median <= row.timing.slowest
        assert row.per_second == pytest.approx(found.positions / row.timing.median)
        assert row.forwards == pytest.approx(BATCH / row.per_second / found.forward.median)
    states, tokens = model.states.values(), LONG
    assert found.long_pair_explanations >= len(states) * tokens
    assert json.loads(json.dumps(found.as_dict()))["rows"][0]["method"] == "lrp stable"
    first, second = found.tables()
    assert first.rows[0][0] == "plain forward pass of the batch"
    assert second.rows[0][0] == f"{found.long_pair_explanations} explanations"


def test_too_few_segments_are_refused() -> None:
    with pytest.raises(InputError, match="15 segments: the benchmark needs at least 16"):
        bench_explain(tiny_model(), SOURCES[:15], METHODS)


def test_lengths_are_timed_over_pairs_that_reach_them() -> None:
    found = bench_lengths(tiny_model(), SOURCES, (8, 16), pairs=2, repetitions=1)
    short, long = found.lengths
    assert 16 <= short.tokens < long.tokens and long.tokens >= 32
    assert short.positions == long.positions == 16
    assert json.loads(json.dumps(found.as_dict()))["slope"] == found.slope
    assert found.tables()[0].rows[0][:2] == (f"{short.tokens:.0f}", "16")
    with pytest.raises(InputError, match="too short for pairs of 900 tokens"):
        bench_lengths(tiny_model(), SOURCES, (900,), repetitions=1)
