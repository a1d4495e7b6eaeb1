"""The command `nmt-audit export`. A thin layer over its job."""

from __future__ import annotations


def export() -> None:
    """A run in another format."""
    raise NotImplementedError
