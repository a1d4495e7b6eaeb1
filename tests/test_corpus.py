"""A corpus comes out of its file as it was put in, or a line says where it is wrong."""

import gzip
import hashlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nmt_audit.corpus import Corpus, read_corpus
from nmt_audit.errors import InputError
from nmt_audit.records import Segment


def read(path: Path, hypotheses: Path | None = None, reference: Path | None = None) -> Corpus:
    return read_corpus(
        str(path),
        src_lang="de",
        tgt_lang="en",
        hypotheses=str(hypotheses) if hypotheses else None,
        references=[str(reference)] if reference else [],
    )


def sources(corpus: Corpus) -> list[str]:
    return [segment.source for segment in corpus.segments]


# --- what is read -----------------------------------------------------------------------------------------------------

SEPARATED = "a\u2028b\u2029c\x0bd\x0ce\x85f\x1cg"
PLAIN = {
    "a last line with its end": (b"a\nb\n", ["a", "b"]),
    "a last line without": (b"a\nb", ["a", "b"]),
    "empty lines are segments": (b"\na\n\n", ["", "a", ""]),
    "one empty line": (b"\n", [""]),
    "Windows line ends": (b"a\r\nb\r\n", ["a", "b"]),
    "a carriage return within": (b"a\rb\n", ["a\rb"]),
    "a byte order mark": (b"\xef\xbb\xbfa\n", ["a"]),
    "line separators that are none": (f"{SEPARATED}\n".encode(), [SEPARATED]),
    "a tab in plain text": (b"a\tb\n", ["a\tb"]),
    "blanks at both ends": (b" a \n", [" a "]),
    "NUL": (b"a\x00b\n", ["a\x00b"]),
    "emoji and their joiners": ("👩‍👩‍👧 ok\n".encode(), ["👩‍👩‍👧 ok"]),
    "right to left": ("שלום \u202eעולם\n".encode(), ["שלום \u202eעולם"]),
    "a long line": (b"x" * 10_000 + b"\n", ["x" * 10_000]),
}  # fmt: skip


@pytest.mark.parametrize("case", PLAIN)
@pytest.mark.parametrize("name", ["corpus.txt", "corpus.de", "corpus"])
def test_plain_text(tmp_path: Path, case: str, name: str) -> None:
    content, expected = PLAIN[case]
    (tmp_path / name).write_bytes(content)
    corpus = read(tmp_path / name)
    assert sources(corpus) == expected
    assert [segment.id for segment in corpus.segments] == [str(n) for n in range(1, len(expected) + 1)]


def test_tsv_rows_are_source_and_reference(tmp_path: Path) -> None:
    (tmp_path / "c.TSV").write_text("eins\tone\nzwei\t\n", "utf-8")
    assert tuple(read(tmp_path / "c.TSV").segments) == (
        Segment("1", "eins", "de", "en", reference="one"),
        Segment("2", "zwei", "de", "en", reference=""),
    )


def test_further_tsv_columns_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "c.tsv").write_text("eins\tone\tCC-BY\nzwei\ttwo\tCC-BY\n", "utf-8")
    assert [segment.reference for segment in read(tmp_path / "c.tsv").segments] == ["one", "two"]


def test_jsonl_rows_say_what_they_know_and_the_call_says_the_rest(tmp_path: Path) -> None:
    rows = [
        {"id": "x", "source": "un", "hypothesis": "one", "reference": "1", "src_lang": "fr", "tgt_lang": "en-GB"},
        {"source": "zwei", "hypothesis": None, "reference": None, "kind": "ignored"},
    ]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert tuple(read(tmp_path / "c.jsonl").segments) == (
        Segment("x", "un", "fr", "en-GB", reference="1", hypothesis="one"),
        Segment("2", "zwei", "de", "en"),
    )


def test_other_files_give_hypotheses_and_references(tmp_path: Path) -> None:
    for name, text in (("s", "a\nb\n"), ("h", "A\n\n"), ("r", "α\nβ\n")):
        (tmp_path / name).write_text(text, "utf-8")
    corpus = read(tmp_path / "s", hypotheses=tmp_path / "h", reference=tmp_path / "r")
    assert tuple(corpus.segments) == (
        Segment("1", "a", "de", "en", reference="α", hypothesis="A"),
        Segment("2", "b", "de", "en", reference="β", hypothesis=""),
    )


def test_other_files_win_over_a_jsonl_row(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"source": "a", "hypothesis": "row"}\n', "utf-8")
    (tmp_path / "h").write_text("file\n", "utf-8")
    [segment] = read(tmp_path / "c.jsonl", hypotheses=tmp_path / "h").segments
    assert segment.hypothesis == "file"


def test_the_demo_corpus_is_read_whole() -> None:
    import nmt_audit

    path = Path(nmt_audit.__file__).parent / "demo" / "corpus.de-en.jsonl"
    assert len(read(path).segments) == path.read_bytes().count(b"\n")


# --- standard input, hashes and gzip ----------------------------------------------------------------------------------


