"""TMX 1.4 of the segments with flags: what a translation memory or a spreadsheet of pairs takes.

https://www.gala-global.org/tmx-14b. Texts have no markup in them: what a memory takes in, it proposes to translators.
Why a segment is there stands in notes, one for each flag.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from lxml import etree

from nmt_audit.exporting.units import Export, Unit
from nmt_audit.exporting.xliff import reason
from nmt_audit.exporting.xml_text import legal
from nmt_audit.report.wording import language_tag

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ANY = "*all*"  # srclang: a unit may be read in both directions, and units may be of several languages


def write(export: Export, out: BinaryIO) -> int:
    """Writes a unit for each segment that has a flag, and returns how many there are.

    `prop`s have the document, the reference, and of each flag “category side start end id”, with “dismissed” behind
    where it was. A segment without a translation has its source alone. There is no DOCTYPE, so that nothing is fetched.
    Where XML has no place for a character it is replaced, one for one.
    """
    count = 0
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("tmx", version="1.4"):
            xml.write("\n", _header(export), "\n")
            with xml.element("body"):
                for unit in export.flagged():
                    xml.write("\n", unit_element(unit))
                    count += 1
                xml.write("\n")
            xml.write("\n")
    out.write(b"\n")
    return count


def _header(export: Export) -> Any:
    versions = export.run.manifest.get("versions") or {}
    found = etree.Element(
        "header", creationtool="nmt-audit", creationtoolversion=legal(str(versions.get("nmt-audit", "unknown"))),
        segtype="sentence", adminlang="en", srclang=ANY, datatype="plaintext",
    )  # fmt: skip
    found.set("o-tmf", "nmt-audit")
    for note in (export.facts.signature, export.partial):
        if note is not None:
            etree.SubElement(found, "note").text = legal(note)
    return found


def unit_element(unit: Unit) -> Any:
    """A segment as a `tu`."""
    segment = unit.segment
    found = etree.Element("tu", tuid=legal(segment.id))
    for flag in unit.flags:
        etree.SubElement(found, "note").text = legal(f"{flag.category}: {reason(flag)}")
    props = [("document", segment.document), ("reference", segment.reference)]
    props += [("reference", text) for text in unit.segment.further_references]
    for flag in unit.flags:
        place = "- -" if flag.start is None else f"{flag.start} {flag.end}"
        dismissed = " dismissed" if flag.dismissed else ""
        props.append(("flag", f"{flag.category} {flag.side} {place} {flag.id}{dismissed}"))
    for kind, text in props:
        if text is not None:
            etree.SubElement(found, "prop", type=f"x-nmt-audit-{kind}").text = legal(text)
    sides = [(segment.src_lang, segment.source)]
    if unit.translated:
        sides.append((segment.tgt_lang, segment.hypothesis))
    for language, text in sides:
        variant = etree.SubElement(found, "tuv")
        variant.set(XML_LANG, legal(language_tag(language)))
        etree.SubElement(variant, "seg").text = legal(text)
    return found
