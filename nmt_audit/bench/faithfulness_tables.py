"""How true every map is, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nmt_audit.bench.faithfulness import FaithfulnessBench
from nmt_audit.bench.tables import Table
from nmt_audit.relevance.faithfulness import Estimate, Faithfulness, Row

TOKENS = {"own": "the model's own tokens", "forced": "forced tokens (the reference)"}
SIDES = {"source": "source words", "prefix": "earlier target words"}
OPERATORS = {"zero": "zero", "unknown": "<unk>", "deletion": "deleted"}
FALLS = {
    "drop_1": "first word", "drop_2": "first 2", "drop_3": "first 3", "comprehensiveness": "comprehensiveness",
    "sufficiency": "sufficiency",
}  # fmt: skip
NOTHING = "–"

Cell = Callable[[Row], str]


def tables(found: Faithfulness, tokens: str, *, detail: bool) -> list[Table]:
    """Per side the share of the best fall and the rank correlation; with `detail` all other measures and the sizes."""
    made = [table for side in SIDES for table in _of_side(found, tokens, side, detail)]
    return [*made, _sizes(found, tokens)] if detail else made


def markdown(bench: FaithfulnessBench) -> str:
    """All tables under what they rest on, as a document."""
    parts = ["# Faithfulness of relevance maps", _signature(bench), _reading()]
    for tokens, found in bench.measured.items():
        head = f"## {TOKENS[tokens].capitalize()}: {found.segments} segments, {found.positions} positions"
        parts += [head, *(table.markdown() for table in tables(found, tokens, detail=True))]
        refused = [f"- {probe.name}: {reason}" for probe, reason in found.refused.items()]
        if refused:
            parts += ["### Does not apply", "\n".join(refused)]
    return "\n\n".join(parts) + "\n"


def _signature(bench: FaithfulnessBench) -> str:
    settings, found = bench.settings, next(iter(bench.measured.values()))
    drawn = "all positions" if settings.positions is None else f"at most {settings.positions} positions each"
    rows = [
        ("model", f"`{bench.model}`, sha256 `{bench.fingerprint}`"),
        *(("data", f"{name}, sha256 `{digest}`") for name, digest in bench.data.items()),
        ("segments", f"{bench.first} to {bench.last}, {drawn}, drawn by seed {settings.seed}"),
        ("intervals", f"95 %, {found.resamples} bootstrap resamples of the segments, seed {found.seed}"),
        ("versions", ", ".join(f"{name} {number}" for name, number in bench.versions.items())),
        ("command", f"`{bench.command}`"),
    ]
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])


def _reading() -> str:
    return (
        "Words are erased in the order of a map (by signed value; `</s>` and special tokens of the source stay), by a "
        "zero embedding, by `<unk>`, or by deleting them, and the fall of log p of the explained token is measured, in "
        "nats. *Share*: the fall for the map's first word over that for the best word. ρ: Spearman's correlation of "
        "the map with the falls of single words. *Comprehensiveness*: the mean fall when the first 1, 2, 3, 5, 10, "
        "20, 50 % are erased; *sufficiency*: when all others are (smaller is better). *random*: an order by seed; its "
        "first word is the mean over all words. *best*: the order of the falls of single words, best possible for the "
        "first word only. Differences are paired: the same resamples for both maps."
    )


def _of_side(found: Faithfulness, tokens: str, side: str, detail: bool) -> list[Table]:
    of_side = {(row.probe, row.operator): row for row in found.rows if row.side == side}
    names = list(dict.fromkeys(probe for probe, _ in of_side))
    operators = list(dict.fromkeys(operator for _, operator in of_side))
    if not names:
        return []

    def table(title: str, columns: Mapping[str, tuple[str, Cell]]) -> Table:
        """`columns`: head → the operator and what is said of its row."""
        rows = [(p.name, *(cell(of_side[p, operator]) for operator, cell in columns.values())) for p in names]
        return Table(f"{title}: {SIDES[side]}, {TOKENS[tokens]}", ("map", *columns), tuple(rows))

    shares = {f"share, {OPERATORS[o]}": (o, lambda row: _estimate(row.share)) for o in operators}
    orders = {f"ρ, {OPERATORS[o]}": (o, _of("correlation")) for o in operators}
    made = [table("Share of the best fall and rank correlation", {**shares, **orders})]
    if detail:
        for o in operators:
            falls = {
                head: (o, _of(name)) for name, head in FALLS.items() if any(name in row.measures for row in found.rows)
            }
            made.append(table(f"Falls, {OPERATORS[o]}, nats", falls))
        for baseline in dict.fromkeys(name for row in of_side.values() for name in row.differences):
            columns = {
                f"{head}, {OPERATORS[o]}": (o, _minus(baseline, name))
                for name, head in (("drop_1", "fall"), ("correlation", "ρ"))
                for o in operators
            }
            made.append(table(f"Minus that of {baseline}", columns))
    return made


def _of(measure: str) -> Cell:
    return lambda row: _estimate(row.measures.get(measure))


def _minus(baseline: str, measure: str) -> Cell:
    return lambda row: _estimate(row.differences.get(baseline, {}).get(measure), sign="+")


def _estimate(estimate: Estimate | None, sign: str = "") -> str:
    if estimate is None:
        return NOTHING
    numbers = (estimate.value, estimate.low, estimate.high)
    value, low, high = (NOTHING if number is None else f"{number:{sign}.3f}" for number in numbers)
    return value if estimate.low is None else f"{value} [{low}, {high}]"


def _sizes(found: Faithfulness, tokens: str) -> Table:
    """Of the methods that have a ledger."""
    head = ("map", "maps", "largest |R|", "largest account", "ledger open by", "over 100")
    rows: Sequence[tuple[str, ...]] = [
        (
            probe.name, str(one.maps), f"{one.largest:.3g}", f"{one.largest_account:.3g}", f"{one.residual:.1g}",
            str(one.too_large),
        )
        for probe, one in found.sizes.items()
        if one.largest is not None
    ]  # fmt: skip
    return Table(f"Sizes in units of max(1, |value|): {TOKENS[tokens]}", head, tuple(rows))
