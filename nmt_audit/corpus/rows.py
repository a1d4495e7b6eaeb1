"""What a reader is asked for, and what it yields: one row per segment, with no more than the file itself says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

# What a file is read for. A file of two languages does not say who translated; its role does.
Role = Literal["corpus", "hypotheses", "references"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What holds where the file does not say, or says several things: languages, and whose hypotheses."""

    src_lang: str | None
    tgt_lang: str | None
    role: Role = "corpus"
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One segment as its file has it; None where the file does not say. `line` is where it begins."""

    line: int
    id: str | None = None
    source: str | None = None
    hypothesis: str | None = None
    references: tuple[str, ...] = ()
    src_lang: str | None = None
    tgt_lang: str | None = None
    document: str | None = None


def with_translations(row: Row, role: Role, translations: tuple[str, ...]) -> Row:
    """The row with what a file of two languages has on its other side: hypotheses where these are asked for."""
    if role == "hypotheses":
        return replace(row, hypothesis=translations[0] if translations else None)
    return replace(row, references=translations)


def with_distinct_ids(rows: Sequence[Row]) -> list[Row]:
    """The rows with the file's ids where each has its own, otherwise without any: the segments are then numbered.

    TMX says that ids need not differ, and those of XLIFF and WMT XML differ within a file or a document only.
    """
    counts = Counter(row.id for row in rows)
    distinct = None not in counts and len(counts) == len(rows)
    return list(rows) if distinct else [replace(row, id=None) for row in rows]


def quoted(id: str) -> str:
    """An id as messages show it: on one line, whatever is in it."""
    text = json.dumps(id, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(id)
