"""A run of seeded nonsense, written by the real store: what a report of a hundred thousand segments costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nmt_audit.records import CATEGORIES, Array, Audited, Evidence, Explanation, Flag, Segment, Token
from nmt_audit.store import Explained, FlagNames, Run, new_run, open_run

SHARD = 100  # segments written at once, as an audit does
FLAGGED = 0.05  # share of segments with flags
EXPLAINED = 2  # positions of a flag
STATES = ("context", "target", "output", "logit")  # and the contrast with another word
SHORTEST, LONGEST = 6, 22  # words
PATTERNS = 40  # of attention for each size: what is drawn does not matter, how much does
SYLLABLES = ("ka", "ren", "to", "mil", "sa", "dor", "ne", "pul", "is", "ga", "ver", "ol", "ti", "bran", "es", "lu")
NAMES = {
    "OMISSION": "omission.uncovered", "REPETITION": "repetition.adjacent", "UNRELATED": "unrelated.extra",
    "NEGATION": "negation.lost", "EARLY_EOS": "early_eos.margin",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Side:
    """A sentence of nonsense and its pieces, `</s>` among them."""

    text: str
    tokens: tuple[Token, ...]


def made_up_run(out: Path, segments: int, seed: int = 1) -> Run:
    """Writes a run of so many segments to a directory that is not there yet; one in twenty is flagged."""
    random = np.random.default_rng(seed)
    words = ["".join(random.choice(SYLLABLES, random.integers(1, 5))) for _ in range(8000)]
    names, flags = FlagNames(), 0
    with new_run(out) as writer:
        for number, start in enumerate(range(0, segments, SHARD)):
            audited, explained = [], []
            for place in range(start, min(start + SHARD, segments)):
                item, more = _segment(place, words, random, names)
                audited.append(item)
                explained += more
                flags += len(item.flags)
            writer.shard(number, audited, explained)
        writer.manifest(_manifest(segments, flags, seed))
    return open_run(out)


def _segment(
    place: int, words: list[str], random: np.random.Generator, names: FlagNames
) -> tuple[Audited, list[Explained]]:
    source, target, reference = (_side(words, random) for _ in range(3))
    segment = Segment(
        f"nonsense-{place + 1:06d}", source.text, "de", "en", reference.text, target.text, f"part {place // 2000 + 1}"
    )
    evidence = _evidence(source, target, random)
    flags = tuple(_flags(source, target, random)) if random.random() < FLAGGED else ()
    chrf = float(random.uniform(20, 90))
    scores = {"bleu": 0.7 * chrf, "chrf": chrf, "ter": 100 - chrf}
    item = Audited(segment, "ok", None, evidence, scores, flags, names.of(segment, flags))
    explained = [
        Explained(segment.id, name, one)
        for name, flag in zip(item.flag_ids, flags, strict=True)
        for position in flag.positions
        for one in _explanations(evidence, position, random)
    ]
    return item, explained


def _side(words: list[str], random: np.random.Generator) -> _Side:
    """Words in pieces of at most five letters, as with a real vocabulary."""
    chosen = [words[number] for number in random.integers(0, len(words), random.integers(SHORTEST, LONGEST))]
    tokens, start = [], 0
    for word in chosen:
        for cut in range(0, len(word), 5):
            piece = word[cut : cut + 5]
            tokens.append(Token(piece if cut else f"▁{piece}", 10 + cut, start + cut, start + cut + len(piece)))
        start += len(word) + 1
    text = " ".join(chosen)
    return _Side(text, (*tokens, Token("</s>", 2, len(text), len(text))))


def _evidence(source: _Side, target: _Side, random: np.random.Generator) -> Evidence:
    rows, columns = len(target.tokens), len(source.tokens)
    weights = random.random((rows, columns)) ** 4
    logprobs = -random.exponential(0.5, rows)
    none, nothing = np.zeros(rows), np.zeros(rows, np.int64)
    attention = weights / weights.sum(axis=1, keepdims=True)
    return Evidence(source.tokens, target.tokens, logprobs, none, nothing, none, nothing, attention, none, 1.0)


def _flags(source: _Side, target: _Side, random: np.random.Generator) -> Iterator[Flag]:
    for category in random.choice(CATEGORIES, random.choice((1, 1, 2)), replace=False).tolist():
        last = len(target.tokens) - 1
        positions = sorted({int(place) for place in random.integers(0, last + 1, EXPLAINED)})
        of_source = category in ("OMISSION", "NEGATION")
        side = source if of_source else target
        token = side.tokens[int(random.integers(0, len(side.tokens)))]
        value = 1.0 + float(random.exponential(2))
        yield Flag(
            category, "src" if of_source else "tgt", token.start, token.end, value / (value + 1), NAMES[category], 1.0,
            value, f"“{side.text[token.start : token.end]}” was chosen by chance, as an example", tuple(positions),
        )  # fmt: skip


def _explanations(evidence: Evidence, position: int, random: np.random.Generator) -> Iterator[Explanation]:
    for state, against in (*((state, None) for state in STATES), ("logit", "▁other")):
        source: Array = random.normal(size=len(evidence.source_tokens))
        target: Array = random.normal(size=position)
        parts = {"source": float(source.sum()), "target": float(target.sum()), "initial": 0.1, "bias": 0.5}
        ledger = {**parts, "offset": -0.2, "stabiliser": 0.0, "value": sum(parts.values()) - 0.2}
        yield Explanation(
            evidence.source_tokens, evidence.target_tokens, (position,), state, "lrp", "stable", 0.0, against, source,
            target, ledger, {"tanh": -0.3, "gate": 0.1},
        )  # fmt: skip


def _manifest(segments: int, flags: int, seed: int) -> dict[str, object]:
    return {
        "name": f"{segments:,} segments of nonsense", "date": None, "state": "complete", "src_lang": "de",
        "tgt_lang": "en", "model": {"name": "none: made up", "fingerprint": "0" * 64}, "scores": [],
        "counts": {"segments": segments},
        "settings": {"rules": "stable", "seed": seed, "methods": ["attention", "lrp"]},
        "versions": {}, "data": {}, "command": "bench site", "timings": {},
    }  # fmt: skip
