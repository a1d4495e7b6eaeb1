"""XLIFF 2.0 of the segments with flags: what a translator opens to correct them.

https://docs.oasis-open.org/xliff/xliff-core/v2.0/xliff-core-v2.0.html. Suspected words are marked (`mrk`), and the mark
names a note that says why; what kind of issue it is stands there in the terms of ITS 2.0, too, as XLIFF 2.1 has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO

from lxml import etree

from nmt_audit.errors import InputError
from nmt_audit.exporting.artifacts import corpus_file
from nmt_audit.exporting.units import Export, Unit
from nmt_audit.exporting.xml_text import legal
from nmt_audit.report.reading import FlagRow
from nmt_audit.report.wording import direction, language_tag, number

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
ITS = "http://www.w3.org/2005/11/its"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
ISSUE = {
    "OMISSION": "omission", "REPETITION": "duplication", "UNRELATED": "addition", "NEGATION": "mistranslation",
    "EARLY_EOS": "omission",
}  # fmt: skip
SIDE = {"src": "source", "tgt": "target"}


def write(export: Export, out: BinaryIO) -> int:
    """Writes a unit for each segment that has a flag, and returns how many there are.

    Documents are `file`s. References and reasons are notes; those of dismissed flags say so, and their words have no
    mark. Offsets are not kept where XML has no place for a character: it is replaced, one for one.
    Raises InputError where the segments are of several pairs of languages: XLIFF names one for all.
    """
    units = export.flagged()
    first = next(units, None)
    manifest = export.run.manifest
    languages = _languages(first) if first else (manifest.get("src_lang") or "und", manifest.get("tgt_lang") or "und")
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        source, target = map(language_tag, languages)
        root = {"version": "2.0", "srcLang": legal(source), "trgLang": legal(target)}
        with xml.element("xliff", root, nsmap={None: NAMESPACE, "its": ITS}):
            count = _Files(export, xml, languages).write(first, units)
            xml.write("\n")
    out.write(b"\n")
    return count


def _languages(unit: Unit) -> tuple[str, str]:
    return unit.segment.src_lang, unit.segment.tgt_lang


class _Files:
    """Writes the files of the document, one after another."""

    def __init__(self, export: Export, xml: Any, languages: tuple[str, str]) -> None:
        self._export, self._xml, self._languages = export, xml, languages
        self._corpus = corpus_file(export.run.manifest).path
        self._number = 0

    def write(self, first: Unit | None, others: Iterator[Unit]) -> int:
        """A file for each document of consecutive units."""
        if first is None:
            with self._file(None):
                self._xml.write("\n", _element("group", id="none"))  # a file without a unit needs a group
            return 0
        count = 0
        unit: Unit | None = first
        while unit is not None:
            document = unit.segment.document
            with self._file(document):
                while unit is not None and unit.segment.document == document:
                    self._check(unit)
                    self._xml.write("\n", unit_element(unit))
                    count += 1
                    unit = next(others, None)
        return count

    def _check(self, unit: Unit) -> None:
        if _languages(unit) != self._languages:
            pairs = ["-".join(pair) for pair in (self._languages, _languages(unit))]
            raise InputError(
                f"{self._export.run.directory}: has segments of {pairs[0]} and of {pairs[1]}, and XLIFF names one pair "
                f"for all; give --pair {pairs[0]}, or export tmx"
            )

    def _file(self, document: str | None) -> Any:
        self._number += 1
        source, target = self._languages
        stack = ExitStack()
        attributes = {
            "id": f"f{self._number}", "original": legal(document or self._corpus), "srcDir": direction(source),
            "trgDir": direction(target),
        }  # fmt: skip
        self._xml.write("\n")
        stack.enter_context(self._xml.element("file", attributes))
        notes = [("signature", self._export.facts.signature)]
        if self._export.partial is not None:
            notes.append(("partial", self._export.partial))
        self._xml.write("\n", _notes([_note(f"n{place}", kind, text) for place, (kind, text) in enumerate(notes, 1)]))
        return stack


def unit_element(unit: Unit) -> Any:
    """A segment as a `unit`, its words marked."""
    found = _element("unit", id=f"u{unit.number}", name=legal(unit.segment.id))
    found.set(XML_SPACE, "preserve")
    notes = [_flag_note(f"n{place}", flag) for place, flag in enumerate(unit.flags, 1)]
    references = [] if unit.segment.reference is None else [unit.segment.reference, *unit.segment.further_references]
    notes += [_note(f"r{place}", "reference", text) for place, text in enumerate(references, 1)]
    found.append(_notes(notes))
    segment = _element("segment", state="translated" if unit.translated else "initial")
    for side, name in SIDE.items():
        if side == "src" or unit.translated:
            element = _element(name)
            marked = [(f"n{place}", flag) for place, flag in enumerate(unit.flags, 1) if flag.side == side]
            mark(element, unit.text(side), [(note, flag) for note, flag in marked if not flag.dismissed])
            segment.append(element)
    found.append(segment)
    return found


def mark(element: Any, text: str, flags: Sequence[tuple[str, FlagRow]]) -> None:
    """Fills an element with text in which the words of flags are marked; each flag comes with the note it names.

    Marks do not nest: where two flags overlap, the words of the second are between an `sm` and an `em`, as the standard
    has it for what no element can enclose.
    """
    text = legal(text)
    events: list[tuple[int, int, int, str, str, FlagRow]] = []
    covered = 0
    for rank, (start, end, note, flag) in enumerate(sorted(_pointed(flags, len(text)), key=lambda one: one[:3])):
        opening, closing = ("open", "close") if start >= covered else ("sm", "em")
        covered = max(covered, end) if start >= covered else covered
        # At one place marks end before others begin, but for those of no words, which end where they began.
        events += [(start, 1, rank, opening, note, flag), (end, 0 if start < end else 1, rank, closing, note, flag)]
    place, cursor = 0, _Cursor(element)
    for at, _, _, event, note, flag in sorted(events, key=lambda one: one[:3]):
        cursor.add(text[place:at])
        cursor.turn(event, note, flag)
        place = at
    cursor.add(text[place:])


def _pointed(flags: Sequence[tuple[str, FlagRow]], length: int) -> Iterator[tuple[int, int, str, FlagRow]]:
    """The flags that point at words, with the words' start and end within the text."""
    for note, flag in flags:
        if flag.start is not None and flag.end is not None:
            yield min(flag.start, length), min(flag.end, length), note, flag


