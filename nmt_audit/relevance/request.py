"""What is to be explained: one state at one position (or a range of them) of one sentence pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import index
from typing import Any

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Array, Explanation, Token, Translation
from nmt_audit.relevance.rules import RULE_SETS

LOGIT, LOGPROB = "logit", "logprob"


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request. `positions` index target tokens, or source tokens for states of the source."""

    source_tokens: tuple[Token, ...]
    target_tokens: tuple[Token, ...]
    positions: tuple[int, ...]
    state: str
    side: str  # "source" or "target": what the positions index
    rules: str
    against: str | None
    against_id: int | None

    @property
    def key(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The sentence pair: requests with the same key share a forward pass."""
        return tuple(t.id for t in self.source_tokens), tuple(t.id for t in self.target_tokens)

    @property
    def steps(self) -> int:
        """How many decoder steps it needs: nothing after the last explained position matters."""
        return max(self.positions) + 1 if self.side == "target" else 1

    @property
    def prefix(self) -> int:
        """How many earlier target words it has: the length of `target_relevance`."""
        return max(self.positions) if self.side == "target" else 0

    def explained(
        self, method: str, source: Array, target: Array, *, rules: str | None = None, epsilon: float | None = None,
        ledger: Mapping[str, float] | None = None, offsets: Mapping[str, float] | None = None,
        details: Mapping[str, Array] | None = None,
    ) -> Explanation:  # fmt: skip
        """The answer to it. `source` [≥S] and `target` [≥P] may have padding behind, which is left out."""
        return Explanation(
            self.source_tokens, self.target_tokens, self.positions, self.state, method, rules, epsilon, self.against,
            source[: len(self.source_tokens)].copy(), target[: self.prefix].copy(), ledger, offsets or {},
            details or {},
        )  # fmt: skip


def request(
    model: Model,
    *,
    source: str,
    target: str | Translation,
    position: int | range | None = None,
    state: str = "output",
    rules: str = "stable",
    against: str | None = None,
) -> Request:
    """Checks the keywords of `explain`. Raises RequestError for what the model or the sentence does not have."""
    sides = {**(model.states if isinstance(model, Traceable) else {}), LOGIT: "target", LOGPROB: "target"}
    if state not in sides:
        raise RequestError(f"{model.name} has no state “{state}”; it has {', '.join(sides)}")
    if against is not None and state not in (LOGIT, LOGPROB):
        raise RequestError("a contrast (against=…) is between two tokens: ask for state “logit” or “logprob”")
    if rules not in RULE_SETS:
        raise RequestError(f"no rule set “{rules}”; there are {', '.join(RULE_SETS)}")
    source_tokens = model.tokenize(source)
    if len(source_tokens) > model.max_length:
        raise RequestError(f"a source of {len(source_tokens)} tokens is over the model's {model.max_length}; cut it")
    target_tokens = target.target_tokens if isinstance(target, Translation) else model.tokenize_target(target)
    count = len(source_tokens if sides[state] == "source" else target_tokens)
    positions = _positions(position, count)
    return Request(
        source_tokens, target_tokens, positions, state, sides[state], rules, against,
        None if against is None else model.piece_id(against),
    )  # fmt: skip


def _positions(position: int | range | None, count: int) -> tuple[int, ...]:
    if position is None:
        position = count - 1
    found = tuple(position) if isinstance(position, Iterable) else (index(position),)  # numpy integers too
    if not found or min(found) < 0 or max(found) >= count:
        raise RequestError(f"position {position} is outside of the {count} tokens; they count from 0 to {count - 1}")
    return found


KEYWORDS = frozenset({"source", "target", "position", "state", "method", "rules", "against"})


def check_keywords(keywords: Mapping[str, Any]) -> None:
    """Raises RequestError for a keyword that `explain` does not have, and where the source is missing."""
    unknown = sorted(keywords.keys() - KEYWORDS)
    if unknown:
        raise RequestError(f"explain has no keyword {', '.join(unknown)}; it has {', '.join(sorted(KEYWORDS))}")
    if "source" not in keywords:
        raise RequestError("explain needs the keyword source, the text")
