"""Which words translate which, one way: learned from a corpus, or shipped for a language pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from nmt_audit.errors import InputError
from nmt_audit.language.cognates import ALIKE, likeness
from nmt_audit.language.seeds import seeded
from nmt_audit.language.words import primary

Table = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Translation probabilities p(target word | source word), and the same in the other direction. Lower case.

    A word is in a table when it was seen often enough for its usual translations to be there. What is missing to a sum
    of 1 went to translations too rare to be kept, or to nothing. In scripts without blanks an entry has up to
    LONGEST_UNIT characters. `origin` says in words where the tables are from.
    """

    forward: Table = field(default_factory=dict)
    backward: Table = field(default_factory=dict)
    origin: str = "none"

    def __hash__(self) -> int:  # of what is quick to look at; equal lexicons have it in common
        return hash((self.origin, len(self.forward), len(self.backward)))

    def __bool__(self) -> bool:
        return bool(self.forward or self.backward)

    def turned(self) -> Lexicon:
        """The same lexicon for the other direction."""
        return Lexicon(self.backward, self.forward, self.origin)

    def joined(self, other: Lexicon) -> Lexicon:
        """Both lexicons in one; where both know a word, each translation keeps the larger of its probabilities."""
        if not self or not other:
            return self or other
        origin = f"{self.origin}; {other.origin}"
        return Lexicon(_larger(self.forward, other.forward), _larger(self.backward, other.backward), origin)

    def save(self, path: Path, note: str = "") -> None:
        """Writes a line per source word, in code point order: the word, then each of its partners.

        A partner is "target forward backward", with both probabilities in hundredths.
        """
        partners: defaultdict[str, set[str]] = defaultdict(set)
        for source, row in self.forward.items():
            partners[source].update(row)
        for target, row in self.backward.items():
            for source in row:
                partners[source].add(target)
        lines = [f"# {line}" for line in (self.origin, *note.splitlines()) if line]
        for source, targets in sorted(partners.items()):
            cells = [f"{t} {self._hundredths(source, t)}" for t in sorted(targets)]
            lines.append("\t".join((source, *cells)))
        path.write_text("\n".join(lines) + "\n", "utf-8")

    def _hundredths(self, source: str, target: str) -> str:
        there = self.forward.get(source, {}).get(target, 0.0)
        back = self.backward.get(target, {}).get(source, 0.0)
        return f"{round(100 * there)} {round(100 * back)}"

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Reads what `save` wrote."""
        try:
            return parsed(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: not a lexicon ({error}); learn it again") from error


def parsed(text: str) -> Lexicon:
    """A lexicon from the lines that `Lexicon.save` writes; the first comment is its origin."""
    forward: defaultdict[str, dict[str, float]] = defaultdict(dict)
    backward: defaultdict[str, dict[str, float]] = defaultdict(dict)
    origin = "none"
    for line in text.splitlines():
        if line.startswith("# "):
            origin = line[2:] if origin == "none" else origin
            continue
        source, *partners = line.split("\t")
        for partner in partners:
            target, there, back = partner.split(" ")
            if there != "0":
                forward[source][target] = int(there) / 100
            if back != "0":
                backward[target][source] = int(back) / 100
    return Lexicon(dict(forward), dict(backward), origin)


@lru_cache(maxsize=64)
def shipped_lexicon(src_lang: str, tgt_lang: str) -> Lexicon:
    """The shipped lexicon of a language pair; an empty one where there is none.

    German, French, Chinese and Japanese against English were learned from Tatoeba (see `lexicons/README.md`): everyday
    words, few names and few terms. Other languages have the commonest words only, by hand.
    """
    folder = files("nmt_audit.language") / "lexicons"
    source, target = primary(src_lang), primary(tgt_lang)
    forward, backward = seeded(source, target)
    by_hand = Lexicon(forward, backward, "common words, by hand") if forward else Lexicon()
    for name, is_turned in ((f"{source}-{target}.tsv", False), (f"{target}-{source}.tsv", True)):
        if (folder / name).is_file():
            found = parsed((folder / name).read_text("utf-8"))
            return (found.turned() if is_turned else found).joined(by_hand)
    return by_hand


@lru_cache(maxsize=64)
def common_words(language: str) -> frozenset[str]:
    """Words of a language that are no names, in lower case: they are spelt otherwise in another. Few languages only."""
    others = {"en": ("de", "fr"), "de": ("en",), "fr": ("en",)}.get(primary(language), ())
    return frozenset(
        word
        for other in others
        for word, row in shipped_lexicon(primary(language), other).forward.items()
        if word not in row and likeness(word, max(row, key=row.__getitem__)) < ALIKE
    )


def _larger(first: Table, second: Table) -> Table:
    joined = {word: dict(row) for word, row in first.items()}
    for word, row in second.items():
        mine = joined.setdefault(word, {})
        for other, probability in row.items():
            mine[other] = max(probability, mine.get(other, 0.0))
    return joined
