"""How Chinese and Japanese text is read aloud: pinyin above Han characters, hiragana above kanji.

Both are guesses from a dictionary, as a learner's book would print them: a character with several readings gets that
of the longest known word around it (长城 cháng, 很长 may come out as zhǎng). Readings depend on the text and on the
installed packages only: pypinyin comes with this package; fugashi and ipadic come with the extra `japanese`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from nmt_audit.language.words import primary

Reading = tuple[int, int, str]  # start, end, how text[start:end] is read

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HIRAGANA, _KATAKANA = "\u3041-\u309f", "\u30a1-\u30ff"
HAN_RUN = re.compile(f"[{_HAN}]+")
JAPANESE_RUN = re.compile(f"[{_HAN}{_HIRAGANA}{_KATAKANA}0-9０-９]+")  # numbers change how a counter is read
TO_HIRAGANA = {point: point - 0x60 for point in range(0x30A1, 0x30F7)}
WIDE_DIGITS = {ord("0") + digit: ord("０") + digit for digit in range(10)}  # the dictionary has no others
FIELD = 7  # of an entry of the dictionary: the word in katakana


def readings(text: str, language: str) -> list[Reading]:
    """(start, end, reading) of each piece of `text` that has one, in order; offsets are code points, end exclusive.

    Chinese: one per character, pinyin with tone marks. Japanese: one per run of kanji, in hiragana. Other scripts,
    other languages (Cantonese among them) and Japanese without the extra `japanese`: none.
    """
    of_language = READERS.get(primary(language))
    return list(of_language(text)) if of_language and not text.isascii() else []


def available(language: str) -> bool:
    """Whether `readings` can say anything about a language here: it knows it, and the packages are installed."""
    needed = PACKAGES.get(primary(language))
    return needed is not None and all(find_spec(name) is not None for name in needed)


def pinyin(text: str) -> Iterator[Reading]:
    """Each Han character with its reading; a character that no dictionary has is left out."""
    from pypinyin import Style
    from pypinyin import pinyin as look_up

    for run in HAN_RUN.finditer(text):
        found = look_up(run[0], style=Style.TONE, errors=_unread)
        for place, [reading] in enumerate(found, run.start()):
            if reading:
                yield place, place + 1, reading


def _unread(unknown: str) -> Any:
    """An empty reading for each character, so that the others keep their places."""
    return [""] * len(unknown)


def hiragana(text: str) -> Iterator[Reading]:
    """Each run of kanji with its reading; none where the packages for Japanese are not installed."""
    if not available("ja"):
        return
    for run in JAPANESE_RUN.finditer(text):
        at = run.start()
        for word in _tagger()(run[0].translate(WIDE_DIGITS)):
            if HAN_RUN.search(word.surface) and len(word.feature) > FIELD:
                read = word.feature[FIELD].translate(TO_HIRAGANA)
                yield from ((at + start, at + end, part) for start, end, part in above(word.surface, read))
            at += len(word.surface)


def above(word: str, reading: str) -> Iterator[Reading]:
    """The parts of a word's reading that stand above its kanji: 取り扱い, とりあつかい → 取 と, 扱 あつか.

    What is written in kana reads itself. A word that does not fit its reading gets it as a whole.
    """
    kanji = list(HAN_RUN.finditer(word))
    pattern, end = "", 0
    for run in kanji:
        pattern += re.escape(word[end : run.start()].translate(TO_HIRAGANA)) + "(.+?)"
        end = run.end()
    if HAN_RUN.search(reading):  # a mark of repetition, say, that "reads" itself
        return
    fits = re.fullmatch(pattern + re.escape(word[end:].translate(TO_HIRAGANA)), reading)
    if fits is None:
        yield 0, len(word), reading
        return
    yield from ((run.start(), run.end(), part) for run, part in zip(kanji, fits.groups(), strict=True))


@lru_cache(maxsize=1)
def _tagger() -> Any:
    import fugashi
    import ipadic

    return fugashi.GenericTagger(ipadic.MECAB_ARGS)


READERS: Mapping[str, Callable[[str], Iterator[Reading]]] = {
    **dict.fromkeys(("zh", "zho", "chi", "cmn"), pinyin),
    **dict.fromkeys(("ja", "jpn"), hiragana),
}
PACKAGES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("zh", "zho", "chi", "cmn"), ("pypinyin",)),
    **dict.fromkeys(("ja", "jpn"), ("fugashi", "ipadic")),
}
