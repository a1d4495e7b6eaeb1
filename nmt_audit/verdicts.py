"""What reviewers said of flags: read, merged, written, and counted into a precision for each rule.

A file of verdicts is a JSON list of objects: `flag_id` (null: a mistake that no check saw and the reviewer marked),
`segment_id`, `verdict` (confirm, reject or unsure), `category`, `severity` (MQM: minor, major, critical, or null),
`span` ({side, start, end} or null), `comment`, `reviewer`, `at` (ISO 8601; without an offset it is UTC). Other fields
are ignored. Flags are named by their content (`store.FlagNames`), so that a verdict is about the same flag in a later
run of the same corpus.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, get_args

from nmt_audit.durable import write_durably
from nmt_audit.errors import InputError, OutputError
from nmt_audit.intervals import wilson
from nmt_audit.records import Side

RUN_FILE = "verdicts.json"  # where a run directory holds what was imported
REMEDY = "export it from the review pages again"

Answer: TypeAlias = Literal["confirm", "reject", "unsure"]
Severity: TypeAlias = Literal["minor", "major", "critical"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reviewer saw it. Offsets are code points, end exclusive; None: the whole side."""

    side: Side
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of one reviewer. `flag_id` None: a mistake that no check saw."""

    flag_id: str | None
    segment_id: str
    verdict: Answer
    category: str | None
    severity: Severity | None
    span: Place | None
    comment: str | None
    reviewer: str
    at: str

    @property
    def key(self) -> tuple[object, ...]:
        """What a later answer of the same reviewer is about, too, and takes the place of."""
        return self.reviewer, self.flag_id, *(() if self.flag_id else (self.segment_id, self.span))

    @property
    def moment(self) -> datetime:
        """`at`, with an offset."""
        found = datetime.fromisoformat(self.at)
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    @property
    def rank(self) -> tuple[datetime, str]:
        """Later answers have higher ranks; among answers of one instant the text decides, so that order never does."""
        return self.moment, json.dumps(asdict(self), sort_keys=True)


# --- files ------------------------------------------------------------------------------------------------------------


def read_verdicts(path: Path) -> list[Verdict]:
    """The verdicts of a file. Raises InputError with one line: the file, which entry, what is wrong, and the remedy."""
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a file of verdicts") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error}); {REMEDY}") from error
    if not isinstance(content, list):
        raise InputError(f"{path}: not a list of verdicts; {REMEDY}")
    found = []
    for number, entry in enumerate(content, 1):
        try:
            found.append(_verdict(entry))
        except ValueError as error:
            raise InputError(f"{path}, entry {number}: {error}; {REMEDY}") from error
    return found


def run_verdicts(directory: Path) -> list[Verdict]:
    """The verdicts that were imported into a run; none where there is no file of them."""
    path = directory / RUN_FILE
    return read_verdicts(path) if path.exists() else []


def as_json(verdicts: Iterable[Verdict]) -> str:
    """The text of a file, the oldest verdict first; those of one instant stay in their order."""
    rows = [asdict(verdict) for verdict in sorted(verdicts, key=lambda verdict: verdict.moment)]
    text = json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    # Half a surrogate pair in a comment has no UTF-8, but the escape that takes its place is JSON.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def write_verdicts(path: Path, verdicts: Iterable[Verdict]) -> None:
    """Writes a file whole or not at all. Raises OutputError where that fails."""
    try:
        write_durably(path, as_json(verdicts).encode("utf-8"))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); free some space or look at rights") from error


def _verdict(entry: object) -> Verdict:
    """Raises ValueError for what is not a verdict."""
    if not isinstance(entry, dict):
        raise ValueError("not an object")
    if "flag_id" not in entry or entry["flag_id"] == "":
        raise ValueError("no flag_id; null stands for a mistake that no check saw")
    segment_id, at = entry.get("segment_id"), entry.get("at")
    if not isinstance(segment_id, str):
        raise ValueError(f"segment_id is {_shown(segment_id)}, not text")
    if not isinstance(at, str) or not _is_time(at):
        raise ValueError(f"at is {_shown(at)}, not a time like 2024-05-17T09:30:00+00:00")
    answer: Answer | None = next((known for known in get_args(Answer) if known == entry.get("verdict")), None)
    if answer is None:
        raise ValueError(f"verdict is {_shown(entry.get('verdict'))}, not confirm, reject or unsure")
    severity = entry.get("severity")
    if severity is not None and severity not in get_args(Severity):
        raise ValueError(f"severity is {_shown(severity)}, not minor, major, critical or null")
    return Verdict(
        flag_id=_text(entry, "flag_id"), segment_id=segment_id, verdict=answer, category=_text(entry, "category"),
        severity=severity, span=_place(entry.get("span")), comment=_text(entry, "comment"),
        reviewer=_text(entry, "reviewer") or "", at=at,
    )  # fmt: skip


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _text(entry: Mapping[str, object], field: str) -> str | None:
    value = entry.get(field)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{field} is {_shown(value)}, not text or null")


def _place(span: object) -> Place | None:
    if span is None:
        return None
    if isinstance(span, dict) and span.get("side") in get_args(Side):
        start, end = span.get("start"), span.get("end")
        if start is None and end is None:
            return Place(span["side"], None, None)
        if type(start) is int and type(end) is int and 0 <= start <= end:
            return Place(span["side"], start, end)
    raise ValueError(f"span is {_shown(span)}, not {{side: src or tgt, start, end}} with 0 ≤ start ≤ end")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else f"{text[:57]}…"


# --- merging ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Merged:
    """All verdicts together, one per reviewer and flag, and how many of the incoming ones changed what."""

    verdicts: tuple[Verdict, ...]
    new: int
    replaced: int
    unchanged: int  # known already, or older than what is known


def merge(known: Iterable[Verdict], incoming: Sequence[Verdict]) -> Merged:
    """Adds verdicts to known ones: of those with the same key the latest stays, in whatever order they are imported."""
    before = {verdict.key: verdict for verdict in latest(known)}
    after = {verdict.key: verdict for verdict in latest([*before.values(), *incoming])}
    new = sum(key not in before for key in after)
    replaced = sum(after[key] != verdict for key, verdict in before.items())
    return Merged(tuple(after.values()), new, replaced, len(incoming) - new - replaced)


def latest(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The last answer of each reviewer to each question."""
    found: dict[tuple[object, ...], Verdict] = {}
    for verdict in verdicts:
        other = found.get(verdict.key)
        if other is None or verdict.rank > other.rank:
            found[verdict.key] = verdict
    return list(found.values())


