"""Nights for the tests of gates: real audits of the same sentences, translated by systems of different quality."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

from nmt_audit.config import AuditConfig
from nmt_audit.pipeline import audit
from nmt_audit.store import Run, open_run

WHO = (("Der Lehrer", "The teacher"), ("Meine Schwester", "My sister"), ("Unser Nachbar", "Our neighbour"),
       ("Die alte Frau", "The old woman"))  # fmt: skip
DOES = (("kauft heute", "buys", "today"), ("verkauft morgen", "sells", "tomorrow"), ("findet nie", "never finds", ""))
WHAT = (
    ("das rote Haus am See", "the red house by the lake"),
    ("einen Wagen aus Holz", "a wooden car"),
    ("drei Bücher über Vögel", "three books about birds"),
    ("kein Brot im Laden", "no bread in the shop"),
)

Sentence = tuple[str, str]
System = Callable[[int, str], str]  # the number of a sentence and its right translation → what the system says


def sentences() -> list[Sentence]:
    """48 sentences and their translations."""
    return [
        (f"{who[0]} {does[0]} {what[0]}.", f"{' '.join(filter(None, (who[1], does[1], what[1], does[2])))}.")
        for who, does, what in itertools.product(WHO, DOES, WHAT)
    ]


def middling(number: int, right: str) -> str:
    """Every eighth translation loses its second half, every sixth ends in another word."""
    words = right.split()
    if number % 8 == 0:
        return " ".join(words[: len(words) // 2])
    return " ".join([*words[:-1], "thing."]) if number % 6 == 1 else right


def better(number: int, right: str) -> str:
    """As `middling`, without what it loses."""
    return right if number % 8 == 0 else middling(number, right)


def worse(number: int, right: str) -> str:
    """As `middling`, and of every third translation only the beginning, several times."""
    return " ".join(right.split()[:2] * 4) if number % 3 == 2 else middling(number, right)


def night(out: Path, system: System, *, references: bool = True, pairs: Sequence[Sentence] | None = None) -> Run:
    """An audit of what a system makes of the sentences."""
    pairs = sentences() if pairs is None else pairs
    out.parent.mkdir(parents=True, exist_ok=True)
    said = [system(number, right) for number, (_, right) in enumerate(pairs)]
    texts = {"source": [source for source, _ in pairs], "hypotheses": said, "reference": [right for _, right in pairs]}
    paths = {name: out.parent / f"{out.name}.{name}.txt" for name in texts}
    for name, lines in texts.items():
        paths[name].write_text("\n".join(lines) + "\n", "utf-8")
    audit(
        AuditConfig(
            source=str(paths["source"]), hypotheses=str(paths["hypotheses"]),
            references=(str(paths["reference"]),) if references else (), src_lang="de", tgt_lang="en", planted=0,
            date="2026-11-29", out=out,
        )
    )  # fmt: skip
    return open_run(out)
