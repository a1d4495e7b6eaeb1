"""Attention against relevance over a run: the four findings of Ding et al. (2017, §4.5) as numbers of this model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nmt_audit.findings import Estimate, Findings, Row, Share, Together
from nmt_audit.report.signature import Manifest
from nmt_audit.report.spans import Charted, Span, SpanChart
from nmt_audit.report.wording import category, count, fixed, percent, plural, state

ALL = "all flagged words"
SERIES = ("flagged words", "controls")


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a finding. `unit`: "share" in percent, "correlation" from −1 to 1, "logits"."""

    key: str
    label: str
    help: str
    unit: str = "share"


DIFFERS = Measure(
    "differs",
    "another word",
    "Words of the translation whose most relevant source word is not the one attention looks at.",
)
CORRELATION = Measure(
    "correlation", "rank correlation", "How alike the source words are ordered: 1 the same, 0 no relation (Spearman).",
    "correlation",
)  # fmt: skip
SAME = Measure(
    "same", "same word", "Words of the translation for which both stages have the same most relevant source word."
)
PARTS = (
    Measure("prefix", "earlier words", "Share of all relevance, signs aside, on earlier words of the translation."),
    Measure("source", "source words", "Share of all relevance, signs aside, on words of the source."),
    Measure("end", "end mark", "Share of all relevance, signs aside, on the end mark of the source."),
)
AT_END = (
    Measure("end", "end mark", "Share of the relevance for ending here that lies on the end mark of the source."),
    Measure("margin", "margin", "How far the score of the end mark is above that of the best other word.", "logits"),
)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A line: a stage, which flags, and what was measured there. `detail`: how many flagged words and controls."""

    label: str
    help: str
    which: str
    flagged: str
    control: str
    difference: str
    detail: str
    unmatched: str | None


@dataclass(frozen=True, slots=True)
class FindingTable:
    """The lines of one measure; `more` has those of each category."""

    title: str
    help: str
    mixed: bool  # the lines are of several categories
    rows: tuple[FindingRow, ...]
    more: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class TogetherRow:
    """How often a category comes with an early end, and without one."""

    label: str
    with_early: str
    without_early: str
    detail: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A section. `claim` is the paper's, `says` this model's, `not_shown` what cannot be read from it."""

    key: str
    title: str
    claim: str
    says: str
    not_shown: str
    tables: tuple[FindingTable, ...]
    together: tuple[TogetherRow, ...]
    charts: tuple[Charted, ...]


@dataclass(frozen=True, slots=True)
class RelevanceSection:
    """The four findings. `empty` says why there are none."""

    empty: str | None
    explained: str = ""
    findings: tuple[Finding, ...] = ()


def relevance_section(manifest: Manifest, found: Findings | None) -> RelevanceSection:
    """The section of a run."""
    if found is None:
        why = "no word of this run was explained" if manifest.get("model") else "no model took part in this run"
        return RelevanceSection(f"Nothing to say about attention and relevance: {why}.")
    return RelevanceSection(
        None, _explained(found), (_first(found), _second(found), _third(found), _fourth(found))
    )  # fmt: skip


def _explained(found: Findings) -> str:
    text = (
        f"Measured at {plural(found.flagged_positions, 'word', 'words')} that flags point at, in "
        f"{plural(found.flagged_segments, 'segment', 'segments')}, with rule set {found.rules}."
    )
    if found.sampled_of is not None:
        text += f" They were drawn by seed {found.seed} from {count(found.sampled_of)} flagged segments."
    if found.control_positions:
        text += (
            f" Controls are {plural(found.control_positions, 'word', 'words')} of "
            f"{plural(found.control_segments, 'segment', 'segments')} without flags, drawn by seed {found.seed} and "
            "weighted so that they stand at like places of sentences of like length."
        )
    else:
        text += " This run stored no controls, so that flagged words cannot be set against others."
    text += f" Intervals are of {count(found.resamples)} resamples of whole segments."
    if found.blown_up:
        text += f" Left out because relevance blew up: {count(found.blown_up)} of {count(found.excluded_of)} maps."
    return text


# --- the four ---------------------------------------------------------------------------------------------------------


