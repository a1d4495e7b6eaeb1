"""Taking a stretch out of a text so that what is left reads as if nothing had been there."""

from __future__ import annotations

BREAKS = frozenset(",;:–—()、，；：。.!?！？")


def without(text: str, start: int, end: int) -> str:
    """The text without a stretch, and without the comma and the blanks that would be left over before or after it."""
    before, after = text[:start].rstrip(), text[end:].lstrip()
    if before.endswith((",", "，", "、")) and (not after or after[0] in BREAKS):
        before = before[:-1]
    elif not before:
        after = after.lstrip(",;:，； ")
    glue = "" if not before or not after or after[0] in BREAKS else text[len(before) : start]
    return before + (glue or _blank_after(text, end, after, before)) + after


def _blank_after(text: str, end: int, after: str, before: str) -> str:
    """A blank where the text had one after the stretch; unspaced scripts have none to keep."""
    return " " if before and after and after[0] not in BREAKS and text[end : end + 1].isspace() else ""
