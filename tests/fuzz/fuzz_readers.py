"""Feeds a reader whatever atheris comes up with. It must end in a corpus or in an InputError of one line.

    PYTHONPATH=tests python -m fuzz.fuzz_readers tmx -max_total_time=600 FOLDER

The first argument is a form, `gzip` or `beside` (a file next to the source); what follows are libFuzzer's own. An empty
FOLDER is given right files to start from.
"""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["nmt_audit.corpus", "nmt_audit.errors", "nmt_audit.records", "json", "gzip"]):
    from nmt_audit.corpus import FORMS, Corpus, read_corpus
    from nmt_audit.errors import InputError

LANGUAGES = {"src_lang": "de", "tgt_lang": "en"}


def reader(name: str, folder: Path) -> Callable[[bytes], Corpus]:
    """What is done with each input. The first byte says in which role, and with which languages, the rest is read."""
    file, source = folder / "input", folder / "source.txt"
    source.write_text("Das ist gut.\nIch weiß es nicht.\n", "utf-8")

    def in_a_form(data: bytes) -> Corpus:
        how, data = data[:1], data[1:]
        file.write_bytes(data)
        languages = {} if how == b"?" else LANGUAGES
        system = "A" if name == "wmt" and how == b"A" else None
        return read_corpus(str(file), form=name, system=system, **languages)

    def beside(data: bytes) -> Corpus:
        forms = {b"j": "jsonl", b"t": "tmx", b"x": "xml", b"v": "tsv"}
        other = folder / f"other.{forms.get(data[:1], 'xlf')}"
        other.write_bytes(data[1:])
        read_corpus(str(source), hypotheses=str(other), **LANGUAGES)
        return read_corpus(str(source), references=[str(other)], **LANGUAGES)

    def packed(data: bytes) -> Corpus:
        zipped = folder / "input.gz"
        zipped.write_bytes(data)
        return read_corpus(str(zipped), **LANGUAGES)

    return {"gzip": packed, "beside": beside, **dict.fromkeys(FORMS, in_a_form)}[name]


def judged(read: Callable[[bytes], Corpus]) -> Callable[[bytes], None]:
    """Any other ending than a corpus of whole segments or one line is a crash to libFuzzer."""

    def one(data: bytes) -> None:
        try:
            corpus = read(data)
        except InputError as error:
            assert len(str(error).splitlines()) == 1, error
            assert "; " in str(error), error
            return
        assert corpus.segments
        assert len({segment.id for segment in corpus.segments}) == len(corpus.segments)
        for segment in corpus.segments:
            "".join((segment.source, segment.hypothesis or "", *segment.references)).encode("utf-8")

    return one


def begin(folder: Path) -> None:
    """Files in every form, to start from, each for any of the roles."""
    from nights.corpus_files import TMX, WMT, XLIFF_1, XLIFF_2

    jsonl = '{"id": "1", "source": "Das ist gut.", "hypothesis": "x", "references": ["y", ""], "doc": "d"}\n'
    for number, text in enumerate((TMX, WMT, XLIFF_1, XLIFF_2, jsonl, "Das ist gut.\tThat is good.\r\n")):
        for how in "?Ajtxv-":
            (folder / f"{number}{how.replace('?', '_')}").write_text(f"{how}{text}", "utf-8")
        (folder / f"{number}.gz").write_bytes(gzip.compress(text.encode()))


def main() -> None:
    """Runs until libFuzzer has enough."""
    name = sys.argv.pop(1)
    start = Path(sys.argv[-1])
    if start.is_dir() and not any(start.iterdir()):
        begin(start)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        atheris.Setup(sys.argv, judged(reader(name, Path(folder))))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
