"""The run page: scores, rates, trust, distributions, where attention and relevance part, the most important flags."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nmt_audit.report.bearings import Phrase
from nmt_audit.report.believed import Believed, believed
from nmt_audit.report.distributions import QUANTITIES, Distribution, distribution
from nmt_audit.report.flagged import Comparison, anchor, page_name, ranked, share_text
from nmt_audit.report.heads import HeadSection, heads
from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.rows import PATH
from nmt_audit.report.signature import Manifest, RunFacts, run_facts
from nmt_audit.report.texts import Line, Stretch, hypothesis_line, source_line
from nmt_audit.report.trust import Seen, TrustPanel, trust_panel
from nmt_audit.report.wording import (
    CATEGORY,
    Category,
    category,
    count,
    fixed,
    percent,
    plural,
    state,
    visible,
)
from nmt_audit.verdicts import Precision

MOST_IMPORTANT = 200
EXAMPLES = 6
CLIP = 280
CONFIDENT = 0.5  # an example is telling where attention had its mind made up

KINDS = (
    ("same", "the word attention looks at"),
    ("source", "another source word"),
    ("end", "the end mark of the source"),
    ("earlier", "an earlier word of the translation"),
)


@dataclass(frozen=True, slots=True)
class ScoreTile:
    """A corpus score. `spread` is half its interval."""

    name: str
    value: str
    spread: str | None
    interval: str | None
    signature: str


@dataclass(frozen=True, slots=True)
class Rate:
    """Suspected flags of a category. `notes`: what is not in the number."""

    category: Category
    per_hundred: str
    step: int
    count: str
    href: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stacked bar."""

    kind: str
    label: str
    step: int
    share: str


@dataclass(frozen=True, slots=True)
class Parting:
    """For one kind of relevance: how often its first word is the one that attention looks at."""

    label: str
    help: str
    positions: str
    differs: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One explained word where they part."""

    href: str
    number: int
    category: Category
    sentence: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Important:
    """A line of the list of the most important flags."""

    href: str
    number: int
    id: str
    category: Category
    message: str
    score: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything on the run page."""

    facts: RunFacts
    segments: str
    flagged: str
    scores: tuple[ScoreTile, ...]
    rates: tuple[Rate, ...]
    trust: TrustPanel
    charts: tuple[Distribution, ...]
    believed: Believed
    heads: HeadSection | None
    partings: tuple[Parting, ...]
    examples: tuple[Example, ...]
    important: tuple[Important, ...]
    total_flags: str


@dataclass(slots=True)
class Gatherer:
    """Collects from each segment what the run page needs, so that no segment is read twice.

    Flags that were dismissed are counted apart. `flagged_by`: segments with a flag of a category.
    """

    values: dict[str, list[float | None]] = field(default_factory=lambda: {item.name: [] for item in QUANTITIES})
    flagged: list[bool] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)
    flagged_by: Counter[str] = field(default_factory=Counter)
    dismissed: Counter[str] = field(default_factory=Counter)
    not_checked: Counter[str] = field(default_factory=Counter)
    comparisons: list[Comparison] = field(default_factory=list)
    _best: list[tuple[float, int, Important]] = field(default_factory=list)
    _seen: int = 0

    def add(self, segment: SegmentRow, flags: Sequence[FlagRow], comparisons: Sequence[Comparison]) -> None:
        """Notes one segment."""
        length = len(segment.source)
        self.values["length-ratio"].append(len(segment.hypothesis) / length if length else None)
        self.values["log-probability"].append(segment.logprob)
        self.values["chrf"].append(segment.chrf)
        self.values["flags-by-length"].append(float(length) if length else None)
        live = [(place, flag) for place, flag in enumerate(ranked(flags)) if not flag.dismissed]
        self.flagged.append(bool(live))
        self.flagged_by.update({flag.category for _, flag in live})
        self.dismissed.update(flag.category for flag in flags if flag.dismissed)
        self.not_checked.update(segment.not_checked)
        self.comparisons += comparisons
        for place, flag in live:
            self.flags[flag.category] += 1
            self._keep(segment, flag, place)

    def important(self) -> tuple[Important, ...]:
        """The flags with the highest scores, highest first, corpus order among equals."""
        return tuple(item for _, _, item in sorted(self._best, key=lambda entry: (-entry[0], -entry[1])))

    def _keep(self, segment: SegmentRow, flag: FlagRow, place: int) -> None:
        self._seen += 1
        if len(self._best) == MOST_IMPORTANT and flag.score <= self._best[0][0]:
            return
        lines = tuple(_clip(line) for line in (source_line(segment, [flag]), hypothesis_line(segment, [flag])))
        item = Important(
            f"segments/{page_name(segment.id)}#{anchor(place)}", segment.index + 1, visible(segment.id),
            category(flag.category), visible(flag.message), fixed(flag.score, 2), lines,
        )  # fmt: skip
        push = heapq.heappush if len(self._best) < MOST_IMPORTANT else heapq.heapreplace
        push(self._best, (flag.score, -self._seen, item))


