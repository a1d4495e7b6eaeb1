"""The page of two runs as files: what it says, what it leaves out, the same bytes, nothing half-written."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from data_scripts import content, unpacked
from hypothesis import given
from hypothesis import strategies as st
from sample_run import HOSTILE, RNNSEARCH

from nights.two_runs import Made, Told, hostile, night_a, two_nights, write_run
from nmt_audit.comparing import compare_runs
from nmt_audit.errors import OutputError
from nmt_audit.report.compare import write_comparison
from nmt_audit.report.compare.differing import differing
from nmt_audit.store import Run, open_run

SCHEMA_1 = Path(__file__).parents[1] / "schema-1-run"
ROOT = Path(__file__).parents[2]


def page_of(a: Run, b: Run, out: Path, resamples: int = 100) -> str:
    write_comparison(a, b, out, compare_runs(a, b, resamples=resamples))
    return (out / "index.html").read_text("utf-8")


def files(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    return two_nights(tmp_path_factory.mktemp("nights"))


@pytest.fixture(scope="module")
def page(nights: tuple[Run, Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("a page") / "compared"
    page_of(*nights, out)
    return out


class Read(HTMLParser):
    """The text of a page, its addresses, and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = ""
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href") and value]
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)


def test_the_same_runs_give_the_same_bytes_wherever_they_lie(
    nights: tuple[Run, Run], page: Path, tmp_path: Path
) -> None:
    again = two_nights(tmp_path / "elsewhere")
    page_of(*again, tmp_path / "another page")
    assert files(tmp_path / "another page") == files(page)


def test_nothing_in_it_is_loaded_from_anywhere_and_no_text_becomes_markup(page: Path) -> None:
    told = Read((page / "index.html").read_text("utf-8"))
    assert set(told.addresses) >= {"site.css", "site.js", "data/comparison.js"}
    for address in told.addresses:
        assert address.startswith("#") or (page / address).is_file(), address
    assert told.tags.count("script") == 2 and "img" not in told.tags and "b" in told.tags
    assert "<img src=x onerror=" in told.text and "window.hacked=1</script>" in told.text.replace(" ", "")
    for path in (page / "data").iterdir():
        assert "<" not in path.read_text("utf-8")


def test_it_says_what_differs_without_a_script(page: Path) -> None:
    told = " ".join(Read((page / "index.html").read_text("utf-8")).text.split())
    assert "Night & two compared with Night <one>" in told
    assert "2 flags are new, 2 fixed" in told
    for words in ("That is not good.", "“<script>window.hacked=1</script> Das ist <” & <b>b</b>"[:20], "looks wrong"):
        assert words in told
    assert re.search(r"seed:1\|.*version:", told) and "signature of A model rnnsearch-de-en" in told
    assert "model fingerprint" in told and "signature of B model marian-de-en" in told


def test_differences_are_marked_in_both_translations(page: Path) -> None:
    text = (page / "index.html").read_text("utf-8")
    assert '<del title="only A says this">not</del>' in text
    assert '<ins title="only B says this">' in text


def test_identical_runs_are_said_to_be(tmp_path: Path, nights: tuple[Run, Run]) -> None:
    told = Read(page_of(nights[0], nights[0], tmp_path / "page")).text
    assert "No difference." in told and "no difference" in told
    assert "No segment of both runs has another translation" in told
    assert "Both were made with the same model" in told
    [index] = content(tmp_path / "page" / "data" / "comparison.js")
    assert index["kinds"] == [] and index["changed"] == 0
    assert sorted(path.name for path in (tmp_path / "page" / "data").iterdir()) == ["comparison.js"]


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    bare = [replace(one, references=()) for one in night_a()]
    a = write_run(tmp_path / "a", [*bare[:8], Told("Nur in A.", "Only in A.")], Made(notes={"state": "partial"}))
    lost = Told(bare[7].source, None, status="too_long")
    b = write_run(tmp_path / "b", [*bare[:7], lost], Made(notes={"thresholds": {"rules": {"made.up": 2}}}))
    told = Read(page_of(a, b, tmp_path / "page")).text
    for words in (
        "A is a partial run", "1 segment only in A", "Nur in A.", "there is nothing to score", "without a model",
        "longer than the model takes", "judge by different thresholds (1 rule",
    ):  # fmt: skip
        assert words in told, words


