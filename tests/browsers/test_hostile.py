"""A corpus that means harm: it is shown, found, opened, exported and reviewed as what it is, text."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from browser import Page
from sample_run import HOSTILE, sample_run
from site_pages import SETTLED

from nmt_audit.records import Audited, Flag, Segment
from nmt_audit.report import build_site
from nmt_audit.report.wording import visible
from nmt_audit.store import FlagNames, new_run, open_run

# The text, and words by which a reader looks for it.
TEXTS = {
    "closing": ("</script></textarea></title></style><script>window.hacked=1</script>", "</textarea>"),
    "attribute": ("\" onmouseover=window.hacked=1 autofocus onfocus='window.hacked=1' x=\"", "autofocus"),
    "svg": ("<svg/onload=window.hacked=1><math><mi xlink:href=javascript:window.hacked=1>", "<svg/onload"),
    "template": ("${window.hacked=1} {{constructor.constructor('window.hacked=1')()}} {% raw %}", "{{constructor"),
    "address": ("javascript:window.hacked=1 data:text/html,<script>window.hacked=1</script>", "javascript:window"),
    "comment": ("<!--<script> ]]> --!> <![CDATA[ x ]]> &lt;b&gt; &#x3c;b&#x3e; \\u003cb", "&#x3c;b"),
    "separators": ("Eins\u2028zwei\u2029drei\u0085vier", "drei"),
    "bidi": ("Der \u202eKEHRTUM\u202c steht \u2066hier\u2069 und \u200fdort \u061c.", "KEHRTUM"),
    "controls": ("Null \x00 Glocke \x07 Escape \x1b[31m C1 \x9b31m Löschen \x7f Rand \ufffe \ufeff.", "Glocke"),
    "spoken": ("Grüße 👩‍👩‍👧‍👦 aus 🇩🇪 und Z\u0351\u036b\u0343a\u0334l\u0337g\u0338o 𝒕𝒆𝒙𝒕", "👩‍👩‍👧‍👦"),
    "line": ("und noch eins " * 720 + "Zeilenende", "Zeilenende"),
    "word": ("Wort" * 1500 + " Wortende", "Wortende"),
    "prototype": ("__proto__ constructor hasOwnProperty toString", "hasOwnProperty"),
    "formula": ("=HYPERLINK(\"http://example.invalid\";\"x\") @SUM(1) +1 -1 \t Tab", "HYPERLINK"),
    "../../etc/pa ss?wd#%2e&<b>\"'": ("Der Bezeichner ist böse", "Bezeichner"),
    "__proto__": ("Der Name ist ein Erbe", "Erbe"),
}  # fmt: skip
# One row, or a few where others say the same; the one that is meant among them.
FOUND = """
const names = Array.from(document.querySelectorAll("[data-rows] > li .id"), (node) => node.textContent);
return names.length > 0 && names.length < 4 && names.includes(arguments[0]);
"""
OPENED = "return nmtAudit.reader.current()?.segment?.id === arguments[0]"
HARMLESS = """
const bad = "script:not([src]), [onload], [onerror], [onmouseover], [onfocus], [autofocus], iframe, math, base, object,"
  + "embed, a[href^='javascript:'], a[href^='data:'], img:not([src^='charts/'])";
return { hacked: window.hacked ?? null, found: Array.from(document.querySelectorAll(bad), (node) => node.outerHTML) };
"""
UNHARMED: dict[str, object] = {"hacked": None, "found": []}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of nothing else; each translation is suspected of an unrelated word, by a rule with a message to match."""
    folder = tmp_path_factory.mktemp("hostile")
    names, audited = FlagNames(), []
    for name, (text, _) in TEXTS.items():
        segment = Segment(name, text, "de", "en", text, text, f"doc <b>{name}")
        flag = Flag("UNRELATED", "tgt", 0, 4, 0.7, "unrelated.gain", 1.4, 2.0, f"Nothing calls for “{text[:60]}”", ())
        audited.append(Audited(segment, "ok", None, None, {}, (flag,), names.of(segment, (flag,))))
    manifest = sample_run(folder / "other", clean=1).manifest
    with new_run(folder / "run") as writer:
        writer.shard(0, audited, [])
        writer.manifest({**manifest, "model": None, "faithfulness": None, "heads": None, "name": TEXTS["closing"][0]})
    build_site(open_run(folder / "run"), folder / "site")
    return folder / "site"


