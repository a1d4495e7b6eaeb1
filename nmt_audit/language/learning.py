"""A lexicon learned from translated pairs, by word alignment (the hidden Markov model of Vogel et al. 1996).

    python -m nmt_audit.language.learning --pairs train.tsv --src-lang de --tgt-lang en --out de-en.tsv

The aligner is SIL Thot. Both directions are trained, and their best alignments joined by growing the intersection
diagonally (Och and Ney 2003); an entry's probability is the share of a word's occurrences that were aligned so.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nmt_audit.errors import InputError
from nmt_audit.language.lexicon import Lexicon
from nmt_audit.language.units import LONGEST_UNIT, units
from nmt_audit.language.words import Kind, Word, kind, words

LEAST_PAIRS = 2000  # with as many from Tatoeba, three of four translations of other sentences are told apart
ROUNDS = 5  # of expectation and maximisation
LONGEST = 80  # words; longer sentences are left out: aligning takes the square of their length
SEEN = 3  # times a word must occur, or its usual translations may not be there
LEAST_COUNT = 2  # times a pair must be aligned
LEAST_SHARE = 0.03  # of a word's occurrences

Sentence = Sequence[Word]
Links = Sequence[tuple[int, int]]


def learn(pairs: Iterable[tuple[str, str]], src_lang: str, tgt_lang: str) -> Lexicon:
    """The lexicon of these translated pairs; an empty one below LEAST_PAIRS different pairs, or without the aligner.

    Pairs are sorted and counted once, so that neither their order nor copies make a difference.
    """
    distinct = sorted({(source.strip(), target.strip()) for source, target in pairs})
    if len(distinct) < LEAST_PAIRS:
        return Lexicon(origin=f"none: {len(distinct)} pairs are fewer than the {LEAST_PAIRS} that learning needs")
    cut = [(_lexical(source, src_lang), _lexical(target, tgt_lang)) for source, target in distinct]
    kept = [(s, t) for s, t in cut if 0 < len(s) <= LONGEST and 0 < len(t) <= LONGEST]
    try:
        aligned = list(_alignments(kept))
    except ImportError:
        return Lexicon(origin="none: no aligner for this platform; pip install sil-thot")
    seen: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    together: Counter[tuple[str, str]] = Counter()
    for (source, target), links in zip(kept, aligned, strict=True):
        together.update(_entries(source, target, links))
        for side, sentence in enumerate((source, target)):
            seen[side].update(entry for entry, _, _ in units(sentence))
    return _pruned(together, *seen, origin=f"learned from {len(distinct)} pairs {src_lang}-{tgt_lang}")


def is_unspaced(text: str) -> bool:
    """Whether a text begins in a script whose characters are words."""
    return kind(text[0]) is Kind.WORD


def _lexical(text: str, language: str) -> Sentence:
    return [word for word in words(text, language) if word.is_lexical]


def _alignments(pairs: Sequence[tuple[Sentence, Sentence]]) -> Iterator[Links]:
    from thot.alignment import HmmAlignmentModel, SymmetrizationHeuristic, SymmetrizedAligner

    there, back = HmmAlignmentModel(), HmmAlignmentModel()
    sources = [[word.text.lower() for word in source] for source, _ in pairs]
    targets = [[word.text.lower() for word in target] for _, target in pairs]
    for model, froms, tos in ((there, sources, targets), (back, targets, sources)):
        for one, other in zip(froms, tos, strict=True):
            model.add_sentence_pair(one, other)
        model.start_training()
        for _ in range(ROUNDS):
            model.train()
        model.end_training()
    aligner = SymmetrizedAligner(there, back)
    aligner.heuristic = SymmetrizationHeuristic.GROW_DIAG
    for _, matrix in aligner.get_best_alignments(sources, targets):
        yield [(int(i), int(j)) for i, j in zip(*matrix.to_numpy().nonzero(), strict=True)]


def _entries(source: Sentence, target: Sentence, links: Links) -> Iterator[tuple[str, str]]:
    """The pairs of entries that an alignment says. Neighbouring characters aligned to one word make one entry."""
    if _has_unspaced(source) and not _has_unspaced(target):
        yield from ((unit, word) for word, unit in _units_of(target, source, [(j, i) for i, j in links]))
    elif _has_unspaced(target) and not _has_unspaced(source):
        yield from _units_of(source, target, links)
    else:
        yield from ((source[i].text.lower(), target[j].text.lower()) for i, j in links)


def _units_of(spaced: Sentence, unspaced: Sentence, links: Links) -> Iterator[tuple[str, str]]:
    partners: defaultdict[int, list[int]] = defaultdict(list)
    for i, j in links:
        partners[i].append(j)
    for i, found in partners.items():
        run: list[int] = []
        for j in [*sorted(found), -1]:
            if run and not (len(run) < LONGEST_UNIT and _is_one_entry(unspaced, run[-1], j)):
                yield spaced[i].text.lower(), "".join(unspaced[k].text for k in run).lower()
                run = []
            run.append(j)


def _is_one_entry(sentence: Sentence, last: int, following: int) -> bool:
    """Whether two characters stand side by side and neither is a word with blanks around it."""
    if following != last + 1 or sentence[following].start != sentence[last].end:
        return False
    return is_unspaced(sentence[last].text) and is_unspaced(sentence[following].text)


def _has_unspaced(sentence: Sentence) -> bool:
    return any(is_unspaced(word.text) for word in sentence)


def _pruned(together: Counter[tuple[str, str]], sources: Counter[str], targets: Counter[str], origin: str) -> Lexicon:
    """Shares of occurrences in hundredths, so that a lexicon that was saved and read is the same."""
    forward: defaultdict[str, dict[str, float]] = defaultdict(dict)
    backward: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (source, target), count in sorted(together.items()):
        there, back = count / sources[source], count / targets[target]
        if count < LEAST_COUNT or max(there, back) < LEAST_SHARE:
            continue
        if sources[source] >= SEEN and there >= LEAST_SHARE:
            forward[source][target] = min(round(there, 2), 1.0)
        if targets[target] >= SEEN and back >= LEAST_SHARE:
            backward[target][source] = min(round(back, 2), 1.0)
    return Lexicon(dict(forward), dict(backward), origin)


def _read(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        cells = line.split("\t")
        if len(cells) < 2:
            raise InputError(f"{path}:{number}: no tab between source and target")
        yield cells[0], cells[1]


def main() -> None:
    """Learns a lexicon from a file of lines "source TAB target" and writes it."""
    parser = argparse.ArgumentParser(prog="python -m nmt_audit.language.learning", description=main.__doc__)
    parser.add_argument("--pairs", type=Path, required=True, help="lines of source TAB target")
    parser.add_argument("--src-lang", required=True)
    parser.add_argument("--tgt-lang", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--note", default="", help="a comment for the head of the file: data, licence, attribution")
    given = parser.parse_args()
    learn(_read(given.pairs), given.src_lang, given.tgt_lang).save(given.out, given.note)


if __name__ == "__main__":
    main()
