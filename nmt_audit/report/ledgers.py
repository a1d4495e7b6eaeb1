"""Ledgers as lines: what a value is the sum of, each part with its name; and the warning where one blew up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.report.grid import row_label
from nmt_audit.report.rows import Row
from nmt_audit.report.wording import entry, fixed, number

NEGLIGIBLE = 1e-9  # of the largest part: what rounding leaves between the offset and the sum of its parts


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a value, with the sign that goes before it."""

    sign: str
    label: str
    amount: str
    help: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of a row as a sum."""

    label: str
    value: str
    terms: tuple[Term, ...]


def ledger(row: Row) -> Ledger:
    """The ledger of a row that has one, with the parts of its offset by name."""
    value = row.value if row.value is not None else 0.0
    parts = _parts(row)
    largest = max(abs(value), *(abs(part) for _, part in parts))
    decimals = 2 if not 0 < largest < 1 else min(2 - math.floor(math.log10(largest)), 8)
    terms = []
    for rank, (name, part) in enumerate(parts):
        wording = entry(name)
        sign = ("−" if part < 0 else "+") if rank else ""
        terms.append(Term(sign, wording.label, fixed(abs(part) if rank else part, decimals), wording.help))
    return Ledger(row_label(row), fixed(value, decimals), tuple(terms))


def _parts(row: Row) -> Sequence[tuple[str, float]]:
    """The entries that are not 0, the offset taken apart. What its parts do not account for stays visible."""
    found: list[tuple[str, float]] = []
    for name, part in row.ledger:
        if name != "offset" or not row.offsets:
            found += [(name, part)] if part != 0 or name in ("source", "target") else []
            continue
        found += row.offsets
        sizes = [abs(one) for _, one in row.offsets]
        rest = part - sum(one for _, one in row.offsets)
        if not abs(rest) <= NEGLIGIBLE * max(*sizes, abs(part), 1.0):
            found.append(("rest", rest))
    return found


def warning(row: Row) -> str:
    """What a reader must know of a row that blew up, with the numbers."""
    name, size = row.excess or (None, row.largest)
    rules = f"the rule set “{row.rules}”" if row.rules else "this method"
    if name is None:
        grown = f"relevance is far larger than the value it explains (largest |R| {number(size)}, value"
    else:
        grown = (
            f"the part of the value that belongs to no word is far larger than the value ({entry(name).label} "
            f"{number(size)}, value"
        )
    return (
        f"{row_label(row)}: {grown} {number(row.value)}). On this sentence {rules} does not tell which words mattered: "
        "shares and order mean little."
    )
