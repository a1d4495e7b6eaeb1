"""Text of any kind in formats that have signs of their own: it comes through, and stays text."""

from __future__ import annotations

import json
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from nmt_audit.exporting.excel import LONGEST, fitting
from nmt_audit.exporting.json_text import one_line
from nmt_audit.exporting.markdown import cell, code
from nmt_audit.exporting.sarif import message
from nmt_audit.exporting.xliff import mark
from nmt_audit.exporting.xml_text import legal
from nmt_audit.report.reading import FlagRow
from nmt_audit.report.wording import visible

ANY = st.text(st.characters())  # surrogates, too
HOSTILE = st.text(st.sampled_from("`|\\*_#@<>&[](){}!~:/wh.-+=\n\t\r\x00\u202e\u2028 a1é"), max_size=40)
GITHUB = MarkdownIt("commonmark").enable("table")


@given(ANY)
@example("a\x00\x1b\x7f\x85\ud800\ufffe\U0001fffe\t\r\n]]>")
def test_xml_takes_any_text_and_keeps_its_length(text: str) -> None:
    element = etree.Element("a", b=legal(text))
    element.text = legal(text)
    back = etree.fromstring(etree.tostring(element, encoding="utf-8"))
    assert (back.text or "") == back.get("b") == legal(text)
    assert len(legal(text)) == len(text)
    assert all(
        new == old or new in "\ufffd" or 0x2400 <= ord(new) < 0x2420 for old, new in zip(text, legal(text), strict=True)
    )


@given(st.dictionaries(ANY, st.one_of(ANY, st.floats(), st.none(), st.lists(ANY))))
def test_json_is_one_line_that_reads_back(value: dict[str, object]) -> None:
    line = one_line(value)
    assert len(line.splitlines()) == 1
    back = json.loads(line, parse_constant=refused)
    assert back == {
        key: None if one != one or one in (float("inf"), -float("inf")) else one for key, one in value.items()
    }


def refused(name: str) -> None:
    """NaN and the infinities, which Python reads and others do not."""
    raise AssertionError(f"{name} is no JSON")


@given(st.one_of(HOSTILE, ANY))
@example("a`b``c")
@example("`")
@example(" a ")
@example("\\|")
def test_a_cell_holds_one_code_span_and_nothing_else(text: str) -> None:
    # However a reader counts backslashes, a | has an odd number of them before it.
    assert all(len(before) % 2 for before in re.findall(r"(\\*)\|", cell(text)))
    table = f"| a | b |\n| --- | --- |\n| {cell(text)} | end |"
    tokens = GITHUB.parse(table)
    inline = [token for token in tokens if token.type == "inline"]
    assert [token.content for token in inline][:2] == ["a", "b"]
    assert len(inline) == 4 and inline[3].content == "end"
    children = inline[2].children or []
    if code(text) == "–":
        assert [child.type for child in children] == ["text"]
    else:
        [child] = children
        assert child.type == "code_inline"
        kept = visible(text)
        assert len(child.content) == len(kept)
        same = [a == b or (b, a) == ("|", "¦") or a == "\ufffd" for a, b in zip(child.content, kept, strict=True)]
        assert all(same)


@given(st.text(min_size=200))
def test_a_code_span_is_bounded(text: str) -> None:
    assert len(code(text, 100)) <= 100 + 1 + 2 * (2 + 100)


@given(st.one_of(HOSTILE, ANY))
def test_a_message_of_sarif_has_no_link_and_no_single_brace(text: str) -> None:
    shown = message(text)
    assert "](" not in shown
    assert "{" not in shown.replace("{{", "") and "}" not in shown.replace("}}", "")


@settings(max_examples=30)
@given(st.text(st.sampled_from("a😀\x1b"), max_size=10), st.integers(LONGEST - 12, LONGEST + 12))
def test_a_cell_of_excel_is_as_long_as_it_may_be(tail: str, length: int) -> None:
    text = "x" * length + tail
    shown = fitting(text)
    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST
    assert shown == text or shown.endswith(f"… [cut: {len(text):,} characters]")


def flag(start: int, end: int) -> FlagRow:
    return FlagRow(
        "0" * 16, "1", "OMISSION", "src", start, end, 0.5, "omission.length", 1.0, 1.0, (), "", None, None, None
    )


@given(ANY, st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=5))
@example("abcdef", [(0, 4), (2, 6), (4, 4), (6, 6), (0, 6)])
@example("ab", [(1, 1), (1, 1), (1, 2), (0, 1)])
def test_marks_leave_the_text_as_it_is_and_enclose_the_words(text: str, spans: list[tuple[int, int]]) -> None:
    flags = [(f"n{place}", flag(min(span), max(span))) for place, span in enumerate(spans)]
    element = etree.Element("source")
    mark(element, text, flags)
    back = etree.fromstring(etree.tostring(element, encoding="utf-8"))
    assert "".join(back.itertext()) == legal(text)
    assert marked(back) == {name: legal(text)[one.start : one.end] for name, one in flags}


def marked(element: etree._Element) -> dict[str, str]:
    """Note → the words between where its mark begins and where it ends."""
    found: dict[str, str] = {}
    open_marks: dict[str, str] = {}

    def text(more: str | None) -> None:
        for note in open_marks.values():
            found[note] += more or ""

    def walk(node: etree._Element) -> None:
        name = etree.QName(node).localname
        if name in ("mrk", "sm"):
            note = node.get("ref").removeprefix("#n=")
            open_marks[node.get("id")] = note
            found[note] = ""
        text(node.text)
        for child in node:
            walk(child)
            text(child.tail)
        if name == "mrk":
            del open_marks[node.get("id")]
        elif name == "em":
            del open_marks[node.get("startRef")]

    walk(element)
    assert not open_marks
    return found
