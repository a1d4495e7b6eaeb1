"""Reads XML safely, a unit at a time: no entities, no DTD, no network, nothing deeper or longer than libxml2 allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nmt_audit.corpus.files import File
from nmt_audit.errors import InputError

Element = Any  # an element of lxml, which comes without types

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MOST_ELEMENTS = 500_000  # in one unit; a document of WMT XML with every system's hypotheses has some ten thousand

_CHUNK = 2**16
_WHERE = re.compile(r",? line \d+(, column \d+)?$|,? (try|use) XML_PARSE_HUGE( option)?")
# Codes that stand for a line break, by any of the attributes that may say so: XLIFF 1.2, XLIFF 2, TMX.
_BREAKS = (("ctype", "lb"), ("subType", "xlf:lb"), ("type", "lb"))


def root_name(file: File) -> str:
    """The name of the outermost element, without a namespace. Raises InputError where the file is not XML."""
    for _, element in _events(file):
        return _local(element)
    raise InputError(f"{file.label}: has no XML element; give a whole file")  # _events has raised before


class Markup:
    """One XML file. Its units are read one after the other, and each is forgotten before the next."""

    def __init__(self, file: File) -> None:
        self.label = file.label
        self._file = file
        self._namespace = ""

    def units(self, root: str, *names: str) -> Iterator[Element]:
        """The elements of these names, whole, in the order of the file; what they are part of can be asked of them.

        Raises InputError where the file is not well-formed, not of this kind (`root`), or unsafe.
        """
        inside = size = 0
        outermost = True
        for event, element in _events(self._file):
            if outermost:
                outermost = False
                self._begin(element, root)
            unit = self.name(element) in names
            if event == "start":
                inside += unit
                size += inside > 0
                if size > MOST_ELEMENTS:
                    raise self.error(element, f"one unit with over {MOST_ELEMENTS:,} elements", "split it")
                continue
            inside -= unit
            if inside:
                continue
            if unit:
                yield element
            size = 0
            element.clear()
            # The element itself must stay until the parser is past it; those before it can go.
            while element.getprevious() is not None:
                del element.getparent()[0]

    def name(self, element: Element) -> str:
        """The name of an element: bare if it belongs to the format, with its namespace if it is an extension."""
        tag: str = element.tag
        return tag.removeprefix(self._namespace) if self._namespace else tag

    def children(self, element: Element, name: str) -> list[Element]:
        """The elements of this name directly within another."""
        return [child for child in element if isinstance(child.tag, str) and self.name(child) == name]

    def text(self, element: Element, codes: frozenset[str] = frozenset()) -> str:
        """The text in an element and in those within it, but not in `codes`, whose content is markup of another format.

        A code that says it is a line break becomes a space. Raises InputError for an entity that is not defined.
        """
        if not len(element):
            return element.text or ""
        from lxml import etree

        for entity in element.iter(etree.Entity):
            raise self.error(element, f"the entity {shown(entity.text)} is not defined", "write the character itself")
        found = [element.text or ""]
        walk = etree.iterwalk(element, events=("start", "end"))
        for event, inner in walk:
            if inner is element:
                continue
            if event == "end":
                found.append(inner.tail or "")
            elif self.name(inner) in codes:
                walk.skip_subtree()
                if any(inner.get(key) == value for key, value in _BREAKS):
                    found.append(" ")
            else:
                found.append(inner.text or "")
        return "".join(found)

    def error(self, element: Element, what: str, remedy: str) -> InputError:
        """One line about an element."""
        return InputError(f"{self.label}: line {element.sourceline}: {what}; {remedy}")

    def _begin(self, root: Element, name: str) -> None:
        dtd = root.getroottree().docinfo.internalDTD
        if dtd is not None and any(True for _ in dtd.iterentities()):
            raise self.error(root, "its DOCTYPE defines entities, which are refused", "write the characters themselves")
        if _local(root) != name:
            raise self.error(root, f"its outermost element is <{shown(_local(root))}>, not <{name}>", "check the form")
        self._namespace = root.tag[: -len(name)]


def shown(text: str) -> str:
    """What a hostile file says, short and on one line."""
    text = text if len(text) <= 60 else f"{text[:60]}…"
    return text if text.isprintable() else ascii(text)[1:-1]


def _events(file: File) -> Iterator[tuple[str, Element]]:
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, remove_comments=True, remove_pis=True, recover=False,
    )  # fmt: skip
    try:
        stream = file.stream()
        while piece := stream.read(_CHUNK):
            parser.feed(piece)
            yield from parser.read_events()
        parser.close()
        yield from parser.read_events()
    except etree.XMLSyntaxError as error:
        # The log says what came first; the exception may only say that nothing was left.
        log = [entry for entry in parser.feed_error_log if entry.level >= etree.ErrorLevels.ERROR]
        line, reason = (log[0].line, log[0].message) if log else (error.lineno, error.msg)
        reason = shown(_WHERE.sub("", " ".join((reason or "for no known reason").split())))
        remedy = "write the characters themselves" if "entity" in reason.lower() else "mend the file"
        raise InputError(f"{file.label}: line {line or 1}: not readable XML ({reason}); {remedy}") from error


def _local(element: Element) -> str:
    tag: str = element.tag
    return tag.rpartition("}")[2]
