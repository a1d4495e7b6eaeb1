"""Run directories: names of flags, and that a run is there whole or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nmt_audit.errors import InputError, OutputError
from nmt_audit.records import Audited, Flag, Segment
from nmt_audit.store import MANIFEST, FlagNames, new_run, open_run, schema

SEGMENT = Segment("1", "Das ist nicht gut.", "de", "en", "That is not good.", "That is good.")
FLAG = Flag("NEGATION", "src", 8, 13, 0.6, "negation.lost", 0.6, 1.0, "“nicht” negates")
AUDITED = Audited(SEGMENT, "ok", None, None, {"bleu": 50.0}, (FLAG,), ("name",))


def names(*segments: Segment) -> list[str]:
    given = FlagNames()
    return [name for segment in segments for name in given.of(segment, [FLAG])]


def test_a_flag_keeps_its_name_when_the_corpus_around_it_changes() -> None:
    other = replace(SEGMENT, id="2", source="Es ist nicht kalt.")
    [alone] = names(SEGMENT)
    assert alone in names(other, SEGMENT)
    assert names(other, SEGMENT)[::-1] == names(SEGMENT, other)
    moved = replace(SEGMENT, id="77", hypothesis="Good it is.", source="Das ist nicht\tgut.  ")
    assert names(moved) == [alone]


def test_equal_segments_have_flags_of_different_names() -> None:
    first, second = names(SEGMENT, replace(SEGMENT, id="2"))
    assert first != second
    assert first == names(SEGMENT)[0]


@pytest.mark.parametrize("change", [{"category": "OMISSION"}, {"side": "tgt"}, {"start": 4}, {"start": None}])
def test_what_a_flag_says_is_in_its_name(change: dict[str, object]) -> None:
    changed = Flag(**{**{name: getattr(FLAG, name) for name in Flag.__slots__}, **change})
    assert FlagNames().of(SEGMENT, [changed]) != FlagNames().of(SEGMENT, [FLAG])


def test_what_was_written_is_read(tmp_path: Path) -> None:
    with new_run(tmp_path / "run") as writer:
        writer.shard(0, [AUDITED], [])
        writer.shard(1, [replace(AUDITED, segment=replace(SEGMENT, id="2"), flags=(), flag_ids=())], [])
        writer.manifest({"state": "complete"})
    run = open_run(tmp_path / "run")
    assert list(run.segments.columns) == schema("segments").names
    assert list(run.segments.id) == ["1", "2"]
    assert run.segments.bleu[0] == 50.0
    [flag] = run.flags.to_dict("records")
    assert (flag["id"], flag["segment_id"], flag["start"], flag["end"]) == ("name", "1", 8, 13)
    assert len(run.explanations) == 0


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_run(tmp_path / "run") as writer:
        writer.shard(0, [AUDITED], [])
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_failed_replacement_leaves_the_old_run(tmp_path: Path) -> None:
    with new_run(tmp_path / "run") as writer:
        writer.manifest({"name": "old"})
    with pytest.raises(ZeroDivisionError), new_run(tmp_path / "run", replace=True):
        raise ZeroDivisionError
    assert open_run(tmp_path / "run").manifest["name"] == "old"


def test_only_a_run_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "letter.txt").write_text("dear", "utf-8")
    with pytest.raises(OutputError, match="not a run"), new_run(tmp_path / "folder", replace=True):
        raise AssertionError
    assert (tmp_path / "folder" / "letter.txt").exists()


@pytest.mark.parametrize("manifest", ["", "[1", "[1]", "[" * 100_000, json.dumps({"schema": 99})])
def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST).write_text(manifest, "utf-8")
    with pytest.raises(InputError, match=str(tmp_path)):
        open_run(tmp_path)
