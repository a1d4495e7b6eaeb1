"""Whatever is fed to a reader, it ends in a corpus or in one line; XML cannot reach out, blow up, or hide anything."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nights.corpus_files import TMX, WMT, XLIFF_1, XLIFF_2
from nmt_audit.corpus import FORMS, Corpus, read_corpus
from nmt_audit.errors import InputError

NAMES = ("c.txt", "c.tsv", "c.jsonl", "c.tmx", "c.xlf", "c.xml")
LANGUAGES = {"src_lang": "de", "tgt_lang": "en"}
# The files of one example are overwritten by the next.
property_settings = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ended(read: Callable[[], Corpus]) -> Corpus | str:
    """A corpus of segments that differ in their ids and can be written, or the line that it was refused with."""
    try:
        corpus = read()
    except InputError as error:
        [line] = str(error).splitlines()
        assert "; " in line, "it says what to do"
        return line
    assert corpus.segments
    assert len({segment.id for segment in corpus.segments}) == len(corpus.segments)
    for segment in corpus.segments:
        "".join((segment.id, segment.source, segment.hypothesis or "", *segment.references)).encode("utf-8")
    return corpus


def read(path: Path, data: bytes, form: str | None = None) -> Corpus | str:
    path.write_bytes(data)
    return ended(lambda: read_corpus(str(path), form=form, **LANGUAGES))


# --- XML that means harm ----------------------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
UNIT = '<tmx><body><tu><tuv xml:lang="de"><seg>&l9;</seg></tuv></tu></body></tmx>'
BOMB = f'<!DOCTYPE tmx [<!ENTITY l0 "lol">{LAUGHS}]>{UNIT}'
SECRET = '<!DOCTYPE tmx [<!ENTITY l9 SYSTEM "file://{}">]>' + UNIT
DEFINES = "its DOCTYPE defines entities, which are refused; write the characters themselves"
HARM = {
    "a billion laughs": (BOMB, "entity amplification factor exceeded"),
    "a billion laughs that nobody asks for": (BOMB.replace("&l9;</", "</"), DEFINES),
    "a billion laughs in an attribute": (BOMB.replace("<tmx>", '<tmx version="&l9;">'), "entity amplification"),
    "a parameter entity": ('<!DOCTYPE tmx [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]><tmx/>', DEFINES),
    "one harmless entity": ('<!DOCTYPE tmx [<!ENTITY a "b">]><tmx><body/></tmx>', DEFINES),
    "an entity of a DTD that is not read": (TMX.replace("Nein", "Nein&nbsp;"), "the entity &nbsp; is not defined;"),
    "an entity of nowhere": (TMX[TMX.index("<tmx") :].replace("Nein", "&nein;"), "Entity 'nein' not defined"),
    "a hundred thousand levels": ("<tmx>" * 100_000, "Excessive depth in document"),
    "a text of 11 MB": (TMX.replace("Nein", "x" * 11_000_000), "Text node too long"),
    "a NUL": (TMX.replace("Nein", "a\0b"), "line 8: not readable XML"),
    "a NUL as a number": (TMX.replace("Nein", "&#0;"), "line 8: not readable XML"),
    "half a character": (TMX.replace("Nein", "&#xD800;"), "line 8: not readable XML"),
    "an element that is not closed": (TMX.replace("<hi>", ""), "line 5: not readable XML"),
    "the file cut off": (TMX[:600], "not readable XML"),
    "something behind the end": (TMX + "<tmx/>", "Extra content at the end"),
    "an unknown encoding": (TMX.replace("UTF-8", "klingon"), "Unsupported encoding: klingon"),
    "no XML at all": ("Das ist gut.\n", "line 1: not readable XML"),
    "white space": ("  \n", "line 2: not readable XML"),
    "no units": ("<tmx><header/><body/></tmx>", "has no segments; give a file with at least one"),
    "a unit with a million elements": (
        f"<tmx><body><tu>{'<tuv/>' * 500_001}</tu></body></tmx>", "one unit with over 500,000 elements; split it",
    ),
    "a variant without a language": (TMX.replace(' xml:lang="fr"', ""), "line 7: a <tuv> without a language; add"),
    "a variant without text": (TMX.replace("<seg>Non.</seg>", ""), "line 8: a <tuv> with 0 <seg>; give it one"),
    "a language of two lines": (TMX.replace('"de-DE"', '"de&#10;x"'), "no source language de but 'de\\nx', en-GB"),
}  # fmt: skip


@pytest.mark.parametrize("case", HARM)
def test_xml_that_means_harm_is_refused_in_a_line(tmp_path: Path, case: str) -> None:
    text, message = HARM[case]
    found = read(tmp_path / "c.tmx", text.encode())
    assert isinstance(found, str)
    assert found.startswith(f"{tmp_path}/c.tmx: ")
    assert message in found
    assert len(found) < 400 + len(str(tmp_path))


def test_no_other_file_gets_into_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", "utf-8")
    found = read(tmp_path / "c.tmx", SECRET.format(tmp_path / "secret").encode())
    assert isinstance(found, str)
    assert DEFINES in found


def test_a_doctype_without_entities_does_no_harm_and_is_not_fetched(tmp_path: Path) -> None:
    text = TMX.replace('SYSTEM "tmx14.dtd"', 'SYSTEM "http://127.0.0.1:9/tmx14.dtd"')
    assert isinstance(read(tmp_path / "c.tmx", text.encode()), Corpus)


def test_a_small_gzip_file_does_not_fill_the_memory(tmp_path: Path) -> None:
    member = gzip.compress(bytes(2**26), 1)
    found = read(tmp_path / "c.txt.gz", member * 17)
    assert found == f"{tmp_path}/c.txt.gz: holds over 1 GiB unpacked; split it"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("c.xlf", XLIFF_1.replace("<source>Ja</source>", ""), "line 9: unit 4: no <source>; add it"),
        ("c.xlf", XLIFF_1.replace("<target/>", "<target/><target/>"), "2 <target> side by side; leave one"),
        ("c.xlf", "<xliff><trans-unit><source>a</source></trans-unit></xliff>", "a <trans-unit> outside a <file>; put"),
        ("c.xlf", XLIFF_2.replace("<source>Ja.</source>", ""), "unit u1: a <segment> without <source>; add it"),
        ("c.xml", WMT.replace('<seg id="2">', "<seg>"), "line 4: a <seg> without an id; number it"),
        ("c.xml", WMT.replace('<seg id="2">', '<seg id="1">'), "a second <seg> with the id 1 side by side; give"),
        (
            "c.xml",
            WMT.replace('<src lang="de"><seg id="1">Ja.</seg></src>', ""),
            "line 9: a <doc> without <src>; add it",
        ),
    ],
)
def test_what_is_missing_is_named_with_its_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    found = read(tmp_path / name, text.encode())
    assert isinstance(found, str)
    assert message in found


# --- anything at all --------------------------------------------------------------------------------------------------

STARTS = [
    TMX.encode(),
    XLIFF_1.encode(),
    XLIFF_2.encode(),
    WMT.encode(),
    b'{"source": "a", "references": ["b"]}\n',
    b"a\tb\n",
]
scraps = st.sampled_from([
    b"<", b">", b"</tu>", b"<seg>", b"<tu", b"&#0;", b"&x;", b'"', b"\0", b"\xff", b"\r\n", b"\r", b"\t", b"{", b"[",
    b"\xef\xbb\xbf", b"\x1f\x8b", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", "\u2028".encode(), b"<![CDATA[", b"<!--", b"]]>",
])  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A right file with a piece cut out and scraps put in."""
    data = draw(st.sampled_from(STARTS))
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 80)))
    return data[:start] + b"".join(draw(st.lists(scraps, max_size=3))) + data[end:]


