"""The view of one segment by pointer and by key: flags, words, pieces, differences, narrow pages, other scripts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from browser import Page
from data_scripts import change
from reader_page import asked, bars, choose, each, flags, heads, made, read, ready, said, site, unfold
from sample_run import HOSTILE
from twin_reader import Segment

from nmt_audit.report import build_site
from nmt_audit.store import Run, open_run

NAMES = ("news-004", "talk-012", "book-021", "mail-009", "ar-001", "en-ar-001", "zh-001", "th-001", *HOSTILE)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    return made(tmp_path_factory.mktemp("keys"), "rnnsearch", "textonly")


@pytest.fixture
def run(runs: dict[str, Run]) -> Run:
    return runs["rnnsearch"]


def current(page: Page) -> str:
    return str(page.js("return nmtAudit.reader.current().flag?.id || ''"))


def numbers(page: Page) -> str:
    return page.text("[data-numbers]")


# --- from flag to flag ------------------------------------------------------------------------------------------------


def test_j_and_k_step_through_flags_and_on_to_other_segments(page: Page, run: Run) -> None:
    page.open(site(run), f"#flag={flags(run, 'talk-007')[0]}&sort=number")
    ready(page, run, "talk-007")
    first, second = flags(run, "talk-007")
    assert current(page) == first
    page.press("j")
    page.wait("return location.hash.includes(arguments[0])", second)
    assert current(page) == second and page.count(".flag[aria-current]") == 1
    page.press("j")
    ready(page, run, "talk-012")
    assert current(page) == flags(run, "talk-012")[0]
    page.press("k")
    ready(page, run, "talk-007")
    assert current(page) == second  # going back begins at the end
    page.press("u")
    page.wait("return document.querySelector('[data-view=segment]').hidden")
    assert page.address().endswith("#sort=number")


def test_a_link_to_a_flag_opens_its_segment_with_that_flag(page: Page, run: Run) -> None:
    for wanted in flags(run, "talk-007"):
        page.open(site(run), f"#flag={wanted}")
        ready(page, run, "talk-007")
        assert current(page) == wanted
        assert page.js("return document.querySelector('.flag[aria-current]').dataset.flag") == wanted
    other = flags(run, "talk-007")[0]
    page.click(f"[data-flag='{other}'] .message")
    page.wait("return location.hash.includes(arguments[0])", other)
    assert current(page) == other


def test_a_dismissed_flag_stands_last_and_is_not_stepped_to(page: Page, run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.directory, tmp_path / "run")
    copy = open_run(tmp_path / "run")
    change(copy, "flags", lambda frame: frame.assign(dismissed=frame.id == flags(run, "talk-007")[0]))
    copy = open_run(tmp_path / "run")
    build_site(copy, tmp_path / "run" / "site")
    first, dismissed = flags(copy, "talk-007")
    assert dismissed == flags(run, "talk-007")[0]
    page.open(site(copy), f"#flag={first}&sort=number")
    ready(page, copy, "talk-007")
    assert each(page, ".flag", "n.dataset.flag") == [first, dismissed]
    assert page.text(f"[data-flag='{dismissed}'] h2 s") == "Suspected unrelated words"
    assert page.count("[data-side=target] .under") == 0
    page.press("j")
    ready(page, copy, "talk-012")
    page.open(site(copy), f"#flag={dismissed}")
    ready(page, copy, "talk-007")
    assert current(page) == dismissed


def test_identifiers_may_hold_anything(page: Page, run: Run) -> None:
    from urllib.parse import quote

    page.open(site(run), "#segment=" + quote("../../../hostile id?#<b>%2e", safe=""))
    ready(page, run, "../../../hostile id?#<b>%2e")
    assert page.text("h1 .id") == "../../../hostile id?#<b>%2e"


# --- words ------------------------------------------------------------------------------------------------------------


def test_pointing_at_a_word_shades_what_it_is_connected_with(page: Page, run: Run) -> None:
    read(page, run, "talk-007")
    segment = Segment(run, "talk-007")
    word = next(place for place, group in enumerate(segment.target) if group.text == "forge")
    attention = segment.attention(word)
    assert attention is not None
    page.hover(f"[data-side=target] [data-word='{word}']")
    page.wait("return document.querySelectorAll('[data-side=source] .shaded').length > 0")
    shaded = dict(
        each(page, "[data-side=source] .w", "[Number(n.dataset.word), Number(n.style.getPropertyValue('--a'))]")
    )
    assert shaded == pytest.approx({at: one / attention.max() for at, one in enumerate(attention)}, abs=2e-3)
    assert numbers(page).startswith(
        f"{word + 1} forge — attention {segment.source[int(attention.argmax())].text} {attention.max():.2f}"
    )
    assert "relevance of the readout" in numbers(page) and "probability" in numbers(page)
    page.hover("[data-view=segment] h1")
    page.wait("return document.querySelectorAll('.shaded').length === 0")


def test_a_source_word_tells_which_words_drew_on_it(page: Page, run: Run) -> None:
    read(page, run, "news-004")  # stored in full
    segment = Segment(run, "news-004")
    place = next(at for at, group in enumerate(segment.source) if group.text == "nicht")
    page.hover(f"[data-side=source] [data-word='{place}']")
    page.wait("return document.querySelectorAll('[data-side=target] .shaded').length > 0")
    weights = [
        attention[place] for word in range(len(segment.target)) if (attention := segment.attention(word)) is not None
    ]
    best = max(range(len(weights)), key=lambda word: weights[word])
    assert f"— attention of {segment.target[best].text} {weights[best]:.2f}" in numbers(page)
    assert "relevance of the choice of the word" in numbers(page) and "stored for" not in numbers(page)


def test_a_line_is_one_stop_and_arrows_go_from_word_to_word(page: Page, run: Run) -> None:
    read(page, run, "talk-007")
    assert page.count("[data-side] [tabindex]") == 0
    page.js("document.querySelector('[data-view=segment] h1').focus()")
    page.press("Tab", "Tab")
    assert page.js("return document.activeElement.dataset.side") == "source"
    assert numbers(page).startswith("1 Ein — ")
    page.press("ArrowRight")
    assert numbers(page).startswith("2 wichtiges — attention of ")
    page.press("End")
    assert page.js("return document.activeElement.getAttribute('aria-activedescendant')") == page.js(
        "return document.querySelector('[data-side=source] .end-mark').id"
    )
    page.press("Tab", "Home", "ArrowRight", "ArrowRight")
    assert numbers(page).startswith("3 topic — ")
    page.press("Enter")
    assert asked(page).startswith("Why topic here?")
    assert page.js("return document.activeElement.dataset.side") == "target"


def test_a_click_explains_a_word_and_the_keys_go_on_from_there(page: Page, run: Run) -> None:
    read(page, run, "talk-007")
    page.click("[data-side=target] [data-word='3']")
    assert asked(page).startswith("Why of here?")
    assert page.js("return nmtAudit.lines.at()") == {"side": "target", "place": 3, "start": 19, "end": 21}
    assert page.count("[data-side=source] .shaded") > 0  # the pointer still stands there
    assert page.text(".w.explained") == "of"
    page.press("ArrowRight")
    assert page.js("return nmtAudit.lines.at().place") == 4


def test_selected_words_are_told_in_code_points(page: Page, run: Run) -> None:
    read(page, run, "hostile-emoji")
    text = page.js("return nmtAudit.reader.current().segment.source")
    page.js(
        "const box = document.querySelector('[data-side=source]');"
        "const range = document.createRange();"
        "const words = Array.from(box.querySelectorAll('.w'));"
        "range.setStartBefore(words.find((node) => node.textContent.startsWith('aus')));"
        "range.setEndAfter(words.at(-2));"
        "getSelection().removeAllRanges(); getSelection().addRange(range);"
    )
    found = page.js("return nmtAudit.lines.selection()")
    assert found["side"] == "source" and text[found["start"] :].startswith("aus ")
    assert text[found["start"] : found["end"]] == page.js("return getSelection().toString()")


def test_arrows_follow_the_direction_of_the_text(page: Page, run: Run) -> None:
    read(page, run, "ar-001")
    page.js("document.querySelector('[data-side=source]').focus()")
    page.press("ArrowLeft")
    assert numbers(page).startswith("2 ")
    page.press("ArrowRight")
    assert numbers(page).startswith("1 ")
    page.js("document.querySelector('.map .col').focus()")
    page.press("ArrowLeft")
    assert page.text(".map .inspector").startswith("2 ")
    left = each(page, ".map .side:nth-of-type(2) .col", "n.getBoundingClientRect().left")
    assert len(left) > 3
    assert left == sorted(left, reverse=True)


def test_brackets_go_through_the_explained_words(page: Page, run: Run) -> None:
    read(page, run, "talk-007")
    first = asked(page)
    page.press("]")
    assert asked(page) != first and page.count(".pick [aria-pressed=true]") == 1
    page.press("[")
    assert asked(page) == first
    page.js("document.querySelector('.pick').scrollIntoView({ block: 'center' })")  # the review form lies below
    page.click(".pick [aria-label='next explained word']")
    assert asked(page) != first
    assert page.js("return document.activeElement.dataset.control") == "after"


def test_the_figure_tells_the_numbers_of_a_word(page: Page, run: Run) -> None:
    read(page, run, "chat-003")
    page.js("document.querySelector('.map .col').focus()")
    assert page.text(".map .inspector").startswith("1 Kommst — Attention 0.")
    page.press("ArrowRight")
    shown = page.text(".map .inspector")
    assert shown.startswith("2 du — ") and "Readout" in shown and "%)" in shown


def test_words_split_into_the_pieces_of_the_model(page: Page, run: Run) -> None:
    read(page, run, "talk-007")
    segment = Segment(run, "talk-007")
    word = next(place for place, group in enumerate(segment.source) if len(group.tokens) > 2)
    before = len(bars(page)[0])
    page.click(f".map .col[data-place='{word}']")
    assert len(bars(page)[0]) == before + len(segment.source[word].tokens) - 1
    page.click(f".map .col[data-place='{word}']")
    assert len(bars(page)[0]) == before
    page.press("p")
    tokens = len(segment.tokens("source"))
    assert (
        len(
            {
                node
                for node in page.js(
                    "return Array.from(document.querySelectorAll('[data-side=source] .w'), (n) => n.dataset.word)"
                )
            }
        )
        == tokens
    )
    assert page.js("return nmtAudit.choice.get().split") is True
    assert (
        len(bars(page)[0])
        == tokens + segment.stored(next(at for at, g in enumerate(segment.target) if g.text == "forge"))[-1]
    )
    page.press("p")
    assert len(bars(page)[0]) == before


def test_method_state_and_rules_are_switched_on_the_page(page: Page, run: Run) -> None:
    read(page, run, "news-004")
    stable = bars(page)
    assert page.count("[data-control=rules]") == page.count("[data-control=method]") == 1
    before = said(page)
    page.js(
        "const select = document.querySelector('[data-control=rules]');"
        "select.focus(); select.value = 1; select.dispatchEvent(new Event('change'));"
    )
    assert page.js("return [nmtAudit.choice.get().rules, document.activeElement.dataset.control]") == ["paper", "rules"]
    assert bars(page) != stable
    choose(page, rules="stable", state="context")
    assert "relevance of the source context" in said(page) and said(page) != before
    page.press("Escape", "j")  # a choice lasts
    page.wait("return arguments[0] !== nmtAudit.reader.current().flag.id", flags(run, "news-004")[0])
    assert page.js("return nmtAudit.choice.get().state") == "context"
    choose(page, method="gradient")
    assert heads(page)[1:] == ["Gradient"]


# --- differences ------------------------------------------------------------------------------------------------------


def test_differences_to_the_reference(page: Page, run: Run) -> None:
    read(page, run, "talk-007")
    page.press("d")
    assert page.texts(".main-lines ins") == ["One", "transatlantic relations"]
    assert "".join(page.texts(".main-lines del")).replace(" ", "") == "Antoforgeahead"
    page.press("d")
    assert page.count(".main-lines ins") == page.count(".main-lines del") == 0


@pytest.mark.parametrize(
    ("first", "second", "removed", "added"),
    [
        ("a b c", "a b c", [], []),
        ("我們今天去看電影", "我们今天看电影吧", ["們", "去", "電"], ["们", "电", "吧"]),
        ("लड़का नहीं गया", "लड़का गया", ["नहीं"], []),
        ("👩‍👩‍👧 ok", "👨‍👩‍👧 ok", ["👩‍👩‍👧"], ["👨‍👩‍👧"]),
        ("", "x", [], ["x"]),
    ],
)  # fmt: skip
def test_words_differ_in_every_script(
    page: Page, run: Run, first: str, second: str, removed: list[str], added: list[str]
) -> None:
    page.open(site(run))
    found = page.js(
        "const { removed, added } = nmtAudit.differences.between(arguments[0], arguments[1]);"
        "const cut = (text, ranges) => ranges.map(({ start, end }) => nmtAudit.words.slicer(text)(start, end));"
        "return [cut(arguments[0], removed), cut(arguments[1], added)];",
        first, second,
    )  # fmt: skip
    assert found == [removed, added]


def test_texts_of_ten_thousand_signs_are_compared_within_bounds(page: Page, run: Run) -> None:
    """Too many pairs for one table: cut where a word occurs once in both, and still all differences are found."""
    page.open(site(run))
    took, removed, added = page.js(
        "const sign = (at) => (at % 100 ? '水火木金土'[at * 7 % 5] : String.fromCodePoint(0x20000 + at));"
        "const words = Array.from({ length: 10000 }, (_, at) => sign(at));"
        "const other = words.slice(); other.splice(5000, 1); other.splice(2500, 0, '日');"
        "other[0] = '月'; other[other.length - 1] = '月';"
        "const start = performance.now();"
        "const found = nmtAudit.differences.between(words.join(''), other.join(''));"
        "const size = (ranges) => ranges.reduce((sum, { start, end }) => sum + end - start, 0);"
        "return [performance.now() - start, size(found.removed), size(found.added)];"
    )
    assert (removed, added) == (3, 3)
    assert took < 5000  # 100 million pairs would take minutes


# --- every page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 768, 1280, 3840])
def test_no_segment_is_wider_than_the_window(page: Page, run: Run, width: int) -> None:
    page.size(width)
    for name in NAMES:
        read(page, run, name)
        unfold(page, "[data-part=why] details")
        page.press("d")
        assert page.js("return document.documentElement.scrollWidth") <= width, name
        names = each(page, "[id]", "n.id")
        assert len(names) == len(set(names))
    assert page.console() == [] and page.requests() == []


def test_bands_wrap_a_long_sentence_without_losing_a_word(page: Page, run: Run) -> None:
    read(page, run, "book-021")
    segment = Segment(run, "book-021")
    assert page.count("[data-part=why] > .map .figure") > 1
    shown = page.js("return Array.from(document.querySelectorAll('.map .figure .col > span'), (n) => n.textContent)")
    last = segment.stored(len(segment.target) - 1)[-1]
    assert shown == [word.text for word in segment.source] + [
        word.text for word in segment.target if word.tokens[0] < last
    ]
    page.size(700)
    page.wait("return document.querySelectorAll('.map .figure').length === 1")  # a list of words there


def test_rows_stand_beside_their_names(page: Page, run: Run) -> None:
    read(page, run, "news-004")
    middle = "Math.round(n.getBoundingClientRect().top + n.getBoundingClientRect().height / 2)"
    names = each(page, "[data-part=why] > .map .head", middle)
    cells = each(page, "[data-part=why] > .map .side:nth-of-type(2) .col:first-of-type > i", middle)
    assert len(names) >= 4 and names == cells


def test_a_run_without_a_model_still_has_words_that_can_be_reached(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["textonly"], "talk-007")
    page.js("document.querySelector('[data-side=target]').focus()")
    page.press("ArrowRight")
    assert page.js("return nmtAudit.lines.at()") == {"side": "target", "place": 1, "start": 3, "end": 12}
    assert page.console() == []
