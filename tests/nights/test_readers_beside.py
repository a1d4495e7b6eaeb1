"""Files of hypotheses and references: what they say goes to the right segments, or it is said that it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from nights.corpus_files import TMX, TMX_SEGMENTS, WMT, XLIFF_1, XLIFF_1_SEGMENTS, XLIFF_2, XLIFF_2_SEGMENTS
from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError
from nmt_audit.records import Segment

SOURCES = ("Das ist gut.", "Nein.", "Ja.")
SAID = ["Good.", "No.", "Yes."]


@pytest.fixture
def source(tmp_path: Path) -> str:
    (tmp_path / "source.txt").write_text("".join(f"{line}\n" for line in SOURCES), "utf-8")
    return str(tmp_path / "source.txt")


def hypotheses(source: str, path: Path, text: str) -> list[str | None]:
    path.write_text(text, "utf-8")
    found = read_corpus(source, src_lang="de", tgt_lang="en", hypotheses=str(path))
    return [segment.hypothesis for segment in found.segments]


def refused(source: str, path: Path, text: str, role: str = "hypotheses") -> str:
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as error:
        if role == "hypotheses":
            read_corpus(source, src_lang="de", tgt_lang="en", hypotheses=str(path))
        else:
            read_corpus(source, src_lang="de", tgt_lang="en", references=[str(path)])
    [line] = str(error.value).splitlines()
    return line.replace(f"{path.parent}/", "")


TMX_OF = '<tmx version="1.4"><header srclang="de"/><body>{}</body></tmx>'.format(
    "".join(
        f'<tu><tuv xml:lang="en"><seg>{said}</seg></tuv><tuv xml:lang="de"><seg>{text}</seg></tuv></tu>'
        for text, said in zip(SOURCES, SAID, strict=True)
    )
)
FORMS = {
    "h.txt": "Good.\nNo.\nYes.\n",
    "h.tsv": "Das ist  gut. \tGood.\nNein.\tNo.\nJa.\tYes.\n",
    "h.jsonl": '{"hypothesis": "Good."}\n{"hypothesis": "No.", "source": "Nein."}\n{"hypothesis": "Yes."}\n',
    "by-id.jsonl": '{"id": "3", "hypothesis": "Yes."}\n{"id": "1", "hypothesis": "Good."}\n'
    '{"id": "2", "hypothesis": "No."}\n',
    "h.tmx": TMX_OF,
}


@pytest.mark.parametrize("name", FORMS)
def test_any_form_may_hold_the_hypotheses(source: str, tmp_path: Path, name: str) -> None:
    assert hypotheses(source, tmp_path / name, FORMS[name]) == SAID


@pytest.mark.parametrize(
    ("name", "text", "segments", "said"),
    [
        ("c.tmx", TMX, TMX_SEGMENTS, ["A dog & two.", None, "Yes."]),
        ("c.xlf", XLIFF_1, XLIFF_1_SEGMENTS, ["That is good.", "One.", "", ""]),
        ("c.xliff", XLIFF_2, XLIFF_2_SEGMENTS, ["Good.", None, "Yes."]),
    ],
)
def test_a_target_is_a_reference_beside_a_source_and_else_a_hypothesis(
    tmp_path: Path, name: str, text: str, segments: tuple[Segment, ...], said: list[str | None]
) -> None:
    """An empty target of XLIFF is nobody's reference, but somebody's empty hypothesis."""
    (tmp_path / name).write_text(text, "utf-8")
    found = read_corpus(str(tmp_path / name), src_lang="de", tgt_lang="en", hypotheses=str(tmp_path / name)).segments
    assert [segment.hypothesis for segment in found] == said
    assert tuple(segment.references for segment in found) == tuple(one.references for one in segments)


def test_other_files_win_over_what_the_source_has_itself(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"source": "a", "references": ["x", "y"], "hypothesis": "z"}\n', "utf-8")
    (tmp_path / "r").write_text("r\n", "utf-8")
    path, other = str(tmp_path / "c.jsonl"), str(tmp_path / "r")
    [segment] = read_corpus(path, src_lang="de", tgt_lang="en", hypotheses=other, references=[other]).segments
    assert (segment.hypothesis, segment.references) == ("r", ("r",))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("h.txt", "Good.\n", "h.txt has 1 lines, source.txt has 3; give as many"),
        ("h.tmx", TMX, "h.tmx: line 4: its source is not that of segment 1 of source.txt; give translations of"),
        ("h.tsv", "Nein.\tNo.\nDas ist gut.\tGood.\nJa.\tYes.\n", "h.tsv: line 1: its source is not that of segment 1"),
        ("h.jsonl", '{"text": "a"}\n' * 3, "h.jsonl: has no hypothesis for any segment; give a file with some"),
        ("h.jsonl", '{"id": "1", "hypothesis": ""}\n{}\n{}\n', "h.jsonl: line 2: has no id, other lines have; give"),
        (
            "h.jsonl",
            '{"id": "x\\n", "hypothesis": ""}\n' * 3,
            'line 1: no segment of source.txt has the id "x\\n"; give',
        ),
        ("h.jsonl", '{"id": "2", "hypothesis": ""}\n' * 3, 'line 2: the id "2" is that of line 1 already; give each'),
        ("h.xlf", XLIFF_1, "h.xlf has 4 segments, source.txt has 3; give as many"),
        ("h.xml", WMT, "h.xml: has hypotheses of several systems (one, two); choose one with --system"),
    ],
)
def test_what_belongs_to_no_segment_is_refused(source: str, tmp_path: Path, name: str, text: str, message: str) -> None:
    assert message in refused(source, tmp_path / name, text)


def test_references_that_nobody_gave_are_refused(source: str, tmp_path: Path) -> None:
    said = '{"hypothesis": "a"}\n' * 3
    assert "has no reference for any segment" in refused(source, tmp_path / "r.jsonl", said, "references")
