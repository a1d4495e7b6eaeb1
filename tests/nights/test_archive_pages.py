"""The pages and the feed of an archive: what stands on them, that they hold together, and what building costs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree

import pytest

from nights.archived import BAD_NIGHT, HOSTILE, change, much_worse, night, nights, odd_nights
from nights.two_runs import two_nights
from nmt_audit.archiving.retention import Policy
from nmt_audit.archiving.scanning import CACHE
from nmt_audit.errors import OutputError
from nmt_audit.report.archive.building import Built, Settings, build_archive

ATOM = "{http://www.w3.org/2005/Atom}"
BAD_DATE = "2026-01-21"
DOCS = Path(__file__).parent.parent.parent / "docs"


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Gathers."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Gathers."""
        self.text += data


def build(directory: Path, out: Path | None = None, **settings: object) -> Built:
    return build_archive(directory, out or directory / "archive", Settings(**settings))  # type: ignore[arg-type]


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of everything, in a folder whose name is no help."""
    directory = odd_nights(tmp_path_factory.mktemp("a folder with spaces & ümläuts #1 100%"))
    build(directory, policy=Policy(runs=25))
    return directory / "archive"


@pytest.fixture(scope="module")
def pages(archive: Path) -> dict[str, Page]:
    return {path.relative_to(archive).as_posix(): Page(path) for path in archive.rglob("*.html")}


def test_the_bad_night_is_told_on_its_night_and_nowhere_else(tmp_path: Path) -> None:
    nights(tmp_path, 30, 3)
    change(night(tmp_path, BAD_NIGHT, 1), much_worse)
    found = build(tmp_path)
    worse = [(n, c) for n, trend in enumerate(found.trends) for c in trend.changes if c.worse]
    ((series, bad),) = worse
    assert (series, bad.night) == (1, BAD_NIGHT)
    measures = {measure.key for measure, _ in bad.steps}
    assert {"BLEU", "chrF", "TER", "EARLY_EOS"} <= measures and "OMISSION" not in measures
    assert bad.traits == ("model",)
    page = Page(tmp_path / "archive" / "index.html")
    assert page.text.count("▼ worse") == 1 and BAD_DATE in page.text and "gone the next night" in page.text


def test_every_link_leads_somewhere(archive: Path, pages: dict[str, Page]) -> None:
    assert {"index.html", "runs.html"} < pages.keys() and len(pages) == 2 + 4
    for name, page in pages.items():
        for tag, attributes in page.tags:
            address = attributes.get("href") or attributes.get("src")
            if tag not in ("a", "link", "script", "img") or address is None:
                continue
            assert not re.match(r"[a-z]+:|//", address), f"{name}: {address}"
            path, anchor = urldefrag(unquote(address))
            target = (archive / name).parent / path if path else archive / name
            assert target.is_file(), f"{name}: {address}"
            if anchor:
                names = {given.get("id") for _, given in Page(target).tags}
                assert anchor in names, f"{name}: {address}"


def test_pages_carry_no_script_style_or_handler_of_their_own(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        policy = [a for t, a in page.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
        assert policy and "default-src 'none'" in str(policy[0]["content"]), name
        for tag, attributes in page.tags:
            assert "style" not in attributes and not any(key.startswith("on") for key in attributes), name
            assert tag not in ("style", "img", "iframe", "form") or attributes.get("role") == "search", name
            assert tag != "script" or attributes.get("src"), name


def test_what_a_manifest_invents_stays_text(archive: Path, pages: dict[str, Page]) -> None:
    shown = '</script><img src=x onerror=alert(1)> {{ 7 * 7 }} \u202e↵\u2400 مرحبا "&'
    assert shown in pages["index.html"].text and HOSTILE != shown
    for path in archive.rglob("*"):
        if path.suffix in (".html", ".js", ".xml") and path.name != "site.js":
            text = path.read_text("utf-8")
            assert "<img" not in text and "\x00" not in text and "\u2028" not in text, path.name
    content = json.loads((archive / "data" / "trends.js").read_text("utf-8").partition("(")[2].rpartition(")")[0])
    assert shown in {series["model"] for series in content["series"].values()}


def test_broken_runs_are_listed_with_the_reason(pages: dict[str, Page]) -> None:
    front, runs = pages["index.html"].text, pages["runs.html"].text
    assert "1 is not finished, 1 was made by a newer version, 6 cannot be read" in front
    for words in ("made by a newer version (schema 99", "names no schema", "is damaged", "no date", "not finished"):
        assert words in runs
    assert "rnnsearch-de-en on old.de-en.jsonl" in runs, "a run of schema 1"
    assert runs.count("would go") == 11 and "10 runs would go" in runs


def paths(value: object, here: str = "") -> set[str]:
    """The fields of a data script, as docs/archive.md names them."""
    if isinstance(value, list):
        return set().union(*(paths(item, f"{here}[]") for item in value))
    if isinstance(value, dict):
        named = here not in ("measures", "series") and not here.endswith(".lines")
        inner = (paths(item, f"{here}.{key if named else '*'}".lstrip(".")) for key, item in value.items())
        return set().union(*inner)
    return {here}


def test_every_field_of_the_data_is_described(archive: Path) -> None:
    content = json.loads((archive / "data" / "trends.js").read_text("utf-8").partition("(")[2].rpartition(")")[0])
    rows = re.findall(r"^\| (`.+`) \| [a-z ]+ \|", (DOCS / "archive.md").read_text("utf-8").split("## `data/")[1], re.M)
    described: set[str] = set()
    for row in rows:
        prefix = ""
        for name in re.findall(r"`([^`]+)`", row):
            described.add(prefix + name if name.startswith(".") else name)
            prefix = prefix or name.rpartition(".")[0]
    assert paths(content) == {name for name in described if name != "series.*"} - {"room", "spark", "chart"} | {
        "room", "spark[]", "chart[]",
    }  # fmt: skip


def test_a_night_without_a_comparison_has_the_command(archive: Path, pages: dict[str, Page]) -> None:
    (name,) = (name for name in pages if name.startswith("series/model-1-test-set-1"))
    assert "nmt-audit compare ../night-28/series-0 ../night-29/series-0 --out compare/" in pages[name].text


def test_the_same_runs_give_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    build(odd_nights(tmp_path / "runs"), policy=Policy(runs=25))
    assert tree(tmp_path / "runs" / "archive") == tree(archive)


def test_an_archive_that_grew_is_that_of_all_its_nights(tmp_path: Path) -> None:
    for count in (7, 8, 9):
        for number in range(count):
            if not night(tmp_path / "grown", number).exists():
                nights_of(tmp_path / "grown", number)
        build(tmp_path / "grown")
    nights(tmp_path / "whole", 9)
    build(tmp_path / "whole")
    assert tree(tmp_path / "grown" / "archive") == tree(tmp_path / "whole" / "archive")
    assert len(tree(tmp_path / "whole" / "archive")) == 7


def nights_of(directory: Path, number: int) -> None:
    """One night more."""
    from nmt_audit.bench.archive import made_up_night

    made_up_night(night(directory, number), 0, number)


def test_pages_that_were_lost_or_altered_come_back(tmp_path: Path) -> None:
    nights(tmp_path, 6, 2)
    build(tmp_path)
    archive = tmp_path / "archive"
    whole = tree(archive)
    first, second = sorted(archive.glob("series/*.html"))
    first.write_text("altered")
    second.unlink()
    (archive / "index.html").unlink()
    (archive / "series" / "gone-12345678.html").write_text("a series that is no more")
    build(tmp_path)
    assert tree(archive) == whole
    (archive / CACHE).write_text("damaged")
    build(tmp_path)
    assert tree(archive) == whole


# --- the feed ---------------------------------------------------------------------------------------------------------


def entries_of(path: Path) -> list[ElementTree.Element]:
    return ElementTree.parse(path).getroot().findall(f"{ATOM}entry")


def told(entry: ElementTree.Element, name: str) -> str:
    return entry.findtext(f"{ATOM}{name}") or ""


def test_the_feed_is_atom(archive: Path) -> None:
    root = ElementTree.parse(archive / "feed.xml").getroot()
    assert root.tag == f"{ATOM}feed"
    assert told(root, "id").startswith("urn:uuid:") and told(root, "updated") == "2026-11-29T00:00:00Z"
    (entry,) = entries_of(archive / "feed.xml")
    assert told(entry, "updated") == told(entry, "published") == f"{BAD_DATE}T00:00:00Z"
    assert "BLEU" in told(entry, "summary") and "Changed with it: model." in told(entry, "summary")
    links = {link.get("rel"): link.get("href") or "" for link in entry.findall(f"{ATOM}link")}
    assert links.keys() == {"alternate", "related"}
    for address in links.values():
        assert (archive / unquote(urldefrag(address)[0])).is_file()


def test_ids_stay_when_nights_come_and_go(tmp_path: Path) -> None:
    nights(tmp_path, 25)
    change(night(tmp_path, 15), much_worse)
    build(tmp_path)
    before = [told(entry, "id") for entry in entries_of(tmp_path / "archive" / "feed.xml")]
    for number in range(25, 28):
        nights_of(tmp_path, number)
    change(night(tmp_path, 26), much_worse)
    build(tmp_path, policy=Policy(runs=20), delete=True, base="https://nights.example/")
    after = entries_of(tmp_path / "archive" / "feed.xml")
    assert [told(entry, "id") for entry in after][1:] == before and len(before) == 1
    addresses = [link.get("href") or "" for link in after[0].findall(f"{ATOM}link")]
    assert all(address.startswith("https://nights.example/") for address in addresses)


# --- comparisons, deletion, the output --------------------------------------------------------------------------------


def test_neighbouring_nights_are_compared(tmp_path: Path) -> None:
    first, second = (run.directory for run in two_nights(tmp_path))
    for place, date in ((first, "2026-11-28"), (second, "2026-11-29")):
        change(place, partial(dict.update, date=date, series={"model": "m", "test_set": "t"}))
    found = build(tmp_path)
    assert found.refused == ()
    (page,) = (tmp_path / "archive" / "compare").glob("*/index.html")
    (series,) = (tmp_path / "archive" / "series").glob("*.html")
    links = {a.get("href") for t, a in Page(series).tags if t == "a"}
    assert f"../compare/{page.parent.name}/index.html" in links
    made = page.stat().st_mtime_ns
    build(tmp_path)
    assert page.stat().st_mtime_ns == made, "it is there already"
    os.utime(second / "manifest.json")
    build(tmp_path)
    assert page.stat().st_mtime_ns > made, "a run was audited again"
    build(tmp_path, policy=Policy(runs=1), delete=True)
    assert not page.exists() and not first.exists() and second.exists()


def test_a_comparison_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    nights(tmp_path, 2)
    for number in range(2):
        (night(tmp_path, number) / "data" / "segments").mkdir(parents=True)
    found = build(tmp_path)
    assert len(found.refused) == 1 and "night-00" in found.refused[0].before and found.refused[0].reason
    assert (tmp_path / "archive" / "index.html").is_file()


def test_what_is_not_an_archive_is_left_alone(tmp_path: Path) -> None:
    nights(tmp_path / "runs", 1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="not an archive"):
        build(tmp_path / "runs", tmp_path / "mine")
    with pytest.raises(OutputError, match="not an archive"):
        build(tmp_path / "runs", night(tmp_path / "runs", 0))
    with pytest.raises(OutputError, match="is a file"):
        build(tmp_path / "runs", tmp_path / "mine" / "thesis.txt")
    assert tree(tmp_path / "mine") == {"thesis.txt": b"years of work"}


def test_an_archive_of_nothing_says_so(tmp_path: Path) -> None:
    build(tmp_path)
    assert "There is no run in this directory" in Page(tmp_path / "archive" / "index.html").text
    assert entries_of(tmp_path / "archive" / "feed.xml") == []


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys\nfrom nmt_audit.cli import main\nsys.argv = ['nmt-audit', 'archive', *sys.argv[1:]]\nmain()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_the_command_says_what_would_go_and_deletes_only_when_told(tmp_path: Path) -> None:
    nights(tmp_path, 4)
    done = command(str(tmp_path), "--keep", "2")
    assert done.returncode == 0 and done.stdout.count("would go: ") == 2 and "--delete" in done.stdout
    assert done.stdout.splitlines()[-1] == str(tmp_path / "archive" / "index.html")
    assert len(list(tmp_path.glob("night-*/series-0"))) == 4
    gone = json.loads(command(str(tmp_path), "--keep", "2", "--delete", "--json").stdout)
    assert gone["deleted"] == ["night-00/series-0", "night-01/series-0"] and gone["runs"]["complete"] == 2
    assert len(list(tmp_path.glob("night-*/series-0"))) == 2


@pytest.mark.parametrize(
    ("arguments", "words"), [(["nowhere"], "is not a directory"), ([".", "--delete"], "say what to keep")]
)
def test_a_wrong_command_ends_in_one_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = command(*(str(tmp_path / a) if not a.startswith("-") else a for a in arguments))
    assert done.returncode == 1 and words in done.stderr and len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
