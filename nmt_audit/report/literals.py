"""Data scripts: calls of the pages' script with literals that are safe whatever the corpus holds."""

from __future__ import annotations

import json
import re

# What may end a script or a string literal early, or is not allowed in a page, is written as an escape.
_UNSAFE = re.compile("[<>&\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_WIDE = re.compile("[\u0100-\U0010ffff]")
GROWTH = 0.1  # by which a script may grow so that a browser can keep it in one byte a letter


def script(name: str, *values: object) -> str:
    """A data script: `window.nmtAudit.<name>(…)`, of finite numbers, in which nothing can be taken for markup.

    Browsers keep the text of a script that they ran, in two bytes a letter if one of them is beyond Latin-1. Where such
    letters are few, as quotation marks are in German, they are written as escapes, too.
    """
    found = (json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for value in values)
    text = _UNSAFE.sub(_escape, ",".join(found))
    wide = len(text) - len(text.encode("latin-1", "ignore"))
    if wide and 5 * wide <= GROWTH * len(text):
        text = _WIDE.sub(_escape, text)
    return f"window.nmtAudit.{name}({text});\n"


def _escape(found: re.Match[str]) -> str:
    point = ord(found[0])
    if point < 0x10000:
        return f"\\u{point:04x}"
    high, low = divmod(point - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
