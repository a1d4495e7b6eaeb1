"""How far the maps of a run can be believed: what the audit measured, and how a page says it.

The audit blanks the word that a map ranks first and sees how much the log-probability of the explained word falls. The
*share* is that fall over the fall for the word that costs most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from nmt_audit.report.signature import Manifest
from nmt_audit.report.wording import METHOD, method, percent, plural

FEW = 50  # positions, below which a reader is told how few they were
SOURCE, PREFIX = "source", "prefix"
ERASING = {
    "zero": ("blanking", "Blanking a word puts zeros in the place of its embedding."),
    "unknown": ("replacing", "Replacing a word puts the sign for unknown words in its place."),
    "deletion": ("deleting", "Deleting a word leaves it out, so that the words after it move up."),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """How faithful one map is on one side. None: could not be measured (no position with words to choose from).

    `drop`, `best` and `random` are falls of the log-probability (natural logarithm): for the word that the map ranks
    first, for the word that costs most, and for the mean word. `low` to `high` is a 95 % interval.
    """

    method: str
    rules: str | None
    side: str
    positions: int | None
    share: float | None
    low: float | None
    high: float | None
    correlation: float | None
    drop: float | None
    best: float | None
    random: float | None

    @property
    def shown(self) -> str:
        """The share with its interval, in percent, not to be broken over two lines."""
        if self.low is None or self.high is None:
            return unbroken(percent(self.share))
        return unbroken(f"{percent(self.share)} [{100 * self.low:.0f}, {100 * self.high:.0f}]".replace("-", "−"))

    @property
    def random_share(self) -> float | None:
        """The share of a word drawn at random."""
        return None if self.random is None or not self.best else self.random / self.best


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """What an audit measured on a seeded sample of its own positions."""

    segments: int
    positions: int
    operator: str
    rows: tuple[Measured, ...]

    def of(self, name: str, rules: str | None, side: str) -> Measured | None:
        """The measurement of a map on a side; None where there is none that came to a number."""
        for row in self.rows:
            if (row.method, row.side) == (name, side) and rules in (row.rules, None) and row.share is not None:
                return row
        return None

    def random(self, side: str) -> float | None:
        """The share of a word drawn at random; it is the same for every map of a side."""
        return next((row.random_share for row in self.rows if row.side == side and row.share is not None), None)

    @property
    def sample(self) -> str:
        """What it was measured on, in words."""
        return f"{plural(self.positions, 'position', 'positions')} of {plural(self.segments, 'segment', 'segments')}"

    @property
    def verb(self) -> str:
        """What was done to words: "blanking"."""
        return ERASING.get(self.operator, (f"taking away ({self.operator})", ""))[0]

    @property
    def explained(self) -> str:
        """How it was measured, in words."""
        how = ERASING.get(self.operator, ("", "Words were taken away."))[1]
        return (
            f"{how} What that costs is the fall of the log-probability of the explained word. Means over {self.sample} "
            "of this run, drawn by its seed, with 95 % intervals in brackets. The maps are those for the choice of the "
            "word."
        )


@dataclass(frozen=True, slots=True)
class Belief:
    """The line beside a figure. `measured` is False where the run has no number to show."""

    text: str
    help: str
    measured: bool


def faithfulness(manifest: Manifest) -> Faithfulness | None:
    """What the manifest of a run says; None where nothing was measured, as in runs older than the measurement."""
    found = manifest.get("faithfulness")
    rows = tuple(_measured(row) for row in (found or {}).get("rows") or ())
    if not found or not any(row.share is not None for row in rows):
        return None
    return Faithfulness(found["segments"], found["positions"], found["operator"], rows)


def _measured(row: Any) -> Measured:
    return Measured(*(row.get(name) for name in Measured.__dataclass_fields__))


def unbroken(text: str) -> str:
    """The text with spaces that no line ends at."""
    return text.replace(" ", "\u00a0")


def map_name(name: str, rules: str | None) -> str:
    """A method with its rule set, as the name of a row of a table."""
    return f"{method(name).label}, {rules}" if rules else method(name).label


NOT_MEASURED = Belief(
    "How far this map can be believed was not measured on this run.",
    "The run is older than the measurement, or had too few positions for it.",
    False,
)
WORDS = {SOURCE: "source word", PREFIX: "earlier word"}
Drawn: TypeAlias = Sequence[tuple[str, str | None]]  # method and rule set of each row


def belief(found: Faithfulness | None, drawn: Drawn) -> Belief | None:
    """How far attention and relevance can be believed, as a sentence. None where nothing is drawn."""
    if not drawn:
        return None
    if found is None:
        return NOT_MEASURED
    kinds = sorted(dict.fromkeys(drawn), key=lambda kind: kind[0] == "attention")  # relevance leads
    clauses = [clause for clause in (_clause(found, kinds, side) for side in WORDS) if clause]
    text = ""
    if clauses:
        first, *others = clauses
        opening = f"On this run, {found.verb} {first[0]} costs {first[1]} of what the costliest does{first[2]}"
        text = "; ".join([opening, *(f"{word}, {share}{beside}" for word, share, beside in others)]) + "."
    few = f"Only {found.sample} could be measured." if found.positions < FEW else ""
    return Belief(" ".join(filter(None, (text, _unmeasured(found, kinds), few))), found.explained, True)


def beliefs(found: Faithfulness | None, drawn: Drawn) -> Belief | None:
    """The same for a list of further methods."""
    if not drawn:
        return None
    kinds = list(dict.fromkeys(drawn))
    if found is None:
        return NOT_MEASURED
    lists = []
    for side, words in ((SOURCE, "source words"), (PREFIX, "earlier words")):
        rows = [row for row in (found.of(*kind, side) for kind in kinds) if row is not None]
        if rows:
            lists.append(f"{words}: {', '.join(f'{method(row.method).prose} {row.shown}' for row in rows)}")
    if not lists:
        return NOT_MEASURED
    opening = f"{found.verb.capitalize()} each method’s first word costs, of what the costliest one does"
    text = f"{opening} — {'; '.join(lists)}."
    return Belief(" ".join(filter(None, (text, _unmeasured(found, kinds)))), found.explained, True)


def _clause(found: Faithfulness, kinds: Drawn, side: str) -> tuple[str, str, str] | None:
    """Which word, its share, and those of the other maps and of a random word."""
    rows = [row for row in (found.of(*kind, side) for kind in kinds) if row is not None]
    if not rows:
        return None
    first, *others = rows
    beside = [f"{method(row.method).prose}’s {row.shown}" for row in others]
    if found.random(side) is not None:
        beside.append(f"a random word {unbroken(percent(found.random(side)))}")
    word = f"the {WORDS[side]} that {method(first.method).prose} ranks first"
    return word, first.shown, f" ({', '.join(beside)})" if beside else ""


def _unmeasured(found: Faithfulness, kinds: Drawn) -> str:
    """Which of the drawn methods have no number at all."""
    missing = [
        method(name).prose for name, rules in kinds if not any(found.of(name, rules, s) for s in (SOURCE, PREFIX))
    ]
    return f"Not measured: {', '.join(missing)}." if missing else ""


def rank(row: Measured) -> tuple[int, str, str]:
    """The order of maps in tables and charts: that of the methods in a figure, with attention behind relevance."""
    order = ["lrp", *(name for name in METHOD if name != "lrp")]
    return order.index(row.method) if row.method in order else len(order), row.method, row.rules or ""