def _first(found: Findings) -> Finding:
    lead = _lead(found.attention, "differs")
    says = "This model has no attention, so that there is nothing to compare relevance with."
    if found.attention:
        says = "Too few words were explained to say how often the two part."
    if lead is not None:
        says = (
            f"For the {_stage(lead.state)}, the most relevant source word is another than the one that attention looks "
            f"at most for {_against(lead, DIFFERS)}."
        )
    return Finding(
        "attention", "1. Does attention tell what a word was made from?",
        "Attention is useful, but not sufficient to interpret how a word came about.", says,
        "That the two differ does not say which one is right: see how far the maps can be believed. The first words "
        "may differ where the first two are all but equal, so the rank correlation stands beside.",
        _tables(found.attention, (DIFFERS, CORRELATION)), (),
        _charts("attention", "Words whose most relevant source word is not the one attention looks at", "% of words",
                found.attention, DIFFERS),
    )  # fmt: skip


def _second(found: Findings) -> Finding:
    lead = _lead(found.layers, "same")
    says = "Too few words were explained at two stages to say whether they agree."
    if lead is not None:
        says = (
            f"From the {_stage(lead.state)} to the {_stage(lead.next_state or '')}, the most relevant source word "
            f"stays the same for {_against(lead, SAME)}."
        )
    return Finding(
        "layers", "2. Does relevance change on the way through the network?",
        "The relevance of words may vary much between layers.", says,
        "A change between stages is no fault: a later one has more to decide by. Stages are those that the run stored.",
        _tables(found.layers, (SAME, CORRELATION)), (),
        _charts("layers", "Words with the same most relevant source word at both stages", "% of words",
                found.layers, SAME),
    )  # fmt: skip


def _third(found: Findings) -> Finding:
    lead = _lead(found.context, "prefix")
    says = "Too few words were explained to say what they were made from."
    if lead is not None:
        says = (
            f"For the {_stage(lead.state)}, earlier words of the translation get {_value(lead.flagged, PARTS[0])} of "
            f"all relevance at flagged words{_beside(lead, PARTS[0])}."
        )
    return Finding(
        "context", "3. How much do the earlier words of the translation decide?",
        "The target-side context plays a critical role; both contexts must be controlled.", says,
        "Shares are of relevance without its sign: a word that speaks against the choice counts as one that speaks for "
        "it. Later words have more earlier ones, which is why controls are matched by place.",
        _tables(found.context, PARTS), (),
        _charts("context", "Share of all relevance that lies on earlier words of the translation", "% of relevance",
                found.context, PARTS[0]),
    )  # fmt: skip


def _fourth(found: Findings) -> Finding:
    beside = [item for item in found.together if item.with_early and item.without_early]
    says = "Too few early ends are suspected to say what comes with them."
    if beside:
        says = f"Beside a suspected early end, {'; '.join(map(_comes, beside))}."
    known = [row for row in found.ends if row.measure == "end" and row.flagged and row.control]
    lead = next((row for row in reversed(known) if row.category == "EARLY_EOS"), None)
    if lead is not None:
        says += (
            " Where a suspected early end is, the end mark of the source gets "
            f"{_value(lead.flagged, AT_END[0])} of the relevance for the {_stage(lead.state)}"
            f"{_beside(lead, AT_END[0])}."
        )
    return Finding(
        "ends", "4. What comes with ending too early?",
        "Generating the end mark too early leads to omissions, unrelated words and truncated translations.", says,
        "Flags are suspicions, and the checks for omissions and early ends look at the same places in part: that they "
        "come together is no proof that one causes the other.",
        _tables(found.ends, AT_END), tuple(map(_together, found.together)),
        _charts("ends", "Share of relevance on the end mark of the source where a translation ends", "% of relevance",
                found.ends, AT_END[0], by_category=True),
    )  # fmt: skip


# --- sentences --------------------------------------------------------------------------------------------------------


def _lead(rows: Sequence[Row], measure: str) -> Row | None:
    """The row that is said in words: all flags together, at the stage nearest to the choice of the word."""
    known = [row for row in rows if row.measure == measure and row.category is None and row.flagged]
    return known[-1] if known else None


def _against(row: Row, measure: Measure) -> str:
    assert row.flagged is not None
    text = f"{_value(row.flagged, measure)} of flagged words"
    return f"{text} and {_value(row.control, measure)} of controls{_sure(row)}" if row.control else text


def _beside(row: Row, measure: Measure) -> str:
    return f", and {_value(row.control, measure)} at controls{_sure(row)}" if row.control else ""


def _sure(row: Row) -> str:
    """Whether the difference could be chance."""
    found = row.difference
    if found is None or found.low is None or found.high is None:
        return ""
    return " (a difference that could be chance)" if found.low <= 0 <= found.high else ""


