"""The rows of the list: what they say, how many are drawn, where they lead, keys, and verdicts in them."""

from __future__ import annotations

import pytest
from browser import Page
from list_page import (
    LONG,
    Known,
    above,
    asked,
    asking,
    at,
    below,
    drawn,
    flagged,
    having,
    long_site,
    order,
    reading,
    sample_site,
    show,
    wished,
)
from listed import expected


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return sample_site(tmp_path_factory.mktemp("list & ümläuts #1"))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return long_site(tmp_path_factory.mktemp("long"))


# --- rows -------------------------------------------------------------------------------------------------------------


def test_a_row_leads_to_its_worst_flag_and_back(page: Page, sample: Known) -> None:
    site, known = sample
    show(page, site, "c=negation,omission&sort=number")
    shown = order(page)
    chosen = known[shown[5]]
    worst = max(chosen.flags, key=lambda flag: flag.score)
    link = f"[data-rows] > li[data-segment='{chosen.number}'] a.number"
    assert f"flag={worst.id}" in page.js("return document.querySelector(arguments[0]).href", link)
    page.js("document.querySelector(arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' })", link)
    height = page.js("return window.scrollY")
    page.click(link)
    page.wait("return !document.querySelector('[data-view=segment]').hidden")
    assert page.js("return document.querySelector('[data-view=list]').hidden")
    assert "c=negation,omission" in page.address() and worst.id in page.address()
    page.back()
    page.wait("return !document.querySelector('[data-view=list]').hidden")
    page.wait("return Math.abs(window.scrollY - arguments[0]) < 2", height)
    assert page.js("return document.querySelector('li[aria-current]').dataset.segment") == str(chosen.number)
    assert order(page) == shown


def test_a_segment_without_a_flag_has_a_link_by_its_identifier(page: Page, sample: Known) -> None:
    site, known = sample
    show(page, site, "show=clear&sort=number")
    first = known[order(page)[0]]
    page.click("[data-rows] > li:first-child a.number")
    page.wait("return location.hash.includes('segment=')")
    reading(page, first.number)
    assert wished(segment=first.id) in page.address()


def test_steps_follow_the_list_even_where_it_was_never_drawn(page: Page, sample: Known) -> None:
    site, known = sample
    steps = [
        number
        for number in expected(known, lambda line: flagged(line, "unrelated") and having("er")(line), "source")
        if known[number].flags
    ]
    page.open(site, "#" + wished(c="unrelated", q="er", sort="source", flag=known[steps[1]].flags[0].id))
    page.wait("return nmtAudit.list.order().length === arguments[0]", len(steps))
    assert page.js("return document.querySelector('[data-rows]').children.length") == 0
    assert page.js("return [nmtAudit.list.step(arguments[0], 1), nmtAudit.list.step(arguments[0], -1)]", steps[1]) == [
        steps[2],
        steps[0],
    ]
    assert page.js(
        "return [nmtAudit.list.step(arguments[0], -1), nmtAudit.list.step(arguments[1], 1)]", steps[0], steps[-1]
    ) == [None, None]
    other = next(
        line.number for line in known if line.number not in steps and len(line.source) > len(known[steps[0]].source)
    )
    after = [number for number in expected(known, sort="source") if number in (*steps, other)]
    assert page.js("return nmtAudit.list.step(arguments[0], -1)", other) == after[after.index(other) - 1]


def test_a_row_says_what_is_known_of_its_segment(page: Page, sample: Known) -> None:
    site, known = sample
    line = next(line for line in known if line.id == "news-004")
    show(page, site, wished(q="news-004"))
    row = f"li[data-segment='{line.number}']"
    head = page.text(f"{row} .row-head")
    assert (
        f"#{line.number + 1}" in head
        and "omission" in head
        and f"chrF {line.numbers['chrf']:.1f}" in head
        and "news-004" in head
    )
    assert (
        page.js("return document.querySelector(arguments[0] + ' .source dd .under.omission').textContent", row)
        == "obwohl er morgen nach Berlin fahren muss"
    )
    assert page.js(
        "const dd = document.querySelector(arguments[0] + ' .source dd'); return [dd.lang, dd.dir]", row
    ) == ["de", "auto"]


def test_long_texts_are_cut_around_what_matters(page: Page, sample: Known) -> None:
    site, known = sample
    line = max(known, key=lambda line: len(line.source))
    assert len(line.source) > 9000
    show(page, site, wished(q="Ende", **{"in": "source"}, sort="-source"))
    shown: str = page.js("return document.querySelector('[data-rows] > li:first-child .source dd').textContent")
    assert shown.startswith("…") and shown.endswith("Ende.") and len(shown) < 400
    assert page.js("return document.querySelector('[data-rows] > li:first-child .source .hit').textContent") == "Ende"


