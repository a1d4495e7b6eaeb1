"""Small runs to compare, told segment by segment and written by the real store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sample_run import HOSTILE, RNNSEARCH, TRANSFORMER, Architecture, evidence, explanation

from nmt_audit.records import Audited, Flag, Segment, Status
from nmt_audit.scores import segment_scores
from nmt_audit.store import Explained, FlagNames, Run, new_run, open_run

LONGEST = 5000  # characters that a model takes


def flag(
    category: str, side: str, start: int | None, end: int | None, *, score: float = 0.5, value: float = 2.0,
    rule: str = "made.up", threshold: float = 1.0, message: str = "looks wrong", positions: tuple[int, ...] = (),
) -> Flag:  # fmt: skip
    """A flag; what a test does not say is the same for all."""
    return Flag(
        category, "src" if side == "src" else "tgt", start, end, score, rule, threshold, value, message, positions
    )


def on(text: str, words: str, category: str, side: str, **rest: Any) -> Flag:
    """A flag on words of a text."""
    start = text.index(words)
    return flag(category, side, start, start + len(words), **rest)


@dataclass(frozen=True)
class Told:
    """A segment of a run. `dismissed`: for each flag, whether reviewers rejected it."""

    source: str
    hypothesis: str | None
    references: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    id: str | None = None
    document: str | None = None
    languages: tuple[str, str] = ("de", "en")
    status: Status = "ok"
    not_checked: tuple[str, ...] = ()
    dismissed: tuple[bool, ...] = ()
    explained: bool = False


@dataclass(frozen=True)
class Made:
    """What a run says of itself; the rest of a manifest is the same for all."""

    name: str = "Tonight"
    model: Architecture | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    def manifest(self, told: Sequence[Told]) -> dict[str, Any]:
        source, target = told[0].languages
        model = None
        if self.model is not None:
            model = {"name": self.model.name, "fingerprint": f"{len(self.model.name):02d}" * 32}
        return {
            "name": self.name, "date": "2026-01-02", "state": "complete", "src_lang": source, "tgt_lang": target,
            "model": model,
            "settings": {"beam": 5, "rules": "stable", "seed": 1}, "data": {"test.de": "a1" * 32},
            "versions": {"nmt-audit": "0.1.0", "sacrebleu": "2.6.0"}, "scores": [], "counts": {"segments": len(told)},
            "thresholds": {"rules": {"made.up": 1.0}}, **self.notes,
        }  # fmt: skip


def write_run(folder: Path, told: Sequence[Told], made: Made | None = None, shard: int = 40) -> Run:
    """The run in a folder that is not there yet."""
    made = made or Made()
    names, items, explained = FlagNames(), [], []
    for number, one in enumerate(told):
        segment = Segment(
            one.id or f"line-{number + 1}", one.source, *one.languages, one.references[0] if one.references else None,
            one.hypothesis, one.document, one.references[1:],
        )  # fmt: skip
        read = made.model is not None and one.hypothesis and len(one.source) < LONGEST
        known = evidence(segment, number, made.model.attends) if made.model and read else None
        [scored] = segment_scores([one.hypothesis or ""], [one.references])
        items.append(
            Audited(
                segment, one.status, None, known, scored.scores, one.flags, names.of(segment, one.flags),
                one.not_checked, one.dismissed, scored.statistics,
            )
        )  # fmt: skip
        if known is not None and one.explained:
            explained += [
                Explained(segment.id, None, explanation(known, place, "logit", None, number + place), "map")
                for place in range(len(known.target_tokens))
            ]
    with new_run(folder) as writer:
        for number, start in enumerate(range(0, len(items), shard)):
            writer.shard(number, items[start : start + shard], [])
        if explained:
            writer.explained(len(range(0, len(items), shard)), explained)
        writer.manifest(made.manifest(told))
    return open_run(folder)


NIGHT_A = (
    Told("Das ist nicht gut.", "That is not good.", ("That is not good.",)),
    Told("Wir gehen nach Hause.", "We go home.", ("We are going home.",)),
    Told("Der Hund schläft im Garten.", "The dog dog sleeps.", ("The dog is sleeping in the garden.",)),
    Told("Sie liest ein Buch.", "She reads a book.", ("She is reading a book.",)),
    Told("Ich habe keine Zeit.", "I have time.", ("I have no time.",)),
    Told("Es regnet seit gestern.", "It rains.", ("It has been raining since yesterday.",)),
    Told("Er kommt morgen.", "He comes tomorrow.", ("He is coming tomorrow.",)),
    Told("Die Tür ist offen.", "The door is open.", ("The door is open.",)),
    Told("Wo ist der Bahnhof?", "Where is the station?", ("Where is the station?",)),
    Told("Das Kind lacht.", "The child laughs.", ("The child is laughing.",)),
    Told("Mein Bruder wohnt in Köln.", "My brother lives in Cologne.", ("My brother lives in Cologne.",)),
    Told("Das Wetter wird besser.", "The weather is better.", ("The weather is getting better.",)),
)
NIGHT_B = {
    0: "That is good.", 1: "We are going home.", 2: "The dog sleeps in the garden.", 4: "I have no time.",
    5: "It rains rains.", 11: "The weather is getting better.",
}  # fmt: skip
FLAGS_A = {
    2: (on("The dog dog sleeps.", "dog dog", "REPETITION", "tgt", score=0.6, positions=(1, 2)),),
    4: (on("Ich habe keine Zeit.", "keine", "NEGATION", "src", score=0.7),),
    5: (on("Es regnet seit gestern.", "seit gestern", "OMISSION", "src", score=0.4),),
}
FLAGS_B = {
    0: (on("Das ist nicht gut.", "nicht", "NEGATION", "src", score=0.8, positions=(2,)),),
    5: (
        on("Es regnet seit gestern.", "seit", "OMISSION", "src", score=0.5),
        on("It rains rains.", "rains rains", "REPETITION", "tgt", score=0.9),
    ),
}


def night_a(explained: bool = False) -> list[Told]:
    """A run with three flags."""
    return [
        Told(one.source, one.hypothesis, one.references, FLAGS_A.get(number, ()), explained=explained)
        for number, one in enumerate(NIGHT_A)
    ]


def night_b(explained: bool = False) -> list[Told]:
    """The same segments: two better, two worse; a flag is new, two are fixed, one has moved, and one came to it."""
    return [
        Told(
            one.source, NIGHT_B.get(number, one.hypothesis), one.references, FLAGS_B.get(number, ()),
            explained=explained,
        )
        for number, one in enumerate(NIGHT_A)
    ]  # fmt: skip


def hostile(suffix: str) -> list[Told]:
    """Segments that mean harm, with a translation that ends otherwise in each run."""
    found = []
    for name, text in HOSTILE.items():
        suspect = flag("UNRELATED", "tgt", 0, 3, message=f"“{text[:40]}” & <b>{suffix}</b>")
        found.append(Told(text, f"{text} {suffix}", (text,), (suspect,), name))
    return found


def two_nights(folder: Path) -> tuple[Run, Run]:
    """Two models on the same segments, hostile ones among them; some have relevance, some have not."""
    a = write_run(folder / "a", [*night_a(explained=True), *hostile("a")], Made("Night <one>", RNNSEARCH))
    b = write_run(folder / "b", [*night_b(explained=True), *hostile("b")], Made("Night & two", TRANSFORMER))
    return a, b
