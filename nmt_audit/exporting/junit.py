"""JUnit XML, as Jenkins, GitLab and the reporters of GitHub read it: test cases of a build.

There is no standard; this keeps to what all of them take (https://github.com/testmoapp/junitxml).
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO

from lxml import etree

from nmt_audit.exporting.artifacts import Artifact, corpus_file
from nmt_audit.exporting.units import Export, Unit
from nmt_audit.exporting.xml_text import legal
from nmt_audit.report.reading import FlagRow
from nmt_audit.report.wording import CATEGORY, STATUS, category, number, plural

LONGEST = 1_000  # characters of a text: build pages are no place for more


@dataclass(frozen=True, slots=True)
class Case:
    """A test case. `outcome`: "passed", "failure", "error" or "skipped", with a heading and a text."""

    name: str
    outcome: str = "passed"
    heading: str = ""
    text: str = ""
    kind: str = ""
    line: int | None = None


@dataclass(slots=True)
class Suite:
    """The cases of a category, kept in a file until it is known how many of them there are."""

    kept: IO[str]
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case) -> None:
        """Keeps a case for later."""
        self.counts[case.outcome] += 1
        fields = (case.name, case.outcome, case.heading, case.text, case.kind, case.line)
        self.kept.write(json.dumps(fields) + "\n")

    def cases(self) -> Iterator[Case]:
        """All that was kept, in order."""
        self.kept.seek(0)
        return (Case(*json.loads(line)) for line in self.kept)


def write(export: Export, out: BinaryIO) -> int:
    """Writes the suites and returns how many cases fail.

    A suite for each category: a failed case for each segment with a flag of it that stands, a skipped one where all of
    them were dismissed, and one case that passes and says how many segments have none. The suite “run” fails where the
    audit has not come to its end, and says what could not be judged.
    """
    with ExitStack() as stack:

        def suite() -> Suite:
            return Suite(stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")))

        suites = {"run": suite(), **{code: suite() for code in CATEGORY}}
        statuses: Counter[str] = Counter()
        unchecked: Counter[str] = Counter()
        for unit in export.units():
            statuses[unit.segment.status] += 1
            unchecked.update(unit.segment.not_checked)
            for code in dict.fromkeys(flag.category for flag in unit.flags):
                if code not in suites:
                    suites[code] = suite()
                suites[code].add(_segment_case(unit, [flag for flag in unit.flags if flag.category == code]))
        for code, found in suites.items():
            if code != "run":
                found.add(_rest_case(code, found.counts, statuses.total(), unchecked[code]))
        for case in _run_cases(export, statuses):
            suites["run"].add(case)
        _write(export, suites, out)
        return sum(found.counts["failure"] + found.counts["error"] for found in suites.values())


def _segment_case(unit: Unit, flags: list[FlagRow]) -> Case:
    """What one segment has of one category."""
    standing = [flag for flag in flags if not flag.dismissed]
    shown = standing or flags
    heading = "; ".join(flag.message for flag in shown)
    texts = [f"segment {unit.number}, id {unit.segment.id}"]
    if unit.segment.document is not None:
        texts[0] += f", document {unit.segment.document}"
    texts += [
        f"{flag.rule}: value {number(flag.value)}, threshold {number(flag.threshold)}, score {flag.score:.2f}, "
        f"flag {flag.id}"
        for flag in shown
    ]
    texts += [f"source: {unit.segment.source}", f"translation: {unit.segment.hypothesis}"]
    if unit.segment.reference is not None:
        texts.append(f"reference: {unit.segment.reference}")
    text = "\n".join(map(_clipped, texts))
    if not standing:
        by = ", ".join(sorted({flag.dismissed_by for flag in flags if flag.dismissed_by}))
        return Case(
            unit.segment.id, "skipped", f"dismissed{f' by {by}' if by else ''}: {heading}", text, "", unit.number
        )
    return Case(unit.segment.id, "failure", heading, text, standing[0].rule, unit.number)


def _rest_case(code: str, counts: Counter[str], segments: int, unchecked: int) -> Case:
    """The segments that have nothing of a category, as one case: nobody reads a hundred thousand that passed."""
    name = f"all other segments: no {category(code).label} suspected"
    if segments and unchecked == segments:
        return Case(name, "skipped", "not checked: there are no word lists for these languages, or no translations")
    clear = segments - unchecked - counts.total()
    rest = f", {plural(unchecked, 'segment', 'segments')} not checked" if unchecked else ""
    return Case(name, text=f"{plural(clear, 'segment', 'segments')} without a flag{rest}")


def _run_cases(export: Export, statuses: Counter[str]) -> Iterator[Case]:
    name = "the audit came to its end"
    yield Case(name) if export.partial is None else Case(name, "error", export.partial, kind="partial")
    for status, what in STATUS.items():
        name = f"no segment {what}"
        if statuses[status]:
            heading = f"{plural(statuses[status], 'segment', 'segments')} {what}: nothing is said of them"
            yield Case(name, "skipped", heading)
        else:
            yield Case(name)


# --- XML --------------------------------------------------------------------------------------------------------------


def _write(export: Export, suites: dict[str, Suite], out: BinaryIO) -> None:
    total = sum((suite.counts for suite in suites.values()), Counter())
    file = corpus_file(export.run.manifest)
    prefix = ".".join(name.replace(".", "_") for name in (export.series.model, export.series.test_set))
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("testsuites", _attributes(export.facts.name, total)):
            for name, suite in suites.items():
                xml.write("\n")
                with xml.element("testsuite", _attributes(name, suite.counts)):
                    if name == "run":
                        xml.write("\n", _properties(export))
                    for case in suite.cases():
                        xml.write("\n", _case(case, f"{prefix}.{name}", file))
                    xml.write("\n")
            xml.write("\n")
    out.write(b"\n")


def _attributes(name: str, counts: Counter[str]) -> dict[str, str]:
    return {
        "name": legal(name), "tests": str(counts.total()), "failures": str(counts["failure"]),
        "errors": str(counts["error"]), "skipped": str(counts["skipped"]), "time": "0",
    }  # fmt: skip


def _properties(export: Export) -> Any:
    found = etree.Element("properties")
    facts = export.facts
    known = [("signature", facts.signature), ("languages", facts.languages), ("date", facts.date or "")]
    for score in export.run.manifest.get("scores") or ():
        known.append((str(score["name"]), f"{number(score['value'])} {score.get('signature') or ''}".rstrip()))
    for name, value in known:
        etree.SubElement(found, "property", name=legal(name), value=legal(value))
    return found


def _case(case: Case, classname: str, file: Artifact) -> Any:
    found = etree.Element("testcase", classname=legal(classname), name=legal(_clipped(case.name)), time="0")
    if case.line is not None:
        found.set("file", legal(file.path))
        if file.lines:
            found.set("line", str(case.line))
    if case.outcome == "passed":
        if case.text:
            etree.SubElement(found, "system-out").text = legal(case.text)
        return found
    outcome = etree.SubElement(found, case.outcome, message=legal(_clipped(case.heading)))
    if case.kind:
        outcome.set("type", legal(case.kind))
    outcome.text = legal(case.text)
    return found


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