class Stdin:
    """What `sys.stdin` is to a reader of bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]) -> None:
    data = pack(b"a\nb\n")
    monkeypatch.setattr(sys, "stdin", Stdin(data))
    corpus = read_corpus("-", src_lang="de", tgt_lang="en")
    assert sources(corpus) == ["a", "b"]
    assert corpus.hashes == {"-": hashlib.sha256(data).hexdigest()}


def test_the_form_of_standard_input_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(b'{"id": "x", "source": "a"}\n'))
    assert list(read_corpus("-", src_lang="de", tgt_lang="en", form="jsonl").segments) == [
        Segment("x", "a", "de", "en")
    ]


def test_standard_input_is_read_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="only one of source, hypotheses and reference"):
        read_corpus("-", src_lang="de", tgt_lang="en", hypotheses="-")


def test_hashes_are_of_the_bytes_and_named_without_directories(tmp_path: Path) -> None:
    for folder, text in (("a", "s\n"), ("b", "h\n"), ("c", "r\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text(text, "utf-8")
    at = {folder: tmp_path / folder / "x.txt" for folder in "abc"}
    assert read(at["a"], hypotheses=at["b"], reference=at["c"]).hashes == {
        "x.txt": hashlib.sha256(b"s\n").hexdigest(),
        "x.txt (hypothesis)": hashlib.sha256(b"h\n").hexdigest(),
        "x.txt (reference)": hashlib.sha256(b"r\n").hexdigest(),
    }


@pytest.mark.parametrize("name", ["c.txt.gz", "c.jsonl.gz", "c.tsv.gz", "c.GZ", "no-suffix"])
def test_gzip_is_opened(tmp_path: Path, name: str) -> None:
    line = '{"source": "a", "reference": "b"}' if "jsonl" in name else "a\tb" if "tsv" in name else "a"
    (tmp_path / name).write_bytes(gzip.compress(f"{line}\n".encode()))
    assert sources(read(tmp_path / name)) == ["a"]


# --- what is refused --------------------------------------------------------------------------------------------------

HALF = gzip.compress(b"abc\n" * 100)[:-12]
REFUSED = {
    "empty": ("c.txt", b"", "is empty"),
    "empty but for its mark": ("c.txt", b"\xef\xbb\xbf", "is empty"),
    "Latin-1": ("c.txt", b"gut\nsch\xf6n\n", "line 2: byte 7 of the file, 0xf6, is not UTF-8"),
    "Latin-1 behind a mark": ("c.txt", b"\xef\xbb\xbf\xf6\n", "line 1: byte 3 of the file, 0xf6"),
    "Latin-1 soon behind a mark": ("c.txt", b"\xef\xbb\xbf\n\n\xf6", "line 3: byte 5 of the file, 0xf6"),
    "UTF-16": ("c.txt", "a\n".encode("utf-16"), "line 1: byte 0 of the file, 0xff"),
    "a surrogate in UTF-8": ("c.txt", b"a\n\xed\xa0\x80\n", "line 2: byte 2 of the file, 0xed"),
    "an overlong NUL": ("c.txt", b"\xc0\x80\n", "line 1: byte 0 of the file, 0xc0"),
    "half a gzip file": ("c.txt.gz", HALF, "not a whole gzip file"),
    "a gzip file of nothing": ("c.txt.gz", gzip.compress(b""), "is empty"),
    "not gzip at all": ("c.txt.gz", b"plain\n", "not a whole gzip file"),
    "gzip with a wrong checksum": ("c.gz", gzip.compress(b"abc")[:-8] + bytes(8), "not a whole gzip file"),
    "gzip with damaged contents": ("c.gz", gzip.compress(b"abc")[:10] + b"\xff" * 9, "not a whole gzip file"),
    "TSV without a tab": ("c.tsv", b"a\tb\nc\n", "line 2: has no tab"),
    "TSV without any tab": ("c.tsv", b"a\n", "line 1: has no tab"),
    "TSV with an empty line": ("c.tsv", b"a\tb\n\nc\td\n", "line 2: has no tab"),
    "TSV with another column": ("c.tsv", b"a\tb\nc\td\te\n", "line 2: has 3 columns, line 1 has 2"),
    "not JSON": ("c.jsonl", b'{"source": "a"}\n{"source": }\n', "line 2: not JSON (Expecting value, column 12)"),
    "an empty line of JSON": ("c.jsonl", b'{"source": "a"}\n\n', "line 2: not JSON"),
    "a list": ("c.jsonl", b'["a"]\n', "line 1: not a JSON object"),
    "no source": ("c.jsonl", b'{"text": "a"}\n', "line 1: the object has no “source”"),
    "source null": ("c.jsonl", b'{"source": null}\n', "line 1: “source” is null"),
    "a number for a source": ("c.jsonl", b'{"source": 7}\n', "line 1: “source” is a number"),
    "a number for an id": ("c.jsonl", b'{"id": 7, "source": "a"}\n', "line 1: “id” is a number"),
    "a list of references": ("c.jsonl", b'{"source": "a", "reference": ["b"]}\n', "“reference” is a list"),
    "an object for a hypothesis": ("c.jsonl", b'{"source": "a", "hypothesis": {}}\n', "“hypothesis” is an object"),
    "true for a language": ("c.jsonl", b'{"source": "a", "src_lang": true}\n', "“src_lang” is true"),
    "a lone surrogate": ("c.jsonl", b'{"source": "ok \\ud83d!"}\n', "“source” holds half a character (\\ud83d)"),
    "endless brackets": ("c.jsonl", b"[" * 200_000 + b"\n", "line 1: not usable JSON"),
    "an endless number": ("c.jsonl", b'{"source": ' + b"9" * 5000 + b"}\n", "line 1: not usable JSON"),
    "one id twice": ("c.jsonl", b'{"id": "x", "source": ""}\n' * 2, 'line 2: the id "x" is that of line 1 already'),
    "an id that is another line's number": (
        "c.jsonl", b'{"id": "2", "source": ""}\n{"source": ""}\n', 'line 2: the id "2" is that of line 1',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_file_is_named_in_one_line(tmp_path: Path, case: str) -> None:
    name, content, message = REFUSED[case]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as refusal:
        read(tmp_path / name)
    text = str(refusal.value)
    assert text.startswith(f"{tmp_path / name}: ")
    assert message in text
    assert "\n" not in text
    assert "; " in text, "it says what to do"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.txt", "missing.txt: does not exist"),
        ("folder", "folder: is a directory"),
        ("file/inside", "file/inside: cannot be read"),
        ("loop", "loop: cannot be read"),
        ("with\0nul", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_opened(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("a\n", "utf-8")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError) as refusal:
        read(tmp_path / path)
    assert message in str(refusal.value)


@pytest.mark.parametrize("role", ["hypotheses", "reference"])
def test_files_of_different_length(tmp_path: Path, role: str) -> None:
    source, other = tmp_path / "source.txt", tmp_path / "other.txt"
    source.write_text("a\n" * 100, "utf-8")
    other.write_text("b\n" * 99, "utf-8")
    with pytest.raises(InputError) as refusal:
        read(source, **{role: other})
    assert str(refusal.value).startswith(f"{other} has 99 lines, {source} has 100; ")


@pytest.mark.parametrize("missing", ["src_lang", "tgt_lang"])
def test_a_language_must_come_from_somewhere(tmp_path: Path, missing: str) -> None:
    (tmp_path / "s").write_text("a\n", "utf-8")
    known = {"src_lang": "de", "tgt_lang": "en", missing: None}
    with pytest.raises(InputError, match=f"line 1: no {missing} is known"):
        read_corpus(str(tmp_path / "s"), src_lang=known["src_lang"], tgt_lang=known["tgt_lang"])


# --- any text at all --------------------------------------------------------------------------------------------------

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n")), min_size=1, max_size=5)
pack = st.sampled_from([("", bytes), (".gz", gzip.compress)])
# The files of one example are overwritten by the next.
property_settings = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@property_settings
@given(lines=texts, end=st.sampled_from(["\n", "\r\n"]), packing=pack)
def test_any_plain_text_comes_back(
    tmp_path: Path, lines: list[str], end: str, packing: tuple[str, Callable[[bytes], bytes]]
) -> None:
    """A byte order mark goes before, so that a text may itself begin with one."""
    if end == "\n":  # then a carriage return at the end would be taken for half a Windows line end
        lines = [line.rstrip("\r") for line in lines]
    suffix, packed = packing
    path = tmp_path / f"c.txt{suffix}"
    path.write_bytes(packed("".join(line + end for line in lines).encode("utf-8-sig")))
    assert sources(read(path)) == lines


@property_settings
@given(rows=st.lists(st.tuples(texts.map("".join), texts.map("".join)), min_size=1, max_size=4), packing=pack)
def test_any_tsv_comes_back(
    tmp_path: Path, rows: list[tuple[str, str]], packing: tuple[str, Callable[[bytes], bytes]]
) -> None:
    rows = [(source.replace("\t", ""), reference.replace("\t", "")) for source, reference in rows]
    suffix, packed = packing
    path = tmp_path / f"c.tsv{suffix}"
    path.write_bytes(packed("".join(f"{s}\t{r}\r\n" for s, r in rows).encode("utf-8-sig")))
    assert [(segment.source, segment.reference) for segment in read(path).segments] == rows


@property_settings
@given(lines=texts, escape=st.booleans(), packing=pack)
def test_any_jsonl_comes_back(
    tmp_path: Path, lines: list[str], escape: bool, packing: tuple[str, Callable[[bytes], bytes]]
) -> None:
    suffix, packed = packing
    path = tmp_path / f"c.jsonl{suffix}"
    rows = [json.dumps({"source": line, "hypothesis": line}, ensure_ascii=escape) + "\n" for line in lines]
    path.write_bytes(packed("".join(rows).encode()))
    assert [(segment.source, segment.hypothesis) for segment in read(path).segments] == [(x, x) for x in lines]
