"""The command `nmt-audit archive`. A thin layer over its job."""

from __future__ import annotations


def archive() -> None:
    """Index, trends and feed over all runs in a directory."""
    raise NotImplementedError