# --- what they say together -------------------------------------------------------------------------------------------


class FlagLike(Protocol):
    """What must be known of a flag to count its verdicts."""

    @property
    def id(self) -> str:
        """Its content-keyed name."""

    @property
    def category(self) -> str:
        """What it suspects."""

    @property
    def rule(self) -> str:
        """Which rule raised it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How many flags reviewers confirmed, rejected, and could not agree or decide on."""

    confirmed: int = 0
    rejected: int = 0
    unsure: int = 0

    @property
    def decided(self) -> int:
        """Flags with a yes or a no."""
        return self.confirmed + self.rejected

    @property
    def share(self) -> float | None:
        """Precision: confirmed of decided flags; None where none was decided."""
        return self.confirmed / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % Wilson interval of the precision."""
        return wilson(self.confirmed, self.decided) if self.decided else None


@dataclass(frozen=True, slots=True)
class Precision:
    """What reviewers made of the flags, by rule and by category; those without a verdict are not in it.

    `missed`: category → mistakes that reviewers marked and no check saw, those of the same place counted once.
    """

    rules: Mapping[str, Judged]
    categories: Mapping[str, Judged]
    missed: Mapping[str, int]


def precision(flags: Iterable[FlagLike], verdicts: Iterable[Verdict]) -> Precision:
    """Counts each flag once: as the most of its reviewers say, unsure where they are equally many.

    A reviewer who confirms a flag under another category rejects it for its own. Flags were chosen by whoever reviewed
    them: where these were not drawn by chance, precision is that of the chosen ones.
    """
    asked = latest(verdicts)
    answers: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in asked:
        if verdict.flag_id is not None:
            answers[verdict.flag_id].append(verdict)
    rules: dict[str, Counter[Answer]] = defaultdict(Counter)
    categories: dict[str, Counter[Answer]] = defaultdict(Counter)
    for flag in flags:
        if flag.id in answers:
            answer = majority(answer_of(verdict, flag.category) for verdict in answers[flag.id])
            rules[flag.rule][answer] += 1
            categories[flag.category][answer] += 1
    missed = {(v.category or "", v.segment_id, v.span) for v in asked if v.flag_id is None and v.verdict == "confirm"}
    return Precision(_judged(rules), _judged(categories), Counter(category for category, _, _ in missed))


def answer_of(verdict: Verdict, category: str) -> Answer:
    """What a verdict says of the category that a flag suspects: who confirms it as another one rejects it."""
    corrected = verdict.category not in (None, category)
    return "reject" if verdict.verdict == "confirm" and corrected else verdict.verdict


def majority(answers: Iterable[Answer]) -> Answer:
    """What most say; unsure where two answers are given equally often."""
    ranked = Counter(answers).most_common(2)
    tied = len(ranked) == 2 and ranked[0][1] == ranked[1][1]
    return "unsure" if tied else ranked[0][0]


def _judged(counted: Mapping[str, Counter[Answer]]) -> dict[str, Judged]:
    return {name: Judged(c["confirm"], c["reject"], c["unsure"]) for name, c in sorted(counted.items())}