def _stage(name: str) -> str:
    known = state(name)
    return known.prose if known else name


def _comes(item: Together) -> str:
    assert item.with_early is not None and item.without_early is not None
    named = category(item.category).plural
    return f"{named} are suspected in {_share(item.with_early)} of segments, elsewhere in {_share(item.without_early)}"


# --- numbers ----------------------------------------------------------------------------------------------------------


def _value(found: Estimate | None, measure: Measure, sign: str = "") -> str:
    """With its interval: "41 % [38, 44]"."""
    if found is None:
        return "–"
    scale, decimals = (100.0, 0) if measure.unit == "share" else (1.0, 2)
    unit = {"share": "\u00a0points" if sign else "\u00a0%", "correlation": "", "logits": "\u00a0logits"}[measure.unit]
    text = f"{_signed(scale * found.value, decimals, sign)}{unit}"
    if found.low is None or found.high is None:
        return text
    low, high = (_signed(scale * end, decimals, sign) for end in (found.low, found.high))
    return f"{text}\u00a0[{low},\u00a0{high}]"


def _signed(value: float, decimals: int, sign: str) -> str:
    text = fixed(value, decimals)
    return text if not sign or text.startswith("−") or float(text) == 0 else f"{sign}{text}"


def _share(found: Share) -> str:
    return f"{fixed(100 * found.value, 0)}\u00a0%\u00a0[{100 * found.low:.0f},\u00a0{100 * found.high:.0f}]"


def _tables(rows: Sequence[Row], measures: Sequence[Measure]) -> tuple[FindingTable, ...]:
    found = []
    for measure in measures:
        own = [row for row in rows if row.measure == measure.key]
        if own:
            every = [row for row in own if row.category is None] or own
            more = tuple(_row(row, measure) for row in own if row not in every)
            rows_shown = tuple(_row(row, measure) for row in every)
            mixed = any(row.category is not None for row in every)
            found.append(FindingTable(measure.label, measure.help, mixed, rows_shown, more))
    return tuple(found)


def _row(row: Row, measure: Measure) -> FindingRow:
    known = state(row.state)
    following = state(row.next_state) if row.next_state else None
    label = known.label if known else row.state
    words = count(row.flagged.positions) if row.flagged else "0"
    controls = f" · {count(row.control.positions)}" if row.control else ""
    alone = plural(row.unmatched, "flagged word has no control like it", "flagged words have no control like them")
    return FindingRow(
        label=f"{label} → {following.label.lower()}" if following else label, help=known.help if known else "",
        which=ALL if row.category is None else category(row.category).label,
        flagged=_value(row.flagged, measure) if row.flagged else "too few to say", control=_value(row.control, measure),
        difference=_value(row.difference, measure, "+"),
        detail=words + controls, unmatched=alone if row.unmatched else None,
    )  # fmt: skip


def _together(item: Together) -> TogetherRow:
    shares = (item.with_early, item.without_early)
    with_early, without_early = (_share(share) if share else "too few to say" for share in shares)
    detail = "; ".join(f"{count(share.hits)} of {count(share.total)}" for share in shares if share)
    return TogetherRow(category(item.category).label, with_early, without_early, detail)


def _charts(
    key: str, title: str, axis: str, rows: Sequence[Row], measure: Measure, by_category: bool = False
) -> tuple[Charted, ...]:
    drawn = tuple(_drawn(rows, measure, by_category))
    if not drawn:
        return ()
    alt = "; ".join(f"{label}: {percent(one.share if one else None)}{_other(two)}" for label, one, two in drawn)
    series = SERIES if any(two for *_, two in drawn) else SERIES[:1]
    return (Charted(f"finding-{key}", SpanChart(drawn, title, f"{title}. {alt}.", axis, series)),)


def _other(span: Span | None) -> str:
    return f" (controls {percent(span.share)})" if span else ""


def _drawn(rows: Sequence[Row], measure: Measure, by_category: bool) -> Iterator[tuple[str, Span | None, Span | None]]:
    for row in rows:
        if row.measure == measure.key and (row.category is not None) == by_category and row.flagged:
            shown = _row(row, measure)
            label = f"{shown.which}: {shown.label.lower()}" if by_category else shown.label
            yield label, _span(row.flagged), _span(row.control)


def _span(found: Estimate | None) -> Span | None:
    return None if found is None else Span(found.value, found.low, found.high)
