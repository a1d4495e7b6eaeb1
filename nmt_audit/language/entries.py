"""One direction of a lexicon, ready to be looked up: with related forms, and the parts of compounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nmt_audit.language.lexicon import Table
from nmt_audit.language.units import STEM_MARK

RELATED = 0.75  # what the support of a related form counts; of two, one on each side, it is still support
MOST_RELATED = 8
WEAKEST = 0.05  # a partner less probable than this supports nothing: nearly any two words were aligned once
BY_STEM = 0.6  # a beginning stands for many words, and not all mean the same
STEM = 4  # letters that related forms must share
ENDING = 3  # letters in which they may differ at the end
COMPOUND = 7  # letters of the shortest compound
HEAD = 3  # letters that the first part of one must have, known or not
LINKS = ("", "s", "n", "en", "es", "e", "er", "-")  # what may stand between the parts of one


class Entries:
    """The words of one side of a lexicon. `partners`: entry → entry of the other side → strength, 0 … 1.

    The strength is the larger of the probabilities of the two directions: "umbrella" is one of many translations that
    "Schirm" has, but most umbrellas are a "Schirm".
    """

    def __init__(self, table: Table, opposite: Table) -> None:
        partners: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for word, row in table.items():
            partners[word].update(row)
        for other, row in opposite.items():
            for word, probability in row.items():
                partners[word][other] = max(probability, partners[word].get(other, 0.0))
        self.partners = {
            word: {other: strength for other, strength in row.items() if strength >= WEAKEST}
            for word, row in partners.items()
        }
        self._explained = {word: min(sum(row.values()), 1.0) for word, row in table.items()}
        self._explained |= {word: BY_STEM for word in self._explained if word.endswith(STEM_MARK)}
        self._stems: defaultdict[str, list[str]] = defaultdict(list)
        self._longest = max((len(word) for word in self.partners if word.endswith(STEM_MARK)), default=0)
        for word in self.partners:
            if len(word) >= STEM and not word.endswith(STEM_MARK):
                self._stems[word[:STEM]].append(word)
        self._forms: dict[str, tuple[tuple[str, float], ...]] = {}

    def explained(self, word: str) -> float:
        """The share of a word's occurrences whose translation the table has; 0 for words that it does not know."""
        if word in self._explained:
            return self._explained[word]
        forms = [form for form, _ in self.forms(word)]
        if forms and forms[0].endswith(STEM_MARK):
            return self._explained.get(forms[0], 0.0)
        return RELATED * max((self._explained.get(form, 0.0) for form in forms), default=0.0)

    def forms(self, word: str) -> tuple[tuple[str, float], ...]:
        """The entries that may stand for a word: itself, related forms, parts of a compound; each with its weight."""
        if word not in self._forms:
            self._forms[word] = tuple(self._find(word))
        return self._forms[word]

    def _find(self, word: str) -> Iterator[tuple[str, float]]:
        if word in self.partners:
            yield word, 1.0
        for size in range(min(len(word) + 1, self._longest) - 1, 1, -1):
            if word[:size] + STEM_MARK in self.partners:
                yield word[:size] + STEM_MARK, 1.0
        related = [other for other in self._stems.get(word[:STEM], ()) if other != word and _are_related(word, other)]
        for other in sorted(related, key=lambda other: (-_shared(word, other), other))[:MOST_RELATED]:
            yield other, RELATED
        if word not in self.partners and len(word) >= COMPOUND:
            for part in self._parts(word):
                yield part, RELATED

    def _parts(self, word: str) -> Iterator[str]:
        """The two known words that a compound is made of; of a longer one its last part at least."""
        for cut in range(HEAD, len(word) - STEM + 1):
            last = word[cut:]
            if last not in self.partners:
                continue
            first = word[:cut]
            heads = (first[: len(first) - len(link)] for link in LINKS if first.endswith(link))
            yield from (head for head in heads if len(head) >= STEM and head in self.partners)
            yield last
            return


def _shared(word: str, other: str) -> int:
    count = 0
    for one, two in zip(word, other, strict=False):
        if one != two:
            break
        count += 1
    return count


def _are_related(word: str, other: str) -> bool:
    return _shared(word, other) >= max(STEM, max(len(word), len(other)) - ENDING)
