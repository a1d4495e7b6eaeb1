"""A text without one of its negations: the sentence that says the opposite, made by rule.

Used to plant errors (a reference that lost its negation) and to ask a model whether it finds a translation likelier
once the source negates no longer. Both need fluent text, so a negation that no rule fits stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nmt_audit.language.affirmations import cs, de, en, es, fr, it, ja, nl, pl, pt, ru, tr, zh
from nmt_audit.language.affirmations.rule import LEFT, RIGHT, Affirmation
from nmt_audit.language.negation import Negation
from nmt_audit.language.words import primary

AFFIRMATIONS: Mapping[str, Affirmation] = {
    "cs": cs.AFFIRMATION,
    "de": de.AFFIRMATION,
    "en": en.AFFIRMATION,
    "es": es.AFFIRMATION,
    "fr": fr.AFFIRMATION,
    "it": it.AFFIRMATION,
    "ja": ja.AFFIRMATION,
    "nl": nl.AFFIRMATION,
    "pl": pl.AFFIRMATION,
    "pt": pt.AFFIRMATION,
    "ru": ru.AFFIRMATION,
    "tr": tr.AFFIRMATION,
    "zh": zh.AFFIRMATION,
}

AFFIRMABLE: frozenset[str] = frozenset(AFFIRMATIONS)

SENTENCE_ENDS = ".!?…:"
OPENING = "\"'“”„‚‘«»‹›([¿¡-–— \t\n"
CLOSE = tuple(".,;:!?…)]”»")


def affirmed(text: str, language: str, found: Negation) -> str | None:
    """The text with that one negation taken out grammatically; None where no rule can do it.

    "He doesn't go." becomes "He goes.", "Je n'ai rien vu." "J'ai vu quelque chose." What goes with a negation goes too
    (ne … pas, any, yet), and a sentence keeps its capital. The opposite is meant, not the finest style: case endings
    are left alone, and genders guessed only where a word's ending shows them.
    """
    known = AFFIRMATIONS.get(primary(language))
    if known is None or LEFT in text or RIGHT in text:
        return None
    start, end = found.word.start, found.word.end
    marked = f"{text[:start]}{LEFT}{text[start:end]}{RIGHT}{text[end:]}"
    for one in known.rules:
        match = one.pattern.search(marked)
        if match is None or match.start() > start or match.end() < end:
            continue
        made = one.becomes(match) if callable(one.becomes) else one.becomes and match.expand(one.becomes)
        if made is None:
            return None
        rest = marked[match.end() :]
        if known.after is not None:
            rest = known.after(rest)
        changed = _joined(_turned(marked[: match.start()], known.before), made, rest, match.group())
        if "’" in text and "'" not in text:
            changed = changed.replace("'", "’")
        return changed if changed != text and LEFT not in changed and changed.strip() else None
    return None


def _turned(before: str, opposites: Sequence[tuple[str, str]]) -> str:
    """What stands before, with the words of the last clause that agreed with the negation turned."""
    start = max(before.rfind(char) for char in "。、！？.,!?") + 1
    clause = before[start:]
    for negated, plain in opposites:
        clause = clause.replace(negated, plain)
    return before[:start] + clause


def _joined(before: str, made: str, rest: str, replaced: str) -> str:
    """The three parts with one blank at most at each seam, and a capital where the sentence had one."""
    tail = _seam(made, rest) if made.strip() else rest.lstrip() if not before or before[-1].isspace() else rest
    first = next((char for char in replaced if char.isalpha()), "")
    if first.isupper() and _begins(before):
        tail = _capital(tail.lstrip() if not before else tail)
    return _seam(before, tail)


def _seam(before: str, after: str) -> str:
    """Joined without a second blank, and without a blank before punctuation."""
    if before and not before[-1].isspace():
        return before + after
    after = after.lstrip(" ")
    return (before.rstrip(" ") if after[:1] in CLOSE else before) + after


def _begins(before: str) -> bool:
    bare = before.rstrip(OPENING)
    return not bare or bare[-1] in SENTENCE_ENDS


def _capital(text: str) -> str:
    for place, char in enumerate(text):
        if char.isalpha():
            return text[:place] + char.upper() + text[place + 1 :]
    return text
