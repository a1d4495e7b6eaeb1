"""The pages wherever and whenever they are opened: no network, a strict policy, any folder, any server, no script."""

from __future__ import annotations

import functools
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from browser import Page
from sample_run import sample_run
from site_pages import PLACES, SETTLED

from nmt_audit.report import build_site
from nmt_audit.store import open_run

FILES = ("index.html", "findings.html", "segments.html", "how-to-read.html")
NEWS = "#segment=news-004"
SEGMENT_SHOWN = "return document.querySelector('[data-view=segment] [data-part=lines]')?.innerText.includes('Kino')"
# Those below the window come when they are near it, unless they are asked for.
CHARTS_DRAWN = """
const shown = Array.from(document.images).filter((image) => image.offsetWidth);
shown.forEach((image) => { image.loading = "eager"; });
return shown.length > 0 && shown.every((image) => image.naturalWidth > 0);
"""
ADDRESSES = {
    "a",
    "area",
    "audio",
    "base",
    "embed",
    "form",
    "iframe",
    "img",
    "input",
    "link",
    "object",
    "script",
    "source",
}


class Silent(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A web server for a folder; yields its address."""
    handler = functools.partial(Silent, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


class Links(HTMLParser):
    """Every address in a page, and every name that an address may end in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Gathers."""
        given = dict(attrs)
        self.names |= {value for key in ("id", "name") if (value := given.get(key))}
        if tag in ADDRESSES:
            self.found += [value for key in ("href", "src", "srcset", "action", "data") if (value := given.get(key))]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- nothing leaves ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
def test_nothing_leaves_and_nothing_goes_wrong(page: Page, sites: dict[str, Path], name: str) -> None:
    PLACES[name].visit(page, sites)
    assert page.requests() == []
    assert page.console() == []


@pytest.mark.parametrize("file", FILES)
def test_every_page_has_a_policy_before_anything_that_it_could_stop(sites: dict[str, Path], file: str) -> None:
    text = (sites["rnnsearch"] / file).read_text("utf-8")
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', text)
    assert found is not None and found.start() < min(text.index("<script"), text.index("<link"), text.index("<title"))
    policy = dict(part.strip().split(" ", 1) for part in found[1].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert not re.search(r"unsafe|\*|https?:|connect-src", found[1])


INJECTED = """
const done = arguments[arguments.length - 1];
const add = (name, attributes, text) => {
  const node = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  node.textContent = text;
  document.body.append(node);
};
const stopped = [];
document.addEventListener("securitypolicyviolation", (event) => {
  stopped.push(event.effectiveDirective);
  if (stopped.length === 6) done(stopped.sort());
});
add("script", {}, "window.hacked = 1");
add("img", { src: "http://example.invalid/leak.png" }, "");
add("script", { src: "http://example.invalid/leak.js" }, "");
add("button", { onclick: "window.hacked = 1" }, "");
document.body.lastChild.click();
add("link", { rel: "stylesheet", href: "http://example.invalid/leak.css" }, "");
fetch("http://example.invalid/leak").catch(() => {});
"""


@pytest.mark.parametrize("file", FILES)
def test_the_policy_stops_what_is_injected(page: Page, sites: dict[str, Path], file: str) -> None:
    page.open(sites["rnnsearch"] / file)
    page.wait(SETTLED)
    page.console()
    stopped = page.async_js(INJECTED)
    kinds = ["connect-src", "img-src", "script-src-attr", "script-src-elem", "script-src-elem", "style-src-elem"]
    assert stopped == kinds
    assert page.requests() == []
    assert page.js("return window.hacked") is None
    assert len(page.console()) >= 5  # the browser says so, too: what is quiet elsewhere had nothing to stop


@pytest.mark.parametrize("run", ["rnnsearch", "transformer", "autoencoder", "textonly", "clean"])
def test_addresses_are_relative_and_lead_somewhere(sites: dict[str, Path], run: str) -> None:
    site = sites[run]
    pages = {path: Links(path.read_text("utf-8")) for path in site.rglob("*.html")}
    assert {path.name for path in pages} == set(FILES)
    for path, links in pages.items():
        for link in links.found:
            assert not re.match(r"[a-zA-Z][\w+.-]*:|//|/", link), f"{path.name}: {link}"
            file, fragment = urldefrag(link)
            target = (path.parent / unquote(file.split("?")[0])).resolve() if file else path.resolve()
            assert target.is_file() and target.is_relative_to(site.resolve()), f"{path.name}: {link}"
            if fragment and target.suffix == ".html" and target.name != "segments.html":
                assert unquote(fragment) in pages[site / target.name].names, f"{path.name}: {link}"
    for path in site.rglob("*.css"):
        assert "url(" not in path.read_text("utf-8") and "@import" not in path.read_text("utf-8")


def test_links_to_segments_lead_to_what_they_say(page: Page, sites: dict[str, Path]) -> None:
    """From the pages that need no script, which only name segments and flags."""
    site = sites["rnnsearch"]
    links = {
        link for file in FILES for link in Links((site / file).read_text("utf-8")).found
        if re.match(r"segments\.html#(flag|segment)=", link)
    }  # fmt: skip
    assert len(links) > 20
    page.open(site / "segments.html")
    page.wait(SETTLED)
    found = page.async_js(
        "const [states, done] = arguments;"
        "const { numberOfFlag, numberOfId } = nmtAudit.data;"
        "Promise.all(states.map((state) => new URLSearchParams(state)).map((asked) =>"
        "  asked.has('flag') ? numberOfFlag(asked.get('flag')) : numberOfId(asked.get('segment')))).then(done);",
        [link.split("#", 1)[1] for link in sorted(links)],
    )
    assert min(found) >= 0


# --- wherever it lies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a b", "Prüfung 日本 #1 100%", "it's & <b> ?x=1"])
def test_a_folder_may_have_any_name_and_be_moved(page: Page, sites: dict[str, Path], tmp_path: Path, name: str) -> None:
    first = shutil.copytree(sites["rnnsearch"], tmp_path / "first")
    moved = Path(shutil.move(first, tmp_path / name))
    page.open(moved / "segments.html", NEWS)
    page.wait(SEGMENT_SHOWN)
    page.open(moved / "index.html")
    page.wait(CHARTS_DRAWN)
    assert page.console() == [] and page.requests() == []


def test_it_may_be_zipped_and_unzipped(page: Page, sites: dict[str, Path], tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "report"), "zip", sites["rnnsearch"]))
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "out")
    page.open(tmp_path / "out" / "segments.html", NEWS)
    page.wait(SEGMENT_SHOWN)
    assert tree(tmp_path / "out") == tree(sites["rnnsearch"])


def test_any_server_may_serve_it_from_any_path(page: Page, sites: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(sites["rnnsearch"], tmp_path / "archive" / "2024-05-17")
    with served(tmp_path) as address:
        for file in FILES:
            page.navigate(f"{address}archive/2024-05-17/{file}")
            page.wait(SETTLED)
        page.navigate(f"{address}archive/2024-05-17/segments.html{NEWS}")
        page.wait(SEGMENT_SHOWN)
        asked = [
            url for url in page.requests() if not url.endswith("/favicon.ico")
        ]  # browsers ask for it by themselves
        assert {url.split("/2024-05-17/")[0] for url in asked} == {f"{address}archive"}
        assert [line for line in page.console() if "favicon" not in line] == []
        page.navigate("about:blank")


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", clean=3)
    for name in ("first", "again"):
        build_site(run, tmp_path / name)
    moved = Path(shutil.move(tmp_path / "run", tmp_path / "elsewhere"))
    build_site(open_run(moved), tmp_path / "moved")
    assert tree(tmp_path / "first") == tree(tmp_path / "again") == tree(tmp_path / "moved")


# --- without a script -------------------------------------------------------------------------------------------------


def test_without_scripts_totals_charts_and_flags_are_there(page: Page, sites: dict[str, Path]) -> None:
    page.scripts(False)
    page.open(sites["rnnsearch"] / "index.html")
    text = page.text("main")
    assert "BLEU" in text and "41.2" in text and "omission" in text
    assert page.count("main img") or page.count("main svg")
    page.wait(CHARTS_DRAWN)
    flags = page.text("#important") if page.count("section#important") else page.text("section:has(#important)")
    assert "obwohl er morgen nach Berlin fahren muss" in flags
    assert not page.visible("[data-needs-script]")
    page.open(sites["rnnsearch"] / "findings.html")
    assert len(page.text("main")) > 1000
    page.open(sites["rnnsearch"] / "segments.html")
    assert "most important flags" in page.text("main noscript")
    assert page.console() == []


def test_what_is_missing_is_said(page: Page, sites: dict[str, Path], tmp_path: Path) -> None:
    copy = shutil.copytree(sites["rnnsearch"], tmp_path / "copy")
    (copy / "data" / "segments-0001.js").unlink()
    page.open(copy / "segments.html", NEWS)
    page.wait("return document.querySelector('main').innerText.includes('segments-0001.js is missing')")
    (copy / "data" / "index.js").unlink()
    page.open(copy / "segments.html")
    assert "data/index.js is missing" in page.text("[data-missing]")
    page.console()


def test_the_format_of_the_data_is_in_the_site(sites: dict[str, Path]) -> None:
    text = (sites["rnnsearch"] / "how-to-read.html").read_text("utf-8")
    assert "data/index.js" in text and "segments-0001.js" in text
