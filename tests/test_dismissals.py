"""Flags that reviewers rejected: dismissed in later runs, from the file to the pages."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from data_scripts import change, column, flags_of
from reviewed import ENTRY, front_page, verdicts
from sample_run import sample_run

from nmt_audit.config import AuditConfig
from nmt_audit.dismissing import dismiss, dismissals
from nmt_audit.errors import InputError
from nmt_audit.pipeline import audit
from nmt_audit.records import CATEGORIES, Audited, Flag, Segment
from nmt_audit.report import build_site
from nmt_audit.store import Run, new_run, open_run
from nmt_audit.verdicts import write_verdicts

DAY = datetime.date(2026, 11, 29)


def test_what_most_reviewers_rejected_is_dismissed(tmp_path: Path) -> None:
    given = verdicts(
        tmp_path, {}, {"reviewer": "ben"}, {"reviewer": "eva", "verdict": "confirm"},
        {"flag_id": "tie"}, {"flag_id": "tie", "reviewer": "ben", "verdict": "confirm"},
        {"flag_id": "mended"}, {"flag_id": "mended", "verdict": "confirm", "at": "2030-01-01"},
        {"flag_id": "other category", "verdict": "confirm", "category": "NEGATION"}, {"flag_id": None},
    )  # fmt: skip
    write_verdicts(tmp_path / "verdicts.json", given)
    assert dismissals(tmp_path / "verdicts.json", on=DAY) == dismissals(tmp_path, on=DAY) == {"f1": "anna, ben"}


@pytest.mark.parametrize("name", ["nothing.json", ""])
def test_dismissals_that_are_not_there_are_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        dismissals(tmp_path / name, on=DAY)


FLAGS = tuple(
    Flag("OMISSION", "src", start, start + 3, score, "omission.length", 1.0, 2.0, "gone")
    for start, score in ((0, 0.9), (4, 0.5))
)
AUDITED = Audited(Segment("1", "Das ist gut.", "de", "en", None, "Good."), "ok", None, None, {}, FLAGS, ("a", "b"))


def test_dismissed_flags_are_stored_as_such(tmp_path: Path) -> None:
    item = dismiss(AUDITED, {"a": "anna"})
    assert item.standing == FLAGS[1:] and AUDITED.standing == FLAGS
    with new_run(tmp_path / "run") as writer:
        writer.shard(0, [item], [])
        writer.shard(1, [replace(AUDITED, segment=replace(AUDITED.segment, id="2"))], [])
        writer.manifest({})
    assert open_run(tmp_path / "run").flags["dismissed"].tolist() == [True, False, False, False]


def test_runs_from_before_there_were_dismissals_have_none(tmp_path: Path) -> None:
    with new_run(tmp_path / "run") as writer:
        writer.shard(0, [AUDITED], [])
        writer.manifest({})
        part = writer.directory / "data" / "flags" / "part-00000.parquet"
        pq.write_table(pq.read_table(part).drop_columns(["dismissed"]), part)
    found = open_run(tmp_path / "run").flags["dismissed"]
    assert found.tolist() == [False, False] and found.dtype == bool


PAIRS = (
    ("a", "Wir trafen uns im Jahr 1984 und dann wieder 2003.", "We met in 1984 and then again."),
    ("b", "Der Zug fährt um 17 Uhr ab.", "The train train train train leaves at 17."),
    ("c", "Das Haus ist alt.", "The house is old."),
)


def audited(tmp_path: Path, name: str, pairs: Sequence[tuple[str, str, str]], **options: Any) -> Run:
    """A run over the text alone."""
    source = tmp_path / f"{name}.jsonl"
    rows = (dict(zip(("id", "source", "hypothesis"), pair, strict=True)) for pair in pairs)
    source.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    audit(AuditConfig(source=str(source), out=tmp_path / name, src_lang="de", tgt_lang="en", planted=0, **options))
    return open_run(tmp_path / name)


def test_rejected_flags_stay_dismissed_in_later_runs(tmp_path: Path) -> None:
    first = audited(tmp_path, "first", PAIRS)
    flags = {row.id: row.category for row in first.flags.itertuples() if row.segment_id == "a"}
    assert "OMISSION" in flags.values() and first.manifest["counts"]["flags"]["REPETITION"] == 1
    entries = [{**ENTRY, "flag_id": name, "segment_id": "a", "category": flags[name]} for name in flags]
    write_verdicts(first.directory / "verdicts.json", verdicts(tmp_path, *entries))
    later = [
        ("new", "Guten Morgen!", "Good morning!"),
        *((f"x{name}", said, meant) for name, said, meant in reversed(PAIRS)),
    ]
    second = audited(tmp_path, "second", later, dismissals=str(first.directory))
    assert second.flags["id"].isin(flags).sum() == len(flags)
    assert second.flags["dismissed"].tolist() == second.flags["id"].isin(flags).tolist()
    before, after = first.manifest["counts"], second.manifest["counts"]
    assert (before["flagged"], after["flagged"]) == (2, 1)
    assert before["dismissed"] == dict.fromkeys(CATEGORIES, 0)
    for category in CATEGORIES:
        assert after["flags"][category] + after["dismissed"][category] == before["flags"][category]
    assert after["dismissed"]["REPETITION"] == 0 < after["dismissed"]["OMISSION"]
    assert second.manifest["dismissed_by"] == dict.fromkeys(flags, "anna")
    assert [flag["dismissed"] for flag in flags_of(second.directory / "site", "xa")] == ["anna"] * len(flags)


def test_bad_dismissals_stop_an_audit_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent"):
        audited(tmp_path, "run", PAIRS, dismissals=str(tmp_path / "absent.json"))
    assert not (tmp_path / "run").exists()


def test_dismissed_flags_are_shown_and_not_counted(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=None, clean=2)
    flags = run.flags
    gone = flags["segment_id"].eq("talk-012") | flags["id"].eq(flags["id"][flags["segment_id"].eq("talk-007")].iloc[0])
    names = dict.fromkeys(flags["id"][gone], "anna <b>, ben")
    build_site(run, tmp_path / "before")
    change(run, "flags", lambda rows: rows.assign(dismissed=rows["id"].isin(names)))
    build_site(Run(run.directory, {**run.manifest, "dismissed_by": names}), tmp_path / "after")
    before, after = (front_page(tmp_path / name) for name in ("before", "after"))
    assert before.count('<li><div class="row-head">') - after.count('<li><div class="row-head">') == sum(gone)
    assert "dismissed earlier and not counted" in after and "dismissed earlier" not in before
    assert "talk-012" in before and "talk-012" not in after
    found = flags_of(tmp_path / "after", "talk-007")
    assert sorted(flag["dismissed"] or "" for flag in found) == ["", "anna <b>, ben"]
    masks = column(tmp_path / "after", "categories", "u2")
    ids = run.segments["id"].tolist()
    assert masks[ids.index("talk-012")] == 0 < masks[ids.index("talk-007")]
