"""The view of one segment: words, sums, sentences, ledgers, and what a reader is told where something is missing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Page
from data_scripts import change
from reader_page import MADE, NO_BREAK, added_up, asked, bars, choose, flags, heads, made, read, said, site, unfold
from sample_run import HOSTILE, sample_run
from twin_reader import Row, Segment

from nmt_audit.report import build_site
from nmt_audit.report.wording import visible
from nmt_audit.store import Run, open_run


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    return made(tmp_path_factory.mktemp("reader & ümläuts #1"), *MADE)


# --- numbers and texts ------------------------------------------------------------------------------------------------


def test_numbers_are_short_and_true(page: Page, runs: dict[str, Run]) -> None:
    page.open(site(runs["textonly"]))
    expected = {
        "0.0": "0", "0.812": "0.812", "-0.31": "−0.310", "4.205": "4.21", "123.4": "123", "3e47": "3.0 × 10⁴⁷",
        "-2e-7": "−2.0 × 10⁻⁷", "Infinity": "not finite", "NaN": "not finite",
    }  # fmt: skip
    assert page.js("return arguments[0].map((text) => nmtAudit.wording.number(Number(text)))", list(expected)) == [
        *expected.values()
    ]
    rounded = page.js(
        "const { fixed, percent } = nmtAudit.wording; return [fixed(-0.001, 2), percent(0.4149), fixed(null, 2)]"
    )
    assert rounded == ["0.00", f"41{NO_BREAK}%", "–"]


def test_stretches_join_to_the_text_and_overlaps_carry_both_underlines(page: Page, runs: dict[str, Run]) -> None:
    page.open(site(runs["textonly"]))
    parts = page.js(
        "const marks = arguments[0].map(([start, end, slug]) => ({ start, end, slug }));"
        "const under = (node) => Array.from(node.querySelectorAll('.under'), (one) => one.className).join('|');"
        "const nodes = nmtAudit.texts.line('one 𝒕wo three', marks, []);"
        "return nodes.map((node) => [node.textContent, under(node), node.title]);",
        [[0, 7, "omission"], [4, 13, "negation"], [13, 13, "early-end"]],
    )
    assert parts == [
        ["one ", "under omission", "suspected omission"],
        ["𝒕wo", "under negation|under omission", "suspected lost negation and omission"],
        [" three", "under negation", "suspected lost negation"],
        ["", "under early-end point", "suspected early end"],
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_shown_as_text(page: Page, runs: dict[str, Run], name: str) -> None:
    read(page, runs["rnnsearch"], name)
    shown = page.js("return document.querySelector('[data-side=source]').textContent")
    assert shown == visible(HOSTILE[name])
    assert page.js("return window.hacked") is None
    assert page.count("main script:not([src]), main img, main [onerror]") == 0
    assert page.console() == []


@pytest.mark.parametrize(
    ("model", "name"),
    [("rnnsearch", "talk-007"), ("transformer", "talk-012"), ("autoencoder", "talk-007"), ("rnnsearch", "zh-001")],
)
def test_words_have_the_sums_of_their_pieces(page: Page, runs: dict[str, Run], model: str, name: str) -> None:
    """Pieces add up, or are averaged where a method does not add; attention of several pieces is their mean."""
    read(page, runs[model], name)
    segment = Segment(runs[model], name)
    assert page.js("return nmtAudit.reader.current().words.source.map((word) => word.text)") == [
        word.text for word in segment.source
    ]
    explained = sorted(
        {place for place, word in enumerate(segment.target) for row in segment.explained if row.position in word.tokens}
    )
    assert explained
    for word in explained:
        attention = segment.attention(word)
        rows = added_up(page, word)
        if attention is not None:
            assert rows[0]["method"] == "attention"
            np.testing.assert_allclose(rows[0]["source"], attention, atol=1e-5 * len(attention))
        shown = {
            (row["method"], row["state"], row["rules"], row["against"]): row
            for row in rows
            if row["method"] != "attention"
        }
        wanted = {(row.method, row.state, row.rules, row.against): row for row in segment.rows(word)}
        assert shown.keys() == wanted.keys()
        for kind, row in wanted.items():
            same(shown[kind], row)


def same(shown: dict[str, Any], row: Row) -> None:
    np.testing.assert_allclose(shown["source"], row.source, atol=row.error)
    assert (shown["prefix"] is None) == (row.prefix is None)
    if row.prefix is not None:
        np.testing.assert_allclose(shown["prefix"], row.prefix, atol=row.error)
    assert shown["value"] == pytest.approx(row.value)
    assert dict(shown["ledger"]) == pytest.approx(row.ledger)
    assert dict(shown["offsets"]) == pytest.approx(row.offsets)
    assert sum(shown["shares"]) == pytest.approx(1.0)


# --- what is said -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["context", "target", "output"])
@pytest.mark.parametrize("rules", ["stable", "paper"])
def test_the_sentence_says_what_attention_and_relevance_say(
    page: Page, runs: dict[str, Run], state: str, rules: str
) -> None:
    run = runs["rnnsearch"]
    read(page, run, "talk-012")
    segment = Segment(run, "talk-012")
    for word in [place for place, group in enumerate(segment.target) if len(group.tokens) == 1 and place]:
        choose(page, position=segment.target[word].tokens[0], method="lrp", state=state, rules=rules)
        if {"context", "target", "output"} <= {row.state for row in segment.rows(word) if row.rules == rules}:
            assert said(page).startswith(segment.sentence(word, "lrp", rules, state))
            assert " rather than “not”, " in said(page)


def test_another_method_has_its_own_sentence(page: Page, runs: dict[str, Run]) -> None:
    run = runs["transformer"]
    read(page, run, "news-004")
    segment = Segment(run, "news-004")
    for name in ("gradient_x_input", "integrated_gradients", "erasure"):
        choose(page, method=name)
        assert said(page) == segment.sentence(len(segment.target) - 1, name, None, "logit")


def test_a_lost_negation_begins_where_attention_looks_at_the_cue(page: Page, runs: dict[str, Run]) -> None:
    run = runs["rnnsearch"]
    read(page, run, "talk-012")
    segment = Segment(run, "talk-012")
    [cue] = [place for place, word in enumerate(segment.source) if word.text == "nicht"]
    seen = [attention[cue] for word in range(len(segment.target)) if (attention := segment.attention(word)) is not None]
    assert asked(page).endswith(f"word {int(np.argmax(seen)) + 1}")


def test_words_of_the_corpus_carry_their_language(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "zh-001")
    assert set(page.js("return [...document.querySelectorAll('[data-sentence] em')].map((node) => node.lang)")) == {
        "zh",
        "en",
    }
    assert page.js("return [...document.querySelectorAll('.main-lines dd')].map((node) => [node.lang, node.dir])") == [
        ["zh", "auto"], ["en", "auto"], ["en", "auto"],
    ]  # fmt: skip


def test_rows_come_in_the_order_of_the_computation(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "talk-012")
    choose(page, position=3)
    assert heads(page)[:4] == ["Attention", "Source context", "Target state", "Readout"]
    assert heads(page)[-1] == "Contrast with “not”"
    read(page, runs["transformer"], "news-004")
    assert heads(page) == [
        "Attention",
        "Source context, layer 3",
        "Target state, layer 3",
        "Readout",
        "Choice of the word",
    ]
    unfold(page, "details.further")
    assert heads(page, "details.further .map") == [
        "Relevance through the heads", "Gradient × input", "Integrated gradients", "Gradient", "Erasure",
        "Attention saliency", "Variance",
    ]  # fmt: skip


def test_bars_are_whole_signed_and_as_the_method_is(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["transformer"], "news-004")
    unfold(page, "details.further")
    for place in range(2):
        for row in bars(page, place):
            assert max(size for _, size, _ in row) == pytest.approx(1.0)
            assert all(("n" in classes.split()) == text.startswith("−") for classes, _, text in row)
    unsigned = [
        heads(page, "details.further .map")[at] for at, row in enumerate(bars(page, 1)) if "a" in row[0][0].split()
    ]
    assert unsigned == ["Gradient", "Attention saliency", "Variance"]


def test_attention_saliency_says_nothing_of_the_earlier_words(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["transformer"], "news-004")
    words = len(Segment(runs["transformer"], "news-004").source)
    choose(page, method="attention_saliency")
    assert [classes == "x" for classes, _, _ in bars(page)[1]] == [
        place >= words for place in range(len(bars(page)[1]))
    ]


def test_one_scale_makes_rows_comparable(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "chat-003")
    assert [max(size for _, size, _ in row) for row in bars(page)] == pytest.approx([1.0] * 4)
    page.press("o")
    attention, *others = [max(size for _, size, _ in row) for row in bars(page)]
    assert attention == pytest.approx(1.0) and max(others) == pytest.approx(1.0) and min(others) < 0.99


def test_a_ledger_is_written_out_as_a_sum(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "chat-003")
    unfold(page, "details.numbers")
    lines = page.texts(".ledgers dd")
    assert len(lines) == 3
    for line in lines:
        value, _, terms = line.removeprefix("value ").partition(" = ")
        assert terms.startswith("source words ") and "+ bias 0.62" in terms and "+ gates 0.12" in terms
        assert "− tanh 0.21" in terms and "− attention scores 0.07" in terms
        amounts = [
            float(("-" if "− " in sign or amount.startswith("−") else "") + amount.removeprefix("−"))
            for sign, amount in _terms(terms)
        ]
        assert sum(amounts) == pytest.approx(float(value.replace("−", "-")), abs=0.005 * (len(amounts) + 1))


def _terms(text: str) -> list[tuple[str, str]]:
    """("− ", "0.21") for each part of a ledger."""
    parts = text.replace("+ ", "|+ ").replace(" − ", " |− ").split("|")
    return [(part[:2] if part[:2] in ("+ ", "− ") else "", part.split()[-1]) for part in parts]


def test_runs_older_than_the_offsets_show_them_as_one(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["older"], "chat-003")
    unfold(page, "details.numbers")
    assert all(line.split(" ")[-2] == "offsets" for line in page.texts(".ledgers dd"))
    assert "not measured" in page.text(".belief") and page.count(".belief a[href='how-to-read.html#believe']") == 1


def test_blown_up_relevance_is_said_with_its_numbers(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "mail-009")
    warning = page.text(".warning")
    assert "Readout: relevance is far larger" in warning and "× 10" in warning and "value 1.30" in warning
    assert "“stable” does not tell" in warning
    assert "relevance of the target state gives most to" in said(page)
    read(page, runs["rnnsearch"], "chat-003")
    assert page.count(".warning") == 0


def test_an_account_that_outgrows_the_value_is_a_blow_up(page: Page, runs: dict[str, Run]) -> None:
    """Which accounts, from which size on, and that words which cancel out are none."""
    page.open(site(runs["textonly"]))
    check = (
        "const [value, ledger, offsets, largest] = arguments;"
        "const kind = { method: 'lrp', state: 'output', rules: 'stable', against: null };"
        "const row = nmtAudit.values.row(kind, [largest], null, { value, ledger, offsets, pieces: 1 });"
        "return [row.blownUp, row.blownUp ? nmtAudit.ledger.warning(row) : '', row.shares.every(Number.isFinite)]"
    )
    for name in ("initial", "bias", "stabiliser"):
        for size, value, blown in ((101.0, 0.5, True), (-99.0, 0.5, False), (-999.0, 9.0, True)):
            found, text, _ = page.js(check, value, [[name, size]], [], 1.0)
            assert found == blown
            assert not blown or f"{size:.0f}, value ".replace("-", "−") in text
    assert page.js(check, 0.5, [["source", 500.0]], [], 1.0)[0] is False
    assert page.js(check, 0.5, [["offset", 0.0]], [["tanh", 300.0], ["gate", -300.0]], 1.0)[0] is True
    assert page.js(check, 1.0, [], [], 101.0)[0] is True and page.js(check, None, [], [], 1e9)[0] is False
    for odd in ("Infinity", "NaN", "1e200"):
        assert page.js(check.replace("[largest]", f"[{odd}, 0]"), 1.0, [], [], 0)[::2] == [True, True]


def test_a_method_that_blew_up_is_warned_about(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["transformer"], "talk-012")
    choose(page, position=0, method="integrated_gradients")
    assert "Integrated gradients: the part of the value" in page.text(".warning")
    assert "(initial state 4000, value " in page.text(".warning") and "this method does not tell" in page.text(
        ".warning"
    )


# --- what is missing is said ------------------------------------------------------------------------------------------


def test_without_attention_and_without_a_model_it_says_so(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["autoencoder"], "chat-003")
    assert "This model has no attention to show." in page.texts("[data-part=why] .note")
    assert said(page).startswith("Relevance of the readout gives most to ")
    read(page, runs["textonly"], "talk-007")
    assert page.text("[data-part=why]") == "No model took part in this run: there is nothing to explain."
    assert page.console() == []


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ("#flag=0000", "This run has no flag “0000”. It may be from another run."),
        ("#segment=%00x", "This run has no segment “␀x”."),
    ],
)
def test_what_is_not_in_this_run_is_said(page: Page, runs: dict[str, Run], state: str, text: str) -> None:
    page.open(site(runs["rnnsearch"]), state)
    page.wait("return document.querySelector('[data-absent]:not([hidden])')")
    assert text in page.text("[data-absent]")
    page.click("[data-back]")
    page.wait("return document.querySelector('[data-view=segment]').hidden")


def test_a_missing_file_is_named(page: Page, runs: dict[str, Run], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(runs["rnnsearch"].directory, copy)
    (copy / "site" / "data" / "maps-0001.js").unlink()
    read(page, open_run(copy), "talk-007")
    assert "data/maps-0001.js is missing beside this page. Copy the whole folder." in page.text("[data-part=why]")
    (copy / "site" / "data" / "segments-0001.js").unlink()
    page.open(copy / "site" / "segments.html", f"#flag={flags(runs['rnnsearch'], 'talk-007')[0]}")
    page.wait("return document.querySelector('[data-absent]:not([hidden])')")
    assert "data/segments-0001.js is missing" in page.text("[data-absent]")
    page.console()


def test_all_references_are_shown(page: Page, tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=None, clean=0)
    more = ["<b>another</b> one", "אחד אחר"]
    change(run, "segments", lambda rows: rows.assign(further_references=[more] * len(rows)))
    build_site(run, run.directory / "site")
    read(page, run, "talk-007")
    lines = page.js(
        "const parts = (line) => Array.from(line.children, (part) => part.textContent);"
        "return Array.from(document.querySelectorAll('.main-lines .line'), parts);"
    )
    assert [line for line in lines if line[0].startswith("reference ")] == [
        ["reference 2", more[0]],
        ["reference 3", more[1]],
    ]


def test_a_word_that_was_not_explained_shows_attention_alone(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "talk-007")
    page.click("[data-side=target] [data-word='1']")
    assert asked(page).startswith("Why important here?")
    assert "No relevance was computed for this word." in page.texts("[data-part=why] .note")
    assert heads(page) == ["Attention"]
    assert said(page).startswith("Attention looks at ") and said(page).endswith("; relevance was not computed.")