def test_a_long_list_is_drawn_in_parts_and_stays_light(page: Page, long: Known) -> None:
    site, known = long
    show(page, site, "sort=-logprob")
    wanted, last = expected(known, sort="-logprob"), 0
    while last < LONG:
        page.js("window.scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })")
        below(page, last)
        places, segments = drawn(page)
        last = places[-1]
        assert len(places) <= 500 and places == list(range(places[0], last + 1))
        assert segments == wanted[places[0] - 1 : last]
    assert not page.visible("[data-action=more]") and page.visible("[data-action=earlier]")
    first = places[0]
    while first > 1:
        page.js("window.scrollTo({ top: 0, behavior: 'instant' })")
        above(page, first)
        places, segments = drawn(page)
        first = places[0]
        assert len(places) <= 500 and segments == wanted[first - 1 : places[-1]]


def test_rows_that_come_and_go_do_not_move_what_is_read(page: Page, long: Known) -> None:
    site, _ = long
    show(page, site)
    for _ in range(11):
        last = drawn(page)[0][-1]
        page.js("document.querySelector('[data-action=more]').click()")
        below(page, last)
    before = page.js(
        "const row = Array.from(document.querySelectorAll('[data-rows] > li'))[300];"
        "row.scrollIntoView({ block: 'start', behavior: 'instant' });"
        "return [row.dataset.segment, row.getBoundingClientRect().top]"
    )
    first = drawn(page)[0][0]
    assert first > 1
    page.js("document.querySelector('[data-action=earlier]').click()")
    above(page, first)
    top = page.js(
        "return document.querySelector('li[data-segment=\"' + arguments[0] + '\"]').getBoundingClientRect().top",
        before[0],
    )
    assert abs(top - before[1]) < 2


# --- by keyboard ------------------------------------------------------------------------------------------------------


def test_keys_alone_find_open_and_return(page: Page, sample: Known) -> None:
    site, known = sample
    show(page, site)
    asking(page, lambda: page.press("3"))
    wanted = expected(known, lambda line: flagged(line, "unrelated"))
    assert order(page) == wanted
    page.press("/")
    page.press(*"er")
    asked(page, q="er")
    wanted = expected(known, lambda line: flagged(line, "unrelated") and having("er")(line))
    assert order(page) == wanted and len(wanted) >= 3
    page.press("Escape", "j", "j", "j", "k")
    at(page, wanted[1])
    assert page.js("return document.activeElement.closest('li').dataset.segment") == str(wanted[1])
    page.press("Enter")
    reading(page, wanted[1])
    page.back()
    page.wait("return !document.querySelector('[data-view=list]').hidden")
    page.wait("return document.activeElement.closest('li')?.dataset.segment === arguments[0]", str(wanted[1]))
    page.press("j")
    at(page, wanted[2])
    asking(page, lambda: page.press("0"))
    assert order(page) == expected(known)


def test_keys_go_further_than_what_is_drawn(page: Page, long: Known) -> None:
    site, known = long
    show(page, site)
    wanted = expected(known)
    for number in range(70):
        page.press("j")
        at(page, wanted[number])
    top, bottom = page.js(
        "const { top, bottom } = document.activeElement.getBoundingClientRect(); return [top, bottom - innerHeight]"
    )
    bar = page.js("return document.querySelector('[data-filters]').getBoundingClientRect().bottom")
    assert top >= bar - 1 and bottom <= 0, "the row that has the focus is hidden"


def test_the_list_opens_where_the_reader_came_from(page: Page, long: Known) -> None:
    """Opened by a link to a segment far down, the list begins there and not at its top."""
    site, known = long
    far = expected(known)[900]
    page.open(site, "#" + wished(segment=known[far].id))
    reading(page, far)
    page.js("nmtAudit.view.go({ segment: null })")
    at(page, far)
    assert 0 <= page.js("return document.querySelector('li[aria-current]').getBoundingClientRect().top") < 900


# --- verdicts ---------------------------------------------------------------------------------------------------------


def test_verdicts_are_shown_and_are_a_filter(page: Page, sample: Known) -> None:
    site, known = sample
    show(page, site, "c=negation")
    wanted = expected(known, lambda line: flagged(line, "negation"))
    chosen = known[wanted[0]]
    flag = next(flag for flag in chosen.flags if flag.slug == "negation")
    page.js("nmtAudit.view.go({ flag: arguments[0] })", flag.id)
    reading(page, chosen.number)
    page.press("c")
    page.wait("return nmtAudit.review.verdictOf(arguments[0])?.verdict === 'confirm'", flag.id)
    page.js("nmtAudit.view.go({ flag: null, segment: null })")
    page.wait(
        "return document.querySelector('li[data-segment=\"' + arguments[0] + '\"] .verdict.confirm') !== null",
        str(chosen.number),
    )
    asking(page, lambda: page.js("nmtAudit.view.go({ verdict: 'none' })"))
    undecided = {
        line.number for line in known if any(one.slug == "negation" and one.id != flag.id for one in line.flags)
    }
    assert set(order(page)) == undecided
    asking(page, lambda: page.js("nmtAudit.view.go({ verdict: 'confirm' })"))
    assert order(page) == [chosen.number]
