"""What a system escaped is checked as what it means, and flagged where it stands."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.checks import check_segment, default_thresholds
from nmt_audit.checks.character_references import REFERENCE, resolved
from nmt_audit.records import Flag, Segment

SOURCE = "Ich weiß nicht, ob Peter am Montag kommt, sagte sie."


def segment(hypothesis: str, source: str = SOURCE) -> Segment:
    return Segment("1", source, "de", "en", hypothesis=hypothesis)


def flags(of: Segment) -> tuple[Flag, ...]:
    return check_segment(of, None, default_thresholds()).flags


def test_an_escaped_apostrophe_is_neither_a_number_nor_a_lost_negation() -> None:
    escaped, plain = (
        "I don&#39;t know if Peter is coming on Monday, she said.",
        "I don't know if Peter is coming on Monday, she said.",
    )
    assert flags(segment(escaped)) == flags(segment(plain)) == ()


def test_flags_point_into_the_text_as_it_was_given() -> None:
    text = "&quot;I don&#39;t know if Peter is coming on Monday on Monday on Monday&quot;, she said."
    [flag] = [flag for flag in flags(segment(text)) if flag.category == "REPETITION"]
    assert text[flag.start : flag.end] == "on Monday on Monday"
    source = "&#73;ch wei&#223; &quot;nicht&quot;, ob Peter am Montag kommt, sagte sie."
    [lost] = flags(segment("I know if Peter is coming on Monday, she said.", source))
    assert (lost.category, source[lost.start : lost.end]) == ("NEGATION", "nicht")


@given(st.lists(st.sampled_from(["a", " ", "é", "𝔸", "&#39;", "&quot;", "&amp;", "&#x1F600;", "&", ";"]), max_size=30))
def test_plain_offsets_lead_back_to_what_stands_there(parts: list[str]) -> None:
    text = "".join(parts)
    found = resolved(segment(text), None)
    if found is None:
        assert REFERENCE.search(text) is None
        return
    plain = found.sides["tgt"]
    for start in range(len(plain.text)):
        first, last = plain.original(start, start + 1)
        assert first is not None and last is not None
        given_text = text[first:last]
        assert given_text == plain.text[start] or (given_text.startswith("&") and given_text.endswith(";"))
    assert plain.original(None, None) == (None, None)


def test_nested_escapes_are_resolved_once() -> None:
    hostile = "&" + "amp;" * 3000 + " and the rest"
    found = resolved(segment(hostile), None)
    assert found is not None and found.segment.hypothesis == "&" + "amp;" * 2999 + " and the rest"
    check_segment(segment(hostile), None, default_thresholds())


def test_without_references_nothing_is_touched() -> None:
    assert resolved(segment("Tom & Jerry; AT&T"), None) is None
    assert resolved(replace(segment(""), hypothesis=None), None) is None