def test_a_run_of_schema_1_is_compared_with_one_of_today(tmp_path: Path) -> None:
    old = open_run(SCHEMA_1)
    told = [
        Told(row.source, f"{row.hypothesis} Indeed.", (row.reference,), id=row.id) for row in old.segments.itertuples()
    ]
    told_of = Read(page_of(old, write_run(tmp_path / "new", told, Made("New", RNNSEARCH)), tmp_path / "page"))
    assert "A run of schema 1" in told_of.text and "8 segments in both runs" in told_of.text


def test_the_scripts_hold_texts_flags_and_maps_of_both(page: Path, nights: tuple[Run, Run]) -> None:
    [index] = content(page / "data" / "comparison.js")
    _, texts = content(page / "data" / "changes-0001.js")
    _, maps = content(page / "data" / "both-maps-0001.js")
    assert len(index["kinds"]) == len(index["ids"]) == len(texts)
    assert index["models"] == ["rnnsearch-de-en", "marian-de-en"]
    place = index["ids"].index("line-6")
    one = texts[place]
    assert one["a"]["hypothesis"] == "It rains." and one["b"]["hypothesis"] == "It rains rains."
    assert [one["b"]["hypothesis"][start:end] for start, end in one["b"]["unlike"]] == ["rains"]
    assert {(change["kind"], change["a"] is None, change["b"] is None) for change in one["changes"]} == {
        ("changed", False, False), ("new", True, False),
    }  # fmt: skip
    named = dict(zip(index["kindNames"], (1 << bit for bit in range(5)), strict=True))
    assert index["kinds"][place] == named["worse"] | named["new"] | named["changed"]
    for side, run in zip("ab", nights, strict=True):
        row = run.segments.set_index("id").loc["line-6"]
        weights = unpacked(maps[place][side]["attention"], "u2") / 65535
        assert np.abs(weights - np.asarray(row.attention)).max() <= 1 / 65535
        assert len(weights) == len(row.source_pieces) * len(row.target_pieces)
        assert maps[place][side]["target"]["pieces"] == list(row.target_pieces)
        positions = {found["position"] for found in maps[place][side]["rows"] if found["method"] == "lrp"}
        assert positions == set(range(len(row.target_pieces)))


def test_offsets_in_the_scripts_are_those_of_the_texts_there(page: Path) -> None:
    _, texts = content(page / "data" / "changes-0001.js")
    for one in texts:
        for side in ("a", "b"):
            said = one[side]["hypothesis"]
            for start, end in one[side]["unlike"]:
                assert 0 <= start < end <= len(said) and said[start:end].strip() == said[start:end]
    names = [one["id"] for one in texts]
    assert set(HOSTILE) - {"../../../hostile id?#<b>%2e"} <= set(names)


def test_of_very_many_segments_the_most_changed_are_there_and_the_rest_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nmt_audit.report.compare.pages.MOST", 30)
    monkeypatch.setattr("nmt_audit.report.compare.pages.STATIC", 4)
    told = [Told(f"Satz {place}.", "one two three", (f"one two three {'x' * place}",)) for place in range(40)]
    other = [replace(one, hypothesis=one.references[0]) for one in told]
    text = page_of(write_run(tmp_path / "a", told), write_run(tmp_path / "b", other), tmp_path / "page", resamples=0)
    assert "The page has the 30 most changed ones" in text and "40 segments differ" in text
    assert text.count('<div class="row-head">') == 4
    _, texts = content(tmp_path / "page" / "data" / "changes-0001.js")
    assert len(texts) == 30 and [one["gain"] for one in texts] == sorted((one["gain"] for one in texts), reverse=True)
    assert len(list((tmp_path / "page" / "data").glob("both-maps-*.js"))) == 3


# --- where it may be written ------------------------------------------------------------------------------------------


