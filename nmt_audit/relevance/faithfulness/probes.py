"""The maps whose faithfulness is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nmt_audit.errors import RequestError
from nmt_audit.relevance import METHODS
from nmt_audit.relevance.request import LOGIT, LOGPROB
from nmt_audit.relevance.rules import RULE_SETS

SOURCE_ONLY = frozenset({"attention", "attention_saliency"})  # methods that say nothing of the earlier target words
WITH_RULES = frozenset({"lrp", "heads"})


@dataclass(frozen=True, slots=True)
class Probe:
    """A method, its rule set where it has one, and what of a word it explains: "logit" or "logprob"."""

    method: str
    rules: str | None = None
    state: str = LOGIT

    @property
    def name(self) -> str:
        """As in "lrp signal" or "gradient (logprob)"."""
        name = self.method if self.rules is None else f"{self.method} {self.rules}"
        return name if self.state == LOGIT else f"{name} ({self.state})"


RANDOM = Probe("random")  # words in an order drawn by seed
BEST = Probe("best")  # words by what each loses alone, by the operator that is measured: best possible for one word


def probes(
    methods: Sequence[str] | None = None, rules: Sequence[str] | None = None, state: str = LOGIT
) -> tuple[Probe, ...]:
    """One probe per method, and one per rule set for the methods that have rules.

    By default all there is but heads, whose map is that of lrp. Raises RequestError for what there is not.
    """
    for kind, asked, there in (
        ("method", methods or (), METHODS),
        ("rule set", rules or (), RULE_SETS),
        ("measured state", (state,), (LOGIT, LOGPROB)),
    ):
        for name in asked:
            if name not in there:
                raise RequestError(f"no {kind} “{name}”; there are {', '.join(there)}")
    found = [
        Probe(method, name, state)
        for method in methods or [name for name in METHODS if name != "heads"]
        for name in ((rules or tuple(RULE_SETS)) if method in WITH_RULES else (None,))
    ]
    return tuple(dict.fromkeys(found))
