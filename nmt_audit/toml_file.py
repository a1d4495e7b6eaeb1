"""Reads TOML files: of options, of a night, of a gate, of a recipe."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from nmt_audit.errors import InputError


def read_toml(path: Path, *, wanted: str, example: str) -> dict[str, Any]:
    """The tables of a file; a byte order mark before them is dropped.

    Raises InputError where it cannot be read, with what is `wanted`, as in "a TOML file of rules", or where it is not
    TOML in UTF-8, with where an `example` is to be seen.
    """
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give {wanted}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not TOML ({error}); {example}") from error
