"""What is found in a directory tree: every run, whatever it is like, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nights.archived import SCHEMA_1, change, night, nights, odd_nights
from nmt_audit.archiving import Entry, scan, trends
from nmt_audit.archiving.cache import Cache, read_cache, write_cache
from nmt_audit.archiving.manifests import night_of
from nmt_audit.archiving.measures import MEASURES
from nmt_audit.archiving.scanning import CACHE
from nmt_audit.errors import InputError
from nmt_audit.records import CATEGORIES


def by_path(entries: tuple[Entry, ...]) -> dict[str, Entry]:
    return {entry.path: entry for entry in entries}


def test_one_broken_run_never_hides_the_others(tmp_path: Path) -> None:
    found = by_path(scan(odd_nights(tmp_path)))
    assert sum(entry.kind == "complete" for entry in found.values()) == 60 + 2
    assert found["old"].night is not None and found["old"].night.readings["BLEU"].value == pytest.approx(25.0355, 1e-4)
    reasons = {path.removeprefix("broken/"): entry.reason or "" for path, entry in found.items() if entry.reason}
    assert reasons.keys() == {"torn", "list", "other", "newer", "deep", "latin", "dateless"}
    assert found["broken/newer"].kind == "newer" and "newer version (schema 99" in reasons["newer"]
    for name, words in {"torn": "damaged", "list": "no schema", "latin": "damaged", "dateless": "no date"}.items():
        assert words in reasons[name] and found[f"broken/{name}"].kind == "damaged"
    assert found["partial"].kind == "partial"


def test_runs_of_schema_1_have_all_measures(tmp_path: Path) -> None:
    (entry,) = scan(SCHEMA_1)
    assert entry.path == "." and entry.kind == "complete" and entry.night is not None
    assert entry.night.readings.keys() == MEASURES.keys() - {"failed"}  # nothing could fail in those days


def test_what_lies_in_a_run_is_no_run_and_what_lies_beside_is(tmp_path: Path) -> None:
    nights(tmp_path, 1)
    place = night(tmp_path, 0)
    shutil.copytree(SCHEMA_1, place / "site" / "copy")
    shutil.copytree(SCHEMA_1, place / "nested")
    shutil.copytree(SCHEMA_1, tmp_path / ".hidden")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / CACHE).touch()
    shutil.copytree(SCHEMA_1, tmp_path / "archive" / "run")
    found = by_path(scan(tmp_path))
    assert found.keys() == {"night-00/series-0", "night-00/series-0/nested"}
    assert found["night-00/series-0"].bytes < 63_000 + found["night-00/series-0/nested"].bytes


def test_links_are_followed_once_and_never_in_circles(tmp_path: Path) -> None:
    nights(tmp_path / "runs", 2)
    shutil.copytree(SCHEMA_1, tmp_path / "elsewhere")
    (tmp_path / "runs" / "circle").symlink_to(tmp_path / "runs")
    (tmp_path / "runs" / "itself").symlink_to("itself")
    (tmp_path / "runs" / "a-latest").symlink_to(night(tmp_path / "runs", 1))
    (tmp_path / "runs" / "borrowed").symlink_to(tmp_path / "elsewhere")
    found = scan(tmp_path / "runs")
    assert {entry.path: entry.linked for entry in found} == {
        "night-00/series-0": False, "night-01/series-0": False, "borrowed": True,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["missing", "file"])
def test_what_is_no_directory_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=f"{name}: is not a directory"):
        scan(tmp_path / name)


def test_nothing_in_a_directory_is_no_run(tmp_path: Path) -> None:
    assert scan(tmp_path) == () and trends(()) == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("name", "model", "series", "src_lang", "date", "created", "counts", "scores", "data", "faithfulness",
          "settings", "versions", "thresholds", "command")  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(FIELDS), json_values)
    | st.fixed_dictionaries({
        "counts": st.dictionaries(st.sampled_from(["segments", "flagged", "flags", "empty"]), json_values),
        "scores": st.lists(st.dictionaries(st.sampled_from(["name", "value", "low", "high"]), json_values)),
        "faithfulness": st.fixed_dictionaries({"rows": json_values}),
    })
)  # fmt: skip
def test_any_manifest_has_a_night(manifest: dict[str, Any]) -> None:
    found = night_of(json.loads(json.dumps(manifest)))
    assert all(abs(reading.value) < float("inf") and reading.floor >= 0 for reading in found.readings.values())
    assert found.series.model and found.series.test_set


@pytest.mark.parametrize(
    ("date", "created", "night"),
    [
        ("2026-11-29", "2026-12-01T01:00:00+00:00", "2026-11-29"),
        ("29 November", "2026-12-01T01:00:00+00:00", "2026-12-01"),
        (None, "2026-12-01T01:00:00+09:00", "2026-11-30"),
        (20261129, None, ""),
    ],
)
def test_the_night_is_of_its_date_or_else_of_its_creation(date: object, created: object, night: str) -> None:
    assert night_of({"date": date, "created": created}).date == night


def test_rates_are_per_hundred_that_were_checked() -> None:
    counts = {"segments": 200, "flagged": 30, "flags": {"OMISSION": 20}, "not_checked": {"OMISSION": 100}, "empty": 2,
              "not_finite": 1, "out_of_memory": 3}  # fmt: skip
    found = {key: reading.value for key, reading in night_of({"counts": counts}).readings.items()}
    assert found == {"flagged": 15.0, "OMISSION": 20.0, "empty": 1.0, "failed": 2.0}


def test_trends_are_by_model_test_set_and_languages(tmp_path: Path) -> None:
    nights(tmp_path, 6, 2)
    change(night(tmp_path, 5, 1), lambda manifest: manifest.update(src_lang="fr"))
    change(night(tmp_path, 4, 0), lambda manifest: manifest.update(state="partial"))
    change(night(tmp_path, 3, 0), lambda manifest: manifest.update(date="2025-01-01"))
    first, second, third = trends(scan(tmp_path))
    dates = [entry.night.date for entry in first.nights if entry.night]
    assert dates == ["2025-01-01", "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-06"]
    assert (len(second.nights), second.languages) == (5, ("de", "en"))
    assert (len(third.nights), third.languages) == (1, ("fr", "en"))
    assert {line.measure.key for line in first.lines} == MEASURES.keys() >= set(CATEGORIES)


def test_several_runs_of_one_date_are_in_the_order_of_their_creation(tmp_path: Path) -> None:
    nights(tmp_path, 3)
    for number, hour in enumerate((9, 3, 5)):
        told = {"date": "2026-11-29", "created": f"2026-11-29T0{hour}:00:00+00:00"}
        change(night(tmp_path, number), partial(dict.update, **told))
    (trend,) = trends(scan(tmp_path))
    assert [entry.path[:8] for entry in trend.nights] == ["night-01", "night-02", "night-00"]


# --- what is remembered -----------------------------------------------------------------------------------------------


def test_what_was_remembered_is_what_was_found(tmp_path: Path) -> None:
    entries = scan(odd_nights(tmp_path / "runs"))
    cache = Cache()
    expected = trends(entries, cache.steps_of)
    write_cache(tmp_path / "cache", entries, cache)
    again = read_cache(tmp_path / "cache")
    assert again.entries == by_path(entries)
    assert again.steps == cache.asked_steps and trends(entries, again.steps_of) == expected


def test_only_what_has_changed_is_read_again(tmp_path: Path) -> None:
    nights(tmp_path, 3)
    known = by_path(scan(tmp_path))
    change(night(tmp_path, 1), lambda manifest: manifest.update(name="Another name"))
    os.utime(night(tmp_path, 1) / "manifest.json", ns=(1, 1))
    found = by_path(scan(tmp_path, known))
    same = {path: found[path] is known[path] for path in known}
    assert same == {"night-00/series-0": True, "night-01/series-0": False, "night-02/series-0": True}
    assert found["night-01/series-0"].night is not None and found["night-01/series-0"].night.name == "Another name"


def test_a_site_or_verdicts_that_came_later_are_noticed(tmp_path: Path) -> None:
    shutil.copytree(SCHEMA_1, tmp_path / "run")
    known = by_path(scan(tmp_path))
    os.utime(tmp_path / "run", ns=(1, 1))
    known = by_path(scan(tmp_path, known))
    (tmp_path / "run" / "site").mkdir()
    (tmp_path / "run" / "site" / "index.html").write_text("x" * 1000)
    (tmp_path / "run" / "verdicts.json").write_text("[]")
    found = by_path(scan(tmp_path, known))["run"]
    assert found.has_site and found.has_verdicts and found.bytes == known["run"].bytes + 1002


def test_a_run_that_is_being_written_is_measured_again(tmp_path: Path) -> None:
    nights(tmp_path, 1)
    place = night(tmp_path, 0)
    change(place, lambda manifest: manifest.update(state="partial"))
    known = by_path(scan(tmp_path))
    (place / "site" / "data" / "more.js").write_bytes(b"-" * 5000)
    assert scan(tmp_path, known)[0].bytes == known["night-00/series-0"].bytes + 5000


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"made_by": 1}', b"\xff", b"[" * 100_000])
def test_a_damaged_cache_is_no_cache(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cache").write_bytes(content)
    assert read_cache(tmp_path / "cache") == Cache() == read_cache(tmp_path / "missing")


@given(json_values)
def test_a_cache_of_anything_is_no_cache(tmp_path_factory: pytest.TempPathFactory, inner: object) -> None:
    path = tmp_path_factory.getbasetemp() / "any-cache"
    write_cache(path, (), Cache())
    content = json.loads(path.read_text("ascii"))
    for field in ("entries", "steps", "pages"):
        path.write_text(json.dumps({**content, field: inner}), "utf-8")
        assert isinstance(read_cache(path), Cache)
