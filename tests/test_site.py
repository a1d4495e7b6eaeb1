"""The files of a site: complete, the same every time, closed to the network and to hostile text."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from data_scripts import change, chunks, column, index, maps
from sample_run import AUTOENCODER, HOSTILE, RNNSEARCH, TRANSFORMER, Architecture, sample_run

from nmt_audit.errors import InputError, OutputError
from nmt_audit.report import build_site
from nmt_audit.report.assets import SCRIPTS, STYLES, templates
from nmt_audit.report.links import flag_link
from nmt_audit.store import Run, open_run

PAGES = {"index.html", "findings.html", "segments.html", "how-to-read.html", "site.css", "site.js"}
WISHES = {
    "flag", "segment", "q", "in", "re", "c", "rule", "score", "length", "verdict", "show", "doc", "sort"
}  # fmt: skip
NOTHING_TO_EXPLAIN = {"hostile-long", "empty-1", "long-1"}
VOID = {"meta", "link", "img", "br", "input"}


class Page(HTMLParser):
    """What a test wants to know of a page. Parsing fails where tags do not nest."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.links: list[tuple[str, str, str]] = []  # tag, attribute, address
        self.ids: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts: list[str] = []
        self.cells: list[dict[str, str | None]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(path.read_text("utf-8"))
        assert not self._open, f"{path}: {self._open} left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.attributes |= set(given)
        self.links += [(tag, name, given[name] or "") for name in ("href", "src") if name in given]
        if given.get("id"):
            assert given["id"] not in self.ids, f"{self.path}: {given['id']} twice"
            self.ids.add(str(given["id"]))
        if tag == "dd" and "lang" in given:
            self.cells.append(given)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, f"{self.path}: </{tag}> does not nest"

    def handle_data(self, data: str) -> None:
        (self.scripts if self._open and self._open[-1] == "script" else self.text).append(data)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = sample_run(tmp_path_factory.mktemp("site") / "run")
    build_site(run, run.directory / "site")
    return run


@pytest.fixture(scope="module")
def pages(run: Run) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted((run.directory / "site").rglob("*.html"))}


def test_the_pages_are_there(run: Run) -> None:
    site = run.directory / "site"
    names = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert PAGES <= names
    rest = {name for name in names - PAGES if not name.startswith("charts/")}
    assert rest == {f"data/{name}.js" for name in ("index", "names", "segments-0001", "maps-0001")}


def test_every_link_leads_somewhere(run: Run, pages: dict[Path, Page]) -> None:
    flags, segments = set(run.flags["id"]), set(run.segments["id"])
    for path, page in pages.items():
        for _, _, address in page.links:
            place, _, fragment = address.partition("#")
            there = (path.parent / place).resolve() if place else path.resolve()
            assert there.is_file(), f"{path.name} → {address}"
            found = next((other for known, other in pages.items() if known.resolve() == there), None)
            if there.name == "segments.html":  # what follows # there is what is shown, not a place on the page
                wish = parse_qs(fragment)
                assert set(wish.get("flag", ())) <= flags and set(wish.get("segment", ())) <= segments, address
                assert set(wish) <= WISHES, f"{path.name} → {address}"
            elif fragment and found is not None:
                assert fragment in found.ids, f"{path.name} → {address}"


def test_nothing_comes_from_the_network(run: Run, pages: dict[Path, Page]) -> None:
    for page in pages.values():
        assert not [link for link in page.links if re.match(r"\s*([a-z][a-z0-9+.-]*:|//)", link[2], re.IGNORECASE)]
    css = (run.directory / "site" / "site.css").read_text("utf-8")
    assert "url(" not in css and "@import" not in css
    for path in (run.directory / "site" / "charts").iterdir():
        assert not re.findall(r'(?:xlink:)?(?:href|src)="(?!#)[^"]*"', path.read_text("utf-8"))


def test_pages_carry_no_script_style_or_handler_of_their_own(pages: dict[Path, Page]) -> None:
    for page in pages.values():
        assert not "".join(page.scripts).strip()
        assert "style" not in page.attributes
        assert not [name for name in page.attributes if name.startswith("on")]


def test_every_page_has_a_strict_policy(pages: dict[Path, Page]) -> None:
    for path in pages:
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', path.read_text("utf-8"))
        assert policy and "default-src 'none'" in policy[1] and "unsafe" not in policy[1]


