"""The feed of regressions: Atom (RFC 4287), an entry for each night on which a series became worse."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from xml.etree import ElementTree

from nmt_audit import __version__
from nmt_audit.archiving.trends import Trend
from nmt_audit.report.archive.addresses import Links
from nmt_audit.report.archive.views import ChangeView, change_views
from nmt_audit.report.wording import visible

ATOM = "http://www.w3.org/2005/Atom"
NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "nmt-audit/archive")
MOST = 200  # entries, the newest ones
NO_NIGHT = "1970-01-01"


def feed(title: str, trends: Sequence[Trend], links: Links, base: str = "") -> bytes:
    """The feed. `base`: the address of the archive, for links that hold outside of it; relative without one.

    An entry's id is made from its series and its night's date: it stays when runs are added, moved or measured again.
    Its time is the beginning of the night's day in UTC, and that of the feed the newest night's, or 1970 where there is
    none: nothing depends on the clock.
    """
    found = [(trend, view) for trend in trends for view in change_views(trend, links) if view.worse]
    found.sort(key=lambda both: (both[1].date, both[1].series), reverse=True)
    dates = [entry.night.date for trend in trends for entry in trend.nights if entry.night is not None]
    root = ElementTree.Element("feed", xmlns=ATOM)
    _text(root, "id", uuid.uuid5(NAMES, title).urn)
    _text(root, "title", title)
    _text(root, "updated", _midnight(max(dates, default=NO_NIGHT)))
    _text(ElementTree.SubElement(root, "author"), "name", "nmt-audit")
    ElementTree.SubElement(root, "generator", version=__version__).text = "nmt-audit"
    _link(root, "self", f"{base}feed.xml", type="application/atom+xml")
    _link(root, "alternate", f"{base}index.html", type="text/html")
    for trend, view in found[:MOST]:
        _add(root, trend, view, base)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add(root: ElementTree.Element, trend: Trend, view: ChangeView, base: str) -> None:
    entry = ElementTree.SubElement(root, "entry")
    key = "\n".join((trend.series.model, trend.series.test_set, *trend.languages, view.id))
    _text(entry, "id", uuid.uuid5(NAMES, key.encode("utf-8", "replace").decode()).urn)
    _text(entry, "title", f"Worse on {view.date}: {view.series}")
    _text(entry, "updated", _midnight(view.date))
    _text(entry, "published", _midnight(view.date))
    _text(entry, "summary", f"{'; '.join(view.steps)}. {view.lasting.capitalize()}. {view.traits}")
    _link(entry, "alternate", f"{base}{view.href}", type="text/html")
    if view.report is not None:
        _link(entry, "related", f"{base}{view.report}", type="text/html", title="Report of the night")
    if view.comparison.href is not None:
        what = "Comparison with the night before"
        _link(entry, "related", f"{base}{view.comparison.href}", type="text/html", title=what)


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    """An element with a text, in which nothing is left that XML does not allow."""
    ElementTree.SubElement(parent, name).text = visible(text)


def _link(parent: ElementTree.Element, rel: str, href: str, **further: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": rel, "href": href, **further})


def _midnight(date: str) -> str:
    return f"{date}T00:00:00Z"
