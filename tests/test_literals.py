"""Literals of the data scripts: whatever goes in comes out, and nothing in them ends a script or a string."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.report.literals import GROWTH, script

ANY = st.text(st.characters(exclude_categories=()))


def literals(text: str) -> str:
    return text.removeprefix("window.nmtAudit.f(").removesuffix(");\n")


@given(st.recursive(ANY | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
def test_what_goes_in_comes_out(value: object) -> None:
    assert json.loads(literals(script("f", value))) == value


@given(ANY)
def test_nothing_can_be_taken_for_markup_or_an_end_of_line(text: str) -> None:
    assert not re.search("[<>&\u2028\u2029\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", script("f", text))


def test_a_call_has_all_its_values() -> None:
    assert script("chunk", 7, ["</script>"]) == 'window.nmtAudit.chunk(7,["\\u003c/script\\u003e"]);\n'


@pytest.mark.parametrize("sign", ["“", "–", "日", "👩"])
def test_few_letters_beyond_latin_1_are_escaped_and_many_are_not(sign: str) -> None:
    few = script("f", "Grüße an alle, die das hier lesen. " * 20 + sign)
    few.encode("latin-1")
    assert json.loads(literals(few)).endswith(sign)
    many = script("f", sign * 50)
    assert sign in many and len(many) < 60 * (1 + GROWTH) + 20


def test_numbers_that_json_has_no_word_for_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        script("f", float("nan"))
