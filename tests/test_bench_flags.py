"""`bench flags` counts what it says it counts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nmt_audit.bench.flags import bench_flags, read_labelled, table
from nmt_audit.cli import app
from nmt_audit.errors import InputError
from nmt_audit.records import CATEGORIES, Span

OWN = Path(__file__).parent / "own_translations.jsonl"


def line(source: str, hypothesis: str, labels: list[str], **more: object) -> str:
    return json.dumps({"source": source, "hypothesis": hypothesis, "labels": labels, **more})


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_hits_alarms_and_overlaps_are_counted(tmp_path: Path) -> None:
    span = {"category": "NEGATION", "side": "src", "start": 8, "end": 13}
    elsewhere = {"category": "NEGATION", "side": "src", "start": 0, "end": 3}
    gold = write(
        tmp_path / "gold.jsonl",
        [
            line("Das ist nicht gut.", "That is good.", ["NEGATION"], spans=[span]),
            line("Das ist nicht gut.", "That is good.", ["NEGATION"], spans=[elsewhere]),
            line("Er kam nicht.", "He didn't come.", ["NEGATION"]),
            line("Das ist nicht gut.", "That is good.", []),
            line("Das ist gut.", "That is good.", []),
        ],
    )
    found = bench_flags(gold, src_lang="de", tgt_lang="en")["NEGATION"]
    assert (found.labelled, found.flagged, found.hits) == (3, 3, 2)
    assert (found.clean, found.alarms, found.located, found.overlapping) == (2, 1, 2, 1)
    rows = {row[0]: row for row in table({"NEGATION": found}, "gold").rows}
    assert rows["NEGATION"][3].startswith("66.7 %") and rows["NEGATION"][5].startswith("50.0 %")


def test_sources_may_stay_where_they_are(tmp_path: Path) -> None:
    source = "Er kam nicht nach Hause."
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    row = {"source_sha256": digest, "hypothesis": "He came home.", "labels": ["NEGATION"]}
    gold = write(tmp_path / "gold.jsonl", [json.dumps(row)])
    corpus = write(tmp_path / "dev.tsv", ["Ja.\tYes.", f"{source}\tHe did not come home."])
    arguments = ["bench", "flags", "--gold", str(gold), "--src-lang", "de", "--tgt-lang", "en", "--json"]
    result = CliRunner().invoke(app, [*arguments, "--source", str(corpus)])
    assert json.loads(result.output)["NEGATION"]["hits"] == 1
    with pytest.raises(InputError, match="line 1: its source is not among"):
        bench_flags(gold, src_lang="de", tgt_lang="en")


def test_spans_come_back_by_category(tmp_path: Path) -> None:
    spans = [{"category": "OMISSION", "side": "src", "start": start, "end": start + 2} for start in (0, 4)]
    [row] = read_labelled(
        write(tmp_path / "g.jsonl", [line("ab cd ef", "x", ["OMISSION"], spans=spans)]), None, "de", "en"
    )
    assert row.spans == {"OMISSION": (Span("src", 0, 2), Span("src", 4, 6))}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not a labelled segment"),
        ('{"source": "a", "hypothesis": "b"}', "labels"),
        (line("a", "b", ["TYPO"]), "no category TYPO"),
        (line("a", "b", []), "languages are not known"),
        (line("a", "b", [], spans=[{"side": "src"}]), "not a labelled segment"),
    ],
)
def test_wrong_lines_are_refused_with_their_place(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        bench_flags(write(tmp_path / "gold.jsonl", [content]))


def test_the_labels_of_own_translations_are_whole() -> None:
    rows = [json.loads(text) for text in OWN.read_text("utf-8").splitlines()]
    assert len(rows) == 200 and len({row["source_sha256"] for row in rows}) == 200
    assert {label for row in rows for label in row["labels"]} <= set(CATEGORIES)
    assert sum(bool(row["labels"]) for row in rows) == 57
