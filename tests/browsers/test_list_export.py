"""What the list exports, and what it says where a part of the report is missing."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from browser import Page
from list_page import Known, flagged, having, heading, long_site, order, sample_site, show, wished
from listed import Line, expected

from nmt_audit.bench.made_up import made_up_run
from nmt_audit.records import Audited, Segment
from nmt_audit.report import build_site
from nmt_audit.store import new_run, open_run


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return sample_site(tmp_path_factory.mktemp("list & ümläuts #1"))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return long_site(tmp_path_factory.mktemp("long"))


# --- export -----------------------------------------------------------------------------------------------------------

WISH = wished(score="0.1..", sort="-source")
HEAD = [
    "number",
    "id",
    "document",
    "source",
    "translation",
    "reference",
    "categories",
    "suspicion",
    "chrF",
    "BLEU",
    "TER",
    "log-probability",
    "verdicts",
]


def exported(page: Page, site: Path, kind: str, wish: str = WISH) -> bytes:
    show(page, site, wish)
    page.press("e")
    page.click(f"[data-kind={kind}]")
    path = page.saved(f"*.{kind}")
    page.wait("return document.querySelector('[data-exported]').textContent.includes(arguments[0])", path.name)
    return path.read_bytes()


def table(known: list[Line]) -> list[list[object]]:
    """The rows of a table, numbers as numbers."""
    codes = {
        "omission": "OMISSION",
        "repetition": "REPETITION",
        "unrelated": "UNRELATED",
        "negation": "NEGATION",
        "early-end": "EARLY_EOS",
    }
    rows: list[list[object]] = []
    for number in expected(known, lambda line: flagged(line, least=0.1), "-source"):
        line = known[number]
        by_score = sorted(line.flags, key=lambda flag: -flag.score)
        numbers = [line.numbers[name] for name in ("suspicion", "chrf", "bleu", "ter", "logprob")]
        rows.append([
            number + 1, line.id, line.document, line.source, line.translation, line.reference,
            "; ".join(dict.fromkeys(codes[flag.slug] for flag in by_score)), *numbers, None,
        ])  # fmt: skip
    return rows


def same(found: list[Any], wanted: list[object]) -> bool:
    """Cells that say the same: numbers to seven digits, nothing is the empty text."""
    return len(found) == len(wanted) and all(
        float(one) == pytest.approx(other, rel=1e-6)
        if isinstance(other, float)
        else str(one) == str("" if other is None else other)
        for one, other in zip(found, wanted, strict=True)
    )


def test_export_as_csv(page: Page, sample: Known) -> None:
    site, known = sample
    content = exported(page, site, "csv")
    assert content.startswith(b"\xef\xbb\xbf") and content.endswith(b"\r\n")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert head == HEAD
    wanted = table(known)
    assert len(rows) == len(wanted) > 10
    for row, line in zip(rows, wanted, strict=True):
        assert same(row, line)


def test_export_as_tsv(page: Page, sample: Known) -> None:
    site, known = sample
    head, *rows = [line.split("\t") for line in exported(page, site, "tsv").decode("utf-8").rstrip("\n").split("\n")]
    assert head == HEAD
    for row, line in zip(rows, table(known), strict=True):
        assert same(row, line)


def test_export_as_json_lines(page: Page, sample: Known) -> None:
    site, known = sample
    rows = [json.loads(line) for line in exported(page, site, "jsonl").decode("utf-8").splitlines()]
    wanted = expected(known, lambda line: flagged(line, least=0.1), "-source")
    assert [row["number"] - 1 for row in rows] == wanted
    for row, line in zip(rows, (known[number] for number in wanted), strict=True):
        assert (row["id"], row["source"], row["translation"], row["reference"]) == (
            line.id,
            line.source,
            line.translation,
            line.reference,
        )
        assert {flag["id"] for flag in row["flags"] if flag["dismissed"] is None} == {flag.id for flag in line.flags}
        assert all(
            {"category", "side", "start", "end", "score", "rule", "message", "verdict"} <= flag.keys()
            for flag in row["flags"]
        )


def test_export_as_a_workbook(page: Page, sample: Known, tmp_path: Path) -> None:
    site, known = sample
    path = tmp_path / "a.xlsx"
    path.write_bytes(exported(page, site, "xlsx"))
    sheet = openpyxl.load_workbook(path).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert list(head) == HEAD and sheet.freeze_panes == "A2" and sheet["A1"].font.bold
    for row, line in zip(rows, table(known), strict=True):
        assert same(["" if cell is None else cell for cell in row], line)
    assert isinstance(sheet["A2"].value, int) and isinstance(sheet["H2"].value, float)


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=x", 'a "quoted", text', " edge ", "a]]>&<b>", "_x0041_", "ß" * 40000)


def test_no_exported_text_is_a_formula(page: Page, tmp_path: Path) -> None:
    with new_run(tmp_path / "run") as writer:
        segments = [Segment(f"s-{place}", text, "de", "en", text, text) for place, text in enumerate(FORMULAS)]
        writer.shard(0, [Audited(segment, "ok", None, None, {}, (), ()) for segment in segments], [])
        writer.manifest({**made_up_run(tmp_path / "small", 1).manifest, "name": "=1+1"})
    build_site(open_run(tmp_path / "run"), tmp_path / "site")
    show(page, tmp_path / "site" / "segments.html", "sort=number")
    page.press("e")
    files = {}
    for kind in ("csv", "tsv", "xlsx"):
        page.click(f"[data-kind={kind}]")
        files[kind] = page.saved(f"*.{kind}")
    plain = [text.replace("\t", " ") for text in FORMULAS]  # as the page shows them
    defused = ["'" + text if text[0] in "=+-@" else text for text in plain]
    rows = csv.DictReader(io.StringIO(files["csv"].read_text("utf-8-sig"), newline=""))
    assert [row["source"] for row in rows] == defused
    tabs = [line.split("\t") for line in files["tsv"].read_text("utf-8").splitlines()[1:]]
    assert [row[3] for row in tabs] == defused and {len(row) for row in tabs} == {len(HEAD)}
    sheet = openpyxl.load_workbook(files["xlsx"]).active
    cells = [row[3] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert [cell.value for cell in cells[:8]] == plain[:8]
    assert cells[9].value == "ß" * (32767 - 8) + " … [cut]"


def test_a_workbook_holds_what_xml_may_not(page: Page, sample: Known, tmp_path: Path) -> None:
    show(page, sample[0])
    content = page.async_js(
        "const done = arguments[arguments.length - 1], columns = [{ label: 'a', width: 8 }, { label: 'b', width: 8 }];"
        "const rows = [['\\0\\x0b\\ud800x\\udc00\\uffff \\n😀', 1.5], [null, -2e-7]];"
        "nmtAudit.spreadsheet.workbook('<Sheet> & more', columns, rows).arrayBuffer()"
        ".then((bytes) => done(Array.from(new Uint8Array(bytes))));"
    )
    (tmp_path / "a.xlsx").write_bytes(bytes(content))
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert archive.testzip() is None
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet.title == "<Sheet> & more"
    assert [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        ["\ufffd\ufffd\ufffdx\ufffd\ufffd \n😀", 1.5],
        [None, -2e-7],
    ]


def test_an_export_is_named_after_the_run_and_the_view(page: Page, sample: Known) -> None:
    site, known = sample
    count = len(expected(known, lambda line: flagged(line, "negation") and having("nicht")(line)))
    exported(page, site, "csv", wished(c="negation", q="nicht"))
    assert page.saved("*.csv").name == f"Nightly-de-en.text-nicht.lost-negation.{count}-segments.csv"


# --- what is missing --------------------------------------------------------------------------------------------------


def test_a_missing_chunk_is_named(page: Page, long: Known, tmp_path: Path) -> None:
    site, known = long
    shutil.copytree(site.parent, tmp_path / "copy")
    (tmp_path / "copy" / "data" / "segments-0002.js").unlink()
    copy = tmp_path / "copy" / "segments.html"
    show(page, copy, wished(q="ka", sort="number"))
    assert "data/segments-0002.js is missing" in page.text("[data-nothing]")
    wanted = expected([line for line in known if not 500 <= line.number < 1000], having("ka"), "number")
    assert order(page) == wanted
    show(page, copy, "sort=-number")
    page.press("e")
    page.click("[data-kind=csv]")
    page.wait(
        "return document.querySelector('[data-exported]').textContent.startsWith(arguments[0])",
        "Nothing was written: data/segments-0002.js is missing",
    )


def test_rows_of_a_missing_chunk_keep_their_place(page: Page, long: Known, tmp_path: Path) -> None:
    site, known = long
    shutil.copytree(site.parent, tmp_path / "copy")
    (tmp_path / "copy" / "data" / "segments-0001.js").unlink()
    show(page, tmp_path / "copy" / "segments.html", "sort=number")
    assert order(page) == list(range(len(known)))
    assert "data/segments-0001.js is missing" in page.text("[data-rows] > li.lost")


def test_an_empty_run_says_so(page: Page, tmp_path: Path) -> None:
    with new_run(tmp_path / "run") as writer:
        writer.shard(0, [], [])
        writer.manifest({**made_up_run(tmp_path / "small", 1).manifest, "counts": {"segments": 0}})
    build_site(open_run(tmp_path / "run"), tmp_path / "site")
    show(page, tmp_path / "site" / "segments.html")
    assert page.text("[data-nothing]") == "This run has no segments."
    assert heading(page).startswith("0 segments")
