"""`nmt-audit bench explain`: how many positions a second are explained, and what one costs in forward passes.

All times are of this process, with warm-up; the median of some repetitions stands with the fastest and the slowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import torch
from torch.nn import functional as F

from nmt_audit.bench.tables import Table
from nmt_audit.bench.timing import Timing, most_memory, plural, versions
from nmt_audit.errors import InputError
from nmt_audit.models.batches import pad
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Translation
from nmt_audit.relevance import explain_batch
from nmt_audit.relevance.passes import traceable

# Timed: method and rule set.
METHODS: tuple[tuple[str, str | None], ...] = (
    ("lrp", "stable"), ("lrp", "signal"), ("gradient_x_input", None), ("integrated_gradients", None),
)  # fmt: skip
BATCH = 16
LONG = 30  # tokens on each side of the pair that all states are explained for


@dataclass(frozen=True, slots=True)
class Row:
    """One method. `forwards`: what a position costs, in plain forward passes of one segment of the same batch."""

    method: str
    per_second: float
    forwards: float
    timing: Timing


@dataclass(frozen=True, slots=True)
class ExplainBench:
    """What was measured. `long_pair`: all states of all positions of a 30-word pair, and what memory that took."""

    model: str
    fingerprint: str
    segments: int
    positions: int
    threads: int
    device: str
    repetitions: int
    forward: Timing
    rows: tuple[Row, ...]
    long_pair: Timing
    long_pair_explanations: int
    long_pair_bytes: int
    versions: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def tables(self) -> list[Table]:
        """What a person reads."""
        about = (
            f"{self.model} {self.fingerprint[:8]}, {self.positions} positions of {self.segments} segments, "
            f"{self.device}, {plural(self.threads, 'thread')}, {self.repetitions} repetitions"
        )
        forward = [("plain forward pass of the batch", "", "1.00 a segment", *self.forward.milliseconds())]
        methods = [
            (row.method, f"{row.per_second:.0f}", f"{row.forwards:.2f}", *row.timing.milliseconds())
            for row in self.rows
        ]
        head = ("", "positions a second", "forward passes a position", "median ms", "fastest", "slowest")
        grown = f"{self.long_pair_bytes / 2**20:.0f}"
        pair = [(f"{self.long_pair_explanations} explanations", grown, *self.long_pair.milliseconds())]
        return [
            Table(f"Explained positions: {about}", head, tuple(forward + methods)),
            Table(
                "All states of all positions of a 30-word pair", ("", "memory, MiB", "median ms", "fastest", "slowest"),
                tuple(pair),
            ),
        ]  # fmt: skip


def bench_explain(
    model: Model, sources: Sequence[str], methods: Sequence[tuple[str, str | None]], *, repetitions: int = 5
) -> ExplainBench:
    """Times each (method, rule set) on every position of 16 segments of middle length, for the produced word's logit.

    Where Inseq is installed and the model is one of Hugging Face's in a directory, its input × gradient is timed on
    the same segments and positions. Raises InputError for fewer than 16 segments.
    """
    shown = traceable(model)
    translations = _middle(model, sources)
    # Six states of a long pair come first: the highest mark of memory that a process reached never goes down again.
    before = most_memory()
    pair = _long_pair(model, translations)
    asked = _all_states(model, shown.states, *pair)
    explain_batch(model, asked)
    grown = most_memory() - before
    long_pair = Timing.of(lambda: explain_batch(model, asked), repetitions)
    forward = Timing.of(lambda: _forward(shown, translations), repetitions)
    positions = sum(len(t.target_tokens) for _, t in translations)
    per_forward = forward.median / len(translations)
    rows = []
    for method, rules in methods:
        requests = [
            {"source": source, "target": t, "position": j, "state": "logit", "method": method}
            | ({} if rules is None else {"rules": rules})
            for source, t in translations
            for j in range(len(t.target_tokens))
        ]
        timing = Timing.of(partial(explain_batch, model, requests), repetitions)
        name = method if rules is None else f"{method} {rules}"
        rows.append(_row(name, timing, positions, per_forward))
    other = _inseq(model, translations, repetitions)
    if other is not None:
        rows.append(_row("Inseq input_x_gradient", other, positions, per_forward))
    return ExplainBench(
        model.name, model.fingerprint, len(translations), positions, torch.get_num_threads(), model.device.type,
        repetitions, forward,
        tuple(rows), long_pair, len(asked), grown, versions(),
    )  # fmt: skip


def _row(name: str, timing: Timing, positions: int, per_forward: float) -> Row:
    each = timing.median / positions
    return Row(name, 1 / each, each / per_forward, timing)


def _middle(model: Model, sources: Sequence[str]) -> list[tuple[str, Translation]]:
    """Sixteen segments of middle length, translated greedily."""
    if len(sources) < BATCH:
        raise InputError(f"{len(sources)} segments: the benchmark needs at least {BATCH}")
    ordered = sorted(sources, key=len)
    first = (len(ordered) - BATCH) // 2
    chosen = ordered[first : first + BATCH]
    return list(zip(chosen, model.translate(chosen, beam=1), strict=True))


def _forward(model: Traceable, pairs: Sequence[tuple[str, Translation]]) -> None:
    """The plain model through the whole batch: every logit of every position. Ends when the last one is there."""
    source, mask = pad([[token.id for token in t.source_tokens] for _, t in pairs])
    target, _ = pad([[token.id for token in t.target_tokens] for _, t in pairs])
    with torch.no_grad():
        F.linear(model.trace(source, mask, target).states["output"], *model.output_layer())[-1, -1, -1].item()


def _long_pair(model: Model, translations: Sequence[tuple[str, Translation]]) -> tuple[str, str]:
    """A pair of about 30 tokens on each side: the segments in a row, as far as that goes."""
    source, target = "", ""
    for text, translation in translations:
        if len(model.tokenize(source)) < LONG:
            source = f"{source} {text}".strip()
        if len(model.tokenize_target(target)) < LONG:
            target = f"{target} {translation.text}".strip()
    return source, target


def _all_states(model: Model, states: Mapping[str, str], source: str, target: str) -> list[dict[str, Any]]:
    counts = {"source": len(model.tokenize(source)), "target": len(model.tokenize_target(target))}
    return [
        {"source": source, "target": target, "position": position, "state": state}
        for state, side in states.items()
        for position in range(counts[side])
    ]


def _inseq(model: Model, pairs: Sequence[tuple[str, Translation]], repetitions: int) -> Timing | None:
    """Inseq's input × gradient (Sarti et al. 2023), forced through the same targets; None where it cannot be used."""
    try:
        import inseq  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    if model.directory is None or not (model.directory / "config.json").is_file():
        return None
    other = inseq.load_model(str(model.directory), "input_x_gradient", device=str(model.device))
    sources, targets = [source for source, _ in pairs], [t.text for _, t in pairs]
    return Timing.of(lambda: other.attribute(sources, targets, batch_size=BATCH, show_progress=False), repetitions)
