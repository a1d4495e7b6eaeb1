"""What the reader of a segment must show, computed again in Python from the tables of a run: slowly, and one by one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from nmt_audit.language.pieces import TokenGroup, merge
from nmt_audit.records import Array, Token
from nmt_audit.report.wording import END, METHOD, STATES, fixed, method, percent, state
from nmt_audit.store import Run

LEDGER = ("source", "target", "initial", "bias", "offset", "stabiliser")
Kind: TypeAlias = tuple[str, str, str | None, str | None]  # method, state, rule set, the other word of a contrast
PATH = ("context", "target", "output", "logit")
DISAGREE = "do not agree on the most important word"


@dataclass(frozen=True)
class Row:
    """One row of a figure, over source words and earlier target words. `error`: what quantising may have cost."""

    method: str
    state: str
    rules: str | None
    against: str | None
    source: Array
    prefix: Array | None
    value: float | None
    ledger: dict[str, float]
    offsets: dict[str, float]
    error: float

    @property
    def numbers(self) -> Array:
        """Both sides, one after the other."""
        return self.source if self.prefix is None else np.concatenate([self.source, self.prefix])


class Segment:
    """One segment of a run, with its words and everything that is stored of them."""

    def __init__(self, run: Run, name: str) -> None:
        self.row = next(row for row in run.segments.itertuples() if row.id == name)
        self.number = int(self.row.Index)
        found = run.explanations
        self.explained = [row for row in found[found.segment_id == name].itertuples() if row.method != "states"]

    def tokens(self, side: str) -> list[Token]:
        """The tokens of a side, "source" or "target"."""
        columns = (getattr(self.row, f"{side}_{part}") for part in ("pieces", "ids", "starts", "ends"))
        return [Token(str(p), int(i), int(s), int(e)) for p, i, s, e in zip(*columns, strict=True)]

    @cached_property
    def source(self) -> tuple[TokenGroup, ...]:
        """The words of the source."""
        return merge(self.tokens("source"), self.row.source, self.row.src_lang)

    @cached_property
    def target(self) -> tuple[TokenGroup, ...]:
        """The words of the translation."""
        return merge(self.tokens("target"), self.row.hypothesis, self.row.tgt_lang)

    def stored(self, word: int) -> list[int]:
        """The tokens of a target word that something is stored for; all of them where nothing is."""
        tokens = self.target[word].tokens
        return [token for token in tokens if any(row.position == token for row in self.explained)] or list(tokens)

    def attention(self, word: int) -> Array | None:
        """The mean over the tokens of a target word, added up per source word."""
        if self.row.attention is None or not len(self.row.attention):
            return None
        weights = np.reshape(np.asarray(self.row.attention, np.float64), (-1, len(self.tokens("source"))))
        mean = np.mean([weights[token] for token in self.stored(word)], axis=0)
        return np.array([sum(mean[token] for token in group.tokens) for group in self.source])

    def rows(self, word: int) -> list[Row]:
        """Each kind of explanation of a target word, in no order."""
        tokens = self.stored(word)
        earlier = sum(group.tokens[0] < max(tokens) for group in self.target)
        kinds: dict[Kind, dict[int, Any]] = {}
        for row in self.explained:
            if row.position in tokens:
                kind = (row.method, row.state, _text(row.rules), _text(row.against))
                kinds.setdefault(kind, {}).setdefault(row.position, row)
        return [self._row(kind, list(items.values()), earlier) for kind, items in kinds.items()]

    def _row(self, kind: Kind, items: list[Any], earlier: int) -> Row:
        wording = method(kind[0])
        source = [
            self._merged(self.source[place], items, "source_relevance", wording.adds)
            for place in range(len(self.source))
        ]
        prefix = [self._merged(self.target[place], items, "target_relevance", wording.adds) for place in range(earlier)]
        accounts = [name for name in LEDGER if not np.isnan(getattr(items[0], name))]
        missing = any(np.isnan(item.value) for item in items)
        largest = [
            np.abs(np.concatenate([item.source_relevance, item.target_relevance])).max(initial=0) for item in items
        ]
        return Row(
            *kind, np.array(source), np.array(prefix) if wording.prefix and earlier else None,
            None if missing else sum(item.value for item in items),
            {name: sum(getattr(item, name) for item in items) for name in accounts},
            self._offsets(items), float(sum(largest)) / 65534 * 20,
        )  # fmt: skip

    def _merged(self, group: TokenGroup, items: list[Any], side: str, adds: bool) -> float:
        numbers = [
            getattr(item, side)[token] for item in items for token in group.tokens if token < len(getattr(item, side))
        ]
        return float(sum(numbers) if adds else np.mean(numbers) if numbers else 0.0)

    def _offsets(self, items: list[Any]) -> dict[str, float]:
        totals: dict[str, float] = {}
        for item in items:
            for name, part in json.loads(item.offsets or "{}").items():
                totals[name] = totals.get(name, 0.0) + part
        return totals

    def name(self, place: int) -> str:
        """A word as a sentence names it, over source words and then target words."""
        own = len(self.source)
        return quoted((self.source[place] if place < own else self.target[place - own]).text)

    def kind(self, place: int) -> str:
        """What goes before it."""
        if place >= len(self.source):
            return "the earlier word "
        return "the end mark " if self.source[place].is_end else ""

    def sentence(self, word: int, name: str, rules: str | None, chosen: str) -> str:
        """What is said of a target word of one piece, for a method, a rule set and a state."""
        attention = self.attention(word)
        assert attention is not None
        looked_at = int(attention.argmax())
        end = ", the end mark" if self.source[looked_at].is_end else ""
        rows = {
            row.state: row for row in self.rows(word) if (row.method, row.rules, row.against) == (name, rules, None)
        }
        path = [row for stage in PATH for row in rows.values() if row.state.split(".")[0] == stage]
        shares = np.abs(rows[chosen].numbers) / np.abs(rows[chosen].numbers).sum()
        order = np.argsort(-shares, kind="stable")
        said = " and ".join(
            f"{self.kind(place)}{self.name(place)} ({percent(shares[place])}"
            + (", pulling the value down)" if rows[chosen].numbers[place] < 0 else ")")
            for rank, place in enumerate(order[:2]) if not rank or shares[place] >= 0.1
        )  # fmt: skip
        parted = next((row for row in path if int(np.abs(row.numbers).argmax()) != looked_at), None)
        prose, verb = METHOD[name].prose, "" if METHOD[name].prose.endswith("s") else "s"
        stage = state(chosen)
        assert stage is not None
        agreement = f"Attention and {prose} agree on the most important word."
        if parted is not None:
            where = state(parted.state) or STATES["logit"]
            here = int(np.abs(rows[chosen].numbers).argmax()) == looked_at
            opening = "agree on the most important word here, but not at every stage" if here else DISAGREE
            agreement = f"They {opening}: {prose} part{verb} from attention in the {where.prose}."
        return (
            f"Attention looks at {self.name(looked_at)}{end} ({fixed(float(attention[looked_at]), 2)}); {prose} of the "
            f"{stage.prose} give{verb} most to {said}. {agreement}"
        )


def _text(value: object) -> str | None:
    """A text of a table, in which a missing one is no text."""
    return value if isinstance(value, str) else None


def quoted(word: str) -> str:
    """A word as it stands in a sentence: punctuation in quotation marks, or nobody would see that it is meant."""
    return word if word == END or any(char.isalnum() for char in word) else f"“{word}”"
