"""Rules that carry relevance itself backwards: weight ratios, Ding et al. 2017, eq. 15–18.

Every rule takes the operator's activations, its constants, its output and what arrives from above (`carried`), and
gives what goes to each activation (None: nothing) and what leaks, by account, with the batch as the first dimension.
"""

from __future__ import annotations

import torch
from torch import Tensor

from nmt_audit.relevance.shares import Shares, fit


def per_unit(relevance: Tensor, total: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    """relevance / (total + ε·sgn total), where sgn 0 = 1 and 0/0 = 0; and what the stabiliser keeps for itself."""
    away = epsilon * torch.where(total >= 0, 1.0, -1.0).to(total)  # not where(…, ε, −ε), which would be float32
    safe = total + away
    nothing = safe == 0
    share = torch.where(nothing, torch.zeros_like(safe), relevance / torch.where(nothing, torch.ones_like(safe), safe))
    return share, torch.where(nothing, relevance, share * away)


def linear(x: Tensor, *, weight: Tensor, bias: Tensor | None, output: Tensor, carried: Tensor,
           epsilon: float) -> Shares:  # fmt: skip
    """Eq. 15: r_i = Σ_j w_ji x_i / (Σ_i' w_ji' x_i') r_j. The bias is not an incoming neuron.

    x [...,I], weight [O,I], carried [...,O] → [...,I]. Leaks: stabiliser.
    """
    unit, kept = per_unit(carried, x @ weight.mT, epsilon)
    return Shares((x * (unit @ weight),), {"stabiliser": kept})


def attend(weights: Tensor, states: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """Eq. 15 with the attention weight as the weight: r_i = Σ α_i h_i / (Σ_i' α_i' h_i') r. Nothing goes to α.

    weights [...,T,S], states [...,S,H], carried [...,T,H] → states [...,S,H]. Leaks: stabiliser.
    """
    unit, kept = per_unit(carried, output, epsilon)
    return Shares((None, states * (weights.mT @ unit)), {"stabiliser": kept})


def product(a: Tensor, b: Tensor, *, output: Tensor, carried: Tensor, epsilon: float, gate: int | None) -> Shares:
    """Eq. 16: r_a = a / (a + b) r, r_b = b / (a + b) r. Leaks: stabiliser."""
    unit, kept = per_unit(carried, a + b, epsilon)
    return Shares((fit(a * unit, a), fit(b * unit, b)), {"stabiliser": kept})


def sum(a: Tensor, b: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """Eq. 15 with weights of 1: r_a = a / (a + b) r. Leaks: stabiliser."""
    unit, kept = per_unit(carried, output, epsilon)
    return Shares((fit(a * unit, a), fit(b * unit, b)), {"stabiliser": kept})


def shift(x: Tensor, *, constant: Tensor | float, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """A sum whose other neuron is a constant vector, such as that of a position. Leaks: positions, stabiliser."""
    unit, kept = per_unit(carried, output, epsilon)
    return Shares((fit(x * unit, x),), {"positions": constant * unit, "stabiliser": kept})


def pass_on(x: Tensor, *, output: Tensor, carried: Tensor, epsilon: float, **constants: object) -> Shares:
    """Activations, constant factors, normalisation and 1 − z: relevance goes through unchanged (section 3.2).

    With its statistics as constants, a normalised neuron has one incoming neuron, which gets all.
    """
    return Shares((fit(carried, x),))
