"""The command `nmt-audit compare`. A thin layer over its job."""

from __future__ import annotations


def compare() -> None:
    """Two runs on the same segments."""
    raise NotImplementedError
