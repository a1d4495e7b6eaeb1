"""Variables and names in the file of a night."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.errors import InputError
from nmt_audit.nights.placeholders import expand, literal

NAMES = {"date": "2026-11-29", "model": "production", "test_set": "tatoeba"}
ENVIRONMENT = {"NIGHTS": "/srv/nights", "EMPTY": "", "ODD": "${NIGHTS}{model}$$"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("nothing", "nothing"),
        ("${NIGHTS}/{date}/{model}/{test_set}", "/srv/nights/2026-11-29/production/tatoeba"),
        ("${NIGHTS:-elsewhere}", "/srv/nights"),
        ("${NOWHERE:-else where}/x", "else where/x"),
        ("${EMPTY:-default}", "default"),
        ("a${NOWHERE:-}b", "ab"),
        ("$$5 {{date}}", "$5 {date}"),
        ("$${NIGHTS:-{{x}}", None),  # a dollar, and then a brace that begins nothing
        ("${ODD}", "${NIGHTS}{model}$$"),  # what is filled in is not looked through again
    ],
)
def test_what_a_text_becomes(text: str, filled: str | None) -> None:
    if filled is None:
        with pytest.raises(InputError):
            expand(text, ENVIRONMENT, NAMES)
    else:
        assert expand(text, ENVIRONMENT, NAMES) == filled


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${NOWHERE}/x", "NOWHERE is not set"),
        ("${EMPTY}/x", "EMPTY is empty"),
        ("$NIGHTS/x", "${NAME}"),
        ("{night}", "{night}"),
        ("100 $", "$$"),
        ("{", "{{"),
        ("}", "}}"),
        ("${NIGHTS", "${NAME}"),
        ("${NIGHTS-x}", "${NAME}"),
        ("{Date}", "{{"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        expand(text, ENVIRONMENT, NAMES)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.text())
def test_a_text_can_be_written_so_that_it_stays_as_it_is(text: str) -> None:
    assert expand(literal(text), {}, {}) == text


@given(st.text(min_size=1), st.text(), st.text())
def test_a_value_is_filled_in_as_it_is(value: str, before: str, after: str) -> None:
    text = f"{literal(before)}${{V}}{{n}}${{UNSET:-d}}{literal(after)}"
    assert expand(text, {"V": value}, {"n": value}) == f"{before}{value}{value}d{after}"


@given(st.text(alphabet=st.sampled_from("$${}:-NIGHTSmodel_ /")))
def test_any_text_is_filled_in_or_refused(text: str) -> None:
    try:
        filled = expand(text, {"N": "value"}, {"model": "value"})
    except InputError:
        assert any(sign in text for sign in "${}")
    else:
        assert expand(literal(filled), {}, {}) == filled
