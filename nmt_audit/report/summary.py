"""The run page: scores, rates, how far to trust checks and maps, the most important flags."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nmt_audit.report.believed import Believed, believed
from nmt_audit.report.links import flag_link
from nmt_audit.report.reading import FlagRow, SegmentRow, ranked
from nmt_audit.report.signature import Manifest, RunFacts, run_facts
from nmt_audit.report.tally import Tally
from nmt_audit.report.texts import Line, Stretch, hypothesis_line, source_line
from nmt_audit.report.trust import Seen, TrustPanel, trust_panel
from nmt_audit.report.wording import CATEGORY, STATUS, Category, category, count, fixed, plural, visible
from nmt_audit.verdicts import Precision

MOST_IMPORTANT = 200
CLIP = 280


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
class LeftOut:
    """Segments that something was wrong with, and where they are listed."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything on the run page."""

    facts: RunFacts
    segments: str
    flagged: str
    scores: tuple[ScoreTile, ...]
    rates: tuple[Rate, ...]
    trust: TrustPanel
    believed: Believed
    important: tuple[Important, ...]
    total_flags: str
    left_out: tuple[LeftOut, ...]


@dataclass(slots=True)
class Gatherer:
    """Collects from each segment what the run page and the corpus pages need, so that no segment is read twice.

    Flags that were dismissed are counted apart. `flagged_by`: segments with a flag of a category.
    """

    tally: Tally = field(default_factory=Tally)
    flags: Counter[str] = field(default_factory=Counter)
    flagged_by: Counter[str] = field(default_factory=Counter)
    dismissed: Counter[str] = field(default_factory=Counter)
    not_checked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    flagged: int = 0
    _best: list[tuple[float, int, Important]] = field(default_factory=list)
    _seen: int = 0

    def add(self, segment: SegmentRow, flags: Sequence[FlagRow]) -> None:
        """Notes one segment."""
        live = [flag for flag in ranked(flags) if not flag.dismissed] if flags else []
        self.tally.add(segment, live)
        self.statuses[segment.status] += 1
        if segment.not_checked:
            self.not_checked.update(segment.not_checked)
        if not flags:
            return
        self.flagged += bool(live)
        self.flagged_by.update({flag.category for flag in live})
        self.dismissed.update(flag.category for flag in flags if flag.dismissed)
        self.flags.update(flag.category for flag in live)
        for flag in live:
            self._keep(segment, flag)

    def important(self) -> tuple[Important, ...]:
        """The flags with the highest scores, highest first, corpus order among equals."""
        return tuple(item for _, _, item in sorted(self._best, key=lambda entry: (-entry[0], -entry[1])))

    def _keep(self, segment: SegmentRow, flag: FlagRow) -> None:
        self._seen += 1
        if len(self._best) == MOST_IMPORTANT and flag.score <= self._best[0][0]:
            return
        lines = tuple(_clip(line) for line in (source_line(segment, [flag]), hypothesis_line(segment, [flag])))
        item = Important(
            flag_link(flag.id), segment.index + 1, visible(segment.id), category(flag.category), visible(flag.message),
            fixed(flag.score, 2), lines,
        )  # fmt: skip
        push = heapq.heappush if len(self._best) < MOST_IMPORTANT else heapq.heapreplace
        push(self._best, (flag.score, -self._seen, item))


def run_page(manifest: Manifest, found: Gatherer, precision: Precision) -> RunPage:
    """The run page from the manifest, what the segments said, and what reviewers made of the flags."""
    segments = len(found.tally)
    return RunPage(
        facts=run_facts(manifest),
        segments=count(segments),
        flagged=count(found.flagged),
        scores=tuple(_score(item) for item in manifest.get("scores") or ()),
        rates=_rates(found, segments),
        trust=trust_panel(manifest, Seen(segments, found.flagged_by, found.not_checked), precision),
        believed=believed(manifest),
        important=found.important(),
        total_flags=count(found.flags.total()),
        left_out=tuple(
            LeftOut(f"{plural(found.statuses[status], 'segment', 'segments')} {what}", f"segments.html#show={status}")
            for status, what in STATUS.items()
            if found.statuses[status] and status != "empty"  # where there is nothing to translate nothing went wrong
        ),
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