def test_another_folder_is_left_alone_and_a_page_is_replaced(nights: tuple[Run, Run], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("years of work", "utf-8")
    found = compare_runs(*nights, resamples=0)
    with pytest.raises(OutputError, match="holds files that are not a comparison"):
        write_comparison(*nights, tmp_path / "other", found)
    with pytest.raises(OutputError, match="is a file"):
        write_comparison(*nights, tmp_path / "other" / "thesis.tex", found)
    assert files(tmp_path / "other").keys() == {"thesis.tex"}
    page = write_comparison(*nights, tmp_path / "page", found)
    (page.parent / "data" / "changes-0009.js").write_text("of an older comparison", "utf-8")
    write_comparison(*nights, tmp_path / "page", found)
    assert not (page.parent / "data" / "changes-0009.js").exists()


def test_a_folder_below_a_file_is_one_clear_error(nights: tuple[Run, Run], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_comparison(*nights, tmp_path / "file" / "page", compare_runs(*nights, resamples=0))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# --- the command ------------------------------------------------------------------------------------------------------


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "nmt_audit", "compare", *map(str, arguments)]
    return subprocess.run(call, capture_output=True, encoding="utf-8", timeout=120, check=False)


def test_the_command_prints_a_summary_or_json(nights: tuple[Run, Run], tmp_path: Path) -> None:
    a, b = (run.directory for run in nights)
    told = command(a, b, "--out", tmp_path / "page", "--resamples", "100")
    assert told.returncode == 0 and told.stderr == ""
    assert told.stdout.splitlines()[-1] == str(tmp_path / "page" / "index.html")
    assert "2 flags are new" in told.stdout and "chrF" in told.stdout and "no clear difference" in told.stdout
    asked = command(a, b, "--out", tmp_path / "page", "--resamples", "100", "--json")
    answer = json.loads(asked.stdout)
    assert answer["page"] == str(tmp_path / "page" / "index.html") and answer["flags"]["counts"]["new"] == 2
    assert [score["name"] for score in answer["scores"]] == ["BLEU", "chrF", "TER"]


def test_what_cannot_be_compared_is_one_line_and_exit_code_1(nights: tuple[Run, Run], tmp_path: Path) -> None:
    a = nights[0].directory
    other = write_run(tmp_path / "other", [Told("Etwas anderes.", "Something else.")]).directory
    for arguments, words in (
        ((a, tmp_path / "nowhere"), "is not a run"),
        ((a, other), "no source segment in common"),
        ((a, a, "--resamples", "-1"), "below 0"),
    ):
        failed = command(*arguments, "--out", tmp_path / "page")
        assert failed.returncode == 1 and words in failed.stderr, failed.stderr
        assert len(failed.stderr.splitlines()) == 1 and "Traceback" not in failed.stderr
        assert not (tmp_path / "page").exists()


def test_neither_torch_nor_a_model_is_needed(nights: tuple[Run, Run], tmp_path: Path) -> None:
    code = (
        "import sys\nfrom nmt_audit.cli import app\n"
        f"app(['compare', {str(nights[0].directory)!r}, {str(nights[1].directory)!r}, '--out', {str(tmp_path / 'p')!r},"
        " '--resamples', '0'], standalone_mode=False)\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, capture_output=True)


# --- differences ------------------------------------------------------------------------------------------------------

WORDS = st.lists(st.sampled_from(["a", "b", "c", "dog", "猫", "نعم", "…"]), max_size=9).map(" ".join)


@given(WORDS, WORDS)
def test_without_what_differs_both_texts_say_the_same(first: str, second: str) -> None:
    found = differing(first, second, "en")
    left = []
    for text, ranges in zip((first, second), found, strict=True):
        assert all(start < end for start, end in ranges)
        assert all(end <= start for (_, end), (start, _) in pairwise(ranges))
        kept = "".join(char for place, char in enumerate(text) if not any(s <= place < e for s, e in ranges))
        left.append(kept.split())
    assert left[0] == left[1]
    assert differing(first, first, "en") == ((), ())


def test_texts_of_thousands_of_words_are_compared_at_once() -> None:
    first, second = ("start " + " ".join(f"{word}{n}" for n in range(3000)) + " end" for word in ("x", "y"))
    assert differing(first, second, "en") == (((6, len(first) - 4),), ((6, len(second) - 4),))


def test_hostile_texts_have_their_differences_too() -> None:
    for one, other in zip(hostile("a"), hostile("b"), strict=True):
        in_a, in_b = differing(one.hypothesis or "", other.hypothesis or "", "en")
        assert [(one.hypothesis or "")[s:e] for s, e in in_a][-1] == "a"
        assert [(other.hypothesis or "")[s:e] for s, e in in_b][-1] == "b"
