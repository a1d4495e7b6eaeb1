"""What the script of the page reads: an index of the most changed segments, their texts and flags, and their maps.

    data/comparison.js          nmtAudit.comparison(index)
    data/changes-0001.js        nmtAudit.changes(number, [segment, …])        TEXTS segments each
    data/both-maps-0001.js      nmtAudit.bothMaps(number, [{a, b}, …])        MAPS segments each

Chunks are numbered from 1. Maps have the form that `data_schema` describes for those of a run; null where a run has
none. Offsets are code points of the texts as they stand there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from nmt_audit.comparing import Comparison, FlagChange, SegmentChange, StoredFlag
from nmt_audit.report.chunks import flag_content
from nmt_audit.report.compare.differing import differing
from nmt_audit.report.compare.gathering import Shown
from nmt_audit.report.index import page_wording
from nmt_audit.report.wording import CATEGORY, category, language_tag, visible

TEXTS = 100
MAPS = 10
# A segment may be of several of these; the script filters by them.
KINDS = ("better", "worse", "new", "fixed", "changed")


def index(comparison: Comparison, shown: Sequence[SegmentChange]) -> dict[str, Any]:
    """What the page needs to know of all its segments. `kinds`: of each, a bit for each place in KINDS."""
    codes = {*CATEGORY, *(change.category for item in shown for change in item.flags)}
    named = [category(code) for code in (*CATEGORY, *sorted(codes - CATEGORY.keys()))]
    return {
        "schema": 1, "texts": TEXTS, "maps": MAPS, "kindNames": list(KINDS), "kinds": [_bits(item) for item in shown],
        "ids": [visible(item.pair.b.id) for item in shown], "changed": len(comparison.segments),
        "categories": [asdict(item) for item in named], "wording": page_wording(),
        "models": [_model(manifest) for manifest in (comparison.manifest_a, comparison.manifest_b)],
    }  # fmt: skip


def _model(manifest: Any) -> str | None:
    return (manifest.get("model") or {}).get("name")


def kinds(item: SegmentChange) -> frozenset[str]:
    """Which of KINDS a segment is of."""
    return frozenset({item.direction, *(change.kind for change in item.flags)}) & frozenset(KINDS)


def _bits(item: SegmentChange) -> int:
    found = kinds(item)
    return sum(1 << place for place, name in enumerate(KINDS) if name in found)


def segment(item: SegmentChange, a: Shown, b: Shown) -> dict[str, Any]:
    """Texts and flags of a segment in both runs, and what differs."""
    ranges = differing(a.segment.hypothesis, b.segment.hypothesis, b.segment.tgt_lang)
    references = item.pair.references
    return {
        "number": item.pair.b.index, "id": visible(item.pair.b.id), "gain": item.gain, "chrf": item.chrf,
        "srcLang": language_tag(b.segment.src_lang), "tgtLang": language_tag(b.segment.tgt_lang),
        "reference": visible(references[0]) if references else None,
        "a": _side(a, ranges[0]), "b": _side(b, ranges[1]),
        "changes": [_change(change, a, b) for change in item.flags],
    }  # fmt: skip


def _side(shown: Shown, ranges: Sequence[tuple[int, int]]) -> dict[str, Any]:
    row = shown.segment
    return {
        "id": visible(row.id), "source": visible(row.source), "hypothesis": visible(row.hypothesis),
        "status": row.status, "chrf": row.chrf, "unlike": [list(span) for span in ranges],
        "flags": [flag_content(0, flag) for flag in shown.flags],
    }  # fmt: skip


def _change(change: FlagChange, a: Shown, b: Shown) -> dict[str, Any]:
    """The kind of a change, and the places of the flag among those of each side; null where a side has it not."""
    return {
        "kind": change.kind,
        "a": _place(a, change.a),
        "b": _place(b, change.b),
    }


def _place(shown: Shown, flag: StoredFlag | None) -> int | None:
    return None if flag is None else [one.id for one in shown.flags].index(flag.id)


def both_maps(a: Shown, b: Shown) -> dict[str, Any]:
    """What both models computed for a segment."""
    return {"a": a.maps, "b": b.maps}
