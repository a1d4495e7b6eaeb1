"""JSONL: one object a line, with a "source" and whatever else is known of the segment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from nmt_audit.corpus.files import File, lines
from nmt_audit.corpus.rows import Asked, Row
from nmt_audit.errors import InputError


def read_jsonl(file: File, asked: Asked) -> Iterator[Row]:
    """Keys: source, id, hypothesis, reference (a string), references (a list), src_lang, tgt_lang, document or doc.

    Other keys are left out. With both "reference" and "references", the former goes first, and once. Files of
    hypotheses or references need no "source". Raises InputError for a line that is not such an object.
    """
    for number, line in enumerate(lines(file), 1):
        place = f"{file.label}: line {number}"
        row = _object(place, line)
        if "source" not in row and asked.role == "corpus":
            raise InputError(f"{place}: the object has no “source”; add it")
        if "source" in row and row["source"] is None:
            raise InputError(f"{place}: “source” is null; make it a string")
        document = _text(place, row, "document")
        yield Row(
            number,
            id=_text(place, row, "id"),
            source=_text(place, row, "source"),
            hypothesis=_text(place, row, "hypothesis"),
            references=_references(place, row),
            src_lang=_text(place, row, "src_lang"),
            tgt_lang=_text(place, row, "tgt_lang"),
            document=_text(place, row, "doc") if document is None else document,
        )


def _object(place: str, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{place}: not JSON ({error.msg}, column {error.colno}); mend the line") from error
    except (ValueError, RecursionError) as error:  # an integer of 5,000 digits, a hundred thousand brackets
        raise InputError(f"{place}: not usable JSON ({error}); mend the line") from error
    if not isinstance(row, dict):
        raise InputError(f"{place}: not a JSON object; write {{…}} with a “source”")
    return row


def _text(place: str, row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    return None if value is None else _whole(place, f"“{key}”", value)


def _references(place: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    first, others = _text(place, row, "reference"), row.get("references")
    if others is None:
        others = []
    if not isinstance(others, list):
        raise InputError(f"{place}: “references” is {_kind(others)}; make it a list of strings")
    texts = tuple(_whole(place, f"“references”, number {number},", text) for number, text in enumerate(others, 1))
    return texts if first is None else (first, *(text for text in texts if text != first))


def _whole(place: str, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InputError(f"{place}: {name} is {_kind(value)}; make it a string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        escape = f"\\u{ord(value[error.start]):04x}"
        raise InputError(
            f"{place}: {name} holds half a character ({escape}), which no file can hold; remove it"
        ) from error
    return value


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    names: tuple[tuple[type, str], ...] = ((list, "a list"), (dict, "an object"), (str, "a string"))
    return next((name for kind, name in names if isinstance(value, kind)), "a number")
