"""The command `nmt-audit nightly`. A thin layer over its job."""

from __future__ import annotations


def nightly() -> None:
    """Models × test sets from one file."""
    raise NotImplementedError
