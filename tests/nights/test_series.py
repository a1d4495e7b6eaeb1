"""Which nights are of one series: what changes from night to night does not part them, and names do."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nights.archived import SCHEMA_1
from nmt_audit.series import NO_DATA, NO_MODEL, UNNAMED, Series, series_of, stable_name

NAMES = {
    "/models/2026-11-29/de-en": "de-en",
    "/models/de-en/2026-11-29": "de-en",
    "/models/de-en/2026-11-29T03:00:00Z/": "de-en",
    "C:\\models\\de-en\\best": "de-en/best",
    "nightly-20261129.de": "nightly.de",
    "nightly-20261129-0300.de": "nightly.de",
    "checkpoint-012000": "checkpoint",
    "/runs/de-en/checkpoint-012000": "de-en/checkpoint",
    "/nights/checkpoints/00200": "nights/checkpoints",
    "model_iter_5000.npz": "model_iter.npz",
    "rnn-a8bcd46.de": "rnn.de",
    "rnn-0f8fad5b-d9cb-469f-a165-70867728950e.de": "rnn.de",
    "night-20": "night",
    "2026-11-29": UNNAMED,
    "": UNNAMED,
    "..": UNNAMED,
}
KEPT = (
    "wmt22", "newstest2014", "newstest2014.de-en.de", "nllb-200-distilled-600M", "wmt-2014", "v2", "rnnsearch-de-en",
    "tatoeba-test-v2021-08-07.deu", "deadbeef-facade", "flores200.dev", "sample.de-en.jsonl",
)  # fmt: skip

words = st.text("abcdefghijklmnopqrstuvw", min_size=3, max_size=8).filter(
    lambda word: set(word) - set("abcdef") and not word.startswith(("ep", "rev", "run", "job"))
)
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
times = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))
changing = st.one_of(
    days.map(lambda day: day.isoformat()),
    days.map(lambda day: day.strftime("%Y%m%d")),
    days.map(lambda day: day.strftime("%Y_%m_%d")),
    times.map(lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ")),
    times.map(lambda time: time.strftime("%Y%m%d-%H%M%S")),
    st.integers(10_000, 10**12).map(str),
    st.integers(0, 99).map(lambda number: f"{number:06d}"),
    st.uuids().map(str),
    st.text("0123456789abcdef", min_size=7, max_size=40).map(lambda text: f"a1{text}"),
)


@pytest.mark.parametrize(("text", "name"), [*NAMES.items(), *((name, name) for name in KEPT)])
def test_names(text: str, name: str) -> None:
    assert stable_name(text) == name


@given(words, changing, words)
def test_what_changes_is_left_out_of_a_name(first: str, night: str, last: str) -> None:
    assert stable_name(f"{first}-{night}.{last}") == f"{first}.{last}"


@given(words, changing)
def test_what_changes_is_left_out_of_a_path(name: str, night: str) -> None:
    assert stable_name(f"/models/{night}/{name}") == stable_name(f"/models/{name}/{night}") == name


@given(st.sampled_from(["step", "epoch", "checkpoint", "iter", "run", "build"]), st.integers(0, 10**9), words)
def test_a_number_of_what_is_counted_is_left_out_and_the_word_stays(counted: str, number: int, name: str) -> None:
    assert stable_name(f"{name}-{counted}{number}") == stable_name(f"{name}-{counted}-{number}") == f"{name}-{counted}"


@given(st.text())
def test_the_name_of_a_name_is_itself(text: str) -> None:
    name = stable_name(text)
    assert name and stable_name(name) == name


@given(st.text("abcdefghijklmnopqrstuvwxyz-_.", min_size=1).filter(lambda text: text.strip("-_. ") == text))
def test_a_name_without_digits_stays(name: str) -> None:
    assert stable_name(name) == name


def test_a_run_of_before_there_were_series_has_one() -> None:
    manifest = json.loads((SCHEMA_1 / "manifest.json").read_text("utf-8"))
    assert "series" not in manifest
    assert series_of(manifest) == Series("rnnsearch-de-en", "old.de-en.jsonl")


def test_the_manifest_has_the_last_word() -> None:
    told = {"series": {"model": "big", "test_set": "news"}, "model": {"name": "x"}, "data": {"y": "0"}}
    assert series_of(told) == Series("big", "news")


@pytest.mark.parametrize(
    ("manifest", "series"),
    [
        ({}, Series(NO_MODEL, NO_DATA)),
        ({"model": None, "data": {"b-20261129.de": "1", "a.en": "2"}}, Series(NO_MODEL, "a.en + b.de")),
        ({"model": "m-12000", "command": ["audit", "--source", "/x/news.20261129.tsv"]}, Series("m", "news.tsv")),
        ({"series": {"model": 7}, "data": [], "command": ["--source"]}, Series(NO_MODEL, NO_DATA)),
    ],
)
def test_what_is_missing_is_said(manifest: dict[str, object], series: Series) -> None:
    assert series_of(manifest) == series
