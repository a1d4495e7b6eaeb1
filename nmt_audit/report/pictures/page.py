"""A figure as a page: one file, light and dark, with the numbers behind it. It needs no network and no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from nmt_audit.report.assets import environment, stylesheet, templates
from nmt_audit.report.pictures import writing
from nmt_audit.report.pictures.caption import Caption
from nmt_audit.report.pictures.ink import THEMES
from nmt_audit.report.pictures.tables import Table
from nmt_audit.report.wording import visible

MOST_CELLS = 6_000  # of a table on a page: more are for a program


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture in both themes, and its numbers. `left_out` names the tables that are too large to be read."""

    heading: str
    light: Markup
    dark: Markup
    tables: tuple[Table, ...]
    left_out: tuple[str, ...]


def page(pictures: Sequence[writing.Picture], caption: Caption) -> str:
    """The HTML document. All text is escaped by the templates; only our own drawings are put in as they are."""
    style = stylesheet("figure")
    drawn = [_drawn(picture, place) for place, picture in enumerate(pictures, 1)]
    template = environment(templates()).get_template("figure.html")
    facts = [(name, visible(value)) for name, value in caption.facts]
    return template.render(style=Markup(style), title=visible(caption.title), facts=facts, drawn=drawn)


def _drawn(picture: writing.Picture, place: int) -> Drawn:
    light, dark = (
        Markup(writing.svg([picture], None, ink, salt=f"{name}-{place}", paper=False)) for name, ink in THEMES.items()
    )
    small = tuple(table for table in picture.tables if len(table.rows) * len(table.head) <= MOST_CELLS)
    left_out = tuple(visible(table.title) for table in picture.tables if table not in small)
    return Drawn(visible(picture.heading), light, dark, tuple(map(_shown, small)), left_out)


def _shown(table: Table) -> Table:
    rows = tuple(tuple(map(visible, row)) for row in table.rows)
    return Table(visible(table.title), tuple(map(visible, table.head)), rows)
