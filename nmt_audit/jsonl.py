"""Writes JSONL files, whole or not at all."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nmt_audit.errors import OutputError


def write_lines(out: Path, lines: Iterable[dict[str, Any]]) -> None:
    """JSONL under a temporary name, then renamed. Raises OutputError where that fails."""
    temporary = out.parent / f".{out.name}.partial"
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            for content in lines:
                file.write(json.dumps(content, ensure_ascii=False) + "\n")
        os.replace(temporary, out)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        remedy = "free some space" if error.errno == errno.ENOSPC else "choose another --out"
        raise OutputError(f"{out}: cannot be written ({error.strerror}); {remedy}") from error
