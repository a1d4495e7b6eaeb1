"""Small lexicons by hand: the commonest content words, for languages without a corpus to learn from.

`lexicons/concepts.*.tsv` have a line per concept and a column per language; cells name words, with commas between. A
cell word stands for all words that begin with it ("govern": governs, government), so that inflections are found; one
with a full stop after it, and a very short one, for itself alone.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from importlib.resources import files

from nmt_audit.language.units import LONGEST_UNIT, STEM_MARK
from nmt_audit.language.words import Kind, kind, words

TABLES = ("concepts.europe.tsv", "concepts.world.tsv")
SAME = {"hr": "sr", "bs": "sr", "sh": "sr", "cnr": "sr"}  # written in Latin letters
SEEDED = 0.6  # probability that all words of a concept have together
LEAST = 0.1  # of each: one of many is no worse a translation
SHORTEST = 4  # letters of a beginning; three where vowels are not written or are signs of their own
SHORTEST_IN_SYLLABLES = 3

SERBIAN = {
    "lj": "љ", "nj": "њ", "dž": "џ", "a": "а", "b": "б", "c": "ц", "č": "ч", "ć": "ћ", "d": "д", "đ": "ђ", "e": "е",
    "f": "ф", "g": "г", "h": "х", "i": "и", "j": "ј", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п",
    "r": "р", "s": "с", "š": "ш", "t": "т", "u": "у", "v": "в", "z": "з", "ž": "ж",
}  # fmt: skip


Rows = dict[str, dict[str, float]]


def seeded(src_lang: str, tgt_lang: str) -> tuple[Rows, Rows]:
    """The probabilities, both ways, of the concepts that two primary languages have words for; may be empty."""
    source, target = SAME.get(src_lang, src_lang), SAME.get(tgt_lang, tgt_lang)
    forward: defaultdict[str, dict[str, float]] = defaultdict(dict)
    backward: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for concept in _concepts():
        ours, theirs = concept.get(source, ()), concept.get(target, ())
        for one in ours if source != target else ():
            for other in theirs:
                forward[one][other] = max(SEEDED / len(theirs), LEAST)
                backward[other][one] = max(SEEDED / len(ours), LEAST)
    return dict(forward), dict(backward)


@lru_cache(maxsize=1)
def _concepts() -> tuple[dict[str, tuple[str, ...]], ...]:
    found = []
    for name in TABLES:
        text = (files("nmt_audit.language") / "lexicons" / name).read_text("utf-8")
        head, *lines = text.splitlines()
        languages = head.split("\t")
        for line in lines:
            cells = dict(zip(languages, line.split("\t"), strict=True))
            cells["en"] += "".join(f",{word}s" for word in cells["en"].split(",") if len(word) == SHORTEST - 1)
            if "sr" in cells:
                cells["sr"] += f",{_in_cyrillic(cells['sr'])}"
            found.append({language: tuple(map(_entry, cell.split(","))) for language, cell in cells.items() if cell})
    return tuple(found)


def _entry(cell: str) -> str:
    """An entry of a lexicon: marked where it is the beginning of words, cut to what is looked up at once."""
    word = cell.removesuffix(".")
    if kind(word[0]) is Kind.WORD:
        cut = words(word, "")
        return word[: cut[min(len(cut), LONGEST_UNIT) - 1].end]
    shortest = SHORTEST if word[0] < "\u0590" else SHORTEST_IN_SYLLABLES
    return word if cell.endswith(".") or len(word) < shortest else word + STEM_MARK


def _in_cyrillic(text: str) -> str:
    for latin, cyrillic in SERBIAN.items():
        text = text.replace(latin, cyrillic)
    return text
