"""XLIFF 1.2 (OASIS, 2008) and 2.0 to 2.2 (OASIS, 2014 to 2025): units with a source and, once translated, a target.

https://docs.oasis-open.org/xliff/v1.2/os/xliff-core.html
https://docs.oasis-open.org/xliff/xliff-core/v2.1/xliff-core-v2.1.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nmt_audit.corpus.files import File
from nmt_audit.corpus.languages import chosen
from nmt_audit.corpus.markup import Element, Markup, shown
from nmt_audit.corpus.rows import Asked, Row, with_distinct_ids, with_translations

UNITS = ("trans-unit", "unit")  # of version 1 and of version 2
CODES = frozenset({"bpt", "ept", "it", "ph", "x", "bx", "ex", "sc", "ec", "sm", "em"})


def read_xliff(file: File, asked: Asked) -> Iterator[Row]:
    """The units that are to be translated, segment by segment; the target is the reference, or the hypothesis.

    Left out are units with translate="no", alternatives (`<alt-trans>`, the module of matches) and binary units. An
    empty target is one that nobody has translated yet: no reference; in a file of hypotheses it is an empty hypothesis.
    Each `<file>` is a document. Of files in several languages those in the asked ones are taken. Text of inline
    elements stays (`<g>`, `<mrk>`, `<pc>`), native codes do not (`<bpt>`, `<ph>`, …), nor do characters that XML cannot
    hold (`<cp>`).
    Raises InputError where the file has not these languages, or several that could be meant.
    """
    markup = Markup(file)
    found = [row for unit in markup.units("xliff", *UNITS) for row in _rows(markup, unit, asked)]
    source = chosen(file.label, "source", asked.src_lang, (row.src_lang for row in found))
    target = chosen(file.label, "target", asked.tgt_lang, (row.tgt_lang for row in found))
    rows = [
        replace(row, src_lang=source.name, tgt_lang=target.name)
        for row in found
        if source.holds(row.src_lang) and target.holds(row.tgt_lang)
    ]
    if len({row.document for row in rows}) > 1:  # ids are unique within a file only
        rows = [replace(row, id=f"{row.document}#{row.id}") for row in rows]
    yield from with_distinct_ids(rows)


def _rows(markup: Markup, unit: Element, asked: Asked) -> Iterator[Row]:
    first = markup.name(unit) == UNITS[0]
    if _translate(unit) == "no":
        return
    around = next((element for element in unit.iterancestors() if markup.name(element) == "file"), None)
    if around is None:
        raise markup.error(unit, f"a <{markup.name(unit)}> outside a <file>", "put it into one")
    languages = around if first else around.getroottree().getroot()
    names = ("source-language", "target-language") if first else ("srcLang", "trgLang")
    src_lang, tgt_lang = (languages.get(name) or None for name in names)
    for segment, id, source, target in (_version_1 if first else _version_2)(markup, unit):
        text = None if target is None else markup.text(target, CODES)
        if asked.role != "hypotheses" and not text:
            text = None
        row = Row(
            segment.sourceline, id, markup.text(source, CODES), src_lang=src_lang, tgt_lang=tgt_lang,
            document=around.get("original") or around.get("id"),
        )  # fmt: skip
        yield with_translations(row, asked.role, () if text is None else (text,))


def _translate(unit: Element) -> str | None:
    """What the unit says of itself, or else the innermost group or file around it."""
    said = (element.get("translate") for element in (unit, *unit.iterancestors()))
    return next((value for value in said if value is not None), None)


def _version_1(markup: Markup, unit: Element) -> Iterator[tuple[Element, str, Element, Element | None]]:
    """One segment per unit, or per `<mrk mtype="seg">` of the segmented source if the target has such marks too."""
    id = unit.get("id", "")
    source, target = _only(markup, unit, "source"), _only(markup, unit, "target")
    if source is None:
        raise markup.error(unit, f"unit {shown(id)}: no <source>", "add it")
    segmented = _only(markup, unit, "seg-source")
    marks = [] if segmented is None else _marks(segmented)
    translated = {} if target is None else {mark.get("mid"): mark for mark in _marks(target)}
    if not marks or (target is not None and not translated):
        yield unit, id, source, target
        return
    for mark in marks:
        mid = mark.get("mid", "")
        yield mark, f"{id}/{mid}", mark, translated.get(mid)


def _version_2(markup: Markup, unit: Element) -> Iterator[tuple[Element, str, Element, Element | None]]:
    id = unit.get("id", "")
    segments = markup.children(unit, "segment")
    for number, segment in enumerate(segments, 1):
        source = _only(markup, segment, "source")
        if source is None:
            raise markup.error(segment, f"unit {shown(id)}: a <segment> without <source>", "add it")
        own = id if len(segments) == 1 else f"{id}/{segment.get('id', number)}"
        yield segment, own, source, _only(markup, segment, "target")


def _only(markup: Markup, parent: Element, name: str) -> Element | None:
    found = markup.children(parent, name)
    if len(found) > 1:
        raise markup.error(parent, f"{len(found)} <{name}> side by side", "leave one")
    return found[0] if found else None


def _marks(element: Element) -> list[Element]:
    return [mark for mark in element.iter("{*}mrk") if mark.get("mtype") == "seg"]
