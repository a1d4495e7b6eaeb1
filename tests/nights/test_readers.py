"""What the readers of TMX, XLIFF, WMT XML and several references make of a file that is as it should be."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nights.corpus_files import (
    TMX,
    TMX_SEGMENTS,
    WMT,
    WMT_SEGMENTS,
    XLIFF_1,
    XLIFF_1_SEGMENTS,
    XLIFF_2,
    XLIFF_2_SEGMENTS,
)
from nmt_audit.corpus import FORMS, read_corpus
from nmt_audit.corpus.files import MOST_BYTES
from nmt_audit.errors import InputError

CASES = {
    "c.tmx": (TMX, TMX_SEGMENTS),
    "c.xlf": (XLIFF_1, XLIFF_1_SEGMENTS),
    "c.xliff": (XLIFF_2, XLIFF_2_SEGMENTS),
    "wmt.xml": (WMT, WMT_SEGMENTS),
    "tmx.xml": (TMX, TMX_SEGMENTS),
    "xliff.XML": (XLIFF_2, XLIFF_2_SEGMENTS),
}


def refusal(path: Path, **more: str | None) -> str:
    """The line that a file is refused with."""
    settings: dict[str, str | None] = {"src_lang": "de", "tgt_lang": "en", **more}
    with pytest.raises(InputError) as error:
        read_corpus(str(path), **settings)  # type: ignore[arg-type]
    [line] = str(error.value).splitlines()
    return line


def written(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_gives_its_segments(tmp_path: Path, name: str, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    text, segments = CASES[name]
    if encoding == "utf-16":  # as the declaration must then say, or the mark alone
        text = text.replace("UTF-8", "UTF-16").replace("utf-8", "utf-16")
    path = tmp_path / (f"{name}.gz" if pack is gzip.compress else name)
    path.write_bytes(pack(text.encode(encoding)))
    assert tuple(read_corpus(str(path), src_lang="de", tgt_lang="en").segments) == segments


@pytest.mark.parametrize(
    ("name", "languages"), [("c.xlf", ("de-DE", "en")), ("c.xliff", ("de", "en")), ("wmt.xml", ("de", "en"))]
)
def test_languages_that_are_not_given_are_those_of_the_file(
    tmp_path: Path, name: str, languages: tuple[str, str]
) -> None:
    for unknown in (None, "", "und"):
        found = read_corpus(written(tmp_path / name, CASES[name][0]), src_lang=unknown, tgt_lang=unknown).segments
        assert {(segment.src_lang, segment.tgt_lang) for segment in found} == {languages}


def test_the_source_language_of_tmx_is_that_of_the_header_and_the_target_is_chosen(tmp_path: Path) -> None:
    path = written(tmp_path / "c.tmx", TMX)
    french = read_corpus(path, tgt_lang="fr").segments
    assert [(one.src_lang, one.tgt_lang, one.reference) for one in french] == [
        ("de", "fr", "Un chien."), ("de", "fr", "Non."), ("de", "fr", None),
    ]  # fmt: skip
    assert [one.source for one in read_corpus(path, src_lang="en_GB", tgt_lang="fr").segments] == [
        "A dog & two.", "Yes.", "Yes.",
    ]  # fmt: skip
    assert "several target languages (en-GB, fr); choose one with --tgt-lang" in refusal(
        tmp_path / "c.tmx", tgt_lang=None
    )
    assert "no target language es but en-GB, fr; choose one with --tgt-lang" in refusal(
        tmp_path / "c.tmx", tgt_lang="es"
    )
    everything = written(tmp_path / "all.tmx", TMX.replace('srclang="de"', 'srclang="*all*"'))
    assert "several source languages (de-DE, en-GB, fr)" in refusal(Path(everything), src_lang=None)


def test_the_very_tag_wins_over_its_language(tmp_path: Path) -> None:
    text = TMX.replace('"fr"', '"en-US"')
    path = written(tmp_path / "c.tmx", text)
    [first, *_] = read_corpus(path, src_lang="de", tgt_lang="en-us").segments
    assert first.references == ("Un chien.",)
    [first, *_] = read_corpus(path, src_lang="de", tgt_lang="en").segments
    assert first.references == ("A dog & two.", "Un chien.")


def test_ids_that_repeat_are_replaced_by_numbers(tmp_path: Path) -> None:
    """TMX does not ask for distinct ids."""
    path = written(tmp_path / "c.tmx", TMX.replace('tuid="d"', 'tuid="a"'))
    assert [one.id for one in read_corpus(path, src_lang="de", tgt_lang="en").segments] == ["1", "2", "3"]


def test_files_of_an_xliff_in_other_languages_are_left_out(tmp_path: Path) -> None:
    unit = '<trans-unit id="1"><source>x</source></trans-unit>'
    files = [
        f'<file original="{language}" source-language="de" target-language="{language}"><body>{unit}</body></file>'
        for language in ("en", "fr")
    ]
    path = tmp_path / "c.xlf"
    written(path, f'<xliff version="1.2">{"".join(files)}</xliff>')
    assert [one.document for one in read_corpus(str(path), tgt_lang="fr").segments] == ["fr"]
    assert "several target languages (en, fr)" in refusal(path, tgt_lang=None)


def test_an_xliff_without_a_target_language_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "c.xliff"
    written(path, XLIFF_2.replace(' trgLang="en"', ""))
    assert "no tgt_lang is known; give --tgt-lang" in refusal(path, tgt_lang=None)
    assert tuple(read_corpus(str(path), tgt_lang="en").segments) == XLIFF_2_SEGMENTS


# --- several references -----------------------------------------------------------------------------------------------


def test_jsonl_may_have_one_reference_or_a_list(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"source": "a", "reference": "1"},
        {"source": "b", "references": ["1", "2", "3"]},
        {"source": "c", "reference": "1", "references": ["1", "2"]},
        {"source": "d", "references": []},
        {"source": "e", "references": None, "reference": None},
        {"source": "f", "references": ["", "2"]},
        {"source": "g", "references": [""]},
    ]
    path = written(tmp_path / "c.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    found = read_corpus(path, src_lang="de", tgt_lang="en").segments
    assert [one.references for one in found] == [("1",), ("1", "2", "3"), ("1", "2"), (), (), ("2",), ("",)]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('"a"', "“references” is a string; make it a list of strings"),
        ("7", "“references” is a number; make it a list of strings"),
        ("[1]", "“references”, number 1, is a number; make it a string"),
        ('["a", null]', "“references”, number 2, is null; make it a string"),
    ],
)
def test_a_list_of_references_is_one_of_strings(tmp_path: Path, value: str, message: str) -> None:
    written(tmp_path / "c.jsonl", f'{{"source": "a", "references": {value}}}\n')
    assert refusal(tmp_path / "c.jsonl").endswith(f"c.jsonl: line 1: {message}")


def test_files_of_references_go_together(tmp_path: Path) -> None:
    """An empty line is a reference that is not there, unless there is no other."""
    source = written(tmp_path / "s.tsv", "a\town\nb\town\nc\town\n")
    files = [written(tmp_path / name, text) for name, text in (("r1", "1\n\n\n"), ("r2", "2\n2\n\n"))]
    jsonl = written(tmp_path / "r.jsonl", '{"references": ["3", "4"]}\n{"reference": null}\n{}\n')
    found = read_corpus(source, src_lang="de", tgt_lang="en", references=[*files, jsonl])
    assert [one.references for one in found.segments] == [("1", "2", "3", "4"), ("2",), ("",)]
    assert list(found.hashes) == ["s.tsv", "r1", "r2", "r.jsonl"]


def test_references_of_equal_names_keep_their_hashes_apart(tmp_path: Path) -> None:
    paths = []
    for folder in "abc":
        (tmp_path / folder).mkdir()
        paths.append(written(tmp_path / folder / "x", f"{folder}\n"))
    found = read_corpus(paths[0], src_lang="de", tgt_lang="en", references=paths[1:])
    assert list(found.hashes) == ["x", "x (reference)", "x (reference 2)"]
    assert len(set(found.hashes.values())) == 3


def test_translators_keep_their_order_from_document_to_document(tmp_path: Path) -> None:
    def document(id: str, *translators: str) -> str:
        sides = "".join(f'<ref translator="{who}" lang="en"><seg id="1">{who}</seg></ref>' for who in translators)
        return f'<doc id="{id}"><src lang="de"><seg id="1">x</seg></src>{sides}</doc>'

    text = document("1", "A", "B") + document("2", "B", "A") + document("3", "B")
    found = read_corpus(written(tmp_path / "c.xml", f"<dataset>{text}</dataset>")).segments
    assert [one.references for one in found] == [("A", "B"), ("A", "B"), ("B",)]


# --- hypotheses of systems --------------------------------------------------------------------------------------------


def test_the_hypotheses_of_a_system_are_taken_from_the_source_file_or_another(tmp_path: Path) -> None:
    path = written(tmp_path / "wmt.xml", WMT)
    within = read_corpus(path, system="two").segments
    assert [one.hypothesis for one in within] == ["Gut.", "Nein.", None]
    assert [one.references for one in within] == [one.references for one in WMT_SEGMENTS]
    source = written(tmp_path / "s.txt", "Das ist gut.\nNein.\nJa.\n")
    beside = read_corpus(source, src_lang="de", tgt_lang="en", hypotheses=path, references=[path], system="one")
    assert [one.hypothesis for one in beside.segments] == ["Good.", "Nope.", ""]
    assert [one.references for one in beside.segments] == [one.references for one in WMT_SEGMENTS]
    assert all(one.hypothesis is None for one in read_corpus(path).segments)


def test_a_single_system_needs_no_name_and_several_do(tmp_path: Path) -> None:
    path = tmp_path / "wmt.xml"
    written(path, WMT)
    assert "several systems (one, two); choose one with --system" in refusal(path, hypotheses=str(path))
    assert "has no system three; there are one, two" in refusal(path, system="three")
    written(path, WMT[: WMT.index('  <hyp language="en"')] + WMT[WMT.index("</doc>") :])
    [first, *_] = read_corpus(str(path), hypotheses=str(path)).segments
    assert first.hypothesis == "Good."


def test_only_wmt_xml_names_systems(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    other = written(tmp_path / "h.txt", "b\n")
    written(path, "a\n")
    assert "--system one: " in refusal(path, system="one")
    assert "h.txt is text, which names no systems" in refusal(path, system="one", hypotheses=other)


# --- how a form is told -----------------------------------------------------------------------------------------------


class Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("form", [None, "wmt"])
def test_xml_comes_from_standard_input_too(monkeypatch: pytest.MonkeyPatch, form: str | None) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(WMT.encode()))
    assert tuple(read_corpus("-", form=form).segments) == WMT_SEGMENTS


def test_hypotheses_come_from_standard_input_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(b"A\nB\n"))
    found = read_corpus(written(tmp_path / "s", "a\nb\n"), src_lang="de", tgt_lang="en", hypotheses="-")
    assert [one.hypothesis for one in found.segments] == ["A", "B"]


def test_a_form_that_is_told_is_taken_at_its_word(tmp_path: Path) -> None:
    path = tmp_path / "c.xml"
    written(path, WMT)
    assert len(read_corpus(str(path), src_lang="de", tgt_lang="en", form="text").segments) == WMT.count("\n") + 1
    assert "its outermost element is <dataset>, not <tmx>; check the form" in refusal(path, form="tmx")
    assert f"--form excel: there are {', '.join(FORMS)}" in refusal(path, form="excel")
    written(path, "<html/>")
    assert "is XML with <html>, but can only be <tmx> (tmx), <xliff> (xliff), <dataset> (wmt)" in refusal(path)


def test_what_never_ends_is_noticed() -> None:
    assert f"holds over {MOST_BYTES // 2**30} GiB unpacked" in refusal(Path("/dev/zero"))
