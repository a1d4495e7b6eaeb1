"""The words of an archive's pages and feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from nmt_audit.archiving.measures import MEASURES, Measure
from nmt_audit.archiving.steps import Step
from nmt_audit.report.wording import CATEGORY, fixed

DECIMALS = 1
LARGE = 1e5  # numbers that nobody measures, of a manifest that is wrong


@dataclass(frozen=True, slots=True)
class Label:
    """How a measure is named: in a sentence, at the head of a column, and what it is."""

    name: str
    head: str
    unit: str
    help: str


LABELS = {
    "BLEU": Label("BLEU", "BLEU", "", "Word n-grams shared with the references; more is better."),
    "chrF": Label("chrF", "chrF", "", "Character n-grams shared with the references; more is better."),
    "TER": Label("TER", "TER", "", "Edits towards the references per 100 words; less is better."),
    "flagged": Label("flagged segments", "flagged", " %", "Segments with any flag that was not dismissed."),
    "faithfulness": Label(
        "faithfulness of relevance", "faithful", " %",
        "What erasing the source word that relevance ranks first costs, of what the costliest word costs.",
    ),
    "empty": Label("empty translations", "empty", " %", "Segments whose translation is empty."),
    "failed": Label(
        "failed segments", "failed", " %", "Segments without finite numbers, or that did not fit into memory."
    ),
    **{
        item.code: Label(item.plural, item.label, " per 100", f"{item.help} Flags per 100 segments that were checked.")
        for item in CATEGORY.values()
    },
}  # fmt: skip
assert LABELS.keys() == MEASURES.keys()

TRAITS = {
    "model": "model", "data": "data", "settings": "settings", "thresholds": "thresholds",
    "scores": "signatures of the scores", "version": "version of nmt-audit",
}  # fmt: skip


def value_text(value: float | None, unit: str = "") -> str:
    """A measurement, as on every page."""
    return "–" if value is None else f"{_rounded(value)}{unit}"


def difference_text(difference: float) -> str:
    """A difference with its sign."""
    text = _rounded(difference)
    return text if text.startswith("−") or float(text) == 0 else f"+{text}"


def _rounded(value: float) -> str:
    """A number with its decimals, halves away from 0, as toFixed of JavaScript has them: the script shows the same."""
    if abs(value) >= LARGE:
        return fixed(value, DECIMALS)
    text = str(Decimal(abs(value)).quantize(Decimal(10) ** -DECIMALS, ROUND_HALF_UP))
    return f"−{text}" if value < 0 and float(text) != 0 else text


def step_text(measure: Measure, step: Step) -> str:
    """A step, as in “BLEU 34.1 → 31.0 (−3.1)”."""
    label = LABELS[measure.key]
    change = f"{value_text(step.before)} → {value_text(step.after, label.unit)}"
    return f"{label.name} {change} ({difference_text(step.size)})"


def lasting_text(steps: Sequence[Step]) -> str:
    """Whether what happened is still so."""
    if any(step.lasts for step in steps):
        return "lasts"
    return "the last night there is" if any(step.lasts is None for step in steps) else "gone the next night"


def traits_text(traits: Sequence[str]) -> str:
    """What else changed that night."""
    if not traits:
        return "Nothing that the manifest names changed with it: not the model, the data, the settings or the version."
    named = [TRAITS[trait] for trait in traits]
    return f"Changed with it: {', '.join(named)}."


def size_text(size: int) -> str:
    """Bytes as people read them, in powers of ten."""
    for unit, least in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if size >= least:
            return f"{fixed(size / least, 1)} {unit}"
    return f"{size} bytes"
