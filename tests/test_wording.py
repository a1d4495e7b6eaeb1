"""The words of the pages for everything that a run may hold; and texts whose control characters are shown."""

from __future__ import annotations

from nmt_audit.config import FURTHER_METHODS
from nmt_audit.records import CATEGORIES
from nmt_audit.report.wording import (
    CATEGORY,
    ENTRY,
    METHOD,
    category,
    entry,
    method,
    state,
    visible,
)

LEDGER = ("source", "target", "initial", "bias", "offset", "stabiliser")


def test_everything_that_a_run_may_hold_has_its_words() -> None:
    from nmt_audit.relevance import METHODS
    from nmt_audit.relevance.rules import ACCOUNTS

    assert set(CATEGORY) == set(CATEGORIES)
    assert set(METHOD) == set(METHODS)
    assert set(FURTHER_METHODS) <= set(METHOD)
    assert {*ACCOUNTS, "vocabulary", "baseline", "completeness_gap", *LEDGER} <= set(ENTRY)


def test_what_came_later_than_these_pages_is_shown_by_its_name() -> None:
    assert method("deep_magic").label == "Deep magic" and entry("deep_magic").label == "deep magic"
    assert category("WORD_ORDER").label == "word order" and category("WORD_ORDER").slug == "other"
    assert state("deep") is None


def test_layers_are_named() -> None:
    found = state("context.3")
    assert found is not None
    names = found.label, found.prose, found.short
    assert names == ("Source context, layer 3", "source context of layer 3", "context 3")


def test_control_characters_become_visible_and_offsets_stay_true() -> None:
    text = "a\x00b\x1bc\x7fd\u0085e\ufffef\tg\u2028h\ud800\U0002fffe"
    shown = visible(text)
    assert shown == "a␀b␛c␡d\ufffde\ufffdf g↵h\ufffd\ufffd"
    assert len(shown) == len(text)
