"""Made-up runs whose explanations were planted, for the tests of findings: what they must come to is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nmt_audit.records import Audited, Evidence, Explanation, Flag, Segment, Token
from nmt_audit.store import Explained, Run, new_run, open_run

PATH = ("context", "output", "logit")
SETTINGS = {"settings": {"rules": "stable", "seed": 7}}
PIECES = 3  # letters


@dataclass(frozen=True)
class Position:
    """What is planted at one target token: relevance of source tokens and prefix by state, and the flags on it."""

    position: int
    source: dict[str, Sequence[float]]
    prefix: Sequence[float] = ()
    flags: tuple[str, ...] = ()
    margins: tuple[float, ...] = ()  # the values of contrasts
    value: float = 1.0
    dismissed: bool = False


@dataclass(frozen=True)
class Made:
    """A made-up segment. Without flags its positions are controls."""

    source: str
    target: str
    positions: tuple[Position, ...]
    attention: Sequence[float] | None = None  # the row of every target token


def tokens(text: str) -> tuple[Token, ...]:
    """Pieces of three letters, and `</s>`."""
    found, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        for begin in range(start, start + len(word), PIECES):
            end = min(begin + PIECES, start + len(word))
            found.append(Token(text[begin:end], 5, begin, end))
        start += len(word)
    return (*found, Token("</s>", 2, len(text), len(text)))


def written(folder: Path, segments: Sequence[Made], shard: int = 7) -> Run:
    """A run with these segments, `shard` of them in a part, and the controls in parts of their own."""
    with new_run(folder) as writer:
        rows = [_row(number, made) for number, made in enumerate(segments)]
        parts = range(0, len(rows), shard)
        for number, start in enumerate(parts):
            some = rows[start : start + shard]
            of_flags = [one for _, explained in some for one in explained if one.purpose == "flag"]
            writer.shard(number, [item for item, _ in some], of_flags)
        controls = [one for _, explained in rows for one in explained if one.purpose == "control"]
        for number, start in enumerate(range(0, len(controls), 50), len(parts)):
            writer.explained(number, controls[start : start + 50])
        writer.manifest(SETTINGS)
    return open_run(folder)


def _row(number: int, made: Made) -> tuple[Audited, list[Explained]]:
    source, target = tokens(made.source), tokens(made.target)
    zeros = np.zeros(len(target))
    attention = None if made.attention is None else np.tile(np.array(made.attention, float), (len(target), 1))
    evidence = Evidence(source, target, zeros, zeros, zeros.astype(int), zeros, zeros.astype(int), attention, zeros, 0)
    pair = Segment(f"s{number}", made.source, "de", "en", hypothesis=made.target)
    flags, names, dismissed, explained = [], [], [], []
    for place in made.positions:
        for category in place.flags:
            flags.append(Flag(category, "tgt", None, None, 0.5, "rule", 1.0, 2.0, "", (place.position,)))
            names.append(f"f{number}.{len(flags)}")
            dismissed.append(place.dismissed)
        of_position: list[str | None] = [*names[len(names) - len(place.flags) :]]
        for name in of_position or [None]:
            explained += [
                Explained(pair.id, name, one, "control" if name is None else "flag")
                for one in _explanations(place, source, target)
            ]
    audited = Audited(pair, "ok", None, evidence, {}, tuple(flags), tuple(names), (), tuple(dismissed))
    return audited, explained


def _explanations(place: Position, source: tuple[Token, ...], target: tuple[Token, ...]) -> Iterator[Explanation]:
    def one(state: str, values: Sequence[float], value: float, against: str | None = None) -> Explanation:
        ledger = dict.fromkeys(("source", "target", "initial", "bias", "offset", "stabiliser"), 0.0)
        prefix = np.array(place.prefix or [0.0] * place.position, float)
        return Explanation(
            source, target, (place.position,), state, "lrp", "stable", 0.0, against, np.array(values, float), prefix,
            {"value": value, **ledger},
        )  # fmt: skip

    for state, values in place.source.items():
        yield one(state, values, place.value)
        yield replace(one(state, [9.0] * len(values), place.value), rules="signal")  # another set: not to be counted
    for margin in place.margins:
        yield one("logit", [9.0] * len(source), margin, against="▁and")


def states(*relevance: Sequence[float]) -> dict[str, Sequence[float]]:
    return dict(zip(PATH, relevance, strict=True))


def random_segments(count: int) -> list[Made]:
    """Words of one to three pieces, random relevance; every other segment is flagged."""
    generator = np.random.default_rng(11)
    found = []
    for number in range(count):
        source, target = (
            " ".join("x" * length for length in generator.integers(1, 9, generator.integers(3, 12))) for _ in range(2)
        )
        width, steps = len(tokens(source)), len(tokens(target))
        places = sorted(set(generator.integers(0, steps, 3).tolist()))
        positions = tuple(
            Position(
                place, {state: (generator.integers(-9, 10, width) / 4).tolist() for state in PATH},
                (generator.integers(-9, 10, place) / 4).tolist(), ("UNRELATED",) if number % 2 else (),
            )
            for place in places
        )  # fmt: skip
        found.append(Made(source, target, positions, generator.dirichlet(np.ones(width)).tolist()))
    return found
