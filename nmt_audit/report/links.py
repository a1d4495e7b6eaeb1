"""Where a segment and a flag are found: addresses that survive a rebuild, relative to the top of the site."""

from __future__ import annotations

from urllib.parse import quote


def flag_link(flag_id: str) -> str:
    """The address of a flag, by its content-keyed name."""
    return f"segments.html#flag={quote(flag_id, safe='')}"


def segment_link(segment_id: str) -> str:
    """The address of a segment, by its identifier, which may hold anything."""
    return f"segments.html#segment={quote(segment_id.encode('utf-8', 'surrogatepass'), safe='')}"
