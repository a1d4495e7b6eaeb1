"""Text that XML can hold."""

from __future__ import annotations

import re

# XML 1.0, production 2 (Char), the other way round: no escape brings these into a document.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text with what XML has no place for replaced, one code point for one, so that offsets stay true.

    Control characters become their pictures (U+001B is shown as ␛), surrogates and U+FFFE, U+FFFF the replacement
    character U+FFFD. Tabs and line ends stay.
    """
    return _NOT_XML.sub(lambda found: _picture(ord(found[0])), text)


def _picture(point: int) -> str:
    return chr(0x2400 + point) if point < 0x20 else "\ufffd"
