"""sacrebleu's test sets, from a folder that is laid out as sacrebleu's own: nothing is downloaded here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nights.corpus_files import WMT

# sacrebleu finds its folder, and the network, by the environment it is imported in.
READ = """
import dataclasses, json, sys
from nmt_audit.corpus import read_test_set
from nmt_audit.errors import InputError
try:
    corpus = read_test_set(*sys.argv[1:3], **json.loads(sys.argv[3]))
except InputError as error:
    print(json.dumps({"refused": str(error)}))
else:
    print(json.dumps({"segments": [dataclasses.asdict(one) for one in corpus.segments], "hashes": dict(corpus.hashes)}))
"""


def read(folder: Path, name: str, pair: str, **more: Any) -> dict[str, Any]:
    nowhere = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", READ, name, pair, json.dumps(more)], capture_output=True, text=True, check=True,
        env={**os.environ, "SACREBLEU": str(folder), **nowhere},
    )  # fmt: skip
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def lay(folder: Path, name: str, pair: str, **fields: str) -> None:
    """Texts as sacrebleu keeps them."""
    (folder / name).mkdir(parents=True)
    for field, text in fields.items():
        (folder / name / f"{name.replace('/', '_')}.{pair}.{field.replace('_', '-')}").write_text(text, "utf-8")


META = {"docid": "d1\nd1\nd2\n", "genre": "news\n" * 3, "origlang": "de\n" * 3}


def test_a_set_has_its_documents_and_all_its_references(tmp_path: Path) -> None:
    sources, first, second = "Das ist gut. \nNein.\nJa.\n", "That is good.\nNo.\nYes.\n", "It's good.\nNo!\n\n"
    lay(tmp_path, "wmt17/tworefs", "en-fi", src=sources, ref_0=first, ref_1=second, **META)
    (tmp_path / "h.txt").write_text("a\nb\nc\n", "utf-8")
    found = read(tmp_path, "wmt17/tworefs", "en-fi", hypotheses=str(tmp_path / "h.txt"))
    assert found["segments"] == [
        {"id": str(number), "source": source, "src_lang": "en", "tgt_lang": "fi", "reference": reference,
         "hypothesis": said, "document": document, "further_references": further}
        for number, (source, reference, said, document, further) in enumerate([
            ("Das ist gut.", "That is good.", "a", "d1", ["It's good."]), ("Nein.", "No.", "b", "d1", ["No!"]),
            ("Ja.", "Yes.", "c", "d2", []),
        ], 1)
    ]  # fmt: skip
    assert [*found["hashes"]] == [f"wmt17_tworefs.en-fi.{field}" for field in ("src", "ref-0", "ref-1", "docid")] + [
        "h.txt"
    ]


def test_a_set_of_wmt_xml_has_the_systems_that_took_part(tmp_path: Path) -> None:
    raw = tmp_path / "wmt22" / "raw"
    (raw / "wmt22-news-systems-1.1" / "xml").mkdir(parents=True)
    (raw / "wmt22.v1.1.tar.gz").write_bytes(b"unpacked already")
    text = WMT.replace("<hyp language", "<hyp lang")
    (raw / "wmt22-news-systems-1.1" / "xml" / "wmttest2022.de-en.all.xml").write_text(text, "utf-8")
    found = read(tmp_path, "wmt22", "de-en", system="two")["segments"]
    assert [(one["source"], one["reference"], one["hypothesis"], one["document"]) for one in found] == [
        ("Das ist gut.", "That is good.", "Gut.", "d1"), ("Nein.", "No.", "Nein.", "d1"),
    ]  # fmt: skip
    assert (
        "--system three: not in wmt22 de-en; there are one, two"
        in read(tmp_path, "wmt22", "de-en", system="three")["refused"]
    )


@pytest.mark.parametrize(
    ("name", "pair", "more", "message"),
    [
        ("wmt91", "de-en", {}, "--testset wmt91: sacrebleu has no such test set, but wmt21, wmt19, "),
        ("wmt22", "de-xx", {}, "--langpair de-xx: wmt22 has cs-en, cs-uk, de-en,"),
        ("wmt19", "de-en", {"system": "one"}, "the set comes without translations; give --hypotheses"),
        ("wmt19", "de-en", {"hypotheses": "-", "references": ["-"]}, "standard input can be only one of"),
        ("wmt16", "de-en", {}, "wmt16.de-en.ref has 2 lines, "),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(tmp_path: Path, name: str, pair: str, more: dict[str, Any], message: str) -> None:
    lay(tmp_path, "wmt19", "de-en", src="a\nb\nc\n", ref="A\nB\nC\n", **META)
    lay(tmp_path, "wmt16", "de-en", src="a\nb\nc\n", ref="A\nB\n", **META)
    line = read(tmp_path, name, pair, **more)["refused"]
    assert len(line.splitlines()) == 1
    assert message in line


def test_without_a_network_it_is_said_how_to_do_without(tmp_path: Path) -> None:
    line = read(tmp_path, "wmt18", "de-en")["refused"]
    assert line.startswith("--testset wmt18: cannot be had (")
    assert line.endswith(
        f"; where there is a network, run “sacrebleu -t wmt18 -l de-en --echo src”, and copy ~/.sacrebleu/wmt18 to "
        f"{tmp_path}/wmt18"
    )
