"""How relevance passes each operator: one function per rule, one table per rule set.

A rule set *carries* one of two things backwards, where autograd would carry the gradient:

- "relevance": r of each neuron itself (seed paper Ding et al. 2017, eq. 8–18). Started at r = v.
- "coefficient": γ of each neuron, where r = x·γ (a modified gradient). Started at γ = 1; nothing is ever divided by a
  pre-activation. Arras et al. 2017 in this form is exact, and so is its ledger.

Every rule takes the operator's activations, its constants, its output and what arrives from above, and gives what
goes to each activation (None: nothing) and what leaks, by account, with the batch as the first dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Shares:
    """What a rule gives to each activation, and what it leaks to the ledger's accounts."""

    inputs: tuple[Tensor | None, ...]
    leaks: Mapping[str, Tensor] = field(default_factory=dict)


Rule = Callable[..., Shares]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A named table: operator → rule. An operator that is missing stops the pass when relevance reaches it."""

    name: str
    carries: Literal["relevance", "coefficient"]
    rules: Mapping[str, Rule]
    epsilon: float = 0.0


def fit(share: Tensor, like: Tensor) -> Tensor:
    """Sums what was broadcast: share [..., N] to the shape of `like`."""
    while share.dim() > like.dim():
        share = share.sum(0)
    for axis, size in enumerate(like.shape):
        if size == 1 and share.shape[axis] != 1:
            share = share.sum(axis, keepdim=True)
    return share


def per_unit(relevance: Tensor, total: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    """relevance / (total + ε·sgn total), where sgn 0 = 1 and 0/0 = 0; and what the stabiliser keeps for itself."""
    away = epsilon * torch.where(total >= 0, 1.0, -1.0).to(total)  # not where(…, ε, −ε), which would be float32
    safe = total + away
    nothing = safe == 0
    share = torch.where(nothing, torch.zeros_like(safe), relevance / torch.where(nothing, torch.ones_like(safe), safe))
    return share, torch.where(nothing, relevance, share * away)


# --- relevance carried: the paper ---------------------------------------------------------------------------------


def linear_ratio(x: Tensor, *, weight: Tensor, bias: Tensor | None, output: Tensor, carried: Tensor,
                 epsilon: float) -> Shares:  # fmt: skip
    """Eq. 15: r_i = Σ_j w_ji x_i / (Σ_i' w_ji' x_i') r_j. The bias is not an incoming neuron.

    x [...,I], weight [O,I], carried [...,O] → [...,I]. Leaks: stabiliser.
    """
    unit, kept = per_unit(carried, x @ weight.mT, epsilon)
    return Shares((x * (unit @ weight),), {"stabiliser": kept})


def attend_ratio(weights: Tensor, states: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """Eq. 15 with the attention weight as the weight: r_i = Σ α_i h_i / (Σ_i' α_i' h_i') r. Nothing goes to α.

    weights [B,T,S], states [B,S,H], carried [B,T,H] → states [B,S,H]. Leaks: stabiliser.
    """
    unit, kept = per_unit(carried, output, epsilon)
    return Shares((None, states * (weights.mT @ unit)), {"stabiliser": kept})


def product_ratio(a: Tensor, b: Tensor, *, output: Tensor, carried: Tensor, epsilon: float, gate: int | None) -> Shares:
    """Eq. 16: r_a = a / (a + b) r, r_b = b / (a + b) r. Leaks: stabiliser."""
    unit, kept = per_unit(carried, a + b, epsilon)
    return Shares((fit(a * unit, a), fit(b * unit, b)), {"stabiliser": kept})


def sum_ratio(a: Tensor, b: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """Eq. 15 with weights of 1: r_a = a / (a + b) r. Leaks: stabiliser."""
    unit, kept = per_unit(carried, output, epsilon)
    return Shares((fit(a * unit, a), fit(b * unit, b)), {"stabiliser": kept})


def pass_on(x: Tensor, *, output: Tensor, carried: Tensor, epsilon: float, **constants: object) -> Shares:
    """Activations, constant factors and 1 − z: relevance goes through unchanged (section 3.2)."""
    return Shares((carried,))


# --- coefficient carried: signal takes all --------------------------------------------------------------------------


def linear_coefficient(x: Tensor, *, weight: Tensor, bias: Tensor | None, output: Tensor, carried: Tensor,
                       epsilon: float) -> Shares:  # fmt: skip
    """γ_i = Σ_j w_ji γ_j, which is r_i = Σ_j w_ji x_i / z_j r_j with z = Σ w x + b. Leaks: bias, b·γ."""
    return Shares((carried @ weight,), {} if bias is None else {"bias": bias * carried})


def attend_signal(weights: Tensor, states: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """The state takes all: γ_h = αᵀ γ, nothing for α. weights [B,T,S], states [B,S,H], carried [B,T,H]."""
    return Shares((None, weights.mT @ carried))


def product_signal(a: Tensor, b: Tensor, *, output: Tensor, carried: Tensor, epsilon: float, gate: int) -> Shares:
    """Arras et al. 2017, section 3.1: in gate × signal the signal takes all. γ_signal = gate·γ; `gate` is 0 or 1."""
    return Shares((None, fit(a * carried, b)) if gate == 0 else (fit(b * carried, a), None))


def sum_coefficient(a: Tensor, b: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """γ to both."""
    return Shares((fit(carried, a), fit(carried, b)))


def activation_slope(x: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """γ·f(x)/x, which hands r on unchanged; 1 at x = 0, the limit for tanh."""
    still = x == 0
    slope = torch.where(still, torch.ones_like(x), output / torch.where(still, torch.ones_like(x), x))
    return Shares((carried * slope,))


PAPER: Mapping[str, Rule] = {
    "linear": linear_ratio,
    "attend": attend_ratio,
    "product": product_ratio,
    "sum": sum_ratio,
    "complement": pass_on,
    "tanh": pass_on,
    "sigmoid": pass_on,
    "softmax": pass_on,
}

SIGNAL: Mapping[str, Rule] = {
    "linear": linear_coefficient,
    "attend": attend_signal,
    "product": product_signal,
    "sum": sum_coefficient,
    "tanh": activation_slope,
}

RULE_SETS: Mapping[str, RuleSet] = {
    rules.name: rules
    for rules in (
        RuleSet("paper", "relevance", PAPER),
        RuleSet("paper-eps", "relevance", PAPER, epsilon=0.4),
        RuleSet("signal", "coefficient", SIGNAL),
        RuleSet("stable", "coefficient", SIGNAL),
    )
}
