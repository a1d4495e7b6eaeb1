"""The summary of a night for a build page, in GitHub's Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nmt_audit.exporting.markdown import cell, code
from nmt_audit.nights.results import SHOWN_SCORE, JobResult, NightResult, signatures

SIGNS = {
    "ok": "✅", "already complete": "✅", "gate failed": "❌", "failed": "💥", "interrupted": "⏸", "not run": "⏸",
}  # fmt: skip


LONGEST = 300  # characters of a reason or a path
LARGEST = 900_000  # bytes of all gates' pages together: GitHub takes 1 MiB a step, and refuses all of it above


def markdown(result: NightResult) -> str:
    """A table of the jobs with their verdicts, what reproduces the numbers, and the pages of the gates that failed."""
    lines = [
        f"## nmt-audit, night of {result.night.date}",
        "",
        f"{result.in_words}.",
        "",
        f"| | model | test set | verdict | segments | flags | {SHOWN_SCORE} | seconds | |",
        "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | --- |",
        *map(_row, result.jobs),
        "",
    ]
    lines += [f"{code(signature)}  " for signature in signatures(result.jobs)]
    if result.archive_reason is not None:
        lines += ["", f"The archive could not be made: {code(result.archive_reason, LONGEST)}"]
    return "\n".join([*lines, *_gates(result.jobs)]) + "\n"


def _gates(results: Sequence[JobResult]) -> Iterator[str]:
    """What the gates that failed wrote, as far as there is room for it."""
    room = LARGEST
    for result in results:
        if result.verdict != "gate failed":
            continue
        yield f"\n# {code(result.job.name)}\n"
        try:
            page = result.job.gate_page.read_text("utf-8")
        except OSError as error:
            yield f"{code(str(result.job.gate_page), LONGEST)} cannot be read: {error.strerror}"
            continue
        if (size := len(page.encode())) > room:
            yield f"see {code(str(result.job.gate_page), LONGEST)}"
        else:
            room -= size
            yield page


def _row(result: JobResult) -> str:
    found = result.measured
    score = "" if found is None or found.score is None else f"{found.score:.1f}"
    numbers = ("", "") if found is None else (f"{found.segments:,}", f"{found.flags:,}")
    seconds = "" if result.verdict == "not run" else f"{result.seconds:.0f}"
    reason = result.reason or result.gate
    said = cell(reason, LONGEST) if reason else ""
    names = (cell(result.job.model, LONGEST), cell(result.job.test_set, LONGEST))
    cells = (SIGNS[result.verdict], *names, result.verdict, *numbers, score, seconds, said)
    return f"| {' | '.join(cells)} |"