def test_hostile_text_is_shown_and_stays_text(run: Run, pages: dict[Path, Page]) -> None:
    """On the run page, and in the data scripts: there is no way out of a literal."""
    front = "".join(pages[run.directory / "site" / "index.html"].text)
    for name in ("hostile-script", "hostile-image"):
        assert HOSTILE[name] in front
    for path in (run.directory / "site").rglob("*"):
        if path.suffix in (".html", ".js", ".svg"):
            assert b"\x00" not in path.read_bytes()
    for path in (run.directory / "site" / "data").iterdir():
        assert not re.search("[<>\u2028\u2029]", path.read_text("utf-8"))
    [chunk] = chunks(run.directory / "site")
    for name in ("hostile-script", "hostile-image"):
        assert HOSTILE[name] in chunk["source"]


def test_every_text_cell_has_a_language_and_a_direction(pages: dict[Path, Page]) -> None:
    cells = [cell for page in pages.values() for cell in page.cells]
    assert cells and all(cell["lang"] and cell["dir"] == "auto" for cell in cells)


def test_every_page_carries_the_signature(pages: dict[Path, Page]) -> None:
    for page in pages.values():
        text = "".join(page.text)
        for part in ("model rnnsearch-de-en 3fb2c91e", "rules stable", "torch 2.13.0", "seed 1", "b2b2b2b2"):
            assert part in text


def test_the_run_page_stands_without_scripts(run: Run, pages: dict[Path, Page]) -> None:
    page = pages[run.directory / "site" / "index.html"]
    text = "".join(page.text)
    for part in (
        "41.2", "±0.9", "Suspected, per 100 segments", "1.9 %", "not measured", "The most important flags",
        "How far the maps can be believed", "Relevance, stable", "97\u00a0%\u00a0[93,\u00a0100]",
    ):  # fmt: skip
        assert part in text
    linked = {address for _, _, address in page.links}
    assert {flag_link(name) for name in run.flags["id"]} <= linked


def test_no_flag_is_called_an_error(pages: dict[Path, Page]) -> None:
    for page in pages.values():
        assert not re.search(r"\berrors?\b", "".join(page.text), re.IGNORECASE)


@pytest.mark.parametrize("size", [1, 20, 66])
def test_long_runs_come_in_chunks_that_hold_what_the_index_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """However parts of the run and chunks of the site lie to each other."""
    monkeypatch.setattr("nmt_audit.report.chunks.CHUNK", size)
    run = sample_run(tmp_path / "run", clean=30)
    build_site(run, tmp_path / "site")
    found, told = chunks(tmp_path / "site"), index(tmp_path / "site")
    assert [name for chunk in found for name in chunk["id"]] == run.segments["id"].tolist()
    assert {len(chunk["id"]) for chunk in found[:-1]} <= {size} and told["size"] == size
    names = [path.stem for path in (tmp_path / "site" / "data").glob("maps-*.js")]
    assert told["maps"] == sorted(int(name[-4:]) for name in names)
    ids = run.segments["id"].tolist()
    assert {ids[number] for number in maps(tmp_path / "site")} == set(ids) - NOTHING_TO_EXPLAIN


