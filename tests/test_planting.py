"""Planted errors: one a segment, where the label says, and the same whatever the order of the corpus."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from nmt_audit.cli import app
from nmt_audit.language.lexicon import Lexicon, shipped_lexicon
from nmt_audit.planting import Planted, plant_in_references, plant_in_sources
from nmt_audit.planting.altering import IN_REFERENCES, IN_SOURCES, clauses, content_units, cut, drop, loop, swap
from nmt_audit.records import CATEGORIES, Segment

PAIRS = [
    ("Der Hund schläft im Haus, und die Katze jagt Mäuse.", "The dog sleeps in the house, and the cat hunts mice."),
    ("Ich habe das Buch nicht gelesen.", "I have not read the book."),
    ("Wenn es morgen regnet, bleiben wir lieber zu Hause.", "If it rains tomorrow, we would rather stay at home."),
    ("Die Lehrerin erklärt den Kindern die Aufgabe.", "The teacher explains the task to the children."),
    ("Er wollte den Brief nicht schreiben.", "He did not want to write the letter."),
    ("Meine Schwester wohnt seit zwei Jahren in Wien.", "My sister has lived in Vienna for two years."),
]  # fmt: skip

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "\u202eThe cat\u202c, the dog",
    "a" * 3000,
    "the cat, " * 900,
    "م و ن\u2028x, y z",
)


def segments() -> list[Segment]:
    return [Segment(str(i), source, "de", "en", target) for i, (source, target) in enumerate(PAIRS)]


def in_references(corpus: list[Segment], most: int = 4, seed: int = 1) -> list[Planted]:
    return plant_in_references(corpus, most, seed, lambda segment: shipped_lexicon(segment.src_lang, segment.tgt_lang))


def test_every_category_is_planted_and_the_label_says_what_is_wrong() -> None:
    planted = in_references(segments(), most=6)
    assert {error.category for error in planted} == set(CATEGORIES)
    for error in planted:
        segment = error.segment
        assert segment.hypothesis and segment.hypothesis != segment.reference
        for span in error.spans:
            text = segment.source if span.side == "src" else segment.hypothesis
            assert 0 <= span.start < span.end <= len(text)
    loops = [error for error in planted if error.category == "REPETITION"]
    for error in loops:
        [span] = error.spans
        text = error.segment.hypothesis or ""
        again = text[span.start : span.end].lower()
        before = text[: span.start].rstrip().lower()
        assert any(before.endswith(again[:size]) for size in range(3, len(again) + 1)), "a copy follows its original"
    for error in planted:
        if error.category == "OMISSION":
            assert len(error.segment.hypothesis or "") < len(error.segment.reference or "")
        if error.category == "EARLY_EOS":
            stem = (error.segment.hypothesis or "").rstrip(".")
            assert (error.segment.reference or "").startswith(stem)
        if error.category == "NEGATION":
            assert "not" in (error.segment.reference or "") and "not" not in (error.segment.hypothesis or "")
            assert [error.segment.source[span.start : span.end] for span in error.spans] == ["nicht"]


def test_order_and_copies_change_nothing_and_the_seed_does() -> None:
    def content(planted: list[Planted]) -> list[tuple[str, str | None, str]]:
        return [(error.category, error.segment.hypothesis, error.kind) for error in planted]

    once = content(in_references(segments()))
    assert content(in_references(segments()[::-1])) == once
    assert content(in_references(segments() + segments())) == once
    assert content(in_references(segments(), seed=2)) != once


def test_a_lost_phrase_is_labelled_in_the_source_where_something_links_it() -> None:
    lexicon = Lexicon({"katze": {"cat": 0.9}}, {"cat": {"katze": 0.9}}, "by hand")
    found = set()
    for seed in range(40):
        for error in plant_in_references(segments()[:1], 1, seed, lambda _: lexicon):
            if error.category == "OMISSION" and "cat" not in (error.segment.hypothesis or "").lower():
                found |= {error.segment.source[span.start : span.end] for span in error.spans}
    assert found == {"Katze"}


def test_in_sources_what_leaves_the_translation_as_it_was_is_no_error() -> None:
    corpus = segments()

    def deaf(sources: object) -> list[str]:
        assert isinstance(sources, list)
        return ["Always the same." for _ in sources]

    assert plant_in_sources(corpus, 6, 1, deaf) == []


def test_in_sources_the_source_stays_and_the_translation_is_that_of_the_altered_one() -> None:
    planted = plant_in_sources(segments(), 6, 1, lambda sources: [f"«{source}»" for source in sources])
    assert {error.category for error in planted} == set(IN_SOURCES)
    intact = {source for source, _ in PAIRS}
    for error in planted:
        assert error.segment.source in intact
        assert error.altered_source not in intact
        assert error.segment.hypothesis == f"«{error.altered_source}»"
        if error.category in ("OMISSION", "NEGATION"):
            [span] = error.spans
            lost = error.segment.source[span.start : span.end]
            assert error.segment.source.count(lost) > (error.altered_source or "").count(lost)


def test_donors_speak_the_same_language() -> None:
    french = [Segment("f", "Le chien dort.", "fr", "de", "Der Hund schläft im Garten.")]
    for seed in range(10):
        for error in plant_in_references(segments()[:2] + french, 3, seed, lambda _: Lexicon()):
            if error.category == "UNRELATED" and error.segment.tgt_lang == "de":
                raise AssertionError("there is no second German text to take a word from")


@pytest.mark.parametrize("text", ["", "…", "Ja.", '"Kommst du?" "Nein, heute nicht."'])
def test_texts_that_are_too_short_or_quoted_are_left_alone(text: str) -> None:
    assert clauses(text, "de") == []
    assert drop(text, "de", Random(1), ["Der Hund schläft."]) is None or content_units(text, "de")


def test_unspaced_scripts_lose_and_loop_several_characters() -> None:
    text, chance = "我昨天在图书馆看了一本书。", Random(3)
    lost, looped = drop(text, "zh", chance, []), loop(text, "zh", chance, [])
    assert lost is not None and lost.lost is not None and lost.lost[1] - lost.lost[0] in (2, 3)
    assert looped is not None and " " not in looped.text
    assert (ended := cut(text, "zh", chance, [])) is not None and len(ended.text) < len(text)
    assert swap(text, "zh", chance, ["他明天去学校。"]) is not None


@given(st.sampled_from(sorted(IN_REFERENCES)), st.sampled_from(HOSTILE) | st.text(max_size=60), st.integers(0, 99))
def test_no_text_breaks_an_alteration(category: str, text: str, seed: int) -> None:
    change = IN_REFERENCES[category](text, "en", Random(seed), ["The other sentence was about something else."])
    if change is not None:
        if change.lost is not None:
            assert 0 <= change.lost[0] < change.lost[1] <= len(text)
        if change.new is not None:
            assert 0 <= change.new[0] < change.new[1] <= len(change.text)


def test_the_command_writes_what_check_and_bench_flags_read(tmp_path: Path) -> None:
    corpus, planted, flags = tmp_path / "dev.tsv", tmp_path / "planted.jsonl", tmp_path / "flags.jsonl"
    corpus.write_text("\n".join("\t".join(pair) for pair in PAIRS) + "\n", "utf-8")
    run = CliRunner()
    languages = ["--src-lang", "de", "--tgt-lang", "en"]
    made = run.invoke(app, ["plant", "--source", str(corpus), *languages, "--out", str(planted), "--json"])
    assert made.exit_code == 0, made.output
    counts = json.loads(made.output)["planted"]
    lines = [json.loads(line) for line in planted.read_text("utf-8").splitlines()]
    assert len(lines) == sum(counts.values()) and set(counts) == set(CATEGORIES)
    assert run.invoke(app, ["check", "--input", str(planted), "--out", str(flags)]).exit_code == 0
    measured = run.invoke(app, ["bench", "flags", "--gold", str(planted), "--json"])
    assert measured.exit_code == 0, measured.output
    found = json.loads(measured.output)
    assert {category: found[category]["labelled"] for category in counts} == counts
    assert found["REPETITION"]["hits"] == counts["REPETITION"] and found["NEGATION"]["hits"] == counts["NEGATION"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--how", "both"], "target or in the source"),
        (["--how", "source"], "needs --model"),
        (["--source", "{plain}"], "has no references"),
    ],
)
def test_what_cannot_be_planted_is_refused_in_a_line(tmp_path: Path, options: list[str], message: str) -> None:
    pairs, plain = tmp_path / "dev.tsv", tmp_path / "plain.txt"
    pairs.write_text("Ja, das ist gut.\tYes, that is good.\n", "utf-8")
    plain.write_text("Ja, das ist gut.\n", "utf-8")
    given_options = ["--source", str(pairs), *(option.format(plain=plain) for option in options)]
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(
        app, ["plant", *given_options, "--src-lang", "de", "--tgt-lang", "en", "--out", str(out)]
    )
    assert result.exit_code == 1 and message in str(result.exception)
    assert not out.exists()
