"""Rules that carry a coefficient γ backwards, where the relevance of x is x·γ: modified gradients.

Every operator is written as y = Σ coefficient·input + offset. The coefficients go back to the inputs, the offset times
γ to a named account of the ledger, so that nothing is made or lost, and nothing is ever divided by a pre-activation.

Every rule takes the operator's activations, its constants, its output and the γ that arrives from above (`carried`).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nmt_audit.relevance.products import through_layer, with_each
from nmt_audit.relevance.shares import Shares, fit


def linear(x: Tensor, *, weight: Tensor, bias: Tensor | None, output: Tensor, carried: Tensor,
           epsilon: float) -> Shares:  # fmt: skip
    """γ_i = Σ_j w_ji γ_j, which is r_i = Σ_j w_ji x_i / z_j r_j with z = Σ w x + b. Leaks: bias, b·γ."""
    if weight.dim() > 2:  # a neuron of its own for each row, as logits have
        return Shares((carried @ weight,), {} if bias is None else {"bias": bias * carried})
    back, kept = through_layer(carried, weight, bias)
    return Shares((back,), {} if kept is None else {"bias": kept})


def sum(a: Tensor, b: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """γ to both."""
    return Shares((fit(carried, a), fit(carried, b)))


def shift(x: Tensor, *, constant: Tensor | float, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """A constant is added, such as the vector of a position. Leaks: positions, constant·γ."""
    return Shares((fit(carried, x),), {"positions": constant * carried})


def factor(x: Tensor, *, constant: Tensor | float, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """A constant factor, or one that is held constant (1 / the root mean square of T5's normalisation)."""
    return Shares((fit(constant * carried, x),))


def complement(x: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """1 − x. Leaks: gate, γ for the 1."""
    return Shares((-carried,), {"gate": carried})


def layer_norm(x: Tensor, *, weight: Tensor | None, bias: Tensor | None, eps: float, output: Tensor, carried: Tensor,
               epsilon: float) -> Shares:  # fmt: skip
    """(x − mean x)/σ·w + b over the last dimension, where σ is held constant (Ali et al. 2022). Leaks: bias, b·γ."""
    scaled = carried if weight is None else carried * weight
    inner = scaled * torch.rsqrt(x.var(-1, correction=0, keepdim=True) + eps)
    return Shares((inner - inner.mean(-1, keepdim=True),), {} if bias is None else {"bias": bias * carried})


# --- the signal takes all ---------------------------------------------------------------------------------------------


def product_signal(a: Tensor, b: Tensor, *, output: Tensor, carried: Tensor, epsilon: float, gate: int) -> Shares:
    """Arras et al. 2017, section 3.1: in gate × signal the signal takes all. γ_signal = gate·γ; `gate` is 0 or 1."""
    return Shares((None, fit(a * carried, b)) if gate == 0 else (fit(b * carried, a), None))


def attend_signal(weights: Tensor, states: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """The state takes all: γ_h = αᵀ γ, nothing for α. weights [...,T,S], states [...,S,H], carried [...,T,H]."""
    return Shares((None, weights.mT @ carried))


# --- gates and attention take part ------------------------------------------------------------------------------------


def product_both(a: Tensor, b: Tensor, *, output: Tensor, carried: Tensor, epsilon: float,
                 gate: int | None) -> Shares:  # fmt: skip
    """The tangent of a·b: γ_a = b·γ, γ_b = a·γ, which counts the product twice. Leaks: gate, −a·b·γ."""
    return Shares((fit(b * carried, a), fit(a * carried, b)), {"gate": -output * carried})


def attend_share(share: float) -> Callable[..., Shares]:
    """γ_h = αᵀ γ for the states, and `share` of the tangent for the weights: γ_α = share·h·γ. Leaks: attention."""

    def attend(weights: Tensor, states: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
        to_weights = share * with_each(carried, states)
        return Shares((to_weights, weights.mT @ carried), {"attention": -share * output * carried})

    return attend


def softmax(x: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """The tangent over the last dimension: γ_i = α_i (γ_i − Σ α γ). Leaks: attention, Σ α γ − Σ x γ_x."""
    inner = output * (carried - (output * carried).sum(-1, keepdim=True))
    return Shares((inner,), {"attention": output * carried - x * inner})


def scores(query: Tensor, key: Tensor, *, output: Tensor, carried: Tensor, epsilon: float) -> Shares:
    """The tangent of q·k: γ_q = k γ, γ_k = q γ. query [...,T,D], key [...,D,S]. Leaks: attention, −q·k·γ."""
    return Shares((carried @ key.mT, query.mT @ carried), {"attention": -output * carried})


# --- activation functions ---------------------------------------------------------------------------------------------

Slope = Callable[[Tensor, Tensor], Tensor]  # x and f(x) → f′(x)


def secant(x: Tensor, *, output: Tensor, carried: Tensor, epsilon: float, slope: Slope) -> Shares:
    """γ·f(x)/x, which hands r on unchanged ("activation functions are ignored"); f′(0) at x = 0.

    For functions with f(0) = 0; what another one says to x = 0 would have no account.
    """
    return Shares((carried * _secant(x, output, slope(x, output)),))


def tangent(account: str, part: float = 1.0) -> Callable[..., Shares]:
    """`part` of the tangent f′(x), the rest of the secant f(x)/x. Leaks to `account`: (f(x) − slope·x)·γ."""

    def mixed(x: Tensor, *, output: Tensor, carried: Tensor, epsilon: float, slope: Slope) -> Shares:
        inner = slope(x, output)
        if part < 1:
            inner = part * inner + (1 - part) * _secant(x, output, inner)
        return Shares((carried * inner,), {account: (output - inner * x) * carried})

    return mixed


def _secant(x: Tensor, output: Tensor, slope: Tensor) -> Tensor:
    still = x == 0
    return torch.where(still, slope, output / torch.where(still, torch.ones_like(x), x))