def run_page(manifest: Manifest, found: Gatherer, precision: Precision) -> RunPage:
    """The run page from the manifest, what the segments said, and what reviewers made of the flags."""
    segments = len(found.flagged)
    charts = (distribution(item, found.values[item.name], found.flagged) for item in QUANTITIES)
    important = found.important()
    return RunPage(
        facts=run_facts(manifest),
        segments=count(segments),
        flagged=count(sum(found.flagged)),
        scores=tuple(_score(item) for item in manifest.get("scores") or ()),
        rates=_rates(found, segments),
        trust=trust_panel(manifest, Seen(segments, found.flagged_by, found.not_checked), precision),
        charts=tuple(item for item in charts if item is not None),
        believed=believed(manifest),
        heads=heads(manifest),
        partings=_partings(found.comparisons),
        examples=_examples(found.comparisons),
        important=important,
        total_flags=count(found.flags.total()),
    )


def _score(item: Manifest) -> ScoreTile:
    low, high = item.get("low"), item.get("high")
    spread = interval = None
    if low is not None and high is not None:
        spread = f"±{fixed((high - low) / 2, 1)}"
        interval = f"95 % interval {fixed(low, 1)} to {fixed(high, 1)}"
    return ScoreTile(item["name"], fixed(item["value"], 1), spread, interval, item.get("signature") or "")


def _rates(found: Gatherer, segments: int) -> tuple[Rate, ...]:
    codes = [*CATEGORY, *sorted((set(found.flags) | set(found.dismissed)) - set(CATEGORY))]
    most = max(found.flags.values(), default=0) or 1
    rates = []
    for code in codes:
        flags, named = found.flags[code], category(code)
        per_hundred = fixed(100 * flags / segments if segments else 0.0, 1)
        href = f"segments.html#c={named.slug}"
        rates.append(Rate(named, per_hundred, round(100 * flags / most), count(flags), href, _left_out(found, code)))
    return tuple(rates)


def _left_out(found: Gatherer, code: str) -> tuple[str, ...]:
    notes = []
    if found.not_checked[code]:
        notes.append(f"not checked in {plural(found.not_checked[code], 'segment', 'segments')}")
    if found.dismissed[code]:
        notes.append(f"{plural(found.dismissed[code], 'flag', 'flags')} dismissed earlier and not counted")
    return tuple(notes)


def _partings(comparisons: Sequence[Comparison]) -> tuple[Parting, ...]:
    found = []
    counted: dict[str, Counter[str]] = {}
    for item in comparisons:
        for name, kind, _, _ in item.states:
            counted.setdefault(name, Counter())[kind] += 1
    for name in sorted(counted, key=_stage):
        kinds, wording = counted[name], state(name)
        total = kinds.total()
        if wording is not None:
            shares = {kind: kinds[kind] / total for kind, _ in KINDS}
            parts = tuple(Part(kind, label, round(100 * shares[kind]), percent(shares[kind])) for kind, label in KINDS)
            differs = percent(1 - kinds["same"] / total)
            found.append(Parting(wording.label, wording.help, count(total), differs, parts))
    return tuple(found)


def _stage(name: str) -> tuple[int, str]:
    """The order of the computation."""
    return PATH.index(name.partition(".")[0]), name


def _examples(comparisons: Sequence[Comparison]) -> tuple[Example, ...]:
    """Where attention was sure and the stage next to the choice just as sure of another word; one per segment."""
    telling: dict[int, tuple[float, Comparison]] = {}
    for item in comparisons:
        name, kind, _, share = item.states[-1]
        if name in ("output", "logit") and kind != "same" and item.weight >= CONFIDENT:
            strength = share * item.weight
            if strength > telling.get(item.segment, (0.0,))[0]:
                telling[item.segment] = (strength, item)
    best = sorted(telling.values(), key=lambda entry: (-entry[0], entry[1].segment))[:EXAMPLES]
    return tuple(_example(item) for _, item in best)


def _example(item: Comparison) -> Example:
    name, kind, word, share = item.states[-1]
    stage = state(name)
    named = {"earlier": "the earlier word ", "end": "the end mark "}.get(kind, "")
    sentence = (
        Phrase("At "), item.word, Phrase(", attention looks at "), item.looked_at,
        Phrase(f" ({fixed(item.weight, 2)}); relevance of the {stage.prose if stage else name} gives most to {named}"),
        *share_text(word, share), Phrase("."),
    )  # fmt: skip
    return Example(item.href, item.segment, category(item.category), sentence)


def _clip(line: Line) -> Line:
    """At most CLIP characters of a line, around its first suspect stretch."""
    total = sum(len(part.text) for part in line.stretches)
    if total <= CLIP:
        return line
    before = 0
    for part in line.stretches:
        if part.classes:
            break
        before += len(part.text)
    start = 0 if before >= total else max(0, before - CLIP // 3)
    kept, place = [], 0
    for part in line.stretches:
        text = part.text[max(start - place, 0) : max(start + CLIP - place, 0)]
        if text or (part.classes and not part.text and start <= place <= start + CLIP):
            kept.append(Stretch(text, part.classes, part.title))
        place += len(part.text)
    ends = [Stretch("… ")] if start else []
    tail = [Stretch(" …")] if start + CLIP < total else []
    return Line(line.label, line.lang, (*ends, *kept, *tail), line.note)
