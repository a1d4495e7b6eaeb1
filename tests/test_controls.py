"""Which segments are explained in full, and which unflagged positions flagged ones are compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from nmt_audit.controls import END, LENGTHS, Control, Drawn, Pool, Stratum, stratum
from nmt_audit.further import LONGEST as FULL_LENGTH
from nmt_audit.further import Suspects
from nmt_audit.records import Audited, Evidence, Flag, Segment, Token

LONGEST = 50


def segment(
    number: int, source: int, target: int, flagged: Mapping[str, tuple[int, ...]] | None = None, score: float = 0.5
) -> Audited:
    """A segment of so many tokens; category → the positions that its flag points at."""
    numbers = np.zeros(target)
    left, right = (tuple(Token("x", 1, 2 * i, 2 * i + 1) for i in range(count)) for count in (source, target))
    evidence = Evidence(
        left, right, numbers, numbers, numbers.astype(int), numbers, numbers.astype(int), None, numbers, 0.0
    )
    flags = tuple(
        Flag(category, "tgt", None, None, score, "rule", 1.0, 2.0, "", positions)
        for category, positions in (flagged or {}).items()
    )
    pair = Segment(str(number), f"source {number}", "de", "en", hypothesis=f"target {number}")
    return Audited(pair, "ok", None, evidence, {}, flags, tuple("f" for _ in flags))


def clean(count: int, source: int, target: int, first: int = 100) -> list[Audited]:
    return [segment(first + number, source, target) for number in range(count)]


def draw(audited: Sequence[Audited], most: int, seed: int) -> Drawn:
    pool = Pool(most, seed, LONGEST)
    for number, item in enumerate(audited):
        pool.add(number, item)
    return pool.drawn()


def strata_of(audited: Sequence[Audited], controls: Sequence[Control]) -> Counter[Stratum]:
    found: Counter[Stratum] = Counter()
    for one in controls:
        evidence = audited[one.segment].evidence
        assert evidence is not None
        found[stratum(one.position, len(evidence.target_tokens), len(evidence.source_tokens))] += 1
    return found


def test_strata() -> None:
    assert [stratum(j, 9, LENGTHS[0]).place for j in range(9)] == [0, 0, 1, 1, 2, 2, 3, 3, END]
    assert stratum(0, 1, 5) == Stratum(END, 0)
    assert [stratum(0, 9, length).length for length in (LENGTHS[0], LENGTHS[0] + 1, 10_000)] == [0, 1, len(LENGTHS)]


def test_controls_are_spread_as_flagged_positions_are() -> None:
    audited = [
        segment(1, 8, 9, {"UNRELATED": (0, 1)}),
        segment(2, 8, 9, {"UNRELATED": (4,)}),
        segment(3, 25, 9, {"UNRELATED": (0,)}),
        *clean(40, 8, 9),
        *clean(40, 25, 9, 200),
        *clean(40, 60, 70, 300),
    ]
    found = draw(audited, 20, 1)
    # Half of the flagged positions are of the first kind, a quarter of each other one.
    assert strata_of(audited, found.controls) == {Stratum(0, 1): 10, Stratum(2, 1): 5, Stratum(0, 4): 5}
    assert found.strata == 3
    assert not any(audited[one.segment].flags for one in found.controls)


def test_each_category_has_the_same_say() -> None:
    audited = [
        segment(1, 8, 9, {"NEGATION": tuple(range(8))}),
        segment(2, 8, 9, {"EARLY_EOS": (8,)}),
        *clean(100, 8, 9),
    ]
    found = strata_of(audited, draw(audited, 40, 1).controls)
    assert found == {Stratum(END, 1): 20, **{Stratum(place, 1): 5 for place in range(4)}}


def test_what_a_stratum_lacks_comes_from_those_of_like_length() -> None:
    audited = [segment(1, 25, 9, {"UNRELATED": (8,)}), *clean(2, 25, 9), *clean(2, 11, 9, 200), *clean(9, 5, 9, 300)]
    found = strata_of(audited, draw(audited, 6, 1).controls)
    assert found == {Stratum(END, 4): 2, Stratum(END, 2): 2, Stratum(END, 0): 2}


def test_they_hang_on_the_seed_and_the_texts_not_on_the_order() -> None:
    audited = [segment(1, 8, 9, {"UNRELATED": (0, 5)}), *clean(100, 8, 9)]

    def drawn(items: Sequence[Audited], seed: int) -> set[tuple[str, int]]:
        found = draw(items, 12, seed).controls
        assert len(found) == 12
        return {(items[one.segment].segment.source, one.position) for one in found}

    assert drawn(audited, 1) == drawn(audited[::-1], 1)
    assert drawn(audited, 1) != drawn(audited, 2)
    places = [control.segment for control in draw(audited, 12, 1).controls]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "audited",
    [
        [], clean(5, 8, 9), [segment(1, 8, 9, {"UNRELATED": (3,)})],
        [segment(1, 8, 60, {"NEGATION": (3,)}), *clean(5, 8, 9)],
    ],
    ids=["nothing", "no flag", "no clean segment", "flags of a segment over the length"],
)  # fmt: skip
def test_there_may_be_none(audited: Sequence[Audited]) -> None:
    assert draw(audited, 10, 1).controls == ()


def test_none_are_drawn_where_none_are_wanted() -> None:
    audited = [segment(1, 8, 9, {"UNRELATED": (0,)}), *clean(3, 8, 9)]
    assert len(draw(audited, 2, 1).controls) == 2
    assert draw(audited, 0, 1).controls == ()


def test_the_most_suspicious_segments_of_a_fitting_length_are_shown_in_full() -> None:
    flagged = {"UNRELATED": (0,)}
    audited = [
        segment(1, 8, 9, flagged, 0.3), segment(2, 8, 9), segment(3, 8, 9, flagged, 0.9),
        segment(4, FULL_LENGTH + 1, 9, flagged, 0.8), segment(5, FULL_LENGTH, FULL_LENGTH, flagged, 0.7),
        segment(6, 8, FULL_LENGTH + 1, flagged, 0.2), segment(7, 8, 9, flagged, 0.3),
        replace(segment(8, 8, 9, flagged, 1.0), dismissed=(True,)), replace(segment(9, 8, 9, flagged), evidence=None),
    ]  # fmt: skip
    for most, wanted, too_long in ((9, "3517", 2), (3, "351", 1), (1, "3", 0), (0, "", 0)):
        suspects = Suspects(most)
        for number, item in enumerate(audited):
            suspects.add(number, item)
        shown, left_out = suspects.shown()
        assert ("".join(item.segment.id for item in shown), left_out) == (wanted, too_long)
