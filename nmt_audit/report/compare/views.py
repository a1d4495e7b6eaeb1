"""Every number and word of the page but for the segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nmt_audit.comparing import Comparison, FlagChanges, Rate, RateChange, ScoreChange, Version
from nmt_audit.comparing.settings import THRESHOLD
from nmt_audit.report.compare.segments import KIND_HELP, ChangedRow, signed
from nmt_audit.report.signature import RunFacts, run_facts
from nmt_audit.report.wording import CATEGORY, Category, category, count, fixed, language_tag, percent, plural, visible

SIGNIFICANT = 0.05
LONELY = 100  # segments of one run alone that are listed
CLIP = 200  # characters of their sources
FLAG_KINDS = ("new", "fixed", "changed", "persisting", "dismissed", "unchecked")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the runs. `letter`: "A" or "B"."""

    letter: str
    role: str
    name: str
    facts: RunFacts
    segments: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A score of both runs."""

    name: str
    a: str
    b: str
    difference: str
    interval: str
    p: str
    verdict: str
    tone: str  # "better", "worse" or "even"
    signature: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """A category of flags in both runs, per 100 segments."""

    category: Category
    a: str
    a_detail: str
    b: str
    b_detail: str
    difference: str
    interval: str
    p: str
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True)
class FlagRow:
    """How many flags of a category are new, fixed and so on, in the order of FLAG_KINDS."""

    category: Category
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lonely:
    """Segments that only one run has."""

    letter: str
    total: int
    title: str
    left_out: str | None
    rows: tuple[tuple[str, str, str], ...]  # identifier, source, language


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind of changed segments, to filter by."""

    key: str
    label: str
    count: str


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Everything on the page."""

    title: str
    heading: str
    a: Side
    b: Side
    lead: str
    notes: tuple[str, ...]
    identical: bool
    scores: tuple[ScoreRow, ...]
    scores_note: str
    rates: tuple[RateRow, ...]
    rates_note: str
    flag_kinds: tuple[tuple[str, str], ...]  # name, help
    flags: tuple[FlagRow, ...]
    flags_empty: str | None
    changed: str | None
    rows: tuple[ChangedRow, ...]
    listed: str
    tabs: tuple[Tab, ...]
    lonely: tuple[Lonely, ...]
    settings: tuple[tuple[str, str, str], ...]
    facts: tuple[tuple[str, str, str], ...]


def compare_page(comparison: Comparison, rows: Sequence[ChangedRow], kinds: Counter[str], shown: int) -> ComparePage:
    """The page. `rows`: the segments that stand on it; `kinds`: how many of the `shown` that its script has are of
    each kind."""
    manifests = (comparison.manifest_a, comparison.manifest_b)
    names = _names(*map(run_facts, manifests))
    a, b = (
        _side(letter, role, name, manifest, comparison)
        for letter, role, name, manifest in zip(
            "AB", ("the baseline", "compared with it"), names, manifests, strict=True
        )
    )
    changed = len(comparison.segments)
    return ComparePage(
        title="Comparison", heading=f"{b.name} compared with {a.name}", a=a, b=b, lead=_lead(comparison),
        notes=tuple(_notes(comparison)), identical=comparison.identical,
        scores=tuple(map(_score, comparison.scores)), scores_note=_scores_note(comparison),
        rates=tuple(map(_rate, comparison.rates)), rates_note=_rates_note(comparison),
        flag_kinds=tuple((name, KIND_HELP[name]) for name in FLAG_KINDS), flags=_flags(comparison.flags),
        flags_empty=None if _any_flags(comparison.flags) else "Neither run suspects anything in the segments of both.",
        changed=None if changed else "No segment of both runs has another translation, another chrF or other flags.",
        rows=tuple(rows), listed=_listed(changed, shown, len(rows)),
        tabs=_tabs(kinds, shown),
        lonely=tuple(
            _lonely(letter, versions)
            for letter, versions in (("A", comparison.matched.only_a), ("B", comparison.matched.only_b))
            if versions
        ),
        settings=tuple((item.name, _value(item.a), _value(item.b)) for item in comparison.settings),
        facts=_facts(a.facts, b.facts),
    )  # fmt: skip


def summary(comparison: Comparison) -> ComparePage:
    """The page without its segments, for a console."""
    return compare_page(comparison, (), Counter(), 0)


def _names(a: RunFacts, b: RunFacts) -> tuple[str, str]:
    """What the runs are called: where both have one name, with what tells them apart, if anything does."""
    if a.name == b.name:
        for one, other, none in ((a.date, b.date, "no date"), (a.model, b.model, "no model")):
            if one != other:
                return f"{a.name} · {one or none}", f"{b.name} · {other or none}"
    return a.name, b.name


def _side(letter: str, role: str, name: str, manifest: Mapping[str, Any], comparison: Comparison) -> Side:
    alone = comparison.matched.only_a if letter == "A" else comparison.matched.only_b
    total = len(comparison.matched.pairs) + len(alone)
    return Side(letter, role, name, run_facts(manifest), count(total))


def _value(text: str | None) -> str:
    return "–" if text is None else visible(text)


def _lead(comparison: Comparison) -> str:
    matched = comparison.matched
    total = len(matched.pairs)
    if comparison.identical:
        return f"{plural(total, 'segment', 'segments')}, each with the same translation and the same flags in both."
    ways = comparison.directions
    return (
        f"{plural(total, 'segment', 'segments')} in both runs: {count(ways['better'])} better in B, "
        f"{count(ways['worse'])} worse, {count(matched.same_translation)} with the same translation. "
        f"{plural(len(comparison.flags.new), 'flag is', 'flags are')} new, {count(len(comparison.flags.fixed))} fixed."
    )


def _notes(comparison: Comparison) -> Iterable[str]:
    matched = comparison.matched
    for letter, manifest in (("A", comparison.manifest_a), ("B", comparison.manifest_b)):
        if manifest.get("state") == "partial":
            yield f"{letter} is a partial run: it was stopped before it had seen every segment."
    for letter, alone in (("A", matched.only_a), ("B", matched.only_b)):
        if alone:
            yield f"{plural(len(alone), 'segment', 'segments')} only in {letter}: not compared, and listed below."
    unlike = sum(pair.references is None for pair in matched.pairs)
    if unlike:
        yield f"{plural(unlike, 'segment has', 'segments have')} other references in B than in A: no score counts them."
    thresholds = [item for item in comparison.settings if item.name.startswith(THRESHOLD)]
    if thresholds:
        yield (
            f"The runs judge by different thresholds ({plural(len(thresholds), 'rule', 'rules')}, see the settings): a "
            "flag may be new or fixed though no word is another."
        )


# --- scores and rates -------------------------------------------------------------------------------------------------


def _score(item: ScoreChange) -> ScoreRow:
    gained = item.difference if item.higher_is_better else -item.difference
    return ScoreRow(
        item.name, fixed(item.a, 1), fixed(item.b, 1), signed(item.difference, 2), _interval(item.low, item.high, 2),
        _p(item.p_value), *_verdict(gained, item.p_value), item.signature,
    )  # fmt: skip


def _rate(item: RateChange) -> RateRow:
    gained = 0.0 if item.difference is None else -item.difference
    verdict = ("not checked in both", "even") if item.p_value is None else _verdict(gained, item.p_value)
    low, high = (None if value is None else 100 * value for value in (item.low, item.high))
    return RateRow(
        category(item.category), _per_hundred(item.a.share), _counted(item.a), _per_hundred(item.b.share),
        _counted(item.b), "–" if item.difference is None else signed(100 * item.difference, 1), _interval(low, high, 1),
        _p(item.p_value), *verdict,
    )  # fmt: skip


def _verdict(gained: float, p: float | None) -> tuple[str, str]:
    if p is None:
        return "not tested", "even"
    if gained == 0:
        return "no difference", "even"
    if p >= SIGNIFICANT:
        return "no clear difference", "even"
    return ("better", "better") if gained > 0 else ("worse", "worse")


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < 0.0005 else fixed(value, 3)


def _interval(low: float | None, high: float | None, decimals: int) -> str:
    return "–" if low is None or high is None else f"{signed(low, decimals)} to {signed(high, decimals)}"


def _per_hundred(share: float | None) -> str:
    return "–" if share is None else fixed(100 * share, 1)


def _counted(rate: Rate) -> str:
    if rate.share is None:
        return "not checked in both runs"
    interval = f"95 % interval {percent(rate.low, 1)} to {percent(rate.high, 1)}"
    return f"{count(rate.flagged)} of {count(rate.checked)}, {interval}"


def _scores_note(comparison: Comparison) -> str:
    if not comparison.scores:
        return "No segment of both runs has a reference that both agree on: there is nothing to score."
    return (
        f"Over the {plural(comparison.scores[0].segments, 'segment', 'segments')} of both runs that have a reference. "
        "Interval and p (two-sided) are sacrebleu's paired bootstrap; better and worse are said where p is below 0.05. "
        "TER counts errors: less is better."
    )


def _rates_note(comparison: Comparison) -> str:
    return (
        "Of the segments that both runs checked. p is McNemar's, exact and two-sided: only segments that one run flags "
        "and the other does not speak for a difference. Intervals: Wilson's for the rates, Newcombe's for the "
        "difference. With five categories, about one comparison in five of runs that are alike has a p below 0.05."
    )


# --- flags and segments -----------------------------------------------------------------------------------------------


def _any_flags(flags: FlagChanges) -> bool:
    return any(getattr(flags, name) for name in FLAG_KINDS)


def _flags(flags: FlagChanges) -> tuple[FlagRow, ...]:
    counts = {name: Counter(change.category for change in getattr(flags, name)) for name in FLAG_KINDS}
    known = {code for counted in counts.values() for code in counted}
    codes = (*CATEGORY, *sorted(known - CATEGORY.keys()))
    return tuple(FlagRow(category(code), tuple(count(counts[name][code]) for name in FLAG_KINDS)) for code in codes)


def _listed(changed: int, shown: int, static: int) -> str:
    begin = f"{plural(changed, 'segment differs', 'segments differ')}; the largest gain or loss stands first."
    if changed > shown:
        begin += f" The page has the {count(shown)} most changed ones; `nmt-audit compare --json` names all."
    return begin


def _tabs(kinds: Counter[str], shown: int) -> tuple[Tab, ...]:
    labels = {
        "": "all", "better": "better", "worse": "worse", "new": "new flags", "fixed": "fixed flags",
        "changed": "changed flags",
    }  # fmt: skip
    return tuple(Tab(key, label, count(kinds[key] if key else shown)) for key, label in labels.items())


def _lonely(letter: str, versions: Sequence[Version]) -> Lonely:
    rows = tuple((visible(one.id), _clip(visible(one.source)), language_tag(one.src_lang)) for one in versions[:LONELY])
    left = len(versions) - len(rows)
    left_out = f"{plural(left, 'further one is', 'further ones are')} not listed." if left else None
    return Lonely(
        letter, len(versions), f"Only in {letter}: {plural(len(versions), 'segment', 'segments')}", left_out, rows
    )


def _clip(text: str) -> str:
    return text if len(text) <= CLIP else f"{text[:CLIP]} …"


def _facts(a: RunFacts, b: RunFacts) -> tuple[tuple[str, str, str], ...]:
    first, second = dict(a.full), dict(b.full)
    return tuple((name, _value(first.get(name)), _value(second.get(name))) for name in dict.fromkeys([*first, *second]))
