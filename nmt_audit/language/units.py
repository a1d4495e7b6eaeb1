"""What an entry of a lexicon is: a word, the beginning of words, or a few characters of a script without blanks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nmt_audit.language.words import Kind, Word, kind

STEM_MARK = "*"  # at the end of an entry that stands for all words that begin so
LONGEST_UNIT = 4  # characters of an unspaced script that make one entry


def units(found: Iterable[Word]) -> Iterator[tuple[str, int, int]]:
    """What may be an entry of a lexicon, in lower case: the lexical words of a text, as entry, first and last index.

    Words with blanks between them count one by one, neighbouring characters of an unspaced script also together.
    """
    run: list[tuple[str, int]] = []
    for index, word in enumerate(found):
        text = word.text.lower()
        if kind(word.text[0]) is not Kind.WORD:
            run.clear()
            yield text, index, index
            continue
        if run and run[-1][1] != word.start:
            run.clear()
        run = [*run[1 - LONGEST_UNIT :], (text, word.end)]
        for size in range(1, len(run) + 1):
            yield "".join(char for char, _ in run[-size:]), index - size + 1, index
