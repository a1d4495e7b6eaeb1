"""What came of the jobs of a night: for the log, for the build page, for programs, and as an exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nmt_audit.nights.plan import Job, Night

Verdict = Literal["ok", "already complete", "gate failed", "failed", "interrupted", "not run"]
SHOWN_SCORE = "BLEU"

PASSED, COULD_NOT_RUN, GATE_FAILED, STOPPED = 0, 1, 2, 130
# The gravest first: what decides the exit code of a night.
CODES: dict[Verdict, int] = {
    "interrupted": STOPPED, "not run": STOPPED, "failed": COULD_NOT_RUN, "gate failed": GATE_FAILED, "ok": PASSED,
    "already complete": PASSED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """What the manifest of a whole run says of it. `score`: of the corpus, with its signature; None: no references."""

    segments: int
    flags: int
    score: float | None
    signature: str | None


@dataclass(frozen=True, slots=True)
class JobResult:
    """What came of a job. `reason`: why it failed; `gate`: what came of its gate, in words, with the baseline."""

    job: Job
    verdict: Verdict
    seconds: float = 0.0
    measured: Measured | None = None
    reason: str | None = None
    gate: str | None = None
    baseline: Path | None = None

    @property
    def report(self) -> Path:
        """The page that a reader opens first."""
        return self.job.out / "site" / "index.html"


@dataclass(frozen=True, slots=True)
class NightResult:
    """What came of a night. `stopped`: whether a signal ended it; `archive`: the page; `archive_reason`: why there is
    none."""

    night: Night
    jobs: tuple[JobResult, ...]
    stopped: bool = False
    archive: str | None = None
    archive_reason: str | None = None

    @property
    def code(self) -> int:
        """The exit code: that of the gravest verdict. A night without its archive is not as it should be, either."""
        codes = {CODES[result.verdict] for result in self.jobs}
        if self.archive_reason is not None:
            codes.add(STOPPED if self.stopped else COULD_NOT_RUN)
        return next(code for code in (STOPPED, COULD_NOT_RUN, GATE_FAILED, PASSED) if code in codes)

    def named(self, *verdicts: Verdict) -> list[str]:
        """The jobs with one of these verdicts."""
        return [result.job.name for result in self.jobs if result.verdict in verdicts]

    @property
    def in_words(self) -> str:
        """How many jobs have which verdict."""
        count = Counter(result.verdict for result in self.jobs)
        several = ", ".join(f"{count[verdict]} {verdict}" for verdict in reversed(CODES) if count[verdict])
        return f"{len(self.jobs)} job{'s' if len(self.jobs) != 1 else ''}: {several}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values for programs."""
        return {
            "file": str(self.night.file),
            "date": self.night.date,
            "exit_code": self.code,
            "jobs": [_as_dict(result) for result in self.jobs],
            "archive": self.archive,
            "archive_reason": self.archive_reason,
        }


def measured(manifest: Mapping[str, Any]) -> Measured:
    """The numbers of a whole run that a night shows."""
    counts = manifest["counts"]
    score = next((score for score in manifest["scores"] if score["name"] == SHOWN_SCORE), None)
    return Measured(
        counts["segments"],
        sum(counts["flags"].values()),
        None if score is None else score["value"],
        None if score is None else score["signature"],
    )


def line(result: JobResult, width: int) -> str:
    """A job's line of the log. `width`: of the longest name of a job."""
    parts = [f"{result.verdict:<16}", f"{result.job.name:<{width}}"]
    if (found := result.measured) is not None:
        score = "no references" if found.score is None else f"{SHOWN_SCORE} {found.score:.1f}"
        parts += [f"{found.segments:,} segments", f"{found.flags:,} flags", score]
    if result.verdict != "not run":
        parts.append(f"{result.seconds:.0f} s")
    parts += filter(None, (result.gate, result.reason))
    parts.append(str(result.report if found is not None else result.job.log))
    return "  ".join(parts if result.verdict != "not run" else parts[:2]).rstrip()


def signatures(results: Sequence[JobResult]) -> list[str]:
    """What reproduces the scores that are shown, each once."""
    known = [result.measured.signature for result in results if result.measured and result.measured.signature]
    return [f"{SHOWN_SCORE} {signature}" for signature in dict.fromkeys(known)]


def _as_dict(result: JobResult) -> dict[str, Any]:
    found = result.measured
    return {
        "model": result.job.model,
        "test_set": result.job.test_set,
        "verdict": result.verdict,
        "seconds": round(result.seconds, 1),
        "segments": None if found is None else found.segments,
        "flags": None if found is None else found.flags,
        "score": None if found is None or found.score is None
        else {"name": SHOWN_SCORE, "value": found.score, "signature": found.signature},
        "reason": result.reason,
        "gate": result.gate,
        "baseline": None if result.baseline is None else str(result.baseline),
        "run": str(result.job.out),
        "report": str(result.report) if found is not None else None,
        "log": str(result.job.log),
    }  # fmt: skip
