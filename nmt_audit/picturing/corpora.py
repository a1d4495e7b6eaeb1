"""Sources of a figure: texts of the command line, or a file."""

from __future__ import annotations

from pathlib import Path

from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError, RequestError
from nmt_audit.picturing.asked import FigureRequest

SUFFIXES = (".txt", ".tsv", ".jsonl", ".gz")


def is_file(source: str) -> bool:
    """Whether --source names a file rather than being the text itself; one that is named like a file must be there."""
    if "\n" in source or len(source) > 1_000:
        return False
    named = source.lower().endswith(SUFFIXES) and " " not in source
    return named or Path(source).is_file()


def source_texts(asked: FigureRequest, limit: int) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """At most `limit` sources, and what the caption says of them. Raises InputError where there are none."""
    if len(asked.source) == 1 and is_file(asked.source[0]):
        corpus = read_corpus(asked.source[0], src_lang=asked.src_lang or "und", tgt_lang=asked.tgt_lang or "und")
        texts = [segment.source for segment in corpus.segments if segment.source.strip()][:limit]
        facts = tuple(("corpus", f"{name} {digest[:8]}") for name, digest in corpus.hashes.items())
    else:
        texts, facts = list(asked.source)[:limit], (("sources", " / ".join(asked.source)),)
    if not texts:
        raise InputError(f"{asked.source[0]}: has no text; give a file with sources")
    return texts, facts


def sources(asked: FigureRequest) -> tuple[str, ...]:
    """The texts of the command line; those of a file where one is named."""
    found: list[str] = []
    for source in asked.source:
        if is_file(source):
            found += [segment.source for segment in read_corpus(source, src_lang="und", tgt_lang="und").segments]
        else:
            found.append(source)
    return tuple(found)


def one_source(asked: FigureRequest) -> str:
    """The only source. Raises RequestError where there are more."""
    found = sources(asked)
    if len(found) != 1:
        raise RequestError(f"the figure {asked.kind} is about one sentence; {len(found)} are given")
    return found[0]
