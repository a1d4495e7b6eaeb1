"""TMX 1.4 (LISA OSCAR, 2005): translation units with one variant (`<tuv>`) per language.

https://www.gala-global.org/tmx-14b
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nmt_audit.corpus.files import File
from nmt_audit.corpus.languages import UNDETERMINED, Language, chosen
from nmt_audit.corpus.markup import LANGUAGE, Element, Markup
from nmt_audit.corpus.rows import Asked, Row, with_distinct_ids, with_translations

ALL = "*all*"  # the header's srclang where any language may be the source
CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})  # <sub> stands within these only, and goes with them
# The types of the <prop> that names the document, for which TMX has no other place; the latter is that of our export.
DOCUMENT = ("x-document", "x-nmt-audit-document")


@dataclass(frozen=True, slots=True)
class _Unit:
    """One `<tu>`: its variants in the order of the file, several of one language included."""

    line: int
    id: str | None
    document: str | None
    variants: tuple[tuple[str, str], ...]  # language, text

    def texts(self, language: Language) -> tuple[str, ...]:
        return tuple(text for tag, text in self.variants if language.holds(tag))


def read_tmx(file: File, asked: Asked) -> Iterator[Row]:
    """The units that have the source language; the variants of the target language are references, or the hypothesis.

    The source language is the asked one, or the header's `srclang`; the target language is the asked one, or the only
    other one there is. Of several variants of the source language the first counts. White space in `<seg>` stays, as
    TMX says. Text of inline elements stays (`<hi>`), native codes do not (`<bpt>`, `<ph>`, …).
    Raises InputError where the file has not these languages, or several that could be meant.
    """
    header, units = _units(file)
    tags = [tag for unit in units for tag, _ in unit.variants]
    wanted = header if asked.src_lang in UNDETERMINED else asked.src_lang
    source = chosen(file.label, "source", wanted, tags)
    target = chosen(file.label, "target", asked.tgt_lang, (tag for tag in tags if tag not in source.tags))
    rows = []
    for unit in units:
        for text in unit.texts(source)[:1]:
            row = Row(
                unit.line, unit.id, text, src_lang=source.name, tgt_lang=target.name, document=unit.document
            )  # fmt: skip
            rows.append(with_translations(row, asked.role, unit.texts(target)))
    yield from with_distinct_ids(rows)


def _units(file: File) -> tuple[str | None, Sequence[_Unit]]:
    """The source language of the header, and the units."""
    markup, source, units = Markup(file), None, []
    for element in markup.units("tmx", "header", "tu"):
        if markup.name(element) == "header":
            source = element.get("srclang")
        else:
            units.append(_unit(markup, element))
    return (None if source == ALL else source), units


def _unit(markup: Markup, element: Element) -> _Unit:
    variants = []
    for variant in markup.children(element, "tuv"):
        language = variant.get(LANGUAGE) or variant.get("lang")  # the latter: TMX 1.1
        if not language:
            raise markup.error(variant, "a <tuv> without a language", "add xml:lang")
        segments = markup.children(variant, "seg")
        if len(segments) != 1:
            raise markup.error(variant, f"a <tuv> with {len(segments)} <seg>", "give it one")
        variants.append((language, markup.text(segments[0], CODES)))
    documents = [prop.text for prop in markup.children(element, "prop") if prop.get("type") in DOCUMENT]
    return _Unit(element.sourceline, element.get("tuid"), next(iter(documents), None), tuple(variants))
