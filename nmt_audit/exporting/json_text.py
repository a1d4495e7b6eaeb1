"""JSON that ends a line nowhere but at its end, and has no numbers that are none."""

from __future__ import annotations

import json
import math
from typing import Any

# Allowed within a JSON string, and yet the end of a line to `str.splitlines` and to JavaScript before 2019.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def one_line(value: object) -> str:
    """The value as JSON in one line, texts legible. NaN and the infinities, which JSON does not have, become null."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_LINE_ENDS)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
