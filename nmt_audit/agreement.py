"""How far reviewers agree: Cohen's κ for each pair of them, over the flags that both answered.

κ = (p_o − p_e) / (1 − p_e): p_o is the share of flags on which the two say the same, p_e the share that would come
about by chance from how often each says what (J. Cohen 1960, A coefficient of agreement for nominal scales). Its
interval rests on the large-sample standard error of Fleiss, Cohen and Everitt 1969 (Large sample standard errors of
kappa and weighted kappa), the one that does not suppose κ to be 0.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

from nmt_audit.intervals import Z95
from nmt_audit.verdicts import FlagLike, Verdict, answer_of, latest


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers over the flags that both answered. `category` None: flags of all categories together.

    `same`: of `flags`, on how many they said the same, and `observed` as a share. `kappa` is None where chance alone
    would agree on everything, as when both say one thing throughout. `low`, `high`: 95 % interval; None with κ, and
    where nothing, or everything, differs, for the standard error is then 0, whatever the number of flags.
    """

    first: str
    second: str
    category: str | None
    flags: int
    same: int
    observed: float
    kappa: float | None
    low: float | None
    high: float | None


def agreements(flags: Iterable[FlagLike], verdicts: Iterable[Verdict]) -> tuple[Agreement, ...]:
    """Each pair of reviewers that have flags in common: over all of them, then by category; names in their order.

    What counts as the same is confirm, reject or unsure of the flag's own category: who confirms a flag under another
    category rejects it for its own, as in `verdicts.precision`. Flags that `flags` has not, and mistakes that reviewers
    marked themselves, are left out: nothing says that the other looked there.
    """
    category = {flag.id: flag.category for flag in flags}
    answers: dict[str, dict[str, str]] = defaultdict(dict)
    for verdict in latest(verdicts):
        if verdict.flag_id in category:
            answers[verdict.reviewer][verdict.flag_id] = answer_of(verdict, category[verdict.flag_id])
    found = []
    for first, second in combinations(sorted(answers), 2):
        both = sorted(answers[first].keys() & answers[second].keys())
        for name in (None, *sorted({category[flag] for flag in both})):
            pairs = [(answers[first][flag], answers[second][flag]) for flag in both if name in (None, category[flag])]
            if pairs:
                found.append(_agreement(first, second, name, pairs))
    return tuple(found)


def _agreement(first: str, second: str, category: str | None, pairs: Sequence[tuple[str, str]]) -> Agreement:
    same = sum(one == other for one, other in pairs)
    kappa, error = cohens_kappa(Counter(pairs)) or (None, None)
    low = high = None
    if kappa is not None and error:
        low, high = max(kappa - Z95 * error, -1.0), min(kappa + Z95 * error, 1.0)
    return Agreement(first, second, category, len(pairs), same, same / len(pairs), kappa, low, high)


def cohens_kappa(table: Mapping[tuple[str, str], float]) -> tuple[float, float] | None:
    """κ and its standard error from how often the two said what: (first's answer, second's answer) → count.

    None where chance alone would agree on everything, or where the table is empty.
    """
    total = sum(table.values())
    if not total:
        return None
    rows: dict[str, float] = defaultdict(float)
    columns: dict[str, float] = defaultdict(float)
    for (one, other), count in table.items():
        rows[one] += count / total
        columns[other] += count / total
    observed = sum(count for (one, other), count in table.items() if one == other) / total
    chance = sum(rows[name] * columns[name] for name in rows.keys() & columns.keys())
    if 1 - chance < 1e-12:
        return None
    kappa = (observed - chance) / (1 - chance)
    spread = 0.0
    for (one, other), count in table.items():
        # Of a cell: 1 on the diagonal, and how its row and column move what chance agrees on.
        weight = (one == other) - (columns[one] + rows[other]) * (1 - kappa)
        spread += count / total * weight**2
    variance = (spread - (kappa - chance * (1 - kappa)) ** 2) / (total * (1 - chance) ** 2)
    return kappa, sqrt(variance) if variance > 1e-15 else 0.0
