"""The files of a site: complete, the same every time, closed to the network and to hostile text."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sample_run import AUTOENCODER, HOSTILE, RNNSEARCH, TRANSFORMER, Architecture, sample_run

from nmt_audit.errors import OutputError
from nmt_audit.report import build_site
from nmt_audit.report.flagged import page_name
from nmt_audit.report.site import templates
from nmt_audit.report.wording import METHOD
from nmt_audit.store import Run, open_run

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
    for name in ("index.html", "segments.html", "how-to-read.html", "site.css", "site.js", "data/index.js"):
        assert (site / name).is_file()
    names = {page_name(name) for name in run.flags["segment_id"]}
    assert {path.name for path in (site / "segments").iterdir()} == names


def test_every_link_leads_somewhere(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for _, _, address in page.links:
            place, _, fragment = address.partition("#")
            there = (path.parent / place).resolve() if place else path.resolve()
            assert there.is_file(), f"{path.name} → {address}"
            found = next((other for known, other in pages.items() if known.resolve() == there), None)
            # What follows # on the list of segments is its state, not a place on the page.
            if fragment and found is not None and there.name != "segments.html":
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
    for name in ("hostile-script", "hostile-image"):
        page = pages[run.directory / "site" / "segments" / page_name(name)]
        assert HOSTILE[name] in "".join(page.text)
    for path in (run.directory / "site").rglob("*"):
        if path.suffix in (".html", ".js", ".svg"):
            assert b"\x00" not in path.read_bytes()
    for path in (run.directory / "site" / "data").iterdir():
        assert not re.search("[<>\u2028\u2029]", path.read_text("utf-8"))


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
    linked = [address for _, _, address in page.links if address.startswith("segments/")]
    assert len(linked) >= len(run.flags)


def test_no_flag_is_called_an_error(pages: dict[Path, Page]) -> None:
    for page in pages.values():
        assert not re.search(r"\berrors?\b", "".join(page.text), re.IGNORECASE)


def test_the_list_has_every_segment(run: Run) -> None:
    [rows] = list(chunks(run.directory / "site"))
    assert len(rows) == len(run.segments)
    assert [bool(row[1]) for row in rows] == [name in set(run.flags["segment_id"]) for name in run.segments["id"]]


def chunks(site: Path) -> Iterator[list[list[object]]]:
    for path in sorted((site / "data").glob("segments-*.js")):
        text = path.read_text("utf-8")
        _, rows = json.loads(f"[{text.partition('(')[2].removesuffix(');' + chr(10))}]")
        yield rows


def test_long_runs_come_in_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt_audit.report.browse.CHUNK", 20)
    run = sample_run(tmp_path / "run", clean=30)
    build_site(run, tmp_path / "site")
    sizes = [len(rows) for rows in chunks(tmp_path / "site")]
    assert sum(sizes) == len(run.segments) and set(sizes[:-1]) == {20}


def test_the_same_run_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another name"
    shutil.copytree(run.directory, elsewhere, ignore=shutil.ignore_patterns("site"))
    build_site(open_run(elsewhere), tmp_path / "out")
    first, second = run.directory / "site", tmp_path / "out"
    names = sorted(str(path.relative_to(first)) for path in first.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(second)) for path in second.rglob("*") if path.is_file())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_building_again_leaves_no_page_behind(run: Run, tmp_path: Path) -> None:
    build_site(run, tmp_path / "site")
    (tmp_path / "site" / "segments" / "stale.html").write_text("old")
    build_site(run, tmp_path / "site")
    assert not (tmp_path / "site" / "segments" / "stale.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


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
        if path.parent.name == "segments":
            assert "nothing to explain" in text


@pytest.mark.parametrize("kind", [TRANSFORMER, AUTOENCODER, None], ids=["transformer", "autoencoder", "older"])
def test_runs_of_every_kind_have_sound_pages(tmp_path: Path, kind: Architecture | None) -> None:
    run = sample_run(tmp_path / "run", model=kind or RNNSEARCH, older=kind is None, clean=3)
    build_site(run, tmp_path / "site")
    pages = {path: Page(path) for path in (tmp_path / "site").rglob("*.html")}
    test_every_link_leads_somewhere(pages)
    test_pages_carry_no_script_style_or_handler_of_their_own(pages)
    test_no_flag_is_called_an_error(pages)
    front = pages[tmp_path / "site" / "index.html"]
    assert ("heads" in front.ids) == (kind is TRANSFORMER)
    assert ("Not measured on this run" in "".join(front.text)) == (kind is None)
    assert (tmp_path / "site" / "charts" / "faithfulness-dark.svg").is_file() == (kind is not None)
    segment = "".join(pages[tmp_path / "site" / "segments" / page_name("chat-003")].text)
    assert ("Other methods: " in segment) == (kind is not None)
    assert ("was not measured on this run" in segment) == (kind is None)


def test_names_that_a_run_invents_stay_text(tmp_path: Path) -> None:
    """Methods, offsets and rule sets come out of a file too."""
    run = sample_run(tmp_path / "run", clean=2)
    nasty = "<img src=x onerror=1>$x$"
    run.explanations["rules"] = nasty
    run.explanations["offsets"] = json.dumps({nasty: 1e9})
    rows = [{**row, "method": nasty, "rules": nasty} for row in run.manifest["faithfulness"]["rows"]]
    changed = {**run.manifest, "faithfulness": {**run.manifest["faithfulness"], "rows": rows}}
    renamed = Run(run.directory, changed)
    renamed.__dict__["explanations"] = run.explanations
    build_site(renamed, tmp_path / "site")
    for path in (tmp_path / "site").rglob("*.html"):
        page = Page(path)
        assert ("img", "src", "x") not in page.links
        if path.name in ("index.html", page_name("chat-003")):
            assert nasty in "".join(page.text)
    for path in (tmp_path / "site" / "charts").iterdir():
        assert "<img" not in path.read_text("utf-8")


def test_rows_of_every_number_have_a_place_in_the_stylesheet(run: Run) -> None:
    """Attention, three stages, a contrast, and every further method."""
    css = (run.directory / "site" / "site.css").read_text("utf-8")
    for rows in range(len(METHOD) + 6):
        assert f".rows-{rows} " in css


def test_templates_take_no_corpus_text_unescaped() -> None:
    forbidden = re.compile(
        r"\|\s*safe\b|autoescape|innerHTML|insertAdjacentHTML|document\.write|fetch\(|XMLHttp|\bon\w+="
    )
    for path in templates().iterdir():
        assert not forbidden.search(path.read_text("utf-8")), path.name