@pytest.mark.parametrize("file", ["index.html", "findings.html", "segments.html", "how-to-read.html"])
def test_pages_are_quiet_and_in_shape(page: Page, site: Path, file: str) -> None:
    page.open(site / file)
    page.wait(SETTLED)
    assert page.js(HARMLESS) == UNHARMED
    for width in (360, 1280):
        page.size(width)
        assert page.js("return document.documentElement.scrollWidth") <= width
    assert page.console() == [] and page.requests() == []
    assert "<script>window.hacked=1</script>" in page.title()


@pytest.mark.parametrize("name", TEXTS)
def test_search_finds_it_and_opens_it(page: Page, site: Path, name: str) -> None:
    text, words = TEXTS[name]
    page.open(site / "segments.html")
    page.wait(SETTLED)
    page.js("location.hash = new URLSearchParams({ q: arguments[0], in: 'source' })", f'"{words}"')
    page.wait(FOUND, visible(name))
    page.js(
        "Array.from(document.querySelectorAll('[data-rows] > li'))"
        ".find((row) => row.querySelector('.id').textContent === arguments[0]).querySelector('.number').click()",
        visible(name),
    )
    page.wait(OPENED, name)
    assert page.js("return document.querySelector('[data-side=source]').textContent") == visible(text)
    assert page.js(HARMLESS) == UNHARMED
    for width in (360, 1280):
        page.size(width)
        assert page.js("return document.documentElement.scrollWidth") <= width
    assert page.console() == [] and page.requests() == []


def test_it_is_exported_as_it_is_shown(page: Page, site: Path) -> None:
    page.open(site / "segments.html", "#sort=number")
    page.wait(SETTLED)
    page.click("[data-export] summary")
    page.click("[data-kind=jsonl]")
    lines = [json.loads(line) for line in page.saved("*.jsonl").read_text("utf-8").splitlines()]
    assert [line["source"] for line in lines] == [visible(text) for text, _ in TEXTS.values()]
    page.click("[data-kind=csv]")
    with page.saved("*.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(TEXTS)
    assert page.js(HARMLESS) == UNHARMED and page.console() == []


def test_it_can_be_reviewed_and_the_verdicts_name_it(page: Page, site: Path) -> None:
    page.open(site / "segments.html", "#sort=number&show=flagged")
    page.wait(SETTLED)
    page.press("j", "Enter")
    for number, name in enumerate(TEXTS, 1):
        page.wait(OPENED, name)
        page.press("c")
        page.wait("return nmtAudit.review.counts().confirm === arguments[0]", number)
    page.press("v")
    page.wait("return document.querySelector('#verdicts[open]')")
    page.type("[data-control=reviewer]", "<b>Eve</b>")
    page.js("document.querySelector('[title*=\"verdicts import\"]').click()")
    found = json.loads(page.saved("*.json").read_text("utf-8"))
    assert sorted(one["segment_id"] for one in found) == sorted(TEXTS)
    assert {(one["verdict"], one["reviewer"]) for one in found} == {("confirm", "<b>Eve</b>")}
    assert page.js(HARMLESS) == UNHARMED and page.console() == []


def test_the_shared_hostile_texts_are_among_those_of_the_other_tests() -> None:
    """So that what is shown of them stands in the tests of every part."""
    kinds = " ".join(HOSTILE.values())
    for needed in ("<script>", "onerror=", "\u2028", "\x00", "\u202e", "👩‍👩‍👧‍👦"):
        assert needed in kinds
    assert max(map(len, HOSTILE.values())) > 10_000 and max(len(w) for t in HOSTILE.values() for w in t.split()) >= 6000
