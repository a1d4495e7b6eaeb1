"""A night, job by job: audit, gate, and the archive at the end. Whatever a job does, the next one is begun."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace

from nmt_audit.errors import InputError, OutputError
from nmt_audit.locking import folder_for, locked
from nmt_audit.nights.earlier import EarlierRuns, read_manifest
from nmt_audit.nights.plan import Gate, Job, Night
from nmt_audit.nights.processes import Processes, printable, processes
from nmt_audit.nights.results import COULD_NOT_RUN, GATE_FAILED, PASSED, JobResult, NightResult, Verdict, measured
from nmt_audit.store import open_run

FIRST = "the first of its series"

Tell = Callable[[JobResult], None]


def run_night(night: Night, tell: Tell) -> NightResult:
    """Does all jobs in their order, one after another, and tells the result of each as it is there.

    A job that fails, crashes or is killed has its reason told, and the next one is begun. After SIGINT or SIGTERM the
    job that is running finishes its shard and no other is begun. Runs that are whole already are left as they are, once
    their audit has seen that they are of the same model, data and settings.

    Raises OutputError where another process is at work on the same night, or the runs' folder cannot be written.
    """
    results: list[JobResult] = []
    with _alone(night), processes() as running:
        for job in night.jobs:
            if (reason := job.missing()) is not None:  # said before hours of work, and again in its place
                _say(f"{job.name} cannot run: {printable(reason)}")
        jobs = _Jobs(night, running, EarlierRuns(night.earlier))
        for number, job in enumerate(night.jobs, 1):
            if running.stopped is None:
                _say(f"{number} of {len(night.jobs)}: {job.name}")
            results.append(jobs.do(job))
            with suppress(OSError):  # nobody reads it any more, or the disk is full: no reason to end a night
                tell(results[-1])
        result = NightResult(night, tuple(results), stopped=running.stopped is not None)
        return result if night.archive is None or result.stopped else _archived(result, night.archive, running)


def _say(text: str) -> None:
    with suppress(OSError):
        print(f"nmt-audit: {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class _Jobs:
    """Does jobs."""

    night: Night
    running: Processes
    earlier: EarlierRuns

    def do(self, job: Job) -> JobResult:
        """One job, with its gate."""
        if self.running.stopped is not None:
            return JobResult(job, "not run")
        if (reason := job.missing()) is not None:
            return JobResult(job, "failed", reason=printable(reason))
        try:
            result = self._audited(job)
            if job.gate is None or result.measured is None or self.running.stopped is not None:
                return result
            return self._gated(result, job.gate)
        except OSError as error:  # the log cannot be written, or no process be started
            return JobResult(job, "failed", reason=printable(f"{error.filename or job.log}: {error.strerror}"))

    def _audited(self, job: Job) -> JobResult:
        before = read_manifest(job.out).get("state") == "complete"
        ended = self.running.run(job.arguments, job.log)
        if ended.code != PASSED:
            verdict: Verdict = "failed" if self.running.stopped is None else "interrupted"
            return JobResult(job, verdict, ended.seconds, reason=ended.reason)
        try:
            found = measured(open_run(job.out).manifest)
        except (InputError, KeyError) as error:
            return JobResult(job, "failed", ended.seconds, reason=printable(f"the run cannot be read: {error}"))
        return JobResult(job, "already complete" if before else "ok", ended.seconds, found)

    def _gated(self, result: JobResult, gate: Gate) -> JobResult:
        """The result after its gate. The first run of a series is held to the rules that need no run before it."""
        baseline = gate.baseline or self.earlier.before(read_manifest(result.job.out))
        if baseline is None and not gate.alone:
            return replace(result, gate=f"not gated: {FIRST}")
        against = () if baseline is None else ("--baseline", str(baseline))
        page = ("--annotate", str(result.job.gate_page))
        ended = self.running.run(("gate", str(result.job.out), *against, *gate.arguments, *page), result.job.log)
        result = replace(result, seconds=result.seconds + ended.seconds, baseline=baseline)
        if self.running.stopped is not None and ended.code != PASSED:
            return replace(result, verdict="interrupted", reason=ended.reason)
        if ended.code == PASSED:
            return replace(result, gate="gate passed" if baseline is not None else f"gate passed: {FIRST}")
        if ended.code == GATE_FAILED:
            return replace(result, verdict="gate failed", gate=ended.result)
        if ended.code == COULD_NOT_RUN and baseline is None and gate.compares:
            return replace(result, gate=f"{FIRST}: {ended.result}")
        return replace(result, verdict="failed", reason=f"could not be gated: {ended.reason}")


def _archived(result: NightResult, arguments: Sequence[str], running: Processes) -> NightResult:
    """The result, with the archive brought up to date."""
    try:
        ended = running.run(arguments, result.night.root / "archive.log")
    except OSError as error:
        return replace(result, archive_reason=printable(f"{error.filename}: {error.strerror}"))
    if ended.code != PASSED:
        return replace(result, stopped=running.stopped is not None, archive_reason=ended.reason)
    return replace(result, archive=ended.result)


@contextmanager
def _alone(night: Night) -> Iterator[None]:
    """Within, no other process works on this night's file in this folder. The lock dies with its process."""
    path = night.root / f".{night.file.stem}.lock"
    busy = f"{night.file}: another nightly is at work on it in {night.root}; wait for its end"
    with ExitStack() as stack:
        try:
            stack.enter_context(folder_for(night.root))
            stack.enter_context(locked(path, busy))
        except OSError as error:
            raise OutputError(f"{night.root}: cannot be written ({error.strerror}); choose another out") from error
        stack.callback(path.unlink, missing_ok=True)
        yield
