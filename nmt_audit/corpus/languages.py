"""Which of a file's languages is meant: `de` finds `de-DE`, and where nothing is asked for there must be one only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nmt_audit.errors import InputError

OPTIONS = {"source": "--src-lang", "target": "--tgt-lang"}
UNDETERMINED = (None, "", "und")  # nothing is asked for; "und" is BCP 47's word for it


@dataclass(frozen=True, slots=True)
class Language:
    """`tags`: what the file calls the language, several where regions differ; `name`: what segments say it is."""

    tags: frozenset[str]
    name: str | None

    def holds(self, tag: str | None) -> bool:
        """Whether something with this tag is in the language; without a tag nothing speaks against it."""
        return tag is None or tag in self.tags


def chosen(label: str, side: Literal["source", "target"], wanted: str | None, there: Iterable[str | None]) -> Language:
    """The wanted language among the tags of a file: the very tag, or else all with its primary subtag (BCP 47).

    Without a wish, the only one there is; where the file names none, the wish. Raises InputError where the wanted one
    is missing, or where nothing is wanted and there are several.
    """
    tags = list(dict.fromkeys(tag for tag in there if tag is not None))
    names, option = ", ".join(map(_shown, tags[:20])), OPTIONS[side]
    if wanted is None or wanted in UNDETERMINED:
        if len(tags) > 1:
            raise InputError(f"{label}: has several {side} languages ({names}); choose one with {option}")
        return Language(frozenset(tags), tags[0] if tags else wanted)
    exact = frozenset(tag for tag in tags if _canonical(tag) == _canonical(wanted))
    found = exact or frozenset(tag for tag in tags if _primary(tag) == _primary(wanted))
    if tags and not found:
        raise InputError(f"{label}: has no {side} language {_shown(wanted)} but {names}; choose one with {option}")
    return Language(found, wanted)


def _canonical(tag: str) -> str:
    return tag.strip().replace("_", "-").lower()


def _primary(tag: str) -> str:
    return _canonical(tag).split("-")[0]


def _shown(tag: str) -> str:
    """A tag of a hostile file must not break the one line of a message, nor fill a screen."""
    return tag if tag.isprintable() and 0 < len(tag) <= 40 else ascii(tag[:40])
