"""The list of segments: filters, counts, order, addresses and search."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from browser import Page
from list_page import (
    LONG,
    Known,
    asked,
    asking,
    flagged,
    having,
    heading,
    long_site,
    order,
    sample_site,
    settled,
    show,
    wished,
)
from listed import Line, expected, fold
from sample_run import HOSTILE

from nmt_audit.report.wording import visible


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return sample_site(tmp_path_factory.mktemp("list & ümläuts #1"))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return long_site(tmp_path_factory.mktemp("long"))


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_everything_is_there_the_most_suspicious_first(page: Page, sample: Known) -> None:
    site, known = sample
    show(page, site)
    assert order(page) == expected(known)
    flags = sum(len(line.flags) for line in known)
    assert heading(page) == f"{len(known)} segments · {flags} flags"
    assert page.console() == []


FILTERS: dict[str, Callable[[Line], bool]] = {
    "c=omission": lambda line: flagged(line, "omission"),
    "c=omission,negation": lambda line: flagged(line, "omission") or flagged(line, "negation"),
    "rule=unrelated.gain": lambda line: flagged(line, rule="unrelated.gain"),
    "score=0.6..": lambda line: flagged(line, least=0.6),
    "score=..0.5&c=unrelated": lambda line: flagged(line, "unrelated", most=0.5),
    "score=0.2..0.8&rule=negation.cue,unrelated.gain": lambda line: (
        any(flagged(line, least=0.2, most=0.8, rule=rule) for rule in ("negation.cue", "unrelated.gain"))
    ),
    "length=40..90": lambda line: 40 <= len(line.source) <= 90,
    "length=..30&c=repetition": lambda line: len(line.source) <= 30 and flagged(line, "repetition"),
    "show=flagged": lambda line: bool(line.flags),
    "show=clear": lambda line: not line.flags,
    "show=partly": lambda line: line.partly,
    "show=empty": lambda line: line.status == "empty",
    "show=too_long": lambda line: line.status == "too_long",
    "show=clear&length=50..": lambda line: not line.flags and len(line.source) >= 50,
    "verdict=none": lambda line: bool(line.flags),
    "verdict=confirm": lambda line: False,
}  # fmt: skip


@pytest.mark.parametrize("wish", FILTERS)
def test_filters_combine(page: Page, sample: Known, wish: str) -> None:
    site, known = sample
    show(page, site, wish)
    wanted = expected(known, FILTERS[wish])
    assert order(page) == wanted
    assert heading(page).startswith(f"{len(wanted)} of {len(known)} segments")
    assert page.visible("[data-nothing]") == (not wanted)
    assert page.visible("[data-action=everything]")


def test_a_document_is_a_filter(page: Page, long: Known) -> None:
    site, known = long
    name = str(known[0].document)
    show(page, site, wished(doc=name, c="negation"))
    assert order(page) == expected(known, lambda line: line.document == name and flagged(line, "negation"))
    show(page, site, wished(doc="of another run"))
    assert len(order(page)) == LONG


COLUMNS = ("number", "suspicion", "flags", "chrf", "bleu", "ter", "logprob", "source", "translation", "ratio")


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_sorts_both_ways(page: Page, sample: Known, column: str, sign: str) -> None:
    site, known = sample
    show(page, site, f"sort={sign}{column}")
    assert order(page) == expected(known, sort=sign + column)
    assert page.js("return document.querySelector('[data-ask=sort]').value") == column


def test_counts_follow_the_other_filters(page: Page, sample: Known) -> None:
    site, known = sample
    show(page, site, "score=0.5..&length=..80&c=omission")

    def counted() -> dict[str, int]:
        found: dict[str, int] = page.js(
            "return Object.fromEntries(Array.from(document.querySelectorAll('[data-category]'),"
            "(chip) => [chip.dataset.category, Number(chip.querySelector('[data-count]').textContent)]))"
        )
        return found

    wanted = {
        slug: sum(flagged(line, slug, least=0.5) and len(line.source) <= 80 for line in known)
        for slug in ("omission", "repetition", "unrelated", "negation", "early-end")
    }
    assert counted() == wanted
    flags = sum(
        flag.slug == "omission" and flag.score >= 0.5 for line in known if len(line.source) <= 80 for flag in line.flags
    )
    assert heading(page).endswith(f"{flags} flag" + "s" * (flags != 1))


def test_controls_say_what_the_address_asks_for(page: Page, sample: Known) -> None:
    site, _ = sample
    wish = wished(
        q="der",
        **{"in": "source"},
        c="omission",
        rule="omission.contrastive",
        score="0.25..",
        length="..200",
        verdict="none",
        show="flagged",
        sort="chrf",
    )
    show(page, site, wish)
    assert page.js(
        "return ['q', 'in', 'score-from', 'score-to', 'length-from', 'length-to', 'verdict', 'show', 'sort']"
        ".map((name) => document.querySelector('[data-ask=' + name + ']').value)"
    ) == ["der", "source", "0.25", "", "", "200", "none", "flagged", "chrf"]
    assert page.js("return document.querySelector('[data-category=omission]').getAttribute('aria-pressed')") == "true"
    assert page.js("return document.querySelector('[data-rule=\"omission.contrastive\"]').checked")
    assert page.visible("[data-further]")
    shown = order(page)
    page.click("[data-action=direction]")
    page.wait("return location.hash.includes('sort=-chrf')")
    page.back()
    page.wait("return location.hash.includes('sort=chrf')")
    settled(page)
    assert order(page) == shown


def test_what_is_not_known_is_passed_over(page: Page, sample: Known) -> None:
    site, known = sample
    show(
        page,
        site,
        "c=nonsense&rule=%3Cb%3E&score=high&length=5&verdict=perhaps&show=me&doc=none&sort=colour&in=hat&more=1&__proto__=1",
    )
    assert order(page) == expected(known)
    show(page, site, "c=nonsense,negation&sort=constructor")
    assert order(page) == expected(known, lambda line: flagged(line, "negation"))


def test_a_view_made_by_hand_can_be_sent_to_a_colleague(page: Page, sample: Known) -> None:
    site, known = sample
    show(page, site)
    asking(page, lambda: page.click("[data-category=unrelated]"))
    page.type("[data-ask=q]", "das")
    asked(page, q="das")
    page.click("[data-action=further]")
    page.type("[data-ask=score-to]", "0.9")
    asked(page, score="..0.9")
    asking(page, lambda: page.click("[data-action=direction]"))
    found, address = order(page), page.address()
    assert found == expected(
        known,
        lambda line: flagged(line, "unrelated", most=0.9) and any("das" in fold(text) for text in line.everywhere),
        "suspicion",
    )
    page.navigate("about:blank")
    page.navigate(address)
    settled(page)
    assert order(page) == found
    asking(page, lambda: page.click("[data-action=everything]"))
    assert order(page) == expected(known, sort="suspicion")


def test_nothing_found_says_which_filter_to_take_away(page: Page, sample: Known) -> None:
    site, known = sample
    show(page, site, "c=negation&q=nosuchword")
    assert order(page) == []
    assert page.texts("[data-nothing] button") == ["✕ text: nosuchword", "✕ lost negation", "Show everything"]
    asking(page, lambda: page.click("[data-nothing] button"))
    assert order(page) == expected(known, lambda line: flagged(line, "negation"))


# --- search -----------------------------------------------------------------------------------------------------------


def matching(expression: str, *fields: str) -> Callable[[Line], bool]:
    """Whether a field, or any text of all, has a stretch like that."""
    pattern = re.compile(expression, re.IGNORECASE)
    return lambda line: any(
        pattern.search(text) for text in ([getattr(line, field) for field in fields] or line.everywhere)
    )


SEARCHES: dict[str, tuple[dict[str, str], Callable[[Line], bool]]] = {
    "words, all of them": ({"q": "nicht Kino"}, having("nicht", "kino")),
    "capitals": ({"q": "NICHT"}, having("nicht")),
    "a phrase": ({"q": '"heute nicht"'}, having("heute nicht")),
    "a phrase and a word": ({"q": "“heute nicht” the"}, having("heute nicht", "the")),
    "a lone quotation mark": ({"q": '"'}, having('"')),
    "in the source": ({"q": "der", "in": "source"}, having("der", field="source")),
    "in the translation": ({"q": "the", "in": "translation"}, having("the", field="translation")),
    "in the reference": ({"q": "the", "in": "reference"}, having("the", field="reference")),
    "an identifier": ({"q": "news-004"}, having("news-004")),
    "letters in two parts": ({"q": "gru\u0308ße"}, having("grüße")),
    "an expression": ({"q": r"\bn[io]\w*t\b", "re": "1"}, matching(r"\bn[io]\w*t\b")),
    "over a whole text": ({"q": r"^[A-Z].*\.$", "re": "1", "in": "source"}, matching(r"^[A-Z].*\.$", "source")),
    "everything around": ({"q": ".*obwohl.*", "re": "1"}, having("obwohl")),
    "a word, not its letters": ({"q": r"\bDER\b", "re": "1", "in": "source"}, matching(r"\bder\b", "source")),
    "letters of a language": ({"q": r"^[\wäé-]+ \w*ü\w*", "re": "1"}, matching(r"^[\w-]+ \w*ü\w*")),
    "what is no letter": ({"q": r"\w[.,]\W\w|\Bß\B", "re": "1"}, matching(r"\w[.,]\W\w|\Bß\B")),
}  # fmt: skip


@pytest.mark.parametrize("name", SEARCHES)
def test_search(page: Page, sample: Known, name: str) -> None:
    site, known = sample
    parameters, keep = SEARCHES[name]
    show(page, site, wished(**parameters))
    wanted = expected(known, keep)
    assert 0 < len(wanted) < len(known)
    assert order(page) == wanted
    assert page.js("return document.querySelectorAll('[data-rows] > li:first-child .hit').length") > 0


@pytest.mark.parametrize("name", HOSTILE)
def test_search_finds_hostile_text_and_shows_it_as_text(page: Page, sample: Known, name: str) -> None:
    site, known = sample
    text = HOSTILE[name]
    line = next(line for line in known if line.source.startswith(visible(text)[:12]))
    show(page, site, wished(q=f"{text.replace(chr(34), ' ')[:60]}"))
    assert line.number in order(page)
    assert page.js("return window.hacked === undefined")
    drawn: str = page.js(
        "return document.querySelector('li[data-segment=\"' + arguments[0] + '\"] .source dd').textContent", line.number
    )
    assert line.source.startswith(drawn.rstrip("…")[:200])
    assert page.console() == []


def test_hits_are_marked_letter_by_letter(page: Page, sample: Known) -> None:
    site, _ = sample
    show(page, site)
    asked = [
        ("👩‍👩‍👧 Grüße, İstanbul", "gru\u0308sse grüße istanbul", False), ("ΣΑΣ σας", "σας", False),
        ("aXbxc", "x", False), ("ab12c3", r"\d+", True),
        ("abab", "aba bab", False), ("x", "y*", True), ("e\u0301te\u0301", "é", False),
    ]  # fmt: skip
    found = page.js(
        "const { query, found } = nmtAudit.search;"
        "return arguments[0].map(([text, q, expression]) => found(text, query({ q, field: null, expression })))",
        asked,
    )
    spans = [[(one["start"], one["end"]) for one in each] for each in found]
    assert spans == [[(6, 11)], [(0, 3), (4, 7)], [(1, 2), (3, 4)], [(2, 4), (5, 6)], [(0, 4)], [], [(0, 2), (3, 5)]]


def test_a_broken_expression_is_left_out_and_said(page: Page, sample: Known) -> None:
    site, known = sample
    show(page, site, wished(q="(nicht", re="1", c="negation"))
    assert order(page) == expected(known, lambda line: flagged(line, "negation"))
    assert page.text("[data-problem]").startswith("This is not a regular expression, so it is left out")
    assert page.js("return document.querySelector('[data-ask=q]').getAttribute('aria-invalid')") == "true"
    page.type("[data-ask=q]", "(nicht)")
    asked(page, q="(nicht)")
    assert not page.visible("[data-problem]")
    assert order(page) == expected(known, lambda line: flagged(line, "negation") and having("nicht")(line))


def test_a_newer_search_overtakes_an_older_one(page: Page, long: Known) -> None:
    site, known = long
    show(page, site)
    asking(page, lambda: page.js("nmtAudit.view.go({ q: 'ka' }); nmtAudit.view.go({ q: 'branmil' });"))
    assert order(page) == expected(known, having("branmil"))
