"""Full maps and decoding steps of a segment: their numbers, their colours, and how they are reached by keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from browser import Page
from map_page import close, tap, unfolded
from reader_page import MADE, choose, made, read
from twin_reader import Segment

from nmt_audit.store import Run


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    return made(tmp_path_factory.mktemp("maps"), *MADE)


def mapped(run: Run, name: str) -> bool:
    """Whether every word of a segment is explained."""
    one = Segment(run, name)
    return all(one.rows(word) for word in range(len(one.target)))


# --- full maps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["rnnsearch", "transformer"])
def test_the_maps_have_the_numbers_of_the_run(page: Page, runs: dict[str, Run], model: str) -> None:
    run = runs[model]
    name = next(name for name in run.segments.id if name in ("news-004", "talk-007", "zh-001") and mapped(run, name))
    read(page, run, name)
    choose(page, method="lrp", rules="stable", state="logit", against=None)
    one = Segment(run, name)
    attention, relevance = unfolded(page, "maps")
    words = [group.text for group in one.source]
    assert attention[0][1:] == words
    assert relevance[0][1:] == words + [group.text for group in one.target][:-1]
    for word in range(len(one.target)):
        weights = one.attention(word)
        assert weights is not None
        assert attention[word + 1][0] == relevance[word + 1][0] == one.target[word].text
        assert all(close(*pair, 1e-4) for pair in zip(attention[word + 1][1:], weights, strict=True))
        [row] = [
            r for r in one.rows(word) if (r.method, r.state, r.rules, r.against) == ("lrp", "logit", "stable", None)
        ]
        shown = [text for text in relevance[word + 1][1:] if text]
        assert all(close(*pair, row.error) for pair in zip(shown, row.numbers, strict=True))
    assert page.console() == []


def test_words_that_were_not_explained_are_said_to_be_and_hatched(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "hostile-emoji")
    explained = {1, len(Segment(runs["rnnsearch"], "hostile-emoji").target)}
    assert "1 of 12 words was explained" in page.text("[data-panel=maps] [data-about]")
    rows = unfolded(page, "maps")[1][1:]
    assert [row[1] == "not explained" for row in rows].count(True) == max(explained) - 1
    assert page.count("[data-heat=relevance] .heat-name.none") == max(explained) - 1


def test_the_second_map_can_show_whatever_is_stored(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    stored = page.js("return nmtAudit.panels.context().values.kinds().length")
    assert page.count("[data-second-map] option") == stored > 3
    for label in ("Relevance: source context, stable", "Relevance: readout, paper"):
        page.js(
            "const select = document.querySelector('[data-second-map]');"
            "select.value = Array.from(select.options).find((o) => o.text.startsWith(arguments[0])).value;"
            "select.dispatchEvent(new Event('change'));",
            label,
        )
        chosen = page.js(
            "const s = document.querySelector('[data-second-map]'); return s.options[s.selectedIndex].text"
        )
        assert chosen.startswith(label)
        assert page.js("return document.activeElement.matches('[data-second-map]')")
    assert page.js("return nmtAudit.choice.get().rules") == "paper"


def cell(page: Page, heat: str, row: int, column: int) -> list[int]:
    """The colour [red, green, blue] near the corner of a cell."""
    pixel: list[int] = page.js(
        "const canvas = document.querySelector(`[data-heat=${arguments[0]}] canvas`);"
        "const names = document.querySelectorAll(`[data-heat=${arguments[0]}] .heat-name`);"
        "const words = document.querySelectorAll(`[data-heat=${arguments[0]}] .heat-word`);"
        "const scale = canvas.width / parseFloat(canvas.style.width);"
        "const [wide, high] = [parseFloat(words[0].style.width), parseFloat(names[0].style.height)];"
        "const at = [(arguments[2] * wide + 3) * scale, (arguments[1] * high + 3) * scale];"
        "return Array.from(canvas.getContext('2d').getImageData(...at, 1, 1).data.slice(0, 3));",
        heat, row, column,
    )  # fmt: skip
    return pixel


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_tell_size_and_sign(page: Page, runs: dict[str, Run], scheme: str) -> None:
    page.scheme(scheme)
    read(page, runs["rnnsearch"], "news-004")
    choose(page, method="lrp", rules="stable", state="logit", against=None)
    one = Segment(runs["rnnsearch"], "news-004")
    weights = np.array([one.attention(word) for word in range(len(one.target))])
    strong, weak = np.unravel_index(weights.argmax(), weights.shape), np.unravel_index(weights.argmin(), weights.shape)
    contrast = sum(cell(page, "attention", *map(int, strong))) - sum(cell(page, "attention", *map(int, weak)))
    assert contrast < -200 if scheme == "light" else contrast > 200
    seen = {1: 0, -1: 0}
    for word in range(len(one.target)):
        [row] = [
            r for r in one.rows(word) if (r.state, r.rules, r.method) == ("logit", "stable", "lrp") and not r.against
        ]
        shares = row.source / np.abs(row.numbers).max()
        for place in np.flatnonzero(np.abs(shares) > 0.3):
            red, _, blue = cell(page, "relevance", word, int(place))
            sign = int(np.sign(shares[place]))
            assert (blue - red) * sign > 0, (word, place)
            seen[sign] += 1
    assert min(seen.values()) > 0


def test_the_map_is_walked_by_arrow_keys(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    choose(page, method="lrp", rules="stable", state="logit", against=None)
    one = Segment(runs["rnnsearch"], "news-004")
    page.js("document.querySelector('[data-heat=attention] .heat-cells').focus()")
    page.press("ArrowDown", "ArrowDown", "ArrowRight")
    weights = one.attention(2)
    assert weights is not None
    says = page.text("[data-heat=attention] .heat-says")
    assert says == f"“{one.source[1].text}” for “{one.target[2].text}”: attention {weights[1]:.3f}"
    assert page.visible("[data-heat=attention] .heat-cell")
    page.press("End")
    assert one.source[-1].text in page.text("[data-heat=attention] .heat-says")
    page.press("Enter")
    assert page.js("return nmtAudit.choice.get().position") in one.target[2].tokens
    label = page.js("return document.querySelector('[data-heat=attention] .heat-cells').getAttribute('aria-label')")
    largest = np.array([one.attention(word) for word in range(len(one.target))])
    word, place = np.unravel_index(largest.argmax(), largest.shape)
    assert f"Largest: {one.source[place].text} for {one.target[word].text}" in label


def test_a_click_on_a_row_chooses_its_word(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    page.js("document.querySelector('[data-heat=relevance]').scrollIntoView({ block: 'center' })")
    page.click("[data-heat=relevance] .heat-cells")  # in the middle
    rows = page.count("[data-heat=relevance] .heat-name")
    chosen = page.js("return nmtAudit.heat.rowOf(nmtAudit.panels.context())")
    assert chosen in (rows // 2 - 1, rows // 2)


def test_words_split_into_pieces_and_join_again(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    one = Segment(runs["rnnsearch"], "news-004")
    choose(page, split=True)
    assert page.count("[data-heat=attention] .heat-word") == len(one.tokens("source"))
    assert page.count("[data-heat=attention] .heat-name") == len(one.tokens("target"))
    choose(page, split=False)
    assert page.count("[data-heat=attention] .heat-word") == len(one.source) < len(one.tokens("source"))


def test_one_scale_for_all_rows_pales_the_weak_ones(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    choose(page, method="lrp", rules="stable", state="logit", against=None)
    one = Segment(runs["rnnsearch"], "news-004")
    rows = [
        next(r for r in one.rows(word) if (r.state, r.rules, r.method) == ("logit", "stable", "lrp") and not r.against)
        for word in range(len(one.target))
    ]
    weak = min(range(len(rows)), key=lambda word: np.abs(rows[word].numbers).max())
    place = int(np.abs(rows[weak].source).argmax())
    before = cell(page, "relevance", weak, place)
    tap(page, "[data-panel=maps] .heat-switch input")
    assert sum(cell(page, "relevance", weak, place)) > sum(before) + 30
    tap(page, "[data-panel=maps] .heat-switch input")
    assert cell(page, "relevance", weak, place) == before


@pytest.mark.parametrize(("name", "side"), [("ar-001", "source"), ("en-ar-001", "target")])
def test_columns_of_a_language_read_from_the_right_begin_at_the_right(
    page: Page, runs: dict[str, Run], name: str, side: str
) -> None:
    read(page, runs["rnnsearch"], name)
    one = Segment(runs["rnnsearch"], name)
    heads = page.js(
        "return Array.from(document.querySelectorAll('[data-heat=relevance] .heat-word'), (n) => n.textContent)"
    )
    source, target = [group.text for group in one.source], [group.text for group in one.target][:-1]
    expected = [*reversed(source), *target] if side == "source" else [*source, *reversed(target)]
    assert heads == expected
    assert page.js("return document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_never_wider_than_the_window(page: Page, runs: dict[str, Run], width: int) -> None:
    page.size(width)
    for model, name in (("rnnsearch", "news-011"), ("transformer", "talk-007"), ("rnnsearch", "hostile-emoji")):
        read(page, runs[model], name)
        assert page.js("return document.documentElement.scrollWidth") <= width, name


def test_a_map_of_150_by_150_words_is_there_at_once(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    large = (Path(__file__).parent / "large_map.js").read_text("utf-8")
    took = min(page.js(large) for _ in range(3))
    assert page.count("[data-heat=attention] .heat-name") == 150
    assert took < 2000, f"{took:.0f} ms"  # about 150 on an idle machine; tests share theirs with others


def test_models_without_attention_and_runs_without_a_model(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["autoencoder"], "news-004")
    assert page.count("[data-heat=attention]") == 0 and page.count("[data-heat=relevance]") == 1
    assert "This model has no attention." in page.text("[data-panel=maps] [data-about]")
    read(page, runs["textonly"], "news-004")
    assert page.count("[data-panel]") == 0
    assert page.console() == []


# --- step by step -----------------------------------------------------------------------------------------------------


def written(page: Page) -> str:
    """The word of the step that is shown."""
    return page.text("[data-panel=steps] .step-made")


def test_the_slider_walks_through_the_words(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    one = Segment(runs["rnnsearch"], "news-004")
    words = [group.text for group in one.target]
    page.js("document.querySelector('[data-panel=steps] input[type=range]').focus()")
    page.press("Home")
    assert written(page) == words[0]
    page.press("ArrowRight", "ArrowRight")
    assert written(page) == words[2]
    assert page.js("return document.activeElement.matches('input[type=range]')")
    page.press(".")
    assert written(page) == words[3]
    page.press(",", ",")
    assert written(page) == words[1]
    assert page.js("return nmtAudit.choice.get().position") in one.target[1].tokens
    page.press("End")
    assert written(page) == words[-1] == "</s>"
    page.press(".")  # nothing comes after the end
    assert written(page) == "</s>"
    page.press(*[","] * 30)
    assert written(page) == words[0]
    assert page.console() == []


def test_a_step_shows_attention_context_and_probability(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    choose(page, method="lrp", rules="stable")
    one = Segment(runs["rnnsearch"], "news-004")
    for step in (0, 3, len(one.target) - 1):
        choose(page, position=one.stored(step)[-1])
        logprobs = [one.row.logprobs[token] for token in one.target[step].tokens]
        probability = float(np.exp(sum(logprobs)))
        assert f"probability {probability:.2f}" in page.text("[data-panel=steps] .step-produced")
        bars = page.js(
            "return Array.from(document.querySelectorAll('.step-word'), (word) =>"
            " Array.from(word.querySelectorAll('.step-bar'), (bar) =>"
            "  [Number(bar.style.getPropertyValue('--s')), bar.className]))"
        )
        attention = one.attention(step)
        [context] = [r for r in one.rows(step) if (r.method, r.state, r.rules) == ("lrp", "context", "stable")]
        assert attention is not None
        assert np.allclose([word[0][0] for word in bars], attention, atol=1e-4)
        signed = [share if "above" in name else -share for _, (share, name) in bars]
        # what the context's figure shows is scaled by the largest of source and earlier words
        assert np.allclose(signed, context.source / np.abs(context.numbers).max(), atol=1e-3)
        current = page.text("[data-panel=steps] .step-target[aria-current]")
        assert current == one.target[step].text


def test_steps_play_on_demand_to_the_end_and_stop(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "en-ar-001")
    one = Segment(runs["rnnsearch"], "en-ar-001")
    choose(page, position=one.stored(len(one.target) - 3)[-1])
    tap(page, "[data-step=play]")
    assert page.text("[data-step=play]") == "Stop"
    page.wait("return document.querySelector('.step-made').textContent === '</s>'")
    page.wait("return document.querySelector('[data-step=play]').textContent === 'Play'")