def test_the_same_run_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another name"
    shutil.copytree(run.directory, elsewhere, ignore=shutil.ignore_patterns("site"))
    build_site(open_run(elsewhere), tmp_path / "out")
    first, second = run.directory / "site", tmp_path / "out"
    names = sorted(str(path.relative_to(first)) for path in first.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(second)) for path in second.rglob("*") if path.is_file())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_building_again_leaves_no_file_behind(run: Run, tmp_path: Path) -> None:
    build_site(run, tmp_path / "site")
    (tmp_path / "site" / "data" / "segments-0002.js").write_text("old")
    build_site(run, tmp_path / "site")
    assert not (tmp_path / "site" / "data" / "segments-0002.js").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_build_that_fails_leaves_the_site_that_was_there(run: Run, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run.directory, tmp_path / "run"))
    before = (copy / "site" / "index.html").read_bytes()
    (copy / "data" / "segments" / "part-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="corrupt"):
        build_site(open_run(copy), copy / "site")
    assert (copy / "site" / "index.html").read_bytes() == before
    assert not [path for path in copy.iterdir() if path.name.startswith(".")]


def test_a_folder_that_is_not_a_site_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="not a site"):
        build_site(run, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(("model", "flagged"), [(None, True), (RNNSEARCH, False)])
def test_runs_without_a_model_or_without_flags_have_their_own_words(
    tmp_path: Path, model: Architecture | None, flagged: bool
) -> None:
    run = sample_run(tmp_path / "run", model=model, flagged=flagged, clean=3)
    build_site(run, tmp_path / "site")
    for path in (tmp_path / "site").rglob("*.html"):
        text = "".join(Page(path).text)
        if path.name == "index.html":
            assert ("without a model" in text) == (model is None)
            assert ("No check found anything past its threshold" in text) == (not flagged)
    assert (index(tmp_path / "site")["model"] is None) == (model is None)
    assert bool(index(tmp_path / "site")["rules"]) == flagged


@pytest.mark.parametrize("kind", [TRANSFORMER, AUTOENCODER, None], ids=["transformer", "autoencoder", "older"])
def test_runs_of_every_kind_have_sound_pages(tmp_path: Path, kind: Architecture | None) -> None:
    run = sample_run(tmp_path / "run", model=kind or RNNSEARCH, older=kind is None, clean=3)
    build_site(run, tmp_path / "site")
    pages = {path: Page(path) for path in (tmp_path / "site").rglob("*.html")}
    test_every_link_leads_somewhere(run, pages)
    test_pages_carry_no_script_style_or_handler_of_their_own(pages)
    test_no_flag_is_called_an_error(pages)
    front = pages[tmp_path / "site" / "index.html"]
    assert ("Not measured on this run" in "".join(front.text)) == (kind is None)
    assert (tmp_path / "site" / "charts" / "faithfulness-dark.svg").is_file() == (kind is not None)


def test_names_that_a_run_invents_stay_text(tmp_path: Path) -> None:
    """Methods, offsets, rule sets and documents come out of a file too."""
    run = sample_run(tmp_path / "run", clean=2)
    nasty = "<img src=x onerror=1>$x$"
    change(run, "explanations", lambda rows: rows.assign(rules=nasty, offsets=json.dumps({nasty: 1e9})))
    change(run, "segments", lambda rows: rows.assign(document=nasty))
    rows = [{**row, "method": nasty, "rules": nasty} for row in run.manifest["faithfulness"]["rows"]]
    build_site(
        Run(run.directory, {**run.manifest, "faithfulness": {**run.manifest["faithfulness"], "rows": rows}}),
        tmp_path / "site",
    )
    for path in (tmp_path / "site").rglob("*.html"):
        page = Page(path)
        assert ("img", "src", "x") not in page.links
        if path.name == "index.html":
            assert nasty in "".join(page.text)
    for path in (tmp_path / "site" / "charts").iterdir():
        assert "<img" not in path.read_text("utf-8")
    assert index(tmp_path / "site")["documents"] == [nasty]


def test_a_flag_that_cannot_be_named_stops_the_build(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=None, clean=0)
    change(run, "flags", lambda flags: flags.assign(id="seven"))
    with pytest.raises(InputError, match="16 hex digits"):
        build_site(run, tmp_path / "site")


def test_categories_and_statuses_of_another_version_are_kept(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=None, clean=0)
    change(run, "flags", lambda flags: flags.assign(category="WORD_ORDER"))
    change(run, "segments", lambda rows: rows.assign(status="refused"))
    build_site(run, tmp_path / "site")
    told = index(tmp_path / "site")
    assert [item["code"] for item in told["categories"]][-1] == "WORD_ORDER" and told["categories"][-1]["checked"]
    assert told["statuses"][-1] == "refused"
    assert set(column(tmp_path / "site", "categories", "u2")) == {0, 1 << 5}


def test_templates_take_no_corpus_text_unescaped() -> None:
    forbidden = re.compile(
        r"\|\s*safe\b|autoescape|innerHTML|insertAdjacentHTML|document\.write|fetch\(|XMLHttp|\bon\w+="
    )
    for path in templates().rglob("*.*"):
        assert not forbidden.search(path.read_text("utf-8")), path.name


def test_every_file_of_the_script_and_the_stylesheet_is_in_it() -> None:
    # figure.css is of figures that are a page of their own.
    for folder, names, others in (("script", SCRIPTS, set()), ("style", STYLES, {"figure"})):
        found = {path.stem for path in (templates() / folder).iterdir()}
        assert len(set(names)) == len(names) and found == {*names, *others}
