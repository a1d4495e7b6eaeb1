"""Where a flag is found: an address that survives a rebuild, relative to the top of the site."""

from __future__ import annotations

from urllib.parse import quote


def flag_link(flag_id: str) -> str:
    """The address of a flag, by its content-keyed name."""
    return f"segments.html#flag={quote(flag_id, safe='')}"
