"""Rule sets: how relevance passes each operator. One line per operator, one table per rule set.

A rule set *carries* one of two things backwards, where autograd would carry the gradient:

- "relevance": r of each neuron itself (Ding et al. 2017, eq. 8–18; `ratios`). Started at r = v.
- "coefficient": γ of each neuron, where r = x·γ (`coefficients`). Started at γ = 1.

In a "product" one operand is known to weigh the other; in a "product of equals" none is, or both are gates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from nmt_audit.relevance import coefficients, ratios
from nmt_audit.relevance.shares import Shares


@dataclass(frozen=True, slots=True)
class Rule:
    """How one operator hands relevance on, and the ledger's accounts that it leaks to."""

    propagate: Callable[..., Shares]
    leaks: tuple[str, ...] = ()


Start = Literal["plain", "centred", "rivals"]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A named table: operator → rule. An operator that is missing stops the pass when relevance reaches it.

    `start`: what of a logit is passed back. "plain": all of it. "centred": what sets it apart from the mean logit of
    the vocabulary. "rivals": what sets it apart from the other tokens' logits, weighed by their probabilities. What is
    left out is the same for every token, so that the softmax does not see it; the ledger has it as "vocabulary".
    """

    name: str
    carries: Literal["relevance", "coefficient"]
    rules: Mapping[str, Rule]
    epsilon: float = 0.0
    start: Start = "plain"


PAPER: Mapping[str, Rule] = {
    "linear": Rule(ratios.linear, ("stabiliser",)),
    "attend": Rule(ratios.attend, ("stabiliser",)),
    "product": Rule(ratios.product, ("stabiliser",)),
    "product of equals": Rule(ratios.product, ("stabiliser",)),
    "sum": Rule(ratios.sum, ("stabiliser",)),
    "shift": Rule(ratios.shift, ("positions", "stabiliser")),
    "factor": Rule(ratios.pass_on),
    "complement": Rule(ratios.pass_on),
    "layer_norm": Rule(ratios.pass_on),
    "tanh": Rule(ratios.pass_on),
    "sigmoid": Rule(ratios.pass_on),
    "activation": Rule(ratios.pass_on),
    "softmax": Rule(ratios.pass_on),
}

LINEAR: Mapping[str, Rule] = {
    "linear": Rule(coefficients.linear, ("bias",)),
    "sum": Rule(coefficients.sum),
    "shift": Rule(coefficients.shift, ("positions",)),
    "factor": Rule(coefficients.factor),
    "layer_norm": Rule(coefficients.layer_norm, ("bias",)),
}

SIGNAL: Mapping[str, Rule] = {
    **LINEAR,
    "attend": Rule(coefficients.attend_signal),
    "product": Rule(coefficients.product_signal),
    "tanh": Rule(coefficients.secant),
    "activation": Rule(coefficients.secant),
}

STABLE: Mapping[str, Rule] = {
    **LINEAR,
    "attend": Rule(coefficients.attend_share(0.5), ("attention",)),
    "softmax": Rule(coefficients.softmax, ("attention",)),
    "scores": Rule(coefficients.scores, ("attention",)),
    "product": Rule(coefficients.product_both, ("gate",)),
    "product of equals": Rule(coefficients.product_both, ("gate",)),
    "complement": Rule(coefficients.complement, ("gate",)),
    "sigmoid": Rule(coefficients.tangent("gate"), ("gate",)),
    "tanh": Rule(coefficients.tangent("tanh", 0.5), ("tanh",)),
    "activation": Rule(coefficients.secant),
}

RULE_SETS: Mapping[str, RuleSet] = {
    rules.name: rules
    for rules in (
        RuleSet("paper", "relevance", PAPER),
        RuleSet("paper-eps", "relevance", PAPER, epsilon=0.4),
        RuleSet("signal", "coefficient", SIGNAL),
        RuleSet("stable", "coefficient", STABLE, start="centred"),
    )
}

# The ledger's accounts that rules leak to. "bias" and "stabiliser" are entries of their own, the others are offsets.
ACCOUNTS: tuple[str, ...] = tuple(
    dict.fromkeys(name for rules in RULE_SETS.values() for rule in rules.rules.values() for name in rule.leaks)
)
