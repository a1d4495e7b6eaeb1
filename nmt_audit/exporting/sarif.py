"""SARIF 2.1.0: what code scanning on GitHub, and viewers in editors, show beside the lines of a corpus.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; sections in parentheses are of this document.
"""

from __future__ import annotations

from typing import Any, BinaryIO
from urllib.parse import quote

from nmt_audit.checks.thresholds import SHIPPED
from nmt_audit.exporting.artifacts import Artifact, corpus_file, hypotheses_file
from nmt_audit.exporting.json_text import one_line
from nmt_audit.exporting.output import as_text
from nmt_audit.exporting.rule_texts import rule_text
from nmt_audit.exporting.units import Export, Unit
from nmt_audit.report.reading import FlagRow
from nmt_audit.report.wording import category, visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def write(export: Export, out: BinaryIO) -> int:
    """Writes a log with one run and returns how many results it has: one for each flag, a line each.

    Results point at the line of the source, and to the columns of the words where the source is plain text. Dismissed
    flags are suppressed results. Identity over nights is the flag's content-keyed id.
    """
    log = _Log(export)
    count = 0
    with as_text(out) as text:
        text.write(f'{{"$schema":{one_line(SCHEMA)},"version":"2.1.0","runs":[{{"results":[')
        for unit in export.flagged():
            for flag in unit.flags:
                text.write(("," if count else "") + "\n" + one_line(log.result(unit, flag)))
                count += 1
        # The rest stands behind the results, for only now it is known which rules they name.
        text.write("\n]," + one_line(log.rest()).removeprefix("{") + "]}\n")
    return count


