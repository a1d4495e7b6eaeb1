"""Records of the pipeline → rows of the tables, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from nmt_audit.records import Array, Audited, Explanation, Flag, Reading, Segment, Span, Token

Purpose = Literal["flag", "map", "control"]  # why something was explained
SCORES = ("bleu", "chrf", "ter")


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation, the segment and flag that it belongs to, and which of its named arrays are kept.

    `purpose`: "flag"; "map", a position that no flag points at of a segment that is shown in full; or "control", one
    of an unflagged segment that flagged positions are compared with. `flag_id` is None but for flags.
    """

    segment_id: str
    flag_id: str | None
    explanation: Explanation
    purpose: Purpose = "flag"
    details: Mapping[str, Array] = field(default_factory=dict)


def _tokens(side: str, tokens: Sequence[Token]) -> dict[str, Any]:
    return {
        f"{side}_pieces": [token.piece for token in tokens],
        f"{side}_ids": [token.id for token in tokens],
        f"{side}_starts": [token.start for token in tokens],
        f"{side}_ends": [token.end for token in tokens],
    }


def segment_row(item: Audited) -> dict[str, Any]:
    """The row of a segment."""
    segment, evidence = item.segment, item.evidence
    return {
        "id": segment.id, "source": segment.source, "hypothesis": segment.hypothesis, "reference": segment.reference,
        "src_lang": segment.src_lang, "tgt_lang": segment.tgt_lang, "status": item.status,
        "finished": evidence.finished if evidence else None,
        "logprob": float(evidence.logprobs.mean()) if evidence else None,
        **item.scores,
        "continuation": evidence.continuation if evidence else None,
        "not_checked": list(item.not_checked),
        **_tokens("source", evidence.source_tokens if evidence else ()),
        **_tokens("target", evidence.target_tokens if evidence else ()),
        "logprobs": evidence.logprobs.tolist() if evidence else [],
        "attention": evidence.attention.ravel().tolist() if evidence and evidence.attention is not None else [],
        "document": segment.document,
        "further_references": list(segment.further_references),
        "rivals": evidence.rivals.tolist() if evidence else [],
        "score_statistics": list(item.statistics),
    }  # fmt: skip


def flag_rows(item: Audited) -> Iterator[dict[str, Any]]:
    """The rows of the flags of a segment."""
    dismissed = item.dismissed or (False,) * len(item.flags)
    for name, flag, rejected in zip(item.flag_ids, item.flags, dismissed, strict=True):
        other = flag.counterpart
        yield {
            "id": name, "segment_id": item.segment.id, "category": flag.category, "side": flag.side,
            "start": flag.start, "end": flag.end, "score": flag.score, "rule": flag.rule,
            "threshold": flag.threshold, "value": flag.value, "positions": list(flag.positions),
            "message": flag.message, "counterpart_side": other.side if other else None,
            "counterpart_start": other.start if other else None, "counterpart_end": other.end if other else None,
            "dismissed": rejected,
        }  # fmt: skip


def explanation_row(item: Explained) -> dict[str, Any]:
    """The row of an explanation."""
    found = item.explanation
    return {
        "flag_id": item.flag_id, "segment_id": item.segment_id, "position": found.positions[-1],
        "state": found.state, "method": found.method, "rules": found.rules, "epsilon": found.epsilon,
        "against": found.against, "source_relevance": found.source_relevance.tolist(),
        "target_relevance": found.target_relevance.tolist(), **(found.ledger or {}),
        "offsets": json.dumps(dict(found.offsets), sort_keys=True), "purpose": item.purpose,
        "details": [
            {"name": name, "shape": list(values.shape), "values": values.ravel().tolist()}
            for name, values in item.details.items()
        ],
    }  # fmt: skip


# --- back again -------------------------------------------------------------------------------------------------------


def audited_of(segments: Sequence[Mapping[str, Any]], flags: Sequence[Mapping[str, Any]]) -> list[Audited]:
    """The records of a part of a run, from its rows: all that is stored of them, and so all that a run remembers."""
    of_segment: dict[str, list[Mapping[str, Any]]] = {}
    for row in flags:
        of_segment.setdefault(row["segment_id"], []).append(row)
    return [_audited(row, of_segment.get(row["id"], ())) for row in segments]


def _audited(row: Mapping[str, Any], flags: Sequence[Mapping[str, Any]]) -> Audited:
    segment = Segment(
        row["id"], row["source"], row["src_lang"], row["tgt_lang"], row["reference"], row["hypothesis"],
        row["document"], tuple(row["further_references"] or ()),
    )  # fmt: skip
    return Audited(
        segment, row["status"], None, _reading(row),
        {name: row[name] for name in SCORES if row[name] is not None},
        tuple(map(_flag, flags)), tuple(flag["id"] for flag in flags), tuple(row["not_checked"] or ()),
        tuple(bool(flag["dismissed"]) for flag in flags), tuple(row["score_statistics"] or ()),
    )  # fmt: skip


def _reading(row: Mapping[str, Any]) -> Reading | None:
    if not row["target_pieces"]:
        return None
    source, target = (_tokens_of(side, row) for side in ("source", "target"))
    attention = np.array(row["attention"]).reshape(len(target), len(source)) if row["attention"] else None
    return Reading(
        source, target, np.array(row["logprobs"]), np.array(row["rivals"], np.int64), attention, row["continuation"],
        row["finished"],
    )  # fmt: skip


def _tokens_of(side: str, row: Mapping[str, Any]) -> tuple[Token, ...]:
    columns = (row[f"{side}_{part}"] for part in ("pieces", "ids", "starts", "ends"))
    return tuple(Token(*values) for values in zip(*columns, strict=True))


def _flag(row: Mapping[str, Any]) -> Flag:
    other = None
    if row["counterpart_side"] is not None:
        other = Span(row["counterpart_side"], row["counterpart_start"], row["counterpart_end"])
    return Flag(
        row["category"], row["side"], row["start"], row["end"], row["score"], row["rule"], row["threshold"],
        row["value"], row["message"], tuple(row["positions"]), other,
    )  # fmt: skip