anything = st.one_of(st.binary(max_size=300), damaged(), damaged().map(gzip.compress))


@property_settings
@given(data=anything, name=st.sampled_from(NAMES), pack=st.sampled_from(["", ".gz"]))
def test_any_bytes_end_in_a_corpus_or_a_line(tmp_path: Path, data: bytes, name: str, pack: str) -> None:
    read(tmp_path / f"{name}{pack}", data)


@property_settings
@given(data=anything, form=st.sampled_from([*FORMS]))
# What fuzzing found: lxml does not take the name of an attribute that is empty.
@example(data=b"<dataset><doc><src><seg id='1'/></src></doc></dataset>", form="wmt")
def test_any_bytes_in_a_given_form_end_in_a_corpus_or_a_line(tmp_path: Path, data: bytes, form: str) -> None:
    read(tmp_path / "c", data, form)


@property_settings
@given(data=anything, name=st.sampled_from(NAMES), role=st.sampled_from(["hypotheses", "references"]))
def test_any_bytes_beside_a_source_end_in_a_corpus_or_a_line(tmp_path: Path, data: bytes, name: str, role: str) -> None:
    (tmp_path / "source.txt").write_text("Das ist gut.\nNein.\nJa.\n", "utf-8")
    (tmp_path / name).write_bytes(data)
    other = str(tmp_path / name)
    beside = {"hypotheses": other} if role == "hypotheses" else {"references": [other]}
    ended(lambda: read_corpus(str(tmp_path / "source.txt"), **LANGUAGES, **beside))


