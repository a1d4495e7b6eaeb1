"""Pictures as files: SVG, PNG and, through `page`, HTML. The same pictures give the same bytes."""

from __future__ import annotations

import dataclasses
import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from xml.etree import ElementTree

import numpy as np

from nmt_audit.errors import OutputError
from nmt_audit.report.pictures import caption as captions
from nmt_audit.report.pictures.caption import Caption
from nmt_audit.report.pictures.ink import LIGHT, Ink
from nmt_audit.report.pictures.sheet import DOTS_PER_INCH, Sheet, settings
from nmt_audit.report.pictures.tables import Table

SUFFIXES = (".svg", ".png", ".html")
SALT = "nmt-audit"
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"


class Picture(Protocol):
    """Numbers that know how to be drawn; a frozen dataclass."""

    @property
    def heading(self) -> str:
        """What stands above it."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its numbers for people."""

    def draw(self, sheet: Sheet) -> None:
        """Draws it under what is on the sheet."""


def check_suffix(path: Path) -> None:
    """Raises OutputError for a file that is no picture, before anything is computed for it."""
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(f"{path}: a figure is written to a file that ends in {', '.join(SUFFIXES)}; choose one")


def save(path: Path, pictures: Sequence[Picture], caption: Caption) -> None:
    """Writes the pictures one under the other, with the caption below; what kind of file its suffix says.

    Raises OutputError where the file cannot be written.
    """
    check_suffix(path)
    suffix = path.suffix.lower()
    if suffix == ".html":
        from nmt_audit.report.pictures.page import page

        data = page(pictures, caption).encode("utf-8")
    elif suffix == ".png":
        data = png(pictures, caption)
    else:
        data = svg(pictures, caption).encode("utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another place") from error


def png(pictures: Sequence[Picture], caption: Caption, ink: Ink = LIGHT) -> bytes:
    """As a bitmap, on paper."""
    stream = io.BytesIO()
    with settings():
        _draw(pictures, caption, ink, stream, "png", paper=True)
    return stream.getvalue()


def svg(
    pictures: Sequence[Picture],
    caption: Caption | None,
    ink: Ink = LIGHT,
    *,
    salt: str = SALT,
    paper: bool = True,
) -> str:
    """As an SVG document. Its identifiers depend on the `salt`, so that two can stand in one page."""
    stream = io.BytesIO()
    with settings(salt):
        _draw(pictures, caption, ink, stream, "svg", paper=paper)
    return _tidy(stream.getvalue(), ". ".join(picture.heading for picture in pictures), salt)


def _draw(
    pictures: Sequence[Picture], caption: Caption | None, ink: Ink, stream: io.BytesIO, form: str, *, paper: bool
) -> None:
    nothing = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
    sheet = Sheet(ink)
    with warnings.catch_warnings():
        # A letter that no installed font has is drawn as a box; the text in the file is whole.
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font", UserWarning)
        for picture in pictures:
            picture.draw(sheet)
        if caption is not None:
            captions.draw(sheet, caption)
        sheet.finish(paper=paper).savefig(stream, format=form, dpi=DOTS_PER_INCH, metadata=nothing)


def _tidy(document: bytes, about: str, salt: str) -> str:
    """The document with a title for those who do not see it, and with identifiers that no other one has."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(document)
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    used = {
        value.removeprefix("#").removeprefix("url(#").removesuffix(")")
        for element in root.iter()
        for value in element.attrib.values()
        if value.startswith(("#", "url(#"))
    }
    for element in root.iter():
        if element.get("id") not in {None, *used}:
            del element.attrib["id"]  # matplotlib numbers all its groups; two figures have the same numbers
    title = ElementTree.Element(f"{{{SVG}}}title", {"id": f"{salt}-title"})
    title.text = about
    root.insert(0, title)
    root.set("role", "img")
    root.set("aria-labelledby", f"{salt}-title")
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def plain(value: Any) -> Any:
    """A picture or caption as values for JSON; what is not a finite number is null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value
