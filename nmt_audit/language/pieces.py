"""Subword tokens gathered into the words that a reader sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.language.words import words
from nmt_audit.records import Token

END_TEXT = "</s>"


@dataclass(frozen=True, slots=True)
class TokenGroup:
    """The tokens that make up one word: `tokens` are indices, in order. `</s>` has the text "</s>" and no width."""

    text: str
    start: int
    end: int
    tokens: tuple[int, ...]

    @property
    def is_end(self) -> bool:
        """Whether this is the end-of-sentence token."""
        return self.text == END_TEXT and self.start == self.end


def merge(tokens: Sequence[Token], text: str, language: str) -> tuple[TokenGroup, ...]:
    """Groups of consecutive tokens, one per word; every token is in exactly one group.

    A token of several words (a piece over Han characters) makes one group of them. A token without width joins the
    word after it; at the end of the text the word before it, except `</s>`, which stays alone.
    """
    place = [-1] * len(text)
    for number, word in enumerate(words(text, language)):
        place[word.start : word.end] = [number] * (word.end - word.start)
    groups: list[list[int]] = []
    reach = -1  # the last word that the open group touches
    waiting: list[int] = []
    for index, token in enumerate(tokens):
        touched = [number for number in place[token.start : token.end] if number >= 0]
        if index == len(tokens) - 1 and _is_end(token):
            _close(groups, waiting)
            return (
                *(_group(group, tokens, text) for group in groups),
                TokenGroup(END_TEXT, token.start, token.end, (index,)),
            )
        if not touched:
            waiting.append(index)
        elif groups and touched[0] <= reach:
            groups[-1] += [*waiting, index]
            waiting = []
        else:
            groups.append([*waiting, index])
            waiting = []
        reach = max(reach, *touched) if touched else reach
    _close(groups, waiting)
    return tuple(_group(group, tokens, text) for group in groups)


def _is_end(token: Token) -> bool:
    return token.start == token.end and token.piece.startswith("<") and token.piece.endswith(">")


def _close(groups: list[list[int]], waiting: list[int]) -> None:
    """Gives tokens that wait for a word that never came to the last group."""
    if waiting and groups:
        groups[-1] += waiting
    elif waiting:
        groups.append(list(waiting))
    waiting.clear()


def _group(indices: Sequence[int], tokens: Sequence[Token], text: str) -> TokenGroup:
    wide = [tokens[i] for i in indices if tokens[i].start < tokens[i].end] or [tokens[i] for i in indices]
    start, end = min(token.start for token in wide), max(token.end for token in wide)
    return TokenGroup(text[start:end], start, end, tuple(indices))
