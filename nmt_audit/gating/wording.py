"""What a rule, its numbers and its bounds are called."""

from __future__ import annotations

from nmt_audit.gating.gated import ANY
from nmt_audit.gating.kinds import KINDS
from nmt_audit.gating.rule import Measured, Rule

MINUS = "−"
WHAT = {
    "score": "{subject}", "rate": "segments with {flags}", "new_flags": "new flags: {subject}",
    "faithfulness": "{subject}, {side}, {measure}", "status": "segments {subject}",
}  # fmt: skip


def named(rule: Rule) -> str:
    """The name of a rule that was given none: "BLEU: change ≥ −0.5"."""
    flags = "any flag" if rule.subject == ANY else rule.subject
    subject = "any" if rule.subject == ANY else rule.subject.replace("_", " ")
    what = WHAT[rule.kind].format(subject=subject, flags=flags, **rule.options)
    return f"{what}: {bound(rule)}"


def bound(rule: Rule) -> str:
    """The bounds in signs: "≥ 27", "change −0.5 to +0.5 points", "change ≥ 0"."""
    low, high = rule.at_least, rule.at_most
    compared = rule.against_baseline and KINDS[rule.kind].compares == "may"
    if low is not None and high is not None:
        text = f"{_plain(low, compared)} to {_plain(high, compared)}"
    else:
        text = " and ".join(
            f"{sign} {_plain(at, compared)}" for sign, at in (("≥", low), ("≤", high)) if at is not None
        )
    return f"change {text}{_unit(rule)}" if compared else f"{text}{_unit(rule)}"


def value(rule: Rule, measured: Measured) -> str:
    """The number in words: "27.31", or "−0.41 (27.72 → 27.31)"."""
    kind = KINDS[rule.kind]
    signed = rule.against_baseline and kind.compares == "may"
    text = f"{_fixed(measured.value, kind.digits, signed)}{_unit(rule)}"
    if measured.before is None or measured.after is None:
        return text
    sides = (_fixed(side, kind.digits, False) for side in (measured.before, measured.after))
    return f"{text} ({' → '.join(sides)}{kind.unit})"


def probability(p: float) -> str:
    """A p-value: three digits behind the point, and not less than that can say."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _unit(rule: Rule) -> str:
    kind = KINDS[rule.kind]
    return kind.change_unit if rule.against_baseline and kind.compares == "may" else kind.unit


def _plain(number: float, signed: bool) -> str:
    """As the file has it: without zeros at its end."""
    text = f"{number:+g}" if signed and number else f"{number:g}"
    return text.replace("-", MINUS)


def _fixed(number: float, digits: int, signed: bool) -> str:
    rounded = round(number, digits) + 0.0  # without the sign of a zero
    text = f"{rounded:+.{digits}f}" if signed and rounded else f"{rounded:.{digits}f}"
    return text.replace("-", MINUS)
