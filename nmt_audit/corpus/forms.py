"""The table of forms: what each is called, how a file's name shows it, and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from nmt_audit.corpus.files import STANDARD_INPUT, File
from nmt_audit.corpus.jsonl import read_jsonl
from nmt_audit.corpus.markup import root_name, shown
from nmt_audit.corpus.rows import Asked, Row
from nmt_audit.corpus.text import read_text
from nmt_audit.corpus.tmx import read_tmx
from nmt_audit.corpus.tsv import read_tsv
from nmt_audit.corpus.wmt import read_wmt
from nmt_audit.corpus.xliff import read_xliff
from nmt_audit.errors import InputError


@dataclass(frozen=True, slots=True)
class Form:
    """`unit`: what a file of this form has as many of as it has segments. `root`: the outermost element, of XML."""

    name: str
    read: Callable[[File, Asked], Iterator[Row]]
    suffixes: tuple[str, ...]
    unit: str = "segments"
    root: str | None = None
    systems: bool = False  # whether it can hold the hypotheses of several systems
    pairs_by_id: bool = False  # whether the ids of a file beside the source are those of its segments


TEXT = Form("text", read_text, (), "lines")

FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        TEXT,
        Form("tsv", read_tsv, (".tsv",), "lines"),
        Form("jsonl", read_jsonl, (".jsonl",), "lines", pairs_by_id=True),
        Form("tmx", read_tmx, (".tmx",), root="tmx"),
        Form("xliff", read_xliff, (".xlf", ".xliff", ".sdlxliff", ".mxliff", ".mqxliff"), root="xliff"),
        Form("wmt", read_wmt, (), root="dataset", systems=True),
    )
}
XML_DECLARATION = b"<?xml "


def form_of(path: str, file: File, name: str | None = None) -> Form:
    """The form that was asked for by name, or that the file's name shows; anything else is plain text.

    `.xml` may be any of the XML forms, which the outermost element tells apart; so may standard input that begins with
    an XML declaration. Raises InputError for a name that is none, and for XML of another kind.
    """
    if name is not None:
        if name not in FORMS:
            raise InputError(f"--form {shown(name)}: there are {', '.join(FORMS)}; choose one of them")
        return FORMS[name]
    piped = path == STANDARD_INPUT and file.head.startswith(XML_DECLARATION)
    suffix = _suffix(path)
    if suffix == ".xml" or piped:
        return _of_root(file)
    return next((form for form in FORMS.values() if suffix in form.suffixes), TEXT)


def has_sources_alone(path: str, name: str | None = None) -> bool:
    """Whether a file can have no translations, by its form or its name: plain text."""
    if name is not None:
        return name == TEXT.name
    suffix = _suffix(path)
    return suffix != ".xml" and not any(suffix in form.suffixes for form in FORMS.values())


def _suffix(path: str) -> str:
    return PurePath(path.lower().removesuffix(".gz")).suffix


def _of_root(file: File) -> Form:
    root = root_name(file)
    for form in FORMS.values():
        if form.root == root:
            return form
    known = ", ".join(f"<{form.root}> ({form.name})" for form in FORMS.values() if form.root)
    raise InputError(f"{file.label}: is XML with <{shown(root)}>, but can only be {known}; convert it to one of these")
