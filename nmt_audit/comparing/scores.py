"""Corpus scores of both runs on the same segments, with sacrebleu's paired bootstrap (Koehn 2004).

The p-value is that of `sacrebleu.significance.PairedTest`, two-sided: how often the resampled differences are further
from their own mean than the real difference is from 0. sacrebleu gives no interval of the difference; here it is the
middle 95 % of the differences in the very resamples that its test draws (the same generator, the same seed).

What it does not cover: translations of one document hang together, and a resample of segments does not know it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nmt_audit.comparing.records import Matched, ScoreChange
from nmt_audit.progress import progress
from nmt_audit.scores import RESAMPLED_ROWS, metrics, sacrebleu_seed, streams

if TYPE_CHECKING:
    from nmt_audit.records import Array

FEWEST_SEGMENTS = 10  # of fewer, resamples are much too alike: sacrebleu would call almost any difference significant
FEWEST_RESAMPLES = 100
LESS_IS_BETTER = ("TER",)


def score_changes(matched: Matched, *, seed: int = 1, resamples: int = 1000) -> tuple[ScoreChange, ...]:
    """BLEU, chrF and TER of both runs, over the pairs that have the same references; () where none has.

    What could not be translated counts as empty. Of corpora over 10,000 segments fewer resamples are drawn, at least
    100; the signature says how many. `resamples` of 0: no test, no interval.
    """
    texts: list[tuple[str, str, tuple[str, ...]]] = [
        (pair.a.hypothesis, pair.b.hypothesis, references) for pair in matched.pairs if (references := pair.references)
    ]
    if not texts:
        return ()
    a, b = [one[0] for one in texts], [one[1] for one in texts]
    given = streams(one[2] for one in texts)
    drawn = max(FEWEST_RESAMPLES, min(resamples, RESAMPLED_ROWS // len(texts))) if resamples else 0
    language = matched.pairs[0].b.tgt_lang
    names, found = list(metrics(language)), []
    with sacrebleu_seed(seed), progress("scoring", len(names)) as advance:
        for name in names:
            advance(0, name)
            found.append(_change(name, a, b, given, drawn, seed, language))
            advance()
    return tuple(found)


def _change(
    name: str, a: Sequence[str], b: Sequence[str], references: Sequence[Sequence[str | None]], drawn: int, seed: int,
    language: str,
) -> ScoreChange:  # fmt: skip
    metric = _Extracted(metrics(language)[name], references)
    before, after = (float(metric.score(side)) for side in (a, b))
    low = high = p_value = None
    signature = str(metric.inner.get_signature())
    if a == b or before == after:
        # Here sacrebleu counts no resample as extreme and reports the smallest p there is.
        low, high, p_value = (0.0, 0.0, 1.0) if a == b else (None, None, 1.0)
    elif drawn and len(a) >= FEWEST_SEGMENTS:
        p_value, signature = _paired_test(metric, a, b, references, drawn)
        if p_value is not None:
            low, high = _interval(metric, a, b, drawn, seed)
    better = name not in LESS_IS_BETTER
    return ScoreChange(name, before, after, after - before, low, high, p_value, signature, len(a), better)


class _Extracted:
    """A metric that counts the n-grams of each side once, however often it is asked; in all else, the metric itself."""

    def __init__(self, inner: Any, references: Sequence[Sequence[str | None]]) -> None:
        self.inner = inner
        self.references = references
        self.counted: dict[int, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def _extract_corpus_statistics(self, hypotheses: Sequence[str], references: object) -> Any:
        if id(hypotheses) not in self.counted:
            self.counted[id(hypotheses)] = self.inner._extract_corpus_statistics(hypotheses, self.references)
        return self.counted[id(hypotheses)]

    def score(self, hypotheses: Sequence[str]) -> float:
        """The corpus score."""
        statistics = self._extract_corpus_statistics(hypotheses, self.references)
        return float(self.inner._aggregate_and_compute(statistics).score)


def _paired_test(
    metric: _Extracted, a: Sequence[str], b: Sequence[str], references: Sequence[Sequence[str | None]], drawn: int
) -> tuple[float | None, str]:
    """The p-value and the signature of the test; None where there is nothing to resample."""
    from sacrebleu.significance import PairedTest

    try:
        # What stands in for a metric, and None for a reference that is missing, work and are in no type of sacrebleu's.
        named: Any = {"score": metric}
        given: Any = references
        test: Any = PairedTest([("A", a), ("B", b)], named, given, test_type="bs", n_samples=drawn)
        signatures, results = test()
    except TypeError:  # where a resample has nothing but empty texts, sacrebleu 2.6 trips over its own float types
        return None, str(metric.inner.get_signature())
    [name] = signatures
    return float(results[name][1].p_value), str(signatures[name])


def _interval(metric: _Extracted, a: Sequence[str], b: Sequence[str], drawn: int, seed: int) -> tuple[float, float]:
    """The middle 95 % of the resampled differences, B − A."""
    import numpy as np

    random = np.random.default_rng(seed)
    sides: list[Array] = [np.array(metric._extract_corpus_statistics(side, None), np.float32) for side in (a, b)]
    differences = []
    for rows in random.choice(len(a), size=(drawn, len(a)), replace=True):
        before, after = (metric.inner._compute_score_from_stats(side[rows].sum(0)).score for side in sides)
        differences.append(float(after) - float(before))
    low, high = np.percentile(differences, (2.5, 97.5))
    return float(low), float(high)
