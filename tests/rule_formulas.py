"""For every rule of every rule set its formula, one loop per index.

Nothing is shared with the rules: the formulas are those of Ding et al. 2017 (eq. 15–18), Arras et al. 2017 (section
3.1), Ali et al. 2022 (for layer_norm), and of the tangent y = Σ ∂y/∂x·x + offset for the set "stable". All are written
in relevance, for both kinds of rule sets: a coefficient γ is compared as x·γ, with R = y·γ for what arrives.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from rule_cases import ROWS, Case, at, places
from torch import Tensor

from nmt_audit.relevance.rules import RULE_SETS, Rule, RuleSet


@dataclass(slots=True)
class Account:
    """What a formula gives to each activation, and what leaks in each row."""

    shares: list[Tensor]
    leaks: dict[str, list[float]] = field(default_factory=dict)

    def leak(self, name: str, row: int, amount: float) -> None:
        self.leaks.setdefault(name, [0.0] * ROWS)[row] += amount


Slow = Callable[[Case, Tensor, float, Account], None]


def divide(parts: Sequence[float], epsilon: float, extra: float = 0.0) -> tuple[list[float], float, float]:
    """Each part / (Σ parts + extra ± ε), the share of `extra`, and that of ±ε. sgn 0 = 1."""
    total = sum(parts) + extra
    away = epsilon if total >= 0 else -epsilon
    return [part / (total + away) for part in parts], extra / (total + away), away / (total + away)


def slow_linear(case: Case, relevance: Tensor, epsilon: float, account: Account, *, with_bias: bool) -> None:
    """Eq. 15: r_i = Σ_j w_ji x_i / z_j r_j, z_j = Σ_i w_ji x_i; by Arras et al., b_j is in z_j and keeps its part."""
    [x], weight, bias = case.activations, case.constants["weight"], case.constants["bias"]
    for place in places(relevance):
        *front, j = place
        parts = [float(weight[j, i] * x[*front, i]) for i in range(x.shape[-1])]
        own = float(bias[j]) if with_bias and bias is not None else 0.0
        ratios, of_bias, kept = divide(parts, epsilon, own)
        for i, ratio in enumerate(ratios):
            account.shares[0][*front, i] += ratio * relevance[place]
        account.leak("bias", place[0], of_bias * float(relevance[place]))
        account.leak("stabiliser", place[0], kept * float(relevance[place]))


def slow_attend(case: Case, relevance: Tensor, epsilon: float, account: Account, *, share: float) -> None:
    """Eq. 15 with weights α: r_i = Σ_j α_ji h_i / c_j r_j. α_ji gets `share` of the same."""
    alpha, states = case.activations
    for place in places(relevance):
        *front, j, m = place
        parts = [float(alpha[*front, j, i] * states[*front, i, m]) for i in range(states.shape[-2])]
        ratios, _, kept = divide(parts, epsilon)
        for i, ratio in enumerate(ratios):
            account.shares[1][*front, i, m] += ratio * relevance[place]
            account.shares[0][*front, j, i] += share * ratio * relevance[place]
        account.leak("stabiliser", place[0], kept * float(relevance[place]))
        account.leak("attention", place[0], -share * float(relevance[place]))


def slow_split(case: Case, relevance: Tensor, epsilon: float, account: Account) -> None:
    """Eq. 15 with weights of 1, and eq. 16: r_a = a / (a + b) r and r_b = b / (a + b) r."""
    a, b = case.activations
    for place in places(relevance):
        of_a, of_b = at(a, place), at(b, place)
        (to_a, to_b), _, kept = divide([float(a[of_a]), float(b[of_b])], epsilon)
        account.shares[0][of_a] += to_a * relevance[place]
        account.shares[1][of_b] += to_b * relevance[place]
        account.leak("stabiliser", place[0], kept * float(relevance[place]))


def slow_shift(case: Case, relevance: Tensor, epsilon: float, account: Account) -> None:
    """x / (x + p) r for the activation, p / (x + p) r for the constant vector of a position."""
    [x] = case.activations
    constant = torch.as_tensor(case.constants["constant"], dtype=torch.float64)
    for place in places(relevance):
        [to_x], to_position, kept = divide([float(x[at(x, place)])], epsilon, float(constant[at(constant, place)]))
        account.shares[0][at(x, place)] += to_x * relevance[place]
        account.leak("positions", place[0], to_position * float(relevance[place]))
        account.leak("stabiliser", place[0], kept * float(relevance[place]))


def slow_passing(case: Case, relevance: Tensor, epsilon: float, account: Account) -> None:
    """Section 3.2: all of it goes on. By Arras et al. activations pass on f(x)/x·γ, which is all of R."""
    [x] = case.activations
    for place in places(relevance):
        account.shares[0][at(x, place)] += relevance[place]


def slow_signal(case: Case, relevance: Tensor, epsilon: float, account: Account) -> None:
    """Arras et al. 2017, section 3.1: the signal takes all."""
    signal = 1 - case.constants["gate"]
    for place in places(relevance):
        account.shares[signal][at(case.activations[signal], place)] += relevance[place]


def slow_layer_norm(case: Case, relevance: Tensor, epsilon: float, account: Account) -> None:
    """Ali et al. 2022: R_i = Σ_j x_i (δ_ij − 1/N) w_j/σ / y_j R_j; the bias keeps b_j / y_j R_j."""
    [x], width = case.activations, case.output.shape[-1]
    weight, bias = case.constants["weight"], case.constants["bias"]
    for place in places(relevance):
        *front, j = place
        row = [float(x[*front, i]) for i in range(width)]
        mean = sum(row) / width
        sigma = math.sqrt(sum((number - mean) ** 2 for number in row) / width + case.constants["eps"])
        scale = (1.0 if weight is None else float(weight[j])) / sigma / float(case.output[place])
        for i in range(width):
            account.shares[0][*front, i] += row[i] * ((i == j) - 1 / width) * scale * float(relevance[place])
        if bias is not None:
            account.leak("bias", place[0], float(bias[j] / case.output[place] * relevance[place]))


def slow_both(case: Case, relevance: Tensor, epsilon: float, account: Account) -> None:
    """The tangent of a·b: a ∂y/∂a = b ∂y/∂b = y, so that each gets all; once too often."""
    for place in places(relevance):
        for share, operand in zip(account.shares, case.activations, strict=True):
            share[at(operand, place)] += relevance[place]
        account.leak("gate", place[0], -float(relevance[place]))


def slow_complement(case: Case, relevance: Tensor, epsilon: float, account: Account) -> None:
    """1 − x: x gets −x / (1 − x) r, the gate's own 1 gets 1 / (1 − x) r."""
    [x] = case.activations
    for place in places(relevance):
        unit = float(relevance[place]) / (1 - float(x[place]))
        account.shares[0][place] += -float(x[place]) * unit
        account.leak("gate", place[0], unit)


