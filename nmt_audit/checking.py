"""The job of `nmt-audit check`: a JSONL file of translations in, a JSONL file of flags out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError
from nmt_audit.jsonl import write_lines
from nmt_audit.loading import load
from nmt_audit.pipeline import check_segments
from nmt_audit.records import Audited


def check_file(
    source: Path, out: Path, *, model: str | None = None, threads: int | None = None, device: str = "auto"
) -> None:
    """Writes one line per input line, in the same order, all of them or none.

    Each line names its languages itself. Raises InputError for a line without a hypothesis or a language.
    """
    segments = read_corpus(str(source), src_lang="", tgt_lang="", form="jsonl").segments
    for number, segment in enumerate(segments, 1):
        missing = [
            key for key in ("hypothesis", "src_lang", "tgt_lang") if not getattr(segment, key) and key != "hypothesis"
        ] + (["hypothesis"] if segment.hypothesis is None else [])
        if missing:
            raise InputError(f"{source}, line {number}: no {', '.join(missing)}; every line needs one")
    pairs = {(segment.src_lang, segment.tgt_lang) for segment in segments}
    # A multilingual model goes one way at a time: that of the file, or the one it was saved with.
    src_lang, tgt_lang = pairs.pop() if len(pairs) == 1 else (None, None)
    loaded = load(model, threads, src_lang, tgt_lang, device)
    checked = check_segments(segments, loaded)
    write_lines(out, (line(item) for item in checked))


def line(item: Audited) -> dict[str, Any]:
    """What the command says of one segment."""
    return {
        "id": item.segment.id,
        "not_checked": list(item.not_checked),
        "flags": [
            {
                "category": flag.category, "side": flag.side, "start": flag.start, "end": flag.end,
                "score": flag.score, "rule": flag.rule, "threshold": flag.threshold, "value": flag.value,
                "message": flag.message,
            }
            for flag in item.flags
        ],
    }  # fmt: skip
