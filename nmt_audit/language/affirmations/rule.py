"""The shape of the rules that take a negation out of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

CLAUSE_END = re.compile(r"[.;!?]")
LEFT, RIGHT = "⟨", "⟩"  # stand around the negating word in the text that patterns see

Made: TypeAlias = Callable[["re.Match[str]"], str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a stretch with the marked negation becomes: a template for `Match.expand`, or a function of the match.

    None (also from the function) says that such a text cannot be affirmed by rule. Patterns ignore case, and `'` in
    them stands for any apostrophe.
    """

    pattern: re.Pattern[str]
    becomes: str | Made | None


@dataclass(frozen=True, slots=True)
class Affirmation:
    """A language's rules, of which the first that matches decides.

    `after` sees the text that follows the changed stretch, to adapt what only a negation allows ("any", "yet");
    `before` are words of the same clause in front of it that turn with it (誰も → 誰か), each with its opposite.
    """

    rules: Sequence[Rule]
    after: Callable[[str], str] | None = None
    before: Sequence[tuple[str, str]] = ()


def rule(text: str, becomes: str | Made | None) -> Rule:
    """A rule written as `Rule` says."""
    return Rule(re.compile(text.replace("'", "['’]"), re.IGNORECASE), becomes)


def each(table: dict[str, str], pattern: str = "⟨{}⟩") -> tuple[Rule, ...]:
    """One rule per entry: the marked word (as `pattern` shows it) becomes the other."""
    return tuple(rule(pattern.format(negated), plain) for negated, plain in table.items())


def turning(opposites: Mapping[str, str]) -> Callable[[str], str]:
    """An `after` that turns the words which agreed with the negation, up to the end of the clause (nadie → alguien)."""
    agreeing = re.compile(rf"\b({'|'.join(opposites)})\b", re.IGNORECASE)

    def turned(rest: str) -> str:
        end = CLAUSE_END.search(rest)
        place = end.start() if end else len(rest)
        return agreeing.sub(lambda match: opposites[match.group().lower()], rest[:place]) + rest[place:]

    return turned