# --- what is written comes back ---------------------------------------------------------------------------------------

# What XML can hold; a carriage return would be read as a line feed, which is XML's own rule.
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12
)
rows = st.lists(st.tuples(texts, st.lists(texts.filter(str.strip), max_size=3)), min_size=1, max_size=5)


def tmx_of(pairs: list[tuple[str, list[str]]]) -> str:
    def variant(language: str, text: str) -> str:
        return f'<tuv xml:lang="{language}"><seg>{escape(text)}</seg></tuv>'

    units = ["<tu>" + variant("de", s) + "".join(variant("en", r) for r in rs) + "</tu>" for s, rs in pairs]
    return f'<tmx version="1.4"><header srclang="de"/><body>{"".join(units)}</body></tmx>'


def xliff_of(pairs: list[tuple[str, list[str]]]) -> str:
    units = "".join(
        f"<trans-unit id={quoteattr(str(number))}><source>{escape(s)}</source>"
        + "".join(f"<target>{escape(r)}</target>" for r in rs[:1])
        + "</trans-unit>"
        for number, (s, rs) in enumerate(pairs, 1)
    )
    return (
        '<xliff version="1.2"><file original="o" source-language="de" target-language="en"><body>'
        f"{units}</body></file></xliff>"
    )


def wmt_of(pairs: list[tuple[str, list[str]]]) -> str:
    def side(tag: str, texts: list[str | None]) -> str:
        name = tag.split()[0]
        segments = (f'<seg id="{n}">{escape(text)}</seg>' for n, text in enumerate(texts, 1) if text is not None)
        return f"<{tag}><p>{''.join(segments)}</p></{name}>"

    references = "".join(
        side(f'ref lang="en" translator="{k}"', [rs[k] if k < len(rs) else None for _, rs in pairs]) for k in range(3)
    )
    return f'<dataset><doc id="d">{side("""src lang="de" """, [s for s, _ in pairs])}{references}</doc></dataset>'


def jsonl_of(pairs: list[tuple[str, list[str]]]) -> str:
    return "".join(json.dumps({"source": s, "references": rs}) + "\n" for s, rs in pairs)


WRITERS = {"c.tmx": tmx_of, "c.xlf": xliff_of, "c.xml": wmt_of, "c.jsonl": jsonl_of}


@pytest.mark.parametrize("name", WRITERS)
@property_settings
@given(pairs=rows, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_text_comes_back(tmp_path: Path, name: str, pairs: list[tuple[str, list[str]]], encoding: str) -> None:
    if name == "c.jsonl":
        encoding = "utf-8"
    if name == "c.xml":  # as sacrebleu reads it
        pairs = [(" ".join(s.split()), [" ".join(r.split()) for r in rs]) for s, rs in pairs]
    if name == "c.xlf":
        pairs = [(s, rs[:1]) for s, rs in pairs]
    found = read(tmp_path / name, WRITERS[name](pairs).encode(encoding))
    assert isinstance(found, Corpus)
    assert [(segment.source, list(segment.references)) for segment in found.segments] == pairs