def slow_softmax(case: Case, relevance: Tensor, epsilon: float, account: Account) -> None:
    """The tangent α_j ≈ Σ_i α_j (δ_ij − α_i) x_i + the rest."""
    [x] = case.activations
    for place in places(relevance):
        *front, j = place
        odds = [math.exp(float(x[*front, i])) for i in range(x.shape[-1])]
        alpha = [odd / sum(odds) for odd in odds]
        rest = 1.0
        for i in range(x.shape[-1]):
            ratio = alpha[j] * ((i == j) - alpha[i]) * float(x[*front, i]) / alpha[j]
            account.shares[0][*front, i] += ratio * float(relevance[place])
            rest -= ratio
        account.leak("attention", place[0], rest * float(relevance[place]))


def slow_scores(case: Case, relevance: Tensor, epsilon: float, account: Account) -> None:
    """The tangent of Σ_d q_d k_d: both of them get q_d k_d / Σ q k r; once too often."""
    query, key = case.activations
    for place in places(relevance):
        *front, j, i = place
        parts = [float(query[*front, j, d] * key[*front, d, i]) for d in range(query.shape[-1])]
        for d, part_of_it in enumerate(parts):
            share = part_of_it / sum(parts) * float(relevance[place])
            account.shares[0][*front, j, d] += share
            account.shares[1][*front, d, i] += share
        account.leak("attention", place[0], -float(relevance[place]))


def slow_tangent(case: Case, relevance: Tensor, epsilon: float, account: Account, *, account_name: str,
                 part: float) -> None:  # fmt: skip
    """`part` of f′(x) and the rest of f(x)/x; what these and x do not make of f(x) goes to the account."""
    [x] = case.activations
    for place in places(relevance):
        number, value = float(x[place]), float(case.output[place])
        derivative = 1 - math.tanh(number) ** 2 if case.operator == "tanh" else value * (1 - value)
        ratio = (part * derivative + (1 - part) * value / number) * number / value
        account.shares[0][place] += ratio * float(relevance[place])
        account.leak(account_name, place[0], (1 - ratio) * float(relevance[place]))


# --- which formula is which rule's ------------------------------------------------------------------------------------


def numbers(rule: Rule) -> Mapping[str, Any]:
    """What a rule was made with: the table says how much of the tangent it takes."""
    return inspect.getclosurevars(rule.propagate).nonlocals


def tangent_of(operator: str) -> Slow:
    found = numbers(RULE_SETS["stable"].rules[operator])
    return partial(slow_tangent, account_name=found.get("account", ""), part=found.get("part", 0.0))


PAPER: Mapping[str, Slow] = {
    "linear": partial(slow_linear, with_bias=False),
    "attend": partial(slow_attend, share=0.0),
    "product": slow_split,
    "product of equals": slow_split,
    "sum": slow_split,
    "shift": slow_shift,
    **dict.fromkeys(("factor", "complement", "layer_norm", "tanh", "sigmoid", "activation", "softmax"), slow_passing),
}
LINEAR: Mapping[str, Slow] = {
    "linear": partial(slow_linear, with_bias=True),
    "sum": slow_split,
    "shift": slow_shift,
    "factor": slow_passing,
    "layer_norm": slow_layer_norm,
}
FORMULAS: Mapping[str, Mapping[str, Slow]] = {
    "paper": PAPER,
    "paper-eps": PAPER,
    "signal": {
        **LINEAR,
        "attend": partial(slow_attend, share=0.0),
        "product": slow_signal,
        "tanh": slow_passing,
        "activation": slow_passing,
    },
    "stable": {
        **LINEAR,
        "attend": partial(slow_attend, share=numbers(RULE_SETS["stable"].rules["attend"])["share"]),
        "softmax": slow_softmax,
        "scores": slow_scores,
        "product": slow_both,
        "product of equals": slow_both,
        "complement": slow_complement,
        "sigmoid": tangent_of("sigmoid"),
        "tanh": tangent_of("tanh"),
        "activation": slow_passing,
    },
}


def as_relevance(rules: RuleSet, neurons: Tensor, carried: Tensor) -> Tensor:
    return carried if rules.carries == "relevance" else neurons * carried
