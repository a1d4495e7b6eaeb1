"""Cohen's κ of reviewers: the published examples, the standard error by another way, and what counts as the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from reviewed import verdicts

from nmt_audit.agreement import agreements, cohens_kappa


@dataclass(frozen=True)
class Suspect:
    id: str
    category: str = "OMISSION"
    rule: str = "omission.length"


def table(*rows: tuple[float, ...]) -> dict[tuple[str, str], float]:
    return {(str(row), str(column)): count for row, line in enumerate(rows) for column, count in enumerate(line)}


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        # 50 proposals, two readers, 20 yes-yes and 15 no-no: p_o = 0.7, p_e = 0.5
        (table((20, 5), (10, 15)), 0.4),
        # Fleiss, Statistical Methods for Rates and Proportions: 100 diagnoses, p_o = 0.89, p_e = 0.66
        (table((75, 1, 4), (5, 4, 1), (0, 0, 10)), 23 / 34),
        # the same p_o = 0.6 and other margins
        (table((45, 15), (25, 15)), 0.130435),
        (table((25, 35), (5, 35)), 0.259259),
        (table((1, 0), (0, 1)), 1.0),
        (table((0, 5), (5, 0)), -1.0),
    ],
)
def test_kappa_is_that_of_the_examples(counts: dict[tuple[str, str], float], kappa: float) -> None:
    found = cohens_kappa(counts)
    assert found is not None and found[0] == pytest.approx(kappa, abs=1e-6)


def kappa_of(shares: Mapping[tuple[str, str], float]) -> float:
    """The definition, one loop per index; `shares` add up to 1."""
    names = sorted({name for pair in shares for name in pair})
    cell = {(one, other): shares.get((one, other), 0.0) for one, other in product(names, names)}
    observed = sum(cell[name, name] for name in names)
    chance = sum(
        sum(cell[name, other] for other in names) * sum(cell[other, name] for other in names) for name in names
    )
    return (observed - chance) / (1 - chance)


@pytest.mark.parametrize(
    "counts",
    [
        table((20, 5), (10, 15)),
        table((75, 1, 4), (5, 4, 1), (0, 0, 10)),
        table((5, 0, 2), (1, 7, 0), (3, 2, 1)),
        table((1, 9), (2, 0)),
    ],
)
def test_the_standard_error_is_that_of_the_delta_method(counts: dict[tuple[str, str], float]) -> None:
    """The slow twin: slopes of κ by the cells, as a difference quotient, and the multinomial's variance."""
    total, step = sum(counts.values()), 1e-6
    shares = {cell: count / total for cell, count in counts.items()}

    def moved(cell: tuple[str, str], by: float) -> float:
        # Shares that add up to 1 no more would not be shares: the definition is taken on the scaled ones.
        changed = {**shares, cell: shares[cell] + by}
        whole = sum(changed.values())
        return kappa_of({name: share / whole for name, share in changed.items()})

    slopes = {cell: (moved(cell, step) - moved(cell, -step)) / (2 * step) for cell in counts}
    mean = sum(shares[cell] * slopes[cell] for cell in counts)
    variance = sum(shares[cell] * (slopes[cell] - mean) ** 2 for cell in counts) / total
    found = cohens_kappa(counts)
    assert found is not None
    assert found[0] == pytest.approx(kappa_of(shares))
    assert found[1] == pytest.approx(sqrt(variance), rel=1e-5)


@pytest.mark.parametrize("counts", [{}, table((7, 0), (0, 0)), table((0, 0), (0, 3))])
def test_where_chance_agrees_on_everything_there_is_no_kappa(counts: dict[tuple[str, str], float]) -> None:
    assert cohens_kappa(counts) is None


def answers(tmp_path: Path, reviewer: str, said: str, **more: Any) -> list[Any]:
    """One verdict per flag f0, f1, …: c, r, u, or - for none."""
    words = {"c": "confirm", "r": "reject", "u": "unsure"}
    rows = [
        {"flag_id": f"f{number}", "verdict": words[letter], "category": None, "reviewer": reviewer, **more}
        for number, letter in enumerate(said)
        if letter != "-"
    ]
    return list(verdicts(tmp_path, *rows))


FLAGS = [Suspect(f"f{number}", "OMISSION" if number < 4 else "NEGATION") for number in range(8)]


def test_a_pair_is_counted_over_the_flags_that_both_answered(tmp_path: Path) -> None:
    given = answers(tmp_path, "ben", "ccrr-cr-") + answers(tmp_path, "anna", "ccru-rr-")
    whole, negation, omission = agreements(FLAGS, given)
    assert (whole.first, whole.second, whole.category) == ("anna", "ben", None)
    assert (whole.flags, whole.same) == (6, 4) and whole.observed == 4 / 6
    assert (omission.category, omission.flags, omission.same) == ("OMISSION", 4, 3)
    assert (negation.category, negation.flags, negation.same) == ("NEGATION", 2, 1)
    # anna: c c r u r r, ben: c c r r c r; p_e = (2·3 + 3·3 + 1·0) / 36
    assert whole.kappa == pytest.approx((4 / 6 - 15 / 36) / (1 - 15 / 36))
    assert whole.kappa is not None and whole.low is not None and whole.high is not None
    assert -1 <= whole.low < whole.kappa < whole.high <= 1


def test_another_category_is_a_no_to_the_flags_own(tmp_path: Path) -> None:
    given = answers(tmp_path, "anna", "cc", category="NEGATION") + answers(tmp_path, "ben", "rc")
    (whole, _) = agreements(FLAGS, given)
    assert (whole.flags, whole.same) == (2, 1)


def test_only_the_latest_answer_counts_and_unknown_flags_and_missed_ones_do_not(tmp_path: Path) -> None:
    given = answers(tmp_path, "anna", "cc") + answers(tmp_path, "ben", "rc", at="2024-05-18")
    given += answers(tmp_path, "ben", "cc")
    others = [{"flag_id": name, "reviewer": who} for name in ("gone", None) for who in ("anna", "ben")]
    given += verdicts(tmp_path, *others)
    (whole, _) = agreements(FLAGS, given)
    assert (whole.flags, whole.same) == (2, 1)


def test_three_reviewers_are_three_pairs_and_one_is_none(tmp_path: Path) -> None:
    three = [verdict for name in ("c", "a", "b") for verdict in answers(tmp_path, name, "cr")]
    assert [(one.first, one.second) for one in agreements(FLAGS, three) if one.category is None] == [
        ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip
    assert agreements(FLAGS, answers(tmp_path, "anna", "crcr")) == ()
    assert agreements(FLAGS, answers(tmp_path, "anna", "cr--") + answers(tmp_path, "ben", "--cr")) == ()


def test_full_agreement_has_no_interval(tmp_path: Path) -> None:
    """Its standard error is 0 for two flags as for two thousand."""
    (whole, _) = agreements(FLAGS, answers(tmp_path, "anna", "cr") + answers(tmp_path, "ben", "cr"))
    assert (whole.kappa, whole.low, whole.high) == (1.0, None, None)
