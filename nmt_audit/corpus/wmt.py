"""WMT XML, the format of the WMT test sets from 2021 on: documents with a source, references and systems' hypotheses.

https://github.com/wmt-conference/wmt-format-tools
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nmt_audit.corpus.files import File
from nmt_audit.corpus.languages import chosen
from nmt_audit.corpus.markup import Element, Markup, shown
from nmt_audit.corpus.rows import Asked, Row, with_distinct_ids
from nmt_audit.errors import InputError


@dataclass(frozen=True, slots=True)
class _Side:
    """One `<src>`, `<ref>` or `<hyp>` of a document: its language, who wrote it, and its segments by their ids."""

    language: str | None
    author: str
    texts: Mapping[str, tuple[int, str]]  # the line, and the text

    def text(self, id: str) -> str | None:
        return self.texts[id][1] if id in self.texts else None


@dataclass(frozen=True, slots=True)
class _Document:
    line: int
    id: str | None
    sources: Sequence[_Side]
    references: Sequence[_Side]
    hypotheses: Sequence[_Side]


def read_wmt(file: File, asked: Asked) -> Iterator[Row]:
    """The segments of all documents with all references, and the hypotheses of the asked system.

    In a file of hypotheses, the only system there is needs no asking for. White space is as in sacrebleu's reading of
    these files: runs of it are one space, and none is at the ends. Segments without a reference, and documents of test
    suites, stay; sacrebleu leaves them out. Raises InputError for another system or language than there is, or where
    several could be meant.
    """
    documents = _documents(file)
    source = chosen(file.label, "source", asked.src_lang, (side.language for doc in documents for side in doc.sources))
    translations = [side for doc in documents for side in (*doc.references, *doc.hypotheses)]
    target = chosen(file.label, "target", asked.tgt_lang, (side.language for side in translations))
    system = _system(file, documents, asked)
    translators = [*dict.fromkeys(side.author for doc in documents for side in doc.references)]
    rows: list[Row] = []
    for document in documents:
        sources = [side for side in document.sources if source.holds(side.language)][:1]
        if not sources and asked.role == "corpus":
            raise InputError(f"{file.label}: line {document.line}: a <doc> without <src>; add it")
        references = sorted(
            (side for side in document.references if target.holds(side.language)),
            key=lambda side: translators.index(side.author),
        )
        hypotheses = [side for side in document.hypotheses if side.author == system and target.holds(side.language)]
        rows += _rows(file, document.id, sources, hypotheses[:1], references)
    rows = [replace(row, src_lang=source.name, tgt_lang=target.name) for row in rows]
    yield from with_distinct_ids(rows)


def _rows(
    file: File,
    document: str | None,
    sources: Sequence[_Side],
    hypotheses: Sequence[_Side],
    references: Sequence[_Side],
) -> Iterator[Row]:
    """The segments of one document, in the order of its first side. Raises InputError where others have more."""
    sides = (*sources, *hypotheses, *references)
    first = sides[0].texts if sides else {}
    for side in sides:
        for id, (line, _) in side.texts.items():
            if id not in first:
                raise InputError(
                    f"{file.label}: line {line}: the document's first side has no <seg> {shown(id)}; mend the ids"
                )
    for id, (line, _) in first.items():
        yield Row(
            line,
            id=None if document is None else f"{document}:{id}",
            source=next((side.text(id) for side in sources), None),
            hypothesis=next((side.text(id) for side in hypotheses), None),
            references=tuple(text for side in references if (text := side.text(id)) is not None),
            document=document,
        )


def _system(file: File, documents: Sequence[_Document], asked: Asked) -> str | None:
    """Whose hypotheses are taken; None: nobody's."""
    systems = dict.fromkeys(side.author for document in documents for side in document.hypotheses)
    names = ", ".join(shown(name) for name in [*systems][:100])
    if asked.system is None:
        if asked.role == "hypotheses" and len(systems) > 1:
            raise InputError(f"{file.label}: has hypotheses of several systems ({names}); choose one with --system")
        return next(iter(systems), None) if asked.role == "hypotheses" else None
    if asked.system not in systems:
        there = f"there are {names}" if systems else "it has no <hyp> at all"
        raise InputError(f"{file.label}: has no system {shown(asked.system)}; {there}")
    return asked.system


def _documents(file: File) -> list[_Document]:
    markup = Markup(file)
    return [
        _Document(
            element.sourceline,
            element.get("id"),
            [_side(markup, side) for side in markup.children(element, "src")],
            [_side(markup, side, "translator") for side in markup.children(element, "ref")],
            [_side(markup, side, "system") for side in markup.children(element, "hyp")],
        )
        for element in markup.units("dataset", "doc")
    ]


def _side(markup: Markup, element: Element, author: str | None = None) -> _Side:
    texts: dict[str, tuple[int, str]] = {}
    for segment in element.iter("{*}seg"):
        id = segment.get("id")
        if id is None:
            raise markup.error(segment, "a <seg> without an id", "number it")
        if id in texts:
            raise markup.error(segment, f"a second <seg> with the id {shown(id)} side by side", "give it its own")
        texts[id] = (segment.sourceline, " ".join(markup.text(segment).split()))
    name = "" if author is None else element.get(author, "")
    return _Side(element.get("lang") or element.get("language"), name, texts)
