"""Thresholds keep their promise on the text they were set on, and survive being written down."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from nmt_audit.checks import Thresholds, calibrate, check_segment, default_thresholds, held_out_counts, strongest
from nmt_audit.checks.calibration import Strongest
from nmt_audit.checks.thresholds import FLOORS, SHIPPED
from nmt_audit.errors import InputError
from nmt_audit.records import CATEGORIES, Segment

NOUNS = ["Hund", "Baum", "Stuhl", "Garten", "Wald"]


def noisy(count: int) -> list[Segment]:
    """Sentences of which many look suspicious to text rules: lengths, numbers, repetition and negations at random."""
    chance = random.Random(7)
    pairs = []
    for number in range(count):
        source = " ".join(chance.choices([*NOUNS, "nicht", "und", "37"], k=chance.randint(4, 20))) + "."
        target = " ".join(chance.choices(["dog", "tree", "the", "not", "garden"], k=chance.randint(1, 20))) + "."
        pairs.append(Segment(str(number), source, "de", "en", hypothesis=target))
    return pairs


def seen(segments: list[Segment]) -> list[Strongest]:
    return [strongest(segment, None) for segment in segments]


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.1])
def test_no_category_is_flagged_more_often_than_asked(rate: float) -> None:
    clean = noisy(300)
    found = calibrate(seen(clean), rate)
    flagged = dict.fromkeys(CATEGORIES, 0)
    for segment in clean:
        for category in {flag.category for flag in check_segment(segment, None, found.thresholds).flags}:
            flagged[category] += 1
    assert found.segments == 300
    assert {category: count / 300 for category, count in flagged.items()} == found.rates
    assert max(found.rates.values()) <= rate


def test_a_looser_rate_uses_its_room() -> None:
    tight, loose = calibrate(seen(noisy(300)), 0.02), calibrate(seen(noisy(300)), 0.2)
    assert all(loose.thresholds[rule] <= tight.thresholds[rule] for rule in SHIPPED)
    assert loose.rates["OMISSION"] > 0.1


def test_rules_that_never_fire_get_their_floor() -> None:
    found = calibrate(seen([Segment("1", "Gut.", "de", "en", hypothesis="Good.")]))
    assert dict(found.thresholds.values) == dict(FLOORS)
    assert calibrate([]).segments == 0


def test_held_out_counts_are_those_of_segments_that_the_thresholds_were_not_set_on() -> None:
    clean = noisy(300)
    counts = held_out_counts(seen(clean), 0.1)
    flagged = dict.fromkeys(CATEGORIES, 0)
    for known, other in ((clean[::2], clean[1::2]), (clean[1::2], clean[::2])):
        thresholds = calibrate(seen(known), 0.1).thresholds
        for segment in other:
            for category in {flag.category for flag in check_segment(segment, None, thresholds).flags}:
                flagged[category] += 1
    assert counts == flagged
    rates = calibrate(seen(clean), 0.1).rates
    assert any(counts[category] / 300 != rates[category] for category in CATEGORIES)


def test_thresholds_are_round_and_survive_a_file(tmp_path: Path) -> None:
    found = calibrate(seen(noisy(300)), dear=1.25).thresholds
    assert all(round(value, 2) == value for value in found.values.values())
    found.save(tmp_path / "thresholds.json")
    loaded = Thresholds.load(tmp_path / "thresholds.json")
    assert loaded == found and loaded.dear == 1.25
    assert "300 clean segments" in loaded.origin


def test_a_rule_that_a_file_does_not_know_keeps_its_shipped_threshold(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.json"
    path.write_text('{"origin": "by hand", "rules": {"negation.lost": 0.3}}')
    loaded = Thresholds.load(path)
    assert loaded["negation.lost"] == 0.3
    assert loaded["omission.length"] == default_thresholds()["omission.length"]


@pytest.mark.parametrize("content", ["", "[]", '{"origin": "x"}', '{"origin": "x", "rules": {"a": "b"}}'])
def test_a_broken_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "thresholds.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"thresholds\.json"):
        Thresholds.load(path)
    with pytest.raises(InputError, match="nowhere"):
        Thresholds.load(tmp_path / "nowhere")
