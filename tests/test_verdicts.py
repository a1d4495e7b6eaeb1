"""Verdicts: files, merging, precision, and the commands that bring them in and out."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from reviewed import ENTRY, front_page, verdicts
from sample_run import sample_run
from typer.testing import CliRunner

from nmt_audit.cli import app
from nmt_audit.errors import InputError, OutputError
from nmt_audit.report import build_site
from nmt_audit.store import Run, open_run
from nmt_audit.verdicts import (
    Judged,
    as_json,
    latest,
    merge,
    precision,
    read_verdicts,
    write_verdicts,
)

# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_reads_back_as_it_was_written(tmp_path: Path) -> None:
    given = verdicts(
        tmp_path, {}, {"flag_id": None, "severity": "critical", "verdict": "confirm"},
        {"span": None, "comment": None, "reviewer": "李", "flag_id": "f2"}, {"comment": "half \ud83d", "flag_id": "f3"},
    )  # fmt: skip
    write_verdicts(tmp_path / "out.json", given)
    assert sorted(map(repr, read_verdicts(tmp_path / "out.json"))) == sorted(map(repr, given))
    assert json.loads(as_json(verdicts(tmp_path, {}))) == [ENTRY]
    times = [{"at": at} for at in ("2024-05-17T12:00:00+02:00", "2024-05-17T11:00:00Z", "2024-05-18")]
    written = as_json(verdicts(tmp_path, *times[::-1]))
    assert [entry["at"] for entry in json.loads(written)] == [time["at"] for time in times]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "not a list"),
        ("[1, 2", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (b"[\xff]", "not JSON"),
        ([ENTRY, 7], "entry 2: not an object"),
        ([{**ENTRY, "verdict": "yes"}], 'entry 1: verdict is "yes", not confirm, reject or unsure'),
        ([{**ENTRY, "verdict": ["reject"]}], "verdict is"),
        ([{**ENTRY, "severity": "huge"}], 'severity is "huge"'),
        ([{**ENTRY, "at": "yesterday"}], 'at is "yesterday"'),
        ([{**ENTRY, "at": None}], "at is null"),
        ([{**ENTRY, "flag_id": 5}], "flag_id is 5"),
        ([{name: value for name, value in ENTRY.items() if name != "flag_id"}], "no flag_id"),
        ([{**ENTRY, "segment_id": 5}], "segment_id is 5, not text"),
        ([{**ENTRY, "reviewer": 5}], "reviewer is 5"),
        ([{**ENTRY, "span": {"side": "src", "start": 4, "end": 2}}], "span is"),
        ([{**ENTRY, "span": {"side": "up", "start": 1, "end": 2}}], "span is"),
        ([{**ENTRY, "span": {"side": "src", "start": True, "end": 2}}], "span is"),
    ],
)
def test_a_bad_file_is_one_line_with_place_and_remedy(tmp_path: Path, content: Any, said: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content if isinstance(content, bytes) else
                     (content if isinstance(content, str) else json.dumps(content)).encode())  # fmt: skip
    with pytest.raises(InputError) as error:
        read_verdicts(path)
    text = str(error.value)
    assert text.startswith(str(path)) and said in text and "export it" in text
    assert len(text) < 400


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    write_verdicts(path, verdicts(tmp_path, {}))
    before = path.read_bytes()
    (tmp_path / ".verdicts.json.partial").mkdir()
    with pytest.raises(OutputError, match=r"verdicts\.json: cannot be written"):
        write_verdicts(path, [])
    assert path.read_bytes() == before


# --- merging ----------------------------------------------------------------------------------------------------------


def test_the_later_verdict_of_a_reviewer_wins_whatever_the_time_zone(tmp_path: Path) -> None:
    early, late, other = verdicts(
        tmp_path,
        {"at": "2024-05-17T11:00:00+02:00", "verdict": "confirm"},
        {"at": "2024-05-17T10:00:00Z"},
        {"at": "2024-05-17T09:59:00", "verdict": "unsure", "reviewer": "ben"},
    )
    assert set(latest([late, early, other])) == {late, other}
    merged = merge([early], [late, other])
    assert (merged.new, merged.replaced, merged.unchanged) == (1, 1, 0)
    merged = merge(merged.verdicts, [early, late, other])
    assert (merged.new, merged.replaced, merged.unchanged) == (0, 0, 3)
    assert set(merged.verdicts) == {late, other}


def test_no_order_of_imports_makes_a_difference(tmp_path: Path) -> None:
    """Not even for two verdicts of the same instant."""
    given = verdicts(
        tmp_path, {}, {"verdict": "confirm"}, {"verdict": "unsure"}, {"reviewer": "ben"}, {"flag_id": "f2"}
    )
    results = {
        frozenset(merge(merge([], order[:2]).verdicts, order[2:]).verdicts) for order in itertools.permutations(given)
    }
    assert len(results) == 1
    assert len(results.pop()) == 3


def test_missed_mistakes_at_different_places_stay_apart(tmp_path: Path) -> None:
    missed: dict[str, Any] = {"flag_id": None, "verdict": "confirm"}
    given = verdicts(
        tmp_path, missed, {**missed, "span": {"side": "tgt", "start": 3, "end": 9}}, {**missed, "segment_id": "s2"},
        {**missed, "comment": "said again", "at": "2025-01-01"},
    )  # fmt: skip
    assert len(latest(given)) == 3


# --- precision --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suspect:
    id: str
    category: str = "OMISSION"
    rule: str = "omission.length"


def test_precision_is_counted_by_rule_and_by_category(tmp_path: Path) -> None:
    flags = [
        Suspect("f1"),
        Suspect("f2"),
        Suspect("f3", rule="omission.name"),
        Suspect("f4", "NEGATION", "negation.lost"),
    ]
    found = precision(flags, verdicts(
        tmp_path, {"verdict": "confirm"}, {"flag_id": "f2"}, {"flag_id": "f3", "verdict": "confirm"},
        {"flag_id": "gone", "verdict": "confirm"},
    ))  # fmt: skip
    assert found.rules == {"omission.length": Judged(1, 1, 0), "omission.name": Judged(1, 0, 0)}
    assert found.categories == {"OMISSION": Judged(2, 1, 0)}
    assert found.categories["OMISSION"].share == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("answers", "judged"),
    [
        (["confirm"], Judged(1, 0, 0)),
        (["unsure"], Judged(0, 0, 1)),
        (["confirm", "reject"], Judged(0, 0, 1)),
        (["confirm", "reject", "reject"], Judged(0, 1, 0)),
        (["confirm", "unsure"], Judged(0, 0, 1)),
        (["confirm", "confirm", "unsure", "reject"], Judged(1, 0, 0)),
        (["confirm", "confirm", "reject", "reject", "unsure"], Judged(0, 0, 1)),
    ],
)
def test_a_flag_counts_once_as_most_reviewers_say(tmp_path: Path, answers: list[str], judged: Judged) -> None:
    for order in (answers, answers[::-1]):
        given = verdicts(tmp_path, *({"verdict": said, "reviewer": str(n)} for n, said in enumerate(order)))
        assert precision([Suspect("f1")], given).categories == {"OMISSION": judged}


@pytest.mark.parametrize(
    ("answer", "category", "judged"),
    [
        ("confirm", "OMISSION", Judged(1, 0, 0)),
        ("confirm", None, Judged(1, 0, 0)),
        ("confirm", "UNRELATED", Judged(0, 1, 0)),
        ("unsure", "UNRELATED", Judged(0, 0, 1)),
    ],
)
def test_a_corrected_category_speaks_against_the_flag(
    tmp_path: Path, answer: str, category: str | None, judged: Judged
) -> None:
    given = verdicts(tmp_path, {"verdict": answer, "category": category})
    assert precision([Suspect("f1")], given).rules == {"omission.length": judged}


def test_missed_mistakes_are_counted_once_per_place(tmp_path: Path) -> None:
    missed: dict[str, Any] = {"flag_id": None, "verdict": "confirm"}
    given = verdicts(tmp_path, missed, {**missed, "reviewer": "ben"}, {**missed, "segment_id": "s2"})
    assert precision([], given).missed == {"OMISSION": 2}
    assert precision([], given).rules == {}


def test_an_interval_is_wilsons() -> None:
    assert Judged(8, 2).interval == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert Judged(3, 0).interval == pytest.approx((0.4385, 1.0), abs=1e-4)
    assert Judged(0, 0, 4).interval is None and Judged(0, 0, 4).share is None


# --- pages and commands -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return sample_run(tmp_path_factory.mktemp("sample") / "run", model=None, clean=2)


@pytest.fixture
def run(sample: Run, tmp_path: Path) -> Run:
    shutil.copytree(sample.directory, tmp_path / "run")
    return open_run(tmp_path / "run")


def invoke(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, ["verdicts", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def given_file(path: Path, run: Run, answers: str) -> Path:
    """One verdict per flag of the run, in its order: c, r or u."""
    words = {"c": "confirm", "r": "reject", "u": "unsure"}
    rows = zip(run.flags.itertuples(), answers, strict=False)
    entries = [
        {**ENTRY, "flag_id": row.id, "segment_id": row.segment_id, "verdict": words[said], "category": row.category}
        for row, said in rows
    ]
    path.write_text(json.dumps(entries), "utf-8")
    return path


def test_imported_verdicts_become_precision_on_the_page(run: Run, tmp_path: Path) -> None:
    build_site(run, run.directory / "site")
    assert "confirmed by reviewers" not in front_page(run.directory / "site").split("<main")[1]
    said = invoke("import", run.directory, given_file(tmp_path / "anna.json", run, "c" * 6 + "rru"))
    assert "9 verdicts read: 9 new, 0 replaced, 0 unchanged; the run has 9" in said
    assert "confirmed by reviewers" in front_page(run.directory / "site")


def test_import_counts_and_names_what_the_run_does_not_have(run: Run, tmp_path: Path) -> None:
    first = given_file(tmp_path / "anna.json", run, "ccc")
    strange = tmp_path / "strange.json"
    strange.write_text(json.dumps([
        {**ENTRY, "flag_id": f"elsewhere-{number}"} for number in range(7)
    ] + [{**ENTRY, "flag_id": None, "segment_id": "not here"}]), "utf-8")  # fmt: skip
    found = json.loads(invoke("import", run.directory, first, strange, "--json"))
    assert (found["read"], found["new"], found["replaced"], found["unchanged"], found["total"]) == (11, 11, 0, 0, 11)
    assert found["unknown_flags"] == [f"elsewhere-{number}" for number in range(7)]
    assert found["unknown_segments"] == ["not here"]
    said = invoke("import", run.directory, strange)
    assert "0 new, 0 replaced, 8 unchanged" in said and "elsewhere-4 and 2 more" in said
    assert len(json.loads(invoke("export", run.directory))) == 11


def test_two_reviewers_files_merge_with_their_agreement(run: Run, tmp_path: Path) -> None:
    files = []
    for name, said in (("anna", "ccrcrurc"), ("ben", "ccrrrucc")):
        path = given_file(tmp_path / f"{name}.json", run, said)
        path.write_text(json.dumps([{**entry, "reviewer": name} for entry in json.loads(path.read_text("utf-8"))]))
        files.append(path)
    alone = json.loads(invoke("import", run.directory, files[0], "--json"))
    assert alone["agreement"] == []
    found = json.loads(invoke("import", run.directory, *files, "--json"))
    assert (found["new"], found["unchanged"], found["total"]) == (8, 8, 16)
    whole = found["agreement"][0]
    assert (whole["first"], whole["second"], whole["category"]) == ("anna", "ben", None)
    assert (whole["flags"], whole["same"], whole["observed"]) == (8, 6, 0.75)
    # confirm 4 and 4, reject 3 and 3, unsure 1 and 1 of 8 each
    assert whole["kappa"] == pytest.approx((0.75 - 26 / 64) / (1 - 26 / 64))
    assert whole["low"] < whole["kappa"] < whole["high"]
    assert {one["category"] for one in found["agreement"]} == {None, *run.flags["category"].iloc[:8]}
    assert sum(one["flags"] for one in found["agreement"][1:]) == 8
    said = invoke("import", run.directory, *files)
    assert (
        f"anna and ben: κ {whole['kappa']:.2f} (95 %: {whole['low']:.2f} to {whole['high']:.2f}), the same on 6 of 8"
        in said
    )


def test_a_bad_file_changes_nothing(run: Run, tmp_path: Path) -> None:
    invoke("import", run.directory, given_file(tmp_path / "anna.json", run, "c"))
    before = (run.directory / "verdicts.json").read_bytes()
    (tmp_path / "bad.json").write_text('[{"verdict": "confirm"}]')
    good = given_file(tmp_path / "good.json", run, "rrr")
    with pytest.raises(InputError, match=r"bad\.json, entry 1"):
        invoke("import", run.directory, good, tmp_path / "bad.json")
    assert (run.directory / "verdicts.json").read_bytes() == before


def test_what_is_exported_can_be_imported_elsewhere(run: Run, sample: Run, tmp_path: Path) -> None:
    invoke("import", run.directory, given_file(tmp_path / "anna.json", run, "crcu"))
    out = tmp_path / "out.json"
    assert json.loads(invoke("export", run.directory, "--out", out, "--json"))["verdicts"] == 4
    assert out.read_text("utf-8") == invoke("export", run.directory)
    shutil.copytree(sample.directory, tmp_path / "other")
    invoke("import", tmp_path / "other", out)
    assert (tmp_path / "other" / "verdicts.json").read_bytes() == (run.directory / "verdicts.json").read_bytes()
    assert sorted(os.listdir(tmp_path / "other")) == ["data", "manifest.json", "site", "verdicts.json"]


def test_a_run_without_verdicts_exports_an_empty_list(run: Run) -> None:
    assert json.loads(invoke("export", run.directory)) == []
