"""BLEU, chrF and TER, of a corpus and of its segments, by sacrebleu; each with the signature that reproduces it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nmt_audit.records import Score

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric

Counted = NDArray[np.floating[Any]]

RESAMPLES = 1000
RESAMPLED_ROWS = 10_000_000  # segments of all resamples together: some seconds
WIDTHS = {"BLEU": 10, "chrF": 18, "TER": 2}  # numbers that sacrebleu counts in a segment
# 13a splits at spaces, which these languages do not write. Their better tokenisers need dictionaries; "char" does not.
TOKENISERS = {"zh": "zh", "ja": "char", "th": "char", "lo": "char", "km": "char", "my": "char"}


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one segment by name, and what corpus scores are made of: the counts that sacrebleu sums up, those
    of BLEU, chrF and TER one after the other. Both empty where it has no reference."""

    scores: Mapping[str, float]
    statistics: tuple[float, ...]


def segment_scores(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], *, tgt_lang: str = "en"
) -> list[Scored]:
    """ "bleu" (with effective order), "chrf" and "ter" of each segment."""
    named = {name.lower(): metric for name, metric in metrics(tgt_lang, effective_order=True).items()}
    found = [
        _scored(named, said, given) if given else Scored({}, ())
        for said, given in zip(hypotheses, references, strict=True)
    ]
    _forget()
    return found


def _scored(named: Mapping[str, Metric], said: str, references: Sequence[str]) -> Scored:
    """As `Metric.sentence_score` does it, which does not tell the counts."""
    scores, statistics = {}, []
    for name, metric in named.items():
        counts = metric._extract_corpus_statistics([said], [[text] for text in references])
        scores[name] = float(metric._aggregate_and_compute(counts).score)
        statistics += [float(count) for count in counts[0]]
    return Scored(scores, tuple(statistics))


def _forget() -> None:
    """sacrebleu keeps the words of 65,536 texts per tokeniser, which hardly come again: some 60 MB."""
    from sacrebleu.tokenizers.tokenizer_base import BaseTokenizer

    kinds = [BaseTokenizer]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if remembered := getattr(kind.__call__, "cache_clear", None):
            remembered()


class Statistics:
    """What sacrebleu counts in the segments of a corpus, gathered while they pass: 30 numbers each."""

    def __init__(self) -> None:
        self._rows: list[Counted] = []
        self._references: set[int] = set()

    def add(self, statistics: Sequence[Sequence[float]], references: Sequence[int]) -> None:
        """Segments pass by, with how many references each has; those without any do not count."""
        counted = [row for row in statistics if row]
        if counted:
            exact = np.array(counted)
            small = exact.astype(np.float32)  # half the memory: counts are whole
            self._rows.append(small if np.array_equal(small, exact) else exact)
        self._references.update(number for number in references if number)

    def corpus_scores(self, *, seed: int, tgt_lang: str = "en") -> tuple[Score, ...]:
        """BLEU, chrF and TER over the segments that have a reference, with 95 % bootstrap intervals; () without any.

        Where the numbers of references differ, the signature says `nrefs:var`. The interval is sacrebleu's: half the
        width of the middle 95 % of the resampled scores, around their mean.
        """
        if not self._rows:
            return ()
        scores, first = [], 0
        for name, metric in metrics(tgt_lang).items():
            width = WIDTHS[name]
            counts = np.concatenate([rows[:, first : first + width] for rows in self._rows])
            first += width
            metric.num_refs = next(iter(self._references)) if len(self._references) == 1 else -1
            scores.append(_corpus_score(name, metric, counts, seed))
        return tuple(scores)


def _corpus_score(name: str, metric: Metric, counts: Counted, seed: int) -> Score:
    """`counts` [N,width]. What `Metric.corpus_score` does, one resample at a time in memory."""
    found = metric._compute_score_from_stats(counts.sum(0, dtype=np.float64).tolist())
    low = high = None
    try:
        found.estimate_ci(list(_resampled(metric, counts.astype(np.float32), seed)))
        low, high = float(found._mean) - float(found._ci), float(found._mean) + float(found._ci)
    except TypeError:
        pass  # where a resample has nothing but empty texts, sacrebleu 2.6 trips over its own mixture of float types
    else:
        metric.n_bootstrap, metric.seed = _resamples(len(counts)), str(seed)
    return Score(name, float(found.score), low, high, str(metric.get_signature()))


def _resampled(metric: Metric, counts: Counted, seed: int) -> Iterator[Any]:
    """The very resamples that sacrebleu draws with this seed."""
    random = np.random.default_rng(seed)
    for _ in range(_resamples(len(counts))):
        chosen = random.choice(len(counts), size=len(counts), replace=True)
        yield metric._compute_score_from_stats(counts[chosen].sum(0))


def _resamples(segments: int) -> int:
    return max(100, min(RESAMPLES, RESAMPLED_ROWS // segments))


def streams(references: Iterable[Sequence[str]]) -> list[list[Any]]:
    """As sacrebleu takes them: all first references, all second ones, …; None where a segment has fewer.

    `Any`: sacrebleu's types do not have the None that it asks for.
    """
    return [list(stream) for stream in zip_longest(*references)]


def metrics(tgt_lang: str, *, effective_order: bool = False) -> Mapping[str, Metric]:
    """BLEU, chrF and TER by name, as they are set for a language.

    Effective order is for single segments: without it, BLEU is 0 for all that have fewer than four words.
    """
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    language = tgt_lang.replace("_", "-").split("-")[0].lower()
    unspaced = language in TOKENISERS
    return {
        "BLEU": BLEU(tokenize=TOKENISERS.get(language, "13a"), effective_order=effective_order),
        "chrF": CHRF(),
        "TER": TER(normalized=unspaced, asian_support=unspaced),
    }


@contextmanager
def sacrebleu_seed(seed: int) -> Iterator[None]:
    """sacrebleu takes the seed of its bootstrap from the environment and from nowhere else."""
    before = os.environ.get("SACREBLEU_SEED")
    os.environ["SACREBLEU_SEED"] = str(seed)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SACREBLEU_SEED"]
        else:
            os.environ["SACREBLEU_SEED"] = before
