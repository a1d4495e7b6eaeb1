"""What a run consists of: the names of its files, and the columns of its tables as Arrow schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
TABLES = ("segments", "flags", "explanations")


def schema(table: str) -> pa.Schema:
    """The Arrow schema of a table: "segments", "flags" or "explanations"."""
    import pyarrow as pa

    text, number, whole = pa.string(), pa.float64(), pa.int32()
    numbers, wholes, texts = pa.list_(number), pa.list_(whole), pa.list_(text)
    detail = pa.struct([("name", text), ("shape", wholes), ("values", pa.list_(pa.float32()))])
    token_lists = [
        (f"{side}_{part}", kind)
        for side in ("source", "target")
        for part, kind in (("pieces", texts), ("ids", wholes), ("starts", wholes), ("ends", wholes))
    ]
    columns: dict[str, list[tuple[str, pa.DataType]]] = {
        "segments": [
            ("id", text), ("source", text), ("hypothesis", text), ("reference", text),
            ("src_lang", text), ("tgt_lang", text), ("status", text), ("finished", pa.bool_()),
            ("logprob", number), ("bleu", number), ("chrf", number), ("ter", number), ("continuation", text),
            ("not_checked", texts), *token_lists, ("logprobs", numbers), ("attention", numbers),
            ("document", text), ("further_references", texts), ("rivals", wholes),
            ("score_statistics", numbers),
        ],
        "flags": [
            ("id", text), ("segment_id", text), ("category", text), ("side", text), ("start", whole), ("end", whole),
            ("score", number), ("rule", text), ("threshold", number), ("value", number), ("positions", wholes),
            ("message", text), ("counterpart_side", text), ("counterpart_start", whole), ("counterpart_end", whole),
            ("dismissed", pa.bool_()),
        ],
        "explanations": [
            ("flag_id", text), ("segment_id", text), ("position", whole), ("state", text), ("method", text),
            ("rules", text), ("epsilon", number), ("against", text),
            ("source_relevance", numbers), ("target_relevance", numbers),
            *((name, number) for name in ("value", "source", "target", "initial", "bias", "offset", "stabiliser")),
            ("offsets", text), ("purpose", text), ("details", pa.list_(detail)),
        ],
    }  # fmt: skip
    return pa.schema([pa.field(name, kind) for name, kind in columns[table]])


def part_name(number: int) -> str:
    """The file name of a part of a table."""
    return f"part-{number:05d}.parquet"
