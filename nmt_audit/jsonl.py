"""Writes JSONL files, whole or not at all."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nmt_audit.durable import durable_file
from nmt_audit.errors import OutputError


def write_lines(out: Path, lines: Iterable[dict[str, Any]]) -> None:
    """JSONL, an object a line. Raises OutputError where that fails."""
    try:
        with durable_file(out) as file:
            for content in lines:
                file.write(f"{json.dumps(content, ensure_ascii=False)}\n".encode())
    except OSError as error:
        remedy = "free some space" if error.errno == errno.ENOSPC else "choose another --out"
        raise OutputError(f"{out}: cannot be written ({error.strerror}); {remedy}") from error
