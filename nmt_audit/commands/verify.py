"""The command `nmt-audit verify`. A thin layer over its job."""

from __future__ import annotations


def verify() -> None:
    """Whether a run is as it was written."""
    raise NotImplementedError
