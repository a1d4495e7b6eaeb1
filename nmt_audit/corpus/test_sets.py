"""The test sets that sacrebleu knows by name, with their documents and all of their references."""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from nmt_audit.corpus.beside import Source
from nmt_audit.corpus.files import STANDARD_INPUT, lines, open_file
from nmt_audit.corpus.markup import shown
from nmt_audit.corpus.reading import Corpus, completed, with_references
from nmt_audit.corpus.spool import Spool
from nmt_audit.errors import InputError
from nmt_audit.records import Segment

if TYPE_CHECKING:
    from sacrebleu.dataset.base import Dataset

# What sacrebleu has beside sources, references (ref, ref:A, …) and the hypotheses of systems.
OTHER_FIELDS = ("src", "docid", "origlang", "domain", "genre")


def read_test_set(
    name: str,
    langpair: str,
    *,
    hypotheses: str | None = None,
    references: Sequence[str] = (),
    system: str | None = None,
) -> Corpus:
    """A test set as sacrebleu scores it, as in ("wmt22", "de-en"): its segments, order and references.

    sacrebleu downloads it into its own folder ($SACREBLEU, else ~/.sacrebleu) the first time. White space at the ends
    of a segment is dropped, as there. Segments are numbered; documents are those of the set, where it has some.
    `hypotheses`, `references` and `system` as for `read_corpus`; without `hypotheses`, `system` is one of those that
    took part, where the set comes with their translations (wmt22, wmt21/systems, …).
    Raises InputError for a set, a pair or a system that is not there, and where it cannot be downloaded.
    """
    if [hypotheses, *references].count(STANDARD_INPUT) > 1:
        raise InputError("standard input can be only one of hypotheses and reference; give files for the rest")
    from sacrebleu.utils import get_files, get_reference_files

    dataset = _known(name, langpair)
    with _downloads(dataset, langpair):
        fields = dict(zip(dataset.fieldnames(langpair), get_files(name, langpair), strict=True))
        translated = get_reference_files(name, langpair)
    own = _own_system(dataset, langpair, fields, system) if hypotheses is None else None
    wanted = [fields["src"], *translated, *(fields[field] for field in ("docid", own) if field in fields)]
    files = {path: open_file(path) for path in dict.fromkeys(wanted)}
    columns = {path: Spool(line.strip() for line in lines(file)) for path, file in files.items()}
    _refuse_ragged(columns)
    segments = _segments(langpair, columns, fields, translated, own)
    return completed(Source(f"{name} {langpair}", "lines", segments), [*files.values()], hypotheses, references, system)


def _known(name: str, langpair: str) -> Dataset:
    from sacrebleu.dataset import DATASETS

    if name not in DATASETS:
        close = ", ".join(difflib.get_close_matches(name, DATASETS, n=5)) or "wmt24, wmt23, wmt22, …"
        raise InputError(f"--testset {shown(name)}: sacrebleu has no such test set, but {close}; see sacrebleu --list")
    dataset = DATASETS[name]
    if langpair not in dataset.langpairs:
        raise InputError(
            f"--langpair {shown(langpair)}: {name} has {', '.join(sorted(dataset.langpairs))}; choose one of them"
        )
    return dataset


@contextmanager
def _downloads(dataset: Dataset, langpair: str) -> Iterator[None]:
    """sacrebleu exits, or raises what it likes, where it cannot download; this says what to do about it."""
    from sacrebleu.utils import SACREBLEU_DIR

    logger = logging.getLogger("sacrebleu")
    disabled, logger.disabled = logger.disabled, True
    try:
        yield
    except (Exception, SystemExit) as error:
        folder = os.path.join(SACREBLEU_DIR, dataset.name)
        reason = "its files are damaged" if isinstance(error, SystemExit) else " ".join(str(error).split())
        raise InputError(
            f"--testset {dataset.name}: cannot be had ({shown(reason)}); where there is a network, run “sacrebleu -t "
            f"{dataset.name} -l {langpair} --echo src”, and copy ~/.sacrebleu/{dataset.name} to {folder}"
        ) from error
    finally:
        logger.disabled = disabled


def _own_system(dataset: Dataset, langpair: str, fields: Mapping[str, str], system: str | None) -> str | None:
    """The field of a system that took part. Raises InputError where it did not."""
    systems = [field for field in fields if field not in OTHER_FIELDS and field.split(":")[0] != "ref"]
    if system is None or system in systems:
        return system
    there = f"there are {', '.join(systems)}" if systems else "the set comes without translations; give --hypotheses"
    raise InputError(f"--system {shown(system)}: not in {dataset.name} {langpair}; {there}")


def _refuse_ragged(columns: Mapping[str, Sequence[str]]) -> None:
    """Files of a set that was cut off while it was unpacked."""
    (first, texts), *others = columns.items()
    for path, column in others:
        if len(column) != len(texts):
            raise InputError(
                f"{path} has {len(column)} lines, {first} has {len(texts)}; delete {Path(path).parent} to have it made "
                "again"
            )


def _segments(
    langpair: str,
    columns: Mapping[str, Spool[str]],
    fields: Mapping[str, str],
    translated: Sequence[str],
    own: str | None,
) -> Spool[Segment]:
    src_lang, tgt_lang = langpair.split("-")
    sources = columns[fields["src"]]
    documents, said = (columns.get(fields.get(name, ""), repeat(None)) for name in ("docid", own or ""))
    references = zip(*(columns[path] for path in translated), strict=True) if translated else repeat(())
    rows = zip(count(1), sources, said, documents, references, strict=False)
    return Spool(
        with_references(
            Segment(str(number), source, src_lang, tgt_lang, hypothesis=hypothesis, document=document or None), given
        )
        for number, source, hypothesis, document, given in rows
    )