class _Cursor:
    """Where the next piece of text goes."""

    def __init__(self, element: Any) -> None:
        self._element = element
        self._mark: Any = None

    def add(self, text: str) -> None:
        """Text behind all that is there."""
        into = self._element if self._mark is None else self._mark
        if len(into):
            into[-1].tail = (into[-1].tail or "") + text
        else:
            into.text = (into.text or "") + text

    def turn(self, event: str, note: str, flag: FlagRow) -> None:
        """A mark begins or ends here."""
        into = self._element if self._mark is None else self._mark
        name = f"m{note.removeprefix('n')}"
        if event == "open":
            self._mark = etree.SubElement(self._element, _tag("mrk"), _kind(name, note, flag))
        elif event == "close":
            self._mark = None
        elif event == "sm":
            etree.SubElement(into, _tag("sm"), _kind(name, note, flag))
        else:
            etree.SubElement(into, _tag("em"), {"startRef": name})


def _kind(name: str, note: str, flag: FlagRow) -> dict[str, str]:
    its = {f"{{{ITS}}}locQualityIssueType": ISSUE.get(flag.category, "other")}
    return {"id": name, "type": "comment", "ref": f"#n={note}", **its}


def reason(flag: FlagRow) -> str:
    """A flag in words."""
    dismissed = ""
    if flag.dismissed:
        dismissed = f"dismissed by {flag.dismissed_by}: " if flag.dismissed_by else "dismissed: "
    numbers = f"{flag.rule}, value {number(flag.value)}, threshold {number(flag.threshold)}, score {flag.score:.2f}"
    return f"{dismissed}{flag.message} ({numbers})"


def _flag_note(name: str, flag: FlagRow) -> Any:
    found = _note(name, flag.category, reason(flag))
    found.set("appliesTo", SIDE[flag.side])
    found.set("priority", str(round(10 - 9 * min(max(flag.score, 0.0), 1.0))))  # 1 is the most important of 10
    return found


def _note(name: str, kind: str, text: str) -> Any:
    found = _element("note", id=name, category=legal(kind))
    found.text = legal(text)
    return found


def _notes(notes: Sequence[Any]) -> Any:
    found = _element("notes")
    found.extend(notes)
    return found


def _element(tag: str, **attributes: str) -> Any:
    return etree.Element(_tag(tag), attributes, nsmap={None: NAMESPACE, "its": ITS})


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
