"""BLEU, chrF and TER, of a corpus and of its segments, by sacrebleu; each with the signature that reproduces it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from nmt_audit.records import Score

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric

RESAMPLES = 1000
# sacrebleu gathers all resamples at once, 18 numbers per segment for chrF: this many rows need 0.7 GB.
RESAMPLED_ROWS = 10_000_000
# 13a splits at spaces, which these languages do not write. Their better tokenisers need dictionaries; "char" does not.
TOKENISERS = {"zh": "zh", "ja": "char", "th": "char", "lo": "char", "km": "char", "my": "char"}


def corpus_scores(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], *, seed: int, tgt_lang: str = "en"
) -> tuple[Score, ...]:
    """BLEU, chrF and TER over the segments that have a reference, with 95 % bootstrap intervals; () where none has.

    `references`: those of each segment, as many as it has; where these numbers differ, the signature says `nrefs:var`.
    The interval is sacrebleu's: half the width of the middle 95 % of the resampled scores, around their mean.
    """
    pairs = [(text, given) for text, given in zip(hypotheses, references, strict=True) if given]
    if not pairs:
        return ()
    said, given = [text for text, _ in pairs], streams([given for _, given in pairs])
    resamples = max(100, min(RESAMPLES, RESAMPLED_ROWS // len(pairs)))
    scores = []
    for name, metric in metrics(tgt_lang).items():
        try:
            with sacrebleu_seed(seed):
                found = metric.corpus_score(said, given, n_bootstrap=resamples)
        except TypeError:
            # Where a resample has nothing but empty texts, sacrebleu 2.6 trips over its own mixture of float types.
            metric = metrics(tgt_lang)[name]  # a new one: the signature of the other claims the resamples
            found = metric.corpus_score(said, given)
            scores.append(Score(name, float(found.score), None, None, str(metric.get_signature())))
            continue
        mean, half = float(found._mean), float(found._ci)
        scores.append(Score(name, float(found.score), mean - half, mean + half, str(metric.get_signature())))
    return tuple(scores)


def segment_scores(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], *, tgt_lang: str = "en"
) -> list[dict[str, float]]:
    """ "bleu" (with effective order), "chrf" and "ter" of each segment; {} where it has no reference."""
    named = {name.lower(): metric for name, metric in metrics(tgt_lang, effective_order=True).items()}
    return [
        {name: metric.sentence_score(said, list(given)).score for name, metric in named.items()} if given else {}
        for said, given in zip(hypotheses, references, strict=True)
    ]


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