class _Log:
    """The run of a SARIF log, but for the array of results itself."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._source = corpus_file(export.run.manifest)
        self._hypotheses = hypotheses_file(export.run.manifest)
        self._rules = {rule: place for place, rule in enumerate(SHIPPED)}
        self._categories: dict[str, str] = {}

    def result(self, unit: Unit, flag: FlagRow) -> dict[str, Any]:
        """A flag as a result (§3.27)."""
        self._categories[flag.rule] = flag.category
        named = category(flag.category)
        suppressions = []
        if flag.dismissed:
            by = f" by {flag.dismissed_by}" if flag.dismissed_by else ""
            suppressions = [{"kind": "external", "status": "accepted", "justification": f"dismissed{by}"}]
        found: dict[str, Any] = {
            "ruleId": flag.rule,
            "ruleIndex": self._rules.setdefault(flag.rule, len(self._rules)),
            "level": "warning",
            "rank": round(100 * flag.score, 1),
            "message": {"text": message(f"{named.label[0].upper()}{named.label[1:]} suspected: {_about(unit, flag)}")},
            "locations": [self._location(self._source, unit, flag if flag.side == "src" else None)],
            # GitHub knows alerts by the second of these, and would otherwise hash the line.
            "partialFingerprints": {"nmtAuditFlag/v1": flag.id, "primaryLocationLineHash": f"{flag.id}:1"},
            "suppressions": suppressions,  # for all results or for none (§3.27.23)
            "properties": _properties(unit, flag),
        }
        if self._hypotheses is not None:
            translation = self._location(self._hypotheses, unit, flag if flag.side == "tgt" else None)
            found["relatedLocations"] = [{**translation, "message": {"text": "The translation"}}]
        return found

    def rest(self) -> dict[str, Any]:
        """The run (§3.14) but for its results."""
        export = self._export
        manifest, series = export.run.manifest, export.series
        artifacts = [file for file in (self._source, self._hypotheses) if file is not None]
        invocation: dict[str, Any] = {"executionSuccessful": not export.run.partial}
        if export.partial is not None:
            invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": export.partial}}]
        return {
            "tool": {"driver": self._driver()},
            "invocations": [invocation],
            "automationDetails": {"id": f"nmt-audit/{series.model}/{series.test_set}/{export.facts.date or ''}"},
            "artifacts": [_artifact(file) for file in artifacts],
            "columnKind": "unicodeCodePoints",
            "properties": {
                "name": export.facts.name, "languages": export.facts.languages, "signature": export.facts.signature,
                "state": "partial" if export.run.partial else "complete", "scores": manifest.get("scores") or [],
            },
        }  # fmt: skip

    def _driver(self) -> dict[str, Any]:
        version = (self._export.run.manifest.get("versions") or {}).get("nmt-audit")
        driver: dict[str, Any] = {"name": "nmt-audit", "rules": [self._rule(rule) for rule in self._rules]}
        return {**driver, "version": version} if version else driver

    def _rule(self, rule: str) -> dict[str, Any]:
        """A rule of the checks as a reporting descriptor (§3.49), with the threshold it had in this run."""
        # A rule is named after its category; one that this version does not know has been met with a flag.
        code = self._categories.get(rule) or rule.partition(".")[0].upper()
        told, named = rule_text(rule), category(code)
        thresholds = (self._export.run.manifest.get("thresholds") or {}).get("rules") or {}
        help_text = (
            f"{named.help} The rule looks at {told.looks_at}. Unit of value and threshold: {told.unit}. "
            "A flag is a suspicion, not an error."
        )
        properties: dict[str, Any] = {"tags": ["translation", code]}
        if rule in thresholds:
            properties["threshold"] = thresholds[rule]
        return {
            "id": rule,
            "name": "".join(part.capitalize() for part in rule.replace(".", "_").split("_")),
            "shortDescription": {"text": message(f"Suspected {named.label}: {told.looks_at}")},
            "fullDescription": {"text": message(help_text)},
            "help": {"text": message(help_text)},
            "defaultConfiguration": {"level": "warning"},
            "properties": properties,
        }

    def _location(self, file: Artifact, unit: Unit, flag: FlagRow | None) -> dict[str, Any]:
        """Where a segment stands in a file (§3.28); with a flag, where its words stand."""
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(file.path), "index": self._index(file)}}
        if file.lines:
            place["region"] = {"startLine": unit.number}
        if flag is not None and file.columns and flag.start is not None and flag.end is not None:
            place["region"] |= {"startColumn": flag.start + 1, "endColumn": flag.end + 1}
            place["region"]["snippet"] = {"text": unit.span(flag)}
        name = {"name": unit.segment.id, "kind": "segment"}
        if unit.segment.document is not None:
            name["fullyQualifiedName"] = f"{unit.segment.document}/{unit.segment.id}"
        return {"physicalLocation": place, "logicalLocations": [name]}

    def _index(self, file: Artifact) -> int:
        return 0 if file is self._source else 1


def message(text: str) -> str:
    """A text as the text of a message: nothing in it is a placeholder (§3.11.5) or a link (§3.11.6)."""
    return visible(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _about(unit: Unit, flag: FlagRow) -> str:
    """What a reader needs who sees the message alone, without the line."""
    words = unit.span(flag)
    named = f"“{words}”: " if words and words not in flag.message else ""
    return f"{named}{flag.message}"


def _artifact(file: Artifact) -> dict[str, Any]:
    known: dict[str, Any] = {"location": {"uri": quote(file.path)}, "roles": ["analysisTarget"]}
    return {**known, "hashes": {"sha-256": file.digest}} if file.digest else known


def _properties(unit: Unit, flag: FlagRow) -> dict[str, Any]:
    """What has no place of its own in SARIF."""
    return {
        "category": flag.category, "side": flag.side, "start": flag.start, "end": flag.end, "score": flag.score,
        "value": flag.value, "threshold": flag.threshold, "segment": unit.segment.id,
        "document": unit.segment.document, "source": unit.segment.source,
        "hypothesis": unit.segment.hypothesis if unit.translated else None, "reference": unit.segment.reference,
    }  # fmt: skip
